"""Who may do what: the one table of roles and verbs that guards, tests and docs/permissions.md read.

At a hotel a person is what his place there makes him, whatever he is elsewhere. Whoever has no place in it hears 404, as if it were not
there; who has one that does not suffice hears 403. On the platform a person is a guest or one of its admins, and hears 403.
"""

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

from app.auth.models import Role
from app.auth.principal import Principal
from app.core.audit_trail import Actor
from app.core.errors import Forbidden, NotFound


class Verb(StrEnum):
    """What can be done: at a hotel, and on the platform."""

    SEE_HOTEL = "hotel.see"
    WATCH_HOTEL = "hotel.watch"
    SEE_BOOKINGS = "hotel.see_bookings"
    EDIT_HOTEL = "hotel.edit"
    MANAGE_PHOTOS = "hotel.manage_photos"
    SUBMIT_HOTEL = "hotel.submit"
    PAUSE_HOTEL = "hotel.pause"
    CLOSE_HOTEL = "hotel.close"
    SEE_MEMBERS = "hotel.see_members"
    MANAGE_MEMBERS = "hotel.manage_members"
    LEAVE_HOTEL = "hotel.leave"
    READ_HOTEL_AUDIT = "hotel.read_audit"
    SEE_INVENTORY = "hotel.see_inventory"
    EDIT_ROOMS = "hotel.edit_rooms"
    BLOCK_ROOMS = "hotel.block_rooms"
    KEEP_HOUSE = "hotel.keep_house"
    SEE_RATES = "hotel.see_rates"
    EDIT_RATES = "hotel.edit_rates"
    CANCEL_BOOKINGS = "hotel.cancel_bookings"
    CHANGE_BOOKINGS = "hotel.change_bookings"
    WAIVE_PENALTIES = "hotel.waive_penalties"

    DRAFT_HOTEL = "hotels.draft"
    CREATE_HOTEL = "hotels.create"
    LIST_HOTELS = "hotels.list"
    REVIEW_HOTELS = "hotels.review"
    SUSPEND_HOTELS = "hotels.suspend"
    CLOSE_HOTELS = "hotels.close"
    SEE_USERS = "users.see"
    SUSPEND_USERS = "users.suspend"
    SET_ROLES = "users.set_role"
    SEE_ANY_BOOKING = "bookings.see"
    CANCEL_ANY_BOOKING = "bookings.cancel"
    SET_CHARGES = "charges.set"
    SEE_PAYMENTS = "payments.see"
    DECIDE_PAYMENTS = "payments.decide"
    SEE_JOBS = "jobs.see"
    DECIDE_JOBS = "jobs.decide"
    READ_AUDIT = "audit.read"


_EVERYBODY = frozenset(Role)
_PLATFORM = frozenset({Role.PLATFORM_ADMIN})
_MEMBERS = frozenset({Role.HOTEL_STAFF, Role.HOTEL_ADMIN})
_OWNERS = frozenset({Role.HOTEL_ADMIN})

