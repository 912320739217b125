"""What the environments of CSS and stabilizer codes have beyond the contract of all."""

from typing import Any

import numpy as np
import pytest
from env_registry import accepting, assert_same_observation, make, make_vector
from gymnasium.vector import AutoresetMode

from qcode_rl import gf2
from qcode_rl.codes import CSSCode, StabilizerCode
from qcode_rl.codes.surfaces import five_qubit
from qcode_rl.errors import InputError

IDS = accepting("layout")
HAMMING = np.array([[1, 0, 1, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1, 1]])
STEANE = CSSCode(HAMMING, HAMMING)

every_code_id = pytest.mark.parametrize("env_id", IDS)


def act(env: Any, rng: np.random.Generator) -> Any:
    """Take one legal edit at random: a gate, or mostly another operator for a check."""
    edits = np.flatnonzero(env.action_masks())[:-1]
    if rng.random() < 0.8:
        edits = edits[edits >= env.batch.max_bits**2]
    return env.step(np.int64(rng.choice(edits)))


def test_both_families_take_a_layout() -> None:
    assert IDS == ["qcode/CSS-v0", "qcode/Stabilizer-v0"]


def test_the_defaults_are_those_of_the_requests_that_are_named() -> None:
    css, stabilizer = (make(env_id, **DEFAULTS[env_id]) for env_id in IDS)
    for env, (n, k) in ((css, (12, 2)), (stabilizer, (8, 3))):
        env.reset(seed=1)
        assert env.batch.checks(0).shape == (n - k, 2 * n)
        assert env.metadata["check_features"] == 9
        assert env.observation_space["overall"].shape == (14,)
        assert env.action_space.n == n * n + 3 * (n - k) + 1
    assert css.metadata["edge_types"] == ("X", "Z")
    assert stabilizer.metadata["edge_types"] == ("X", "Z", "Y")


#: The arguments that `make` would otherwise make small.
DEFAULTS: dict[str, dict[str, Any]] = {
    "qcode/CSS-v0": {"qubits": 12, "logicals": 2, "distance": 3},
    "qcode/Stabilizer-v0": {"qubits": 8, "logicals": 3, "distance": 3},
}


@every_code_id
def test_a_met_request_ends_the_episode_and_hands_over_a_code_that_meets_it(env_id: str) -> None:
    met = 0
    env = make(env_id, qubits=7, logicals=1, distance=3, max_weight=4, max_steps=60)
    for seed in range(12):
        rng, ended = np.random.default_rng(seed), False
        env.reset(seed=seed)
        while not ended:
            _, reward, ended, _, info = act(env, rng)
            assert ("checks" in info) == info["met"]
        if info["met"]:
            met += 1
            code = StabilizerCode(info["checks"])
            known = code.distance()
            assert reward > 1
            assert known is not None
            assert (code.num_logicals, known.upper, info["distance"]) == (1, 3, 3)
            assert code.max_weight <= 4
            assert env_id != "qcode/CSS-v0" or code.to_css().num_logicals == 1
    assert met


@every_code_id
def test_reset_takes_a_new_task(env_id: str) -> None:
    env = make(env_id, qubits=8, logicals=2, max_qubits=10, max_checks=8)
    env.reset(seed=1)
    assert env.batch.checks(0).shape == (6, 16)
    observation, _ = env.reset(options={"qubits": 10, "logicals": 3, "distance": 2})
    assert env.batch.checks(0).shape == (7, 20)
    assert env.batch.graphs.targets[0] == 2
    assert env.observation_space.contains(observation)
    env.reset()
    assert env.batch.checks(0).shape == (7, 20)
    with pytest.raises(InputError, match=r"^task: must fit 8 checks and 10 qubits, got 9 and 10$"):
        env.reset(options={"logicals": 1})
    # What was refused has not changed the task.
    env.reset(options={"distance": 3})
    assert env.batch.checks(0).shape == (7, 20)


@every_code_id
def test_seeds_may_be_codes_or_matrices(env_id: str) -> None:
    code = StabilizerCode.from_css(STEANE)
    arguments = {"qubits": 7, "logicals": 1, "distance": 4, "max_weight": 4}
    for seed_code in (STEANE, code, code.checks.tolist()):
        env = make(env_id, **arguments, seed_code=seed_code)
        keys = []
        for seed in range(20):
            _, info = env.reset(seed=seed)
            if gf2.rank(np.vstack([env.batch.checks(0), code.checks])) == 6:
                assert info["distance"] == 3
                keys.append(seed)
        # Half of the episodes start there.
        assert 4 <= len(keys) <= 16
    env.reset(options={"seed_code": None})
    assert env.batch.pools.chosen.tolist() == [-1]


