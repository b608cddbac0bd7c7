"""The whole machine: each of its parts has a file of its own, and is switched on by its name here."""

import sys

from tests.machine.blocks import Blocks
from tests.machine.ends import Ends
from tests.machine.rates import Rates
from tests.machine.stories import Stories
from tests.machine.terms import Terms


class Machine(Terms, Stories, Blocks, Rates, Ends):
    """Counts its steps, how often it came to an end, and how often something was wrong, over all of its runs."""

    total_steps = 0
    total_ends = 0
    total_faults = 0

    def teardown(self) -> None:
        """After a step that failed there is nothing to settle."""
        type(self).total_steps += self.steps
        raised = sys.exc_info()[0]
        if raised is None:
            type(self).total_ends += 1
            self._settle()
        elif issubclass(raised, AssertionError):
            type(self).total_faults += 1

    def _settle(self) -> None:
        try:
            self.settle()
        except AssertionError:
            type(self).total_faults += 1
            raise
