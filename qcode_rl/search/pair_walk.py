"""The walk of a request for k logical qubits: squares first, then products of two codes.

k1 k2 logical qubits do with a shorter product than the next larger square where k lies just above
one, or where codes of one of the dimensions are exceptionally short.
"""

from collections.abc import Iterable, Iterator

from qcode_rl.search.requests import product_lengths
from qcode_rl.search.sums import MAX_SUM_BITS, SumWalk, slice_cost
from qcode_rl.search.walk import Row, open_row


class PairWalk(SumWalk):
    """A walk that goes on, once no shorter square is possible, to the products of two codes.

    Until then it deals out the slices of a `SumWalk`, so that looking for pairs delays no square.

    Args:
        distance: distance asked for.
        dimension: k of the classical code whose square is wanted.
        row_limit: most that a check may weigh; `None`: no limit.
        logicals: least k1 k2 of the pairs.
        qubits: least and largest number of qubits that products may have; `None`: any.
    """

    def __init__(
        self,
        distance: int,
        dimension: int,
        row_limit: int | None,
        logicals: int,
        qubits: tuple[int, int] | None = None,
    ) -> None:
        fit = None if qubits is None else product_lengths(dimension, qubits).stop - 1
        super().__init__(distance, dimension, row_limit, MAX_SUM_BITS if fit is None else fit)
        self.logicals = logicals
        self.qubits = qubits or (1, product_length(MAX_SUM_BITS, 0, MAX_SUM_BITS, 0))

    @property
    def shortest_product(self) -> int | None:
        """Qubits of the shortest product found that meets the request, square or not."""
        found = {row.dimension: row.best for row in self.rows if row.best is not None}
        lengths = [
            product_length(found[a], a, found[b], b)
            for a, b in self._pairs()
            if a in found and b in found
        ]
        if self.shortest is not None:
            lengths.append(product_length(*(self.shortest, self.dimension) * 2))
        least, most = self.qubits
        return min((length for length in lengths if least <= length <= most), default=None)

    def next_row(self) -> Row | None:
        """Return the row to spend the next slice on, `None` when nothing shorter is possible."""
        return super().next_row() or self._row_for_pairs()

    def _row_for_pairs(self) -> Row | None:
        """Return the cheapest row a shorter code of which could make a shorter product."""
        limit = self.shortest_product or self.qubits[1] + 1
        useful: set[int] = set()
        for a, b in self._pairs():
            one, other = self._floor(a), self._floor(b)
            if one is None or other is None:
                continue
            if product_length(one, a, other, b) < limit:
                useful |= {a, b}
        self._open(useful)
        active = [row for row in self.rows if row.dimension in useful and not row.finished]
        return min(active, key=lambda row: (slice_cost(row, 1), row.dimension), default=None)

    def _pairs(self) -> Iterator[tuple[int, int]]:
        """Yield the pairs of different dimensions with just enough logical qubits."""
        for a in range(1, self.dimension):
            b = -(-self.logicals // a)
            if a < b:
                yield a, b

    def _floor(self, dimension: int) -> int | None:
        """Return the least length that is left open to a dimension, `None` if there is none."""
        for row in self.rows:
            if row.dimension == dimension:
                return None if row.finished and row.best is None else row.floor
        fresh = open_row(self.distance, dimension, row_limit=self.row_limit)
        return None if fresh is None else fresh.floor

    def _open(self, dimensions: Iterable[int]) -> None:
        known = {row.dimension for row in self.rows}
        for dimension in sorted(set(dimensions) - known):
            lengths = range(1, self._longest(dimension) + 1)
            row = open_row(self.distance, dimension, row_limit=self.row_limit, lengths=lengths)
            if row is not None:
                self.rows.append(row)

    def _longest(self, dimension: int) -> int:
        """Return the largest length that makes a product of no more qubits than asked for."""
        longest = 0
        for pair in self._pairs():
            if dimension in pair:
                other = sum(pair) - dimension
                floor = self._floor(other)
                if floor is not None:
                    # n * floor + (n - dimension) * (floor - other) is at most what was asked for.
                    room = self.qubits[1] + dimension * (floor - other)
                    longest = max(longest, room // (2 * floor - other))
        return longest

    def _could_help(self, part: int) -> bool:
        return part < self.dimension and super()._could_help(part)


def product_length(n1: int, k1: int, n2: int, k2: int) -> int:
    """Return the qubits of the product of an [n1, k1] and an [n2, k2] code, checks independent."""
    return n1 * n2 + (n1 - k1) * (n2 - k2)
