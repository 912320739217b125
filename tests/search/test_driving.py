"""A walk driven by a method: what it spends, what it returns."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qcode_rl.codes.bounds import shortest_length
from qcode_rl.search.driving import Slice, drive
from qcode_rl.search.sums import SumWalk


@given(st.lists(st.sampled_from([True, False]), max_size=30), st.integers(1, 500))
def test_no_more_is_spent_than_allowed_and_slices_are_numbered(
    course: list[bool], evaluations: int
) -> None:
    budgets: list[int] = []

    def find(length: int, dimension: int, index: int, budget: int) -> Slice:
        assert index == len(budgets)
        budgets.append(budget)
        met = index < len(course) and course[index]
        checks = np.ones((length - dimension, length), dtype=np.uint8)
        return Slice(checks if met else None, budget)

    driven = drive(SumWalk(9, 6), find, 64, evaluations)
    assert driven.evaluations == sum(budgets) <= evaluations
    assert max(budgets) <= 64
    assert driven.complete or driven.evaluations == evaluations
    # A part alone makes no code of the wanted dimension.
    assert driven.checks is None or any(course[: len(budgets)])


def test_a_method_that_always_succeeds_ends_at_the_shortest_length() -> None:
    def find(length: int, dimension: int, index: int, budget: int) -> Slice:
        return Slice(np.ones((length - dimension, length), dtype=np.uint8), 1)

    driven = drive(SumWalk(9, 3), find, 100, 1000)
    assert driven.complete
    assert driven.checks is not None
    assert driven.checks.shape[1] == shortest_length(3, 9)


def test_the_sum_of_parts_is_returned_where_it_is_shorter_than_the_whole() -> None:
    def find(length: int, dimension: int, index: int, budget: int) -> Slice:
        met = dimension < 14 and length >= 2 * dimension + 2
        checks = np.eye(length - dimension, length, dtype=np.uint8)
        return Slice(checks if met else None, 10)

    driven = drive(SumWalk(4, 14, 3), find, 10, 3000)
    assert driven.checks is not None
    assert driven.checks.shape == (18, 32)  # twice seven, say


def test_exhausted_lengths_end_the_walk() -> None:
    driven = drive(SumWalk(9, 3), lambda *_: Slice(None, 1, True), 100, 10_000)
    assert driven.checks is None
    assert driven.complete
    assert driven.evaluations < 100
