"""nginx, the compose files and the workflows agree with the code and with each other; needs none of these programs."""

import re
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from app.core.request_guard import MAX_BODY, REQUEST_ID
from app.realtime.server import PING_EVERY, PONG_WITHIN
from app.realtime.sticky import HEADER, KEY
from runner.paths import ROOT
from tests.ship.composed import BASE, PRODUCTION, nginx_variables, services
from tests.ship.front import FILES, SUFFIX, fill_in

TEMPLATES = sorted((FILES / "templates").rglob("*" + SUFFIX))
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
FILLED_IN = dict.fromkeys(nginx_variables(), "x") | {"NGINX_LOCAL_RESOLVERS": "x"}
PINNED = re.compile(r"[\w-]+/[\w/-]+@[0-9a-f]{40}")
MANDATORY = re.compile(r"\$\{(\w+):\?")
UNITS = {"k": 1024, "m": 1024 * 1024}


def nginx_text() -> str:
    files = [*TEMPLATES, *sorted((FILES / "snippets").glob("*.conf")), FILES / "nginx.conf"]
    return "\n".join(path.read_text() for path in files)


def directive(name: str) -> list[str]:
    """What follows the name, in each place where it stands."""
    return re.findall(rf"^\s*{name}\s+([^;]+);", nginx_text(), re.MULTILINE)


# --- nginx ---------------------------------------------------------------------------------------------------------


def test_every_variable_of_the_templates_is_given() -> None:
    assert len(TEMPLATES) == 3
    filled = "".join(fill_in(path.read_text(), FILLED_IN) for path in TEMPLATES)
    assert re.findall(r"\$\{\w+\}", filled) == []
    used = set(re.findall(r"\$\{(NGINX_\w+)\}", nginx_text()))
    frame = {"NGINX_ENVSUBST_FILTER", "NGINX_ENTRYPOINT_LOCAL_RESOLVERS"}
    assert used == set(FILLED_IN) - frame


def test_the_cap_of_bodies_is_the_applications() -> None:
    assert [int(cap[:-1]) * UNITS[cap[-1]] for cap in directive("client_max_body_size")] == [MAX_BODY]


def test_a_silent_socket_is_ended_by_the_application() -> None:
    web, sockets = directive("proxy_read_timeout")
    assert int(sockets[:-1]) > PING_EVERY + PONG_WITHIN > int(web[:-1])


def test_names_of_requests_and_keys_are_what_the_application_takes() -> None:
    assert f'"~^{REQUEST_ID.pattern}$" $http_x_request_id;' in nginx_text()
    assert f'"~^(?<key_of_id>{KEY.pattern})-" $key_of_id;' in nginx_text()
    assert f"{HEADER} $sticky_key" in directive("proxy_set_header")


def test_only_nginx_says_where_a_client_is() -> None:
    """Set in one place, and never added to what came."""
    told = [value for value in directive("proxy_set_header") if value.startswith(("X-Forwarded-For", "X-Real-IP"))]
    assert told == ["X-Forwarded-For $remote_addr", 'X-Real-IP ""']
    assert len(directive("include snippets/forwarded.conf")) == 0
    assert (
        nginx_text().count("include snippets/forwarded.conf;") == nginx_text().count("location /socket.io/ {") + 1 == 2
    )


# --- compose -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "variable, service, port", [("NGINX_WEB", "web", "8000"), ("NGINX_REALTIME", "realtime", "8001")]
)
def test_nginx_looks_for_services_that_are_there(variable: str, service: str, port: str) -> None:
    assert nginx_variables()[variable].startswith(f"server {service}:{port} resolve ")
    command = " ".join(services()[service]["command"])
    assert f"--port {port}" in command or f"0.0.0.0:{port}" in command
    assert services()["nginx"]["depends_on"][service] == {"condition": "service_healthy"}


