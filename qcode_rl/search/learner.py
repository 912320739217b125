"""One policy that learns through many short runs of PPO on graphs of different sizes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import Logger
from torch import Tensor

from qcode_rl.errors import InputError
from qcode_rl.search.agent.policy import TannerPolicy
from qcode_rl.search.agent.ppo import BatchPPO
from qcode_rl.search.agent.rollouts import TensorRollouts
from qcode_rl.search.agent.vec_env import CodeVecEnv, layout_of
from qcode_rl.search.spec import AgentOptions
from qcode_rl.search.weights import load_shipped

#: Environments in a batch from which on CUDA is worth it: smaller batches leave it waiting.
CUDA_ENVS = 1000
#: Called after every batched step with the environment; returning False stops the slice.
StepHook = Callable[[CodeVecEnv], bool]


@dataclass(frozen=True)
class LearnerState:
    """Copies of what a learner carries from slice to slice; empty before the first one.

    Attributes:
        weights: the policy's, by name.
        moments: what the optimizer knows of the policy's parameters, as `index.name`.
    """

    weights: dict[str, NDArray[Any]] = field(default_factory=dict)
    moments: dict[str, NDArray[Any]] = field(default_factory=dict)


class Learner:
    """Holds the policy and its optimizer, and trains them slice by slice.

    Every slice is a run of MaskablePPO in an environment of its own size. Nothing but the weights
    and the optimizer's state is carried from slice to slice, and the random numbers of a slice
    follow from its seed alone.

    Args:
        options: settings of the agent.
        device: `auto`, `cpu` or `cuda`; see `device_for`.
        threads: threads of the network's arithmetic.

    Raises:
        InputError: if CUDA is asked for and torch has none.
    """

    def __init__(self, options: AgentOptions, device: str = "auto", threads: int = 1) -> None:
        torch.set_num_threads(threads)
        self.options = options
        #: What the network is computed on, `cpu` or `cuda`.
        self.device = device_for(device, options.num_envs)
        self.policy: TannerPolicy | None = None
        self._restored, self._origin = LearnerState(), ""

    def state(self) -> LearnerState:
        """Return copies of the weights and of the optimizer's state."""
        if self.policy is None:
            return self._restored
        weights = {name: _array(value) for name, value in self.policy.state_dict().items()}
        moments = {
            f"{index}.{name}": _array(value)
            for index, values in self.policy.optimizer.state_dict()["state"].items()
            for name, value in values.items()
        }
        return LearnerState(weights, moments)

    def restore(self, state: LearnerState, origin: str) -> None:
        """Go on from a state; it is taken up when the first slice makes the policy.

        Args:
            state: weights and moments; `train` refuses those that do not fit the network.
            origin: where they are from, for the refusal.
        """
        self._restored, self._origin = state, origin

    def train(self, env: CodeVecEnv, rollouts: int, seed: int, hook: StepHook) -> None:
        """Run PPO for a slice.

        Args:
            env: a batch of environments, all of one padded size.
            rollouts: how many rollouts, each followed by an update.
            seed: of the slice.
            hook: called after every step; the slice ends early, without an update, once it returns
                False.

        Raises:
            InputError: if a restored state does not fit the network, or the network not the
                environment.
        """
        model = self._model(env, seed)
        if self.policy is None:
            self._take(model.policy)
        else:
            # Families differ in their types of edges and in what their actions name.
            self.policy.serve(layout_of(env), env.native.metadata["action_blocks"])
            model.policy = self.policy
        samples = rollouts * self.options.rollout * env.num_envs
        model.learn(samples, callback=_Hook(hook))

    def policy_for(self, env: CodeVecEnv) -> TannerPolicy:
        """Return the policy, made for an environment if there is none yet."""
        if self.policy is None:
            self._take(self._model(env, 0).policy)
        assert self.policy is not None
        self.policy.serve(layout_of(env), env.native.metadata["action_blocks"])
        return self.policy

    def _take(self, policy: Any) -> None:
        """Begin with a policy: with the state to go on from, or the shipped weights."""
        if self.options.pretrained:
            load_shipped(policy)
        if self._restored.weights:
            _load(policy, self._restored, self._origin)
        self.policy = policy

    def _model(self, env: CodeVecEnv, seed: int) -> BatchPPO:
        options = self.options
        model = BatchPPO(
            TannerPolicy,
            env,
            learning_rate=options.learning_rate,
            n_steps=options.rollout,
            batch_size=min(options.batch_size, options.rollout * env.num_envs),
            n_epochs=options.epochs,
            gamma=options.discount,
            gae_lambda=options.gae_lambda,
            ent_coef=options.entropy,
            rollout_buffer_class=TensorRollouts,
            seed=seed,
            device=self.device,
            policy_kwargs=self._policy_arguments(env),
        )
        # Without a logger of its own, every slice would leave an empty folder for its logs.
        model.set_logger(Logger(folder=None, output_formats=[]))
        return model

    def _policy_arguments(self, env: CodeVecEnv) -> dict[str, Any]:
        return {
            "layout": layout_of(env),
            "blocks": env.native.metadata["action_blocks"],
            "width": self.options.width,
            "rounds": self.options.rounds,
        }


