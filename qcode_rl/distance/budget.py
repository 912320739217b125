"""How much a distance may cost: limits in seconds or in work, and the clock that watches them."""

import time
from dataclasses import dataclass

from qcode_rl.errors import InputError

#: Work units that one core does in a second, roughly; a unit is about 5 ns of kernel time.
WORK_PER_SECOND = 1.5e8


@dataclass(frozen=True)
class Budget:
    """Limits of a computation; `None` means no limit.

    Attributes:
        seconds: wall time, which stops a computation but makes results depend on the machine.
        work: kernel work units (about 5 ns each), which give the same result everywhere.

    Raises:
        InputError: if a limit is not positive.
    """

    seconds: float | None = None
    work: int | None = None

    def __post_init__(self) -> None:
        for name, value in (("seconds", self.seconds), ("work", self.work)):
            # `not >` refuses NaN as well.
            if value is not None and not value > 0:
                raise InputError(f"budget: {name} must be positive, got {value}")


class Clock:
    """Time and work spent since it was made.

    Args:
        budget: the limits; a number is a limit in seconds.
    """

    def __init__(self, budget: Budget | float | None = None) -> None:
        self.budget = budget if isinstance(budget, Budget) else Budget(seconds=budget)
        self.start = time.perf_counter()
        self.work = 0

    @property
    def seconds(self) -> float:
        """Seconds since the clock was made."""
        return time.perf_counter() - self.start

    @property
    def work_left(self) -> float:
        """Work units that may still be spent: an estimate if the limit is in seconds."""
        left = float("inf")
        if self.budget.work is not None:
            left = float(self.budget.work - self.work)
        if self.budget.seconds is not None:
            left = min(left, (self.budget.seconds - self.seconds) * WORK_PER_SECOND)
        return left

    @property
    def spent(self) -> bool:
        """Whether a limit is reached."""
        return self.work_left <= 0
