"""The Stable-Baselines3 adapter of batched environments."""

from typing import Any

import numpy as np
from sb3_contrib.common.maskable.utils import get_action_masks, is_masking_supported
from stable_baselines3.common.env_util import is_wrapped
from stable_baselines3.common.vec_env import VecMonitor

from qcode_rl.search.agent.graphs import GraphLayout
from qcode_rl.search.agent.vec_env import CodeVecEnv, layout_of

ENV_ID = "qcode_envs:qcode/HypergraphProduct-v0"
SIZE = 4


def make(**arguments: Any) -> CodeVecEnv:
    defaults = {"bits": 9, "dimension": 2, "distance": 9, "max_steps": 5}
    return CodeVecEnv(ENV_ID, SIZE, **defaults | arguments)


def first_legal(env: CodeVecEnv) -> np.ndarray:
    return env.env_method("action_masks").argmax(axis=1)


def assert_equal(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], other[name])


def test_observations_rewards_and_dones_have_the_shapes_that_sb3_expects() -> None:
    env = make()
    observations = env.reset()
    for name, space in env.observation_space.items():  # type: ignore[attr-defined]
        assert observations[name].shape == (SIZE, *space.shape)
        assert observations[name].dtype == space.dtype
        assert all(space.contains(one) for one in observations[name])
    observations, rewards, dones, infos = env.step(first_legal(env))
    assert (rewards.shape, rewards.dtype) == ((SIZE,), np.float32)
    assert (dones.shape, dones.dtype) == ((SIZE,), np.bool_)
    assert infos == [{}] * SIZE
    assert len({id(info) for info in infos}) == SIZE


def test_finished_episodes_restart_at_once_and_leave_their_last_observation() -> None:
    env, native = make(), make().vector
    env.seed(3)
    start = env.reset()
    native.reset(seed=3)
    stop = env.action_space.n - 1  # type: ignore[attr-defined]
    actions = first_legal(env)
    actions[1] = stop
    observations, rewards, dones, infos = env.step(actions)
    same, _, ended, _, batch_infos = native.step(actions)
    assert dones.tolist() == ended.tolist() == [False, True, False, False]
    assert_equal(observations, same)
    # A stop changes nothing but the time left, which is one of the overall features.
    last = infos[1]["terminal_observation"]
    assert np.array_equal(last["edges"], start["edges"][1])
    assert not np.array_equal(observations["edges"][1], start["edges"][1])
    assert_equal(last, {name: values[1] for name, values in batch_infos["final_obs"].items()})
    # Nothing is ever truncated, so that PPO bootstraps nothing.
    assert infos[1]["TimeLimit.truncated"] is False
    assert infos[0] == infos[2] == infos[3] == {}
    assert rewards[1] == 0.0


def test_seeds_hold_for_one_reset() -> None:
    one, other = make(), make()
    assert one.seed(5) == [5, 6, 7, 8]
    other.seed(5)
    assert_equal(one.reset(), other.reset())
    first, second = one.reset(), other.reset()
    assert_equal(first, second)
    one.seed(5)
    assert not np.array_equal(one.reset()["edges"], first["edges"])
    assert one.seed() == [None] * SIZE


def test_masks_come_as_one_array_in_the_way_sb3_contrib_asks() -> None:
    env = make()
    env.reset()
    assert is_masking_supported(env)
    masks = get_action_masks(env)
    assert masks.shape == (SIZE, env.action_space.n)  # type: ignore[attr-defined]
    assert masks.dtype == bool
    assert np.array_equal(masks, env.native.action_masks())
    assert np.array_equal(env.env_method("action_masks", indices=[2, 0]), masks[[2, 0]])


def test_attributes_and_methods_of_the_batch_are_within_reach() -> None:
    env = make()
    assert env.get_attr("num_envs") == [SIZE] * SIZE
    assert env.get_attr("num_envs", indices=1) == [SIZE]
    env.set_attr("note", "kept")
    assert env.get_attr("note", [0, 1]) == ["kept"] * 2
    assert env.env_method("assign", 0, distance=4) == [None] * SIZE
    assert not is_wrapped_any(env)
    env.close()


def is_wrapped_any(env: CodeVecEnv) -> bool:
    return any(env.env_is_wrapped(VecMonitor)) or is_wrapped(env.vector, VecMonitor)  # type: ignore[arg-type]


def test_infos_of_the_whole_batch_stay_at_hand() -> None:
    env = make(distance=3)
    env.seed(1)
    env.reset()
    met = 0
    for _ in range(30):
        *_, dones, _ = env.step(first_legal(env))
        assert not (env.infos["met"] & ~dones).any()
        for i in np.flatnonzero(env.infos["met"]):
            met += 1
            assert env.infos["checks"][i].shape == (7, 9)
            assert env.infos["distance"][i] >= 3
    assert met


def test_the_layout_tells_what_observations_hold() -> None:
    assert layout_of(make()) == GraphLayout(4, 4, 9, ("X",))
