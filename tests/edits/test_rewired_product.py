"""Steps of batches whose checks are rewired: rewards, ends, observations, masks and streams."""

import random
from typing import Any

import numpy as np
import pytest
from edit_batches import state, tasks
from hypothesis import given, settings
from hypothesis import strategies as st
from rewire_batches import plain_judgement, rewire_batch, take

from qcode_rl.codes import classical_code
from qcode_rl.codes.bounds import linear_code_bounds
from qcode_rl.edits.hypergraph_product import ProductTask
from qcode_rl.edits.rewards import RewardOptions
from qcode_rl.edits.rewired_product import LEVELS, RewireBatch

seeds = st.integers(0, 2**32 - 1)
BETA = RewardOptions().beta
#: Hard to meet, so that episodes last.
HARD = ProductTask(8, 6, 8, 3, 3)
EASY = ProductTask(6, 5, 4, 3, 3)


def one_step(batch: RewireBatch, action: int) -> Any:
    return batch.step(np.array([action], dtype=np.int64))


def afresh(batch: RewireBatch) -> int:
    """Return the action that starts afresh."""
    return batch.num_actions - 1


def legal_action(batch: RewireBatch, choose: random.Random, i: int = 0) -> int:
    """Choose a legal action; every eighth starts afresh."""
    legal = np.flatnonzero(batch.observations.masks[i, :-1])
    if choose.randrange(8) == 0 or not len(legal):
        return afresh(batch)
    return int(choose.choice(legal))


@pytest.mark.kernel
@settings(max_examples=25)
@given(tasks(max_bits=7), seeds)
def test_no_actions_take_a_graph_beyond_its_limits_and_met_means_what_it_says(
    task: ProductTask, seed: int
) -> None:
    batch, choose = rewire_batch(task, seed=seed, same_step=True), random.Random(seed)
    for _ in range(8):
        outcome = one_step(batch, choose.randrange(-1, batch.num_actions + 2))
        checks = batch.final_checks(0)
        assert checks.sum(axis=1).max() <= task.row_limit
        assert checks.sum(axis=0).max() <= task.column_limit
        assert batch.checks(0).sum(axis=1).max() <= task.row_limit
        assert batch.checks(0).sum(axis=0).max() <= task.column_limit
        if outcome.illegal[0] or outcome.distances[0] == 0:
            assert not outcome.met[0]
            continue
        judged = plain_judgement(checks, task.distance, BETA)
        assert outcome.distances[0] == judged.distance
        assert outcome.met[0] == outcome.ended[0] == (judged.distance >= task.distance)


@pytest.mark.kernel
@settings(max_examples=25)
@given(tasks(max_bits=6), seeds, st.sampled_from(["shaped", "paper"]))
def test_discounted_rewards_add_up_to_the_change_of_the_potential_through_any_starts(
    task: ProductTask, seed: int, reward: str
) -> None:
    options = RewardOptions(scale=0.4, discount=0.8, step_cost=0.0, success_bonus=3.0)
    batch = rewire_batch(task, seed=seed, reward=reward, options=options)
    choose = random.Random(seed)
    # Before anything is known of a graph, half a distance is missing for each bit.
    first = batch.graphs.potentials[0] - task.distance
    assert first == -task.bits / 2
    total, factor, met = 0.0, 1.0, False
    for _ in range(12):
        action = legal_action(batch, choose)
        outcome = one_step(batch, action)
        if action == afresh(batch):
            # It takes no reward and no discount: the potential waits for the next rewiring.
            assert outcome.rewards[0] == 0.0
            continue
        met = bool(outcome.met[0])
        total += factor * (outcome.rewards[0] - 3.0 * met)
        factor *= 0.8
        if met:
            break
    last = 0.0 if met else batch.graphs.potentials[0] - task.distance
    assert total == pytest.approx(0.4 * (factor * last - first))


@pytest.mark.kernel
def test_a_rewiring_costs_a_step_and_meeting_the_request_earns_the_bonus() -> None:
    options = RewardOptions(scale=0.0, step_cost=0.03, success_bonus=5.0)
    batch = rewire_batch(EASY, options=options)
    choose, rewards = random.Random(3), set()
    for _ in range(40):
        outcome = one_step(batch, choose.randrange(batch.num_actions - 1))
        rewards.add((float(outcome.rewards[0]), bool(outcome.met[0])))
        if outcome.met[0]:
            break
    assert rewards == {(-0.03, False), (-0.03 + 5.0, True)}


