"""The parts of one running sandbox, as views and background work reach them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

from flask import current_app

from sandbox.background import Background
from sandbox.calls import Calls
from sandbox.mailbox.store import MailStore
from sandbox.settings import Settings
from sandbox.state import State
from sandbox.switches import Switches

EXTENSION = "sandbox"


@dataclass
class World:
    """`keys` maps each secret key to its mode, "test" or "live"; `url` is what browsers are sent to.

    `forgetting`: what else is emptied at a reset.
    """

    keys: Mapping[str, str]
    state: State
    settings: Settings
    switches: Switches
    calls: Calls
    background: Background
    mail: MailStore
    url: str = ""
    forgetting: list[Callable[[], None]] = field(default_factory=list)

    def secret_key(self, mode: str) -> str:
        """The key that signs this mode's webhooks: the first one given for it."""
        return next(key for key, its_mode in self.keys.items() if its_mode == mode)

    def reset(self) -> None:
        """Forgets everything but the settings; ids go on."""
        self.state.reset()
        self.switches.clear()
        for forget in self.forgetting:
            forget()


def this_world() -> World:
    return cast(World, current_app.extensions[EXTENSION])


def build(state: State, keys: Mapping[str, str]) -> World:
    return World(
        keys=keys,
        state=state,
        settings=Settings(state),
        switches=Switches(state),
        calls=Calls(state),
        background=Background(),
        mail=MailStore(state),
    )
