"""Training one policy over many targets, for searches to start from.

Every slice of training takes one group of targets (sizes that fit one padded batch) and gives each
environment a target of its own. A curriculum keeps the distance asked of each (n, k) where it is
met now and then. Pairs (n, k) that `is_held_out` names are never trained on.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file

from qcode_rl.codes.bounds import linear_code_bounds
from qcode_rl.errors import InputError
from qcode_rl.search.agent.vec_env import CodeVecEnv
from qcode_rl.search.learner import Learner, slice_seed
from qcode_rl.search.spec import ENVIRONMENTS, AgentOptions

#: Longest code that is trained on.
LONGEST_TRAINED = 46
#: Where the curriculum begins, as a share of the best distance that any linear code could have.
_FIRST_SHARE = 0.9
#: Steps after which a target's record is looked at, and successes a step that move its distance.
_RECORD_STEPS, _TOO_EASY, _TOO_HARD = 512, 1 / 40, 1 / 1500
#: Pairs whose best possible distance is met more often than this are drawn less often than others.
_TRIVIAL, _TRIVIAL_WEIGHT = 1 / 12, 0.2
#: What is added to a pair's distance, one of these at random: around it, to find the way up.
_AROUND = (-1, 0, 0, 0, 1)
#: Slices between two copies of the weights on disk.
_SAVE_EVERY = 20


@dataclass(frozen=True)
class Group:
    """Targets that are trained together.

    Attributes:
        bits: least and most n.
        dimensions: least and most k.
        max_weight: w of the product.
        max_degree: q of the product.
    """

    bits: tuple[int, int]
    dimensions: tuple[int, int]
    max_weight: int = 6
    max_degree: int = 3

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """The (n, k) to train on: not held out, and with checks enough to leave a choice."""
        return [
            (n, k)
            for n in range(self.bits[0], self.bits[1] + 1)
            for k in range(self.dimensions[0], self.dimensions[1] + 1)
            if n >= 2 * k + 4 and not is_held_out(n, k)
        ]


@dataclass(frozen=True)
class PretrainingSpec:
    """All that decides what weights come out.

    Attributes:
        groups: targets.
        slices: slices of training, each on one group drawn at random.
        seed: of everything random.
        final_rate: the learning rate falls to this, geometrically over the second half.
        agent: settings of the agent.
    """

    groups: tuple[Group, ...]
    slices: int
    seed: int = 0
    final_rate: float = 1e-4
    agent: AgentOptions = field(default_factory=lambda: AgentOptions(pretrained=False))

    def learning_rate(self, index: int) -> float:
        """Return the learning rate of a slice."""
        late = max(0.0, 2 * index / self.slices - 1)
        return float(
            self.agent.learning_rate * (self.final_rate / self.agent.learning_rate) ** late
        )


def is_held_out(n: int, k: int) -> bool:
    """Say whether codes [n, k] are kept out of training, for comparisons to be honest.

    These are a fifth of all pairs up to n = 46, and all longer ones.
    """
    return n > LONGEST_TRAINED or (7 * n + 13 * k) % 5 == 0


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
    if not groups or not all(group.pairs for group in groups):
        raise InputError("groups: each must have an (n, k) that is not held out")
    agent = AgentOptions(pretrained=False, **values.get("agent", {}))
    return PretrainingSpec(**{**values, "groups": groups, "agent": agent})


def _group(values: Any) -> Group:
    try:
        given: dict[str, Any] = dict(values)
        given = {key: tuple(v) if isinstance(v, list) else v for key, v in given.items()}
        return Group(**given)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"groups: must be tables of bits, dimensions and limits: {error}"
        ) from None


class Curriculum:
    """The distance to ask of each (n, k, w): met now and then, neither always nor never."""

    def __init__(self) -> None:
        self.levels: dict[tuple[int, int, int], int] = {}
        self._records: dict[tuple[int, int, int, int], list[int]] = {}
        self._trivial: set[tuple[int, int, int]] = set()

    def level(self, n: int, k: int, w: int) -> int:
        """Return the distance around which codes are asked for."""
        first = max(2, round(_FIRST_SHARE * linear_code_bounds(n, k)[1]))
        return self.levels.setdefault((n, k, w), first)

    def pick(
        self, pairs: list[tuple[int, int]], w: int, rng: np.random.Generator
    ) -> tuple[int, int]:
        """Return an (n, k) to train on, seldom one that has become trivial."""
        while True:
            n, k = pairs[int(rng.integers(len(pairs)))]
            if (n, k, w) not in self._trivial or rng.random() < _TRIVIAL_WEIGHT:
                return n, k

    def draw(self, n: int, k: int, w: int, rng: np.random.Generator) -> int:
        """Return a distance to ask for."""
        distance = self.level(n, k, w) + int(rng.choice(_AROUND))
        return min(linear_code_bounds(n, k)[1], max(2, distance))

    def note(self, n: int, k: int, w: int, distance: int, successes: int, steps: int) -> None:
        """Take in how often a distance was met, and move the level once enough is known."""
        level = self.level(n, k, w)
        if distance < level:
            return
        record = self._records.setdefault((n, k, w, distance), [0, 0])
        record[0] += successes
        record[1] += steps
        if record[1] < _RECORD_STEPS:
            return
        rate = record[0] / record[1]
        del self._records[n, k, w, distance]
        best = linear_code_bounds(n, k)[1]
        if rate > _TRIVIAL and distance == best:
            self._trivial.add((n, k, w))
        if rate > _TOO_EASY:
            self.levels[n, k, w] = min(best, distance + 1)
        elif rate < _TOO_HARD and distance == level:
            self.levels[n, k, w] = max(2, level - 1)


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
    learner = Learner(spec.agent, device)
    rng = np.random.default_rng(spec.seed)
    curriculum = Curriculum()
    environments = [_environment(group, spec.agent) for group in spec.groups]
    started, steps = time.monotonic(), 0
    for index in range(spec.slices):
        which = int(rng.integers(len(spec.groups)))
        learner.options = replace(spec.agent, learning_rate=spec.learning_rate(index))
        env, group = environments[which], spec.groups[which]
        before = env.native.batch.evaluations
        seed = slice_seed(spec.seed, index)
        successes = _train_slice(learner, env, group, curriculum, rng, seed)
        steps += spec.agent.slice_rollouts * spec.agent.rollout * env.num_envs
        per_success = (env.native.batch.evaluations - before) / max(1, successes)
        seconds = time.monotonic() - started
        on_slice(SliceReport(index, which, steps, successes, per_success, seconds))
        if index % _SAVE_EVERY == _SAVE_EVERY - 1 or index == spec.slices - 1:
            save_weights(learner, spec, path)


def _environment(group: Group, agent: AgentOptions) -> CodeVecEnv:
    """Return a batch that is padded to the largest size of a group."""
    most, least = group.bits[1], group.dimensions[0]
    return CodeVecEnv(
        ENVIRONMENTS["hgp"],
        agent.num_envs,
        bits=most,
        dimension=least,
        distance=2,
        max_weight=group.max_weight,
        max_degree=group.max_degree,
        max_steps=agent.episode,
    )


def _train_slice(
    learner: Learner,
    env: CodeVecEnv,
    group: Group,
    curriculum: Curriculum,
    rng: np.random.Generator,
    seed: int,
) -> int:
    """Give every environment a target, train for a slice, and return how often they were met."""
    pairs, w = group.pairs, group.max_weight
    tasks = []
    for i in range(env.num_envs):
        n, k = curriculum.pick(pairs, w, rng)
        tasks.append((n, k, curriculum.draw(n, k, w, rng)))
        env.native.assign(i, bits=n, dimension=k, distance=tasks[-1][2])
    met = np.zeros(env.num_envs, dtype=np.int64)

    def count(env: CodeVecEnv) -> bool:
        met[:] += env.infos["met"]
        return True

    rollouts = learner.options.slice_rollouts
    learner.train(env, rollouts, seed, count)
    for (n, k, distance), successes in zip(tasks, met.tolist(), strict=True):
        curriculum.note(n, k, w, distance, successes, rollouts * learner.options.rollout)
    return int(met.sum())


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