@pytest.mark.kernel
def test_starting_afresh_replaces_the_graph_and_forgets_what_was_known_of_it() -> None:
    batch = rewire_batch(HARD)
    for check in range(6):
        take(batch, check)
    before, potential = batch.checks(0), float(batch.graphs.potentials[0])
    evaluations = batch.evaluations
    outcome = one_step(batch, afresh(batch))
    assert (outcome.ended[0], outcome.illegal[0], outcome.distances[0]) == (False, False, 0)
    assert not np.array_equal(batch.checks(0), before)
    assert np.array_equal(batch.final_checks(0), batch.checks(0))
    # A start takes no census; its episode goes on.
    assert batch.evaluations == evaluations
    assert batch.graphs.steps[0] == 7
    assert batch.graphs.potentials[0] == potential
    memory = batch.memory
    assert (memory.opened == -1).all()
    assert not memory.judged[0]
    assert memory.changes[0] == memory.tries[0] == 0
    assert not batch.graphs.participation.any()
    assert batch.observations.masks[0].all()


@pytest.mark.kernel
@settings(max_examples=15)
@given(tasks(max_bits=6), seeds)
def test_actions_outside_the_graph_are_illegal_and_change_nothing(
    task: ProductTask, seed: int
) -> None:
    batch = RewireBatch(
        1, task.checks + 2, task.bits, max_row_limit=4, options=RewardOptions(illegal_cost=0.7)
    )
    batch.assign(0, task)
    batch.seed_streams([seed + 1])
    batch.restart([0])
    before = (state(batch), batch.evaluations, int(batch.graphs.streams[0]))
    mask = batch.observations.masks[0].copy()
    outside = range(task.checks * LEVELS, batch.num_actions - 1)
    assert mask.tolist() == [action not in outside for action in range(batch.num_actions)]
    for action in (-LEVELS, -1, *outside, batch.num_actions, batch.num_actions + LEVELS):
        outcome = one_step(batch, action)
        assert (outcome.rewards[0], outcome.illegal[0], outcome.ended[0]) == (-0.7, True, False)
        assert not outcome.met[0]
        assert (state(batch), batch.evaluations, int(batch.graphs.streams[0])) == before
        assert np.array_equal(batch.observations.masks[0], mask)
    assert batch.outcome.counters.tolist() == [0, 0, 0]


@pytest.mark.kernel
def test_an_episode_ends_after_its_last_step_and_the_time_left_is_observed() -> None:
    batch = rewire_batch(HARD, max_steps=4)
    for step, action in enumerate((0, afresh(batch), 4, 8), start=1):
        outcome = one_step(batch, action)
        assert outcome.ended[0] == (step == 4)
        assert batch.observations.overall[0, 3] == pytest.approx(1 - step / 4)
    assert not outcome.met[0]
    assert outcome.counters[2] == 3


@pytest.mark.kernel
def test_finished_episodes_begin_again_in_the_next_step_or_in_the_same() -> None:
    later, same = (rewire_batch(HARD, max_steps=3, same_step=flag) for flag in (False, True))
    for action in (0, 5, 10):
        one_step(later, action)
        one_step(same, action)
    assert later.outcome.ended[0]
    assert same.outcome.ended[0]
    for ours, final in zip(later.observations, same.final, strict=True):
        assert np.array_equal(ours, final)
    assert np.array_equal(later.final_checks(0), same.final_checks(0))
    # The action of the step that begins an episode is ignored.
    outcome = one_step(later, 3)
    assert (outcome.rewards[0], outcome.ended[0], outcome.distances[0]) == (0.0, False, 0)
    assert state(later) == state(same)
    for ours, others in zip(later.observations, same.observations, strict=True):
        assert np.array_equal(ours, others)
    assert later.graphs.potentials[0] == same.graphs.potentials[0] == 8 - 8 / 2


