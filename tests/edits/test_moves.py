"""Edits of Tanner graphs: what they keep, what they refuse, and taking them back."""

import random

import numpy as np
import pytest
from edit_batches import batch_of, set_checks, state, tasks
from hypothesis import given, settings
from hypothesis import strategies as st

from qcode_rl.edits.hypergraph_product import ProductBatch, ProductTask
from qcode_rl.edits.moves import (
    MAX_TOGGLES,
    apply_edit,
    hash_graph,
    is_legal,
    note_seen,
    undo_edit,
)

seeds = st.integers(0, 2**32 - 1)


def new_log() -> np.ndarray:
    return np.zeros((MAX_TOGGLES, 2), dtype=np.int64)


def random_edits(batch: ProductBatch, seed: int, count: int) -> list[tuple[int, int]]:
    choose = random.Random(seed)
    m, n = batch.max_checks, batch.max_bits
    return [(choose.randrange(m), choose.randrange(n)) for _ in range(count)]


@pytest.mark.kernel
@settings(max_examples=40)
@given(tasks(), seeds)
def test_any_edits_keep_the_limits_and_the_degrees_right(task: ProductTask, seed: int) -> None:
    batch = batch_of(task, seed=seed)
    for check, bit in random_edits(batch, seed, 15):
        apply_edit(batch.graphs, 0, check, bit, new_log())
        checks = batch.checks(0)
        assert batch.graphs.degrees[0].tolist() == checks.sum(axis=0).tolist()
        assert checks.sum(axis=1).max() <= task.row_limit
        assert checks.sum(axis=0).max() <= task.column_limit


@pytest.mark.kernel
@settings(max_examples=40)
@given(tasks(), seeds)
def test_undoing_edits_restores_the_graph_exactly(task: ProductTask, seed: int) -> None:
    batch = batch_of(task, seed=seed)
    history = []
    for check, bit in random_edits(batch, seed, 10):
        before, log = state(batch), new_log()
        history.append((before, log, apply_edit(batch.graphs, 0, check, bit, log)))
    for before, log, count in reversed(history):
        undo_edit(batch.graphs, 0, log, count)
        assert state(batch) == before


@pytest.mark.kernel
@settings(max_examples=40)
@given(tasks(), seeds)
def test_an_edit_toggles_the_edge_it_names_and_those_it_logs(task: ProductTask, seed: int) -> None:
    batch = batch_of(task, seed=seed)
    for check, bit in random_edits(batch, seed, 10):
        before, log = batch.checks(0).astype(int), new_log()
        legal = is_legal(batch.graphs, 0, check, bit)
        count = apply_edit(batch.graphs, 0, check, bit, log)
        assert (count > 0) == legal
        changed = {(int(c), int(b)) for c, b in np.argwhere(batch.checks(0) != before)}
        assert changed == {(int(c), int(b)) for c, b in log[:count]}
        if not legal:
            # Only edges that a check or a bit cannot do without are refused.
            assert before[check, bit] == 1
            assert 1 in (before[check].sum(), before[:, bit].sum())
        else:
            assert (check, bit) in changed
            # At most: the edge, one given up at each end, and the two ends left behind joined.
            assert count <= (1 if before[check, bit] else 4)


@pytest.mark.kernel
@settings(max_examples=30)
@given(tasks(), seeds)
def test_masks_tell_which_edits_are_accepted(task: ProductTask, seed: int) -> None:
    batch = batch_of(task, seed=seed)
    for check, bit in random_edits(batch, seed, 5):
        apply_edit(batch.graphs, 0, check, bit, new_log())
    mask = batch.observe().masks[0]
    for action in range(batch.num_actions - 1):
        check, bit = divmod(action, batch.max_bits)
        before, log = state(batch), new_log()
        count = apply_edit(batch.graphs, 0, check, bit, log)
        assert mask[action] == (count > 0)
        undo_edit(batch.graphs, 0, log, count)
        assert state(batch) == before
    assert mask[-1]


@pytest.mark.kernel
def test_edits_outside_the_graph_are_illegal_inside_the_padding() -> None:
    batch = ProductBatch(1, 5, 8, max_row_limit=3)
    batch.assign(0, ProductTask(6, 4, 3, 3, 3))
    batch.seed_streams([1])
    batch.restart([0])
    before = state(batch)
    mask = batch.observations.masks[0, :-1].reshape(5, 8)
    assert not mask[4].any()
    assert not mask[:, 6:].any()
    assert mask[:4, :6].any()
    for check, bit in ((4, 0), (0, 6), (4, 7)):
        assert apply_edit(batch.graphs, 0, check, bit, new_log()) == 0
        assert state(batch) == before


def full_graph() -> ProductBatch:
    """Three checks of weight 2 on three bits of degree 2, at limits 2 and 2: a ring."""
    batch = batch_of(ProductTask(3, 3, 2, 2, 2))
    set_checks(batch, np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]], np.uint8))
    batch.graphs.participation[0, :] = 0.0
    return batch


@pytest.mark.kernel
def test_an_edge_between_full_nodes_is_added_by_switching_two_edges() -> None:
    batch = full_graph()
    log = new_log()
    assert apply_edit(batch.graphs, 0, 0, 2, log) >= 3
    checks = batch.checks(0)
    assert checks[0, 2] == 1
    assert checks.sum() == 6
    assert checks.sum(axis=0).max() <= 2
    assert checks.sum(axis=1).max() <= 2


