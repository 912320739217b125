"""Where episodes start: random graphs, and presentations of a seed code."""

import numpy as np
import pytest
from edit_batches import batch_of, tasks, word_weights
from hypothesis import given, settings
from hypothesis import strategies as st

from qcode_rl import gf2
from qcode_rl.codes import ClassicalCode, best_known_linear_code, classical_code
from qcode_rl.edits.hypergraph_product import ProductBatch, ProductTask
from qcode_rl.edits.starts import light_dual_words, presentations, start_from, trim_randomly
from qcode_rl.errors import InputError

seeds = st.integers(0, 2**32 - 1)
HAMMING = classical_code("hamming-3")


@pytest.mark.kernel
@settings(max_examples=40)
@given(tasks(), seeds)
def test_random_starts_keep_the_limits_and_leave_no_room(task: ProductTask, seed: int) -> None:
    batch = batch_of(task, seed=seed)
    checks = batch.checks(0)
    assert checks.shape == (task.checks, task.bits)
    weights, degrees = checks.sum(axis=1), checks.sum(axis=0)
    assert weights.max() <= task.row_limit
    assert degrees.max() <= task.column_limit
    assert batch.graphs.degrees[0].tolist() == degrees.tolist()
    # A check that is not full has met every bit that is not full.
    for check in np.flatnonzero(weights < task.row_limit):
        assert checks[check][degrees < task.column_limit].all()


@pytest.mark.kernel
def test_random_starts_have_even_degrees() -> None:
    for seed in range(5):
        degrees = batch_of(ProductTask(12, 8, 3, 3, 4), seed=seed).checks(0).sum(axis=0)
        assert degrees.tolist() == [2] * 12


@pytest.mark.kernel
def test_random_starts_follow_from_the_stream_and_differ_between_streams() -> None:
    task = ProductTask(12, 9, 3, 3, 3)
    starts = [batch_of(task, seed=seed).checks(0).tobytes() for seed in (1, 1, 2, 3)]
    assert starts[0] == starts[1]
    assert len(set(starts)) == 3


@pytest.mark.parametrize("name", ["hamming-3", "repetition-5", "simplex-3", "golay", "best-12-4"])
def test_presentations_generate_the_checks_of_the_seed_code(name: str) -> None:
    code = classical_code(name)
    found = presentations(code, 6, seed=1)
    assert found.shape == (6, code.rank)
    for words in found:
        checks = gf2.unpack_rows(words[:, np.newaxis], code.n)
        # As many rows as the rank, spanning the same space: a set of generators, none to spare.
        assert ClassicalCode(checks) == code
    assert len({words.tobytes() for words in found}) > 1


def test_presentations_use_the_lightest_checks_there_are() -> None:
    rows = [[int(j in (i, i + 1)) for j in range(7)] for i in range(6)]
    dense = ClassicalCode(np.cumsum(rows, axis=0) % 2)
    found = presentations(dense, 3, seed=0)
    assert all(int(word).bit_count() == 2 for word in found.ravel())


def test_presentations_follow_from_their_seed() -> None:
    one, same, other = (presentations(HAMMING, 5, seed) for seed in (3, 3, 4))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_codes_beyond_one_word_are_refused_as_seeds() -> None:
    with pytest.raises(InputError, match=r"^seed code: must have at most 64 bits, got 65$"):
        presentations(ClassicalCode(np.ones((1, 65))), 1, 0)


@given(seeds)
@settings(max_examples=30)
def test_light_dual_words_are_all_light_sums_of_checks(seed: int) -> None:
    rng = np.random.default_rng(seed)
    code = ClassicalCode(rng.integers(0, 2, rng.integers(1, 8, 2)))
    sums = {(0,) * code.n}
    for row in code.checks.tolist():
        sums |= {tuple(a ^ b for a, b in zip(row, s, strict=True)) for s in sums}
    for limit in (1, 2, 4):
        light = {s for s in sums if 0 < sum(s) <= limit}
        found = [tuple(w) for w in light_dual_words(code, limit).tolist()]
        assert len(found) == len(set(found))
        assert set(found) == light


def started_from(
    code: ClassicalCode, task: ProductTask, seed: int, words: np.ndarray
) -> ProductBatch:
    batch = batch_of(task, seed=seed)
    start_from(batch.graphs, 0, words)
    return batch


