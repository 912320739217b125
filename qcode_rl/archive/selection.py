"""Which records are worth keeping, and which to show: dominance and Pareto sets."""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from qcode_rl.archive.listing import POINT, Listed, Listing
from qcode_rl.errors import InputError

#: A record or a listing.
Code = TypeVar("Code", bound=Listed)

#: How many codes of the same parameters are kept although better ones are known.
KEPT_ALIKE = 20
#: The axes of a Pareto set: +1 where more is better, -1 where less is.
AXES = {"n": -1, "k": 1, "d": 1, "w": -1, "q": -1}
_POINT_OF: Callable[[Listing], tuple[Any, ...]] = attrgetter(*POINT)


def at_least_as_good(one: Listed, other: Listed) -> bool:
    """Say whether a record is certainly no worse than another in n, k, d, w and q.

    The proved distance of the one counts against the most that the other's may still be.
    """
    return (
        one.n <= other.n
        and one.k >= other.k
        and one.w <= other.w
        and one.q <= other.q
        and one.d >= most_distance(other)
    )


def worth_keeping(record: Listed, existing: Iterable[Listed]) -> bool:
    """Say whether a record should be archived.

    Args:
        record: the candidate.
        existing: what is archived.

    Returns:
        True unless the same code is archived already (and the record tells nothing better of it),
        or some archived code is as good and twenty have the very same parameters.
    """
    dominated, alike = False, 0
    for other in existing:
        as_good = at_least_as_good(other, record)
        if other.key == record.key and as_good:
            return False
        dominated = dominated or as_good
        alike += _parameters(other) == _parameters(record)
    return not dominated or alike < KEPT_ALIKE


def pareto(records: Iterable[Code], axes: Sequence[str] = "nkdw") -> list[Code]:
    """Return the records that no other one dominates.

    Args:
        records: the candidates, records or listings.
        axes: names of axes, from n, k, d, w, q (n, w and q: less is better).

    Returns:
        In the order given, one record (the first) for each point on the axes. An unproved distance
        neither dominates by more than is proved, nor is dominated by less than it may be.

    Raises:
        InputError: if an axis is unknown or there is none.
    """
    for axis in axes:
        if axis not in AXES:
            raise InputError(f"axes: must be among {', '.join(AXES)}, got {axis!r}")
    if not axes:
        raise InputError("axes: must name at least one")
    # Of very many codes few differ in their parameters: only the first of each are looked into.
    points = _firsts(_firsts(records, _point).values(), lambda record: _ranges(record, axes))
    if not points:
        return []
    ranges = np.array(list(points), dtype=np.int64)
    kept = _undominated(ranges[:, ::2], ranges[:, 1::2])
    return [record for record, keep in zip(points.values(), kept, strict=True) if keep]


def most_distance(record: Listed) -> int:
    """Return the largest value that the distance of a record may have."""
    if record.distance is not None:
        return record.distance.upper
    return record.n if record.k else 0


def _firsts(
    records: Iterable[Code], key: Callable[[Code], tuple[Any, ...]]
) -> dict[tuple[Any, ...], Code]:
    """Return the first record with each value of a key, in the order given."""
    found: dict[tuple[Any, ...], Code] = {}
    for record in records:
        found.setdefault(key(record), record)
    return found


def _point(record: Listed) -> tuple[Any, ...]:
    """Return all that decides whether a record is in a Pareto set."""
    if isinstance(record, Listing):
        return _POINT_OF(record)
    d = record.distance
    return record.n, record.k, d and d.lower, d and d.upper, record.w, record.q


def _ranges(record: Listed, axes: Sequence[str]) -> tuple[int, ...]:
    """Return what is certain and what is possible on each axis in turn, more being better."""
    ranges: list[int] = []
    for axis in axes:
        certain = AXES[axis] * getattr(record, axis)
        ranges += [certain, most_distance(record) if axis == "d" else certain]
    return tuple(ranges)


def _undominated(certain: NDArray[np.int64], possible: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say of each point, `(m, axes)`, whether no other is certainly as good on all axes.

    Points differ, so that two of them are never as good as each other. What dominates a point is
    itself no better than some vector that is maximal among those that are certain: only these need
    to be looked at, and they are few. Of a maximal vector that belongs to one point alone, that
    point is not dominated by it.
    """
    vectors, owner, owners = np.unique(certain, axis=0, return_inverse=True, return_counts=True)
    owner = owner.reshape(-1)  # numpy 2.0 alone returns it in two dimensions
    kept = np.ones(len(certain), dtype=np.bool_)
    left = np.arange(len(vectors))[np.argsort(-_heights(vectors), kind="stable")]
    candidates = np.arange(len(certain))
    while len(left):
        best = left[0]
        left = left[~_at_most(vectors[left], vectors[best])]
        dominated = _at_most(possible[candidates], vectors[best])
        if owners[best] == 1:
            dominated &= owner[candidates] != best
        kept[candidates[dominated]] = False
        candidates = candidates[~dominated]
    return kept


def _at_most(vectors: NDArray[np.int64], bound: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say of each vector whether it is at most the bound on every axis."""
    result: NDArray[np.bool_] = vectors[:, 0] <= bound[0]
    for axis in range(1, vectors.shape[1]):
        result &= vectors[:, axis] <= bound[axis]
    return result


def _heights(vectors: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return numbers that are larger for vectors that are larger: sums of ranks along the axes.

    Ranks, since the lengths of codes would drown their distances: the first vector looked at is to
    be better than as many others as may be.
    """
    ranks = [np.unique(column, return_inverse=True)[1].reshape(-1) for column in vectors.T]
    heights: NDArray[np.int64] = np.sum(ranks, axis=0)
    return heights


def _parameters(record: Listed) -> tuple[int, ...]:
    return record.n, record.k, record.d, most_distance(record), record.w, record.q
