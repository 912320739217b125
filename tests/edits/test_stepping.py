"""Steps of a batch, replayed in plain Python: rewards, ends, counts, observations."""

import random
from typing import Any

import numpy as np
import pytest
from edit_batches import batch_of, plain_census, set_checks, state, tasks
from hypothesis import given, settings
from hypothesis import strategies as st

from qcode_rl.codes import ClassicalCode, classical_code
from qcode_rl.edits import stepping
from qcode_rl.edits.hypergraph_product import ProductBatch, ProductTask
from qcode_rl.edits.rewards import RewardOptions

seeds = st.integers(0, 2**32 - 1)
#: Hard to meet, so that episodes last.
HARD = ProductTask(9, 7, 9, 3, 3)


def legal_action(batch: ProductBatch, choose: random.Random, i: int = 0) -> int:
    """Choose an edit, not the stop action; illegal ones if there are no legal ones."""
    legal = np.flatnonzero(batch.observations.masks[i, :-1])
    return int(choose.choice(legal)) if len(legal) else 0


def judge_again(batch: ProductBatch, i: int = 0) -> None:
    """Bring what is known of a graph up to date after it was set by hand."""
    stepping.judge(batch.graphs, i, batch.rules, batch.outcome, batch.seen)
    batch.observe()


def one_step(batch: ProductBatch, action: int) -> Any:
    return batch.step(np.array([action], dtype=np.int64))


def plain_potential(checks: np.ndarray, task: ProductTask, options: RewardOptions) -> float:
    _, k_left, soft = plain_census(checks, task.distance, options.beta)
    weight = sum(max(0, w - task.row_limit) for w in checks.sum(axis=1).tolist())
    degree = sum(max(0, w - task.column_limit) for w in checks.sum(axis=0).tolist())
    costs = options.weight_cost * weight + options.degree_cost * degree
    return soft - costs - options.rank_cost * k_left


def plain_met(checks: np.ndarray, task: ProductTask) -> bool:
    distance = plain_census(checks, task.distance, 1.0)[0]
    within = checks.sum(axis=1).max() <= task.row_limit
    return bool(within and checks.sum(axis=0).max() <= task.column_limit) and (
        distance >= task.distance
    )


@pytest.mark.kernel
@settings(max_examples=30)
@given(tasks(max_bits=7), seeds)
def test_the_shaped_reward_is_the_change_of_the_potential_less_the_cost_of_a_step(
    task: ProductTask, seed: int
) -> None:
    options = RewardOptions(beta=0.9, rank_cost=0.4, step_cost=0.03, success_bonus=5.0)
    batch = batch_of(task, seed=seed, options=options)
    if plain_met(batch.checks(0), task):
        return
    choose = random.Random(seed)
    for _ in range(8):
        before = plain_potential(batch.checks(0), task, options)
        outcome = one_step(batch, legal_action(batch, choose))
        checks = batch.checks(0)
        if outcome.illegal[0]:
            assert outcome.rewards[0] == -options.illegal_cost
            continue
        met = plain_met(checks, task)
        expected = plain_potential(checks, task, options) - before - 0.03 + 5.0 * met
        assert outcome.rewards[0] == pytest.approx(expected)
        assert outcome.met[0] == outcome.ended[0] == met
        assert outcome.distances[0] == plain_census(checks, task.distance, 1.0)[0]
        if met:
            break


@pytest.mark.kernel
def test_excess_of_a_start_beyond_the_limits_lowers_the_potential() -> None:
    options = RewardOptions(weight_cost=2.0, degree_cost=0.25)
    batch = batch_of(HARD, options=options)
    checks = np.ones((7, 9), dtype=np.uint8)
    set_checks(batch, checks)
    judge_again(batch)
    before = plain_potential(checks, HARD, options)
    assert batch.graphs.potentials[0] == pytest.approx(before)
    outcome = one_step(batch, 0)
    after = plain_potential(batch.checks(0), HARD, options)
    assert outcome.rewards[0] == pytest.approx(after - before - options.step_cost)


@pytest.mark.kernel
def test_the_paper_reward_pays_for_a_greater_distance_and_charges_for_a_lesser_one() -> None:
    options = RewardOptions(distance_weight=2.0, step_cost=0.01)
    batch = batch_of(HARD, seed=2, reward="paper", options=options, max_steps=10**6)
    choose = random.Random(1)
    changes = set()
    for _ in range(60):
        before = int(batch.graphs.distances[0])
        outcome = one_step(batch, legal_action(batch, choose))
        change = plain_census(batch.checks(0), 9, 1.0)[0] - before
        changes.add(int(np.sign(change)))
        # All nodes stay within their limits, so that only the distance changes.
        assert outcome.rewards[0] == pytest.approx(2.0 * change - 0.01)
    assert changes == {-1, 0, 1}


