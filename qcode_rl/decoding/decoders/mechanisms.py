"""Detector error models as matrices: what each error flips, and how likely it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qcode_rl.decoding.decoders.failures import Undecodable, name_detectors

if TYPE_CHECKING:
    import scipy.sparse as sp
    import stim

Flips = frozenset[int]


@dataclass(frozen=True)
class Mechanism:
    """One error of a model.

    Attributes:
        probability: that it happens.
        detectors: what it flips, all parts together.
        observables: likewise.
    """

    probability: float
    detectors: Flips
    observables: Flips


@dataclass(frozen=True)
class ErrorMatrices:
    """A detector error model, with one column for all errors that flip the same detectors.

    No decoder can tell such errors apart: together they happen an odd number of times with the
    column's probability, and the column's observables are those of the likeliest among them.

    Attributes:
        checks: `(num_detectors, n)` uint8.
        observables: `(num_observables, n)` uint8.
        priors: `(n,)` probabilities, above 0 and at most 1/2.
    """

    checks: "sp.csc_matrix"
    observables: "sp.csc_matrix"
    priors: NDArray[np.float64]

    @classmethod
    def from_model(cls, model: "stim.DetectorErrorModel") -> "ErrorMatrices":
        """Return the matrices of a model.

        Columns are in the order in which the model first mentions their detectors. Errors that
        cannot happen, or that no detector sees, have none.

        Raises:
            Undecodable: if an error happens more often than not.
        """
        groups: dict[Flips, dict[Flips, float]] = {}
        for error in mechanisms_of(model):
            _refuse_likely(error)
            if error.probability > 0 and error.detectors:
                ways = groups.setdefault(error.detectors, {})
                ways[error.observables] = odd(ways.get(error.observables, 0.0), error.probability)
        likeliest = [max(ways, key=lambda flips: ways[flips]) for ways in groups.values()]
        return cls(
            columns_matrix(list(groups), model.num_detectors),
            columns_matrix(likeliest, model.num_observables),
            np.array([_any_odd(ways) for ways in groups.values()], dtype=np.float64),
        )


def mechanisms_of(model: "stim.DetectorErrorModel") -> Iterator[Mechanism]:
    """Yield the errors of a model; the parts of a decomposed one are put together again."""
    for instruction in model.flattened():
        if instruction.type != "error":
            continue
        detectors: set[int] = set()
        observables: set[int] = set()
        for target in instruction.targets_copy():
            if target.is_relative_detector_id():
                detectors ^= {target.val}
            elif target.is_logical_observable_id():
                observables ^= {target.val}
        yield Mechanism(instruction.args_copy()[0], frozenset(detectors), frozenset(observables))


def odd(first: float, second: float) -> float:
    """Return the probability that exactly one of two independent events happens."""
    return first * (1 - second) + second * (1 - first)


def columns_matrix(columns: list[Flips], num_rows: int) -> "sp.csc_matrix":
    """Return the `(num_rows, len(columns))` uint8 matrix with ones in given rows of each column."""
    import scipy.sparse as sp

    starts = np.concatenate(([0], np.cumsum([len(column) for column in columns], dtype=np.int64)))
    rows = np.fromiter((row for column in columns for row in sorted(column)), dtype=np.int64)
    ones = np.ones(len(rows), dtype=np.uint8)
    return sp.csc_matrix((ones, rows, starts), shape=(num_rows, len(columns)))


def _any_odd(ways: dict[Flips, float]) -> float:
    probability = 0.0
    for way in ways.values():
        probability = odd(probability, way)
    return probability


def _refuse_likely(error: Mechanism) -> None:
    # Searches for a likely error set start from none: with p > 1/2 that is the wrong end.
    if error.probability > 0.5:
        names = name_detectors(sorted(error.detectors))
        raise Undecodable(
            f"errors must not happen more often than not, got error({error.probability:g}) {names}"
        )
