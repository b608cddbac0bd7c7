"""The sandbox's object store: at the sandbox's own address, for nobody else's paths."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
import requests

from runner import ports
from runner.paths import ROOT
from sandbox.object_store import BUCKET, ObjectStore, mount
from sandbox.server import Sandbox

LOADED = "import sys, sandbox.server; print(any(name.split('.')[0] == 'moto' for name in sys.modules))"


@pytest.fixture
def box() -> Iterator[Sandbox]:
    """Emptied afterwards: moto keeps what all stores of a process hold in one place."""
    one = Sandbox()
    one.start()
    yield one
    requests.post(f"{one.url}/_control/reset", timeout=5)
    one.stop()


@pytest.fixture
def store(box: Sandbox) -> ObjectStore:
    return mount(box)


def test_what_is_public_is_read_without_a_key(box: Sandbox, store: ObjectStore) -> None:
    for key, status in (("photos/a.webp", 200), ("incoming/a", 403)):
        url = f"{box.url}/{BUCKET}/{key}"
        signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=k/20270101/us-east-1/s3/aws4_request"}
        assert requests.put(url, data=b"hello", headers=signed, timeout=5).status_code == 200
        assert requests.get(url, timeout=5).status_code == status
    assert store.names() == ["incoming/a", "photos/a.webp"]


def test_other_paths_are_answered_as_before(box: Sandbox, store: ObjectStore) -> None:
    assert requests.get(f"{box.url}/healthz", timeout=5).json() == {"ok": True}
    assert requests.get(f"{box.url}/{BUCKET}x/photos/a", timeout=5).status_code == 404


def test_a_reset_empties_it(box: Sandbox, store: ObjectStore) -> None:
    url = f"{box.url}/{BUCKET}/photos/a"
    requests.put(url, data=b"hello", timeout=5)
    requests.post(f"{box.url}/_control/reset", timeout=5)
    assert (store.names(), requests.get(url, timeout=5).status_code) == ([], 404)


def test_it_misbehaves_for_one_object_or_for_all(box: Sandbox, store: ObjectStore) -> None:
    box.world.switches.put({"s3": "500"}, scope="photos/a")
    assert requests.put(f"{box.url}/{BUCKET}/photos/a", data=b"x", timeout=5).status_code == 500
    assert requests.put(f"{box.url}/{BUCKET}/photos/b", data=b"x", timeout=5).status_code == 200
    box.world.switches.put({"s3": "drop"})
    with pytest.raises(requests.ConnectionError):
        requests.put(f"{box.url}/{BUCKET}/photos/b", data=b"x", timeout=5)
    assert store.names() == ["photos/b"]


def test_browsers_of_other_origins_may_post(box: Sandbox, store: ObjectStore) -> None:
    asked = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "POST"}
    answer = requests.options(f"{box.url}/{BUCKET}", headers=asked, timeout=5)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, "http://localhost:3000")


def test_who_uploads_nothing_does_not_load_it() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], check=True, capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == "False"


def test_the_process_has_it_on_loopback_alone() -> None:
    http, smtp = ports.pick(), ports.pick()
    command = [sys.executable, "-m", "sandbox", "--http-port", str(http), "--smtp-port", str(smtp)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("sandbox: ")
            url = f"http://127.0.0.1:{http}/{BUCKET}/photos/a"
            assert requests.put(url, data=b"hello", timeout=5).status_code == 200
            assert requests.get(url, timeout=5).content == b"hello"
            assert not ports.is_free(http)
        finally:
            process.terminate()
