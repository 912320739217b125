"""Each algorithm's kernels by themselves: jitted, and as the plain Python they are written in."""

import numpy as np
import pytest
from distance_oracles import random_classical, random_css, random_stabilizer, words_by_weight

from qcode_rl import gf2
from qcode_rl.distance.brouwer_zimmermann import (
    cost_to_prove,
    sums_state,
    weigh_sums,
    weight_divisor,
)
from qcode_rl.distance.clusters import (
    FOUND,
    NONE,
    PAUSED,
    cluster_graph,
    cluster_state,
    search_clusters,
)
from qcode_rl.distance.enumeration import first_block, lightest_word, sums_of_rows
from qcode_rl.distance.information_sets import exchange_pivots, exchange_state
from qcode_rl.distance.one_call import CLASSICAL, CSS, STABILIZER, solve_code
from qcode_rl.distance.sectors import (
    classical_sector,
    css_sectors,
    is_witness,
    split_space,
    stabilizer_sector,
    word_from_options,
)
from qcode_rl.gf2.jit import kernel as compiled

pytestmark = pytest.mark.kernel

SEED = np.uint64(88172645463325252)
HAMMING = np.array([[0, 0, 0, 1, 1, 1, 1], [0, 1, 1, 0, 0, 1, 1], [1, 0, 1, 0, 1, 0, 1]], np.uint8)
NOTHING = np.zeros((0, 7), dtype=np.uint8)


def weights_of(words: np.ndarray) -> np.ndarray:
    return gf2.unpack_rows(words, 64 * words.shape[1]).sum(axis=1)


@pytest.mark.parametrize("dimension", [1, 3, 9])
@pytest.mark.parametrize("length", [12, 70, 150, 260])
def test_the_walk_finds_the_lightest_word_outside_a_subspace(dimension: int, length: int) -> None:
    rng = np.random.default_rng(dimension * length)
    basis = gf2.pack_rows(rng.integers(0, 2, (dimension, length), dtype=np.uint8))
    everything = sums_of_rows(basis, dimension)
    for num_trivial in range(dimension):
        weight, word = lightest_word(basis, num_trivial)
        assert weight == weights_of(everything[1 << num_trivial :]).min()
        assert word.tolist() in everything[1 << num_trivial :].tolist()


def test_a_walk_begins_where_the_subspace_ends() -> None:
    assert first_block(12, 0) == (0, 16, 1)
    assert first_block(12, 3) == (0, 16, 8)
    assert first_block(12, 8) == (1, 16, 0)
    assert first_block(12, 10) == (4, 16, 0)
    assert first_block(2, 1) == (0, 1, 2)


def test_a_cluster_search_can_pause_and_go_on() -> None:
    checks = (np.eye(9) + np.roll(np.eye(9), 1, axis=1)).astype(np.uint8)
    graph = cluster_graph(checks, np.zeros((9, 0), dtype=np.uint64), 1)
    state = cluster_state(graph, 9)
    pauses = 0
    status, _ = search_clusters(graph, state, 9, 1, 1)
    while status == PAUSED:
        pauses += 1
        status, _ = search_clusters(graph, state, 9, 1, 1)
    assert status == FOUND
    assert sorted(state.levels[: state.control[0], 2]) == list(range(9))
    assert pauses > 5
    assert search_clusters(graph, cluster_state(graph, 8), 8, 1 << 40, 1)[0] == NONE


def test_cluster_searches_in_strides_visit_all_roots_between_them() -> None:
    code = random_classical(np.random.default_rng(4), 14, 8, 0.25)
    sector = classical_sector(code.checks)
    weight, _ = lightest_word(sector.basis, 0)
    graph = cluster_graph(sector.flips, sector.observables, 1)
    for limit, expected in ((weight - 1, {NONE}), (weight, {NONE, FOUND})):
        found = set()
        for thread in range(3):
            state = cluster_state(graph, limit)
            state.levels[0, 1] = thread
            found.add(search_clusters(graph, state, limit, 1 << 40, 3)[0])
        assert found <= expected
        assert (FOUND in found) == (limit == weight)


def test_repeated_and_zero_checks_are_dropped_from_the_graph() -> None:
    checks = np.vstack([HAMMING, np.zeros((1, 7), dtype=np.uint8), HAMMING[::-1]])
    graph = cluster_graph(checks, np.zeros((7, 0), dtype=np.uint64), 1)
    assert graph.members.tolist() == [[3, 4, 5, 6], [1, 2, 5, 6], [0, 2, 4, 6]]
    assert graph.max_degree == 3


def test_exchanges_depend_on_the_seed_alone() -> None:
    basis = classical_sector(random_classical(np.random.default_rng(2), 40, 25, 0.4).checks).basis
    states = [exchange_state(basis, 0, seed) for seed in (SEED, SEED, np.uint64(5))]
    for state in states:
        assert exchange_pivots(state, 0, 30) == 30
    assert states[0].pivots.tolist() == states[1].pivots.tolist() != states[2].pivots.tolist()


