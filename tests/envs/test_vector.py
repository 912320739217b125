"""The batched environment against single ones, in both modes of restarting."""

import inspect
import re
from typing import Any

import numpy as np
import pytest
from env_registry import (
    IDS,
    MIDDLING,
    SMALL,
    accepting,
    assert_same_observation,
    choose_action,
    make,
    make_vector,
)
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space

from qcode_rl.errors import InputError

SIZE = 3

every_id = pytest.mark.parametrize("env_id", IDS)
every_product = pytest.mark.parametrize("env_id", accepting("bits"))


def part(observations: Any, i: int) -> dict[str, Any]:
    return {name: values[i] for name, values in observations.items()}


def start(env_id: str, seed: int, **arguments: Any) -> tuple[Any, list[Any], Any]:
    """Return a batch and single environments that have begun alike, and the batch's infos."""
    batch = make_vector(env_id, SIZE, **arguments)
    arguments.pop("autoreset_mode", None)
    singles = [make(env_id, **arguments) for _ in range(SIZE)]
    observations, infos = batch.reset(seed=seed)
    for i, single in enumerate(singles):
        observation, info = single.reset(seed=seed + i)
        assert_same_observation(part(observations, i), observation)
        assert np.array_equal(infos["action_mask"][i], info["action_mask"])
    return batch, singles, infos


def assert_same_step(batched: Any, i: int, single: Any) -> None:
    _, rewards, ended, truncated, infos = batched
    _, reward, single_ended, single_truncated, info = single
    assert rewards[i] == reward
    assert (ended[i], truncated[i]) == (single_ended, single_truncated)
    for name in ("distance", "met", "illegal"):
        assert infos[name][i] == info[name], name
    if info["met"]:
        assert infos["_checks"][i]
        assert np.array_equal(infos["checks"][i], info["checks"])
    else:
        assert "_checks" not in infos or not infos["_checks"][i]


def draw_actions(rng: np.random.Generator, masks: Any) -> np.ndarray:
    return np.array([choose_action(rng, mask) for mask in masks])


@pytest.mark.parametrize(
    ("env_id", "reward"),
    [
        *((env_id, "shaped") for env_id in IDS),
        *((env_id, "paper") for env_id in accepting("bits")),
        *((env_id, "logical-error") for env_id in accepting("logical_error")),
    ],
)
def test_next_step_batches_agree_with_single_environments_step_by_step(
    env_id: str, reward: str
) -> None:
    # A middling request, so that episodes end in all ways: met, out of steps, some by a stop.
    batch, singles, infos = start(env_id, 11, reward=reward, distance=MIDDLING[env_id], max_steps=8)
    rng = np.random.default_rng(1)
    waiting = np.zeros(SIZE, dtype=bool)
    ends = set()
    for _ in range(150):
        actions = draw_actions(rng, infos["action_mask"])
        stepped = batch.step(actions)
        observations, rewards, ended, _, infos = stepped
        for i, single in enumerate(singles):
            if waiting[i]:
                # The action is ignored; the step begins the next episode.
                observation, info = single.reset()
                assert (rewards[i], ended[i]) == (0.0, False)
            else:
                result = single.step(actions[i])
                assert_same_step(stepped, i, result)
                observation, info = result[0], result[4]
                if result[2]:
                    ends.add("met" if info["met"] else "not met")
            assert_same_observation(part(observations, i), observation)
            assert np.array_equal(infos["action_mask"][i], info["action_mask"])
        waiting = ended.copy()
    assert ends == {"met", "not met"}


