"""What one guest, one e-mail and one address may have open at once."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import factories
from tests.api import Api, new_key
from tests.bookings.ledger_of import lapse, one, run
from tests.bookings.without_account import book, from_address, of, request
from tests.races.crowd import statuses
from tests.surface import content, what_is_wrong

pytestmark = pytest.mark.usefixtures("application")
EMAIL = "ada@example.com"


@pytest.fixture
def hotel() -> factories.HotelForTests:
    return factories.hotel({"Deluxe": 12})


def body(hotel: factories.HotelForTests, email: str = EMAIL, **how: Any) -> dict[str, Any]:
    return of(request(hotel, **how), email)


def post(who: Api, wanted: dict[str, Any]) -> Any:
    return who.post("/bookings", wanted, key=new_key())


def refused(answer: Any, code: str) -> None:
    assert list(what_is_wrong(answer, 429)) == []
    assert answer.json["code"] == code
    assert int(answer.headers["Retry-After"]) >= 1


class TestHolds:
    def test_three_for_an_e_mail_and_no_account_is_a_way_around(self, api: Api, hotel: factories.HotelForTests) -> None:
        people = [api, api.as_(factories.person()), api.as_(factories.person(email=EMAIL))]
        assert statuses([post(who, body(hotel)) for who in people]) == {201: 3}
        before = content()
        for who in (*people, api.as_(factories.person())):
            refused(post(who, body(hotel)), "too_many_holds")
        assert {name for name, told in content().items() if told != before[name]} <= {
            "users",
            "sessions",
            "known_addresses",
        }
        assert post(api, body(hotel, "bola@example.com")).status_code == 201

    def test_in_whatever_case_it_is_written(self, api: Api, hotel: factories.HotelForTests) -> None:
        spellings = ["ada@example.com", "ADA@example.com", "Ada@Example.Com", "aDA@EXAMPLE.com"]
        assert statuses([post(api, body(hotel, email)) for email in spellings]) == {201: 3, 429: 1}

    def test_three_for_an_account_whatever_e_mails_it_names(self, api: Api, hotel: factories.HotelForTests) -> None:
        guest = api.as_(factories.person())
        told = [post(guest, body(hotel, f"guest{number}@example.com")) for number in range(4)]
        assert statuses(told) == {201: 3, 429: 1}
        assert 1 <= int(told[-1].headers["Retry-After"]) <= 900

    @pytest.mark.parametrize("end", ["lapsed", "cancelled"])
    def test_what_is_over_is_not_counted(self, api: Api, hotel: factories.HotelForTests, end: str) -> None:
        made = [book(api, body(hotel)) for _ in range(3)]
        if end == "lapsed":
            lapse(made[0]["id"])
        else:
            guest = api.showing(made[0]["booking_token"])
            assert guest.post(f"/bookings/{made[0]['id']}/cancel", {}, key=new_key()).status_code == 200
        assert statuses([post(api, body(hotel)) for _ in range(2)]) == {201: 1, 429: 1}

    def test_the_limits_are_settings(
        self, api: Api, hotel: factories.HotelForTests, with_settings: Callable[..., object]
    ) -> None:
        with_settings(holds_per_email=5, holds_per_guest=1)
        assert statuses([post(api, body(hotel)) for _ in range(6)]) == {201: 5, 429: 1}
        guest = api.as_(factories.person())
        told = [post(guest, body(hotel, f"guest{number}@example.com")) for number in range(2)]
        assert statuses(told) == {201: 1, 429: 1}

    def test_one_who_is_refused_by_his_own_booking_is_told_of_it(
        self, api: Api, hotel: factories.HotelForTests
    ) -> None:
        wanted, key = body(hotel), new_key()
        made = api.post("/bookings", wanted, key=key).json
        assert statuses([post(api, body(hotel)) for _ in range(3)]) == {201: 2, 429: 1}
        again = api.post("/bookings", wanted, key=key)
        assert (again.status_code, again.json["id"]) == (201, made["id"])


class TestAddresses:
    def test_an_address_has_a_ceiling(
        self, api: Api, hotel: factories.HotelForTests, with_settings: Callable[..., object]
    ) -> None:
        with_settings(holds_per_address=3)
        told = [post(api, body(hotel, f"guest{number}@example.com")) for number in range(4)]
        assert statuses(told) == {201: 3, 429: 1}
        refused(told[-1], "too_many_holds")
        assert "network" in told[-1].json["detail"]
        elsewhere = from_address(api, "203.0.113.9", "/bookings", body(hotel, "bola@example.com"))
        assert elsewhere.status_code == 201

    def test_all_addresses_of_one_line_are_one(
        self, api: Api, hotel: factories.HotelForTests, with_settings: Callable[..., object]
    ) -> None:
        with_settings(holds_per_address=1)
        lines = ["2001:db8:0:1::a", "2001:db8:0:1::b", "2001:db8:0:2::a"]
        told = [
            from_address(api, line, "/bookings", body(hotel, f"guest{number}@example.com"))
            for number, line in enumerate(lines)
        ]
        assert [answer.status_code for answer in told] == [201, 429, 201]

    def test_by_default_a_carrier_has_room(self, api: Api, hotel: factories.HotelForTests) -> None:
        told = [post(api, body(hotel, f"guest{number}@example.com")) for number in range(12)]
        assert statuses(told) == {201: 12}


class TestPayAtHotel:
    def test_five_to_come_for_an_e_mail(self, api: Api, hotel: factories.HotelForTests) -> None:
        people = [api, api.as_(factories.person()), api.as_(factories.person(email=EMAIL)), api, api]
        assert statuses([post(who, body(hotel, at_hotel=True)) for who in people]) == {201: 5}
        before = content()
        refused(post(api, body(hotel, at_hotel=True)), "too_many_unpaid_bookings")
        assert content() == before
        assert post(api, body(hotel)).status_code == 201  # paid now, it needs nobody's trust

    def test_five_to_come_for_an_account(self, api: Api, hotel: factories.HotelForTests) -> None:
        guest = api.as_(factories.person())
        told = [post(guest, body(hotel, f"guest{number}@example.com", at_hotel=True)) for number in range(6)]
        assert statuses(told) == {201: 5, 429: 1}

    def test_an_address_has_a_ceiling_for_a_day(
        self, api: Api, hotel: factories.HotelForTests, with_settings: Callable[..., object]
    ) -> None:
        """E-mails and accounts are free; and what never lapses is not given back by waiting."""
        with_settings(unpaid_bookings_per_address=3)
        people = [api, api.as_(factories.person()), api]
        bodies = [body(hotel, f"guest{number}@example.com", at_hotel=True) for number in range(5)]
        assert statuses([post(who, wanted) for who, wanted in zip(people, bodies, strict=False)]) == {201: 3}
        before = content()
        last = post(api, bodies[3])
        refused(last, "too_many_unpaid_bookings")
        assert "network" in last.json["detail"]
        assert 86_400 / 3 - 60 < int(last.headers["Retry-After"]) <= 86_400 / 3
        assert content() == before
        assert post(api, body(hotel, "bola@example.com")).status_code == 201
        assert from_address(api, "203.0.113.9", "/bookings", bodies[4]).status_code == 201

    def test_who_gets_no_room_is_not_counted(self, api: Api, with_settings: Callable[..., object]) -> None:
        with_settings(unpaid_bookings_per_address=2)
        small, large = factories.hotel(), factories.hotel({"Deluxe": 3})
        wanted = [body(small, f"guest{number}@example.com", at_hotel=True) for number in range(3)]
        assert [post(api, each).status_code for each in wanted] == [201, 409, 409]
        assert post(api, body(large, at_hotel=True)).status_code == 201
        assert post(api, body(large, at_hotel=True)).status_code == 429

    @pytest.mark.parametrize(
        "change",
        [
            "payment_status = 'paid'",
            "status = 'cancelled'",
            "status = 'checked_in'",
            "stay = daterange(current_date - 3, current_date - 1)",
        ],
    )
    def test_what_is_paid_or_over_is_not_counted(self, api: Api, hotel: factories.HotelForTests, change: str) -> None:
        made = [book(api, body(hotel, at_hotel=True)) for _ in range(5)]
        run(f"UPDATE bookings SET {change} WHERE id = :id", id=made[0]["id"])
        assert statuses([post(api, body(hotel, at_hotel=True)) for _ in range(2)]) == {201: 1, 429: 1}

    def test_holds_are_another_matter(self, api: Api, hotel: factories.HotelForTests) -> None:
        assert statuses([post(api, body(hotel)) for _ in range(4)]) == {201: 3, 429: 1}
        assert post(api, body(hotel, at_hotel=True)).status_code == 201

    def test_it_is_worth_waiting_until_the_first_stay_begins(self, api: Api, hotel: factories.HotelForTests) -> None:
        told = [post(api, body(hotel, at_hotel=True)) for _ in range(6)][-1]
        assert 9 * 86_400 < int(told.headers["Retry-After"]) <= 12 * 86_400
        assert one("SELECT count(*) FROM bookings") == 5
