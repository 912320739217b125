"""Which records are worth keeping, and which to show: dominance and Pareto sets."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from qcode_rl.archive.records import CodeRecord
from qcode_rl.errors import InputError

#: How many codes of the same parameters are kept although better ones are known.
KEPT_ALIKE = 20
#: The axes of a Pareto set: +1 where more is better, -1 where less is.
AXES = {"n": -1, "k": 1, "d": 1, "w": -1, "q": -1}


def at_least_as_good(one: CodeRecord, other: CodeRecord) -> bool:
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


def worth_keeping(record: CodeRecord, existing: Iterable[CodeRecord]) -> bool:
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


def pareto(records: Iterable[CodeRecord], axes: Sequence[str] = "nkdw") -> list[CodeRecord]:
    """Return the records that no other one dominates.

    Args:
        records: the candidates.
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
    points: dict[tuple[tuple[int, int], ...], CodeRecord] = {}
    for record in records:
        points.setdefault(tuple(_range(record, axis) for axis in axes), record)
    if not points:
        return []
    # (points, axes, 2): what is certain and what is possible, both so that more is better
    ranges = np.array(list(points), dtype=np.int64)
    kept = _undominated(ranges[:, :, 0], ranges[:, :, 1])
    return [record for record, keep in zip(points.values(), kept, strict=True) if keep]


def most_distance(record: CodeRecord) -> int:
    """Return the largest value that the distance of a record may have."""
    if record.distance is not None:
        return record.distance.upper
    return record.n if record.k else 0


def _range(record: CodeRecord, axis: str) -> tuple[int, int]:
    if axis == "d":
        return record.d, most_distance(record)
    value = AXES[axis] * int(getattr(record, axis))
    return value, value


def _undominated(certain: NDArray[np.int64], possible: NDArray[np.int64]) -> list[bool]:
    """Say of each point whether no other is certainly as good on all axes.

    Points differ, so that two of them are never as good as each other.
    """
    kept = []
    for index, point in enumerate(possible):
        as_good = (certain >= point).all(axis=1)
        as_good[index] = False
        kept.append(not as_good.any())
    return kept


def _parameters(record: CodeRecord) -> tuple[int, ...]:
    return record.n, record.k, record.d, most_distance(record), record.w, record.q
