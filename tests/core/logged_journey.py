"""Plays a booking in a process of its own, so that standard output holds what a real process logs and nothing else.

`python -m tests.core.logged_journey FILE` writes to FILE what must be found in the log, and what must not.
"""

import json
import sys
from pathlib import Path
from typing import Any

import requests
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.config import settings
from app.core.db import reading, transaction
from app.core.logging import logger
from app.factory import create_app
from tests import factories
from tests.api import Api, new_key
from tests.auth.mailed import last_token
from tests.factories import PASSWORD
from tests.job_queue import run_due_jobs

WRONG = "not-the-password-at-all"
QUOTED = "Chinwe of the\nquoted row"
WISH = "A quiet room away from the lift, please"


def main(path: Path, sandbox_url: str) -> None:
    app = create_app()
    hotel = factories.hotel({"Deluxe": 3})
    tokens = logged_in_and_refreshed(app)
    guest, other = Api(app, tokens["access_token"]), Api(app).as_(factories.person())
    booking = guest.post(
        "/bookings",
        factories.booking_request(hotel, special_requests=WISH),
        key=new_key(),
        **{"X-Request-Id": "journey-book"},
    ).json
    elsewhere = other.post("/bookings", factories.booking_request(hotel), key=new_key()).json
    other.post(f"/bookings/{elsewhere['id']}/cancel", {}, key=new_key())
    start = guest.post(f"/bookings/{booking['id']}/payments", {}, key=new_key(), **{"X-Request-Id": "journey-pay"})
    payment = start.json
    card = {"reference": payment["reference"], "card": "success"}
    assert requests.post(f"{sandbox_url}/_control/pay", json=card, timeout=20).status_code == 200
    guest.post(f"/payments/{payment['reference']}/verify", {}, **{"X-Request-Id": "journey-check"})
    promised = outbox("payments.verify")
    run_due_jobs()
    done = guest.get(f"/bookings/{booking['id']}").json
    assert done["status"] == "confirmed"
    opened = booked_without_account(app)
    refuse_a_row()
    told = {"booking": booking, "payment": payment, "elsewhere": elsewhere, "promised": promised}
    path.write_text(json.dumps(told | {"secrets": [*secrets(tokens, guest, other), opened, *mails()]}))


def logged_in_and_refreshed(app: Flask) -> dict[str, str]:
    """A new account's tokens, after a wrong password and a refresh."""
    api, email = Api(app), "journey@example.com"
    api.post("/auth/register", {"email": email, "password": PASSWORD, "full_name": "Ada Obi", "accepted_terms": True})
    link = last_token(email, "verify_email")
    run_due_jobs()  # before there is a booking that the mail's lines might be taken to belong to
    assert api.post("/auth/login", {"email": email, "password": WRONG}).status_code == 401
    first = api.post("/auth/login", {"email": email, "password": PASSWORD}).json
    second = api.post("/auth/refresh", {"refresh_token": first["refresh_token"]}).json
    assert Api(app, first["access_token"][:-3] + "AAA").get("/users/me").status_code == 401
    tokens = {"access_token": second["access_token"], "refresh_token": second["refresh_token"], "old": str(first)}
    return tokens | {"link": link}


def booked_without_account(app: Flask) -> str:
    """The token that was told, read by, mailed again and shown to another booking."""
    api, hotel = Api(app), factories.hotel()
    body = factories.booking_request(hotel)
    body["rooms"][0]["rate_plan_id"] = str(hotel.only.pay_at_hotel)
    booking = api.post("/bookings", body, key=new_key()).json
    assert api.showing(booking["booking_token"]).get(f"/bookings/{booking['id']}").status_code == 200
    assert api.showing(booking["booking_token"]).get(f"/bookings/{hotel.id}").status_code == 404
    known = {"reference": booking["reference"], "email": booking["guest"]["email"]}
    assert api.post("/bookings/lookup/link", known).status_code == 202
    run_due_jobs()
    return str(booking["booking_token"])


def refuse_a_row() -> None:
    """What an unexpected refusal of the database leaves in the log; PostgreSQL quotes the row."""
    try:
        with transaction() as session:
            session.execute(text("INSERT INTO users (id, full_name) VALUES (NULL, :name)"), {"name": QUOTED})
    except IntegrityError:
        logger("tests").exception("row_refused")


def outbox(name: str) -> list[dict[str, Any]]:
    with reading() as session:
        rows = session.execute(text("SELECT id, request_id FROM outbox WHERE name = :name"), {"name": name})
        return [dict(row) for row in rows.mappings()]


def secrets(tokens: dict[str, str], guest: Api, other: Api) -> list[str]:
    keys = [settings().secret_key.get_secret_value(), settings().paystack_secret_key.get_secret_value()]
    return [*tokens.values(), str(guest.token), str(other.token), PASSWORD, WRONG, WISH, *QUOTED.splitlines(), *keys]


def mails() -> list[str]:
    """A part of each mail that only its body holds, and who gets it."""
    with reading() as session:
        kept = "SELECT recipient, subject, text AS body, sent_at FROM outgoing_emails WHERE NOT is_secret"
        rows = session.execute(text(kept)).all()
    assert len(rows) >= 2
    assert all(row.sent_at for row in rows)
    return [*(row.recipient for row in rows), *(row.subject for row in rows), *(row.body[:40] for row in rows)]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