@every_id
def test_same_step_batches_agree_with_single_environments_step_by_step(env_id: str) -> None:
    mode = AutoresetMode.SAME_STEP
    batch, singles, infos = start(
        env_id, 21, distance=MIDDLING[env_id], max_steps=8, autoreset_mode=mode
    )
    rng = np.random.default_rng(2)
    ends = 0
    for _ in range(150):
        actions = draw_actions(rng, infos["action_mask"])
        stepped = batch.step(actions)
        observations, _, ended, _, infos = stepped
        assert ("final_obs" in infos) == ended.any()
        for i, single in enumerate(singles):
            result = single.step(actions[i])
            assert_same_step(stepped, i, result)
            observation, info = result[0], result[4]
            if ended[i]:
                ends += 1
                assert infos["_final_obs"][i]
                assert_same_observation(part(infos["final_obs"], i), observation)
                observation, info = single.reset()
            elif ended.any():
                assert not infos["_final_obs"][i]
            assert_same_observation(part(observations, i), observation)
            assert np.array_equal(infos["action_mask"][i], info["action_mask"])
    assert ends > 20


@every_id
def test_seeds_may_be_given_one_by_one(env_id: str) -> None:
    batch = make_vector(env_id, SIZE)
    observations, _ = batch.reset(seed=[7, 3, 7])
    for i, seed in enumerate((7, 3, 7)):
        assert_same_observation(part(observations, i), make(env_id).reset(seed=seed)[0])


@every_id
def test_a_reset_without_a_seed_goes_on_with_the_streams(env_id: str) -> None:
    one, other = make_vector(env_id, SIZE), make_vector(env_id, SIZE)
    first, _ = one.reset(seed=4)
    other.reset(seed=4)
    second, _ = one.reset()
    assert_same_observation(second, other.reset()[0])
    assert not np.array_equal(first["edges"], second["edges"])


@every_id
def test_a_reset_mask_restarts_only_some(env_id: str) -> None:
    batch = make_vector(env_id, SIZE)
    batch.reset(seed=9)
    before, *_ = batch.step(batch.action_masks().argmax(axis=1))
    chosen = np.array([False, True, False])
    after, _ = batch.reset(options={"reset_mask": chosen})
    for i in (0, 2):
        assert_same_observation(part(after, i), part(before, i))
    assert not np.array_equal(after["edges"][1], before["edges"][1])
    assert batch.batch.graphs.steps.tolist() == [1, 0, 1]


@every_id
def test_a_reset_cancels_the_restarts_that_were_due(env_id: str) -> None:
    batch = make_vector(env_id, SIZE, max_steps=1)
    batch.reset(seed=9)
    last = np.full(SIZE, batch.single_action_space.n - 1)
    assert batch.step(last)[2].all()
    batch.reset()
    assert batch.step(last)[2].all()
    # Without a reset the next step only begins the episodes that are due.
    assert not batch.step(last)[2].any()


@every_id
@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_spaces_and_metadata_are_those_of_a_batch(env_id: str, mode: AutoresetMode) -> None:
    batch, single = make_vector(env_id, SIZE, autoreset_mode=mode), make(env_id)
    assert batch.num_envs == SIZE
    assert batch.metadata["autoreset_mode"] == mode
    assert batch.single_observation_space == single.observation_space
    assert batch.single_action_space == single.action_space
    assert batch.observation_space == batch_space(single.observation_space, SIZE)
    observations, infos = batch.reset(seed=1)
    assert batch.observation_space.contains(observations)
    assert infos["action_mask"].shape == (SIZE, batch.single_action_space.n)
    result = batch.step(batch.action_space.sample())
    assert batch.observation_space.contains(result[0])
    assert [values.shape for values in result[1:4]] == [(SIZE,)] * 3
    assert [values.dtype for values in result[1:4]] == [np.float64, np.bool_, np.bool_]


@every_id
def test_the_default_is_to_restart_at_the_next_step(env_id: str) -> None:
    assert make_vector(env_id, 1).metadata["autoreset_mode"] == AutoresetMode.NEXT_STEP


@every_id
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_envs": 0}, "num_envs: must be at least 1, got 0"),
        ({"num_envs": 2.0}, "num_envs: must be a whole number, got 2.0"),
        ({"autoreset_mode": "never"}, "autoreset_mode: must be NextStep or SameStep, got 'never'"),
        ({"max_steps": 0}, "max_steps: must be at least 1, got 0"),
        ({"render_mode": "svg"}, "render_mode: must be one of ansi, rgb_array, got 'svg'"),
    ],
)
def test_a_batch_refuses_bad_arguments_with_rule_and_value(
    env_id: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError) as caught:
        make_vector(env_id, **{"num_envs": SIZE} | arguments)
    assert str(caught.value) == message


