"""Taxes of the sample world. The figures are examples: what is really owed, and on what, an accountant must say."""

from dataclasses import dataclass
from typing import Final

EXAMPLE: Final = "Example figure of the sample world; verify rate and base with an accountant."


@dataclass(frozen=True, slots=True)
class ChargeSample:
    """Per cent of what the rooms cost, in basis points; `state` None: the whole country. `is_included`: the prices hold it."""

    name: str
    value: int
    is_included: bool = False
    state: str | None = None


CHARGES: Final = (
    ChargeSample("VAT (example)", 750),
    ChargeSample("Consumption tax (example)", 500, is_included=True, state="Lagos"),
    ChargeSample("Consumption tax (example)", 500, is_included=True, state="Kano"),
)
