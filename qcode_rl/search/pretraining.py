"""Training one policy over many targets, for searches to start from.

Every slice of training takes one group of targets (sizes that fit one padded batch) and gives each
environment a target of its own. A curriculum keeps the distance asked of each (n, k) where it is
met now and then. Pairs (n, k) that `is_held_out` names are never trained on.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file

from qcode_rl.errors import InputError
from qcode_rl.search.agent.vec_env import CodeVecEnv
from qcode_rl.search.aims import Aim, Group
from qcode_rl.search.curriculum import Curriculum
from qcode_rl.search.families.quantum import EPISODE
from qcode_rl.search.families.two_block import groups_by_turn
from qcode_rl.search.learner import Learner, LearnerState, slice_seed
from qcode_rl.search.spec import ENVIRONMENTS, AgentOptions
from qcode_rl.search.weights import read_weights

#: Slices between two copies of the weights on disk.
_SAVE_EVERY = 20
#: What `start` says of the weights that ship.
_SHIPPED = "shipped"


@dataclass(frozen=True)
class PretrainingSpec:
    """All that decides what weights come out.

    Attributes:
        groups: targets.
        slices: slices of training, each on one group drawn at random.
        seed: of everything random.
        final_rate: the learning rate falls to this, geometrically over the second half.
        agent: settings of the agent.
        start: weights to begin with: `shipped`, or a safetensors file; empty: random ones.
        only: parts of names of parameters: those without any of them stay as they are. Empty: all
            are trained.
    """

    groups: tuple[Group, ...]
    slices: int
    seed: int = 0
    final_rate: float = 1e-4
    agent: AgentOptions = field(default_factory=lambda: AgentOptions(pretrained=False))
    start: str = ""
    only: tuple[str, ...] = ()

    def learning_rate(self, index: int) -> float:
        """Return the learning rate of a slice."""
        late = max(0.0, 2 * index / self.slices - 1)
        return float(
            self.agent.learning_rate * (self.final_rate / self.agent.learning_rate) ** late
        )


def pretraining_spec(values: Mapping[str, Any]) -> PretrainingSpec:
    """Make a spec from plain values, as a TOML file gives them.

    Raises:
        InputError: for an unknown key or a missing or wrong value.
    """
    known = {item.name for item in fields(PretrainingSpec)}
    for name in values:
        if name not in known:
            raise InputError(f"{name}: no such setting of pretraining")
    if not isinstance(values.get("slices"), int) or values["slices"] < 1:
        raise InputError(f"slices: must be a positive whole number, got {values.get('slices')!r}")
    groups = tuple(_group(group) for group in values.get("groups", []))
    if not groups or not all(group.aims for group in groups):
        raise InputError("groups: each must have an (n, k) that is not held out")
    start, only = values.get("start", ""), values.get("only", ())
    if not isinstance(start, str):
        raise InputError(f"start: must be {_SHIPPED!r} or a file, got {start!r}")
    if not isinstance(only, list | tuple) or not all(isinstance(part, str) for part in only):
        raise InputError(f"only: must be a list of parts of names, got {only!r}")
    agent = AgentOptions(pretrained=start == _SHIPPED, **values.get("agent", {}))
    return PretrainingSpec(**{**values, "groups": groups, "agent": agent, "only": tuple(only)})


def _group(values: Any) -> Group:
    try:
        given: dict[str, Any] = dict(values)
        given = {key: tuple(v) if isinstance(v, list) else v for key, v in given.items()}
        return Group(**given)
    except InputError:
        raise
    except (TypeError, ValueError) as error:
        raise InputError(
            f"groups: must be tables of bits, dimensions and limits: {error}"
        ) from None


@dataclass
class SliceReport:
    """What a slice of training came to.

    Attributes:
        index: number of the slice.
        group: number of its group.
        steps: environment steps so far.
        successes: requests met in this slice.
        evaluations_per_success: in this slice.
        seconds: since the start of training.
    """

    index: int
    group: int
    steps: int
    successes: int
    evaluations_per_success: float
    seconds: float


def pretrain(
    spec: PretrainingSpec,
    path: Path,
    device: str = "auto",
    on_slice: Callable[[SliceReport], None] = lambda report: None,
) -> None:
    """Train a policy and write its weights, with the spec in their metadata.

    Args:
        spec: what to train on.
        path: safetensors file; also written now and then during training.
        device: `auto`, `cpu` or `cuda`; see `learner.device_for`.
        on_slice: called after every slice.
    """
    learner = _learner(spec, device)
    rng = np.random.default_rng(spec.seed)
    curriculum, batches = Curriculum(), [_Batches(group, spec.agent) for group in spec.groups]
    started, steps = time.monotonic(), 0
    for index in range(spec.slices):
        which = int(rng.integers(len(spec.groups)))
        env, aims = batches[which].draw(rng)
        learner.options = replace(
            spec.agent,
            learning_rate=spec.learning_rate(index),
            episode=episode_of(spec.groups[which].family, spec.agent),
        )
        before = env.native.batch.evaluations
        seed = slice_seed(spec.seed, index)
        successes = _train_slice(learner, env, aims, curriculum, rng, seed)
        steps += spec.agent.slice_rollouts * spec.agent.rollout * env.num_envs
        per_success = (env.native.batch.evaluations - before) / max(1, successes)
        seconds = time.monotonic() - started
        on_slice(SliceReport(index, which, steps, successes, per_success, seconds))
        if index % _SAVE_EVERY == _SAVE_EVERY - 1 or index == spec.slices - 1:
            save_weights(learner, spec, path)


def episode_of(family: str, agent: AgentOptions) -> int:
    """Return the most edits of an episode of a family, as searches have it.

    Args:
        family: one of `FAMILY_NAMES`.
        agent: settings of the agent.
    """
    return agent.episode if family == "hgp" else min(agent.episode, EPISODE)


def _learner(spec: PretrainingSpec, device: str) -> Learner:
    """Return a learner with the weights to begin with, which trains those it is to."""
    learner = Learner(spec.agent, device)
    if spec.start not in ("", _SHIPPED):
        weights = {name: value.numpy() for name, value in read_weights(Path(spec.start)).items()}
        learner.restore(LearnerState(weights), spec.start)
    if spec.only:
        # The network is that of all families: any group makes it.
        env, _ = _Batches(spec.groups[0], spec.agent).draw(np.random.default_rng(0))
        parameters = dict(learner.policy_for(env).named_parameters())
        for part in spec.only:
            if not any(part in name for name in parameters):
                raise InputError(f"only: must be parts of names of parameters, got {part!r}")
        for name, parameter in parameters.items():
            parameter.requires_grad_(any(part in name for part in spec.only))
    return learner


class _Batches:
    """The batches of environments of a group.

    Args:
        group: whose.
        agent: settings of the agent.
    """

    def __init__(self, group: Group, agent: AgentOptions) -> None:
        self.group, self.agent, self.aims = group, agent, group.aims
        self._env: CodeVecEnv | None = None

    def draw(self, rng: np.random.Generator) -> tuple[CodeVecEnv, list[Aim]]:
        """Return a batch, and the aims that it can serve."""
        aims = self.group.batch(self.aims, rng)
        if self.group.family == "two-block":
            return self._make(aims), aims
        if self._env is None:
            self._env = self._make(aims)
        return self._env, aims

    def _make(self, aims: Sequence[Aim]) -> CodeVecEnv:
        """Return a batch that is padded to the largest size of its aims."""
        group = self.group
        most, least = max(aim.n for aim in aims), min(aim.k for aim in aims)
        if group.family == "hgp":
            most, least = group.bits[1], group.dimensions[0]
            size: dict[str, Any] = {"bits": most, "dimension": least}
        elif group.family == "two-block":
            size = {"group": groups_by_turn(most // 2)[0], "logicals": least}
        else:
            size = {"qubits": most, "logicals": least}
        return CodeVecEnv(
            ENVIRONMENTS[group.family],
            self.agent.num_envs,
            **size,
            distance=2,
            max_weight=group.max_weight,
            max_degree=group.degree,
            max_steps=episode_of(group.family, self.agent),
        )


def _train_slice(
    learner: Learner,
    env: CodeVecEnv,
    aims: Sequence[Aim],
    curriculum: Curriculum,
    rng: np.random.Generator,
    seed: int,
) -> int:
    """Give every environment a target, train for a slice, and return how often they were met."""
    tasks = []
    for i in range(env.num_envs):
        aim = curriculum.pick(aims, rng)
        tasks.append((aim, curriculum.draw(aim, rng)))
        env.native.assign(i, **_request(aim), distance=tasks[-1][1])
    met = np.zeros(env.num_envs, dtype=np.int64)

    def count(env: CodeVecEnv) -> bool:
        met[:] += env.infos["met"]
        return True

    rollouts = learner.options.slice_rollouts
    learner.train(env, rollouts, seed, count)
    for (aim, distance), successes in zip(tasks, met.tolist(), strict=True):
        curriculum.note(aim, distance, successes, rollouts * learner.options.rollout)
    return int(met.sum())


def _request(aim: Aim) -> dict[str, int]:
    """Return what an environment is told of an aim."""
    if aim.family == "hgp":
        return {"bits": aim.n, "dimension": aim.k}
    # A two-block code has the qubits of its group.
    size = {} if aim.family == "two-block" else {"qubits": aim.n}
    return size | {"logicals": aim.k}


def save_weights(learner: Learner, spec: PretrainingSpec, path: Path) -> None:
    """Write a learner's weights as safetensors, with the spec that made them as metadata."""
    assert learner.policy is not None
    tensors = {
        name: value.detach().cpu().contiguous()
        for name, value in learner.policy.state_dict().items()
    }
    metadata = {"spec": json.dumps(asdict(spec)), "torch": torch.__version__}
    temporary = path.with_name(f".{path.name}.tmp")
    save_file(tensors, temporary, metadata)
    temporary.replace(path)
