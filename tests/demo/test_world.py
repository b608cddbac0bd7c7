"""The sample world: its size, its plausibility, and that it is the same everywhere."""

import hashlib
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from demo.world.accounts import ACCOUNTS, GUESTS, HOTEL_ADMIN, HOTEL_STAFF, STRANGER_ADMIN
from demo.world.geometry import metres_between, moved
from demo.world.hotels import MOST_HOTELS, USUAL_COUNT, hotels
from demo.world.places import CITIES, DISTRICTS, district
from demo.world.samples import HotelSample, RatePlanSample, RoomTypeSample
from demo.world.story import STORY_HOTEL, STORY_NAMES, STORY_SECOND_SLUG, STORY_SLUG

WORLD = hotels()
ROOM_TYPES = [(hotel, room_type) for hotel in WORLD for room_type in hotel.room_types]
PLANS = [(room_type, plan) for _, room_type in ROOM_TYPES for plan in room_type.rate_plans]
ROOT = Path(__file__).resolve().parents[2]

REAL_BRANDS = (
    "eko", "transcorp", "sheraton", "radisson", "oriental", "protea", "ibis", "southern sun", "bon", "swiss",
    "wheatbaker", "federal palace", "george", "nicon", "chelsea", "rockview", "bolton", "hawthorn", "golden tulip",
    "best western", "marriott", "hilton", "fraser", "four points", "novotel", "legend", "lagos continental",
)  # fmt: skip


def from_centre(hotel: HotelSample) -> float:
    """Metres from the centre of the hotel's own district."""
    place = district(hotel.district, hotel.city)
    return metres_between(hotel.latitude, hotel.longitude, place.latitude, place.longitude)


def types_of_story_hotel() -> dict[str, RoomTypeSample]:
    return {room_type.name: room_type for room_type in WORLD[0].room_types}


def test_usual_world_has_240_hotels_in_25_cities() -> None:
    assert len(WORLD) == USUAL_COUNT == 240
    by_city = Counter(hotel.city for hotel in WORLD)
    assert len(by_city) == 25
    assert by_city.most_common(5) == [
        ("Lagos", 84), ("Abuja", 42), ("Port Harcourt", 17), ("Ibadan", 14), ("Kano", 12),
    ]  # fmt: skip


def test_all_stars_are_there() -> None:
    assert {hotel.stars for hotel in WORLD} == {1, 2, 3, 4, 5}


@pytest.mark.parametrize("size", [USUAL_COUNT, MOST_HOTELS])
def test_names_slugs_and_contacts_are_unique(size: int) -> None:
    world = hotels(size)
    for field in ("name", "slug", "email", "phone"):
        assert len({getattr(hotel, field) for hotel in world}) == size


def test_contacts_reach_nobody() -> None:
    for hotel in hotels(MOST_HOTELS):
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", hotel.slug)
        assert len(hotel.slug) <= 63
        assert hotel.email == f"bookings@{hotel.slug}.example"
        assert re.fullmatch(r"\+23480000\d{5}", hotel.phone)


def test_no_name_holds_a_real_brand() -> None:
    names = [hotel.name.casefold() for hotel in hotels(MOST_HOTELS)]
    assert [name for name in names for brand in REAL_BRANDS if brand in name] == []


def test_cities_and_districts_are_unique_and_known() -> None:
    assert len({city.name for city in CITIES}) == len(CITIES) == 43
    assert len({(place.name, place.city) for place in DISTRICTS}) == len(DISTRICTS) == 66
    states = {city.name: city.state for city in CITIES}
    assert [place for place in DISTRICTS if states[place.city] != place.state] == []
    assert len(set(states.values())) == 37


def test_districts_lie_near_their_city() -> None:
    centres = {city.name: (city.latitude, city.longitude) for city in CITIES}
    far = [p for p in DISTRICTS if metres_between(p.latitude, p.longitude, *centres[p.city]) > 21_000]
    assert far == []


def test_unknown_district_is_refused() -> None:
    with pytest.raises(KeyError, match="Ikoyi, Kano"):
        district("Ikoyi", "Kano")


def test_every_place_is_inside_nigeria() -> None:
    points = [(place.latitude, place.longitude) for place in CITIES]
    points += [(place.latitude, place.longitude) for place in DISTRICTS]
    points += [(hotel.latitude, hotel.longitude) for hotel in hotels(MOST_HOTELS)]
    assert [point for point in points if not (4.2 <= point[0] <= 13.9 and 2.6 <= point[1] <= 14.7)] == []


