"""Batches of stabilizer codes under edit: their arrays, and what is remembered of each.

A check is a pair of words, one for the qubits that X or Y acts on and one for those that Z or Y
acts on. Checks are independent and commute at all times, so that k = n - r. A batch of CSS codes
keeps every check of one type.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qcode_rl.edits.graphs import Floats, Integers
from qcode_rl.gf2.jit import kernel, popcount, trailing_zeros
from qcode_rl.gf2.packing import Words

_ONE = np.uint64(1)


class CodeGraphs(NamedTuple):
    """A batch of stabilizer codes; B codes with room for M checks on N <= 64 qubits.

    Attributes:
        xs: `(B, M) uint64`, X parts of the checks.
        zs: `(B, M) uint64`, Z parts.
        num_checks: `(B,) int64`, r = n - k.
        num_bits: `(B,) int64`, n.
        targets: `(B,) int64`, distance asked for.
        row_limits: `(B,) int64`, largest weight of a check.
        column_limits: `(B,) int64`, most checks on a qubit (for CSS codes, of one type).
        distances: `(B,) int64`: weight of the lightest logical operator; if that weighs more than
            can be listed, one more than that.
        soft: `(B,) float64` soft distance.
        excess: `(B, 2) int64` weight and degree beyond the limits, summed.
        potentials: `(B,) float64`.
        participation: `(B, N) float64`, shares of the qubits in the light logical operators.
        steps: `(B,) int64` actions of this episode.
        streams: `(B,) uint64` random streams.
        opened: `(B, M) int64`, changes of the code by when a check was last opened, -1 if never.
        gains: `(B, M) float64`, soft distance gained when it was.
        changes: `(B,) int64`, changes since the start.
        tries: `(B,) int64`, actions since the last gain.
        balls: `(B, N) uint64`, qubits that are near enough to each qubit to share a check.
    """

    xs: NDArray[np.uint64]
    zs: NDArray[np.uint64]
    num_checks: Integers
    num_bits: Integers
    targets: Integers
    row_limits: Integers
    column_limits: Integers
    distances: Integers
    soft: Floats
    excess: Integers
    potentials: Floats
    participation: Floats
    steps: Integers
    streams: Words
    opened: Integers
    gains: Floats
    changes: Integers
    tries: Integers
    balls: NDArray[np.uint64]


def code_graphs(size: int, max_checks: int, max_bits: int) -> CodeGraphs:
    """Return a batch of empty codes.

    Args:
        size: B.
        max_checks: M.
        max_bits: N, at most 64.
    """

    def counts(*shape: int) -> Integers:
        return np.zeros((size, *shape), dtype=np.int64)

    return CodeGraphs(
        xs=np.zeros((size, max_checks), dtype=np.uint64),
        zs=np.zeros((size, max_checks), dtype=np.uint64),
        num_checks=counts(),
        num_bits=counts(),
        targets=counts(),
        row_limits=counts(),
        column_limits=counts(),
        distances=counts(),
        soft=np.zeros(size),
        excess=counts(2),
        potentials=np.zeros(size),
        participation=np.zeros((size, max_bits)),
        steps=counts(),
        streams=np.zeros(size, dtype=np.uint64),
        opened=counts(max_checks),
        gains=np.zeros((size, max_checks)),
        changes=counts(),
        tries=counts(),
        balls=np.full((size, max_bits), ~np.uint64(0), dtype=np.uint64),
    )


@kernel
def weight_of(x: np.uint64, z: np.uint64) -> int:
    """Return the number of qubits that an operator acts on."""
    return popcount(x | z)


@kernel
def fits(support: np.uint64, balls: Words, n: int) -> bool:
    """Say whether all qubits of a support are near enough to each other."""
    for qubit in range(n):
        if (support >> np.uint64(qubit)) & _ONE and support & ~balls[qubit]:
            return False
    return True


@kernel
def count_degrees(graphs: CodeGraphs, i: int, css: bool, degrees: Integers) -> None:
    """Count the checks on each qubit.

    Args:
        graphs: the batch.
        i: which code.
        css: count checks of X type and of Z type apart.
        degrees: `(2, N) int64`, overwritten; other than CSS codes use the first row.
    """
    n = graphs.num_bits[i]
    degrees[:, :n] = 0
    for check in range(graphs.num_checks[i]):
        x, z = graphs.xs[i, check], graphs.zs[i, check]
        row = 1 if css and x == 0 else 0
        support = x | z
        while support:
            degrees[row, trailing_zeros(support)] += 1
            support &= support - _ONE


@kernel
def count_excess(graphs: CodeGraphs, i: int, css: bool, degrees: Integers) -> None:
    """Refresh by how much code i is beyond its limits; arguments as for `count_degrees`."""
    n, limit = graphs.num_bits[i], graphs.row_limits[i]
    heavy = 0
    for check in range(graphs.num_checks[i]):
        x, z = graphs.xs[i, check], graphs.zs[i, check]
        heavy += max(0, weight_of(x, z) - limit)
        if weight_of(x, z) <= limit and not fits(x | z, graphs.balls[i], n):
            heavy += 1
    count_degrees(graphs, i, css, degrees)
    crowded = 0
    for row in range(2):
        for qubit in range(n):
            crowded += max(0, degrees[row, qubit] - graphs.column_limits[i])
    graphs.excess[i, 0], graphs.excess[i, 1] = heavy, crowded


@kernel
def _mixed(word: np.uint64) -> np.uint64:
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.uint64(word ^ (word >> np.uint64(31)))


@kernel
def hash_checks(graphs: CodeGraphs, i: int, opened: np.uint64) -> np.uint64:
    """Return a hash of the checks but some, whatever their order.

    Args:
        graphs: the batch.
        i: which code.
        opened: set of checks left out.
    """
    total = np.uint64(graphs.num_bits[i])
    for check in range(graphs.num_checks[i]):
        if not (opened >> np.uint64(check)) & _ONE:
            word = _mixed(graphs.xs[i, check] + np.uint64(0x9E3779B97F4A7C15))
            total += _mixed(word ^ (graphs.zs[i, check] + np.uint64(0xD1B54A32D192ED03)))
    return _mixed(total)
