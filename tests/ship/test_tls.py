"""The same with TLS: a certificate of the test's own, trusted by its clients alone."""

import json
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import websocket

from tests.ship.front import Front
from tests.ship.shipped import Shipped

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def sign(folder: Path) -> Path:
    """A key, and a certificate for this machine by that key; the certificate's path."""
    folder.mkdir()
    certificate = folder / "fullchain.pem"
    wish = ["-subj", "/CN=api.example.com", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2", "-noenc"]
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", str(folder / "privkey.pem")]
    subprocess.run(
        ["openssl", "req", "-x509", *new_key, *wish, "-out", str(certificate)], check=True, capture_output=True
    )
    return certificate


@pytest.fixture(scope="module")
def secure(shipped: Shipped) -> Iterator[Front]:
    nginx = Front(*shipped.behind, NGINX_SITE="tls")
    sign(nginx.folder / "tls")
    nginx.write()
    nginx.start()
    yield nginx
    nginx.stop()


def certificate_of(nginx: Front) -> str:
    return str(nginx.folder / "tls" / "fullchain.pem")


@pytest.mark.parametrize("site", ["plain", "tls"])
def test_nginx_accepts_both_sites(site: str) -> None:
    nginx = Front([1, 2], [3, 4], NGINX_SITE=site)
    try:
        sign(nginx.folder / "tls")
        nginx.write()
        done = nginx.test()
        assert "test is successful" in done.stderr
        assert "[warn]" not in done.stderr
        assert done.returncode == 0
    finally:
        nginx.stop()


def test_it_serves_and_asks_to_be_asked_so_again(secure: Front) -> None:
    answers = [
        requests.get(secure.tls_url + path, verify=certificate_of(secure), timeout=30)
        for path in ("/healthz", "/metrics")
    ]
    assert [answer.status_code for answer in answers] == [200, 404]
    assert {answer.headers["Strict-Transport-Security"] for answer in answers} == {"max-age=31536000"}


def test_a_client_that_does_not_trust_the_certificate_stays_away(secure: Front) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{secure.tls_url}/healthz", timeout=30)


def test_plain_requests_are_sent_to_tls(secure: Front) -> None:
    answer = requests.post(f"{secure.url}/api/v1/hotels?x=1", allow_redirects=False, timeout=30)
    assert (answer.status_code, answer.headers["Location"]) == (308, "https://127.0.0.1/api/v1/hotels?x=1")


def test_but_for_the_challenge_of_who_signs(secure: Front) -> None:
    place = secure.folder / "tls/acme/.well-known/acme-challenge"
    place.mkdir(parents=True)
    (place / "token").write_text("proof")
    assert requests.get(f"{secure.url}/.well-known/acme-challenge/token", timeout=30).text == "proof"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
@pytest.mark.parametrize("version, works", [("TLSv1_1", False), ("TLSv1_2", True), ("TLSv1_3", True)])
def test_old_protocols_are_refused(secure: Front, version: str, works: bool) -> None:
    context = ssl.create_default_context(cafile=certificate_of(secure))
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    assert shakes_hands(secure, context) is works


def shakes_hands(nginx: Front, context: ssl.SSLContext) -> bool:
    with socket.create_connection(("127.0.0.1", nginx.tls_port), timeout=30) as plain:
        try:
            context.wrap_socket(plain, server_hostname="127.0.0.1").close()
        except ssl.SSLError:
            return False
    return True


def test_websockets_work_over_it(secure: Front) -> None:
    url = secure.tls_url.replace("https", "wss") + "/socket.io/?EIO=4&transport=websocket"
    carrier = websocket.create_connection(
        url, sslopt={"ca_certs": certificate_of(secure)}, suppress_origin=True, timeout=30
    )
    opened = str(carrier.recv())
    carrier.close()
    assert opened.startswith("0{")
    assert len(json.loads(opened[1:])["sid"].partition("-")[0]) == 32
