"""Limits counted in work, so that an answer never depends on the machine's speed."""

from qcode_rl.errors import InputError

#: Work units (about 10 ns each) that a listing or a search may spend unless told otherwise.
DEFAULT_BUDGET = 100_000_000


class UndecidedError(Exception):
    """Whether two codes are the same could not be settled: the message says what ran out."""


class OutOfWork(Exception):
    """The budget does not allow the next step."""


class Work:
    """What is left of a budget.

    Args:
        budget: work units.

    Raises:
        InputError: if the budget is not a positive whole number.
    """

    def __init__(self, budget: int) -> None:
        if type(budget) is not int or budget < 1:
            raise InputError(f"budget: must be a positive number of work units, got {budget!r}")
        self.left = budget

    def spend(self, units: int) -> None:
        """Take units off the budget.

        Raises:
            OutOfWork: if fewer are left.
        """
        self.left -= int(units)
        if self.left < 0:
            raise OutOfWork
