"""Hypergraph products of two different factors, and of circulants.

A square product takes one factor twice. Two different ones may give a number of logical qubits that
no square has, or give it on fewer qubits; and circulants, with their redundant checks, have logical
qubits of both sectors. Parameters of all such products follow from those of the factors, so that
only what is worth keeping is ever built.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple, Protocol

from qcode_rl.codes import ClassicalCode, HypergraphProduct, hypergraph_product
from qcode_rl.codes.circulants import candidates, with_distance
from qcode_rl.distance import Distance
from qcode_rl.gf2 import BinaryMatrix
from qcode_rl.search.batches import Size
from qcode_rl.search.spec import SearchSpec
from qcode_rl.search.sums import SumWalk, direct_sum
from qcode_rl.search.walk import SizeWalk, as_checks

FactorDistance = Callable[[ClassicalCode], Distance | None]
#: Under this size the evaluations of circulants are counted.
CIRCULANTS: Size = (0,)
#: Circulants get one evaluation in so many, and at most so many between two slices.
_SHARE, _TURN = 16, 64
#: Longest product that is built; squares of whole codes are no longer.
_MAX_QUBITS = 8192


class Point(NamedTuple):
    """Parameters of a product.

    Attributes:
        n: physical qubits.
        k: logical qubits.
        d: distance.
        w: largest weight of a check.
        q: most X (or Z) checks on a qubit.
    """

    n: int
    k: int
    d: int
    w: int
    q: int


class Known(Protocol):
    """What a code that is known must tell, as `Point` and archived records do."""

    @property
    def n(self) -> int:
        """Physical qubits."""

    @property
    def k(self) -> int:
        """Logical qubits."""

    @property
    def d(self) -> int:
        """Distance that is proved."""

    @property
    def w(self) -> int:
        """Largest weight of a check."""


@dataclass(frozen=True)
class Factor:
    """A classical code with all that its products' parameters follow from.

    Attributes:
        code: the code, with its checks.
        k: its dimension.
        d: its distance, 0 if k = 0.
        dual_k: dimension of the transposed code: redundant checks.
        dual_d: distance of the transposed code, 0 if there are none.
    """

    code: ClassicalCode
    k: int
    d: int
    dual_k: int
    dual_d: int

    @classmethod
    def of(cls, code: ClassicalCode, distance: FactorDistance) -> "Factor":
        """Return a factor, its distances computed.

        Args:
            code: the code.
            distance: gives the proved distance of a classical code, `None` if k = 0.
        """
        own, transposed = distance(code), distance(code.transpose)
        k, dual_k = code.k, len(code.checks) - code.rank
        return cls(code, k, own.lower if own else 0, dual_k, transposed.lower if transposed else 0)

    @property
    def costs(self) -> tuple[int, ...]:
        """What is better the less it is: sizes and weights, and k with its sign changed."""
        (m, n), code = self.code.checks.shape, self.code
        return n, m, code.max_weight, code.max_degree, -self.k, -self.dual_k


def product_point(first: Factor, second: Factor) -> Point:
    """Return the parameters of a hypergraph product without building it.

    Exchanging the factors exchanges X and Z, and changes none of them.
    """
    (m1, n1), (m2, n2) = first.code.checks.shape, second.code.checks.shape
    one, two = first.code, second.code
    distances = []
    if first.k and second.k:
        distances += [first.d, second.d]
    if first.dual_k and second.dual_k:
        distances += [first.dual_d, second.dual_d]
    return Point(
        n=n1 * n2 + m1 * m2,
        k=first.k * second.k + first.dual_k * second.dual_k,
        d=min(distances, default=0),
        w=max(one.max_weight + two.max_degree, two.max_weight + one.max_degree),
        q=max(one.max_weight, two.max_weight, one.max_degree, two.max_degree),
    )


def is_dominated(point: Point, known: Iterable[Known], copies: bool = False) -> bool:
    """Say whether a code is not worth keeping beside others that all meet the request.

    A larger distance than was asked for is worth keeping at equal n, k and w alone: it would
    otherwise excuse every length.

    Args:
        point: the code.
        known: the others.
        copies: several copies of one code, side by side, count as well.
    """
    sizes = point.n, point.k, point.w
    return any(
        other.n * times <= point.n
        and other.k * times >= point.k
        and other.w <= point.w
        and (other.d >= point.d or (other.n * times, other.k * times, other.w) != sizes)
        for other in known
        for times in (-(-point.k // other.k) if copies else 1,)
    )


def worthwhile_partners(
    factor: Factor, others: Iterable[Factor], spec: SearchSpec, known: Iterable[Known]
) -> list[Factor]:
    """Return the factors whose products with one factor are worth keeping.

    Args:
        factor: the one; it may be among the others, for its square.
        others: the others.
        spec: the request that products must meet.
        known: codes known so far, all of which meet it.

    Returns:
        Those that make products which neither a known code nor one of the products returned
        dominates, shortest product first.
    """
    held: list[Known] = list(known)
    points = [(product_point(factor, other), other) for other in others]
    # Who names a number of logical qubits wants few physical ones, not ever more of both.
    copies = spec.logicals is not None
    kept = []
    for point, other in sorted(points, key=lambda one: (one[0].n, -one[0].k, one[0].w, -one[0].d)):
        meets = point.n <= _MAX_QUBITS and spec.met_by(point.k, point.d, point.w, point.q)
        if meets and not is_dominated(point, held, copies):
            held.append(point)
            kept.append(other)
    return kept


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
        self._waiting = iter(()) if none else candidates(spec.distance, spec.limits[0])
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
        added = [one for one in factors if not any(_as_good(other, one) for other in self._pool)]
        self._pool += added
        return added


def _as_good(one: Factor, other: Factor) -> bool:
    """Say whether one factor makes another superfluous; distances decide only between equals."""
    if one.costs == other.costs:
        return one.d >= other.d
    return all(a <= b for a, b in zip(one.costs, other.costs, strict=True))
