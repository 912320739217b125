"""The choice of a support, against judging every support there is by enumeration."""

from collections import Counter

import numpy as np
import pytest
from edit_batches import Bits
from hypothesis import given, settings
from hypothesis import strategies as st
from rewire_batches import allowed_supports, bits_of, kept_by, mass_of, words_of
from scipy.stats import chisquare

from qcode_rl.distance.census import census_scratch, split_spaces
from qcode_rl.distance.listing import light_list, list_light_words
from qcode_rl.edits.supports import choose_support, support_choice, support_mass

BETA = 0.7
# One of each for all tests: nothing may be read that an earlier choice left behind.
SCRATCH = census_scratch(BETA)
LIGHT = light_list()
CHOICE = support_choice(len(LIGHT.valid))

seeds = st.integers(0, 2**32 - 1)


def as_word(bits: tuple[int, ...] | list[int]) -> np.uint64:
    return np.uint64(sum(1 << j for j in bits))


def open_code(checks: Bits, target: int) -> int:
    """List the light words of a code; return its dimension."""
    rows = np.array([as_word(np.flatnonzero(row).tolist()) for row in checks], dtype=np.uint64)
    n = checks.shape[1]
    k, _ = split_spaces(rows, n, SCRATCH)
    list_light_words(SCRATCH.basis, k, n, target, SCRATCH, LIGHT)
    return k


def choose(
    k: int,
    room: list[int],
    old: tuple[int, ...],
    limit: int,
    exponent: float,
    streams: np.ndarray,
) -> tuple[tuple[int, ...], float]:
    """Return a support drawn by stream 0, and the mass that it is said to keep."""
    word = np.array([as_word(room)])
    mass = choose_support(
        LIGHT, SCRATCH.basis, k, word, as_word(old), limit, exponent, streams, 0, CHOICE
    )
    return bits_of(int(CHOICE.chosen[0])), mass


def stream(seed: int) -> np.ndarray:
    return np.array([seed, 17], dtype=np.uint64)


def random_checks(rng: np.random.Generator, m: int, n: int) -> Bits:
    return rng.integers(0, 2, (m, n), dtype=np.uint8)


def independent(words: Bits, support: tuple[int, ...]) -> bool:
    return len(kept_by(words, support)) < len(words)


@st.composite
def openings(draw: st.DrawFn) -> tuple[Bits, int, list[int], tuple[int, ...], int]:
    """Checks, a target, bits with room, an old support and a limit."""
    n = draw(st.integers(2, 8))
    rng = np.random.default_rng(draw(seeds))
    checks = random_checks(rng, draw(st.integers(0, n - 1)), n)
    limit = draw(st.integers(1, 4))
    room = sorted(draw(st.sets(st.integers(0, n - 1))))
    old = tuple(sorted(rng.permutation(room)[: draw(st.integers(0, limit))].tolist()))
    return checks, draw(st.integers(1, n)), room, old, limit


@pytest.mark.kernel
@settings(max_examples=60)
@given(openings(), seeds)
def test_without_temperature_the_best_of_all_supports_is_chosen(
    opening: tuple[Bits, int, list[int], tuple[int, ...], int], seed: int
) -> None:
    checks, target, room, old, limit = opening
    k, words = open_code(checks, target), words_of(checks)
    candidates = {*allowed_supports(room, limit), old} - {()}
    masses = {
        s: mass_of(kept_by(words, s), target, BETA) for s in candidates if independent(words, s)
    }
    streams = stream(seed)
    support, mass = choose(k, room, old, limit, 0.0, streams)
    assert streams[1] == 17
    if not masses:
        assert (support, mass) == ((), np.inf)
        return
    assert masses[support] == pytest.approx(min(masses.values()))
    assert mass == pytest.approx(masses[support])
    # The best is never worse than what there was.
    assert mass <= masses.get(old, np.inf) + 1e-9


@pytest.mark.kernel
@settings(max_examples=30)
@given(openings(), seeds, st.sampled_from([0.5, 2.0, 9.5]))
def test_at_any_temperature_supports_are_independent_and_within_the_limits(
    opening: tuple[Bits, int, list[int], tuple[int, ...], int], seed: int, exponent: float
) -> None:
    checks, target, room, old, limit = opening
    k, words = open_code(checks, target), words_of(checks)
    candidates = {*allowed_supports(room, limit), old} - {()}
    good = {s for s in candidates if independent(words, s)}
    support, mass = choose(k, room, old, limit, exponent, stream(seed))
    if not good:
        assert support == ()
        return
    assert support in good
    assert mass == pytest.approx(mass_of(kept_by(words, support), target, BETA))
    assert support_mass(LIGHT, as_word(support)) == mass