@pytest.mark.kernel
def test_the_edge_to_the_bit_of_least_participation_is_given_up() -> None:
    batch = batch_of(ProductTask(6, 2, 2, 3, 4))
    for kept, given_up in (((0.9, 0.1, 0.5), 1), ((0.1, 0.9, 0.5), 0)):
        set_checks(batch, np.array([[1, 1, 1, 0, 0, 0], [1, 1, 1, 1, 1, 1]], np.uint8))
        # Three checks on each bit, so that none is needed by its bit.
        batch.graphs.degrees[0, :] = 3
        batch.graphs.participation[0, :3] = kept
        log = new_log()
        assert apply_edit(batch.graphs, 0, 0, 5, log) == 2
        assert log[:2].tolist() == [[0, 5], [0, given_up]]


@pytest.mark.kernel
def test_the_edge_to_an_overfull_bit_is_given_up_first() -> None:
    batch = batch_of(ProductTask(6, 2, 2, 3, 4))
    set_checks(batch, np.array([[1, 1, 1, 0, 0, 0], [1, 1, 1, 1, 1, 1]], np.uint8))
    # As if further checks held the bits: the last of the three exceeds its limit.
    batch.graphs.degrees[0, :] = [3, 3, 5, 3, 3, 3]
    batch.graphs.participation[0, :3] = [0.0, 0.1, 0.9]
    log = new_log()
    assert apply_edit(batch.graphs, 0, 0, 5, log) == 2
    assert log[:2].tolist() == [[0, 5], [0, 2]]


@pytest.mark.kernel
@settings(max_examples=40)
@given(tasks(), seeds)
def test_no_edit_takes_a_node_beyond_its_limit_or_further_beyond(
    task: ProductTask, seed: int
) -> None:
    batch = batch_of(task, seed=seed)
    rng = np.random.default_rng(seed)
    set_checks(batch, rng.integers(0, 2, (task.checks, task.bits), dtype=np.uint8))
    for check, bit in random_edits(batch, seed, 10):
        before = batch.checks(0)
        apply_edit(batch.graphs, 0, check, bit, new_log())
        after = batch.checks(0)
        for axis, limit in ((1, task.row_limit), (0, task.column_limit)):
            weights, most = after.sum(axis=axis), np.maximum(before.sum(axis=axis), limit)
            assert (weights <= most).all()


@pytest.mark.kernel
def test_the_heaviest_check_gives_up_its_edge_to_a_full_bit() -> None:
    batch = batch_of(ProductTask(5, 3, 2, 4, 2))
    set_checks(batch, np.array([[0, 1, 0, 0, 0], [1, 0, 1, 0, 0], [1, 1, 1, 0, 0]], np.uint8))
    batch.graphs.participation[0, :] = 0.0
    log = new_log()
    count = apply_edit(batch.graphs, 0, 0, 0, log)
    assert log[:count].tolist() == [[0, 0], [2, 0]]


@pytest.mark.kernel
def test_a_check_beyond_its_limit_is_not_joined_to_the_bit_left_behind() -> None:
    batch = batch_of(ProductTask(6, 3, 2, 2, 2))
    rows = [[1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 1, 1], [0, 0, 1, 0, 0, 0]]
    set_checks(batch, np.array(rows, np.uint8))
    batch.graphs.participation[0, :] = 0.0
    log = new_log()
    count = apply_edit(batch.graphs, 0, 0, 2, log)
    assert log[:count].tolist() == [[0, 2], [0, 0], [1, 2]]
    # Within its limit it is: the edit becomes a switch of two edges.
    set_checks(batch, np.array([rows[0], [0, 0, 1, 1, 0, 0], rows[2]], np.uint8))
    count = apply_edit(batch.graphs, 0, 0, 2, log)
    assert log[:count].tolist() == [[0, 2], [0, 0], [1, 2], [1, 0]]


@pytest.mark.kernel
def test_a_node_far_beyond_its_limit_is_brought_back_to_it() -> None:
    batch = batch_of(ProductTask(8, 4, 2, 2, 2))
    checks = np.zeros((4, 8), dtype=np.uint8)
    checks[0, :7] = 1
    checks[1:, 7] = 1
    set_checks(batch, checks)
    log = new_log()
    count = apply_edit(batch.graphs, 0, 0, 7, log)
    after = batch.checks(0)
    assert after[0, 7] == 1
    assert after[0].sum() <= 2
    assert after[:, 7].sum() <= 2
    undo_edit(batch.graphs, 0, log, count)
    assert np.array_equal(batch.checks(0), checks)


@pytest.mark.kernel
def test_matrices_that_differ_in_one_entry_or_in_the_order_of_rows_have_different_hashes() -> None:
    batch = batch_of(ProductTask(8, 4, 2, 3, 3), seed=4)
    checks = batch.checks(0)
    seen = {int(hash_graph(batch.graphs, 0))}
    for check, bit in np.ndindex(4, 8):
        other = checks.copy()
        other[check, bit] ^= 1
        set_checks(batch, other)
        seen.add(int(hash_graph(batch.graphs, 0)))
    set_checks(batch, checks[::-1])
    seen.add(int(hash_graph(batch.graphs, 0)))
    assert len(seen) == 1 + 32 + 1
    assert 0 not in seen
    set_checks(batch, checks)
    assert int(hash_graph(batch.graphs, 0)) in seen


@pytest.mark.kernel
@given(st.lists(st.integers(1, 40), max_size=30))
def test_the_table_of_seen_hashes_behaves_like_a_set(values: list[int]) -> None:
    # Few values in a small table: collisions and repeats happen all the time.
    table, known = np.zeros(64, dtype=np.uint64), set()
    for number in values:
        value = 2 * number + 1
        assert note_seen(table, np.uint64(value)) == (value not in known)
        # The lowest bit is an age: without it, the hash is still the same.
        assert not note_seen(table, np.uint64(value - 1))
        known.add(value)
    assert sorted(int(v) for v in table if v) == sorted(known)