AT_HOTEL: Mapping[Verb, frozenset[Role]] = {
    Verb.SEE_HOTEL: _MEMBERS | _PLATFORM,
    Verb.WATCH_HOTEL: _MEMBERS | _PLATFORM,
    Verb.SEE_BOOKINGS: _MEMBERS | _PLATFORM,
    Verb.EDIT_HOTEL: _OWNERS | _PLATFORM,
    Verb.MANAGE_PHOTOS: _OWNERS | _PLATFORM,
    Verb.SUBMIT_HOTEL: _OWNERS,
    Verb.PAUSE_HOTEL: _OWNERS,
    Verb.CLOSE_HOTEL: _OWNERS,
    Verb.SEE_MEMBERS: _OWNERS | _PLATFORM,
    Verb.MANAGE_MEMBERS: _OWNERS | _PLATFORM,
    Verb.LEAVE_HOTEL: _MEMBERS,
    Verb.READ_HOTEL_AUDIT: _OWNERS | _PLATFORM,
    Verb.SEE_INVENTORY: _MEMBERS | _PLATFORM,
    Verb.EDIT_ROOMS: _OWNERS | _PLATFORM,
    Verb.BLOCK_ROOMS: _MEMBERS | _PLATFORM,
    Verb.KEEP_HOUSE: _MEMBERS,
    Verb.SEE_RATES: _MEMBERS | _PLATFORM,
    Verb.EDIT_RATES: _OWNERS | _PLATFORM,
    Verb.CANCEL_BOOKINGS: _MEMBERS,
    Verb.CHANGE_BOOKINGS: _MEMBERS,
    Verb.WAIVE_PENALTIES: _OWNERS | _PLATFORM,
}
ON_PLATFORM: Mapping[Verb, frozenset[Role]] = {
    Verb.DRAFT_HOTEL: _EVERYBODY,
    Verb.CREATE_HOTEL: _PLATFORM,
    Verb.LIST_HOTELS: _PLATFORM,
    Verb.REVIEW_HOTELS: _PLATFORM,
    Verb.SUSPEND_HOTELS: _PLATFORM,
    Verb.CLOSE_HOTELS: _PLATFORM,
    Verb.SEE_USERS: _PLATFORM,
    Verb.SUSPEND_USERS: _PLATFORM,
    Verb.SET_ROLES: _PLATFORM,
    Verb.SEE_ANY_BOOKING: _PLATFORM,
    Verb.CANCEL_ANY_BOOKING: _PLATFORM,
    Verb.SET_CHARGES: _PLATFORM,
    Verb.SEE_PAYMENTS: _PLATFORM,
    Verb.DECIDE_PAYMENTS: _PLATFORM,
    Verb.SEE_JOBS: _PLATFORM,
    Verb.DECIDE_JOBS: _PLATFORM,
    Verb.READ_AUDIT: _PLATFORM,
}
ALLOWED: Mapping[Verb, frozenset[Role]] = {**AT_HOTEL, **ON_PLATFORM}
MEANING: Mapping[Verb, str] = {
    Verb.SEE_HOTEL: "see it while it is not public, and what it still lacks",
    Verb.WATCH_HOTEL: "follow its live events and their log",
    Verb.SEE_BOOKINGS: "see its bookings",
    Verb.EDIT_HOTEL: "change its facts and amenities",
    Verb.MANAGE_PHOTOS: "upload, caption, order and remove its photos",
    Verb.SUBMIT_HOTEL: "hand it in for approval",
    Verb.PAUSE_HOTEL: "pause it, and resume",
    Verb.CLOSE_HOTEL: "close it for good",
    Verb.SEE_MEMBERS: "see its members and invitations",
    Verb.MANAGE_MEMBERS: "invite, change roles, remove",
    Verb.LEAVE_HOTEL: "give up one's own place in it",
    Verb.READ_HOTEL_AUDIT: "read what was done in its house, and by whom",
    Verb.SEE_INVENTORY: "see its rooms: the board, the calendar, what is sold and what is not",
    Verb.EDIT_ROOMS: "set up room types and rooms, retire them",
    Verb.BLOCK_ROOMS: "take rooms from sale for a time, and give them back",
    Verb.KEEP_HOUSE: "say what a room is now: dirty, clean, under repair",
    Verb.SEE_RATES: "see its rate plans and prices",
    Verb.EDIT_RATES: "set up rate plans, prices, restrictions, its fees",
    Verb.CANCEL_BOOKINGS: "cancel a booking for the hotel, with a reason: the guest gets all of it back",
    Verb.CHANGE_BOOKINGS: "change a booking for its guest",
    Verb.WAIVE_PENALTIES: "waive what a cancellation costs, with a reason",
    Verb.DRAFT_HOTEL: "draft a hotel of one's own (the e-mail must be verified)",
    Verb.CREATE_HOTEL: "create a hotel that is active at once",
    Verb.LIST_HOTELS: "list hotels in any state: the approval queue",
    Verb.REVIEW_HOTELS: "approve, request changes, reject",
    Verb.SUSPEND_HOTELS: "suspend any hotel, and reinstate it",
    Verb.CLOSE_HOTELS: "close any hotel for good",
    Verb.SEE_USERS: "find people, and look at one (which is noted)",
    Verb.SUSPEND_USERS: "suspend an account, and reinstate it",
    Verb.SET_ROLES: "make somebody an admin of the platform, or a guest again",
    Verb.SEE_ANY_BOOKING: "find any booking, and look at it (which is noted)",
    Verb.CANCEL_ANY_BOOKING: "cancel any booking, with a reason",
    Verb.SET_CHARGES: "set the taxes of a state",
    Verb.SEE_PAYMENTS: "find payments, and look at one",
    Verb.DECIDE_PAYMENTS: "decide about money in review, send a failed refund anew",
    Verb.SEE_JOBS: "see dead jobs",
    Verb.DECIDE_JOBS: "retry a dead job, or give it up",
    Verb.READ_AUDIT: "read the audit log",
}


def may(person: Principal, verb: Verb, hotel_id: UUID | None = None) -> bool:
    """Whether the table allows it, at this hotel if the verb is one of a hotel's."""
    return _role_for(person, verb, hotel_id) is not None


def require(person: Principal, verb: Verb, hotel_id: UUID | None = None) -> Role:
    """The role that allows it. Raises NotFound for strangers to the hotel, Forbidden for who is known there and may not."""
    role = _role_for(person, verb, hotel_id)
    if role is not None:
        return role
    if verb in AT_HOTEL and not _is_known_at(person, hotel_id):
        raise NotFound
    raise Forbidden


def actor(person: Principal, verb: Verb, hotel_id: UUID | None = None) -> Actor:
    """Who acts, for the audit log. Raises what `require` raises."""
    return Actor(person.user_id, require(person, verb, hotel_id))


def _role_for(person: Principal, verb: Verb, hotel_id: UUID | None) -> Role | None:
    """The place in the hotel comes first: who has one acts by it where it suffices."""
    return next((role for role in _roles(person, verb, hotel_id) if role in ALLOWED[verb]), None)


def _roles(person: Principal, verb: Verb, hotel_id: UUID | None) -> list[Role]:
    place = person.memberships.get(hotel_id) if verb in AT_HOTEL and hotel_id else None
    return [*([Role(place)] if place else []), Role.PLATFORM_ADMIN if person.is_platform_admin else Role.GUEST]


def _is_known_at(person: Principal, hotel_id: UUID | None) -> bool:
    return person.is_platform_admin or (hotel_id is not None and person.works_at(hotel_id))
