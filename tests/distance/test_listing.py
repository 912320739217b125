"""Lists of light words, and what further checks keep of them, against enumerating all words."""

from itertools import combinations
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from qcode_rl.distance.census import census_scratch
from qcode_rl.distance.listing import (
    MAX_LISTED,
    kept_mass,
    light_list,
    lightest_kept,
    list_light_words,
)

BETA = 0.7
# One list and one scratch for all tests: nothing may be read that an earlier list left behind.
SCRATCH = census_scratch(BETA)
LIGHT = light_list()
#: More basis words than the table of sums holds, with words of many weights.
UNIT_WORDS = [1 << j for j in range(12)]


@st.composite
def bases(draw: st.DrawFn) -> tuple[list[int], int]:
    """Up to eight independent words in reduced form, and n."""
    n = draw(st.integers(1, 12))
    pivots = sorted(draw(st.sets(st.integers(0, n - 1), max_size=8)))
    free = [j for j in range(n) if j not in pivots]
    words = []
    for pivot in pivots:
        rest = draw(st.integers(0, 2 ** len(free) - 1))
        words.append(1 << pivot | sum(1 << j for at, j in enumerate(free) if rest >> at & 1))
    return words, n


def span(basis: list[int]) -> NDArray[np.uint64]:
    """All nonzero sums of words."""
    words = np.zeros(1, dtype=np.uint64)
    for word in basis:
        words = np.concatenate([words, words ^ np.uint64(word)])
    return words[1:]


def light_of(basis: list[int], target: int) -> NDArray[np.uint64]:
    words = span(basis)
    return words[np.bitwise_count(words) < target]


def make_list(basis: list[int], n: int, target: int) -> None:
    words = np.array(basis, dtype=np.uint64)
    list_light_words(words, len(basis), n, target, SCRATCH, LIGHT)
    assert words.tolist() == basis


def listed() -> list[int]:
    """Read the words back from their columns, block by block."""
    found = []
    for block in range(int(LIGHT.sizes[0])):
        for place in range(64):
            if int(LIGHT.valid[block]) >> place & 1:
                columns = LIGHT.columns[:, block].tolist()
                found.append(
                    sum((column >> place & 1) << bit for bit, column in enumerate(columns))
                )
    return found


def clear_columns() -> None:
    # Bits from n on are not written, and nothing reads them; `listed` does.
    LIGHT.columns[:] = 0


def assert_blocks_are_in_order(target: int) -> None:
    used = int(LIGHT.sizes[0])
    weights = LIGHT.weights[:used].tolist()
    assert weights == sorted(weights)
    assert LIGHT.shares[:used] == pytest.approx(np.exp(BETA * (target - LIGHT.weights[:used])))
    sizes = [int(word).bit_count() for word in LIGHT.valid[:used]]
    words = listed()
    for weight, size in zip(weights, sizes, strict=True):
        block, words = words[:size], words[size:]
        assert {word.bit_count() for word in block} == {weight}


@pytest.mark.kernel
@settings(max_examples=50)
@given(bases(), st.integers(1, 13))
def test_a_list_holds_the_light_words_and_no_others(basis: tuple[list[int], int], d: int) -> None:
    words, n = basis
    clear_columns()
    make_list(words, n, d)
    found = listed()
    assert sorted(found) == sorted(light_of(words, d).tolist())
    assert LIGHT.sizes[1] == d
    assert_blocks_are_in_order(d)


@pytest.mark.kernel
@settings(max_examples=50)
@given(bases(), st.integers(1, 13), st.integers(0, 2**12 - 1))
def test_what_a_check_keeps_is_what_enumeration_finds(
    basis: tuple[list[int], int], d: int, support: int
) -> None:
    words, n = basis
    support %= 2**n
    make_list(words, n, d)
    kept = [w for w in light_of(words, d).tolist() if (w & support).bit_count() % 2 == 0]
    shares = [float(np.exp(BETA * (d - w.bit_count()))) for w in kept]
    # Kept words are added to what is there.
    participation = np.full(n, 2.0)
    mass = kept_mass(LIGHT, np.uint64(support), participation)
    assert mass == pytest.approx(sum(shares))
    expected = [
        2 + sum(s for w, s in zip(kept, shares, strict=True) if w >> j & 1) for j in range(n)
    ]
    assert participation.tolist() == pytest.approx(expected)
    assert lightest_kept(LIGHT, np.uint64(support)) == min([w.bit_count() for w in kept] + [65])


