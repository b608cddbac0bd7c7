"""A blueprint that knows who asks, and says so in the OpenAPI document."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, overload

from app.auth import guard
from app.auth.models import Role
from app.auth.permissions import AT_HOTEL, Verb
from app.core import blueprint

F = TypeVar("F", bound=Callable[..., Any])

EITHER: list[dict[str, list[str]]] = [{"bearer": []}, {"oauth2": []}]
MARK = "asks_for_login"


class Blueprint(blueprint.Blueprint):
    """Ours, plus `login_required`, `login_optional`, `allowed` and `allowed_at`.

    They stand above `arguments`, so that strangers hear 401 and not what a body lacks.
    """

    if TYPE_CHECKING:  # flask-smorest has no types: without these every decorated view would count as untyped

        def route(self, rule: str, **options: Any) -> Callable[[F], F]: ...

        get = post = put = patch = delete = route

        def response(self, status: int, schema: Any = None, **options: Any) -> Callable[[F], F]: ...

    @overload
    def login_required(self, view: F, /) -> F: ...

    @overload
    def login_required(self, *roles: Role) -> Callable[[F], F]: ...

    def login_required(self, *roles: Any) -> Any:
        """Lets in who is logged in and at least one of `roles`.

        `@blp.login_required` or `@blp.login_required(Role.PLATFORM_ADMIN)`.
        """
        if roles and not isinstance(roles[0], Role):
            return self.login_required()(roles[0])
        problems = self.problems(401, 403) if roles else self.problems(401)
        return self._asking(lambda: guard.admit(roles), EITHER, problems)

    def login_optional(self, view: F) -> F:
        """Anybody; a token that is sent must be a good one. `guard.principal_or_none()` tells who it is."""
        return self._asking(guard.principal_or_none, [{}, *EITHER], self.problems(401))(view)

    def allowed(self, verb: Verb) -> Callable[[F], F]:
        """Lets in whom the table of `auth.permissions` allows it: at a hotel, the one whose `hotel_id` is in the path."""
        problems = self.problems(401, 403, *([404] if verb in AT_HOTEL else []))
        return self._asking(lambda: guard.allow(verb), EITHER, problems)

    def allowed_at(self, verb: Verb, name: str, hotel_of: guard.HotelOf) -> Callable[[F], F]:
        """The same at the hotel of the thing whose id stands in the path as `name`; `hotel_of` finds it."""
        return self._asking(lambda: guard.allow_at(verb, name, hotel_of), EITHER, self.problems(401, 403, 404))

    def arguments(self, *args: Any, **kwargs: Any) -> Callable[[F], F]:
        """flask-smorest's. Raises TypeError when login would be asked for after it."""
        parse = super().arguments(*args, **kwargs)

        def decorate(view: F) -> F:
            if hasattr(view, MARK):
                raise TypeError(
                    f"{view.__qualname__}: login_required stands above arguments, so that strangers hear 401 before 422"
                )
            parsing: F = parse(view)
            return parsing

        return decorate

    def _asking(
        self, ask: Callable[[], object], security: list[dict[str, list[str]]], problems: Callable[[F], F]
    ) -> Callable[[F], F]:
        def guarded(view: F) -> F:
            @wraps(view)
            def asking(*args: Any, **kwargs: Any) -> Any:
                ask()
                return view(*args, **kwargs)

            setattr(asking, MARK, True)
            documented: F = problems(self.doc(security=security)(asking))
            return documented

        def decorate(view: F) -> F:
            decorated: F = self._decorate_view_func_or_method_view(guarded, view)
            return decorated

        return decorate
