"""Products of two factors: parameters, what is worth keeping, and what a search makes of them."""

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcode_rl.codes import ClassicalCode, classical_code, hypergraph_product
from qcode_rl.codes.bounds import shortest_length
from qcode_rl.codes.circulants import best_circulants, circulant
from qcode_rl.distance import Distance, distance_of
from qcode_rl.distance.components import by_components
from qcode_rl.errors import InputError
from qcode_rl.search.factors import (
    Factor,
    Point,
    is_dominated,
    product_point,
    worthwhile_partners,
)
from qcode_rl.search.pair_walk import PairWalk, product_length
from qcode_rl.search.pairs import Pairs, best_factors
from qcode_rl.search.runner import run_search
from qcode_rl.search.spec import AgentOptions, RunOptions, SearchSpec
from qcode_rl.search.sums import SumWalk
from qcode_rl.search.walk import Row, SizeWalk, as_text

AGENT = AgentOptions(
    width=8, rounds=1, num_envs=16, rollout=16, batch_size=128, epochs=1, episode=40
)
SPEC = SearchSpec(6, 4, max_degree=3, family="hgp", agent=AGENT, evaluations=1500)

matrices = st.tuples(st.integers(1, 4), st.integers(1, 5)).flatmap(
    lambda shape: st.lists(
        st.lists(st.integers(0, 1), min_size=shape[1], max_size=shape[1]),
        min_size=shape[0],
        max_size=shape[0],
    )
)
points = st.builds(
    Point, st.integers(1, 4), st.integers(1, 4), st.integers(4, 6), st.integers(4, 6), st.just(3)
)


def enumerated(code: ClassicalCode) -> Distance | None:
    return distance_of(code, method="enumeration")


def factor(code: ClassicalCode) -> Factor:
    return Factor.of(code, partial(by_components, distance=enumerated))


@given(matrices, matrices)
def test_the_parameters_of_a_product_follow_from_its_factors(
    first: list[list[int]], second: list[list[int]]
) -> None:
    one, two = ClassicalCode(first), ClassicalCode(second)
    product = hypergraph_product(one, two)
    point = product_point(factor(one), factor(two))
    found = distance_of(product, method="enumeration" if product.num_logicals else None)
    assert point == Point(
        product.num_qubits,
        product.num_logicals,
        found.lower if found else 0,
        product.max_weight,
        product.max_degree,
    )
    assert product_point(factor(two), factor(one)) == point


@given(points, st.lists(points, max_size=4))
def test_only_what_is_as_good_on_every_axis_dominates(point: Point, known: list[Point]) -> None:
    def as_good(other: Point) -> bool:
        sizes = other.n <= point.n and other.k >= point.k and other.w <= point.w
        return sizes and (other[:2] + other[3:4] != point[:2] + point[3:4] or other.d >= point.d)

    assert is_dominated(point, known) == any(as_good(other) for other in known)
    # Copies, all of them: no more are needed than the code has logical qubits.
    several = [
        other._replace(n=other.n * times, k=other.k * times)
        for other in known
        for times in range(1, 5)
    ]
    assert is_dominated(point, known, copies=True) == any(as_good(other) for other in several)


def worthwhile(spec: SearchSpec, known: Sequence[Point] = ()) -> list[tuple[int, ...]]:
    ring, simplex = circulant(4, (0, 1)), circulant(7, (0, 1, 3))
    short = [ClassicalCode(code.checks[: code.rank]) for code in (ring, simplex)]
    others = [factor(code) for code in (ring, simplex, *short)]
    kept = worthwhile_partners(factor(short[1]), others, spec, known)
    return [product_point(factor(short[1]), other)[:4] for other in kept]


def test_products_worth_keeping_meet_the_request_and_are_not_dominated() -> None:
    # A simplex code of 7 bits and 4 checks, with rings and simplex codes of dependent checks or
    # not: the former only add length here, where there is no second sector.
    assert worthwhile(SPEC) == [(40, 3, 4, 5), (65, 9, 4, 6)]
    assert worthwhile(replace(SPEC, max_weight=5)) == [(40, 3, 4, 5)]
    assert worthwhile(replace(SPEC, logicals=4)) == [(65, 9, 4, 6)]
    assert worthwhile(replace(SPEC, distance=5)) == []
    assert worthwhile(SPEC, [Point(40, 3, 4, 5, 3)]) == [(65, 9, 4, 6)]
    # Three copies of one code are no worse than the product, for who wants logical qubits.
    known = [Point(20, 3, 4, 5, 3)]
    assert worthwhile(SPEC, known) == [(65, 9, 4, 6)]
    assert worthwhile(replace(SPEC, logicals=3), known) == []


def test_the_factors_of_a_walk_are_its_best_codes_and_sums() -> None:
    ring, simplex = classical_code("repetition-4").checks, circulant(7, (0, 1, 3)).checks[:4]
    sizes = SizeWalk(4, 1, only_one=False)
    sizes.rows[0].succeed(4, as_text(ring))
    assert [checks.tolist() for checks in best_factors(sizes)] == [ring.tolist()]
    sums = SumWalk(4, 25, 3)
    sums.rows = [Row(1, 4, 5), Row(3, 7, 8)]
    assert list(best_factors(sums)) == []
    sums.succeed(sums.rows[0], ring)
    sums.succeed(sums.rows[1], simplex)
    shapes = [checks.shape for checks in best_factors(sums)]
    assert shapes == [(3, 4), (4, 7), (8 * 4 + 3, 8 * 7 + 4)]


