"""A rollout as tensors on the network's device, in the types in which they were observed."""

from collections.abc import Generator
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from sb3_contrib.common.maskable.buffers import (
    MaskableDictRolloutBuffer,
    MaskableDictRolloutBufferSamples,
)
from torch import Tensor


class Step(NamedTuple):
    """One step of a batch, before its rewards are known.

    Attributes:
        observations: by name, `(B, ...)`.
        masks: `(B, A) bool`, legal actions.
        actions: `(B,) int64`.
        values: `(B,)`.
        log_probs: `(B,)`.
    """

    observations: dict[str, Tensor]
    masks: Tensor
    actions: Tensor
    values: Tensor
    log_probs: Tensor


class TensorRollouts(MaskableDictRolloutBuffer):
    """A rollout buffer that keeps what the network saw where it saw it.

    The same random numbers give the same minibatches as in Stable-Baselines3's buffer, which copies
    observations back to numpy, transposes them and widens masks to floats.
    """

    def reset(self) -> None:
        """Forget the rollout."""
        shape = (self.buffer_size, self.n_envs)
        self.rewards, self.episode_starts, self.values, self.advantages, self.returns = (
            np.zeros(shape, dtype=np.float32) for _ in range(5)
        )
        self.pos, self.full = 0, False
        self._steps: list[Step] = []
        self._all: MaskableDictRolloutBufferSamples | None = None

    def note(self, step: Step, rewards: NDArray[Any], starts: NDArray[Any]) -> None:
        """Keep a step; its tensors must not change any more.

        Args:
            step: what was seen and done.
            rewards: `(B,)`.
            starts: `(B,)`, whether an episode began with what was seen.
        """
        self._steps.append(step)
        self.rewards[self.pos], self.episode_starts[self.pos] = rewards, starts
        self.pos += 1
        self.full = self.pos == self.buffer_size

    def compute_returns_and_advantage(self, last_values: Tensor, dones: NDArray[Any]) -> None:
        """Fill in advantages and returns, given the values of what was seen last."""
        self.values = torch.stack([step.values for step in self._steps]).cpu().numpy()
        super().compute_returns_and_advantage(last_values, dones)

    # Stable-Baselines3 has the samples of each buffer be a type of their own.
    def get(  # type: ignore[override]
        self, batch_size: int | None = None
    ) -> Generator[MaskableDictRolloutBufferSamples, None, None]:
        """Yield the rollout's transitions in random order, in minibatches."""
        size = self.buffer_size * self.n_envs
        # Stable-Baselines3 counts through the steps of an environment first, the tensors here
        # through the environments of a step.
        environments, steps = np.divmod(np.random.permutation(size), self.buffer_size)  # noqa: NPY002
        order = torch.as_tensor(steps * self.n_envs + environments, device=self.device)
        for indices in torch.split(order, batch_size or size):
            yield self.minibatch(indices)

    def minibatch(self, indices: Tensor) -> MaskableDictRolloutBufferSamples:
        """Return some transitions, numbered through the environments of a step first."""
        if self._all is None:
            self._all = self._transitions()
        observations, *others = self._all
        return MaskableDictRolloutBufferSamples(
            {name: values.index_select(0, indices) for name, values in observations.items()},
            *(values.index_select(0, indices) for values in others),
        )

    def _transitions(self) -> MaskableDictRolloutBufferSamples:
        """Return all transitions, step by step."""
        steps = self._steps
        return MaskableDictRolloutBufferSamples(
            observations={
                name: torch.cat([step.observations[name] for step in steps])
                for name in steps[0].observations
            },
            actions=torch.cat([step.actions for step in steps]),
            old_values=torch.cat([step.values for step in steps]),
            old_log_prob=torch.cat([step.log_probs for step in steps]),
            advantages=torch.as_tensor(self.advantages.reshape(-1), device=self.device),
            returns=torch.as_tensor(self.returns.reshape(-1), device=self.device),
            action_masks=torch.cat([step.masks for step in steps]),
        )
