"""docs/permissions.md, written from the table itself."""

from collections.abc import Iterator, Mapping, Sequence

from app.auth.models import Role
from app.auth.permissions import AT_HOTEL, MEANING, ON_PLATFORM, Verb

HEAD = """\
# Who may do what

Written by `./dev flask permissions` from `app/auth/permissions.py`, which the guards of all routes and sockets read.

A person is judged by the place he has **at that hotel**, read from the database with each request, never by the strongest of his roles.
Strangers to a hotel hear 404, as if it were not there; members whose role does not suffice hear 403. What guests do with their own
bookings is no matter of roles: a booking is its booker's, and 404 to others.
"""


def render() -> str:
    """The page as it must stand in docs/."""
    at_hotel = [role for role in Role if role is not Role.GUEST]
    return "\n".join(
        [
            HEAD,
            "## At a hotel\n",
            *_table(AT_HOTEL, at_hotel),
            "\n## On the platform\n",
            *_table(ON_PLATFORM, list(Role)),
            "",
        ]
    )


def _table(allowed: Mapping[Verb, frozenset[Role]], roles: Sequence[Role]) -> Iterator[str]:
    yield f"| verb | means | {' | '.join(f'`{role}`' for role in roles)} |"
    yield f"|---|---|{'---|' * len(roles)}"
    for verb, holders in allowed.items():
        cells = " | ".join("yes" if role in holders else "no" for role in roles)
        yield f"| `{verb}` | {MEANING[verb]} | {cells} |"
