"""Batches of Tanner graphs under edit: the state that moves, censuses and rewards work on.

A graph is a classical code's check matrix, one 64-bit word a check. All graphs of a batch are
padded to the same size; each carries its own numbers of checks and bits, limits and target.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qcode_rl.distance.census import CensusScratch, census_scratch
from qcode_rl.gf2.jit import kernel, popcount, trailing_zeros
from qcode_rl.gf2.packing import Words

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_ONE = np.uint64(1)


class GraphBatch(NamedTuple):
    """State of B graphs padded to M checks and N <= 64 bits.

    Attributes:
        rows: `(B, M) uint64` checks; rows from `num_checks` on are zero.
        degrees: `(B, N) int64` checks on each bit.
        num_checks: `(B,) int64` m.
        num_bits: `(B,) int64` n.
        row_limits: `(B,) int64` largest weight of a check.
        column_limits: `(B,) int64` largest number of checks on a bit.
        targets: `(B,) int64` distance asked for.
        steps: `(B,) int64` steps taken in this episode.
        distances: `(B,) int64` distance of the product, 0 if it has none.
        dimensions: `(B, 2) int64` k and k' of the code and its transpose.
        excess: `(B, 2) int64` by how much weights and degrees exceed their limits, summed.
        soft: `(B,) float64` soft distance, at most the target.
        potentials: `(B,) float64` whose differences are the reward.
        participation: `(B, N) float64` share of each bit in the light codewords.
        streams: `(B,) uint64` random streams.
        scratch: room for censuses.
    """

    rows: Words
    degrees: Integers
    num_checks: Integers
    num_bits: Integers
    row_limits: Integers
    column_limits: Integers
    targets: Integers
    steps: Integers
    distances: Integers
    dimensions: Integers
    excess: Integers
    soft: Floats
    potentials: Floats
    participation: Floats
    streams: Words
    scratch: CensusScratch


def graph_batch(size: int, max_checks: int, max_bits: int, beta: float) -> GraphBatch:
    """Return an empty batch.

    Args:
        size: B, the number of graphs.
        max_checks: M.
        max_bits: N, at most 64.
        beta: inverse temperature of the soft distance.
    """

    def vector() -> Integers:
        return np.zeros(size, dtype=np.int64)

    return GraphBatch(
        rows=np.zeros((size, max_checks), dtype=np.uint64),
        degrees=np.zeros((size, max_bits), dtype=np.int64),
        num_checks=vector(),
        num_bits=vector(),
        row_limits=vector(),
        column_limits=vector(),
        targets=vector(),
        steps=vector(),
        distances=vector(),
        dimensions=np.zeros((size, 2), dtype=np.int64),
        excess=np.zeros((size, 2), dtype=np.int64),
        soft=np.zeros(size),
        potentials=np.zeros(size),
        participation=np.zeros((size, max_bits)),
        streams=np.zeros(size, dtype=np.uint64),
        scratch=census_scratch(beta),
    )


# Helpers that run once an edge take the arrays of one graph: handing the whole batch down costs
# more than they do.


@kernel
def has_edge(rows: Words, check: int, bit: int) -> bool:
    """Say whether a graph with checks `(M,) uint64` joins a check and a bit."""
    return bool((rows[check] >> np.uint64(bit)) & _ONE)


@kernel
def toggle_edge(rows: Words, degrees: Integers, check: int, bit: int) -> None:
    """Add an edge of one graph if it is missing, remove it if it is there."""
    degrees[bit] += -1 if has_edge(rows, check, bit) else 1
    rows[check] ^= _ONE << np.uint64(bit)


@kernel
def count_degrees(graphs: GraphBatch, i: int) -> None:
    """Recompute the bit degrees of graph i from its rows."""
    graphs.degrees[i, :] = 0
    for check in range(graphs.num_checks[i]):
        word = graphs.rows[i, check]
        while word:
            graphs.degrees[i, trailing_zeros(word)] += 1
            word &= word - _ONE


@kernel
def count_excess(graphs: GraphBatch, i: int) -> None:
    """Recompute by how much weights and degrees of graph i exceed their limits."""
    weight = 0
    for check in range(graphs.num_checks[i]):
        weight += max(0, popcount(graphs.rows[i, check]) - graphs.row_limits[i])
    degree = 0
    for bit in range(graphs.num_bits[i]):
        degree += max(0, graphs.degrees[i, bit] - graphs.column_limits[i])
    graphs.excess[i, 0], graphs.excess[i, 1] = weight, degree
