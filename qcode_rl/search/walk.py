"""Which size to search next: a walk towards the smallest n for each k.

The walk sees only evaluations and successes, never a clock, so a spec always walks alike. For each
dimension k it keeps the best length found and the lengths that failed, jumps half the way towards
the least possible length after a success, and half the way back after failures. A further k is
opened once all open ones have a code.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from qcode_rl.codes.bounds import shortest_length
from qcode_rl.distance.census import MAX_CENSUS_DIMENSION
from qcode_rl.edits.hypergraph_product import MAX_BITS
from qcode_rl.gf2 import BinaryMatrix

#: How far above the least possible length a dimension is first tried, as a divisor of that length.
_FIRST_MARGIN = 4


@dataclass
class Row:
    """How far one dimension has got.

    Attributes:
        dimension: k of the classical code.
        floor: length below which no code exists, or none is left to look at.
        length: length to try next.
        best: shortest length found, `None` before the first success.
        failures: unsuccessful slices at each length.
        slices: slices spent in all.
        checks: the shortest code found, its check matrix as rows of 0 and 1; empty without one.
    """

    dimension: int
    floor: int
    length: int
    best: int | None = None
    failures: dict[int, int] = field(default_factory=dict)
    slices: int = 0
    checks: tuple[str, ...] = ()

    @property
    def finished(self) -> bool:
        """Whether nothing shorter can be found, or nothing at all."""
        return self.floor >= (self.best or MAX_BITS + 1)

    def copy(self) -> "Row":
        """Return a row of its own that stands alike."""
        return replace(self, failures=dict(self.failures))

    def succeed(self, length: int, checks: tuple[str, ...] = ()) -> None:
        """Note a code of some length and choose the next, shorter one."""
        if self.best is None or length < self.best:
            self.best, self.checks = length, checks
        self.length = max(self.floor, self.best - max(1, (self.best - self.floor) // 2))

    def fail(self, exhausted: bool = False) -> None:
        """Note a slice without success and choose the next length.

        Args:
            exhausted: hardly any matrix of this length was new, so that looking on is vain.
        """
        self.failures[self.length] = self.failures.get(self.length, 0) + 1
        if exhausted:
            self.floor = max(self.floor, self.length + 1)
        if self.best is None:
            self.length = min(MAX_BITS, self.length + max(1, self.length // 8))
        else:
            # Lengths in between first; once there is none, the one just below the best again, and
            # now and then a shorter one, since the agent has learned meanwhile.
            between = (self.length + self.best) // 2
            if between > self.length:
                self.length = between
            elif self.failures[self.length] % 4 == 0:
                self.length = max(self.floor, self.best - 2)
            else:
                self.length = max(self.floor, self.best - 1)


class SizeWalk:
    """Deals out slices of search over dimensions and lengths.

    Args:
        distance: distance asked for.
        first_dimension: k of the first row.
        only_one: stay with the first dimension.
        least_length: no length below this one is tried (a seed code's length), 0 for no limit.
    """

    def __init__(
        self, distance: int, first_dimension: int, only_one: bool, least_length: int = 0
    ) -> None:
        self.distance = distance
        self.only_one = only_one
        self.least_length = least_length
        self.rows: list[Row] = []
        self._next_dimension = first_dimension
        self._open_row()

    def next_row(self) -> Row | None:
        """Return the row to spend the next slice on, `None` when every row is finished.

        Rows take turns; those with fewer slices come first.
        """
        settled = all(row.best is not None for row in self.rows)
        if settled and not self.only_one:
            self._open_row()
        active = [row for row in self.rows if not row.finished]
        return min(active, key=lambda row: (row.slices, row.dimension), default=None)

    def state(self) -> tuple[Row, ...]:
        """Return how the walk stands: copies of its rows."""
        return tuple(row.copy() for row in self.rows)

    def restore(self, rows: Iterable[Row]) -> None:
        """Go on from where `state` of a walk with the same arguments was taken."""
        self._next_dimension -= len(self.rows)
        self.rows = [row.copy() for row in rows]
        self._next_dimension += len(self.rows)

    def _open_row(self) -> None:
        """Open the next dimension, if a census reaches it and some length up to 64 is possible."""
        row = open_row(self.distance, self._next_dimension, self.least_length)
        if row is None:
            return
        self._next_dimension += 1
        # A new row starts level with the others instead of taking all turns until it has caught up.
        row.slices = min((row.slices for row in self.rows if not row.finished), default=0)
        self.rows.append(row)


def open_row(
    distance: int, dimension: int, least_length: int = 0, row_limit: int | None = None
) -> Row | None:
    """Return a fresh row for a dimension.

    Args:
        distance: distance asked for.
        dimension: k.
        least_length: no length below this one is tried, 0 for no limit.
        row_limit: most that a check may weigh, for lengths that this rules out; `None`: no limit.

    Returns:
        The row; `None` if no census reaches the dimension, or no length up to 64 is possible.
    """
    shortest = shortest_length(dimension, distance, row_limit)
    if shortest is None or dimension > MAX_CENSUS_DIMENSION:
        return None
    # One check at least, and room for a bit that is not a free one.
    floor = max(shortest, least_length, dimension + 1)
    start = least_length or min(MAX_BITS, floor + max(1, floor // _FIRST_MARGIN))
    return Row(dimension, floor, max(floor, start))


def as_text(checks: BinaryMatrix) -> tuple[str, ...]:
    """Return a check matrix as rows of 0 and 1."""
    return tuple("".join(map(str, row)) for row in checks.tolist())


def as_checks(rows: Iterable[str]) -> BinaryMatrix:
    """Return the check matrix that `as_text` wrote, `(m, n) uint8`."""
    return np.array([[int(entry) for entry in row] for row in rows], dtype=np.uint8)
