"""Direct sums, and the walk over whole codes and parts: rules it must keep after every slice."""

import math
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcode_rl.codes import ClassicalCode
from qcode_rl.codes.bounds import shortest_length
from qcode_rl.search.sums import MAX_SUM_BITS, SumWalk, direct_sum
from qcode_rl.search.walk import Row

outcomes = st.lists(st.sampled_from(["found", "failed", "failed", "exhausted"]), max_size=80)
#: Distances and dimensions of requests, few of them beyond any census.
requests = st.tuples(st.integers(1, 10), st.integers(1, 24), st.sampled_from([None, 3, 4]))


def partitions(total: int, largest: int) -> Iterator[list[int]]:
    """Yield all ways to write a number as a sum of parts that are no larger than some number."""
    if total == 0:
        yield []
    for part in range(min(total, largest), 0, -1):
        for rest in partitions(total - part, part):
            yield [part, *rest]


def shortest_of_all(walk: SumWalk) -> float:
    """Return the least length over all partitions into what has been found."""
    lengths = {row.dimension: row.best for row in walk.rows if row.best is not None}
    ways = partitions(walk.dimension, walk.dimension)
    return min(sum(lengths.get(part, math.inf) for part in parts) for parts in ways)


def any_checks(length: int, dimension: int) -> np.ndarray:
    """Return the checks of some code of a length and dimension."""
    return np.eye(length - dimension, length, dtype=np.uint8)


def spend(walk: SumWalk, row: Row, outcome: str) -> np.ndarray | None:
    """Do what the runner does after a slice."""
    row.slices += 1
    if outcome == "found":
        return walk.succeed(row, any_checks(row.length, row.dimension))
    row.fail(exhausted=outcome == "exhausted")
    return None


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 5)), min_size=1, max_size=3), st.data())
def test_a_direct_sum_has_all_pairs_of_words_of_its_parts(
    shapes: list[tuple[int, int]], data: st.DataObject
) -> None:
    bits = [
        data.draw(st.lists(st.integers(0, 1), min_size=m * n, max_size=m * n)) for m, n in shapes
    ]
    parts = [np.array(b, dtype=np.uint8).reshape(s) for b, s in zip(bits, shapes, strict=True)]
    whole, codes = ClassicalCode(direct_sum(parts)), [ClassicalCode(part) for part in parts]
    assert (whole.n, whole.k) == (sum(code.n for code in codes), sum(code.k for code in codes))
    assert whole.max_weight == max(code.max_weight for code in codes)
    assert whole.max_degree == max(code.max_degree for code in codes)
    distances = [code.distance().upper for code in codes if code.k]
    if distances:
        assert whole.distance().upper == min(distances)


@given(requests, outcomes)
def test_the_walk_keeps_its_rules(request_: tuple[int, int, int | None], course: list[str]) -> None:
    distance, dimension, row_limit = request_
    walk = SumWalk(distance, dimension, row_limit)
    for outcome in course:
        row = walk.next_row()
        assert len({one.dimension for one in walk.rows}) == len(walk.rows)
        if row is None:
            return
        assert not row.finished
        assert 1 <= row.dimension <= dimension
        assert row.length >= (shortest_length(row.dimension, distance, row_limit) or math.inf)
        # It is shorter than what is known, also where that is a sum.
        best = walk.shortest
        assert row.dimension != dimension or best is None or row.length < best
        spend(walk, row, outcome)
        assert best is None or (walk.shortest is not None and walk.shortest <= best)


@given(requests, outcomes)
def test_the_shortest_is_that_of_all_partitions(
    request_: tuple[int, int, int | None], course: list[str]
) -> None:
    walk = SumWalk(request_[0], min(request_[1], 14), request_[2])
    for outcome in course:
        row = walk.next_row()
        if row is None:
            break
        before = walk.shortest
        whole = spend(walk, row, outcome)
        least = shortest_of_all(walk)
        assert walk.shortest == (least if least <= MAX_SUM_BITS else None)
        if whole is not None:
            # Only what is shorter than anything before is handed out, and it is what it says.
            assert before is None or whole.shape[1] < before
            assert whole.shape == (walk.shortest - walk.dimension, walk.shortest)
            assert sum(part.dimension for part in walk.best_parts()) == walk.dimension


@given(requests, outcomes)
def test_a_restored_walk_goes_on_alike(
    request_: tuple[int, int, int | None], course: list[str]
) -> None:
    walk = SumWalk(*request_)
    for outcome in course:
        other = SumWalk(*request_)
        other.restore(walk.state())
        rows = [one.next_row() for one in (walk, other)]
        assert rows[0] == rows[1]
        if rows[0] is None:
            return
        spend(walk, rows[0], outcome)


@pytest.mark.parametrize(("dimension", "distance"), [(4, 15), (8, 4), (13, 5), (25, 3)])
def test_success_everywhere_ends_with_nothing_shorter_left(dimension: int, distance: int) -> None:
    walk = SumWalk(distance, dimension)
    while (row := walk.next_row()) is not None:
        spend(walk, row, "found")
    floors = {k: shortest_length(k, distance) or math.inf for k in range(1, min(dimension, 20) + 1)}
    floors = {k: max(n, k + 1) for k, n in floors.items()}
    ways = partitions(dimension, dimension)
    assert walk.shortest == min(sum(floors.get(k, math.inf) for k in parts) for parts in ways)


def test_a_whole_code_too_large_for_any_census_is_looked_for_in_parts_only() -> None:
    walk = SumWalk(3, 25)
    assert walk.whole is None
    row = walk.next_row()
    assert row is not None
    assert row.dimension < 25


def test_a_dear_whole_code_waits_until_parts_have_cost_as_much_as_its_slice() -> None:
    walk = SumWalk(5, 20)
    dimensions: list[int] = []
    while 20 not in dimensions:
        row = walk.next_row()
        assert row is not None
        dimensions.append(row.dimension)
        spend(walk, row, "found" if row.best is None else "failed")
    # A slice of dimension 20 is worth 33 of the smallest.
    assert 10 <= len(dimensions) <= 34
    assert len(set(dimensions)) >= 10


def test_a_whole_code_of_small_dimension_comes_first() -> None:
    row = SumWalk(9, 4).next_row()
    assert row is not None
    assert row.dimension == 4


def test_a_sum_gives_the_whole_code_its_next_length() -> None:
    walk = SumWalk(4, 13)
    walk.next_row()
    one = next(row for row in walk.rows if row.dimension == 1)
    one.length = 4
    whole = walk.succeed(one, any_checks(4, 1))
    assert whole is not None
    assert whole.shape == (39, 52)
    assert walk.whole is not None
    assert walk.whole.best == 52
    assert walk.whole.length < 52
    # A longer part says nothing new.
    assert walk.succeed(one, any_checks(5, 1)) is None
