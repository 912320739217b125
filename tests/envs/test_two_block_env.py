"""What is particular to `qcode/TwoBlock-v0`: its request, its checks, seeds and assignments."""

from typing import Any

import numpy as np
import pytest
from env_registry import assert_same_observation, make, make_vector

from qcode_rl.codes import CSSCode
from qcode_rl.codes.group_names import group_of
from qcode_rl.codes.two_block import two_block_code
from qcode_rl.errors import InputError

ID = "qcode/TwoBlock-v0"
#: [[18,4,4]]: easily met.
EASY: dict[str, Any] = {"group": (3, 3), "logicals": 4, "distance": 4}


def code_of(checks: Any) -> CSSCode:
    """Split symplectic rows, X checks first, into a CSS code."""
    half, n = len(checks) // 2, checks.shape[1] // 2
    assert not checks[:half, n:].any()
    assert not checks[half:, :n].any()
    return CSSCode(checks[:half, :n], checks[half:, n:])


def first_resampling(env: Any) -> int:
    return int(env.batch.max_checks * env.batch.max_bits)


def test_a_met_request_ends_the_episode_and_hands_over_the_checks() -> None:
    env = make(ID, **EASY)
    met = 0
    for seed in range(10):
        env.reset(seed=seed)
        for step in range(12):
            _, reward, ended, _, info = env.step(np.int64(first_resampling(env) + step))
            assert ("checks" in info) == info["met"]
            if info["met"]:
                assert ended
                assert reward > 1
                code = code_of(info["checks"])
                assert code == two_block_code(env.batch.group, *env.batch.supports(0))
                assert code.num_logicals >= 4
                assert code.max_weight <= 6
                distance = code.distance()
                assert distance is not None
                # What is claimed is a bound from above; on a code this small it is the distance.
                assert info["distance"] == distance.lower >= 4
                met += 1
            if ended:
                break
    assert met > 5


@pytest.mark.parametrize("group", ["dihedral-6", "semidirect-7-3-2", "quaternion-12"])
def test_groups_that_are_not_abelian_have_codes_too(group: str) -> None:
    env = make_vector(ID, 8, group=group, logicals=2, distance=3, max_steps=40)
    env.reset(seed=1)
    rng = np.random.default_rng(1)
    for _ in range(40):
        *_, infos = env.step(first_resampling(env) + rng.integers(0, 18, 8))
        for i in np.flatnonzero(infos["met"]):
            code = code_of(infos["checks"][i])
            distance = code.distance()
            assert code.num_qubits == 2 * group_of(group).order
            assert code.num_logicals >= 2
            assert distance is not None
            assert distance.lower >= 3
            return
    pytest.fail("no code was found")


def test_moving_a_term_moves_it_and_nothing_else() -> None:
    env = make(ID)
    env.reset(seed=4)
    before = np.concatenate(env.batch.supports(0))
    places = np.flatnonzero(env.action_masks()[: first_resampling(env)])
    action = int(places[30])
    term, element = divmod(action, 9)
    env.step(np.int64(action))
    after = np.concatenate(env.batch.supports(0))
    assert after[term] == element != before[term]
    assert np.array_equal(np.delete(after, term), np.delete(before, term))


def test_a_mask_leaves_out_the_places_of_the_terms_of_the_same_block_alone() -> None:
    env = make(ID)
    env.reset(seed=4)
    a, b = env.batch.supports(0)
    mask = env.action_masks()[: first_resampling(env)].reshape(6, 9)
    for own, rows in ((a, mask[:3]), (b, mask[3:])):
        for row in rows:
            assert sorted(np.flatnonzero(~row).tolist()) == sorted(own.tolist())


def test_edges_name_terms_elements_and_blocks() -> None:
    env = make(ID, max_degree=2)
    observation, _ = env.reset(seed=4)
    edges = observation["edges"].reshape(6, 3)
    a, b = env.batch.supports(0)
    expected = [(t, e, 1) for t, e in enumerate(a)] + [(2 + t, e, 2) for t, e in enumerate(b)]
    assert [tuple(edge) for edge in edges.tolist()] == [*expected, (0, 0, 0), (0, 0, 0)]
    checks = observation["checks"].reshape(6, 9)
    assert checks[:, 0].tolist() == [1.0] * 4 + [0.0] * 2
    bits = observation["bits"].reshape(9, 4)
    assert 2 * bits[:, 1].sum() == 4


def test_starting_afresh_charges_for_what_is_given_up_at_the_next_step() -> None:
    env = make(ID, reward_options={"discount": 1.0, "step_cost": 0.0, "scale": 1.0})
    env.reset(seed=4)
    total, start = 0.0, float(env.batch.graphs.potentials[0])
    for action in (54, 57, 72, 60, 63):
        _, reward, *_ = env.step(np.int64(action))
        if action == 72:
            assert reward == 0.0
        total += reward
    assert start == -4.0
    assert total == pytest.approx(float(env.batch.graphs.potentials[0]) - start)


def test_reset_takes_logical_qubits_distance_and_seed() -> None:
    env = make(ID)
    env.reset(seed=1, options={"logicals": 2, "distance": 3})
    graphs = env.batch.graphs
    assert (graphs.logicals[0], graphs.targets[0]) == (2, 3)
    with pytest.raises(InputError, match=r"^distance: must be between 1 and 18, got 0$"):
        env.reset(options={"distance": 0, "logicals": 4})
    # What was refused has not changed the task.
    env.reset()
    assert (graphs.logicals[0], graphs.targets[0]) == (2, 3)
    seed = ([0, 1, 3, 4], [0, 5])
    starts = []
    for _ in range(30):
        env.reset(options={"seed_code": seed})
        a, b = env.batch.supports(0)
        assert (len(a), len(b)) == (4, 2)
        starts.append((a.tolist(), b.tolist()) == seed)
    assert 5 <= sum(starts) <= 25


def test_a_task_assigned_in_an_episode_holds_from_the_next_one_on() -> None:
    batch, plain = make_vector(ID, 2, max_steps=3), make_vector(ID, 2, max_steps=3)
    for env in (batch, plain):
        env.reset(seed=5)
    batch.assign(0, logicals=2, distance=3)
    for step in range(3):
        actions = np.full(2, first_resampling(batch) + 3 * step)
        assert_same_observation(batch.step(actions)[0], plain.step(actions)[0])
    batch.step(actions)
    assert batch.batch.graphs.targets.tolist() == [3, 9]
    assert batch.batch.graphs.logicals.tolist() == [2, 4]


def test_text_says_what_is_known_and_what_is_asked() -> None:
    env = make(ID, render_mode="ansi")
    env.reset(seed=1)
    title = env.render().splitlines()[0]
    assert title == ("18 qubits over 3x3, 0 logical (asked: 4), distance not searched (asked: 9)")
    env.step(np.int64(first_resampling(env)))
    distance, k = int(env.batch.graphs.distances[0]), int(env.batch.graphs.dimensions[0])
    assert env.render().splitlines()[0] == (
        f"18 qubits over 3x3, {k} logical (asked: 4), distance at most {distance} (asked: 9)"
    )
