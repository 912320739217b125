"""Rollouts as tensors: what Stable-Baselines3's come to, and on whatever device the network is."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sb3_contrib import MaskablePPO
from sb3_contrib.common.maskable.buffers import MaskableDictRolloutBuffer
from torch import Tensor

from qcode_rl.errors import InputError
from qcode_rl.search import learner as learner_module
from qcode_rl.search.agent import policy as policy_module
from qcode_rl.search.agent.rollouts import Step, TensorRollouts
from qcode_rl.search.agent.vec_env import CodeVecEnv
from qcode_rl.search.learner import CUDA_ENVS, Learner, LearnerState, device_for
from qcode_rl.search.spec import ENVIRONMENTS, AgentOptions

#: Minibatches that leave a remainder, and episodes that end within a rollout.
AGENT = AgentOptions(
    width=8, num_envs=6, rollout=10, batch_size=25, epochs=2, episode=4, pretrained=False
)


def environment(env_id: str, **arguments: Any) -> CodeVecEnv:
    sizes = {"bits": 12, "dimension": 3, "distance": 6, "max_steps": AGENT.episode}
    return CodeVecEnv(env_id, AGENT.num_envs, **sizes | arguments)


def trained(env_id: str) -> LearnerState:
    learner = Learner(AGENT, "cpu")
    for index, bits in enumerate((12, 10)):
        env = environment(env_id, bits=bits)
        env.seed(index)
        learner.train(env, rollouts=3, seed=index, hook=lambda env: True)
    return learner.state()


@pytest.mark.parametrize("env_id", [ENVIRONMENTS["hgp"], "qcode_envs:qcode/HypergraphProduct-v0"])
def test_training_comes_to_the_very_weights_of_sb3_itself(
    env_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = trained(env_id)
    monkeypatch.setattr(learner_module, "BatchPPO", MaskablePPO)
    monkeypatch.setattr(learner_module, "TensorRollouts", MaskableDictRolloutBuffer)
    theirs = trained(env_id)
    for mine, other in ((ours.weights, theirs.weights), (ours.moments, theirs.moments)):
        assert mine.keys() == other.keys()
        assert all(np.array_equal(mine[name], other[name]) for name in mine)


def test_auto_takes_cuda_for_large_batches_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for available, num_envs, expected in (
        (True, CUDA_ENVS, "cuda"),
        (True, CUDA_ENVS - 1, "cpu"),
        (False, CUDA_ENVS, "cpu"),
    ):
        monkeypatch.setattr(torch.cuda, "is_available", lambda available=available: available)
        assert device_for("auto", num_envs) == expected
        assert device_for("cpu", num_envs) == "cpu"
    with pytest.raises(InputError, match=r"^device: this torch finds no CUDA device, got 'cuda'$"):
        device_for("cuda", CUDA_ENVS)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    # Whoever asks for CUDA gets it, however small the batch.
    assert device_for("cuda", 1) == "cuda"
    large = AgentOptions(num_envs=CUDA_ENVS)
    assert (Learner(large).device, Learner(AGENT).device) == ("cuda", "cpu")


def test_the_policy_makes_every_tensor_on_its_own_device() -> None:
    env = environment(ENVIRONMENTS["hgp"])
    observations, masks = env.reset(), env.env_method("action_masks")
    # This device computes nothing and refuses to be mixed with another.
    policy = Learner(AGENT, "cpu").policy_for(env).to("meta")
    there = {name: torch.as_tensor(values, device="meta") for name, values in observations.items()}
    actions, values, log_probs = policy.forward(there, action_masks=masks)
    legal = torch.as_tensor(masks, device="meta")
    results: list[Tensor] = [actions, values, log_probs, policy.predict_values(there)]
    results += policy.evaluate_actions(there, actions, legal)
    results.append(policy.get_distribution(there, legal).get_actions(deterministic=True))
    assert {result.device.type for result in results} == {"meta"}
    assert all(len(result) == AGENT.num_envs for result in results)
    (results[1].sum() + sum(result.sum() for result in results[4:7])).backward()
    here = {name: torch.as_tensor(values) for name, values in observations.items()}
    with pytest.raises(RuntimeError):
        policy.predict_values(here)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("env_id", [ENVIRONMENTS["hgp"], "qcode_envs:qcode/HypergraphProduct-v0"])
def test_large_graphs_are_evaluated_in_pieces_with_the_same_gradient(
    env_id: str, masked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = environment(env_id)
    observations = {name: torch.as_tensor(values) for name, values in env.reset().items()}
    legal = torch.as_tensor(env.env_method("action_masks")).bool() if masked else None
    policy = Learner(AGENT, "cpu").policy_for(env)
    actions = policy.forward(observations, action_masks=legal)[0]
    nodes, evaluated = 12 + 9, []
    evaluate = policy._evaluate
    monkeypatch.setattr(
        policy, "_evaluate", lambda *given: evaluated.append(len(given[1])) or evaluate(*given)
    )

    def outcome(most: int) -> tuple[list[Tensor], list[Tensor], list[int]]:
        monkeypatch.setattr(policy_module, "MAX_NODES", most)
        evaluated.clear()
        policy.zero_grad()
        results = list(policy.evaluate_actions(observations, actions, legal))
        forward = list(evaluated)
        sum((weight * result).sum() for weight, result in enumerate(results, 1)).backward()
        gradients = [p.grad.clone() for p in policy.parameters() if p.grad is not None]
        return results, gradients, forward

    whole, by_whole, sizes = outcome(6 * nodes)
    assert sizes == [6]
    for most, expected in ((6 * nodes - 1, [5, 1]), (2 * nodes, [2, 2, 2]), (1, [1] * 6)):
        pieces, by_pieces, sizes = outcome(most)
        assert sizes == expected
        for one, other in zip(whole + by_whole, pieces + by_pieces, strict=True):
            # Sums of some hundreds of terms of single precision, in another order.
            torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


def test_slices_leave_no_folders_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    trained(ENVIRONMENTS["hgp"])
    assert not list(tmp_path.iterdir())


def test_rollouts_stay_on_the_device_of_the_network() -> None:
    env = environment(ENVIRONMENTS["hgp"])
    rollouts = TensorRollouts(
        2, env.observation_space, env.action_space, "meta", n_envs=AGENT.num_envs
    )
    size = AGENT.num_envs
    seen = {name: torch.as_tensor(values, device="meta") for name, values in env.reset().items()}
    numbers = torch.empty(size, device="meta")
    step = Step(seen, torch.ones(size, 4, device="meta") > 0, numbers.long(), numbers, numbers)
    for _ in range(2):
        rollouts.note(step, np.zeros(size), np.zeros(size))
    assert rollouts.full
    assert rollouts.rewards.shape == (2, size)
    batches = list(rollouts.get(7))
    assert [len(batch.actions) for batch in batches] == [7, 5]
    for batch in batches:
        tensors = [*batch.observations.values(), *batch[1:]]
        assert {tensor.device.type for tensor in tensors} == {"meta"}
        assert batch.observations["edges"].dtype == torch.int16
        assert batch.action_masks.dtype == torch.bool