def draw_often(
    checks: Bits, target: int, limit: int, old: tuple[int, ...], exponent: float, count: int = 1000
) -> tuple[Counter[tuple[int, ...]], dict[tuple[int, ...], float]]:
    """Draw supports; return how often each came up, and its probability as stated."""
    n = checks.shape[1]
    k, words = open_code(checks, target), words_of(checks)
    supports = [s for s in allowed_supports(list(range(n)), limit) if independent(words, s)]
    masses = [mass_of(kept_by(words, s), target, BETA) for s in supports]
    if exponent == 0.0:
        weights = [float(mass < min(masses) + 1e-9) for mass in masses]
    else:
        weights = [(1 + mass) ** -exponent for mass in masses]
    # What was there is tried in any case, and comes up once more among the others.
    weights = [w * (2 if s == old else 1) for s, w in zip(supports, weights, strict=True)]
    streams = stream(5)
    drawn = Counter(
        choose(k, list(range(n)), old, limit, exponent, streams)[0] for _ in range(count)
    )
    total = sum(weights)
    return drawn, {s: w / total for s, w in zip(supports, weights, strict=True)}


#: [6, 4] with words of all weights.
CHECKS = np.array([[1, 1, 1, 0, 0, 0], [0, 0, 1, 1, 1, 1]], dtype=np.uint8)
#: The words 100000, 011000, 000111 and their sums: pairs of bits keep very different masses.
DISJOINT = np.array([[0, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 0], [0, 0, 0, 0, 1, 1]], dtype=np.uint8)


@pytest.mark.kernel
@pytest.mark.parametrize("old", [(), (0, 1), (2, 5)])
@pytest.mark.parametrize("exponent", [0.0, 1.5, 3.0])
def test_draws_follow_the_heat_bath(exponent: float, old: tuple[int, ...]) -> None:
    drawn, chances = draw_often(DISJOINT, 6, 2, old, exponent)
    count = sum(drawn.values())
    # The test needs a few draws expected of each kind; what is rarer is taken together.
    common = [s for s, chance in chances.items() if chance * count >= 5]
    assert len(common) >= 2
    observed = [drawn[s] for s in common]
    expected = [chances[s] * count for s in common]
    observed.append(count - sum(observed))
    expected.append(count - sum(expected))
    if expected[-1] < 1e-6:
        assert observed.pop() == 0
        expected.pop()
    assert chisquare(observed, np.array(expected) * (count / sum(expected))).pvalue > 0.01
    # The bath is cold enough that the test would see even draws.
    if exponent > 0:
        assert chisquare([drawn[s] for s in chances]).pvalue < 1e-6


def numbers_drawn(before: int, after: int) -> int:
    """How many numbers a splitmix64 stream has given, from its state."""
    return (after - before) * pow(0x9E3779B97F4A7C15, -1, 2**64) % 2**64


@pytest.mark.kernel
@pytest.mark.parametrize("exponent", [0.5, 24.0, 60.0])
def test_supports_that_are_next_to_impossible_are_not_tried(exponent: float) -> None:
    k, words = open_code(CHECKS, 4), words_of(CHECKS)
    supports = [s for s in allowed_supports(list(range(6)), 3) if independent(words, s)]
    masses = {s: mass_of(kept_by(words, s), 4, BETA) for s in supports}
    best = min(supports, key=lambda s: masses[s])
    likely = [s for s in supports if ((1 + masses[best]) / (1 + masses[s])) ** exponent >= 1e-4]
    assert (len(likely) == len(supports)) == (exponent < 1)
    streams, drawn = stream(7), set()
    for _ in range(20):
        before = int(streams[0])
        # The best one comes first; each one that is tried takes a number.
        drawn.add(choose(k, list(range(6)), best, 3, exponent, streams)[0])
        assert numbers_drawn(before, int(streams[0])) == 1 + len(likely)
    assert drawn <= set(likely)


@pytest.mark.kernel
def test_the_coldest_bath_still_draws_the_best() -> None:
    # (1 + mass) to the power -2000 is 0 as a number, for every support.
    k, words = open_code(CHECKS, 5), words_of(CHECKS)
    masses = [mass_of(kept_by(words, s), 5, BETA) for s in allowed_supports(list(range(6)), 2)]
    assert (1 + min(masses)) ** -2000.0 == 0.0
    for old in ((), (1, 2)):
        support, mass = choose(k, list(range(6)), old, 2, 2000.0, stream(3))
        assert len(support) == 2
        assert mass == pytest.approx(min(masses))


