"""The walk over sizes as a state machine: a rule it must keep after every slice."""

from hypothesis import given
from hypothesis import strategies as st

from qcode_rl.codes.bounds import linear_code_bounds, shortest_length
from qcode_rl.search.walk import Row, RowWalk, SizeWalk

outcomes = st.lists(st.sampled_from(["found", "failed", "failed", "exhausted"]), max_size=60)


@st.composite
def walks(draw: st.DrawFn) -> SizeWalk:
    dimension = draw(st.integers(1, 6))
    return SizeWalk(
        draw(st.integers(1, 16)),
        dimension,
        only_one=draw(st.booleans()),
        least_length=draw(st.sampled_from([0, 0, dimension + 1, 30])),
    )


def spend(row: Row, outcome: str) -> None:
    """Do what the runner does after a slice."""
    row.slices += 1
    if outcome == "found":
        row.succeed(row.length)
    else:
        row.fail(exhausted=outcome == "exhausted")


@given(walks(), outcomes)
def test_the_walk_keeps_its_rules(walk: SizeWalk, course: list[str]) -> None:
    first = walk.rows[0].dimension
    for outcome in course:
        settled = all(row.best is not None for row in walk.rows)
        known = len(walk.rows)
        row = walk.next_row()
        # A further dimension is opened exactly when every open one has a code, and one at a time.
        assert len(walk.rows) <= known + 1
        if len(walk.rows) > known:
            assert settled
            assert not walk.only_one
        assert [r.dimension for r in walk.rows] == list(range(first, first + len(walk.rows)))
        if row is None:
            assert all(r.finished for r in walk.rows)
            return
        assert not row.finished
        assert row.slices == min(r.slices for r in walk.rows if not r.finished)
        # A length at which a code may exist, and shorter than the shortest that is known.
        assert max(row.floor, row.dimension + 1, walk.least_length) <= row.length <= 64
        assert linear_code_bounds(row.length, row.dimension)[1] >= walk.distance
        assert row.best is None or row.length < row.best
        best, floor = row.best, row.floor
        spend(row, outcome)
        assert row.best == best or (best is None or row.best < best)
        assert row.floor >= floor


@given(walks(), outcomes)
def test_the_walk_follows_from_the_outcomes_alone(walk: SizeWalk, course: list[str]) -> None:
    first = walk.rows[0].dimension
    other = SizeWalk(walk.distance, first, walk.only_one, walk.least_length)
    for outcome in course:
        rows = [one.next_row() for one in (walk, other)]
        assert rows[0] == rows[1]
        for row in rows:
            if row is not None:
                spend(row, outcome)


def test_success_everywhere_ends_at_the_shortest_length_that_bounds_allow() -> None:
    walk = SizeWalk(9, 3, only_one=True)
    tried = []
    while (row := walk.next_row()) is not None:
        tried.append(row.length)
        spend(row, "found")
    assert tried == sorted(tried, reverse=True)
    assert tried[-1] == shortest_length(3, 9)
    # Half the way each time, not one by one.
    assert len(tried) <= 5


def test_a_length_that_fails_is_left_for_longer_ones_until_a_code_is_found() -> None:
    walk = SizeWalk(9, 3, only_one=True)
    lengths = []
    for _ in range(30):
        row = walk.next_row()
        assert row is not None
        lengths.append(row.length)
        spend(row, "failed")
    assert lengths[:-1] == sorted(lengths[:-1])
    assert lengths[-1] == 64


def test_after_a_success_the_lengths_between_are_searched_and_then_the_next_shorter_one() -> None:
    row = Row(dimension=2, floor=12, length=24)
    row.succeed(24)
    tried = []
    for _ in range(5):
        tried.append(row.length)
        row.fail()
    assert tried == [18, 21, 22, 23, 23]


def test_an_exhausted_length_and_all_shorter_ones_are_given_up() -> None:
    row = Row(dimension=2, floor=12, length=24)
    row.succeed(24)
    row.fail(exhausted=True)
    assert row.floor == 19
    row.length = 23
    row.fail(exhausted=True)
    assert row.finished


def test_a_dimension_that_never_succeeds_keeps_further_ones_closed() -> None:
    walk = SizeWalk(9, 1, only_one=False)
    for _ in range(10):
        row = walk.next_row()
        assert row is not None
        assert row.dimension == 1
        spend(row, "failed")