def test_circulants_are_looked_at_in_turn_and_come_again_after_a_restore() -> None:
    def look(pairs: Pairs, times: int) -> list[str]:
        walk = SizeWalk(4, 1, only_one=False)
        return [str(one) for _ in range(times) for one in pairs.circulant(walk, [])]

    whole, resumed = Pairs(SPEC, enumerated), Pairs(SPEC, enumerated)
    first, then = look(whole, 6), look(whole, 30)
    assert "HypergraphProduct[[98,18]](6,3)" in first
    assert then
    resumed.restore(6)
    assert resumed.looked == 6
    assert look(resumed, 30) == then
    resumed.restore(10**9)
    assert not resumed.more
    assert look(resumed, 1) == []
    assert resumed.looked == sum(1 for _ in best_circulants(4, 3))


def test_circulants_take_a_small_share_of_the_evaluations() -> None:
    pairs = Pairs(SPEC, enumerated)
    assert [pairs.due(n) for n in (0, 15, 16, 160, 10**6)] == [0, 0, 1, 10, 64]
    pairs.restore(10)
    assert [pairs.due(n) for n in (16, 160, 320)] == [0, 0, 10]
    assert pairs.due(0, at_all=True) == 64
    seeded = Pairs(replace(SPEC, seed_code="repetition-5"), enumerated)
    assert not seeded.more


def test_circulants_and_pairs_keep_to_a_range_of_qubits(tmp_path: Path) -> None:
    def products(qubits: tuple[int, int] | None) -> set[int]:
        pairs, walk = (
            Pairs(replace(SPEC, qubits=qubits), enumerated),
            SizeWalk(4, 1, only_one=False),
        )
        sizes = set()
        while pairs.more and pairs.looked < 60:
            sizes |= {one.num_qubits for one in pairs.circulant(walk, [])}
        return sizes

    free, few, many = products(None), products((1, 70)), products((100, 150))
    assert min(free) < 70 < 98 in free
    assert few == {n for n in free if n <= 70}
    # Without shorter ones, longer ones are worth keeping too.
    assert many
    assert all(100 <= n <= 150 for n in many)
    with_all = Pairs(replace(SPEC, qubits=(1, 70)), enumerated)
    with_all.restore(10**9)
    assert with_all.looked < 60
    walk = PairWalk(4, 2, 3, 3, (1, 45))
    row = walk.next_row()
    # A square has 52 qubits at least, and a product with a [4,1,4] code 40.
    assert row is not None
    assert row.longest < 12
    while (row := walk.next_row()) is not None:
        assert row.length <= row.longest
        spend(walk, row)
    assert walk.shortest_product == 40
    # The request is not refused for want of a square.
    spec = replace(SPEC, logicals=3, qubits=(1, 45), evaluations=3000)
    result = run_search(spec, RunOptions(tmp_path, None, "cpu"))
    assert min(record.n for record in result.records) == 40
    assert max(record.n for record in result.records) <= 45
    with pytest.raises(InputError, match=r"^qubits: no product .* 1 to 20 qubits$"):
        replace(spec, qubits=(1, 20))


@pytest.mark.parametrize("logicals", [2, 3, 6, 12, 13, 16])
def test_pairs_have_their_turn_once_no_shorter_square_is_possible(logicals: int) -> None:
    dimension = math.isqrt(logicals - 1) + 1
    walk, squares = PairWalk(4, dimension, 3, logicals), SumWalk(4, dimension, 3)
    turns = 0
    while (row := walk.next_row()) is not None:
        turns += 1
        assert turns < 1000
        alike = squares.next_row()
        if alike is not None:
            assert row == alike
            spend(squares, alike)
        spend(walk, row)
        again = PairWalk(4, dimension, 3, logicals)
        again.restore(walk.state())
        assert again.next_row() == walk.next_row()
    assert squares.next_row() is None
    assert squares.shortest == walk.shortest
    floors = {k: shortest_length(k, 4, 3) or math.inf for k in range(1, 21)}
    floors = {k: max(n, k + 1) for k, n in floors.items()}
    lengths = [
        product_length(int(floors[a]), a, int(floors[b]), b)
        for a in range(1, 21)
        for b in range(a + 1, 21)
        if a * b >= logicals and max(floors[a], floors[b]) < math.inf
    ]
    best = int(walk.shortest or 0)
    lengths.append(product_length(best, dimension, best, dimension))
    assert walk.shortest_product == min(lengths)


def spend(walk: SumWalk, row: Row) -> None:
    """Spend a slice that finds a code."""
    row.slices += 1
    walk.succeed(row, np.eye(row.length - row.dimension, row.length, dtype=np.uint8))


def test_pairs_end_where_nothing_is_ever_found() -> None:
    walk = PairWalk(4, 2, 3, 3)
    for _ in range(1000):
        row = walk.next_row()
        if row is None:
            break
        row.fail(exhausted=True)
    assert walk.next_row() is None
    assert walk.shortest_product is None


def test_a_search_keeps_products_of_two_codes_and_of_circulants(tmp_path: Path) -> None:
    result = run_search(SPEC, RunOptions(tmp_path, None, "cpu"))
    found = {(record.n, record.k) for record in result.records}
    assert {(32, 2), (40, 3), (98, 18)} <= found
    assert {record.family for record in result.records} == {"hgp"}
    for record in result.pareto:
        if record.n < 150:
            judged = distance_of(record.code)  # type: ignore[arg-type]
            assert judged is not None
            assert (judged.exact, judged.upper) == (True, record.d)


def test_a_search_for_logical_qubits_ends_with_pairs_shorter_than_squares(tmp_path: Path) -> None:
    spec = replace(SPEC, logicals=3, evaluations=100_000)
    result = run_search(spec, RunOptions(tmp_path, None, "cpu"))
    assert result.complete
    assert result.evaluations < 100_000
    # The square of a [6,2,4] code has 52 qubits.
    assert min(record.n for record in result.records) == 40
