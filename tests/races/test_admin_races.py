"""The platform's people at the same moment: one of its admins stays, and what is decided is decided once."""

import threading
from functools import partial
from typing import Any

import pytest

from app.auth import queries
from tests import factories
from tests.api import Api
from tests.factories import PASSWORD, Person
from tests.hotels.people import rows
from tests.races.crowd import at_once, statuses
from tests.surface import dead_job

pytestmark = pytest.mark.usefixtures("application")

WHY = {"reason": "A quarrel"}
GUEST = {"role": "guest"} | WHY
TURNS = pytest.mark.parametrize("turn", range(4))


@pytest.fixture
def pair(api: Api) -> list[tuple[Api, Person]]:
    """The only two admins there are."""
    both = [factories.verified(role="platform_admin") for _ in range(2)]
    return [(api.as_(admin), admin) for admin in both]


def admins() -> int:
    return len(rows("SELECT id FROM users WHERE role = 'platform_admin' AND status = 'active'"))


def lines() -> int:
    return len(rows("SELECT id FROM audit_log"))


class TestTheLastAdmin:
    def test_control_without_the_lock_both_fall(
        self, pair: list[tuple[Api, Person]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        both_have_looked = threading.Barrier(2)
        everybody = [admin.id for _, admin in pair]

        def look(_session: Any) -> Any:
            both_have_looked.wait(timeout=5)
            return sorted(everybody)

        monkeypatch.setattr(queries, "lock_platform_admins", look)
        (first, ada), (second, obi) = pair
        answers = at_once(
            [
                partial(first.post, f"/admin/users/{obi.id}/role", GUEST),
                partial(second.post, f"/admin/users/{ada.id}/role", GUEST),
            ]
        )
        assert statuses(answers) == {200: 2}
        assert admins() == 0

    @TURNS
    @pytest.mark.parametrize("paths", [("role", "role"), ("suspend", "suspend"), ("role", "suspend")])
    def test_of_two_who_end_each_other_one_stays(
        self, pair: list[tuple[Api, Person]], turn: int, paths: tuple[str, str]
    ) -> None:
        (first, ada), (second, obi) = pair[:: 1 if turn % 2 else -1]
        bodies = {"role": GUEST, "suspend": WHY}
        answers = at_once(
            [
                partial(first.post, f"/admin/users/{obi.id}/{paths[0]}", bodies[paths[0]]),
                partial(second.post, f"/admin/users/{ada.id}/{paths[1]}", bodies[paths[1]]),
            ]
        )
        assert statuses(answers)[200] == 1
        (lost,) = [answer for answer in answers if answer.status_code != 200]
        # Who was let in before hears that there must be one; who was not, that he is none any more.
        assert lost.json["code"] in {"last_platform_admin", "forbidden", "session_ended"}
        assert (admins(), lines()) == (1, 1)

    @TURNS
    def test_who_has_just_fallen_does_not_strike_back_though_a_third_is_there(
        self, pair: list[tuple[Api, Person]], turn: int
    ) -> None:
        factories.person(role="platform_admin")
        (first, ada), (second, obi) = pair[:: 1 if turn % 2 else -1]
        answers = at_once(
            [
                partial(first.post, f"/admin/users/{obi.id}/role", GUEST),
                partial(second.post, f"/admin/users/{ada.id}/role", GUEST),
            ]
        )
        assert statuses(answers) == {200: 1, 403: 1}
        assert (admins(), lines()) == (2, 1)

    @TURNS
    def test_one_falls_while_the_other_erases_himself(self, pair: list[tuple[Api, Person]], turn: int) -> None:
        (first, ada), (second, _obi) = pair
        calls = [
            partial(second.post, f"/admin/users/{ada.id}/suspend", WHY),
            partial(second.post, "/users/me/erase", {"password": PASSWORD}),
            partial(first.post, "/users/me/erase", {"password": PASSWORD}),
        ]
        at_once(calls[:: 1 if turn % 2 else -1])
        assert admins() == 1


def test_one_person_is_suspended_once(api: Api, pair: list[tuple[Api, Person]]) -> None:
    target = factories.person()
    answers = at_once([partial(someone.post, f"/admin/users/{target.id}/suspend", WHY) for someone, _ in pair * 3])
    assert statuses(answers) == {200: 1, 409: 5}
    assert lines() == 1
    assert len(rows("SELECT id FROM outgoing_emails")) == 1


def test_a_suspension_and_a_login_at_once_leave_no_session(api: Api, pair: list[tuple[Api, Person]]) -> None:
    (platform, _), _ = pair
    for _ in range(3):
        target = factories.person()
        credentials = {"email": target.email, "password": PASSWORD}
        suspended, _logged_in = at_once(
            [
                partial(platform.post, f"/admin/users/{target.id}/suspend", WHY),
                partial(api.post, "/auth/login", credentials),
            ]
        )
        assert suspended.status_code == 200
        assert rows("SELECT id FROM sessions WHERE user_id = :id AND revoked_at IS NULL", id=target.id) == []


@TURNS
def test_a_job_is_retried_or_given_up_and_not_both(pair: list[tuple[Api, Person]], turn: int) -> None:
    number = dead_job()
    (first, _), (second, _) = pair
    calls = [
        partial(first.post, f"/admin/jobs/{number}/retry"),
        partial(second.post, f"/admin/jobs/{number}/discard", WHY),
        partial(second.post, f"/admin/jobs/{number}/retry"),
    ]
    answers = at_once(calls[:: 1 if turn % 2 else -1])
    assert statuses(answers) == {204: 1, 404: 2}
    (line,) = rows("SELECT verb FROM audit_log")
    assert len(rows("SELECT id FROM outbox WHERE id = :id", id=number)) == (1 if line["verb"] == "job.retry" else 0)
