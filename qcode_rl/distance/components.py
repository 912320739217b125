"""Distances of direct sums from those of their parts."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from qcode_rl.codes import ClassicalCode
from qcode_rl.distance.result import Distance, Witness, least_of


def by_components(
    code: ClassicalCode, distance: Callable[[ClassicalCode], Distance | None]
) -> Distance | None:
    """Compute the distance of a code as the least of those of its Tanner graph's components.

    Args:
        code: a classical code.
        distance: gives the distance of a classical code with its witness.

    Returns:
        The distance; `None` if the code has k = 0.
    """
    parts = list(_components(code))
    if len(parts) == 1:
        return distance(code)
    found = ((distance(part), bits) for part, bits in parts)
    placed = [_placed(one, bits) for one, bits in found if one is not None]
    return least_of(placed) if placed else None


def _components(code: ClassicalCode) -> Iterator[tuple[ClassicalCode, NDArray[np.intp]]]:
    """Yield each component that has bits, as a code and the bits of the whole that are its own."""
    m, n = code.checks.shape
    check, bit = code.checks.nonzero()
    joined = coo_array((np.ones(len(bit)), (check, bit + m)), shape=(m + n, m + n))
    count, labels = connected_components(joined, directed=False)
    for label in range(count):
        bits = np.flatnonzero(labels[m:] == label)
        if len(bits):
            yield ClassicalCode(code.checks[labels[:m] == label][:, bits]), bits


def _placed(distance: Distance, bits: NDArray[np.intp]) -> Distance:
    """Return a part's distance with its witness on the bits of the whole."""
    witness = distance.witness and Witness(x=tuple(int(bits[i]) for i in distance.witness.x))
    return replace(distance, witness=witness)
