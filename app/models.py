"""The one list of all tables, for migrations and for mappers that name each other."""

from app.auth import models as auth
from app.bookings import models as bookings
from app.core import models as core
from app.core.columns import Model
from app.hotels import models as hotels
from app.hotels.photos import models as photos
from app.mail import models as mail
from app.payments import models as payments
from app.rates import models as rates
from app.rooms import models as rooms
from app.search import models as search

metadata = Model.metadata

__all__ = ["auth", "bookings", "core", "hotels", "mail", "metadata", "payments", "photos", "rates", "rooms", "search"]
