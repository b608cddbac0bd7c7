"""Case 75: what operators look at is for them. Flower, figures, databases and control sockets, as they are shipped."""

import re
from typing import Any

import pytest

from runner.paths import ROOT
from tests.ship.composed import BASE, PRODUCTION, services
from tests.ship.front import FILES

OPEN_TO_ALL = {"nginx"}
PLACES = (FILES / "snippets/places.conf").read_text()


@pytest.mark.parametrize("path", [BASE, PRODUCTION], ids=["base", "production"])
def test_case_75_only_nginx_is_published_to_others(path: Any) -> None:
    published = {
        name: ports
        for name, service in services(path).items()
        if (ports := service.get("ports")) and name not in OPEN_TO_ALL
    }
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports), published


def test_case_75_in_development_nobody_is() -> None:
    assert all(port.startswith("127.0.0.1:") for port in services()["nginx"]["ports"])


def test_case_75_nginx_leads_to_the_api_and_the_sockets_alone() -> None:
    assert set(re.findall(r"proxy_pass http://(\w+);", PLACES)) == {"web", "realtime"}
    assert re.search(r"location ~ \^/\(metrics\|readyz\)\(/\|\$\) \{\s+return 404;", PLACES)


def test_case_75_flower_wants_a_password_that_is_nobodys_default() -> None:
    production = services(PRODUCTION)["flower"]["environment"]
    assert production["FLOWER_BASIC_AUTH"].startswith("${FLOWER_BASIC_AUTH:?")
    for path in (BASE, PRODUCTION, ROOT / "runner/supervisord.conf"):
        assert "UNAUTHENTICATED_API" not in path.read_text()


def test_case_75_gunicorn_opens_no_control_socket() -> None:
    """Its own default is a socket in the home folder, by which workers can be added and ended."""
    text = (ROOT / "gunicorn.conf.py").read_text()
    assert re.search(r"^control_socket_disable = True$", text, re.MULTILINE)
