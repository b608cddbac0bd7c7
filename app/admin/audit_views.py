"""The audit log over HTTP: all of it for the platform's people, a hotel's part for its admins."""

from typing import Any
from uuid import UUID

from app.admin.audit_schemas import AuditQuery, AuditView, HotelAuditQuery, HotelAuditView
from app.admin.service import audit
from app.auth.blueprint import Blueprint
from app.auth.permissions import Verb

blp = Blueprint("admin_audit", __name__, url_prefix="/admin/audit", description="Who did what, before and after.")
hotel_audit_blp = Blueprint("hotel_audit", __name__, url_prefix="/hotels", description="What was done in a hotel.")


@blp.get("")
@blp.allowed(Verb.READ_AUDIT)
@blp.arguments(AuditQuery, location="query")
@blp.response(200, AuditView)
def read_audit(query: dict[str, Any]) -> dict[str, Any]:
    """Read the audit log, newest first."""
    return audit.of_platform(**query)


@hotel_audit_blp.get("/<uuid:hotel_id>/audit")
@hotel_audit_blp.allowed(Verb.READ_HOTEL_AUDIT)
@hotel_audit_blp.arguments(HotelAuditQuery, location="query")
@hotel_audit_blp.response(200, HotelAuditView)
def read_hotel_audit(query: dict[str, Any], hotel_id: UUID) -> dict[str, Any]:
    """Read what was done in a hotel's house, newest first."""
    return audit.of_hotel(hotel_id, **query)
