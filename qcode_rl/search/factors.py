"""Factors of hypergraph products, and which products of two are worth keeping.

All parameters of a product follow from those of its factors: none is built before it is known to be
worth it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from qcode_rl.codes import ClassicalCode
from qcode_rl.distance import Distance
from qcode_rl.search.spec import SearchSpec

FactorDistance = Callable[[ClassicalCode], Distance | None]
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
        meets = point.n <= _MAX_QUBITS and spec.met_by(*point)
        if meets and not is_dominated(point, held, copies):
            held.append(point)
            kept.append(other)
    return kept


def supersedes(one: Factor, other: Factor, same_size: bool = False) -> bool:
    """Say whether one factor makes another superfluous; distances decide only between equals.

    Args:
        one: the one.
        other: the other.
        same_size: shorter ones do not, since products may become too short with them.
    """
    if same_size and one.code.checks.shape != other.code.checks.shape:
        return False
    if one.costs == other.costs:
        return one.d >= other.d
    return all(a <= b for a, b in zip(one.costs, other.costs, strict=True))
