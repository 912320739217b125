"""The `logical-error` reward: what is judged, when, and what it pays."""

import pickle
import warnings
from typing import Any

import numpy as np
import pytest
from env_registry import (
    MIDDLING,
    SMALL,
    accepting,
    assert_same_observation,
    choose_action,
    make,
    make_vector,
)
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode
from stable_baselines3.common.env_checker import check_env as check_env_of_sb3

from qcode_rl.decoding.judging.capacity import product_rate
from qcode_rl.decoding.judging.options import LogicalErrorOptions
from qcode_rl.errors import InputError

OPTIONS = LogicalErrorOptions(shots=40, weight=2.5)
JUDGED: dict[str, Any] = {"reward": "logical-error", "logical_error": OPTIONS}
SIZE = 3

every_id = pytest.mark.parametrize("env_id", accepting("logical_error"))


def rate_of(checks: Any) -> float:
    return product_rate(checks, OPTIONS)


@every_id
def test_both_checkers_pass_without_a_warning(env_id: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for every in (0, 1):
            options = {"shots": 5, "every": every}
            check_env(make(env_id, reward="logical-error", logical_error=options))
            check_env_of_sb3(make(env_id, reward="logical-error", logical_error=options))


@every_id
def test_the_end_of_an_episode_pays_for_the_rate_on_top_of_the_shaped_reward(env_id: str) -> None:
    arguments = {"distance": MIDDLING[env_id], "max_steps": 8}
    env, plain = make(env_id, **arguments, **JUDGED), make(env_id, **arguments)
    rng = np.random.default_rng(0)
    ends = set()
    for seed in range(12):
        observation, info = env.reset(seed=seed)
        assert_same_observation(observation, plain.reset(seed=seed)[0])
        ended = False
        while not ended:
            action = np.int64(choose_action(rng, info["action_mask"]))
            observation, reward, ended, _, info = env.step(action)
            same, shaped, same_ended, _, said = plain.step(action)
            assert_same_observation(observation, same)
            assert ended == same_ended
            assert info["evaluations"] == said["evaluations"]
            assert "logical_error_rate" not in said
            assert ("logical_error_rate" in info) == ended
            if not ended:
                assert reward == shaped
        rate = rate_of(env.batch.final_checks(0))
        assert info["logical_error_rate"] == rate
        assert reward == shaped + 2.5 * -np.log10(rate)
        ends.add(info["met"])
    assert ends == {True, False}


@every_id
def test_judging_in_between_leaves_the_sum_of_an_episode_as_it_is(env_id: str) -> None:
    arguments = {"max_steps": 11}
    options = {"shots": 40, "weight": 2.5, "every": 4}
    env = make(env_id, **arguments, reward="logical-error", logical_error=options)
    plain = make(env_id, **arguments)
    rng = np.random.default_rng(1)
    for seed in range(4):
        _, info = env.reset(seed=seed)
        plain.reset(seed=seed)
        paid, last, ended, step = 0.0, 0.0, False, 0
        while not ended:
            action = np.int64(choose_action(rng, info["action_mask"]))
            _, reward, ended, _, info = env.step(action)
            extra = reward - plain.step(action)[1]
            step += 1
            assert ("logical_error_rate" in info) == (ended or step % 4 == 0)
            score = -np.log10(info.get("logical_error_rate", 10**-last))
            assert extra == pytest.approx(2.5 * (score - last))
            paid, last = paid + extra, score
        assert last == -np.log10(rate_of(env.batch.final_checks(0)))
        assert paid == pytest.approx(2.5 * last)


@every_id
def test_a_reset_in_the_middle_forgets_what_was_paid(env_id: str) -> None:
    options = {"shots": 40, "every": 2}
    judged = {"reward": "logical-error", "logical_error": options}
    env, fresh = make(env_id, **judged), make(env_id, **judged)
    env.reset(seed=1)
    for _ in range(2):
        env.step(np.int64(env.action_masks().argmax()))
    rewards: list[list[float]] = []
    for one in (env, fresh):
        one.reset(seed=2)
        rewards.append([one.step(np.int64(one.action_masks().argmax()))[1] for _ in range(2)])
    assert rewards[0] == rewards[1]


@every_id
@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
@pytest.mark.parametrize("every", [0, 3])
def test_batches_are_paid_as_single_environments_are(
    env_id: str, mode: AutoresetMode, every: int
) -> None:
    arguments: dict[str, Any] = {"distance": MIDDLING[env_id], "max_steps": 8}
    arguments |= {"reward": "logical-error", "logical_error": {"shots": 30, "every": every}}
    batch = make_vector(env_id, SIZE, autoreset_mode=mode, **arguments)
    singles = [make(env_id, **arguments) for _ in range(SIZE)]
    _, infos = batch.reset(seed=31)
    for i, single in enumerate(singles):
        single.reset(seed=31 + i)
    rng = np.random.default_rng(3)
    waiting = np.zeros(SIZE, dtype=bool)
    judged = 0
    for _ in range(60):
        actions = np.array([choose_action(rng, mask) for mask in infos["action_mask"]])
        _, rewards, ended, _, infos = batch.step(actions)
        rates = infos.get("logical_error_rate", np.full(SIZE, np.nan))
        assert np.array_equal(infos.get("_logical_error_rate", rates > 0), rates > 0)
        for i, single in enumerate(singles):
            if waiting[i]:
                single.reset()
                assert rewards[i] == 0
                assert np.isnan(rates[i])
                continue
            _, reward, single_ended, _, info = single.step(actions[i])
            assert (rewards[i], ended[i]) == (reward, single_ended)
            assert np.array_equal(rates[i], info.get("logical_error_rate", np.nan), equal_nan=True)
            judged += "logical_error_rate" in info
            if single_ended and mode == AutoresetMode.SAME_STEP:
                single.reset()
        waiting = ended & (mode == AutoresetMode.NEXT_STEP)
    assert judged > 20


@every_id
def test_workers_change_nothing_and_end_with_the_environment(env_id: str) -> None:
    courses = []
    for workers in (0, 2):
        batch = make_vector(env_id, SIZE, judge_workers=workers, max_steps=2, **JUDGED)
        assert (batch.reset(seed=1)[1].keys() & {"logical_error_rate"}) == set()
        rewards = [batch.step(batch.action_masks().argmax(axis=1))[1] for _ in range(8)]
        # A copy has no share in the processes, and goes on alike.
        copy = pickle.loads(pickle.dumps(batch))
        rewards += [copy.step(copy.action_masks().argmax(axis=1))[1] for _ in range(4)]
        courses.append(np.array(rewards))
        copy.close()
        batch.close()
    assert np.array_equal(*courses)
    assert (courses[0] != 0).any()


@every_id
def test_a_pickled_environment_remembers_what_was_paid(env_id: str) -> None:
    env = make(env_id, reward="logical-error", logical_error={"shots": 40, "every": 2})
    env.reset(seed=3)
    for _ in range(3):
        env.step(np.int64(env.action_masks().argmax()))
    copy = pickle.loads(pickle.dumps(env))
    for _ in range(3):
        action = np.int64(env.action_masks().argmax())
        assert env.step(action)[1] == copy.step(action)[1]


@every_id
def test_without_shaping_and_costs_the_rate_is_all_that_counts(env_id: str) -> None:
    if env_id != "qcode/RewiredProduct-v0":
        pytest.skip("only rewiring scales its potential")
    free = {"scale": 0.0, "step_cost": 0.0, "illegal_cost": 0.0, "success_bonus": 0.0}
    env = make(env_id, reward_options=free, max_steps=5, **JUDGED)
    env.reset(seed=1)
    rewards = [env.step(np.int64(env.action_masks().argmax()))[1] for _ in range(5)]
    assert rewards[:4] == [0.0] * 4
    assert rewards[4] == 2.5 * -np.log10(rate_of(env.batch.final_checks(0)))


@every_id
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"logical_error": {"shot": 3}},
            "logical_error: must be of p, shots, seed, every, weight, got 'shot'",
        ),
        (
            {"logical_error": {"p": 0}},
            "logical_error.p: must be above 0 and at most 0.75, got 0.0",
        ),
        ({"judge_workers": -1}, "judge_workers: must be a whole number from 0 on, got -1"),
        (
            {"reward": "paper", "logical_error": {"p": 0.1}},
            "logical_error: needs reward 'logical-error', got 'paper'",
        ),
    ],
)
def test_bad_options_are_refused_with_rule_and_value(
    env_id: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError) as caught:
        type(make(env_id))(**SMALL[env_id] | {"reward": "logical-error"} | arguments)
    assert str(caught.value) == message