@pytest.mark.kernel
def test_the_same_stream_chooses_the_same_again() -> None:
    k = open_code(CHECKS, 4)
    one, other = stream(3), stream(3)
    for _ in range(10):
        first = choose(k, list(range(6)), (), 3, 0.8, one)
        assert first == choose(k, list(range(6)), (), 3, 0.8, other)
        assert one.tolist() == other.tolist()


@pytest.mark.kernel
@settings(max_examples=6)
@given(seeds, st.integers(5, 7), st.booleans())
def test_heavier_supports_grow_from_the_best_light_one(
    seed: int, limit: int, with_old: bool
) -> None:
    rng = np.random.default_rng(seed)
    checks = random_checks(rng, 3, 9)
    words, target, room = words_of(checks), 6, [0, 1, 2, 3, 5, 6, 7, 8]
    old = tuple(sorted(rng.permutation(room)[:limit].tolist())) if with_old else ()
    k = open_code(checks, target)
    support, mass = choose(k, room, old, limit, 0.0, stream(seed))
    assert len(support) <= limit
    assert set(support) <= set(room)
    assert independent(words, support)
    assert mass == pytest.approx(mass_of(kept_by(words, support), target, BETA))
    light = [s for s in allowed_supports(room, 4) if independent(words, s)]
    if old and independent(words, old):
        light.append(old)
    assert mass <= min(mass_of(kept_by(words, s), target, BETA) for s in light) + 1e-9


@pytest.mark.kernel
@pytest.mark.parametrize("limit", [4, 5, 6, 7, 9])
def test_every_further_bit_that_rules_out_a_word_is_used(limit: int) -> None:
    # All seven words of one bit are light; a support rules out those that it holds.
    k = open_code(np.zeros((0, 7), dtype=np.uint8), 2)
    for exponent in (0.0, 3.0):
        support, mass = choose(k, list(range(7)), (0, 2), limit, exponent, stream(limit))
        assert len(support) == min(limit, 7)
        assert mass == pytest.approx((7 - len(support)) * np.exp(BETA))


@pytest.mark.parametrize("limit", [3, 4])
def test_of_many_bits_a_random_part_is_tried_and_the_old_support_always(limit: int) -> None:
    n, target = 64, 19
    k = open_code(random_checks(np.random.default_rng(limit), 45, n), target)
    assert LIGHT.sizes[0] > 0
    room = [j for j in range(n) if j % 16]
    streams, old, used, masses = stream(1), (1, 2, 3, 4)[:limit], set(), set()
    for _ in range(12):
        support, mass = choose(k, room, old, limit, 0.0, streams)
        assert mass <= support_mass(LIGHT, as_word(old))
        assert support_mass(LIGHT, as_word(support)) == mass
        assert 2 <= len(support) <= limit
        assert set(support) <= set(room)
        used |= set(support)
        masses.add(mass)
    # Each time another part of the bits was tried, with another best support, up to the last ones.
    assert len(used) > 2 * limit
    assert max(used) > 48
    assert len(masses) > 1


@pytest.mark.kernel
def test_of_many_bits_all_that_are_needed_are_tried_for_short_supports() -> None:
    # The last two of 64 bits hold the only light words; a check on both keeps neither word.
    basis = np.array([1 << 63, 1 << 62 | 1 << 61], dtype=np.uint64)
    list_light_words(basis, 2, 64, 3, SCRATCH, LIGHT)
    for limit, expected in ((1, {(63,)}), (2, {(61, 63), (62, 63)})):
        found = set()
        streams = stream(9)
        for _ in range(12):
            word = np.array([2**64 - 1], dtype=np.uint64)
            mass = choose_support(
                LIGHT, basis, 2, word, np.uint64(0), limit, 0.0, streams, 0, CHOICE
            )
            found.add(bits_of(int(CHOICE.chosen[0])))
            assert mass == pytest.approx(np.exp(BETA * (3 - 2)) if limit == 1 else 0.0)
        assert found == expected


@pytest.mark.kernel
def test_without_room_only_the_old_support_can_be_chosen() -> None:
    k = open_code(CHECKS, 4)
    for old in ((), (0,), (0, 3)):
        support, mass = choose(k, [], old, 3, 0.5, stream(2))
        assert support == old
        assert mass == (support_mass(LIGHT, as_word(old)) if old else np.inf)
    # All words are even on a check that the code has already.
    assert choose(k, [], (0, 1, 2), 3, 0.5, stream(2)) == ((), np.inf)
    assert choose(k, [4], (), 3, 0.0, stream(2)) == ((), np.inf)
    assert choose(k, [4], (), 1, 0.0, stream(2))[0] == (4,)
