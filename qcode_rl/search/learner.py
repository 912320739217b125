"""One policy that learns through many short runs of PPO on graphs of different sizes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from sb3_contrib import MaskablePPO
from stable_baselines3.common.callbacks import BaseCallback

from qcode_rl.errors import InputError
from qcode_rl.search.agent.policy import TannerPolicy
from qcode_rl.search.agent.vec_env import CodeVecEnv, layout_of
from qcode_rl.search.spec import AgentOptions

#: Called after every batched step with the environment; returning False stops the slice.
StepHook = Callable[[CodeVecEnv], bool]


class Learner:
    """Holds the policy and its optimizer, and trains them slice by slice.

    Every slice is a run of MaskablePPO in an environment of its own size. Nothing but the weights
    and the optimizer's state is carried from slice to slice, and the random numbers of a slice
    follow from its seed alone.

    Args:
        options: settings of the agent.
        device: `auto`, `cpu` or `cuda`.
        threads: threads of the network's arithmetic.

    Raises:
        InputError: if CUDA is asked for and torch has none.
    """

    def __init__(self, options: AgentOptions, device: str = "auto", threads: int = 1) -> None:
        if device == "cuda" and not torch.cuda.is_available():
            raise InputError("device: this torch finds no CUDA device, got 'cuda'")
        torch.set_num_threads(threads)
        self.options = options
        self.device = device
        self.policy: TannerPolicy | None = None

    def train(self, env: CodeVecEnv, rollouts: int, seed: int, hook: StepHook) -> None:
        """Run PPO for a slice.

        Args:
            env: a batch of environments, all of one padded size.
            rollouts: how many rollouts, each followed by an update.
            seed: of the slice.
            hook: called after every step; the slice ends early, without an update, once it returns
                False.
        """
        options = self.options
        model = MaskablePPO(
            TannerPolicy,
            env,
            learning_rate=options.learning_rate,
            n_steps=options.rollout,
            batch_size=min(options.batch_size, options.rollout * env.num_envs),
            n_epochs=options.epochs,
            gamma=options.discount,
            gae_lambda=options.gae_lambda,
            ent_coef=options.entropy,
            seed=seed,
            device=self.device,
            policy_kwargs=self._policy_arguments(env),
        )
        if self.policy is None:
            self.policy = model.policy  # type: ignore[assignment]
        else:
            model.policy = self.policy
        model.learn(rollouts * options.rollout * env.num_envs, callback=_Hook(hook))

    def _policy_arguments(self, env: CodeVecEnv) -> dict[str, Any]:
        return {
            "layout": layout_of(env),
            "blocks": env.native.metadata["action_blocks"],
            "width": self.options.width,
            "rounds": self.options.rounds,
        }


class _Hook(BaseCallback):
    """Hands Stable-Baselines3's per-step callback on to a function."""

    def __init__(self, hook: StepHook) -> None:
        super().__init__()
        self.hook = hook

    def _on_step(self) -> bool:
        env: Any = self.training_env
        return self.hook(env)


def slice_seed(seed: int, index: int) -> int:
    """Return the seed of a slice, spread so that environments of different slices never share one.

    Args:
        seed: of the search.
        index: number of the slice.
    """
    return int(np.random.SeedSequence([seed, index]).generate_state(1)[0])
