import pytest

PARTS = (
    "blocks",
    "books",
    "changes",
    "ends",
    "ground",
    "guests",
    "machine",
    "model",
    "rates",
    "staff",
    "terms",
    "till",
    "truth",
    "work",
)

pytest.register_assert_rewrite(*(f"tests.machine.{name}" for name in PARTS))