def test_every_hotel_keeps_to_the_reach_of_its_district() -> None:
    for hotel in hotels(MOST_HOTELS):
        assert from_centre(hotel) <= district(hotel.district, hotel.city).reach_metres + 5
    assert max(place.reach_metres for place in DISTRICTS) <= 1_500
    island_reach = {p.name: p.reach_metres for p in DISTRICTS if p.lga == "Eti-Osa"}
    assert max(island_reach.values()) <= 600


def test_moved_goes_as_far_as_asked() -> None:
    north, east = moved(6.4281, 3.4219, 1000, 0), moved(6.4281, 3.4219, 1000, 90)
    assert north == pytest.approx((6.437093, 3.4219), abs=2e-6)
    assert east[0] == pytest.approx(6.4281)
    assert metres_between(6.4281, 3.4219, *east) == pytest.approx(1000, abs=1)


def test_one_degree_of_latitude_is_111_km() -> None:
    assert metres_between(6.0, 3.0, 7.0, 3.0) == pytest.approx(111_195, abs=1)


def test_hotel_fields_are_plausible() -> None:
    for hotel in WORLD:
        assert hotel.check_in_from in {"14:00", "12:00"}
        assert hotel.check_out_until in {"12:00", "11:00"}
        assert re.fullmatch(r"\d{1,2} \S+ \w+", hotel.address)
        assert 40 <= len(hotel.description) <= 200
        assert 2 <= len(hotel.room_types) <= 4


def test_light_and_water_are_as_the_words_say() -> None:
    for hotel in WORLD:
        words, told = hotel.description, hotel.utilities
        assert 12 <= told.generator_hours <= 24
        if "24-hour power" in words or "Uninterrupted power" in words:
            assert (told.power_24h, told.generator_hours) == (True, 24)
        assert told.has_inverter or "nverter" not in words
        for word, water in (("borehole water", "borehole"), ("reated water", "treated")):
            assert word not in words or told.water == water
    assert {hotel.utilities.power_24h for hotel in WORLD} == {True, False}
    assert {hotel.utilities.has_solar for hotel in WORLD} == {True, False}
    assert {hotel.utilities.water for hotel in WORLD} == {"borehole", "treated", "municipal"}


def test_room_numbers_are_unique_in_a_hotel_and_tell_the_floor() -> None:
    for hotel in WORLD:
        rooms = [room for room_type in hotel.room_types for room in room_type.rooms]
        assert len({room.number for room in rooms}) == len(rooms)
        assert all(room.number.startswith(str(room.floor)) and len(room.number) == 3 for room in rooms)


def test_invented_types_have_3_to_14_rooms() -> None:
    counts = {len(room_type.rooms) for hotel, room_type in ROOM_TYPES if hotel.name != STORY_HOTEL}
    assert counts == set(range(3, 15))


def test_occupancy_is_consistent() -> None:
    for _, room_type in ROOM_TYPES:
        assert 1 <= room_type.base_adults <= room_type.max_adults <= room_type.max_occupancy
        assert room_type.max_occupancy <= room_type.max_adults + room_type.max_children


def test_prices_are_whole_naira_and_fit_the_country() -> None:
    prices = [plan.price_kobo for _, plan in PLANS] + [kind.base_price_kobo for _, kind in ROOM_TYPES]
    assert [price for price in prices if price <= 0 or price % 100] == []
    base = [kind.base_price_kobo for _, kind in ROOM_TYPES]
    assert 18_000_00 <= min(base) < 25_000_00
    assert 400_000_00 < max(base) <= 450_000_00


def test_types_are_ordered_by_price_and_named_once() -> None:
    for hotel in WORLD:
        base = [kind.base_price_kobo for kind in hotel.room_types]
        assert base == sorted(set(base))
        assert len({kind.name for kind in hotel.room_types}) == len(base)


def test_first_plan_has_the_base_price_and_names_are_unique() -> None:
    for _, room_type in ROOM_TYPES:
        assert room_type.rate_plans[0].price_kobo == room_type.base_price_kobo
        names = [plan.name for plan in room_type.rate_plans]
        assert 1 <= len(names) == len(set(names)) <= 3


def test_plan_terms_follow_their_names() -> None:
    terms = {(plan.name, plan.meals, plan.payment_timing) for _, plan in PLANS}
    assert terms == {
        ("Flexible", "room_only", "pay_now"),
        ("Saver", "room_only", "pay_now"),
        ("Bed & breakfast", "breakfast", "pay_now"),
        ("Pay at hotel", "room_only", "pay_at_hotel"),
    }