def test_seeds_of_the_stabilizer_environment_may_mix_letters() -> None:
    env = make("qcode/Stabilizer-v0", qubits=5, logicals=1, seed_code=five_qubit())
    distances = {env.reset(seed=seed)[1]["distance"] for seed in range(20)}
    assert 3 in distances


@every_code_id
@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_a_task_assigned_in_an_episode_holds_from_the_next_one_on(
    env_id: str, mode: AutoresetMode
) -> None:
    arguments: dict[str, Any] = {"max_qubits": 10, "max_checks": 9, "max_steps": 4}
    batch, plain = (make_vector(env_id, 2, **arguments, autoreset_mode=mode) for _ in range(2))
    batch.reset(seed=5)
    plain.reset(seed=5)
    shape = plain.batch.checks(0).shape
    batch.assign(0, qubits=10, logicals=3, distance=2)
    for step in range(4):
        actions = plain.action_masks().argmax(axis=1)
        with_task, without = batch.step(actions), plain.step(actions)
        # Until its last observation, the episode under way knows nothing of it.
        seen, same = with_task[0], without[0]
        if step == 3 and mode == AutoresetMode.SAME_STEP:
            seen, same = with_task[4]["final_obs"], without[4]["final_obs"]
        assert_same_observation(seen, same)
        assert np.array_equal(with_task[1], without[1])
        assert batch.batch.final_checks(0).shape == shape
    if mode == AutoresetMode.NEXT_STEP:
        batch.step(actions)
        plain.step(actions)
    assert batch.batch.checks(0).shape == (7, 20)
    assert batch.batch.graphs.targets.tolist() == [2, 4]


@every_code_id
def test_edges_of_observations_are_the_letters_of_the_checks(env_id: str) -> None:
    env, rng = make(env_id, **DEFAULTS[env_id], max_qubits=13), np.random.default_rng(3)
    observation, _ = env.reset(seed=3)
    for _ in range(12):
        strings = StabilizerCode(env.batch.checks(0)).pauli_strings
        letters = {
            (c, q): p for c, row in enumerate(strings) for q, p in enumerate(row) if p != "I"
        }
        edges = [row for row in observation["edges"].reshape(-1, 3).tolist() if row[2]]
        assert {(check, qubit): " XZY"[pauli] for check, qubit, pauli in edges} == letters
        assert len(edges) == len(letters)
        observation, _, ended, _, _ = act(env, rng)
        if ended:
            observation, _ = env.reset()


@every_code_id
@pytest.mark.parametrize("layout", ["grid", "torus", [[i % 3, i // 3] for i in range(8)]])
def test_a_layout_with_a_radius_forbids_gates_and_checks_that_reach_farther(
    env_id: str, layout: Any
) -> None:
    env = make(env_id, qubits=8, logicals=2, distance=3, layout=layout, radius=1.5, max_weight=4)
    env.reset(seed=2)
    near = np.array([[int(ball) >> q & 1 for q in range(8)] for ball in env.batch.graphs.balls[0]])
    assert 0 < (near == 0).sum() < 64
    pairs = env.action_masks()[:64].reshape(8, 8)
    assert np.array_equal(pairs, near - np.eye(8) == 1)
    far = np.flatnonzero(~pairs)
    assert env.step(np.int64(far[-1]))[4]["illegal"]


@every_code_id
def test_codes_that_meet_a_request_on_a_layout_have_no_long_edges(env_id: str) -> None:
    env = make(env_id, qubits=9, logicals=1, distance=2, layout="grid", radius=1.5, max_weight=4)
    places = np.array([[i % 3, i // 3] for i in range(9)])
    met = 0
    for seed in range(10):
        rng, ended = np.random.default_rng(seed), False
        env.reset(seed=seed)
        while not ended:
            *_, ended, _, info = act(env, rng)
        for row in info.get("checks", []):
            qubits = places[(row[:9] | row[9:]) == 1]
            apart = np.abs(qubits[:, np.newaxis] - qubits).max(axis=(0, 1))
            assert apart.max() <= 1
            met += 1
    assert met


@every_code_id
def test_text_tells_the_parameters_above_the_checks(env_id: str) -> None:
    env = make(env_id, **DEFAULTS[env_id], render_mode="ansi")
    _, info = env.reset(seed=4)
    n, k = DEFAULTS[env_id]["qubits"], DEFAULTS[env_id]["logicals"]
    code = StabilizerCode(env.batch.checks(0))
    title, *rows = env.render().splitlines()
    assert title == (
        f"{n} qubits, {k} logical, distance {info['distance']} (asked: 3), "
        f"check weight {code.max_weight} (at most: 6)"
    )
    assert rows == list(code.pauli_strings)
