"""Batches of two-block codes: edits, what they are worth, and how they compete."""

from math import exp, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from two_block_batches import NAMES, code_of, started

from qcode_rl.codes.group_names import group_of
from qcode_rl.codes.two_block import is_connected
from qcode_rl.edits.two_block import LEVELS, TwoBlockBatch
from qcode_rl.edits.two_block_moves import hash_code
from qcode_rl.edits.two_block_state import TwoBlockTask, check_seed, splits_of
from qcode_rl.errors import InputError

fewer = settings(max_examples=15)


def first_resampling(batch: TwoBlockBatch) -> int:
    return batch.max_checks * batch.max_bits


@given(st.sampled_from(NAMES), st.integers(1, 6), st.sampled_from([(3, 3), (4, 2), (2, 1)]),
       st.integers(0, 2**32), st.data())  # fmt: skip
@fewer
@pytest.mark.kernel
def test_whatever_the_actions_checks_commute_and_numbers_are_those_of_the_code(
    name: str, logicals: int, terms: tuple[int, int], seed: int, data: st.DataObject
) -> None:
    group = group_of(name)
    batch = started(group, TwoBlockTask(logicals, 2 * group.order, terms), seed=seed, max_terms=6)
    for _ in range(6):
        legal = np.flatnonzero(batch.observations.masks[0])
        action = int(data.draw(st.sampled_from(legal.tolist())))
        batch.step(np.array([action]))
        assert not batch.outcome.illegal[0]
        a, b = batch.supports(0)
        assert (len(a), len(b)) == terms
        assert len(set(a.tolist())) == len(a)
        assert len(set(b.tolist())) == len(b)
        # The constructor refuses checks that do not commute.
        code = code_of(group, a, b)
        checks, n = batch.checks(0), 2 * group.order
        assert np.array_equal(checks[: group.order, :n], code.x_checks)
        assert np.array_equal(checks[group.order :, n:], code.z_checks)
        assert checks.sum() == code.x_checks.sum() + code.z_checks.sum()
        if batch.graphs.judged[0]:
            assert batch.graphs.dimensions[0] == code.num_logicals
            worth = code.num_logicals > 0 and is_connected(group, a, b)
            assert (batch.graphs.distances[0] > 0) == worth


@given(st.sampled_from(NAMES), st.integers(0, 2**32))
@fewer
def test_distances_are_never_below_the_true_one(name: str, seed: int) -> None:
    group = group_of(name)
    batch = started(group, TwoBlockTask(2, 4), seed=seed)
    for step in range(5):
        batch.step(np.array([first_resampling(batch) + step]))
        known = code_of(group, *batch.supports(0)).distance()
        if batch.graphs.distances[0] > 0:
            assert known is not None
            assert batch.graphs.distances[0] >= known.upper


@pytest.mark.kernel
def test_the_potential_is_the_soft_distance_less_what_is_missing() -> None:
    batch = started(group_of("3x3"), TwoBlockTask(6, 5), seed=3)
    for step in range(8):
        batch.step(np.array([first_resampling(batch) + step]))
        graphs = batch.graphs
        missing = max(0, 6 - int(graphs.dimensions[0]))
        if graphs.distances[0] == 0:
            assert graphs.potentials[0] == -6.0
            continue
        assert graphs.potentials[0] == pytest.approx(graphs.soft[0] - missing)
        lightest = int(graphs.distances[0])
        if lightest < 5:
            # One light word at least.
            assert graphs.soft[0] <= 5 - log(1 + exp(0.7 * (5 - lightest))) / 0.7 + 1e-9


def test_resampling_keeps_enough_logical_qubits_wherever_a_place_gives_them() -> None:
    group = group_of("3x3")
    for seed in range(20):
        batch = started(group, TwoBlockTask(4, 18), seed=seed)
        for term in range(6):
            a, b = batch.supports(0)
            own = a if term < 3 else b
            index = term % 3
            best = 0
            for place in set(range(9)) - set(np.delete(own, index).tolist()):
                own[index] = place
                best = max(best, code_of(group, a, b).num_logicals)
            batch.step(np.array([first_resampling(batch) + LEVELS * term + term % LEVELS]))
            assert batch.graphs.dimensions[0] >= min(4, best)
            assert batch.graphs.loads[0, term] == best


def test_the_best_place_is_no_worse_than_where_the_term_was() -> None:
    batch = started(group_of("6x6"), TwoBlockTask(8, 10), size=8, seed=5)
    batch.step(np.full(8, first_resampling(batch)))
    kept = batch.graphs.dimensions >= 8
    before = batch.graphs.potentials.copy()
    batch.step(np.full(8, first_resampling(batch)))
    assert kept.any()
    # Quick searches rank, patient ones judge: what they find may differ, but hardly by much.
    assert (batch.graphs.potentials[kept] >= before[kept] - 0.5).all()


