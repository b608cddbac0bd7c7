"""The same processes and queues in the runner's table, in supervisor's configuration and in docker-compose.yml."""

import configparser
import shlex
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from runner.paths import ROOT
from runner.processes import BY_NAME, PROCESSES, WITHOUT_FLOWER
from runner.supervision import CONFIGURATION, GROUP

NOT_PROCESSES = {"postgres", "redis", "migrate", "nginx"}
WORKERS = {process.name: process.queue for process in PROCESSES if process.queue}


def supervised() -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(inline_comment_prefixes=(" ;",))
    parser.read(CONFIGURATION)
    return parser


def programs() -> dict[str, dict[str, str]]:
    parser = supervised()
    return {
        section.removeprefix("program:"): dict(parser.items(section))
        for section in parser.sections()
        if section.startswith("program:")
    }


def services() -> dict[str, dict[str, Any]]:
    composed = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return {name: service for name, service in composed["services"].items() if name not in NOT_PROCESSES}


def queue_of(command: list[str]) -> str | None:
    return command[command.index("-Q") + 1] if "-Q" in command else None


def test_the_names_are_the_same_everywhere() -> None:
    assert len(BY_NAME) == len(PROCESSES) == 9
    assert set(programs()) == set(BY_NAME)
    assert set(services()) == set(BY_NAME)
    assert set(supervised().get(f"group:{GROUP}", "programs").split(",")) == set(BY_NAME)
    assert set(BY_NAME) - set(WITHOUT_FLOWER) == {"flower"}


def test_the_queues_are_the_same_everywhere() -> None:
    assert WORKERS == {"worker-critical": "critical", "worker-bulk": "bulk", "worker-ticks": "ticks"}
    for name in BY_NAME:
        supervised_queue = queue_of(shlex.split(programs()[name]["command"]))
        assert supervised_queue == WORKERS.get(name) == queue_of(services()[name]["command"]), name


def test_every_worker_has_a_node_name_of_its_own() -> None:
    for name, queue in WORKERS.items():
        command = shlex.split(programs()[name]["command"])
        assert command[command.index("-n") + 1] == f"{queue}@%%h"


@pytest.mark.parametrize("name", sorted(set(BY_NAME) - {"sandbox"}))
def test_each_process_is_told_what_it_is(name: str) -> None:
    kind = "worker" if name in WORKERS else name
    assert programs()[name]["environment"] == f'PROCESS="{kind}"'
    assert services()[name]["environment"]["PROCESS"] == kind


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_what_ends_is_started_again(name: str) -> None:
    program = programs()[name]
    assert program["autorestart"] == "true"
    assert int(program["startretries"]) >= 100_000
    assert int(program["stopwaitsecs"]) <= 12
    assert program["stdout_logfile"] == f"%(ENV_RUN_DIR)s/log/{name}.log"
    assert services()[name]["restart"] == "unless-stopped"


def test_no_container_listens_beyond_loopback() -> None:
    composed = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    published = [port for service in composed["services"].values() for port in service.get("ports", [])]
    assert len(published) == 6
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []
