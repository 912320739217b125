"""MaskablePPO that goes through batched code environments without a loop over their members."""

from typing import Any

import torch
from numpy.typing import NDArray
from sb3_contrib import MaskablePPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.utils import obs_as_tensor
from torch import Tensor

from qcode_rl.search.agent.rollouts import Step, TensorRollouts
from qcode_rl.search.agent.vec_env import CodeVecEnv


class BatchPPO(MaskablePPO):
    """MaskablePPO on a `CodeVecEnv` with `TensorRollouts`: the same results in less time.

    Episodes there are never truncated, so nothing is bootstrapped; whoever wants to know of single
    episodes reads `CodeVecEnv.infos`. Stable-Baselines3 asks every environment for both in Python.
    """

    def collect_rollouts(
        self,
        env: Any,
        callback: BaseCallback,
        rollout_buffer: Any,
        n_rollout_steps: int,
        use_masking: bool = True,
    ) -> bool:
        """Play a rollout; return False if the callback stopped it before its end."""
        self.policy.set_training_mode(False)
        rollout_buffer.reset()
        callback.on_rollout_start()
        for _ in range(n_rollout_steps):
            if not self._play(env, callback, rollout_buffer):
                return False
        observations, _ = self.observe(env)
        with torch.no_grad():
            values = self.policy.predict_values(observations)
        rollout_buffer.compute_returns_and_advantage(values, self._last_episode_starts)
        callback.on_rollout_end()
        return True

    def _play(self, env: CodeVecEnv, callback: BaseCallback, buffer: TensorRollouts) -> bool:
        """Take one step in all environments."""
        observations, masks = self.observe(env)
        with torch.no_grad():
            actions, values, log_probs = self.policy(observations, action_masks=masks)
        self._last_obs, rewards, dones = env.advance(actions.cpu().numpy())
        self.num_timesteps += env.num_envs
        if not callback.on_step():
            return False
        starts: NDArray[Any] = self._last_episode_starts  # type: ignore[assignment]
        buffer.note(Step(observations, masks, actions, values, log_probs), rewards, starts)
        self._last_episode_starts = dones
        return True

    def observe(self, env: CodeVecEnv) -> tuple[Any, Tensor]:
        """Return the latest observations and action masks on the network's device."""
        masks = torch.as_tensor(env.env_method("action_masks"), device=self.device)
        return obs_as_tensor(self._last_obs, self.device), masks  # type: ignore[arg-type]