@pytest.mark.kernel
@settings(max_examples=25)
@given(seeds, st.integers(0, 4))
def test_a_padded_start_keeps_k_and_does_not_lower_the_distance(seed: int, added: int) -> None:
    words = presentations(HAMMING, 4, seed=0)[seed % 4]
    # Limits so wide that nothing is trimmed.
    task = ProductTask(7 + added, 3 + added, 3, 7, 7)
    batch = started_from(HAMMING, task, seed, words)
    checks = batch.checks(0)
    assert batch.graphs.degrees[0].tolist() == checks.sum(axis=0).tolist()
    assert gf2.rank(checks) == 3 + added
    assert min(word_weights(checks)) >= 3
    # The seed is still there, untouched, and each new check joins a new bit to an older one.
    assert gf2.pack_rows(checks[:3, :7].copy())[:, 0].tolist() == words.tolist()
    for extra in range(added):
        support = np.flatnonzero(checks[3 + extra]).tolist()
        assert len(support) == 2
        assert support[1] == 7 + extra


@pytest.mark.kernel
@settings(max_examples=25)
@given(seeds, st.integers(1, 4), st.integers(1, 4), st.integers(0, 3))
def test_starts_from_a_seed_are_trimmed_to_the_limits(
    seed: int, row_limit: int, column_limit: int, added: int
) -> None:
    words = presentations(HAMMING, 4, seed=0)[seed % 4]
    task = ProductTask(7 + added, 3 + added, 3, row_limit, column_limit)
    batch = started_from(HAMMING, task, seed, words)
    checks = batch.checks(0)
    assert checks.sum(axis=1).max() <= row_limit
    assert checks.sum(axis=0).max() <= column_limit
    assert batch.graphs.degrees[0].tolist() == checks.sum(axis=0).tolist()
    # Trimming drops edges and adds none.
    given_rows = gf2.unpack_rows(words[:, np.newaxis], 7)
    assert (checks[:3, :7] <= given_rows).all()


@pytest.mark.kernel
def test_trimming_leaves_a_graph_within_its_limits_alone() -> None:
    batch = batch_of(ProductTask(8, 5, 3, 3, 3))
    before, stream = batch.checks(0), int(batch.graphs.streams[0])
    trim_randomly(batch.graphs, 0)
    assert np.array_equal(batch.checks(0), before)
    assert int(batch.graphs.streams[0]) == stream


def test_the_share_of_episodes_that_start_from_the_seed_is_kept() -> None:
    code = best_known_linear_code(8, 2)
    task = ProductTask(8, 6, 5, 8, 8)
    for share in (0.0, 0.5, 1.0):
        batch = batch_of(task, size=200, seed=7, seed_code=code, seed_share=share)
        same = sum(ClassicalCode(batch.checks(i)) == code for i in range(200))
        assert abs(same - 200 * share) <= 30
        assert (same == 200) == (share == 1.0)


def test_a_seed_of_another_k_or_too_long_is_refused() -> None:
    batch = ProductBatch(1, 6, 9, max_row_limit=3)
    batch.assign(0, ProductTask(9, 5, 3, 3, 3), HAMMING)
    for task in (ProductTask(9, 6, 3, 3, 3), ProductTask(6, 2, 3, 3, 3)):
        with pytest.raises(InputError, match=r"^seed code: must have k = \d and .*, got \[7,4\]$"):
            batch.assign(0, task, HAMMING)
    with pytest.raises(InputError, match=r"^task: must fit 6 checks and 9 bits, got 7 and 9$"):
        batch.assign(0, ProductTask(9, 7, 3, 3, 3))


def test_one_seed_code_is_drawn_only_once() -> None:
    batch = ProductBatch(2, 6, 9, max_row_limit=3)
    shuffled = ClassicalCode(HAMMING.checks[::-1])
    for i, code in enumerate((HAMMING, shuffled)):
        batch.assign(i, ProductTask(9, 5, 3, 3, 3), code)
    assert batch.pools.rows.shape[0] == 1
    assert batch.pools.chosen.tolist() == [0, 0]
    other = ClassicalCode([[1, 1, 0, 0, 0]])
    batch.assign(1, ProductTask(5, 1, 2, 3, 3), other)
    assert batch.pools.chosen.tolist() == [0, 1]
