"""Codes of many logical qubits as direct sums of smaller ones.

A direct sum of classical codes adds up lengths and dimensions, keeps the least distance, and weighs
no more than its parts. So a search for k logical bits may look for parts: where light checks leave
little room, sums of small reduced codes are shorter than anything found whole.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from qcode_rl.codes.bounds import shortest_length
from qcode_rl.edits.hypergraph_product import MAX_BITS
from qcode_rl.gf2 import BinaryMatrix
from qcode_rl.search.walk import Row, as_checks, as_text, open_row

#: Longest sum that is looked for: its square product is about the largest that archives hold.
MAX_SUM_BITS = 76
#: From this dimension on codes are dear, and parts are looked for from the beginning.
_DEAR_DIMENSION = 12
#: In this dimension half of a slice's time goes into its censuses.
_EVEN_DIMENSION = 15
#: So much less often a part has its turn whose next length does not make a shorter sum with others
#: as they are.
_HELPLESS = 2
#: Longer than any code.
_NEVER = 1 << 30


def direct_sum(parts: Iterable[BinaryMatrix]) -> BinaryMatrix:
    """Return the checks of the direct sum of codes: their matrices along the diagonal."""
    blocks = list(parts)
    rows, columns = (sum(block.shape[axis] for block in blocks) for axis in (0, 1))
    checks = np.zeros((rows, columns), dtype=np.uint8)
    row = column = 0
    for block in blocks:
        m, n = block.shape
        checks[row : row + m, column : column + n] = block
        row, column = row + m, column + n
    return checks


class SumWalk:
    """Deals out slices of search for one dimension: for whole codes, and for parts of sums.

    Parts are looked for as long as a sum with them could be shorter than the shortest code found,
    or than what is being tried while there is none. Whole codes get half of the effort.

    Args:
        distance: distance asked for.
        dimension: k of the classical code that is wanted.
        row_limit: most that a check may weigh; `None`: no limit.
        longest: largest length of a code, whole or a sum, that is wanted.
    """

    def __init__(
        self,
        distance: int,
        dimension: int,
        row_limit: int | None = None,
        longest: int = MAX_SUM_BITS,
    ) -> None:
        self.distance, self.dimension, self.row_limit = distance, dimension, row_limit
        self.longest = min(longest, MAX_SUM_BITS)
        lengths = range(1, self.longest + 1)
        whole = open_row(distance, dimension, row_limit=row_limit, lengths=lengths)
        self.rows: list[Row] = [] if whole is None else [whole]

    @property
    def whole(self) -> Row | None:
        """The row of whole codes; `None` if their dimension is beyond any census."""
        return next((row for row in self.rows if row.dimension == self.dimension), None)

    @property
    def shortest(self) -> int | None:
        """Length of the shortest code found, whole or a sum."""
        lengths = self._found()
        best = min(lengths.get(self.dimension, _NEVER), _least_sums(lengths, self.dimension)[-1])
        return best if best <= self.longest else None

    def next_row(self) -> Row | None:
        """Return the row to spend the next slice on, `None` when nothing shorter is possible."""
        self._open_parts()
        active = [row for row in self.rows if self._worthwhile(row)]
        parts = [row for row in active if row.dimension != self.dimension]
        whole = next((row for row in active if row.dimension == self.dimension), None)
        # A dear slice of a whole code must be earned first: it could take all there is time for.
        ahead = int(self.dimension >= _DEAR_DIMENSION)
        if whole is not None and slice_cost(whole, ahead) <= sum(slice_cost(row) for row in parts):
            return whole
        return min(parts, key=lambda row: (self._claim(row), row.dimension), default=whole)

    def succeed(self, row: Row, checks: BinaryMatrix) -> BinaryMatrix | None:
        """Note a code of a row, and what it makes of the wanted dimension.

        Args:
            row: one of the rows.
            checks: `(m, n) uint8` a code of its dimension.

        Returns:
            The shortest code of the wanted dimension that is known, if it is a direct sum that was
            not known before; `None` otherwise, so for whole codes too.
        """
        before = self.shortest
        row.succeed(checks.shape[1], as_text(checks))
        length = self.shortest
        if row is self.whole or length is None or (before is not None and length >= before):
            return None
        found = direct_sum(as_checks(part.checks) for part in self.best_parts())
        if self.whole is not None and length <= MAX_BITS:
            self.whole.succeed(length, as_text(found))
        return found

    def best_parts(self) -> list[Row]:
        """Return the rows whose shortest codes add up to the shortest sum, if there is one."""
        found = {row.dimension: row for row in self.rows if row.best is not None}
        lengths = {k: row.best or _NEVER for k, row in found.items() if k != self.dimension}
        sums = _least_sums(lengths, self.dimension)
        parts: list[Row] = []
        left = self.dimension
        while left > 0 and sums[left] < _NEVER:
            part = next(
                k for k, n in lengths.items() if k <= left and n + sums[left - k] == sums[left]
            )
            parts.append(found[part])
            left -= part
        return parts

    def state(self) -> tuple[Row, ...]:
        """Return how the walk stands: copies of its rows."""
        return tuple(row.copy() for row in self.rows)

    def restore(self, rows: Iterable[Row]) -> None:
        """Go on from where `state` of a walk with the same arguments was taken."""
        self.rows = [row.copy() for row in rows]

    def _open_parts(self) -> None:
        known = {row.dimension for row in self.rows}
        for dimension in range(1, self.dimension):
            if dimension not in known and self._could_help(dimension):
                row = open_row(self.distance, dimension, row_limit=self.row_limit)
                if row is not None:
                    self.rows.append(row)

    def _worthwhile(self, row: Row) -> bool:
        if row.finished:
            return False
        return row.dimension == self.dimension or self._could_help(row.dimension)

    def _claim(self, row: Row) -> float:
        """Return what a part will have cost after a slice, more if that may not help by itself."""
        lengths = self._found() | {row.dimension: row.length}
        helps = _least_sums(lengths, self.dimension)[-1] < (self.shortest or _NEVER)
        return slice_cost(row, 1) * (1 if helps else _HELPLESS)

    def _found(self) -> dict[int, int]:
        """Return the shortest lengths found, by dimension."""
        return {row.dimension: row.best for row in self.rows if row.best is not None}

    def _could_help(self, part: int) -> bool:
        """Say whether a sum with a part of this dimension could be shorter than what there is."""
        limit = self.shortest
        if limit is None:
            dear = self.whole is None or self.dimension >= _DEAR_DIMENSION
            limit = self.longest + 1 if dear or self.whole is None else self.whole.length
        floors = {k: self._shortest(k) or _NEVER for k in range(1, self.dimension)}
        floors |= {row.dimension: row.floor for row in self.rows if row.dimension < self.dimension}
        sums = _least_sums(floors, self.dimension)
        return floors[part] + sums[self.dimension - part] < limit

    def _shortest(self, dimension: int) -> int | None:
        return shortest_length(dimension, self.distance, self.row_limit)


def slice_cost(row: Row, more: int = 0) -> float:
    """Return what the slices of a row, and some more, cost, in slices of small dimension."""
    return (row.slices + more) * (1.0 + 2.0 ** (row.dimension - _EVEN_DIMENSION))


def _least_sums(lengths: dict[int, int], dimension: int) -> Sequence[int]:
    """Return the least sum of lengths of parts that add up to 0, 1, ... `dimension`."""
    sums = [0] + [_NEVER] * dimension
    for k in range(1, dimension + 1):
        for part, length in lengths.items():
            if part <= k and part < dimension:
                sums[k] = min(sums[k], length + sums[k - part])
    return sums
