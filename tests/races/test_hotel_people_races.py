"""People who are erased while they come to a hotel: the request was let in before, and has looked at all it looks at."""

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest

from app.auth.service import verify_email
from app.hotels.service import birth
from tests import factories
from tests.api import Api
from tests.hotels.people import rows
from tests.payments.till import eventually

WAITS = "SELECT 1 AS one FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
GHOSTS = "SELECT m.hotel_id FROM hotel_members m JOIN users u ON u.id = m.user_id WHERE u.status = 'erased'"


class Erasure:
    """Begins when it is told to, and is left alone once it has ended or waits for somebody."""

    def __init__(self, me: Api) -> None:
        self.me, self.answers, self.thread = me, list[int](), threading.Thread(target=self.erase)

    def erase(self) -> None:
        self.answers.append(self.me.post("/users/me/erase", {"password": factories.PASSWORD}).status_code)

    def before(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def then(*args: Any) -> Any:
            self.thread.start()
            eventually(lambda: self.answers or rows(WAITS))
            return call(*args)

        return then


@pytest.fixture
def ada(api: Api) -> Api:
    return api.as_(factories.verified(email="ada@example.com"))


def test_who_is_erased_while_he_joins_is_no_member(api: Api, ada: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    hotel_id = factories.hotel().id
    owner, offer = api.as_(factories.member(hotel_id)), {"email": "ada@example.com", "role": "hotel_staff"}
    assert owner.post(f"/hotels/{hotel_id}/invitations", offer).status_code == 202
    (mail,) = rows("SELECT text FROM outgoing_emails WHERE kind = 'hotel_invitation'")
    (token,) = re.findall(r"#token=([\w-]+)", mail["text"])
    erasure = Erasure(ada)
    monkeypatch.setattr(verify_email, "by_other_link", erasure.before(verify_email.by_other_link))
    assert ada.post("/invitations/accept", {"token": token}).status_code == 200
    erasure.thread.join()
    assert (erasure.answers, rows(GHOSTS)) == ([204], [])


def test_who_is_erased_while_he_drafts_runs_no_hotel(ada: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    erasure = Erasure(ada)
    monkeypatch.setattr(birth, "_free_slug", erasure.before(birth._free_slug))
    assert ada.post("/hotels", {"name": "Amber House"}).status_code == 201
    erasure.thread.join()
    assert (erasure.answers, rows(GHOSTS)) == ([204], [])
