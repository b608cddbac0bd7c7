"""Erasing oneself over HTTP."""

from app.auth.blueprint import Blueprint
from app.auth.guard import principal
from app.erasure import service
from app.erasure.schemas import EraseRequest

blp = Blueprint("erasure", __name__, url_prefix="/users/me", description="Leaving for good.")


@blp.post("/erase")
@blp.login_required
@blp.arguments(EraseRequest)
@blp.response(204)
@blp.problems(403, 409, 429, 503)
def erase(body: dict[str, str]) -> None:
    """Have one's account erased.

    Name, e-mail, telephone number and all sessions are gone, at once and for good; bookings and payments stay without them. 403
    `wrong_password`; 409 `has_open_bookings` while a booking is not over or money is on its way (`references` names them), 409
    `last_hotel_admin` where nobody else could run a hotel (`hotel_ids`), 409 `last_platform_admin`.
    """
    service.erase(principal(), body["password"])
