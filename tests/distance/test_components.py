"""Distances by components: against every word, with witnesses on the bits of the whole."""

import numpy as np
import pytest
from distance_oracles import brute_classical
from hypothesis import given
from hypothesis import strategies as st

from qcode_rl.codes import ClassicalCode
from qcode_rl.distance import distance_of
from qcode_rl.distance.components import by_components
from qcode_rl.distance.result import Distance


@st.composite
def shuffled_sums(draw: st.DrawFn) -> ClassicalCode:
    """Draw codes of up to ten bits that fall apart, checks and bits in any order."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sizes = draw(st.lists(st.integers(1, 5), min_size=1, max_size=2))
    # Without checks at all, or with empty ones: bits that are components of their own.
    heights = [draw(st.integers(0, size)) for size in sizes]
    checks = np.zeros((max(1, sum(heights)), sum(sizes)), dtype=np.uint8)
    row = column = 0
    for m, n in zip(heights, sizes, strict=True):
        checks[row : row + m, column : column + n] = rng.random((m, n)) < 0.5
        row, column = row + m, column + n
    return ClassicalCode(checks[rng.permutation(len(checks))][:, rng.permutation(column)])


@given(shuffled_sums())
def test_it_is_the_distance_of_the_whole_with_a_word_of_that_weight(code: ClassicalCode) -> None:
    found = by_components(code, distance_of)
    true = brute_classical(code)
    if true is None:
        assert found is None
        return
    assert found is not None
    assert (found.lower, found.upper) == (true, true)
    assert found.witness is not None
    word = np.zeros(code.n, dtype=np.int64)
    word[list(found.witness.x)] = 1
    assert word.sum() == true
    assert not (code.checks @ word % 2).any()


def test_each_part_is_asked_for_by_itself() -> None:
    sizes = []

    def distance(part: ClassicalCode) -> Distance | None:
        sizes.append((part.n, part.k))
        return distance_of(part)

    ring = [[1, 1, 0], [0, 1, 1], [1, 0, 1]]
    checks = np.kron(np.eye(3, dtype=np.uint8), np.array(ring, dtype=np.uint8))
    found = by_components(ClassicalCode(checks), distance)
    assert sizes == [(3, 1)] * 3
    assert found is not None
    assert str(found) == "3"


def test_a_part_without_words_does_not_count() -> None:
    found = by_components(ClassicalCode([[1, 0, 0], [0, 1, 1]]), distance_of)
    assert found is not None
    assert found.upper == 2


@pytest.mark.parametrize("checks", [[[1]], [[1, 0], [0, 1]]])
def test_a_code_without_words_has_no_distance(checks: list[list[int]]) -> None:
    assert by_components(ClassicalCode(checks), distance_of) is None
