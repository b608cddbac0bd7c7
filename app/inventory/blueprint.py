"""A blueprint that also lets in by what a path names: a room, a room type, a block."""

from collections.abc import Callable
from typing import Any, TypeVar

from app.auth import blueprint
from app.auth.permissions import Verb
from app.inventory import guard

F = TypeVar("F", bound=Callable[..., Any])


class Blueprint(blueprint.Blueprint):
    """That of auth, plus `allowed_at`."""

    def allowed_at(self, verb: Verb, name: str) -> Callable[[F], F]:
        """As `allowed`, at the hotel of the thing whose id stands in the path as `name`."""
        return self._asking(lambda: guard.allow_at(verb, name), blueprint.EITHER, self.problems(401, 403, 404))