def test_the_processes_believe_one_proxy_and_are_reached_by_it_alone() -> None:
    composed = services()
    behind = {name for name, service in composed.items() if "TRUSTED_PROXIES" in service.get("environment", {})}
    assert behind == {"web", "realtime"}
    assert {composed[name]["environment"]["TRUSTED_PROXIES"] for name in behind} == {"1"}
    assert [name for name in behind if "ports" in composed[name]] == []


def test_the_published_ports_of_nginx_are_those_of_its_sites() -> None:
    told = nginx_variables()
    inner = [port.rpartition(":")[2] for path in (BASE, PRODUCTION) for port in services(path)["nginx"]["ports"]]
    assert inner == [told["NGINX_HTTP_PORT"]] * 3 + [told["NGINX_HTTPS_PORT"]]
    assert told["NGINX_OWN_PORT"] in services()["nginx"]["healthcheck"]["test"][-1]
    sites = {path.name.removesuffix(".conf" + SUFFIX) for path in TEMPLATES if path.parent.name == "sites"}
    assert sites == {told["NGINX_SITE"], services(PRODUCTION)["nginx"]["environment"]["NGINX_SITE"]}


@pytest.mark.parametrize("name", sorted(services()))
def test_no_container_fills_the_disk_or_the_memory(name: str) -> None:
    service = services()[name]
    assert service["logging"]["options"] == {"max-size": "20m", "max-file": "3"}
    assert service["mem_limit"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", sorted(set(services()) - {"postgres", "redis"}))
def test_ours_have_no_rights_and_write_nowhere(name: str) -> None:
    service = services()[name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])


def test_production_takes_no_default_for_a_secret() -> None:
    needed = set(MANDATORY.findall(PRODUCTION.read_text()))
    example = (ROOT / "production.env.example").read_text()
    assert needed >= {"SECRET_KEY", "DATABASE_URL", "PAYSTACK_SECRET_KEY", "METRICS_TOKEN", "FLOWER_BASIC_AUTH"}
    assert needed - set(re.findall(r"^(\w+)=", example, re.MULTILINE)) == set()


def test_production_sets_the_same_for_every_process() -> None:
    processes = {name for name, service in services().items() if "PROCESS" in service.get("environment", {})}
    modes = {
        name: service["environment"].get("ENVIRONMENT")
        for name, service in services(PRODUCTION).items()
        if "environment" in service
    }
    assert {name for name, mode in modes.items() if mode == "production"} == processes
    assert services(PRODUCTION)["sandbox"] == {"profiles": ["sandbox"]}


# --- workflows -----------------------------------------------------------------------------------------------------


def jobs() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in WORKFLOWS:
        found |= {f"{path.stem}/{name}": job for name, job in yaml.safe_load(path.read_text())["jobs"].items()}
    return found


def steps(job: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = jobs()[job]["steps"]
    return found


def test_ci_runs_what_a_developer_runs() -> None:
    assert set(jobs()) == {"ci/test", "ci/containers", "nightly/slow", "audit/dependencies"}
    assert [step["run"] for step in steps("ci/test") if "./dev" in step.get("run", "")] == ["./dev test"]
    assert [step["run"] for step in steps("nightly/slow") if "./dev" in step.get("run", "")] == ["./dev test --slow"]
    assert (ROOT / ".ci/run").read_text().endswith("exec ./dev test\n")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_read_and_nothing_more(path: Any) -> None:
    workflow = yaml.safe_load(path.read_text())
    assert workflow["permissions"] == {}
    assert "concurrency" in workflow
    for job in workflow["jobs"].values():
        assert job["permissions"] == {"contents": "read"}
        assert 0 < job["timeout-minutes"] <= 60


def test_foreign_code_is_named_by_its_commit() -> None:
    used = [step["uses"] for job in jobs() for step in steps(job) if "uses" in step]
    assert len(used) == 4
    assert [name for name in used if not PINNED.fullmatch(name)] == []