@pytest.mark.kernel
def test_the_paper_reward_pays_for_bringing_nodes_to_their_limits() -> None:
    batch = batch_of(HARD, reward="paper", options=RewardOptions(distance_weight=0.0))
    set_checks(batch, np.ones((7, 9), dtype=np.uint8))
    judge_again(batch)
    assert one_step(batch, 0).rewards[0] > 0


@pytest.mark.kernel
@settings(max_examples=20)
@given(tasks(max_bits=6), seeds)
def test_illegal_actions_change_nothing_and_cost_the_penalty(task: ProductTask, seed: int) -> None:
    batch = batch_of(task, seed=seed, options=RewardOptions(illegal_cost=0.7))
    # Its first step would end an episode whose start is an answer.
    batch.graphs.steps[0] = 1
    before = (state(batch), batch.evaluations, int(batch.graphs.streams[0]))
    for action in np.flatnonzero(~batch.observations.masks[0]):
        outcome = one_step(batch, int(action))
        assert outcome.rewards[0] == -0.7
        assert outcome.illegal[0]
        assert not outcome.ended[0]
        assert (state(batch), batch.evaluations, int(batch.graphs.streams[0])) == before


@pytest.mark.kernel
def test_the_stop_action_ends_the_episode_and_changes_nothing() -> None:
    batch = batch_of(HARD)
    before = state(batch)
    outcome = one_step(batch, batch.num_actions - 1)
    assert (outcome.ended[0], outcome.met[0], outcome.illegal[0]) == (True, False, False)
    assert outcome.rewards[0] == 0.0
    assert state(batch) == before


@pytest.mark.kernel
def test_an_episode_ends_after_its_last_step_and_the_time_left_is_observed() -> None:
    batch = batch_of(HARD, max_steps=4)
    choose = random.Random(0)
    for step in range(1, 5):
        outcome = one_step(batch, legal_action(batch, choose))
        assert outcome.ended[0] == (step == 4)
        assert batch.observations.overall[0, 3] == pytest.approx(1 - step / 4)
    assert not outcome.met[0]


@pytest.mark.kernel
@pytest.mark.parametrize("action", ["edit", "illegal", "stop"])
def test_a_start_that_meets_the_request_ends_at_its_first_step_unchanged(action: str) -> None:
    code = classical_code("hamming-3")
    task = ProductTask(7, 3, 3, 4, 3)
    batch = batch_of(task, seed_code=code, seed_share=1.0, options=RewardOptions(success_bonus=4.0))
    assert plain_met(batch.checks(0), task)
    before = batch.checks(0)
    masks = batch.observations.masks[0]
    chosen = {"edit": masks.argmax(), "illegal": (~masks).argmax(), "stop": len(masks) - 1}[action]
    outcome = one_step(batch, int(chosen))
    assert (outcome.ended[0], outcome.met[0], outcome.illegal[0]) == (True, True, False)
    assert outcome.rewards[0] == pytest.approx(4.0 - RewardOptions().step_cost)
    assert np.array_equal(batch.final_checks(0), before)
    assert outcome.counters[2] == 0


def count_by_hand(batch: ProductBatch, seed: int, steps: int) -> tuple[int, int, int]:
    """Step a batch in same-step mode; return evaluations, censuses and edits by plain counting."""
    choose = random.Random(seed)
    seen = {batch.checks(i).tobytes() for i in range(batch.size)}
    censuses, edits = batch.size, 0
    for _ in range(steps):
        before = [batch.checks(i) for i in range(batch.size)]
        actions = [legal_action(batch, choose, i) for i in range(batch.size)]
        outcome = batch.step(np.array(actions))
        for i in range(batch.size):
            after = batch.final_checks(i)
            if not np.array_equal(after, before[i]):
                seen.add(after.tobytes())
                censuses, edits = censuses + 1, edits + 1
            if outcome.ended[i]:
                seen.add(batch.checks(i).tobytes())
                censuses += 1
    return len(seen), censuses, edits


@pytest.mark.kernel
@pytest.mark.parametrize("task", [ProductTask(4, 3, 4, 2, 3), ProductTask(9, 7, 9, 3, 3)])
def test_evaluations_count_distinct_matrices_only(task: ProductTask) -> None:
    # The small graphs come back to the same matrices again and again, in all of the batch.
    batch = batch_of(task, size=3, max_steps=10, same_step=True)
    expected = count_by_hand(batch, seed=1, steps=60)
    assert tuple(batch.outcome.counters.tolist()) == expected
    assert batch.evaluations == expected[0]
    if task.bits == 4:
        assert expected[0] < expected[1] / 2


