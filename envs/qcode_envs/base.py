"""What the environments of all families share: the two forms around a batch under edit."""

import inspect
from collections.abc import Sequence
from typing import Any, cast

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.utils import seeding
from gymnasium.vector import AutoresetMode, VectorEnv
from numpy.typing import NDArray

from qcode_envs.arguments import autoreset_mode_of, require_known, require_whole
from qcode_envs.judging import ErrorJudge
from qcode_envs.rendering import as_picture, as_text
from qcode_envs.spaces import as_dict, observation_space
from qcode_rl.edits.batches import EditBatch
from qcode_rl.errors import InputError

Observation = dict[str, NDArray[Any]]


class EditFamily:
    """A batch of codes under edit, as both forms drive it.

    A family's `__init__` takes the arguments of its environments, makes a batch of `_size` codes
    and calls `_begin`; its `_ask` changes what one code is asked for. The single form's constructor
    is that `__init__` as it stands; the batched form's passes its arguments on to it.
    """

    metadata: dict[str, Any]
    render_mode: str | None
    #: The batch of codes that is driven.
    batch: EditBatch
    #: Codes in the batch, and whether one that is finished restarts within the step that ended it.
    _size = 1
    _same_step = False
    #: Decodes for the reward `logical-error`, in families that have it.
    _judge: ErrorJudge | None = None

    def _begin(self, batch: EditBatch, render_mode: str | None, **request: Any) -> None:
        """Set up everything around a new batch, every code of which is asked for `request`."""
        if batch.rules.max_steps < 1:
            raise InputError(f"max_steps: must be at least 1, got {batch.rules.max_steps}")
        if render_mode not in (None, *self.metadata["render_modes"]):
            modes = ", ".join(self.metadata["render_modes"])
            raise InputError(f"render_mode: must be one of {modes}, got {render_mode!r}")
        self.batch, self.render_mode = batch, render_mode
        self._requests = [request] * batch.size
        for i in range(batch.size):
            self._assign(i, {})
        self._set_spaces()

    def _set_spaces(self) -> None:
        """Say what observations and actions are."""
        raise NotImplementedError

    def _ask(self, i: int, *_: Any, **request: Any) -> None:
        """Tell the batch what code i is asked for from its next episode on."""
        raise NotImplementedError

    def _assign(self, i: int, options: dict[str, Any]) -> None:
        """Change what code i is asked for, from reset options."""
        request = self._requests[i]
        require_known("options", options, request)
        request = request | options
        require_whole(**{name: value for name, value in request.items() if name != "seed_code"})
        self._ask(i, **request)
        self._requests[i] = request

    def _restart(self, indices: Sequence[int]) -> None:
        self.batch.restart(indices)
        if self._judge is not None:
            self._judge.begin(indices)

    def _step(self, actions: NDArray[np.int64]) -> tuple[Any, NDArray[np.float64]]:
        """Step the batch, and return logical error rates, NaN where none was taken."""
        outcome = self.batch.step(actions)
        if self._judge is None:
            return outcome, np.full(self.batch.size, np.nan)
        return outcome, self._judge.pay(self.batch, outcome)

    def _close_judge(self) -> None:
        if self._judge is not None:
            self._judge.close()

    def _spaces(self) -> tuple[spaces.Space[Observation], spaces.Space[np.int64]]:
        space = observation_space(self.batch)
        return cast(spaces.Space[Observation], space), spaces.Discrete(self.batch.num_actions)

    def _as_text(self, i: int) -> str:
        """Return code i as text."""
        graphs = self.batch.graphs
        return as_text(self.batch.checks(i), int(graphs.distances[i]), int(graphs.targets[i]))

    def _as_picture(self, i: int) -> NDArray[np.uint8]:
        """Return code i as a picture."""
        return as_picture(self.batch.checks(i), self.batch.graphs.participation[i])

    def _draw(self, i: int, mode: str | None) -> Any:
        if mode == "ansi":
            return self._as_text(i)
        return self._as_picture(i) if mode == "rgb_array" else None


class EditEnv(EditFamily, gym.Env[Observation, np.int64]):
    """One code under edit; a family's class says what its actions and rewards are."""

    def _set_spaces(self) -> None:
        self.observation_space, self.action_space = self._spaces()

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin an episode; see the class for `options`."""
        super().reset(seed=seed)
        if seed is not None or not self.batch.graphs.streams[0]:
            self.batch.seed_streams([stream_of(self.np_random)])
        if options:
            self._assign(0, options)
        self._restart([0])
        return self._observation(), self._info()

    def step(self, action: np.int64) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Carry out one edit."""
        self.batch.waiting[0] = False
        outcome, rates = self._step(np.array([action], dtype=np.int64))
        info = self._info() | {
            "illegal": bool(outcome.illegal[0]),
            "met": bool(outcome.met[0]),
        }
        if outcome.met[0]:
            info["checks"] = self.batch.checks(0)
        if not np.isnan(rates[0]):
            info["logical_error_rate"] = float(rates[0])
        return self._observation(), float(outcome.rewards[0]), bool(outcome.ended[0]), False, info

    def action_masks(self) -> NDArray[np.bool_]:
        """Return which actions are legal, `(A,) bool`."""
        return np.array(self.batch.observations.masks[0])

    def render(self) -> Any:
        """Return the code as text (`ansi`) or as a picture (`rgb_array`)."""
        return self._draw(0, self.render_mode)

    def close(self) -> None:
        """End the processes that judge, unless other environments use them."""
        self._close_judge()

    def _observation(self) -> Observation:
        return {name: values[0] for name, values in as_dict(self.batch.observations).items()}

    def _info(self) -> dict[str, Any]:
        return {
            "action_mask": self.action_masks(),
            "distance": int(self.batch.graphs.distances[0]),
            "met": False,
            "illegal": False,
            "evaluations": self.batch.evaluations,
        }


