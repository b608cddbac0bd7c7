"""The one who breaks things: every few seconds a fault, drawn by a seed, on the real processes."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

import psycopg
import requests

from demo.story.stage import expect_status, until
from runner.console import RunnerError
from runner.processes import WITHOUT_FLOWER
from tests.faults.running import Running, connected

LONGEST_PAUSE_SECONDS = 3.0
BREATH_SECONDS = 120.0
FROZEN_SECONDS = 2.0
VENDOR_SECONDS = 3.0
REDIS_SECONDS = 1.0
VENDOR_CALLS = ("initialize", "verify", "refund", "fetch_refund", "list_refunds")
KINDS = ("kill", "kill", "kill", "freeze", "freeze", "wipe_redis", "restart_postgres", "vendor_errors")

Deed = Callable[["Nemesis"], str]


class Nemesis:
    """Lives in the thread that started the system: servers end with the thread that starts them."""

    def __init__(self, running: Running, seed: int, served: Callable[[], int]) -> None:
        """`served`: how many answers the guests have had so far."""
        self.running, self.served = running, served
        self.dice = random.Random(seed)
        self.deeds: list[str] = []
        self._kinds = self._shuffled(KINDS)
        self._victims = self._shuffled(WITHOUT_FLOWER)
        self._frozen = self._shuffled((*WITHOUT_FLOWER, "redis"))

    def _shuffled(self, names: tuple[str, ...]) -> Iterator[str]:
        """All of them in any order, then again: none is left out for long."""
        while True:
            yield from self.dice.sample(names, len(names))

    def rage(self, deeds: int) -> None:
        """So many deeds, some of them before the last one is mended; but every other time somebody was served since the one before."""
        served = self.served()
        for number in range(deeds):
            time.sleep(self.dice.uniform(0.5, LONGEST_PAUSE_SECONDS))
            if number % 2 == 0:
                until("a guest to be served", partial(self._is_served_since, served), BREATH_SECONDS)
                served = self.served()
            self.deeds.append(DEEDS[next(self._kinds)](self))

    def _is_served_since(self, before: int) -> bool:
        return self.served() > before

    def kill(self) -> str:
        """SIGKILL for a program and all below it; its supervisor starts it again."""
        victim = next(self._victims)
        with suppress(RunnerError):  # it has not come back from its last end yet
            self.running.kill(victim)
        return f"kill {victim}"

    def freeze(self) -> str:
        """SIGSTOP: it keeps its connections and its locks, and does nothing."""
        victim = next(self._frozen)
        if victim == "redis":
            self.running.system.redis.freeze()
            time.sleep(FROZEN_SECONDS)
            self.running.system.redis.thaw()
        else:
            self._freeze_program(victim)
        return f"freeze {victim}"

    def _freeze_program(self, victim: str) -> None:
        with suppress(RunnerError):
            system = self.running.system
            pids = [system.pid(victim), *system.children(victim)]
            _signal_all(pids, signal.SIGSTOP)
            time.sleep(FROZEN_SECONDS)
            _signal_all(pids, signal.SIGCONT)

    def wipe_redis(self) -> str:
        """It dies and has lost everything when it returns."""
        self.running.kill("redis")
        time.sleep(self.dice.uniform(0, REDIS_SECONDS))
        self.running.system.redis.start()
        return "wipe redis"

    def restart_postgres(self) -> str:
        """Its backends end where they stand; what was committed is there when it returns."""
        self.running.system.postgres.stop("immediate")
        self.running.system.postgres.start()
        with suppress(psycopg.Error):
            self.running.look.close()
        self.running.look = connected(self.running.system)
        return "restart postgres"

    def vendor_errors(self) -> str:
        """The gateway answers 500 to everything."""
        errors = dict.fromkeys(VENDOR_CALLS, "500")
        self._tell_vendor(lambda url: requests.put(url, json=errors, timeout=5))
        time.sleep(VENDOR_SECONDS)
        self.mend_vendor()
        return "vendor errors"

    def mend_vendor(self) -> None:
        self._tell_vendor(lambda url: requests.delete(url, params={"scope": "global"}, timeout=5))

    def _tell_vendor(self, send: Callable[[str], requests.Response]) -> None:
        url = f"{self.running.stage.sandbox}/_control/switches"
        until("the sandbox to listen", lambda: _heard(lambda: send(url)))


def _signal_all(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _heard(send: Callable[[], requests.Response]) -> bool:
    try:
        expect_status(send(), 200)
    except requests.RequestException:
        return False
    return True


DEEDS: dict[str, Deed] = {
    "kill": Nemesis.kill,
    "freeze": Nemesis.freeze,
    "wipe_redis": Nemesis.wipe_redis,
    "restart_postgres": Nemesis.restart_postgres,
    "vendor_errors": Nemesis.vendor_errors,
}