@pytest.mark.kernel
def test_of_too_many_words_whole_weights_are_kept_from_the_lightest_on() -> None:
    clear_columns()
    make_list(UNIT_WORDS, 12, 13)
    # 12 + 66 + 220 + 495 words of weight 1 to 4 fit, the 792 of weight 5 do not.
    counts = [comb(12, weight) for weight in range(6)]
    assert sum(counts[1:5]) <= MAX_LISTED < sum(counts[1:])
    found = listed()
    assert sorted(found) == sorted(light_of(UNIT_WORDS, 5).tolist())
    assert LIGHT.sizes[1] == 5
    assert_blocks_are_in_order(13)


@pytest.mark.kernel
@settings(max_examples=8)
@given(st.integers(0, 2**32 - 1), st.integers(6, 18))
def test_a_truncated_list_could_not_hold_one_weight_more(seed: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    # Independent by their last bits, like the null space of checks.
    basis = [int(rng.integers(0, 16)) | 1 << (4 + j) for j in range(12)]
    clear_columns()
    make_list(basis, 16, d)
    cutoff, found = int(LIGHT.sizes[1]), listed()
    assert sorted(found) == sorted(light_of(basis, cutoff).tolist())
    assert cutoff == d or len(light_of(basis, cutoff + 1)) > MAX_LISTED >= len(found)


def reed_muller_words() -> list[int]:
    """Generators of the Reed-Muller code RM(2, 6), [64, 22, 16], but for the last one."""
    points = range(64)
    words = [2**64 - 1, *(sum(1 << p for p in points if p >> j & 1) for j in range(6))]
    return words + [words[1 + a] & words[1 + b] for a, b in combinations(range(6), 2)][:-1]


def test_of_too_many_words_of_one_weight_some_are_kept() -> None:
    # The longest code and the largest dimension that there can be.
    basis = reed_muller_words()
    assert len(basis) == 21
    words = light_of(basis, 17)
    assert len(words) > MAX_LISTED
    assert set(np.bitwise_count(words).tolist()) == {16}
    make_list(basis, 64, 17)
    found = listed()
    assert MAX_LISTED // 4 < len(set(found)) == len(found) <= MAX_LISTED
    assert set(found) <= set(words.tolist())
    assert LIGHT.sizes[1] == 16
    # A check that keeps any of them keeps a lightest word, and that is what is said.
    support = np.uint64(3)
    kept = [w for w in found if (w & 3).bit_count() % 2 == 0]
    assert lightest_kept(LIGHT, support) == (16 if kept else 65)


@pytest.mark.kernel
def test_every_weight_may_take_a_block_of_its_own() -> None:
    # Disjoint words of these weights add up to words of every weight, over a thousand in all.
    basis, start = [], 0
    for weight in (1, 1, 1, 1, 1, 1, 2, 8, 16, 32):
        basis.append(((1 << weight) - 1) << start)
        start += weight
    assert start == 64
    clear_columns()
    make_list(basis, 64, 64)
    found = listed()
    assert sorted(found) == sorted(light_of(basis, 64).tolist())
    assert {word.bit_count() for word in found} == set(range(1, 64))
    assert 63 <= LIGHT.sizes[0] <= len(LIGHT.valid)
    assert_blocks_are_in_order(64)


def test_no_distribution_of_weights_takes_more_blocks_than_there_are() -> None:
    # All blocks but one a weight are full; words weigh 1 to 64.
    assert len(LIGHT.valid) >= (MAX_LISTED - 64) // 64 + 64


@pytest.mark.kernel
def test_without_basis_words_or_lighter_words_a_list_is_empty() -> None:
    for basis, n, target in (([], 5, 5), ([1, 2, 4], 3, 1), ([7], 3, 3)):
        make_list(UNIT_WORDS, 12, 3)
        make_list(basis, n, target)
        assert LIGHT.sizes.tolist() == [0, target]
        participation = np.zeros(n)
        assert kept_mass(LIGHT, np.uint64(0), participation) == 0.0
        assert not participation.any()
        assert lightest_kept(LIGHT, np.uint64(0)) == 65


@pytest.mark.kernel
def test_the_last_bit_of_a_word_counts() -> None:
    make_list([1 << 63 | 1, 1 << 62], 64, 3)
    assert lightest_kept(LIGHT, np.uint64(1 << 63)) == 1
    # Weight 2, 1 and (not light) 3: the first two are odd on this check, their sum is even.
    assert lightest_kept(LIGHT, np.uint64(1 << 63 | 1 << 62)) == 65
    participation = np.zeros(64)
    kept_mass(LIGHT, np.uint64(1 << 63 | 1), participation)
    assert np.flatnonzero(participation).tolist() == [0, 62, 63]
