"""A blueprint that also knows whose rate plan a path names."""

from collections.abc import Callable
from typing import Any, TypeVar

from app.auth import blueprint
from app.auth.permissions import Verb
from app.rates import guard

F = TypeVar("F", bound=Callable[..., Any])


class Blueprint(blueprint.Blueprint):
    """That of auth, plus `allowed_at_plan`."""

    def allowed_at_plan(self, verb: Verb) -> Callable[[F], F]:
        """Lets in whom the table of `auth.permissions` allows it at the hotel of the path's `rate_plan_id`."""
        return self._asking(lambda: guard.allow_at_plan(verb), blueprint.EITHER, self.problems(401, 403, 404))