@pytest.mark.kernel
@settings(max_examples=20)
@given(tasks(max_bits=7), seeds)
def test_observations_say_what_the_graph_is(task: ProductTask, seed: int) -> None:
    m, n, steps = task.checks, task.bits, 5
    batch = RewireBatch(1, m + 1, n + 2, max_row_limit=4, max_steps=20)
    batch.assign(0, task)
    batch.seed_streams([seed + 1])
    batch.restart([0])
    assert not batch.observations.checks[0, :m, 5:].any()
    choose = random.Random(seed)
    for _ in range(steps):
        take(batch, choose.randrange(m), choose.randrange(LEVELS))
        batch.waiting[0] = False
    checks, out, graphs = batch.checks(0), batch.observations, batch.graphs
    memory, use = batch.memory, batch.graphs.participation[0]
    count = int(checks.sum())
    edges = out.edges[0].tolist()
    assert edges[:count] == [[c, b, 1] for c, b in np.argwhere(checks).tolist()]
    assert not np.any(edges[count:])
    for check, row in enumerate(out.checks[0, :m]):
        weight = checks[check].sum() / task.row_limit
        assert row[:4] == pytest.approx([1, weight, 1 - weight, checks[check] @ use[:n]], abs=1e-5)
        if memory.opened[0, check] < 0:
            assert row[4:].tolist() == [1, 0, 0, 0, 0]
            continue
        since = int(memory.changes[0] - memory.opened[0, check])
        load = max(-4, memory.loads[0, check] / task.distance)
        gain = min(4, max(-4, memory.gains[0, check] / 4))
        expected = [0, min(2, since / m), float(since == 0), load, gain]
        assert row[4:] == pytest.approx(expected, abs=1e-5)
        mask = out.masks[0, check * LEVELS : (check + 1) * LEVELS].tolist()
        assert mask == [since > 0, True, True]
    degrees = checks.sum(axis=0) / task.column_limit
    expected = np.transpose([np.ones(n), degrees, 1 - degrees, use[:n]])
    assert out.bits[0, :n] == pytest.approx(expected, abs=1e-5)
    # Padding is all zeros, and none of its actions is legal.
    assert not out.checks[0, m:].any()
    assert not out.bits[0, n:].any()
    assert not out.masks[0, m * LEVELS : -1].any()
    judged = plain_judgement(checks, task.distance, BETA)
    tightness = task.distance / linear_code_bounds(n, max(1, n - m))[1]
    expected_overall = [
        judged.distance / task.distance,
        max(-4, judged.soft / task.distance),
        judged.k_left,
        1 - steps / 20,
        n / 32,
        m / 32,
        task.distance / 16,
        task.row_limit / 4,
        task.column_limit / 4,
        tightness,
        1,
        min(2, memory.changes[0] / m),
        min(2, memory.tries[0] / m),
        np.exp(graphs.soft[0] - task.distance),
    ]
    assert out.overall[0] == pytest.approx(expected_overall, abs=1e-5)


@pytest.mark.kernel
def test_before_the_first_census_nothing_is_said_of_distances() -> None:
    batch = rewire_batch(HARD)
    assert batch.evaluations == 0
    overall = batch.observations.overall[0]
    assert overall[[0, 1, 2, 10, 11, 12, 13]].tolist() == [0] * 7
    assert batch.observations.checks[0, :, 4].tolist() == [1] * 6
    assert batch.observations.masks[0].all()


@pytest.mark.kernel
def test_edges_that_observations_have_no_room_for_are_left_out() -> None:
    # Room for two edges a check, and a task that allows four.
    batch = RewireBatch(2, 4, 6, max_row_limit=2)
    for i in range(2):
        batch.assign(i, ProductTask(6, 4, 3, 4, 4))
    batch.seed_streams([1, 2])
    batch.restart([0, 1])
    for i in range(2):
        checks = batch.checks(i)
        assert checks.sum() == 16
        assert batch.observations.edges[i].tolist() == [
            [c, b, 1] for c, b in np.argwhere(checks)[:8].tolist()
        ]


