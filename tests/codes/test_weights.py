"""Weight distributions, from the code and from its dual."""

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcode_rl.codes import ClassicalCode
from qcode_rl.codes.textbook import golay, hamming, repetition
from qcode_rl.codes.weights import weight_distribution
from qcode_rl.errors import InputError


def test_distributions_of_famous_codes_are_the_published_ones() -> None:
    # MacWilliams and Sloane (1977): chapters 1 (Hamming) and 2 (Golay).
    assert weight_distribution(hamming(3)) == [1, 0, 0, 7, 7, 0, 0, 1]
    golay_counts = {w: count for w, count in enumerate(weight_distribution(golay())) if count}
    assert golay_counts == {0: 1, 7: 253, 8: 506, 11: 1288, 12: 1288, 15: 506, 16: 253, 23: 1}


def test_the_whole_space_and_the_zero_code_are_counted_too() -> None:
    assert weight_distribution(ClassicalCode(np.zeros((0, 5)))) == [comb(5, w) for w in range(6)]
    assert weight_distribution(ClassicalCode(np.eye(3))) == [1, 0, 0, 0]


@given(
    m=st.integers(1, 6),
    n=st.integers(1, 9),
    seed=st.integers(0, 2**32 - 1),
)
def test_counts_agree_with_listing_all_words(m: int, n: int, seed: int) -> None:
    code = ClassicalCode(np.random.default_rng(seed).integers(0, 2, size=(m, n)))
    words = np.arange(1 << n)[:, None] >> np.arange(n) & 1
    kept = words[~(words @ code.checks.T % 2).any(axis=1)]
    expected = np.bincount(kept.sum(axis=1), minlength=n + 1)
    assert weight_distribution(code) == expected.tolist()


def test_counts_beyond_64_bits_are_exact() -> None:
    even = ClassicalCode(np.ones((1, 100)))
    assert weight_distribution(even)[50] == comb(100, 50)
    assert weight_distribution(repetition(100))[100] == 1


def test_codes_that_are_large_on_both_sides_are_refused() -> None:
    checks = np.hstack([np.eye(25), np.ones((25, 25))])
    with pytest.raises(InputError, match=r"^code: k or n - k must be at most 24, got 25 and 25$"):
        weight_distribution(ClassicalCode(checks))
