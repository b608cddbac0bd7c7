"""Bodies that come in pieces and do not say how long they are, as a server hands them on."""

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.core.request_guard import MAX_BODY
from tests.surface import what_is_wrong

JSON = "application/json"
LOGIN = b'{"email": "ada@example.com", "password": "correct-horse-battery"}'


def send(client: FlaskClient, body: bytes, media: str = JSON, path: str = "/api/v1/auth/login") -> TestResponse:
    return client.post(
        path,
        input_stream=BytesIO(body),
        headers={"Transfer-Encoding": "chunked", "Content-Type": media},
        environ_overrides={"wsgi.input_terminated": True},
    )


def test_they_are_read_like_others(client: FlaskClient) -> None:
    answer = send(client, LOGIN)
    assert (answer.status_code, answer.json["code"]) == (401, "bad_credentials")
    form = b"grant_type=password&username=ada@example.com&password=correct-horse-battery"
    answer = send(client, form, "application/x-www-form-urlencoded", "/api/v1/auth/token")
    assert (answer.status_code, answer.json["code"]) == (401, "bad_credentials")


def test_other_media_are_refused(client: FlaskClient) -> None:
    assert list(what_is_wrong(send(client, LOGIN, "text/plain"), 415)) == []


@pytest.mark.parametrize("length", [MAX_BODY, MAX_BODY + 1, 10 * MAX_BODY])
@pytest.mark.parametrize("path", ["/api/v1/auth/login", "/api/v1/webhooks/paystack"])
def test_case_64_a_long_one_is_not_cut_and_taken_for_whole(client: FlaskClient, path: str, length: int) -> None:
    """All that follows the first 64 KiB here is white space: cut off, the rest would be good."""
    assert list(what_is_wrong(send(client, LOGIN.ljust(length), path=path), 413)) == []


def test_one_that_is_just_short_enough_is_read(client: FlaskClient) -> None:
    assert send(client, LOGIN.ljust(MAX_BODY - 1)).status_code == 401
    assert client.post("/api/v1/auth/login", data=LOGIN.ljust(MAX_BODY), content_type=JSON).status_code == 401
    said = client.post("/api/v1/auth/login", data=LOGIN.ljust(MAX_BODY + 1), content_type=JSON)
    assert list(what_is_wrong(said, 413)) == []
