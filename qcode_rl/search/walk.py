"""Which size to search next: a walk towards the smallest size for each k.

The walk sees only evaluations and successes, never a clock, so a spec always walks alike. For each
dimension k it keeps the best length found and the lengths that failed, jumps half the way towards
the least possible length after a success, and half the way back after failures. A further k is
opened once all open ones have a code. What a dimension and a length are, families say: those of the
classical factor of a product, or numbers of logical and of physical qubits, or a group's order.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from qcode_rl.codes.bounds import shortest_length
from qcode_rl.distance.census import MAX_CENSUS_DIMENSION
from qcode_rl.edits.hypergraph_product import MAX_BITS
from qcode_rl.gf2 import BinaryMatrix

#: How far above the least possible length a dimension is first tried, as a divisor of that length.
_FIRST_MARGIN = 4
#: By how much rarer each further qubit makes the slices of a length at which nothing was found.
_DEARER = 1.12


@dataclass
class Row:
    """How far one dimension has got.

    Attributes:
        dimension: k of the classical code, or of the quantum code.
        floor: length below which no code exists, or none is left to look at.
        length: length to try next.
        best: shortest length found, `None` before the first success.
        failures: unsuccessful slices at each length.
        slices: slices spent in all.
        checks: the shortest code found, its check matrix as rows of 0 and 1; empty without one, and
            in families that make nothing of it.
        family: whose row it is.
        longest: largest length that is tried.
        closed: lengths above the floor at which nothing is left to look at, increasing.
        vain: latest slices in succession, at each length, in which hardly anything was new.
    """

    dimension: int
    floor: int
    length: int
    best: int | None = None
    failures: dict[int, int] = field(default_factory=dict)
    slices: int = 0
    checks: tuple[str, ...] = ()
    family: str = "hgp"
    longest: int = MAX_BITS
    closed: tuple[int, ...] = ()
    vain: dict[int, int] = field(default_factory=dict)

    @property
    def finished(self) -> bool:
        """Whether nothing shorter can be found, or nothing at all."""
        return self._open(self.floor) is None

    def copy(self) -> "Row":
        """Return a row of its own that stands alike."""
        return replace(self, failures=dict(self.failures), vain=dict(self.vain))

    def succeed(self, length: int, checks: tuple[str, ...] = ()) -> None:
        """Note a code of some length and choose the next, shorter one."""
        if self.best is None or length < self.best:
            self.best, self.checks = length, checks
        self._go_to(max(self.floor, self.best - max(1, (self.best - self.floor) // 2)))

    def fail(self, exhausted: bool = False, kinds: int = 0) -> None:
        """Note a slice without success and choose the next length.

        Args:
            exhausted: hardly any matrix of this length was new, so that looking on is vain.
            kinds: how many kinds of codes take turns at this length, where that all of them are
                exhausted says nothing of shorter lengths; 0: it does.
        """
        self.failures[self.length] = self.failures.get(self.length, 0) + 1
        if kinds:
            self.vain[self.length] = self.vain.get(self.length, 0) + 1 if exhausted else 0
            if self.vain[self.length] >= kinds:
                self.closed = tuple(sorted({*self.closed, self.length}))
        elif exhausted:
            self.floor = max(self.floor, self.length + 1)
        if self.best is None:
            longer = min(self.longest, self.length + max(1, self.length // 8))
            self._go_to(longer if self.family == "hgp" else self._least_tried())
            return
        # Lengths in between first; once there is none, the one just below the best again, and
        # now and then a shorter one, since the agent has learned meanwhile.
        between = (self.length + self.best) // 2
        if between > self.length:
            self._go_to(between)
        elif self.failures[self.length] % 4 == 0:
            self._go_to(max(self.floor, self.best - 2))
        else:
            self._go_to(max(self.floor, self.best - 1))

    def _least_tried(self) -> int:
        """Return the length that has had least of its share of slices, which falls with length.

        Where there may be no code at all, or only long ones, no length is worth all the time.
        """
        return min(
            range(self.floor, self.longest + 1),
            key=lambda one: (1 + self.failures.get(one, 0)) * _DEARER ** (one - self.floor),
            default=self.length,
        )

    def _go_to(self, length: int) -> None:
        """Choose a length, or the nearest one at which something is left to look at."""
        near = self._open(length)
        self.length = length if near is None else near

    def _open(self, length: int) -> int | None:
        """Return the open length nearest to one, a longer one first; `None` if none is left."""
        end = self.best or self.longest + 1
        if not self.closed:
            return max(min(length, end - 1), self.floor) if self.floor < end else None
        lengths = set(range(self.floor, end)) - set(self.closed)
        return min(lengths, key=lambda one: (abs(one - length), -one), default=None)


class RowWalk:
    """Deals out slices of search over dimensions and lengths.

    Args:
        open_row: makes the fresh row of a dimension; `None` if it cannot be looked for.
        dimensions: in the order in which they are opened.
        only_one: stay with the first row.
    """

    def __init__(
        self, open_row: Callable[[int], Row | None], dimensions: Sequence[int], only_one: bool
    ) -> None:
        self.only_one = only_one
        self.rows: list[Row] = []
        self._open_row, self._dimensions = open_row, dimensions
        self._open_next()

    def next_row(self) -> Row | None:
        """Return the row to spend the next slice on, `None` when every row is finished.

        Rows take turns; those with fewer slices come first.
        """
        settled = all(row.best is not None for row in self.rows)
        if settled and not self.only_one:
            self._open_next()
        active = [row for row in self.rows if not row.finished]
        return min(active, key=lambda row: (row.slices, row.dimension), default=None)

    def state(self) -> tuple[Row, ...]:
        """Return how the walk stands: copies of its rows."""
        return tuple(row.copy() for row in self.rows)

    def restore(self, rows: Iterable[Row]) -> None:
        """Go on from where `state` of a walk with the same arguments was taken."""
        self.rows = [row.copy() for row in rows]

    def open_up_to(self, most: int) -> None:
        """Open all dimensions up to one at once: a code was found that does for each of them."""
        if not self.only_one:
            self._open_next(most)

    def _open_next(self, most: int | None = None) -> None:
        """Open the next dimension that can be looked for, or all up to one."""
        opened = max((row.dimension for row in self.rows), default=0)
        for dimension in self._dimensions:
            if most is not None and dimension > most:
                return
            row = self._open_row(dimension) if dimension > opened else None
            if row is not None:
                # A new row starts level with the others instead of taking all turns until it has
                # caught up.
                row.slices = min((one.slices for one in self.rows if not one.finished), default=0)
                self.rows.append(row)
                if most is None:
                    return


class SizeWalk(RowWalk):
    """Deals out slices of search for the classical factors of products.

    Args:
        distance: distance asked for.
        first_dimension: k of the first row.
        only_one: stay with the first dimension.
        least_length: no length below this one is tried (a seed code's length), 0 for no limit.
        fits: gives the least and the largest length of a dimension whose product has a number of
            qubits that was asked for; `None`: all do.
    """

    def __init__(
        self,
        distance: int,
        first_dimension: int,
        only_one: bool,
        least_length: int = 0,
        fits: Callable[[int], range] | None = None,
    ) -> None:
        self.distance, self.least_length = distance, least_length

        def opened(dimension: int) -> Row | None:
            return open_row(distance, dimension, least_length, lengths=fits and fits(dimension))

        dimensions = range(first_dimension, MAX_CENSUS_DIMENSION + 1)
        super().__init__(opened, dimensions[:1] if only_one else dimensions, only_one)


def open_row(
    distance: int,
    dimension: int,
    least_length: int = 0,
    row_limit: int | None = None,
    lengths: range | None = None,
) -> Row | None:
    """Return a fresh row for a dimension of a classical code.

    Args:
        distance: distance asked for.
        dimension: k.
        least_length: no length below this one is tried, 0 for no limit.
        row_limit: most that a check may weigh, for lengths that this rules out; `None`: no limit.
        lengths: those that were asked for; `None`: any.

    Returns:
        The row; `None` if no census reaches the dimension, or no such length is possible.
    """
    shortest = shortest_length(dimension, distance, row_limit)
    if shortest is None or dimension > MAX_CENSUS_DIMENSION:
        return None
    # One check at least, and room for a bit that is not a free one.
    floor = max(shortest, least_length, dimension + 1)
    longest = MAX_BITS
    if lengths is not None:
        floor, longest = max(floor, lengths.start), min(longest, lengths.stop - 1)
        if floor > longest:
            return None
    start = least_length or first_length(floor)
    return Row(dimension, floor, max(floor, min(longest, start)), longest=longest)


def first_length(floor: int) -> int:
    """Return the length that is tried first where none below a floor is possible."""
    return floor + max(1, floor // _FIRST_MARGIN)


def as_text(checks: BinaryMatrix) -> tuple[str, ...]:
    """Return a check matrix as rows of 0 and 1."""
    return tuple("".join(map(str, row)) for row in checks.tolist())


def as_checks(rows: Iterable[str]) -> BinaryMatrix:
    """Return the check matrix that `as_text` wrote, `(m, n) uint8`."""
    return np.array([[int(entry) for entry in row] for row in rows], dtype=np.uint8)
