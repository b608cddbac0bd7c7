"""Every route of the API, module by module."""

import base64
import hashlib
import re

from flask import Blueprint, Flask, Response
from flask_smorest import Api
from flask_swagger_ui import get_swaggerui_blueprint

from app import gauges
from app.admin.audit_views import blp as admin_audit
from app.admin.audit_views import hotel_audit_blp as hotel_audit
from app.admin.booking_views import blp as admin_bookings
from app.admin.charge_views import blp as admin_charges
from app.admin.hotel_views import blp as admin_hotels
from app.admin.job_views import blp as admin_jobs
from app.admin.payment_views import blp as admin_payments
from app.admin.payment_views import refunds_blp as admin_refunds
from app.admin.user_views import blp as admin_users
from app.auth.me_views import blp as users
from app.auth.views import blp as auth
from app.bookings.hotel_views import blp as hotel_bookings
from app.bookings.views import blp as bookings
from app.core import health
from app.core.api import PREFIX
from app.erasure.views import blp as erasure
from app.hotels.member_views import blp as members
from app.hotels.member_views import invitations_blp as invitations
from app.hotels.photos.views import blp as photos
from app.hotels.views import amenities_blp as amenities
from app.hotels.views import blp as hotels
from app.inventory.block_views import blp as blocks
from app.inventory.board_views import blp as board
from app.inventory.plan_views import blp as rate_plan_ends
from app.inventory.room_views import blp as rooms
from app.inventory.type_views import blp as room_types
from app.payments.views import blp as payments
from app.payments.views import booking_payments_blp as booking_payments
from app.payments.views import webhooks_blp as webhooks
from app.rates.charge_views import blp as charges
from app.rates.views import blp as rates
from app.rates.views import plans_blp as rate_plans
from app.realtime.views import blp as events
from app.search.views import blp as search

API_BLUEPRINTS = (
    auth,
    users,
    erasure,
    search,
    hotels,
    amenities,
    photos,
    members,
    invitations,
    rates,
    rate_plans,
    rate_plan_ends,
    charges,
    room_types,
    rooms,
    blocks,
    board,
    bookings,
    hotel_bookings,
    booking_payments,
    payments,
    webhooks,
    events,
    hotel_audit,
    admin_hotels,
    admin_users,
    admin_bookings,
    admin_payments,
    admin_refunds,
    admin_charges,
    admin_jobs,
    admin_audit,
)
DOCS = "/docs"
DOCS_PAGE = {
    "app_name": "SmartStay",
    "validatorUrl": None,  # else each reader's browser would send our document to somebody else's server
    "oauth2RedirectUrl": None,  # for a flow that we do not have; else the page would tell what the request called us
}
# What the page loads is ours; its one script of its own is named by what it says. Its styles change as it is used.
DOCS_POLICY = (
    "default-src 'none'; script-src 'self' 'sha256-{digest}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def register(app: Flask, api: Api) -> None:
    """Mounts the API below its prefix; health, metrics and docs beside it."""
    for blueprint in API_BLUEPRINTS:
        api.register_blueprint(blueprint, url_prefix=f"{PREFIX}{blueprint.url_prefix or ''}")
    app.config["GAUGES"] = gauges.ALL
    app.register_blueprint(health.blp)
    app.register_blueprint(_docs())


def _docs() -> Blueprint:
    """Swagger UI, under a policy that lets it be what it is and nothing more."""
    page: Blueprint = get_swaggerui_blueprint(DOCS, f"{PREFIX}/openapi.json", config=DOCS_PAGE)
    page.after_request(_allow_own_script)
    return page


def _allow_own_script(response: Response) -> Response:
    if response.mimetype == "text/html" and not response.direct_passthrough:
        (script,) = SCRIPT.findall(response.get_data(as_text=True))
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        response.headers["Content-Security-Policy"] = DOCS_POLICY.format(digest=digest)
    return response
