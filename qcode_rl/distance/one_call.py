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

#: Kinds of codes.
CLASSICAL, CSS, STABILIZER = 0, 1, 2


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
def solve_code(
    kind: int, checks: BinaryMatrix, others: BinaryMatrix, goal: int, work: int, seed: np.uint64
) -> list[Outcome]:
    """Bound the distance of a code: exactly, if that is little work.

    One kernel serves all kinds of codes, since compiling it takes many seconds.

    Args:
        kind: `CLASSICAL`, `CSS` or `STABILIZER`.
        checks: `(m, n) uint8` parity checks; X checks; or symplectic checks `(r, 2n)`, `[X|Z]`.
            They need not be independent, but commute.
        others: `(rz, n) uint8` Z checks of a CSS code; looked at for no other code.
        goal: stop once d is shown to be below, or proved to be at least this; 0: never.
        work: units (about 5 ns) to spend at most on any one algorithm.
        seed: of the search for light words, not zero.

    Returns:
        One outcome, or for a CSS code those of X type and of Z type; bounds are equal if the weight
        is proved, and 0 if k = 0.
    """
    if kind == CLASSICAL:
        sectors = [classical_sector(checks)]
    elif kind == STABILIZER:
        sectors = [stabilizer_sector(checks)]
    else:
        x_sector, z_sector = css_sectors(checks, others)
        sectors = [x_sector, z_sector]
    outcomes = []
    for sector in sectors:
        if sector.basis.shape[0] == sector.num_trivial:
            nothing = np.zeros(sector.basis.shape[1], dtype=np.uint64)
            outcomes.append((0, 0, 0, nothing, np.zeros(0, dtype=np.int64)))
            continue
        lower, upper, word, method = solve_quickly(sector, goal, work, seed)
        if not is_witness(sector, word, upper):
            raise AssertionError("an algorithm returned a word that is no witness")
        outcomes.append((lower, upper, method, word, operator_columns(sector, word)))
    return outcomes
