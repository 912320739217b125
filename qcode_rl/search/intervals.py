"""Evaluations per success, and how far to trust them: percentile bootstrap over seeds and targets.

Evaluations per success are those of all runs, failed ones at their budget, over the number of
successes. Everything here is deterministic: resamples come from a generator of fixed seed.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

#: Costs `(R,) int64` of runs, and which of them met the request, `(R,) bool`.
Sample: TypeAlias = tuple[NDArray[np.int64], NDArray[np.bool_]]
RESAMPLES = 4000
_TAILS = (2.5, 97.5)


def per_success(costs: NDArray[np.int64], met: NDArray[np.bool_]) -> float | None:
    """Return the mean cost of a success, `None` without one.

    Args:
        costs: `(R,) int64` evaluations of each run.
        met: `(R,) bool` which runs succeeded.
    """
    return float(costs.sum() / met.sum()) if met.any() else None


def per_success_interval(
    costs: NDArray[np.int64], met: NDArray[np.bool_]
) -> list[float | None] | None:
    """Return the 95% interval of the mean cost of a success, over seeds.

    Args:
        costs: `(R,) int64` evaluations of each run.
        met: `(R,) bool` which runs succeeded.

    Returns:
        Both ends; the upper one is `None` if there are too few successes to bound the cost. `None`
        without a success.
    """
    if not met.any():
        return None
    rng = np.random.default_rng(0)
    picks = rng.integers(0, len(costs), (RESAMPLES, len(costs)))
    successes = met[picks].sum(axis=1)
    with np.errstate(divide="ignore"):
        means = costs[picks].sum(axis=1) / successes
    # No interpolation, which would make inf - inf of two resamples without a success.
    low, high = np.percentile(means, _TAILS, method="nearest")
    return [float(low), float(high) if np.isfinite(high) else None]


def ratio_interval(
    pairs: Sequence[tuple[Sample, Sample]],
) -> tuple[float | None, list[float] | None]:
    """Return the geometric mean over targets of the ratio of two methods' costs of a success.

    A resample draws targets, and for each of them runs of both methods. One without a success
    counts as if its last run had succeeded, so that ends stay finite.

    Args:
        pairs: for each target, the runs of a method and of its reference; each has a success.

    Returns:
        The ratio and both ends of its 95% interval; `None` and `None` without a target.
    """
    if not pairs:
        return None, None
    rng = np.random.default_rng(0)
    ratios = [(np.log(_mean(own)) - np.log(_mean(other))) for own, other in pairs]
    count = len(pairs)
    drawn = rng.integers(0, count, (RESAMPLES, count))
    logs = np.zeros((RESAMPLES, count))
    for index, (own, other) in enumerate(pairs):
        # Each time that a target is drawn, its runs are drawn anew.
        places = drawn == index
        total = int(places.sum())
        logs[places] = np.log(_resampled(own, total, rng)) - np.log(_resampled(other, total, rng))
    low, high = np.exp(np.percentile(logs.mean(axis=1), _TAILS))
    return float(np.exp(np.mean(ratios))), [float(low), float(high)]


def _mean(sample: Sample) -> float:
    costs, met = sample
    return float(costs.sum() / met.sum())


def _resampled(sample: Sample, total: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the mean cost of a success in so many resamples of runs, `(total,)`."""
    costs, met = sample
    picks = rng.integers(0, len(costs), (total, len(costs)))
    means: NDArray[np.float64] = costs[picks].sum(axis=1) / np.maximum(1, met[picks].sum(axis=1))
    return means
