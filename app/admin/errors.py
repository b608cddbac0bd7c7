"""What the platform's people may not do."""

from app.core.errors import Conflict


class CannotSuspendOneself(Conflict):
    code, title = "cannot_suspend_oneself", "Nobody suspends his own account; another admin can"


class CannotChangeOwnRole(Conflict):
    code, title = "cannot_change_own_role", "Nobody changes his own role; another admin can"