class EditVectorEnv(EditFamily, VectorEnv[Observation, Any, Any]):
    """Many codes under edit over one kernel.

    Environment i seeded s behaves as a single one seeded s + i. Finished episodes restart at the
    next step; with `autoreset_mode=AutoresetMode.SAME_STEP`, within the step that ended them, whose
    last observations are then in `infos["final_obs"]`. `infos["logical_error_rate"]` is there when
    any environment was judged, NaN for the others.

    Args:
        num_envs: B.
        autoreset_mode: when finished episodes restart.
        **arguments: as for the single form, with the same defaults.

    Raises:
        InputError: if an argument is not known or not possible.
    """

    def __init__(
        self,
        num_envs: int = 1,
        autoreset_mode: AutoresetMode = AutoresetMode.NEXT_STEP,
        **arguments: Any,
    ) -> None:
        require_whole(num_envs=num_envs)
        if num_envs < 1:
            raise InputError(f"num_envs: must be at least 1, got {num_envs}")
        mode = autoreset_mode_of(autoreset_mode)
        self.num_envs = self._size = num_envs
        self._same_step = mode == AutoresetMode.SAME_STEP
        self.metadata = self.metadata | {"autoreset_mode": mode}
        # The next `__init__` is the family's: a batched form inherits from this class before it.
        require_known("arguments", arguments, inspect.signature(super().__init__).parameters)
        super().__init__(**arguments)

    def _set_spaces(self) -> None:
        self.single_observation_space, self.single_action_space = self._spaces()
        self.observation_space = gym.vector.utils.batch_space(
            self.single_observation_space, self.num_envs
        )
        self.action_space = gym.vector.utils.batch_space(self.single_action_space, self.num_envs)

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin episodes in all environments, or in those of `options["reset_mask"]`."""
        options = dict(options or {})
        chosen = np.flatnonzero(options.pop("reset_mask", np.ones(self.num_envs, dtype=bool)))
        self._seed(seed)
        for i in chosen:
            if options:
                self._assign(int(i), options)
        self._restart([int(i) for i in chosen])
        return as_dict(self.batch.observations), self._infos()

    def _seed(self, seed: int | Sequence[int | None] | None) -> None:
        streams = self.batch.graphs.streams
        seeds = [seed + i for i in range(self.num_envs)] if isinstance(seed, int) else seed
        for i, one in enumerate(seeds if seeds is not None else [None] * self.num_envs):
            if one is not None or not streams[i]:
                streams[i] = stream_of(seeding.np_random(one)[0])

    def assign(self, i: int, **task: Any) -> None:
        """Change what environment i is asked for from its next episode on.

        Args:
            i: which environment.
            **task: any of what `reset(options=...)` takes.
        """
        self._assign(i, task)

    def step(
        self, actions: NDArray[Any]
    ) -> tuple[Observation, NDArray[Any], NDArray[Any], NDArray[Any], dict[str, Any]]:
        """Carry out one edit in each environment."""
        outcome, rates = self._step(np.asarray(actions, dtype=np.int64))
        infos = self._infos() | {
            "distance": outcome.distances.copy(),
            "met": outcome.met.copy(),
            "illegal": outcome.illegal.copy(),
        }
        if outcome.met.any():
            infos["checks"] = np.full(self.num_envs, None, dtype=object)
            infos["_checks"] = outcome.met.copy()
            for i in np.flatnonzero(outcome.met):
                infos["checks"][i] = self.batch.final_checks(int(i))
        judged = ~np.isnan(rates)
        if judged.any():
            infos["logical_error_rate"], infos["_logical_error_rate"] = rates, judged
        if self.batch.rules.same_step and outcome.ended.any():
            infos["final_obs"] = as_dict(self.batch.final)
            infos["_final_obs"] = outcome.ended.copy()
        truncations = np.zeros(self.num_envs, dtype=np.bool_)
        observations = as_dict(self.batch.observations)
        return observations, outcome.rewards.copy(), outcome.ended.copy(), truncations, infos

    def action_masks(self) -> NDArray[np.bool_]:
        """Return which actions are legal, `(B, A) bool`."""
        return self.batch.observations.masks.copy()

    def render(self) -> tuple[Any, ...] | None:
        """Return one drawing an environment, as the single form does."""
        if self.render_mode is None:
            return None
        return tuple(self._draw(i, self.render_mode) for i in range(self.num_envs))

    def close_extras(self, **_: Any) -> None:
        """End the processes that judge, unless other environments use them."""
        self._close_judge()

    def _infos(self) -> dict[str, Any]:
        return {
            "action_mask": self.action_masks(),
            "distance": self.batch.graphs.distances.copy(),
            "met": np.zeros(self.num_envs, dtype=np.bool_),
            "illegal": np.zeros(self.num_envs, dtype=np.bool_),
            "evaluations": np.full(self.num_envs, self.batch.evaluations),
        }


def stream_of(generator: np.random.Generator) -> int:
    """Draw the start of a kernel-side random stream from a seeded generator."""
    return int(generator.integers(1, 2**63))
