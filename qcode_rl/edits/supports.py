"""The best new support of a check, given the light words of the code without it.

All supports up to four bits are tried (of a random part of the bits, where there are many); heavier
checks grow from the best of those. A support counts by the mass of the light words that it keeps.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qcode_rl.distance.listing import LightWords
from qcode_rl.edits.streams import below, uniform
from qcode_rl.gf2.jit import kernel, popcount
from qcode_rl.gf2.packing import Words

_ONE = np.uint64(1)
_ZERO = np.uint64(0)
#: Bits among which all supports are tried, by the number of bits in a support.
_MOST_BITS = np.array([64, 64, 64, 40, 22], dtype=np.int64)
_DEEPEST = 4
#: Supports less likely than this, next to the best so far, are not drawn.
_NEGLIGIBLE = 1e-4


class SupportChoice(NamedTuple):
    """Room to choose a support in, and what was chosen.

    Attributes:
        bits: `(64,) int64` bits that may be used.
        partial: `(5, blocks) uint64` sums of columns, one row for each number of bits so far.
        syndromes: `(64,) uint64`, which words of the basis contain each bit.
        sums: `(5,) uint64` sums of syndromes, as `partial`.
        chosen: `(1,) uint64` the support drawn so far.
        tally: `(3,) float64`: least mass so far, mass of the support drawn, and the total weight
            of what it was drawn from.
        limits: `(2,) float64`: exponent by which mass counts against a support (0: only the best
            counts), and the mass beyond which a support is not looked at.
    """

    bits: NDArray[np.int64]
    partial: NDArray[np.uint64]
    syndromes: Words
    sums: Words
    chosen: Words
    tally: NDArray[np.float64]
    limits: NDArray[np.float64]


def support_choice(blocks: int) -> SupportChoice:
    """Return room for choices from lists of that many blocks."""
    return SupportChoice(
        bits=np.zeros(64, dtype=np.int64),
        partial=np.zeros((_DEEPEST + 1, blocks), dtype=np.uint64),
        syndromes=np.zeros(64, dtype=np.uint64),
        sums=np.zeros(_DEEPEST + 1, dtype=np.uint64),
        chosen=np.zeros(1, dtype=np.uint64),
        tally=np.zeros(3),
        limits=np.zeros(2),
    )


@kernel
def choose_support(
    light: LightWords,
    basis: Words,
    k: int,
    room: Words,
    old: np.uint64,
    limit: int,
    exponent: float,
    streams: Words,
    i: int,
    choice: SupportChoice,
) -> float:
    """Draw a support with probability proportional to (1 + mass) to the power -exponent.

    Args:
        light: light words of the code without the check.
        basis: `(>= k,) uint64`, a basis of that code.
        k: its dimension; supports that all words are even on are left out.
        room: `(1,) uint64`, the bits that may be used.
        old: the support that the check had, 0 for none: it is tried first, so that the best is
            never worse, and counts twice in a draw where it comes up once more.
        limit: most bits in a support.
        exponent: 0 draws evenly among the best.
        streams: random streams.
        i: which stream.
        choice: room to work in; `chosen[0]` receives the support, 0 if there is none.

    Returns:
        The mass of the light words that it keeps.
    """
    choice.chosen[0] = _ZERO
    choice.tally[0] = choice.tally[1] = np.inf
    choice.tally[2] = 0.0
    choice.limits[0], choice.limits[1] = exponent, np.inf
    deepest = min(limit, _DEEPEST)
    count = _gather_bits(room[0], _MOST_BITS[deepest], streams, i, choice)
    _find_syndromes(basis, k, choice)
    _offer_old(light, basis, k, old, streams, i, choice)
    choice.partial[0, :] = _ZERO
    choice.sums[0] = _ZERO
    _try_supports(light, count, deepest, streams, i, choice)
    if limit > _DEEPEST and choice.chosen[0] != 0:
        _grow(light, basis, k, count, limit, choice)
    return float(choice.tally[1])


@kernel
def _gather_bits(room: np.uint64, most: int, streams: Words, i: int, choice: SupportChoice) -> int:
    """List the bits that may be used, at most so many of them, chosen at random."""
    count = 0
    for bit in range(64):
        if (room >> np.uint64(bit)) & _ONE:
            choice.bits[count] = bit
            count += 1
    if count <= most:
        return count
    for index in range(most):
        other = index + below(streams, i, count - index)
        bits = choice.bits
        bits[index], bits[other] = bits[other], bits[index]
    return most


@kernel
def _find_syndromes(basis: Words, k: int, choice: SupportChoice) -> None:
    for bit in range(64):
        syndrome = _ZERO
        for word in range(k):
            syndrome |= ((basis[word] >> np.uint64(bit)) & _ONE) << np.uint64(word)
        choice.syndromes[bit] = syndrome


@kernel
def _offer_old(
    light: LightWords,
    basis: Words,
    k: int,
    old: np.uint64,
    streams: Words,
    i: int,
    choice: SupportChoice,
) -> None:
    """Offer the check as it was."""
    if old == 0 or not _is_independent(basis, k, old):
        return
    _offer(old, support_mass(light, old), streams, i, choice)


@kernel
def _is_independent(basis: Words, k: int, support: np.uint64) -> bool:
    """Say whether some word of the code is odd on a support."""
    odd = False
    for word in range(k):
        odd |= popcount(basis[word] & support) & 1 == 1
    return odd


@kernel
def support_mass(light: LightWords, support: np.uint64) -> float:
    """Return the mass of the listed words that are even on a support."""
    mass = 0.0
    for block in range(light.sizes[0]):
        odd = _ZERO
        for bit in range(64):
            if (support >> np.uint64(bit)) & _ONE:
                odd ^= light.columns[bit, block]
        mass += light.shares[block] * popcount(light.valid[block] & ~odd)
    return mass


@kernel
def _offer(support: np.uint64, mass: float, streams: Words, i: int, choice: SupportChoice) -> None:
    """Take a support into the draw; weights are relative to that of the best so far."""
    tally, exponent = choice.tally, choice.limits[0]
    if exponent == 0.0 and mass > tally[0]:
        return
    ratio = (1.0 + min(mass, tally[0])) / (1.0 + max(mass, tally[0]))
    weight = ratio**exponent
    if mass < tally[0]:
        # The best so far weighs 1: what was drawn from before weighs the less, nothing if only the
        # best counts.
        tally[2] = tally[2] * weight if exponent > 0.0 else 0.0
        weight = 1.0
        tally[0] = mass
        limit = mass
        if exponent > 0.0:
            limit = (1.0 + mass) * _NEGLIGIBLE ** (-1.0 / exponent) - 1.0
        choice.limits[1] = limit
    tally[2] += weight
    if uniform(streams, i) * tally[2] < weight:
        choice.chosen[0] = support
        tally[1] = mass


@kernel
def _add_bit(light: LightWords, choice: SupportChoice, depth: int, bit: int, blocks: int) -> None:
    """Add a bit to the sums of the bits before it."""
    choice.sums[depth] = choice.sums[depth - 1] ^ choice.syndromes[bit]
    for block in range(blocks):
        choice.partial[depth, block] = choice.partial[depth - 1, block] ^ light.columns[bit, block]


@kernel
def _try_last_bits(
    light: LightWords,
    first: int,
    count: int,
    depth: int,
    support: np.uint64,
    streams: Words,
    i: int,
    choice: SupportChoice,
) -> None:
    """Offer every support of the bits so far and one more; the innermost loop of the search."""
    # Whole arrays are indexed here: taking a row of one costs more than the loop over it.
    blocks = light.sizes[0]
    columns, shares, valid = light.columns, light.shares, light.valid
    partial, bits, syndromes = choice.partial, choice.bits, choice.syndromes
    sums, most = choice.sums[depth], choice.limits[1]
    for index in range(first, count):
        bit = bits[index]
        mass = 0.0
        for block in range(blocks):
            kept = valid[block] & ~(partial[depth, block] ^ columns[bit, block])
            mass += shares[block] * popcount(kept)
            if mass > most:
                break
        if mass <= most and sums != syndromes[bit]:
            _offer(support | (_ONE << np.uint64(bit)), mass, streams, i, choice)
            most = choice.limits[1]


@kernel
def _try_supports(
    light: LightWords, count: int, deepest: int, streams: Words, i: int, choice: SupportChoice
) -> None:
    """Offer all supports of two up to `deepest` of the listed bits (of one, if no more may be)."""
    blocks = light.sizes[0]
    bits = choice.bits
    if deepest == 1:
        _try_last_bits(light, 0, count, 0, _ZERO, streams, i, choice)
        return
    for a in range(count):
        _add_bit(light, choice, 1, bits[a], blocks)
        one = _ONE << np.uint64(bits[a])
        _try_last_bits(light, a + 1, count, 1, one, streams, i, choice)
        if deepest < 3:
            continue
        for b in range(a + 1, count):
            _add_bit(light, choice, 2, bits[b], blocks)
            two = one | (_ONE << np.uint64(bits[b]))
            _try_last_bits(light, b + 1, count, 2, two, streams, i, choice)
            if deepest < 4:
                continue
            for c in range(b + 1, count):
                _add_bit(light, choice, 3, bits[c], blocks)
                three = two | (_ONE << np.uint64(bits[c]))
                _try_last_bits(light, c + 1, count, 3, three, streams, i, choice)


@kernel
def _grow(
    light: LightWords, basis: Words, k: int, count: int, limit: int, choice: SupportChoice
) -> None:
    """Add one or two bits at a time to the chosen support as long as less mass is kept."""
    support = choice.chosen[0]
    grown = True
    while grown and choice.tally[1] > 0.0:
        grown = False
        base = support
        for a in range(count):
            one = base | (_ONE << np.uint64(choice.bits[a]))
            for b in range(a, count):
                longer = one | (_ONE << np.uint64(choice.bits[b]))
                if longer == base or popcount(longer) > limit:
                    continue
                mass = support_mass(light, longer)
                if mass < choice.tally[1] and _is_independent(basis, k, longer):
                    support, grown = longer, True
                    choice.tally[1] = mass
    choice.chosen[0] = support
