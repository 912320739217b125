"""From check matrices to bounds and a checked witness in one kernel call.

Crossing from Python into a kernel costs microseconds an array, as much as a small code's distance
does; so for codes that are solved quickly there is one crossing. Kernels may call these too.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from qcode_rl.distance.quick import solve_quickly
from qcode_rl.distance.sectors import (
    Sector,
    classical_sector,
    css_sectors,
    is_witness,
    stabilizer_sector,
)
from qcode_rl.gf2.jit import kernel
from qcode_rl.gf2.packing import BinaryMatrix, Words

#: Lower bound, upper bound, number of the method (see `quick`), the witness as a packed word of the
#: sector, and its ones, increasing (of a word (x | z | x + z) those of the first two parts).
Outcome: TypeAlias = tuple[int, int, int, Words, NDArray[np.int64]]

_SEED = np.uint64(0x9E3779B97F4A7C15)


@kernel
def operator_columns(sector: Sector, word: Words) -> NDArray[np.int64]:
    """Return the ones of a word, increasing; of a word (x | z | x + z) those of (x | z)."""
    num_columns = sector.flips.shape[1]
    if sector.options > 1:
        num_columns = 2 * (num_columns // sector.options)
    found = np.empty(num_columns, dtype=np.int64)
    count = 0
    for j in range(num_columns):
        if (word[j >> 6] >> np.uint64(j & 63)) & np.uint64(1):
            found[count] = j
            count += 1
    return found[:count].copy()


@kernel
def outcome_of(sector: Sector, goal: int, work: int, seed: np.uint64) -> Outcome:
    """Solve a sector quickly and check the witness; bounds 0 and 0 if it has no distance."""
    if sector.basis.shape[0] == sector.num_trivial:
        nothing = np.zeros(sector.basis.shape[1], dtype=np.uint64)
        return 0, 0, 0, nothing, np.zeros(0, dtype=np.int64)
    lower, upper, word, method = solve_quickly(sector, goal, work, seed)
    if not is_witness(sector, word, upper):
        raise AssertionError("an algorithm returned a word that is no witness")
    return lower, upper, method, word, operator_columns(sector, word)


@kernel
def codeword_distance(
    checks: BinaryMatrix, goal: int = 0, work: int = 1 << 20, seed: np.uint64 = _SEED
) -> Outcome:
    """Bound the distance of a classical code with parity checks `(m, n) uint8`.

    Args:
        checks: need not be independent.
        goal: stop once d is shown to be below, or proved to be at least this; 0: never.
        work: units (about 5 ns) to spend at most on any one algorithm.
        seed: of the search for light words, not zero.

    Returns:
        Bounds, which are equal if the distance is proved and 0 if k = 0, and a codeword.
    """
    return outcome_of(classical_sector(checks), goal, work, seed)


@kernel
def css_distances(
    x_checks: BinaryMatrix,
    z_checks: BinaryMatrix,
    goal: int = 0,
    work: int = 1 << 20,
    seed: np.uint64 = _SEED,
) -> tuple[Outcome, Outcome]:
    """Bound the least weights of X-type and of Z-type logical operators of a CSS code.

    Args:
        x_checks: `(rx, n) uint8`; commutes with
        z_checks: `(rz, n) uint8`.
        goal: as for `codeword_distance`, as `work` and `seed`.
        work: units.
        seed: not zero.

    Returns:
        For either type what `codeword_distance` returns.
    """
    x_sector, z_sector = css_sectors(x_checks, z_checks)
    return outcome_of(x_sector, goal, work, seed), outcome_of(z_sector, goal, work, seed)


@kernel
def stabilizer_distance(
    checks: BinaryMatrix, goal: int = 0, work: int = 1 << 20, seed: np.uint64 = _SEED
) -> Outcome:
    """Bound the distance of a stabilizer code with checks `(r, 2n) uint8`, `[X|Z]`.

    Args:
        checks: commuting, not necessarily independent.
        goal: as for `codeword_distance`, as `work` and `seed`.
        work: units.
        seed: not zero.

    Returns:
        What `codeword_distance` returns; the witness's columns are symplectic, `[X|Z]`.
    """
    return outcome_of(stabilizer_sector(checks), goal, work, seed)