@every_id
def test_a_batch_takes_the_arguments_of_a_single_environment_and_no_others(env_id: str) -> None:
    known = inspect.signature(type(make(env_id))).parameters
    defaults = {name: parameter.default for name, parameter in known.items()}
    make_vector(env_id, 2, **defaults | SMALL[env_id])
    message = re.escape(f"arguments: must be of {', '.join(known)}, got 'max_stepz'")
    with pytest.raises(InputError, match=f"^{message}$"):
        make_vector(env_id, 2, max_stepz=3)


#: Censuses that a start takes, and most that a step does.
CENSUSES = {
    "qcode/CSS-v0": (1, 1),
    "qcode/Stabilizer-v0": (1, 1),
    "qcode/HypergraphProduct-v0": (1, 1),
    "qcode/RewiredProduct-v0": (0, 2),
    "qcode/TwoBlock-v0": (0, 10),
}


@every_id
def test_evaluations_count_matrices_of_the_whole_batch(env_id: str) -> None:
    of_start, of_step = CENSUSES[env_id]
    batch = make_vector(env_id, SIZE)
    _, infos = batch.reset(seed=1)
    first = SIZE * of_start
    assert infos["evaluations"].tolist() == [first] * SIZE
    # The same starts once more are nothing new.
    _, infos = batch.reset(seed=1)
    assert infos["evaluations"].tolist() == [first] * SIZE
    *_, infos = batch.step(infos["action_mask"].argmax(axis=1))
    counted = infos["evaluations"].tolist()
    assert first < counted[0] <= first + SIZE * of_step
    assert counted == [counted[0]] * SIZE
    # Nor are the same steps once more.
    _, infos = batch.reset(seed=1)
    *_, infos = batch.step(infos["action_mask"].argmax(axis=1))
    assert infos["evaluations"].tolist() == counted


@every_product
@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_a_task_assigned_in_an_episode_holds_from_the_next_one_on(
    env_id: str, mode: AutoresetMode
) -> None:
    arguments = {"max_bits": 12, "max_checks": 10, "max_steps": 4, "autoreset_mode": mode}
    batch, plain = make_vector(env_id, 2, **arguments), make_vector(env_id, 2, **arguments)
    batch.reset(seed=5)
    plain.reset(seed=5)
    batch.assign(0, bits=12, dimension=3, distance=6)
    for step in range(4):
        actions = plain.action_masks().argmax(axis=1)
        with_task, without = batch.step(actions), plain.step(actions)
        # Until its last observation, the episode under way knows nothing of it.
        seen, same = with_task[0], without[0]
        if step == 3 and mode == AutoresetMode.SAME_STEP:
            seen, same = with_task[4]["final_obs"], without[4]["final_obs"]
        assert_same_observation(seen, same)
        assert np.array_equal(with_task[1], without[1])
        assert batch.batch.final_checks(0).shape == (7, 9)
    if mode == AutoresetMode.NEXT_STEP:
        batch.step(actions)
        plain.step(actions)
    assert batch.batch.checks(0).shape == (9, 12)
    assert batch.batch.graphs.targets.tolist() == [6, 9]
    assert_same_observation(part(batch.reset(seed=2)[0], 1), part(plain.reset(seed=2)[0], 1))


@every_product
def test_an_assignment_that_does_not_fit_is_refused_and_changes_nothing(env_id: str) -> None:
    batch = make_vector(env_id, 2)
    batch.reset(seed=5)
    with pytest.raises(InputError, match=r"^task: must fit 7 checks and 9 bits, got 8 and 10$"):
        batch.assign(1, bits=10)
    with pytest.raises(InputError, match=r"^distance: must be between 1 and bits, got 0$"):
        batch.assign(1, distance=0)
    batch.assign(1, distance=4)
    batch.reset()
    assert batch.batch.graphs.targets.tolist() == [9, 4]
