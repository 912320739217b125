"""Bounds on linear codes."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcode_rl.catalogue.known import catalogue
from qcode_rl.codes.bounds import linear_code_bounds, shortest_length, shortest_quantum_length
from qcode_rl.errors import InputError

# MacWilliams and Sloane, The Theory of Error-Correcting Codes (1977): chapters 1, 2, 13, 16.
FAMOUS = [
    (7, 4, 3),  # Hamming
    (15, 4, 8),  # simplex
    (16, 5, 8),  # first-order Reed-Muller
    (16, 11, 4),  # extended Hamming
    (23, 12, 7),  # Golay
    (24, 12, 8),  # extended Golay
    (31, 21, 5),  # double-error-correcting BCH
    (48, 24, 12),  # extended quadratic residue
    (64, 7, 32),  # first-order Reed-Muller
]


@pytest.mark.parametrize(("n", "k", "d"), FAMOUS)
def test_bounds_of_famous_optimal_codes_are_tight(n: int, k: int, d: int) -> None:
    assert linear_code_bounds(n, k) == (d, d)


def test_the_table_covers_every_length_to_64_with_lower_below_upper() -> None:
    for n in range(1, 65):
        assert linear_code_bounds(n, 1) == (n, n)
        assert linear_code_bounds(n, n) == (1, 1)
        for k in range(1, n + 1):
            lower, upper = linear_code_bounds(n, k)
            assert 1 <= lower <= upper <= n - k + 1  # the Singleton bound


def test_bounds_change_by_at_most_what_puncturing_and_shortening_allow() -> None:
    for n in range(2, 65):
        for k in range(1, n):
            for side in (0, 1):
                here, shorter = linear_code_bounds(n, k)[side], linear_code_bounds(n - 1, k)[side]
                assert shorter <= here <= shorter + 1
                assert linear_code_bounds(n, k + 1)[side] <= here


@pytest.mark.parametrize(
    ("k", "d", "n"), [(4, 15, 29), (1, 9, 9), (12, 7, 23), (12, 8, 24), (4, 3, 7), (2, 2, 3)]
)
def test_the_shortest_length_is_that_of_the_optimal_code(k: int, d: int, n: int) -> None:
    assert shortest_length(k, d) == n


def test_the_shortest_length_is_the_first_whose_upper_bound_allows_the_distance() -> None:
    for k in (1, 3, 7, 20):
        for d in range(1, 20):
            n = shortest_length(k, d)
            assert n is not None
            assert linear_code_bounds(n, k)[1] >= d
            assert n == k or linear_code_bounds(n - 1, k)[1] < d


@given(k=st.integers(1, 20), d=st.integers(1, 24))
def test_no_length_beats_the_griesmer_bound(k: int, d: int) -> None:
    # Griesmer (1960): n >= sum over i < k of ceil(d / 2^i).
    length = shortest_length(k, d)
    assert length is None or length >= sum(-(-d // 2**i) for i in range(k))


@given(st.integers(1, 4), st.integers(1, 9), st.integers(0, 2**32 - 1), st.floats(0.1, 0.9))
def test_no_code_with_light_checks_is_shorter_than_they_allow(
    m: int, n: int, seed: int, density: float
) -> None:
    checks = (np.random.default_rng(seed).random((m, n)) < density).astype(np.uint8)
    words = np.array(list(itertools.product((0, 1), repeat=n)), dtype=np.int64)[1:]
    weights = words[~(words @ checks.T % 2).any(axis=1)].sum(axis=1)
    row_limit = int(checks.sum(axis=1).max())
    if len(weights) and n > m and row_limit:
        length = shortest_length(n - m, int(weights.min()), row_limit)
        assert length is not None
        assert length <= n


@pytest.mark.parametrize("r", [2, 3, 4])
def test_light_checks_allow_what_codes_are_known_for(r: int) -> None:
    # Single parities, simplices of which every check has a bit of its own, products of parities.
    assert shortest_length(r - 1, 2, r) == r
    assert shortest_length(r * (r - 1) // 2, 3, r) == r * (r + 1) // 2
    assert shortest_length((r - 1) ** 2, 4, r) == r**2


def test_light_checks_never_allow_shorter_codes() -> None:
    for k in range(1, 21):
        for d in range(1, 17):
            lengths = [shortest_length(k, d, r) for r in (3, 4, 8, None)]
            known = [65 if n is None else n for n in lengths]
            assert known == sorted(known, reverse=True)
    assert shortest_length(3, 1, 1) == 3
    assert shortest_length(3, 2, 1) is None


def test_there_is_no_shortest_length_beyond_the_table() -> None:
    assert shortest_length(1, 65) is None
    assert shortest_length(65, 1) is None
    assert shortest_length(60, 30) is None


def test_lengths_and_dimensions_out_of_range_are_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"^n: must be from 1 to 64, got 65$"):
        linear_code_bounds(65, 3)
    with pytest.raises(InputError, match=r"^n: must be from 1 to 64, got 0$"):
        linear_code_bounds(0, 0)
    with pytest.raises(InputError, match=r"^k: must be from 1 to n = 5, got 6$"):
        linear_code_bounds(5, 6)
    with pytest.raises(InputError, match=r"^k: must be at least 1, got 0$"):
        shortest_length(0, 3)
    with pytest.raises(InputError, match=r"^d: must be at least 1, got -2$"):
        shortest_length(3, -2)


def test_no_published_quantum_code_is_shorter_than_bounds_allow() -> None:
    for code in catalogue().codes:
        if code.k and code.d:
            assert code.n >= shortest_quantum_length(code.k, code.d), code


def test_bounds_on_quantum_codes_are_met_by_the_perfect_code_and_by_distance_two() -> None:
    assert shortest_quantum_length(1, 3) == 5
    assert [shortest_quantum_length(2 * k, 2) for k in (1, 5)] == [4, 12]
    assert shortest_quantum_length(1, 1) == 1
    for k, d in ((0, 1), (1, 0)):
        with pytest.raises(InputError, match="must be at least 1, got 0"):
            shortest_quantum_length(k, d)