def test_exchanges_keep_the_space_and_the_labels() -> None:
    code = random_css(np.random.default_rng(8), 20, 6, 6, 0.4)
    sector, _ = css_sectors(code.x_checks, code.z_checks)
    state = exchange_state(sector.basis, sector.num_trivial, SEED)
    exchange_pivots(state, 0, 50)
    rows = gf2.unpack_rows(np.ascontiguousarray(state.columns[:1].T), 20)
    assert gf2.rank(rows) == len(rows) == len(sector.basis)
    assert not (rows @ code.z_checks.T % 2).any()
    for row, label in zip(rows, state.columns[1], strict=True):
        assert (label == 0) == gf2.in_row_space(code.x_checks, row)
    assert is_witness(sector, state.best, state.control[0])


def test_sums_of_rows_prove_the_distance_in_slices() -> None:
    code = random_classical(np.random.default_rng(6), 26, 16, 0.5)
    basis = classical_sector(code.checks).basis
    state = sums_state(basis, 0)
    assert cost_to_prove(state, 3) > 0
    slices = 0
    while state.done.sum() < state.control[0]:
        weigh_sums(state, 1 << 40, 20)
        slices += 1
    assert slices > 1
    assert state.control[0] == lightest_word(basis, 0)[0]


@pytest.mark.parametrize(
    ("rows", "divisor"),
    [
        ([[1, 1, 1, 1, 0, 0], [0, 0, 1, 1, 1, 1]], 4),
        ([[1, 1, 1, 1, 0, 0], [0, 1, 1, 1, 1, 0]], 2),
        ([[1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 0, 0]], 2),
        ([[1, 1, 1, 0, 0, 0]], 1),
    ],
)
def test_the_divisor_divides_every_weight(rows: list[list[int]], divisor: int) -> None:
    basis = gf2.pack_rows(np.array(rows, dtype=np.uint8))
    assert weight_divisor(basis) == divisor
    assert not (weights_of(sums_of_rows(basis, len(rows))) % divisor).any()


def test_a_space_is_split_into_subspace_and_rest() -> None:
    rng = np.random.default_rng(0)
    space = rng.integers(0, 2, (6, 10), dtype=np.uint8)
    sub = np.vstack([space[0] ^ space[1], space[0] ^ space[1], space[2], np.zeros(10)])
    packed_sub = gf2.pack_rows(sub.astype(np.uint8))
    basis, num_trivial = split_space(packed_sub, gf2.pack_rows(space))
    rows = gf2.unpack_rows(basis, 10)
    assert num_trivial == gf2.rank(sub) == gf2.rank(rows[:num_trivial])
    assert len(rows) == gf2.rank(rows) == gf2.rank(space) == gf2.rank(np.vstack([rows, space]))


def test_options_become_the_word_of_their_operator() -> None:
    sector = stabilizer_sector(np.zeros((0, 6), dtype=np.uint8))
    word = word_from_options(sector, np.array([0, 4, 8]))
    # X on 0, Z on 1, Y on 2: x = 101, z = 011, x + z = 110.
    assert gf2.unpack_rows(word[np.newaxis], 9)[0].tolist() == [1, 0, 1, 0, 1, 1, 1, 1, 0]


def test_false_witnesses_are_refused() -> None:
    sector, _ = css_sectors(HAMMING, HAMMING)
    words = gf2.pack_rows(words_by_weight(7))
    for word, weight in zip(words, weights_of(words), strict=True):
        bits = gf2.unpack_rows(word[np.newaxis], 7)[0]
        logical = not (HAMMING @ bits % 2).any() and not gf2.in_row_space(HAMMING, bits)
        assert is_witness(sector, word, weight) == logical
        assert not is_witness(sector, word, weight + 1)


def test_whole_distances_come_from_one_kernel_call() -> None:
    ((lower, upper, _, _, ones),) = solve_code(CLASSICAL, HAMMING, HAMMING, 0, 10**6, SEED)
    assert (lower, upper, len(ones)) == (3, 3, 3)
    assert not (HAMMING[:, ones].sum(axis=1) % 2).any()
    for outcome in solve_code(CSS, HAMMING, HAMMING, 0, 10**6, SEED):
        assert outcome[:2] == (3, 3)
    none = np.eye(3, dtype=np.uint8)
    assert solve_code(CLASSICAL, none, none, 0, 10**6, SEED)[0][:2] == (0, 0)
    code = random_stabilizer(np.random.default_rng(3), 5, 3)
    assert solve_code(STABILIZER, code.checks, code.checks, 0, 10**6, SEED)[0][1] > 0


def test_other_kernels_can_ask_for_a_distance() -> None:
    assert reward(HAMMING) == 3


@compiled
def reward(checks: np.ndarray) -> int:
    return lightest_word(classical_sector(checks).basis, 0)[0]
