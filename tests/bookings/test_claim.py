"""Bookings without an account become those of whoever shows that their e-mail is his."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import text

from app.bookings.service import claim
from app.core.db import reading, transaction
from tests import factories
from tests.api import Api, new_key
from tests.auth.mailed import last_token

EMAIL = "ada.obi@example.com"
BODY = {"email": EMAIL, "password": factories.PASSWORD, "full_name": "Ada Obi", "accepted_terms": True}


def _book(api: Api, email: str = EMAIL) -> UUID:
    """A booking of nobody's account."""
    guest = {"name": "Ada Obi", "email": email}
    body = factories.booking_request(factories.hotel(), guest=guest)
    made = api.as_(factories.person()).post("/bookings", body, key=new_key()).json
    with transaction() as session:
        session.execute(text("UPDATE bookings SET user_id = NULL WHERE id = :id"), {"id": made["id"]})
    return UUID(made["id"])


def owner(booking_id: UUID) -> UUID | None:
    with reading() as session:
        found: UUID | None = session.scalar(text("SELECT user_id FROM bookings WHERE id = :id"), {"id": booking_id})
        return found


def test_they_are_his_when_the_e_mail_is_verified(api: Api, run_jobs: Callable[[], int]) -> None:
    mine, other = _book(api), _book(api, "obi@example.com")
    ada = UUID(api.post("/auth/register", BODY).json["id"])
    token = last_token(EMAIL, "verify_email")
    run_jobs()
    assert owner(mine) is None
    api.post("/auth/email/verify", {"token": token})
    run_jobs()
    assert (owner(mine), owner(other)) == (ada, None)
    me = api.as_(factories.Person(ada, EMAIL))
    assert [each["id"] for each in me.get("/bookings").json["items"]] == [str(mine)]


def test_case_is_not_told_apart(api: Api) -> None:
    mine = _book(api, "Ada.Obi@Example.com")
    ada = factories.person(email="ADA.obi@example.COM")
    with transaction() as session:
        session.execute(text("UPDATE users SET email_verified_at = clock_timestamp() WHERE id = :id"), {"id": ada.id})
    claim.by_verified_email(ada.id)
    claim.by_verified_email(ada.id)
    assert owner(mine) == ada.id


def test_what_he_books_later_without_logging_in_is_his_at_the_next_login(api: Api, run_jobs: Callable[[], int]) -> None:
    ada, obi = factories.verified(email=EMAIL), factories.person(email="obi@example.com")
    mine, unproved = _book(api), _book(api, obi.email)
    run_jobs()
    api.as_(obi)
    assert run_jobs() == 0
    me = api.as_(ada)
    assert run_jobs() == 1
    assert (owner(mine), owner(unproved)) == (ada.id, None)
    assert [each["id"] for each in me.get("/bookings").json["items"]] == [str(mine)]
    api.as_(ada)
    assert run_jobs() == 0


@pytest.mark.parametrize(
    "column", ["email_verified_at = NULL", "status = 'suspended'", "status = 'erased', erased_at = clock_timestamp()"]
)
def test_nobody_claims_what_he_has_not_shown_to_be_his(api: Api, column: str) -> None:
    mine = _book(api)
    ada = factories.person(email=EMAIL)
    with transaction() as session:
        session.execute(text("UPDATE users SET email_verified_at = clock_timestamp() WHERE id = :id"), {"id": ada.id})
        session.execute(text(f"UPDATE users SET {column} WHERE id = :id"), {"id": ada.id})
    claim.by_verified_email(ada.id)
    assert owner(mine) is None


def test_what_is_somebodys_stays_his(api: Api) -> None:
    obi = factories.person()
    body = factories.booking_request(factories.hotel(), guest={"name": "Ada Obi", "email": EMAIL})
    made = api.as_(obi).post("/bookings", body, key=new_key()).json
    ada = factories.person(email=EMAIL)
    with transaction() as session:
        session.execute(text("UPDATE users SET email_verified_at = clock_timestamp() WHERE id = :id"), {"id": ada.id})
    claim.by_verified_email(ada.id)
    assert owner(UUID(made["id"])) == obi.id
