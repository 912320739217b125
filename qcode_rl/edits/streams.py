"""One random stream an environment, as a kernel-side splitmix64 generator.

A stream is one `uint64` of state, so that environment i of a batch draws the same numbers whether
it runs alone or beside others. The constants are those of Steele, Lea and Flood (OOPSLA 2014).
"""

import numpy as np

from qcode_rl.gf2.jit import kernel
from qcode_rl.gf2.packing import Words


@kernel
def next_word(streams: Words, i: int) -> np.uint64:
    """Advance stream i and return 64 random bits."""
    streams[i] += np.uint64(0x9E3779B97F4A7C15)
    z = streams[i]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.uint64(z ^ (z >> np.uint64(31)))


@kernel
def below(streams: Words, i: int, bound: int) -> int:
    """Return a uniform integer in `[0, bound)` (bias below 2^-32 for bounds under 2^32)."""
    word = ((next_word(streams, i) >> np.uint64(32)) * np.uint64(bound)) >> np.uint64(32)
    # Signed, or kernels that are handed such numbers are compiled for both kinds.
    return int(np.int64(word))


@kernel
def uniform(streams: Words, i: int) -> float:
    """Return a uniform number in `[0, 1)` with 53 random bits."""
    return float(next_word(streams, i) >> np.uint64(11)) * 2.0**-53
