"""How often one may ask: every route has its class, every class its limit, and everybody is counted as who he is."""

import re
from collections.abc import Callable
from functools import cache

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app import rate_limits
from app.config import Settings
from app.core import rate_limit, redis_client
from app.core.rate_limit import Counter, Limit
from app.rate_limits import BLUEPRINTS, BRANCHES, ROUTES, RateClass
from tests import factories
from tests.api import Api, new_key
from tests.second_app import second_app
from tests.surface import content, what_is_wrong

NOWHERE = "redis://127.0.0.1:1/0"
LIMITS = {f"rate_limit_{name}": "2/hour" for name in ("search", "read", "write", "admin", "auth")}
STRANGER = {"rate_limit_people_per_address": 1}
POLICY = re.compile(r'"([a-z]+)";q=(\d+);w=(\d+)')
LEFT = re.compile(r'"([a-z]+)";r=(\d+);t=(\d+)')
HOTELS, SEARCH, LOGIN = "/api/v1/hotels", "/api/v1/hotels/search", "/api/v1/auth/login"
NOBODY = {"email": "nobody@example.com", "password": "correct-horse-battery"}

Change = Callable[..., Settings]


@pytest.fixture(autouse=True)
def own_counter(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the process settles a moment late: it may have asked the next test's Redis, and found it away."""
    monkeypatch.setattr(rate_limit, "_counter", Counter())


def get(
    app: Flask, path: str = HOTELS, *, address: str = "203.0.113.7", token: str | None = None, **headers: str
) -> TestResponse:
    auth = {"Authorization": f"Bearer {token}"} if token else {}
    return app.test_client().get(path, headers=headers | auth, environ_base={"REMOTE_ADDR": address})


def log_in(app: Flask, *, address: str = "203.0.113.7", **headers: str) -> TestResponse:
    return app.test_client().post(LOGIN, json=NOBODY, headers=headers, environ_base={"REMOTE_ADDR": address})


class TestClasses:
    def test_every_route_has_one(self, application: Flask) -> None:
        """A blueprint that fails here needs a line in the table of app/rate_limits.py."""
        unknown = {
            rule.endpoint
            for rule in application.url_map.iter_rules()
            if rule.endpoint not in ROUTES
            and rule.endpoint.rpartition(".")[0] not in BLUEPRINTS
            and not rule.rule.startswith(tuple(BRANCHES))
        }
        assert unknown == set()

    def test_the_table_names_what_is_there(self, application: Flask) -> None:
        endpoints = {rule.endpoint for rule in application.url_map.iter_rules()}
        assert set(ROUTES) <= endpoints
        assert {endpoint.rpartition(".")[0] for endpoint in endpoints} >= set(BLUEPRINTS)

    def test_every_class_has_a_limit_but_none(self) -> None:
        limits = {name.removeprefix("rate_limit_") for name in Settings.model_fields if name.startswith("rate_limit_")}
        assert limits == set(RateClass) - {RateClass.NONE} | {"people_per_address"}

    @pytest.mark.parametrize(
        "method, path, expected",
        [
            ("GET", SEARCH, "search"),
            ("GET", f"{HOTELS}/01890000-0000-7000-8000-000000000000/offers", "search"),
            ("GET", f"{HOTELS}/01890000-0000-7000-8000-000000000000", "read"),
            ("GET", HOTELS, "read"),
            ("HEAD", HOTELS, "read"),
            ("GET", "/api/v1/bookings", "read"),
            ("POST", "/api/v1/bookings", "write"),
            ("PATCH", "/api/v1/users/me", "write"),
            ("POST", LOGIN, "auth"),
            ("POST", "/api/v1/auth/register", "auth"),
            ("POST", "/api/v1/auth/refresh", "write"),
            ("POST", "/api/v1/auth/logout", "write"),
            ("GET", "/api/v1/payments/return", "read"),
            ("GET", "/nothing", "read"),
            ("DELETE", HOTELS, "read"),
        ],
    )
    def test_what_is_what(self, application: Flask, method: str, path: str, expected: str) -> None:
        answer = application.test_client().open(path, method=method, json=None if method in {"GET", "HEAD"} else {})
        assert POLICY.fullmatch(answer.headers["RateLimit-Policy"])[1] == expected

    @pytest.mark.parametrize(
        "path", ["/healthz", "/readyz", "/metrics", "/docs/", "/docs/index.css", "/api/v1/openapi.json"]
    )
    def test_machines_and_documents_are_not_counted(self, application: Flask, path: str) -> None:
        answer = application.test_client().get(path)
        assert answer.status_code == 200
        assert "RateLimit" not in answer.headers

    def test_neither_is_the_gateway_nor_a_preflight(self, application: Flask) -> None:
        webhook = application.test_client().post("/api/v1/webhooks/paystack", data=b"{}")
        preflight = application.test_client().options(HOTELS)
        assert (webhook.status_code, preflight.status_code) == (401, 200)
        assert not {"RateLimit", "RateLimit-Policy"} & {
            name for answer in (webhook, preflight) for name, _ in answer.headers
        }

    def test_a_branch_is_one_class_whatever_its_blueprints(self) -> None:
        for method in ("GET", "POST"):
            told = rate_limits.class_of("users.find", "/api/v1/admin/users", method)
            assert told is RateClass.ADMIN


class TestCounting:
    def test_what_is_left_is_told_and_then_there_is_nothing(self, application: Flask, with_settings: Change) -> None:
        with_settings(**LIMITS, rate_limit_people_per_address=3)
        told = [get(application) for _ in range(7)]
        assert [answer.status_code for answer in told] == [200] * 6 + [429]
        assert {answer.headers["RateLimit-Policy"] for answer in told} == {'"read";q=6;w=3600'}
        left = [LEFT.fullmatch(answer.headers["RateLimit"]) for answer in told]
        assert [int(one[2]) for one in left] == [5, 4, 3, 2, 1, 0, 0]
        refused = told[-1]
        assert list(what_is_wrong(refused, 429)) == []
        assert refused.json["code"] == "too_many_requests"
        assert refused.headers["Retry-After"] == left[-1][3]
        assert 0 < int(refused.headers["Retry-After"]) <= 2 * 3600
        assert not any(name.startswith("X-RateLimit") for name, _ in refused.headers)

    def test_who_is_refused_changes_nothing(self, api: Api, with_settings: Change) -> None:
        hotel, guest = factories.hotel(), api.as_(factories.person())
        with_settings(**LIMITS)
        request = factories.booking_request(hotel)
        assert guest.post("/bookings", request, key=new_key()).status_code == 201
        assert guest.patch("/users/me", {}).status_code == 200
        before = content()
        assert list(what_is_wrong(guest.post("/bookings", request, key=new_key()), 429)) == []
        assert list(what_is_wrong(guest.patch("/users/me", {"full_name": "Someone Else"}), 429)) == []
        assert content() == before

    @pytest.mark.parametrize(
        "body, headers, status",
        [
            (b"{}", {"Content-Type": "text/plain"}, 415),
            (b"{}", {"Content-Type": "application/json", "Content-Encoding": "gzip"}, 415),
            (b"x" * 70_000, {"Content-Type": "application/json"}, 413),
            (b"{", {"Content-Type": "application/json"}, 400),
        ],
    )
    def test_what_cannot_be_read_is_counted_too(
        self, application: Flask, with_settings: Change, body: bytes, headers: dict[str, str], status: int
    ) -> None:
        with_settings(**LIMITS)
        told = [application.test_client().post(LOGIN, data=body, headers=headers).status_code for _ in range(3)]
        assert told == [status, status, 429]

    def test_so_is_a_path_that_leads_nowhere(self, application: Flask, with_settings: Change) -> None:
        with_settings(**LIMITS, **STRANGER)
        for path in ("/nothing", "/%00"):
            assert get(application, path).status_code == 404
        assert get(application, "/%00").status_code == 429

    def test_classes_do_not_share(self, application: Flask, with_settings: Change) -> None:
        with_settings(**LIMITS, **STRANGER)
        for _ in range(3):
            get(application)
        assert [get(application, path).status_code for path in (HOTELS, SEARCH)] == [429, 422]
        assert log_in(application).status_code == 401

    def test_people_are_counted_by_themselves_wherever_they_are(
        self, application: Flask, api: Api, with_settings: Change
    ) -> None:
        ada, ngozi = (api.as_(factories.person()).token for _ in range(2))
        with_settings(**LIMITS, **STRANGER)
        for address in ("203.0.113.7", "203.0.113.8"):
            assert get(application, "/api/v1/users/me", address=address, token=ada).status_code == 200
        assert get(application, "/api/v1/users/me", address="203.0.113.9", token=ada).status_code == 429
        assert get(application, "/api/v1/users/me", token=ngozi).status_code == 200
        assert get(application).status_code == 200

    @pytest.mark.parametrize("made_up", ["garbage", "a.b.c", "Bearer", ""])
    def test_a_token_that_is_none_of_ours_is_an_address(
        self, application: Flask, with_settings: Change, made_up: str
    ) -> None:
        """Else each made-up one would be a new person."""
        with_settings(**LIMITS, **STRANGER)
        for number in range(3):
            answer = get(application, token=f"{made_up}{number}")
        assert answer.status_code == 429

    def test_strangers_share_an_address_that_counts_for_many(self, application: Flask, with_settings: Change) -> None:
        with_settings(**LIMITS, rate_limit_people_per_address=2)
        assert [get(application).status_code for _ in range(5)] == [200] * 4 + [429]
        assert get(application, address="203.0.113.8").status_code == 200

    def test_of_version_six_a_customer_has_more_than_an_address(
        self, application: Flask, with_settings: Change
    ) -> None:
        with_settings(**LIMITS, **STRANGER)
        told = [get(application, address=f"2001:db8:0:7::{number:x}").status_code for number in (1, 2, 3)]
        assert told == [200, 200, 429]
        assert get(application, address="2001:db8:0:8::1").status_code == 200

    def test_who_comes_from_nowhere_is_counted_with_his_like(self, application: Flask, with_settings: Change) -> None:
        with_settings(**LIMITS, **STRANGER)
        assert [get(application, address=told).status_code for told in ("unix:", "", "unknown")] == [200, 200, 429]

    def test_case_61_a_flood_of_logins_is_stopped_by_address(
        self, application: Flask, api: Api, with_settings: Change
    ) -> None:
        """Even of who is logged in: accounts are free. The address counts once, not for many."""
        token = api.as_(factories.person()).token
        with_settings(**LIMITS, rate_limit_people_per_address=100)
        told = [log_in(application, Authorization=f"Bearer {token}").status_code for _ in range(3)]
        assert told == [401, 401, 429]
        assert log_in(application).status_code == 429
        assert log_in(application, address="203.0.113.8").status_code == 401


class TestWithoutRedis:
    @pytest.fixture(autouse=True)
    def no_redis(self, application: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        """And this process knows it."""
        redis_client.connect(NOWHERE, "test:")
        counter = Counter()
        counter.count("test:anything", Limit(1, 60), 1)
        counter.settle()
        monkeypatch.setattr(rate_limit, "_counter", counter)

    def test_case_60_limits_fall_back_to_memory(self, application: Flask, with_settings: Change) -> None:
        """Never a 500, never without limits: each of two processes lets in the half."""
        with_settings(rate_limit_read="4/hour", web_processes=2, **STRANGER)
        told = [get(application) for _ in range(4)]
        assert [answer.status_code for answer in told] == [200, 200, 429, 429]
        assert told[0].headers["RateLimit-Policy"] == '"read";q=2;w=3600'
        assert list(what_is_wrong(told[-1], 429)) == []

    def test_case_59_sessions_are_still_checked(self, application: Flask, api: Api, with_settings: Change) -> None:
        guest = api.as_(factories.person())
        assert guest.get("/users/me").status_code == 200
        assert guest.post("/auth/logout").status_code == 204
        answer = guest.get("/users/me")
        assert (answer.status_code, answer.json["code"]) == (401, "session_ended")
        with_settings(**LIMITS, web_processes=1)
        assert [log_in(application).status_code for _ in range(3)] == [401, 401, 429]


@pytest.fixture(scope="module")
def behind(application: Flask) -> Callable[[int], Flask]:
    """An application behind so many proxies."""
    return cache(lambda proxies: second_app(Settings(trusted_proxies=proxies)))


class TestProxies:
    """Case 61: whoever says where he comes from is believed as far as there are proxies that we know of."""

    @pytest.fixture(autouse=True)
    def once_an_hour(self, with_settings: Change) -> None:
        """That often may an address ask."""
        with_settings(rate_limit_auth="1/hour")

    @pytest.mark.parametrize(
        "proxies, first, second, same",
        [
            # Nobody in front of us: the header is whatever a client likes.
            (0, "198.51.100.1", "198.51.100.2", True),
            # One, which adds the address that it sees to what the client said.
            (1, "198.51.100.1, 192.0.2.1", "198.51.100.2, 192.0.2.1", True),
            (1, "198.51.100.1, 192.0.2.1", "198.51.100.1, 192.0.2.2", False),
            # Two: the inner one adds the address of the outer.
            (2, "198.51.100.1, 192.0.2.1, 10.0.0.1", "198.51.100.2, 192.0.2.1, 10.0.0.2", True),
            (2, "192.0.2.1, 10.0.0.1", "192.0.2.2, 10.0.0.1", False),
            # Who comes past the proxies is where he is.
            (2, "192.0.2.1", "192.0.2.2", True),
        ],
    )
    def test_case_61_a_forged_header_makes_nobody_somebody_else(
        self, behind: Callable[[int], Flask], proxies: int, first: str, second: str, same: bool
    ) -> None:
        app = behind(proxies)
        told = [log_in(app, **{"X-Forwarded-For": sent}).status_code for sent in (first, second)]
        assert told == [401, 429 if same else 401]

    @pytest.mark.parametrize("name", ["X-Real-IP", "Forwarded", "X-Client-IP", "CF-Connecting-IP", "True-Client-IP"])
    def test_other_headers_are_nothing_to_us(self, behind: Callable[[int], Flask], name: str) -> None:
        app = behind(1)
        told = [
            log_in(app, **{name: f"for={place}", "X-Forwarded-For": "192.0.2.1"}).status_code
            for place in ("192.0.2.8", "192.0.2.9")
        ]
        assert told == [401, 429]


def test_what_makes_no_limit_is_refused_at_the_start() -> None:
    for text in (
        "",
        "100",
        "100/fortnight",
        "0/minute",
        "-1/minute",
        "1.5/minute",
        "100/minutes",
        "100 per minute",
        "9999999999/day",
    ):
        with pytest.raises(ValueError, match="rate_limit_read"):
            Settings(rate_limit_read=text)
    assert Settings(rate_limit_read="100/minute").rate_limit_read == "100/minute"
