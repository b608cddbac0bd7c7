"""Reading taxes and fees."""

from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.hotels.models import Hotel
from app.rates.errors import ChargeNotFound
from app.rates.models import Charge

_ORDER = (Charge.place != "", Charge.hotel_id.is_not(None), Charge.state, func.lower(Charge.valid), Charge.id)


def charges_at(session: Session, hotel_id: UUID) -> list[Charge]:
    """The hotel's own, those of its state, and those of the whole country, these first; past and coming ones among them."""
    state = select(Hotel.state).where(Hotel.id == hotel_id).scalar_subquery()
    here = or_(Charge.place == "", Charge.state == state, Charge.hotel_id == hotel_id)
    return list(session.scalars(select(Charge).where(here, Charge.retired_at.is_(None)).order_by(*_ORDER)))


def charges_of_platform(session: Session, state: str | None) -> list[Charge]:
    """Those of the country, and of one state or of all."""
    statement = select(Charge).where(Charge.hotel_id.is_(None), Charge.retired_at.is_(None))
    if state is not None:
        statement = statement.where(or_(Charge.state.is_(None), Charge.state == state))
    return list(session.scalars(statement.order_by(*_ORDER)))


def lock_charge(session: Session, charge_id: UUID, hotel_id: UUID | None) -> Charge:
    """The hotel's, or with None one of the platform's. Raises ChargeNotFound."""
    whose = Charge.hotel_id.is_(None) if hotel_id is None else Charge.hotel_id == hotel_id
    statement = select(Charge).where(Charge.id == charge_id, whose, Charge.retired_at.is_(None)).with_for_update()
    charge = session.scalar(statement)
    if charge is None:
        raise ChargeNotFound
    return charge
