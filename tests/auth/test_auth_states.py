"""The life of an account: every move from every state; and what the platform does to one, for its admins."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from app.auth import states
from app.auth.models import PlatformRole, User, UserStatus
from app.auth.service import login, suspend
from app.auth.service.suspend import Change
from app.core.columns import new_id
from app.core.db import transaction
from app.core.errors import IllegalTransition, NotFound
from tests import factories
from tests.api import Api
from tests.auth import rows
from tests.auth.mailed import last_token
from tests.auth.places import log_in

MOVES = set(itertools.product(UserStatus, UserStatus))
LEGAL = {(here, there) for here, nexts in states.USER_NEXT.items() for there in nexts}


def test_every_state_is_in_the_table() -> None:
    assert states.USER_NEXT.keys() == set(UserStatus)
    assert len(LEGAL) == 4


@pytest.mark.parametrize(("here", "there"), sorted(LEGAL))
def test_legal_moves_are_stamped(here: UserStatus, there: UserStatus) -> None:
    user = User(status=here)
    states.move(user, there)
    assert user.status == there
    assert user.updated_at is not None
    assert (user.erased_at is not None) == (there is UserStatus.ERASED)


@pytest.mark.parametrize(("here", "there"), sorted(MOVES - LEGAL))
def test_others_name_those_that_are(here: UserStatus, there: UserStatus) -> None:
    user = User(status=here)
    with pytest.raises(IllegalTransition) as refusal:
        states.move(user, there)
    assert refusal.value.extra == {"allowed": sorted(states.USER_NEXT[here])}
    assert user.status == here


def run(verb: Callable[..., Change], *arguments: Any) -> Change:
    with transaction() as session:
        return verb(session, *arguments)


def test_suspending_ends_sessions_and_links(api: Api) -> None:
    body = {"email": "ada@example.com", "password": factories.PASSWORD, "full_name": "Ada", "accepted_terms": True}
    ada = api.post("/auth/register", body).json
    pair, obi = log_in(api.app, "ada@example.com").json, api.as_(factories.person())
    assert run(suspend.suspend, ada["id"]) == Change({"status": "active"}, {"status": "suspended"})
    assert Api(api.app, pair["access_token"]).get("/users/me").status_code == 401
    assert api.post("/auth/refresh", {"refresh_token": pair["refresh_token"]}).json["code"] == "session_ended"
    assert log_in(api.app, "ada@example.com").json["code"] == "account_suspended"
    assert rows.one("SELECT revoked_reason FROM sessions WHERE revoked_at IS NOT NULL").revoked_reason == "suspended"
    assert obi.get("/users/me").status_code == 200
    token = last_token("ada@example.com", "verify_email")
    assert run(suspend.reinstate, ada["id"]) == Change({"status": "suspended"}, {"status": "active"})
    assert log_in(api.app, "ada@example.com").status_code == 200
    assert Api(api.app, pair["access_token"]).get("/users/me").status_code == 401
    assert api.post("/auth/email/verify", {"token": token}).status_code == 410


def test_a_login_that_was_checked_before_opens_nothing(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, looked = factories.person(), login.is_right

    def look_and_then(*arguments: Any) -> bool:
        right = looked(*arguments)
        run(suspend.suspend, ada.id)
        return right

    monkeypatch.setattr(login, "is_right", look_and_then)
    assert log_in(api.app, ada).status_code == 401
    assert rows.count("sessions") == 0


@pytest.mark.usefixtures("application")
def test_twice_is_refused_and_undone_with_its_transaction() -> None:
    ada = factories.person()
    run(suspend.suspend, ada.id)
    with pytest.raises(IllegalTransition):
        run(suspend.suspend, ada.id)
    assert rows.user(ada.id).status == "suspended"
    with pytest.raises(NotFound):
        run(suspend.suspend, new_id())


def test_a_role_holds_from_the_next_request_on(api: Api) -> None:
    ada = factories.verified()
    factories.person(role="platform_admin")
    me = api.as_(ada)
    change = run(suspend.set_role, ada.id, PlatformRole.PLATFORM_ADMIN)
    assert change == Change({"role": "guest"}, {"role": "platform_admin"})
    assert me.get("/users/me").json["role"] == "platform_admin"
    assert run(suspend.set_role, ada.id, PlatformRole.GUEST).before == {"role": "platform_admin"}
    assert me.get("/users/me").json["role"] == "guest"


@pytest.mark.usefixtures("application")
def test_the_erased_have_no_role_and_do_not_come_back() -> None:
    ada = factories.verified()
    rows.change("UPDATE users SET status = 'erased', erased_at = clock_timestamp() WHERE id = :id", id=ada.id)
    for verb, arguments in (
        (suspend.set_role, (PlatformRole.PLATFORM_ADMIN,)),
        (suspend.reinstate, ()),
        (suspend.suspend, ()),
    ):
        with pytest.raises(IllegalTransition):
            run(verb, ada.id, *arguments)
    assert (rows.user(ada.id).status, rows.user(ada.id).role) == ("erased", "guest")