def test_savers_are_cheaper_and_breakfast_dearer() -> None:
    relation = {"Saver": -1, "Flexible": 0, "Pay at hotel": 0, "Bed & breakfast": 1}
    for room_type, plan in PLANS:
        difference = plan.price_kobo - room_type.base_price_kobo
        assert (difference > 0) - (difference < 0) == relation[plan.name]


def assert_windows_close_in(plan: RatePlanSample) -> None:
    limits = [window.until_hours_before for window in plan.cancellation]
    hours = [limit for limit in limits if limit is not None]
    assert limits == [*sorted(hours, reverse=True), None]
    for window in plan.cancellation:
        assert (window.value == 0) == (window.penalty == "none")
        assert window.penalty != "percent" or 1 <= window.value <= 100


def test_cancellation_windows_run_towards_check_in() -> None:
    for _, plan in PLANS:
        assert_windows_close_in(plan)
    assert {len(plan.cancellation) for _, plan in PLANS} == {1, 2, 3}


def test_story_hotel_has_ten_three_and_one_rooms() -> None:
    assert (WORLD[0].name, WORLD[0].slug) == (STORY_HOTEL, STORY_SLUG)
    kinds = types_of_story_hotel()
    assert {name: len(kind.rooms) for name, kind in kinds.items()} == {"Deluxe": 10, "Executive": 3, "Suite": 1}
    assert kinds["Deluxe"].base_price_kobo < kinds["Executive"].base_price_kobo < kinds["Suite"].base_price_kobo


def test_story_hotel_sells_now_and_at_the_hotel() -> None:
    for kind in types_of_story_hotel().values():
        timings = {plan.name: plan.payment_timing for plan in kind.rate_plans}
        assert timings == {"Flexible": "pay_now", "Pay at hotel": "pay_at_hotel"}


def test_story_hotels_are_the_nearest_on_the_island_in_their_order() -> None:
    on_island = [hotel for hotel in WORLD if hotel.district == "Victoria Island"]
    assert len(on_island) == 12
    by_distance = sorted(on_island, key=from_centre)
    assert tuple(hotel.name for hotel in by_distance[:3]) == STORY_NAMES
    assert [round(from_centre(hotel)) for hotel in WORLD[:3]] == [60, 150, 250]


def test_smaller_world_is_a_prefix() -> None:
    assert hotels(0) == ()
    assert hotels(2) == WORLD[:2]
    assert hotels(20) == WORLD[:20]
    assert hotels(600)[:240] == WORLD


@pytest.mark.parametrize("count", [-1, MOST_HOTELS + 1])
def test_impossible_counts_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"not {count}"):
        hotels(count)


def test_two_calls_and_two_processes_agree() -> None:
    assert hotels() == WORLD
    source = "import hashlib; from demo.world.hotels import hotels; "
    source += "print(hashlib.sha256(repr(hotels()).encode()).hexdigest())"
    run = [sys.executable, "-c", source]
    environment = {"PYTHONHASHSEED": "12345", "PYTHONPATH": str(ROOT)}
    other = subprocess.run(run, capture_output=True, text=True, check=True, env=environment, cwd=ROOT)
    assert other.stdout.strip() == hashlib.sha256(repr(WORLD).encode()).hexdigest()


def test_accounts_are_the_cast_of_the_story() -> None:
    assert Counter(account.role for account in ACCOUNTS) == {
        "platform_admin": 1, "hotel_admin": 2, "hotel_staff": 1, "guest": 3,
    }  # fmt: skip
    assert len({account.email for account in ACCOUNTS}) == len({account.phone for account in ACCOUNTS}) == 7
    assert HOTEL_ADMIN.hotel_slug == HOTEL_STAFF.hotel_slug == WORLD[0].slug
    assert STRANGER_ADMIN.hotel_slug == STORY_SECOND_SLUG == WORLD[1].slug
    assert {guest.hotel_slug for guest in GUESTS} == {None}


def test_accounts_are_out_of_the_real_world() -> None:
    for account in ACCOUNTS:
        assert account.email.endswith((".example", "@example.com"))
    phones = {account.phone for account in ACCOUNTS} | {hotel.phone for hotel in hotels(MOST_HOTELS)}
    assert len(phones) == len(ACCOUNTS) + MOST_HOTELS
