"""The census of light codewords, against enumerating every word and every set of checks."""

from itertools import combinations
from math import exp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qcode_rl.codes import ClassicalCode, hypergraph_product
from qcode_rl.distance.census import census_scratch, product_census

BETA = 0.7
# One scratch for all tests: a census must not read what an earlier one left behind.
SCRATCH = census_scratch(BETA)


@st.composite
def small_checks(draw: st.DrawFn) -> tuple[list[int], int]:
    """Checks as integers, with repeated, dependent and zero rows among them, and n."""
    n = draw(st.integers(1, 8))
    rows = draw(st.lists(st.integers(0, 2**n - 1), min_size=1, max_size=6))
    extra = draw(st.sampled_from([[], [0], [rows[0]], [rows[0] ^ rows[-1]]]))
    return rows + extra, n


def census(rows: list[int], n: int, target: int) -> tuple[tuple[int, int, int, float], list[float]]:
    # Filled with rubbish, since the kernel must overwrite it.
    participation = np.full(n, 9.0)
    words = np.array(rows, dtype=np.uint64)
    result = product_census(words, n, target, SCRATCH, participation)
    assert words.tolist() == rows
    return result, participation.tolist()


def codewords(rows: list[int], n: int) -> list[int]:
    return [w for w in range(2**n) if not any((w & row).bit_count() % 2 for row in rows)]


def dependencies(rows: list[int]) -> list[int]:
    """All sets of rows that add up to zero, as bit sets."""
    sums = [0]
    for row in rows:
        sums += [row ^ other for other in sums]
    return [chosen for chosen, total in enumerate(sums) if total == 0]


@pytest.mark.kernel
@settings(max_examples=60)
@given(small_checks(), st.integers(1, 9))
def test_a_census_counts_what_enumeration_counts(checks: tuple[list[int], int], d: int) -> None:
    rows, n = checks
    words, left = codewords(rows, n), dependencies(rows)
    (distance, k, k_left, mass), participation = census(rows, n, d)
    assert (2**k, 2**k_left) == (len(words), len(left))
    weights = [w.bit_count() for w in words + left if w]
    assert distance == min(weights, default=0)
    assert mass == pytest.approx(sum(exp(BETA * (d - w)) for w in weights if w < d))
    shares = [0.0] * n
    for word in words:
        if 0 < word.bit_count() < d:
            for bit in range(n):
                shares[bit] += (word >> bit & 1) * exp(BETA * (d - word.bit_count()))
    total = sum(exp(BETA * (d - w.bit_count())) for w in words if 0 < w.bit_count() < d)
    assert participation == pytest.approx([s / total if total else 0.0 for s in shares])


@settings(max_examples=60)
@given(small_checks())
def test_a_census_gives_the_distance_and_k_of_the_square_product(
    checks: tuple[list[int], int],
) -> None:
    rows, n = checks
    matrix = [[row >> j & 1 for j in range(n)] for row in rows]
    (distance, k, k_left, _), _ = census(rows, n, 3)
    code, classical = hypergraph_product(matrix), ClassicalCode(matrix)
    assert (k, k_left) == (classical.k, classical.transpose.k)
    proved = code.distance()
    assert distance == (0 if proved is None else proved.upper)
    assert k**2 + k_left**2 == code.num_logicals


def test_codes_of_more_dimensions_than_a_block_are_walked_to_the_end() -> None:
    # k beyond 6 takes the walk through several blocks of the table.
    rng = np.random.default_rng(5)
    for n, m in ((18, 6), (24, 10), (40, 28)):
        matrix = rng.integers(0, 2, (m, n), dtype=np.uint8)
        rows = [sum(1 << j for j in np.flatnonzero(row).tolist()) for row in matrix]
        (distance, k, _, mass), participation = census(rows, n, 4)
        code = ClassicalCode(matrix)
        assert k == code.k > 6
        known = code.distance()
        assert known is not None
        assert distance == known.upper
        words = codewords_of_weight_below_4(rows, n)
        assert mass == pytest.approx(sum(exp(BETA * (4 - len(w))) for w in words))
        if words:
            most = int(np.argmax(participation))
            assert any(most in word for word in words)


def codewords_of_weight_below_4(rows: list[int], n: int) -> list[tuple[int, ...]]:
    columns = [sum((row >> j & 1) << i for i, row in enumerate(rows)) for j in range(n)]
    found = []
    for weight in (1, 2, 3):
        for word in combinations(range(n), weight):
            total = 0
            for j in word:
                total ^= columns[j]
            if not total:
                found.append(word)
    return found


@pytest.mark.kernel
def test_the_last_bit_of_a_word_is_used() -> None:
    # The repetition code of 64 bits: its only word is all ones.
    rows = [3 << j for j in range(63)]
    (distance, k, k_left, mass), participation = census(rows, 64, 64)
    assert (distance, k, k_left, mass) == (64, 1, 0, 0.0)
    assert participation == [0.0] * 64
    # 64 checks in a ring: the transposed code has the same word.
    ring = [*rows, 1 << 63 | 1]
    assert census(ring, 64, 64)[0] == (64, 1, 1, 0.0)
    # The one check on the last bit alone kills the word.
    assert census([*rows, 1 << 63], 64, 64)[0] == (0, 0, 0, 0.0)


@pytest.mark.kernel
def test_a_code_without_words_and_dependencies_has_no_distance() -> None:
    assert census([1, 2, 4], 3, 3) == ((0, 0, 0, 0.0), [0.0, 0.0, 0.0])


@pytest.mark.kernel
def test_light_dependencies_count_although_no_bit_takes_part_in_them() -> None:
    (distance, k, k_left, mass), participation = census([1, 2, 1], 2, 3)
    assert (distance, k, k_left) == (2, 0, 1)
    assert mass == pytest.approx(exp(BETA))
    assert participation == [0.0, 0.0]


@pytest.mark.kernel
def test_words_as_heavy_as_the_target_do_not_count() -> None:
    rows = [3, 6]
    assert census(rows, 3, 3)[0] == (3, 1, 0, 0.0)
    assert census(rows, 3, 4)[0][3] == pytest.approx(exp(BETA))


def test_a_dimension_beyond_reach_counts_as_no_distance() -> None:
    assert census([2**22 - 1], 22, 3)[0] == (0, 21, 0, 0.0)
    assert census([2**21 - 1], 21, 2)[0] == (2, 20, 0, 0.0)