def test_a_new_dimension_starts_level_with_the_others() -> None:
    walk = SizeWalk(9, 1, only_one=False)
    for _ in range(6):
        row = walk.next_row()
        assert row is not None
        spend(row, "failed")
    row = walk.next_row()
    assert row is not None
    spend(row, "found")
    walk.next_row()
    assert [r.slices for r in walk.rows] == [7, 7]


def test_no_dimension_is_opened_that_cannot_be_judged_or_cannot_exist() -> None:
    walk = SizeWalk(2, 19, only_one=False)
    for _ in range(100):
        row = walk.next_row()
        if row is None:
            break
        spend(row, "found")
    assert [row.dimension for row in walk.rows] == [19, 20]
    assert [row.dimension for row in SizeWalk(64, 1, only_one=False).rows] == [1]
    only = SizeWalk(64, 1, only_one=False)
    row = only.next_row()
    assert row is not None
    spend(row, "found")
    assert only.next_row() is None
    assert len(only.rows) == 1


def test_no_length_below_the_seed_codes_is_tried() -> None:
    walk = SizeWalk(5, 2, only_one=True, least_length=20)
    row = walk.next_row()
    assert row is not None
    assert row.length == row.floor == 20
    spend(row, "failed")
    assert row.length > 20
    spend(row, "found")
    while (next_row := walk.next_row()) is not None:
        assert next_row.length >= 20
        spend(next_row, "found")
    assert row.best == 20


def test_a_length_whose_kinds_are_all_exhausted_is_passed_over_and_shorter_ones_are_not() -> None:
    row = Row(dimension=2, floor=10, length=14, longest=20)
    row.succeed(16)
    row.length = 13
    row.fail(exhausted=True, kinds=2)
    row.length = 13
    row.fail(exhausted=False, kinds=2)
    assert row.closed == ()
    for _ in range(2):
        row.length = 13
        row.fail(exhausted=True, kinds=2)
    assert (row.closed, row.floor) == ((13,), 10)
    row.succeed(14)
    assert row.length == 12
    for length in (10, 11, 12):
        row.length = length
        row.fail(exhausted=True, kinds=1)
    assert row.finished


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=80), st.integers(1, 3))
def test_a_walk_over_any_rows_stays_within_them(
    course: list[tuple[bool, bool]], kinds: int
) -> None:
    def opened(dimension: int) -> Row | None:
        return Row(dimension, 5, 7, longest=9) if dimension != 4 else None

    walk = RowWalk(opened, range(2, 9, 2), only_one=False)
    for found, exhausted in course:
        row = walk.next_row()
        if row is None:
            return
        assert row.floor <= row.length <= row.longest
        assert row.length not in row.closed
        assert row.best is None or row.length < row.best
        row.slices += 1
        if found:
            row.succeed(row.length)
        else:
            row.fail(exhausted, kinds)
    assert 4 not in [row.dimension for row in walk.rows]


def test_all_dimensions_up_to_one_are_opened_at_once() -> None:
    walk = RowWalk(lambda k: Row(k, 5, 7), range(1, 9), only_one=False)
    walk.open_up_to(3)
    assert [row.dimension for row in walk.rows] == [1, 2, 3]
    only = RowWalk(lambda k: Row(k, 5, 7), range(2, 3), only_one=True)
    only.open_up_to(3)
    assert [row.dimension for row in only.rows] == [2]


def test_products_of_a_range_of_qubits_are_looked_for_at_the_lengths_that_have_them() -> None:
    walk = SizeWalk(3, 1, only_one=False, fits=lambda k: range(4, 7 + k))
    assert (walk.rows[0].floor, walk.rows[0].longest) == (4, 7)
    row = walk.rows[0]
    for _ in range(20):
        assert 4 <= row.length <= 7
        row.fail()


def test_lengths_without_a_code_take_turns_the_short_ones_most_often() -> None:
    row = Row(1, floor=11, length=13, family="css", longest=30)
    for _ in range(300):
        row.fail()
        assert 11 <= row.length <= 30
    tried = [row.failures.get(n, 0) for n in range(11, 31)]
    assert min(tried) > 0
    assert tried[0] > 2 * tried[10] > 2 * tried[19]


def test_a_row_whose_last_length_is_exhausted_is_finished() -> None:
    row = Row(1, floor=9, length=9, family="css", longest=9)
    row.fail(exhausted=True)
    assert row.finished