@pytest.mark.kernel
def test_a_task_is_observed_from_its_first_episode_on() -> None:
    batch = RewireBatch(1, 8, 9, max_row_limit=3)
    batch.assign(0, HARD)
    batch.seed_streams([1])
    batch.restart([0])
    before = batch.observations.overall.copy()
    batch.assign(0, ProductTask(9, 6, 2, 3, 3))
    assert np.array_equal(batch.observe().overall, before)
    assert before[0, 9] == np.float32(8 / linear_code_bounds(8, 2)[1])
    one_step(batch, afresh(batch))
    assert batch.observations.overall[0, 9] == before[0, 9]
    batch.restart([0])
    assert batch.observations.overall[0, 9] == 2 / linear_code_bounds(9, 3)[1]


@pytest.mark.kernel
@pytest.mark.parametrize("task", [HARD, EASY])
def test_a_graph_of_a_batch_behaves_as_it_does_alone(task: ProductTask) -> None:
    options: dict[str, Any] = {"max_steps": 7, "same_step": True}
    together = rewire_batch(task, size=3, **options)
    alone = [rewire_batch(task, seed=i, **options) for i in range(3)]
    choose, ends = random.Random(3), 0
    for _ in range(20):
        actions = [legal_action(together, choose, i) for i in range(3)]
        together.step(np.array(actions))
        for i in range(3):
            outcome = one_step(alone[i], actions[i])
            assert state(alone[i]) == state(together, i)
            assert alone[i].graphs.streams[0] == together.graphs.streams[i]
            for ours, others in zip(alone[i].observations, together.observations, strict=True):
                assert np.array_equal(ours[0], others[i])
            for name in ("rewards", "ended", "met", "illegal", "distances"):
                assert getattr(outcome, name)[0] == getattr(together.outcome, name)[i], name
            ends += bool(outcome.ended[0])
    assert ends >= 6


@pytest.mark.kernel
def test_the_same_seed_gives_the_same_course_and_another_seed_another() -> None:
    courses = []
    for seed in (4, 4, 5):
        batch, choose = rewire_batch(HARD, seed=seed), random.Random(1)
        course = []
        for _ in range(12):
            outcome = one_step(batch, legal_action(batch, choose))
            course.append((state(batch), float(outcome.rewards[0])))
        courses.append(course)
    assert courses[0] == courses[1] != courses[2]


@pytest.mark.kernel
def test_starts_are_the_seed_code_or_random_as_often_as_told() -> None:
    code = classical_code("hamming-3")
    task = ProductTask(7, 3, 3, 4, 3)
    for share, expected in ((1.0, range(20, 21)), (0.0, range(5)), (0.5, range(4, 17))):
        batch = rewire_batch(task, size=20, seed_code=code, seed_share=share)
        good = [plain_judgement(batch.checks(i), 3, BETA).distance == 3 for i in range(20)]
        assert sum(good) in expected
        # Starting afresh draws anew from the same.
        batch.step(np.full(20, afresh(batch)))
        good = [plain_judgement(batch.checks(i), 3, BETA).distance == 3 for i in range(20)]
        assert sum(good) in expected


@pytest.mark.kernel
def test_a_start_that_is_an_answer_is_found_by_its_first_rewiring() -> None:
    code = classical_code("hamming-3")
    batch = rewire_batch(ProductTask(7, 3, 3, 4, 3), seed_code=code, seed_share=1.0)
    outcome = take(batch, 1)
    assert (outcome.met[0], outcome.ended[0], outcome.distances[0]) == (True, True, 3)
    # The code without the check, and the whole.
    assert batch.evaluations == 2
    assert plain_judgement(batch.final_checks(0), 3, BETA).distance == 3


def test_the_table_of_seen_matrices_grows_with_a_batch() -> None:
    task = ProductTask(12, 9, 12, 3, 3)
    batch = rewire_batch(task, size=128, max_steps=50, same_step=True)
    capacity, rng = len(batch.seen), np.random.default_rng(0)
    for _ in range(320):
        batch.step(rng.integers(0, LEVELS * task.checks, 128) // LEVELS * LEVELS + LEVELS - 1)
    assert len(batch.seen) > capacity
    assert np.count_nonzero(batch.seen) == batch.evaluations > capacity // 2 - 256
    assert batch.evaluations < batch.outcome.counters[1]