def test_shifted_codes_count_as_one_evaluation_and_other_groups_apart() -> None:
    group, other = group_of("semidirect-7-3-2"), group_of("cyclic-21")
    task = TwoBlockTask(1, 3)
    batch, apart = started(group, task), started(other, task)

    def hash_of(one: TwoBlockBatch, a: list[int], b: list[int]) -> int:
        one.graphs.terms[0] = [*a, *b]
        return int(hash_code(one.graphs, 0, one._work()))

    a, b = [3, 8, 11], [0, 5, 20]
    first = hash_of(batch, a, b)
    for shift in range(21):
        shifted = group.table[shift, a].tolist(), group.table[b, shift].tolist()
        assert hash_of(batch, *shifted) == first
    assert hash_of(batch, a[::-1], b) == first
    assert hash_of(batch, b, a) != first
    assert hash_of(batch, group.table[a, 4].tolist(), b) != first
    assert hash_of(apart, a, b) != first


def test_random_starts_mostly_have_the_logical_qubits_asked_for() -> None:
    group = group_of("6x6")
    batch = started(group, TwoBlockTask(8, 6), size=30)
    numbers = [code_of(group, *batch.supports(i)).num_logicals for i in range(30)]
    assert sum(k >= 8 for k in numbers) > 20
    assert batch.evaluations == 0
    assert batch.rank_calls > 0
    assert len({tuple(np.concatenate(batch.supports(i)).tolist()) for i in range(30)}) > 20


def test_half_of_the_episodes_start_from_the_seed() -> None:
    seed = np.array([0, 1, 3]), np.array([0, 2, 7])
    batch = started(group_of("3x3"), TwoBlockTask(2, 3), size=40, seed_code=seed)
    starts = [np.array_equal(np.concatenate(batch.supports(i)), [0, 1, 3, 0, 2, 7])
              for i in range(40)]  # fmt: skip
    assert 10 <= sum(starts) <= 30


@pytest.mark.parametrize(("name", "task"), [("6x6", (12, 6)), ("15x3", (8, 10))])
def test_random_actions_find_the_bicycle_codes_of_the_literature(
    name: str, task: tuple[int, int]
) -> None:
    group = group_of(name)
    batch = started(group, TwoBlockTask(*task), size=16, same_step=True)
    rng = np.random.default_rng(0)
    for _ in range(400):
        batch.step(first_resampling(batch) + rng.integers(0, 6 * LEVELS, 16))
        for i in np.flatnonzero(batch.outcome.met):
            code = code_of(group, *batch.final_supports(int(i)))
            distance = code.distance()
            assert code.num_logicals >= task[0]
            assert distance is not None
            if distance.lower >= task[1]:
                return
    pytest.fail("no such code was found")


def test_splits_cover_the_weight_within_the_degree() -> None:
    assert splits_of(7) == [(4, 3), (3, 4), (5, 2), (2, 5), (6, 1), (1, 6)]
    assert splits_of(8, 3) == [(3, 3)]
    assert splits_of(8, 5) == [(4, 4), (5, 3), (3, 5)]


def test_bad_tasks_and_seeds_are_refused_and_change_nothing() -> None:
    group = group_of("3x3")
    batch = started(group, TwoBlockTask(2, 3))
    seed = np.array([0, 1]), np.array([0, 2, 7])
    for task, given_seed, message in [
        (TwoBlockTask(0, 3), None, "logicals: must be between 1 and 18, got 0"),
        (TwoBlockTask(2, 19), None, "distance: must be between 1 and 18, got 19"),
        (TwoBlockTask(2, 3, (0, 3)), None, "terms: must be between 1 and 9, got 0 and 3"),
        (TwoBlockTask(2, 3, (4, 3)), None, "task: must fit 6 terms, got 4 and 3"),
        (TwoBlockTask(2, 3), seed, "seed code: must have 3 and 3 terms, got 2 and 3"),
    ]:
        with pytest.raises(InputError) as caught:
            batch.assign(0, task, given_seed)
        assert str(caught.value) == message
    batch.restart([0])
    assert (batch.graphs.logicals[0], batch.graphs.targets[0]) == (2, 3)
    with pytest.raises(InputError, match="must be a pair of supports, got 5"):
        check_seed(group, 5, 6, None)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"^reward: must be shaped, got 'logical-error'$"):
        TwoBlockBatch(1, group, 6, reward="logical-error")


def test_a_batch_counts_and_forgets_as_others_do() -> None:
    batch = started(group_of("6x6"), TwoBlockTask(4, 20), size=4, remember=0)
    assert batch.remember == 2 * 10 * 4
    rng = np.random.default_rng(1)
    for _ in range(60):
        batch.step(first_resampling(batch) + rng.integers(0, 18, 4))
        assert 2 * np.count_nonzero(batch.seen) <= len(batch.seen)
    again = started(group_of("6x6"), TwoBlockTask(4, 20), size=4, remember=0)
    again.restore_tally(batch.tally())
    assert again.evaluations == batch.evaluations > 80
