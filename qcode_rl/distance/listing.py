"""The light words of a small code, listed so that any further check can be judged at once.

A check keeps a word if it is even on it. With the words laid out bit by bit (for every bit, which
words contain it), whether a check keeps each of 64 words is one exclusive-or a bit of the check:
the light words that any further check would leave cost a few machine operations.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qcode_rl.distance.census import CensusScratch, fill_table
from qcode_rl.gf2.jit import kernel, popcount, trailing_zeros
from qcode_rl.gf2.packing import Words

#: Most words a list holds; of more, the lightest are kept.
MAX_LISTED = 1024
#: Blocks of 64 words; every weight starts a block of its own.
_BLOCKS = MAX_LISTED // 64 + 64
_ZERO = np.uint64(0)
_ONE = np.uint64(1)


class LightWords(NamedTuple):
    """Light words of one code, in blocks of 64 words of equal weight, lightest first.

    Attributes:
        words: `(2 * MAX_LISTED,) uint64`, the words as they were found.
        columns: `(64, blocks) uint64`; bit w of `columns[b, j]` says whether word w of block j
            contains bit b.
        valid: `(blocks,) uint64`, which words of a block exist.
        shares: `(blocks,) float64`, `exp(beta (target - weight))` of each block's words.
        weights: `(blocks,) int64`, the weight of each block's words.
        sizes: `(2,) int64`: blocks in use, and weight from which words were left out (the target
            if none was).
    """

    words: Words
    columns: NDArray[np.uint64]
    valid: Words
    shares: NDArray[np.float64]
    weights: NDArray[np.int64]
    sizes: NDArray[np.int64]


def light_list() -> LightWords:
    """Return an empty list."""
    return LightWords(
        words=np.zeros(2 * MAX_LISTED, dtype=np.uint64),
        columns=np.zeros((64, _BLOCKS), dtype=np.uint64),
        valid=np.zeros(_BLOCKS, dtype=np.uint64),
        shares=np.zeros(_BLOCKS),
        weights=np.zeros(_BLOCKS, dtype=np.int64),
        sizes=np.zeros(2, dtype=np.int64),
    )


@kernel
def list_light_words(
    basis: Words, k: int, n: int, target: int, scratch: CensusScratch, light: LightWords
) -> None:
    """List the words lighter than a target in the span of a basis.

    Args:
        basis: `(>= k,) uint64` independent words on n bits, k <= 21.
        k: how many of them to use; 0 leaves an empty list.
        n: number of bits.
        target: words of at least this weight are not listed.
        scratch: its `table` is overwritten, its `boost` read.
        light: filled.
    """
    count, cutoff = _collect(basis, k, target, scratch.table, light.words)
    _lay_out(light, count, cutoff, n, target, scratch.boost)


@kernel
def _collect(basis: Words, k: int, target: int, table: Words, words: Words) -> tuple[int, int]:
    """Walk the span and gather light words; return how many, and the weight they stay below."""
    bits = fill_table(basis, k, table)
    size = 1 << bits
    offset = _ZERO
    count, cutoff = 0, target
    for step in range(1 << (k - bits)):
        if step > 0:
            offset ^= basis[bits + trailing_zeros(np.uint64(step))]
        first = 1 if step == 0 else 0
        # A bare minimum vectorizes; only blocks with a light word are looked at word by word.
        lightest = 65
        for j in range(first, size):
            lightest = min(lightest, popcount(table[j] ^ offset))
        if lightest >= cutoff:
            continue
        for j in range(first, size):
            word = table[j] ^ offset
            if popcount(word) < cutoff:
                words[count] = word
                count += 1
                if count == words.shape[0]:
                    count, cutoff = _thin_out(words, cutoff)
    while count > MAX_LISTED:
        count, cutoff = _thin_out(words[:count], cutoff)
    return count, cutoff


@kernel
def _thin_out(words: Words, cutoff: int) -> tuple[int, int]:
    """Drop the heaviest words of a list; return how many stay and the weight they stay below.

    At least one weight goes. If all words have one weight, half of them go all the same.
    """
    heaviest = 0
    lightest = 65
    for word in words:
        heaviest = max(heaviest, popcount(word))
        lightest = min(lightest, popcount(word))
    if heaviest == lightest:
        return words.shape[0] // 2, heaviest
    count = 0
    for word in words:
        if popcount(word) < heaviest:
            words[count] = word
            count += 1
    return count, heaviest


@kernel
def _lay_out(
    light: LightWords, count: int, cutoff: int, n: int, target: int, boost: NDArray[np.float64]
) -> None:
    """Sort the words found by weight into blocks and turn them into columns."""
    counts = np.zeros(66, dtype=np.int64)
    for index in range(count):
        counts[popcount(light.words[index])] += 1
    blocks = 0
    for weight in range(65):
        left = counts[weight]
        # From here on: where the next word of this weight goes.
        counts[weight] = 64 * blocks
        while left > 0:
            full = left >= 64
            light.valid[blocks] = ~_ZERO if full else (_ONE << np.uint64(left)) - _ONE
            light.shares[blocks] = boost[target - weight]
            light.weights[blocks] = weight
            left -= 64
            blocks += 1
    light.sizes[0], light.sizes[1] = blocks, cutoff
    for bit in range(n):
        for block in range(blocks):
            light.columns[bit, block] = 0
    for index in range(count):
        word = light.words[index]
        weight = popcount(word)
        place = counts[weight]
        counts[weight] += 1
        mark = _ONE << np.uint64(place & 63)
        while word:
            light.columns[trailing_zeros(word), place >> 6] |= mark
            word &= word - _ONE


@kernel
def kept_mass(light: LightWords, support: np.uint64, participation: NDArray[np.float64]) -> float:
    """Return the mass of the listed words that a check keeps, and how much each bit takes part.

    Args:
        light: a list.
        support: the check, one bit a bit.
        participation: `(>= n,) float64`, to which each kept word adds its share on its support.
    """
    mass = 0.0
    for block in range(light.sizes[0]):
        kept = light.valid[block]
        word = support
        odd = _ZERO
        while word:
            odd ^= light.columns[trailing_zeros(word), block]
            word &= word - _ONE
        kept &= ~odd
        if kept == 0:
            continue
        mass += light.shares[block] * popcount(kept)
        for bit in range(participation.shape[0]):
            participation[bit] += light.shares[block] * popcount(kept & light.columns[bit, block])
    return mass


@kernel
def lightest_kept(light: LightWords, support: np.uint64) -> int:
    """Return the weight of the lightest listed word that a check keeps, 65 if it keeps none."""
    for block in range(light.sizes[0]):
        word = support
        odd = _ZERO
        while word:
            odd ^= light.columns[trailing_zeros(word), block]
            word &= word - _ONE
        if light.valid[block] & ~odd:
            return int(light.weights[block])
    return 65
