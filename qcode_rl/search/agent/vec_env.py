"""Batched code environments as a Stable-Baselines3 `VecEnv`."""

from collections.abc import Iterable
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray
from stable_baselines3.common.vec_env import VecEnv

from qcode_rl.edits.tallies import Tally
from qcode_rl.search.agent.graphs import GraphLayout


class CodeVecEnv(VecEnv):
    """Drives a Gymnasium vector environment in same-step mode for Stable-Baselines3.

    Args:
        env_id: a Gymnasium id with a `vector_entry_point`, as `module:namespace/Name-vN`.
        num_envs: batch size.
        **arguments: of the environment.
    """

    def __init__(self, env_id: str, num_envs: int, **arguments: Any) -> None:
        self.vector = gym.make_vec(
            env_id,
            num_envs=num_envs,
            vectorization_mode="vector_entry_point",
            autoreset_mode=AutoresetMode.SAME_STEP,
            **arguments,
        )
        self.native: Any = self.vector.unwrapped
        self.render_mode = None
        self.infos: dict[str, Any] = {}
        self._actions = np.zeros(num_envs, dtype=np.int64)
        self._seed: int | None = None
        super().__init__(
            num_envs, self.native.single_observation_space, self.native.single_action_space
        )

    def seed(self, seed: int | None = None) -> list[int | None]:
        """Seed environment i with `seed + i` at the next reset."""
        self._seed = seed
        return [None if seed is None else seed + i for i in range(self.num_envs)]

    def reset(self) -> dict[str, NDArray[Any]]:
        """Begin episodes everywhere."""
        observations, self.infos = self.vector.reset(seed=self._seed)
        self._seed = None
        result: dict[str, NDArray[Any]] = observations
        return result

    def advance(
        self, actions: NDArray[Any]
    ) -> tuple[dict[str, NDArray[Any]], NDArray[np.float32], NDArray[np.bool_]]:
        """Step the batch; `infos` of the whole batch stay at hand as arrays in `self.infos`.

        Args:
            actions: `(B,)`.

        Returns:
            Observations, which later steps leave alone; rewards `(B,)`; which episodes are over.
        """
        observations, rewards, ended, truncated, self.infos = self.vector.step(actions)
        return observations, rewards.astype(np.float32), ended | truncated

    def step_async(self, actions: NDArray[Any]) -> None:
        """Keep the actions for `step_wait`."""
        self._actions = actions

    def step_wait(self) -> Any:
        """Step the batch, with a dictionary of each environment's infos for Stable-Baselines3."""
        observations, rewards, dones = self.advance(self._actions)
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        for i in np.flatnonzero(dones):
            last = {name: values[i] for name, values in self.infos["final_obs"].items()}
            # The time left is observed, so that no episode of a code environment is truncated.
            infos[i] = {"terminal_observation": last, "TimeLimit.truncated": False}
        return observations, rewards, dones, infos

    def tally(self) -> Tally:
        """Return copies of what the batch keeps beyond resets."""
        tally: Tally = self.native.batch.tally()
        return tally

    def restore_tally(self, tally: Tally) -> None:
        """Take up what `tally` returned; to be called before a reset."""
        self.native.batch.restore_tally(tally)

    def close(self) -> None:
        """Close the environment."""
        self.vector.close()

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """Return an attribute of the batch, once for each index."""
        return [getattr(self.native, attr_name)] * len(self._indices(indices))

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Set an attribute of the batch."""
        setattr(self.native, attr_name, value)

    def env_method(self, method_name: str, *args: Any, indices: Any = None, **kwargs: Any) -> Any:
        """Call a method of the batch; `action_masks` gives one row an environment."""
        result = getattr(self.native, method_name)(*args, **kwargs)
        if method_name == "action_masks":
            return result if indices is None else result[list(self._indices(indices))]
        return [result] * len(self._indices(indices))

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        """Say that no environment is wrapped."""
        return [False] * len(self._indices(indices))

    def _indices(self, indices: int | Iterable[int] | None) -> list[int]:
        if indices is None:
            return list(range(self.num_envs))
        return [indices] if isinstance(indices, int) else list(indices)


def layout_of(env: CodeVecEnv) -> GraphLayout:
    """Return what the observations of a code environment hold, from its metadata and spaces."""
    metadata = env.native.metadata
    space: Any = env.observation_space
    return GraphLayout(
        check_features=metadata["check_features"],
        bit_features=metadata["bit_features"],
        overall_features=space["overall"].shape[0],
        edge_types=tuple(metadata["edge_types"]),
    )
