"""The rooms a socket may be in. Clients never name one: the server puts them in after it has asked the database."""

from uuid import UUID


def hotel_room(hotel_id: UUID) -> str:
    """Where a hotel's events go."""
    return f"hotel:{hotel_id}"


def user_room(user_id: UUID) -> str:
    """Where one person's events go."""
    return f"user:{user_id}"