def device_for(device: str, num_envs: int) -> str:
    """Return what to compute on, `cpu` or `cuda`.

    Args:
        device: `cpu` or `cuda`, or `auto`: CUDA if torch finds it and the batch is large enough.
        num_envs: environments in a batch.

    Raises:
        InputError: if CUDA is asked for and torch has none.
    """
    if device == "cuda" and not torch.cuda.is_available():
        raise InputError("device: this torch finds no CUDA device, got 'cuda'")
    if device == "auto":
        return "cuda" if num_envs >= CUDA_ENVS and torch.cuda.is_available() else "cpu"
    return device


class _Hook(BaseCallback):
    """Hands Stable-Baselines3's per-step callback on to a function."""

    def __init__(self, hook: StepHook) -> None:
        super().__init__()
        self.hook = hook

    def _on_step(self) -> bool:
        env: Any = self.training_env
        return self.hook(env)


def _array(value: Tensor) -> NDArray[Any]:
    return np.array(value.detach().cpu().numpy())


def _load(policy: Any, state: LearnerState, origin: str) -> None:
    """Put a state into a new policy, if every array has the shape of what it is to replace."""
    optimizer = policy.optimizer
    weights = {name: tuple(weight.shape) for name, weight in policy.state_dict().items()}
    _require_shapes(state.weights, weights, f"{origin}: weights")
    parameters = [one for group in optimizer.param_groups for one in group["params"]]
    names = {key.partition(".")[2] for key in state.moments}
    shapes = {
        f"{index}.{name}": () if name == "step" else tuple(parameter.shape)
        for index, parameter in enumerate(parameters)
        for name in names
    }
    # A parameter that no slice has used yet has no moments.
    shapes = {key: shapes[key] for key in state.moments if key in shapes}
    _require_shapes(state.moments, shapes, f"{origin}: moments")
    policy.load_state_dict({name: torch.from_numpy(w) for name, w in state.weights.items()})
    moments: dict[int, dict[str, Tensor]] = {}
    for key, value in state.moments.items():
        index, _, name = key.partition(".")
        moments.setdefault(int(index), {})[name] = torch.from_numpy(value)
    # The optimizer's settings follow from the agent's options, so they are not part of the state.
    settings = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": moments, "param_groups": settings})


def _require_shapes(
    arrays: Mapping[str, NDArray[Any]], shapes: Mapping[str, tuple[int, ...]], origin: str
) -> None:
    for name in sorted(arrays.keys() | shapes.keys()):
        there, here = arrays[name].shape if name in arrays else None, shapes.get(name)
        if there != here:
            told = [str(shape) if shape is not None else "none" for shape in (here, there)]
            raise InputError(f"{origin}: {name!r} must have shape {told[0]}, got {told[1]}")


def slice_seed(seed: int, index: int, stream: int = 0) -> int:
    """Return the seed of a slice, spread so that environments of different slices never share one.

    Args:
        seed: of the search.
        index: number of the slice.
        stream: number of its family.
    """
    # Slices of family 0 have the seeds that they had while there was no other.
    entropy = [seed, index, stream] if stream else [seed, index]
    return int(np.random.SeedSequence(entropy).generate_state(1)[0])