def test_the_table_of_seen_matrices_grows_without_forgetting_or_repeating() -> None:
    task = ProductTask(12, 9, 12, 3, 3)
    batch = batch_of(task, size=128, max_steps=50, same_step=True)
    capacity = len(batch.seen)
    expected = count_by_hand(batch, seed=1, steps=320)
    assert len(batch.seen) > capacity
    assert tuple(batch.outcome.counters.tolist()) == expected


@pytest.mark.kernel
@settings(max_examples=25)
@given(tasks(), seeds)
def test_observations_say_what_the_graph_is(task: ProductTask, seed: int) -> None:
    m, n = task.checks, task.bits
    batch = ProductBatch(1, m + 1, n + 2, max_row_limit=4)
    batch.assign(0, task)
    batch.seed_streams([seed + 1])
    batch.restart([0])
    one_step(batch, legal_action(batch, random.Random(seed)))
    checks, out, use = batch.checks(0), batch.observations, batch.graphs.participation[0]
    weights, degrees = checks.sum(axis=1), checks.sum(axis=0)
    edges = out.edges[0].tolist()
    count = int(checks.sum())
    assert sorted(edges[:count]) == [[c, b, 1] for c, b in np.argwhere(checks).tolist()]
    assert not np.any(edges[count:])
    expected = [
        np.ones(m),
        weights / task.row_limit,
        1 - weights / task.row_limit,
        checks @ use[:n],
    ]
    assert out.checks[0, :m] == pytest.approx(np.transpose(expected), abs=1e-6)
    degrees_of_bits = degrees / task.column_limit
    expected = [np.ones(n), degrees_of_bits, 1 - degrees_of_bits, use[:n]]
    assert out.bits[0, :n] == pytest.approx(np.transpose(expected), abs=1e-6)
    # Padding is all zeros.
    assert not out.checks[0, m:].any()
    assert not out.bits[0, n:].any()
    distance, k_left, soft = plain_census(checks, task.distance, RewardOptions().beta)
    overall = out.overall[0].tolist()
    assert overall[0] == pytest.approx(distance / task.distance)
    assert overall[1] == pytest.approx(max(-64, soft / task.distance), abs=1e-5)
    assert overall[2] == k_left
    assert overall[4:7] == pytest.approx([n / 32, m / 32, task.distance / 16])
    assert overall[7:] == pytest.approx([task.row_limit / 4, task.column_limit / 4])


@pytest.mark.kernel
def test_bits_of_light_codewords_take_part_and_others_do_not() -> None:
    batch = batch_of(ProductTask(5, 3, 3, 3, 3))
    # Words 11000 (weight 2, light) and 00111 (weight 3, not).
    checks = np.array([[1, 1, 0, 0, 0], [0, 0, 1, 1, 0], [0, 0, 0, 1, 1]], np.uint8)
    set_checks(batch, checks)
    judge_again(batch)
    assert batch.graphs.participation[0].tolist() == [1, 1, 0, 0, 0]
    assert batch.observations.checks[0, :, 3].tolist() == [2, 0, 0]


@pytest.mark.kernel
def test_a_graph_of_a_batch_behaves_as_it_does_alone() -> None:
    task = ProductTask(8, 6, 8, 3, 3)
    together = batch_of(task, size=3, max_steps=7, same_step=True)
    # batch_of seeds graph i of a batch with one more than the one before it.
    alone = [batch_of(task, seed=i, max_steps=7, same_step=True) for i in range(3)]
    choose = random.Random(3)
    for _ in range(20):
        actions = [legal_action(together, choose, i) for i in range(3)]
        together.step(np.array(actions))
        for i in range(3):
            outcome = one_step(alone[i], actions[i])
            assert state(alone[i]) == state(together, i)
            assert outcome.rewards[0] == together.outcome.rewards[i]
            assert outcome.ended[0] == together.outcome.ended[i]


@pytest.mark.kernel
def test_a_seed_code_without_dependent_checks_keeps_its_k_through_starts() -> None:
    code = ClassicalCode([[1, 1, 0, 0], [0, 1, 1, 0]])
    batch = batch_of(ProductTask(6, 4, 2, 3, 3), size=20, seed_code=code, seed_share=1.0)
    for i in range(20):
        assert ClassicalCode(batch.checks(i)).k == code.k
        assert batch.graphs.dimensions[i].tolist() == [2, 0]
