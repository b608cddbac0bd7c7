"""The people of the sample world. Anyone may know their password: the addresses are reserved and cannot get mail."""

from dataclasses import dataclass
from typing import Final, Literal

from demo.world.naming import phone
from demo.world.story import STORY_SECOND_SLUG, STORY_SLUG

Role = Literal["platform_admin", "hotel_admin", "hotel_staff", "guest"]

DEMO_PASSWORD: Final = "Lagos-Lagoon-2026"


@dataclass(frozen=True, slots=True)
class Account:
    """`hotel_slug` is the hotel the account is a member of; None for guests and the platform's people."""

    role: Role
    email: str
    full_name: str
    phone: str
    hotel_slug: str | None


PLATFORM_ADMIN: Final = Account("platform_admin", "platform@smartstay.example", "Ngozi Balogun", phone(90001), None)
HOTEL_ADMIN: Final = Account(
    "hotel_admin", f"admin@{STORY_SLUG}.example", "Tunde Bakare-Cole", phone(90002), STORY_SLUG
)
HOTEL_STAFF: Final = Account("hotel_staff", f"desk@{STORY_SLUG}.example", "Halima Danjuma", phone(90003), STORY_SLUG)
STRANGER_ADMIN: Final = Account(
    "hotel_admin", f"admin@{STORY_SECOND_SLUG}.example", "Ifeoma Nwosu", phone(90004), STORY_SECOND_SLUG
)
GUESTS: Final = (
    Account("guest", "amaka.obi@example.com", "Amaka Obi", phone(90005), None),
    Account("guest", "yusuf.garba@example.com", "Yusuf Garba", phone(90006), None),
    Account("guest", "bisi.adeleke@example.com", "Bisi Adeleke", phone(90007), None),
)
ACCOUNTS: Final[tuple[Account, ...]] = (PLATFORM_ADMIN, HOTEL_ADMIN, HOTEL_STAFF, STRANGER_ADMIN, *GUESTS)
