"""Parts of the commands that need no running system."""

import json
import socket
from pathlib import Path

import pytest

from runner import ports
from runner.claim import AlreadyRunningError, claim, holder
from runner.commands.logs import story
from runner.environment import from_file


def test_a_taken_port_is_not_picked() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = listener.getsockname()[1]
        assert ports.is_free(taken) is False
        assert ports.FIRST <= ports.pick(taken) <= ports.LAST


def test_all_ports_differ() -> None:
    picked = ports.pick_all(dict.fromkeys(ports.NAMES, ports.pick()))
    assert set(picked) == set(ports.NAMES)
    assert len(set(picked.values())) == len(ports.NAMES) == 7


def test_a_name_is_claimed_once_and_tells_its_holder() -> None:
    taken = claim("runner-tests-claim")
    try:
        with pytest.raises(AlreadyRunningError):
            claim("runner-tests-claim")
        assert holder("runner-tests-claim") is not None
    finally:
        taken.release()
    assert holder("runner-tests-claim") is None


def test_a_settings_file_is_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "up.env"
    path.write_text("# real mail\nSMTP_HOST = mail.example.com\n\nSECRET_KEY=a=b\n")
    assert from_file(path) == {"SMTP_HOST": "mail.example.com", "SECRET_KEY": "a=b"}
    assert from_file(tmp_path / "none") == {}


def test_the_story_of_a_booking_follows_its_requests_and_jobs(tmp_path: Path) -> None:
    web = [
        {"timestamp": "1", "event": "booked", "reference": "SS-ABC", "booking_id": "b1", "request_id": "r1"},
        {"timestamp": "2", "event": "statement", "request_id": "r1"},
        {"timestamp": "3", "event": "other guest", "reference": "SS-XYZ", "booking_id": "b2", "request_id": "r2"},
    ]
    worker = [{"timestamp": "4", "event": "confirmed", "booking_id": "b1", "job_id": "j1"}]
    (tmp_path / "web.log").write_text("not json\n" + "".join(json.dumps(line) + "\n" for line in web))
    (tmp_path / "worker-critical.log").write_text(json.dumps(worker[0]) + "\n")
    told = [(line.process, line.fields["event"]) for line in story(tmp_path, "SS-ABC")]
    assert told == [("web", "booked"), ("web", "statement"), ("worker-critical", "confirmed")]
