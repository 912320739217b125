"""Hypergraph products of two different factors, and of circulants.

A square product takes one factor twice. Two different ones may give a number of logical qubits that
no square has, or give it on fewer qubits; and circulants, with their redundant checks, have logical
qubits of both sectors. Parameters of all such products follow from those of the factors, so that
only what is worth keeping is ever built.
"""

from collections.abc import Iterable, Iterator
from itertools import chain

from qcode_rl.codes import ClassicalCode, HypergraphProduct, hypergraph_product
from qcode_rl.codes.bounds import MAX_LENGTH
from qcode_rl.codes.circulants import candidates, with_distance
from qcode_rl.gf2 import BinaryMatrix
from qcode_rl.search.batches import Size
from qcode_rl.search.factors import (
    Factor,
    FactorDistance,
    Known,
    product_point,
    supersedes,
    worthwhile_partners,
)
from qcode_rl.search.spec import SearchSpec
from qcode_rl.search.sums import SumWalk, direct_sum
from qcode_rl.search.walk import SizeWalk, as_checks

#: Under this size the evaluations of circulants are counted.
CIRCULANTS: Size = ("hgp", 0)
#: Circulants get one evaluation in so many, and at most so many between two slices.
_SHARE, _TURN = 16, 64


def best_factors(walk: SizeWalk | SumWalk) -> Iterator[BinaryMatrix]:
    """Yield the checks of the shortest code of each dimension that a walk has come to."""
    for row in walk.rows:
        if row.checks:
            yield as_checks(row.checks)
    if isinstance(walk, SumWalk):
        best, whole = walk.shortest, walk.whole
        if best is not None and (whole is None or whole.best is None or best < whole.best):
            yield direct_sum(as_checks(part.checks) for part in walk.best_parts())


class Pairs:
    """The products of one search that are no squares of codes that its agent finds.

    What it hands out follows from the codes known, the walk's rows and the number of circulants
    looked at: all of which a checkpoint holds.

    Args:
        spec: the request.
        distance: gives the proved distance of a factor.
    """

    def __init__(self, spec: SearchSpec, distance: FactorDistance) -> None:
        self.spec, self.distance = spec, distance
        self.looked = 0
        self._factors: dict[bytes, Factor] = {}
        #: Circulants, whole and without redundant checks, that no other one makes superfluous.
        self._pool: list[Factor] = []
        # A search from a seed code is for forms of that code.
        none = spec.seed_checks is not None
        self._waiting = iter(()) if none else _fitting(spec)
        #: Where products may be too short, shorter factors make longer ones not superfluous.
        self._same_size = spec.qubits is not None and spec.qubits[0] > 1
        self._next = next(self._waiting, None)

    @property
    def more(self) -> bool:
        """Whether there are circulants left to look at."""
        return self._next is not None

    def due(self, evaluations: int, at_all: bool = False) -> int:
        """Return how many circulants to look at between two slices.

        Args:
            evaluations: made so far, with those of circulants.
            at_all: there is nothing else left to do.
        """
        return _TURN if at_all else max(0, min(_TURN, evaluations // _SHARE - self.looked))

    def restore(self, looked: int) -> None:
        """Go on from where so many circulants had been looked at."""
        while self.looked < looked and self.more:
            self._look()

    def circulant(
        self, walk: SizeWalk | SumWalk, known: Iterable[Known]
    ) -> Iterator[HypergraphProduct]:
        """Look at the next circulant, which costs one evaluation, and yield its products.

        Args:
            walk: has factors to multiply it by, besides other circulants.
            known: codes that the run has found.
        """
        held: list[Known] = list(known)
        for factor in self._look():
            found = map(self._factor, best_factors(walk))
            yield from self._products(factor, chain(self._pool, found), held)

    def found(
        self, checks: BinaryMatrix, walk: SizeWalk | SumWalk, known: Iterable[Known]
    ) -> Iterator[HypergraphProduct]:
        """Yield the products of a code that has been found with others that are worth keeping.

        Args:
            checks: `(m, n) uint8` the code.
            walk: has the other factors.
            known: codes that the run has found.
        """
        own = self._factor(checks)
        others = map(self._factor, best_factors(walk))
        yield from self._products(own, chain(others, self._pool), list(known))

    def _products(
        self, factor: Factor, others: Iterable[Factor], held: list[Known]
    ) -> Iterator[HypergraphProduct]:
        for other in worthwhile_partners(factor, others, self.spec, held):
            held.append(product_point(factor, other))
            yield hypergraph_product(factor.code, other.code)

    def _factor(self, checks: BinaryMatrix) -> Factor:
        """Return the factor with these checks, whose distances are computed once."""
        name = checks.shape[0].to_bytes(2) + checks.tobytes()
        if name not in self._factors:
            self._factors[name] = Factor.of(ClassicalCode(checks), self.distance)
        return self._factors[name]

    def _look(self) -> list[Factor]:
        """Look at the next circulant, and return the factors that it adds to the pool."""
        if self._next is None:
            return []
        found = with_distance(*self._next)
        self._next = next(self._waiting, None)
        self.looked += 1
        if found.d < self.spec.distance:
            return []
        factors = [
            Factor(found.independent, found.k, found.d, 0, 0),
            Factor(found.code, found.k, found.d, found.k, found.d),
        ]
        same = self._same_size
        added = [
            one for one in factors if not any(supersedes(other, one, same) for other in self._pool)
        ]
        self._pool += added
        return added


def _fitting(spec: SearchSpec) -> Iterator[tuple[int, tuple[int, ...], int]]:
    """Yield the circulants to look at: those that have products of as few qubits as asked for."""
    d, most = spec.distance, None if spec.qubits is None else spec.qubits[1]
    longest = MAX_LENGTH if most is None else min(MAX_LENGTH, most // d)
    if longest < 1:
        return
    for n, exponents, k in candidates(d, spec.limits[0], longest):
        # Any other factor has d bits and d - 1 checks at least.
        if most is None or n * d + (n - k) * (d - 1) <= most:
            yield n, exponents, k
