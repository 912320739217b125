"""What a search is asked for, apart from how it is run.

A `SearchSpec` holds all that decides the result and has a key; `RunOptions` holds the rest. Field
names are those of TOML files and, with dashes, of command-line flags.
"""

import hashlib
import json
import math
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any

from qcode_rl.codes import ClassicalCode, CSSCode, StabilizerCode
from qcode_rl.decoding.judging.options import LogicalErrorOptions
from qcode_rl.edits.hypergraph_product import split_limits
from qcode_rl.edits.layouts import LAYOUTS, as_places, read_coordinates
from qcode_rl.edits.rewards import RewardOptions, reward_code
from qcode_rl.errors import InputError
from qcode_rl.search.requests import (
    ENVIRONMENTS,
    FAMILY_NAMES,
    SMALL_DISTANCE,
    qubit_range,
    refusal,
    told_refusal,
)
from qcode_rl.search.seeds import as_rows, code_of, read_seed, read_seed_code, require_rows
from qcode_rl.search.version import SPEC_VERSION

__all__ = [
    "ENVIRONMENTS",
    "FAMILIES",
    "SPEC_VERSION",
    "AgentOptions",
    "RunOptions",
    "SearchSpec",
    "read_seed_code",
]

FAMILIES = ("auto", *FAMILY_NAMES)


@dataclass(frozen=True)
class AgentOptions:
    """Settings of the agent.

    Attributes:
        width: size of a node's embedding.
        rounds: rounds of message passing.
        num_envs: environments in a batch.
        rollout: steps of each environment between updates.
        batch_size: transitions in a minibatch.
        epochs: passes over a rollout in an update.
        learning_rate: of Adam.
        discount: gamma.
        gae_lambda: lambda of generalized advantage estimation.
        entropy: coefficient of the entropy bonus.
        episode: most edits in an episode.
        slice_rollouts: rollouts spent on one size before the walk looks at another.
        pretrained: start from the shipped weights, if `width` and `rounds` are theirs.
    """

    width: int = 24
    rounds: int = 2
    num_envs: int = 128
    rollout: int = 32
    batch_size: int = 2048
    epochs: int = 2
    learning_rate: float = 3e-4
    discount: float = 0.99
    gae_lambda: float = 0.95
    entropy: float = 0.01
    episode: int = 200
    slice_rollouts: int = 4
    pretrained: bool = True

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if item.name == "pretrained":
                if not isinstance(value, bool):
                    raise InputError(f"agent.pretrained: must be true or false, got {value!r}")
                continue
            whole = item.type == "int" or item.type is int
            if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
                kind = "a whole number" if whole else "a number"
                raise InputError(f"agent.{item.name}: must be {kind}, got {value!r}")
            if not (
                math.isfinite(value) and (value > 0 or (value == 0 and item.name == "entropy"))
            ):
                raise InputError(f"agent.{item.name}: must be positive, got {value}")
            if not whole:
                # 1 and 1.0 are one setting: they must not make two keys.
                object.__setattr__(self, item.name, float(value))
        # Pairs of nodes are compared in half the width; one sample's advantage has no deviation.
        for name in ("width", "batch_size"):
            if getattr(self, name) < 2:
                raise InputError(f"agent.{name}: must be at least 2, got {getattr(self, name)}")
        samples = self.rollout * self.num_envs
        if samples % self.batch_size == 1:
            raise InputError(
                f"agent.batch_size: must leave no single one of {samples} samples over, "
                f"got {self.batch_size}"
            )
        for name in ("discount", "gae_lambda"):
            if getattr(self, name) > 1:
                raise InputError(f"agent.{name}: must be at most 1, got {getattr(self, name)}")


@dataclass(frozen=True)
class SearchSpec:
    """A search: the request, where it starts, and the agent.

    Attributes:
        max_weight: w, most that a check may weigh.
        distance: d, least distance.
        max_degree: q, most X (or Z) checks on a qubit; `None`: no limit of its own.
        logicals: k, least number of logical qubits; `None`: every k the budget reaches.
        family: `hgp`, `css`, `stabilizer` or `two-block`, or `auto` for all of them.
        seed_code: a code to start from, by name or file: a classical one for `hgp`, a quantum one
            for other families; `None`: random graphs.
        reward: `shaped`, `paper` or `logical-error`.
        reward_options: constants of the reward.
        logical_error: what `logical-error` judges; set if that is the reward, else `None`.
        agent: settings of the agent.
        seed: of everything random.
        evaluations: reward evaluations to spend; `None`: until the clock stops the run.
        seed_checks: rows of the seed code's check matrix, or its checks as Pauli strings; read from
            `seed_code` if not given.
        qubits: n, least and largest number of physical qubits; `None`: any.
        layout: where the qubits of CSS and stabilizer codes lie: `grid`, `torus` or a file of
            coordinates; `None`: nowhere.
        radius: qubits farther apart share no check; with a layout.
        layout_places: coordinates of a layout that is a file; read from it if not given.
    """

    max_weight: int
    distance: int
    max_degree: int | None = None
    logicals: int | None = None
    family: str = "auto"
    seed_code: str | None = None
    reward: str = "shaped"
    reward_options: RewardOptions = field(default_factory=RewardOptions)
    logical_error: LogicalErrorOptions | None = None
    agent: AgentOptions = field(default_factory=AgentOptions)
    seed: int = 0
    evaluations: int | None = None
    seed_checks: tuple[str, ...] | None = None
    qubits: tuple[int, int] | None = None
    layout: str | None = None
    radius: float | None = None
    layout_places: tuple[tuple[float, float], ...] | None = None

    def __post_init__(self) -> None:
        self._check_numbers()
        if self.family not in FAMILIES:
            raise InputError(f"family: must be one of {', '.join(FAMILIES)}, got {self.family!r}")
        reward_code(self.reward)
        self._check_judging()
        if self.seed_code is not None and self.seed_checks is None:
            seed = read_seed(self.seed_code, self.family)
            object.__setattr__(self, "seed_checks", as_rows(seed))
        if self.seed_checks is not None:
            require_rows(self.seed_checks)
        if self.qubits is not None:
            object.__setattr__(self, "qubits", qubit_range(self.qubits))
        self._check_layout()
        refusals = [refusal(self, name) for name in self._asked]
        if all(refusals):
            raise InputError(told_refusal([str(one) for one in refusals]))

    def _check_numbers(self) -> None:
        for name, least in (
            ("max_weight", 2),
            ("distance", 1),
            ("max_degree", 1),
            ("logicals", 1),
            ("seed", 0),
            ("evaluations", 1),
        ):
            value = getattr(self, name)
            if value is None and name not in ("max_weight", "distance", "seed"):
                continue
            if isinstance(value, bool) or not isinstance(value, int):
                raise InputError(f"{name}: must be a whole number, got {value!r}")
            if value < least:
                raise InputError(f"{name}: must be at least {least}, got {value}")

    def _check_judging(self) -> None:
        if self.reward == "logical-error":
            object.__setattr__(self, "logical_error", self.logical_error or LogicalErrorOptions())
        elif self.logical_error is not None:
            raise InputError(f"logical_error: needs reward 'logical-error', got {self.reward!r}")

    def _check_layout(self) -> None:
        """Refuse a layout without a radius, and read one that is a file."""
        if self.layout is None:
            for name in ("radius", "layout_places"):
                if getattr(self, name) is not None:
                    raise InputError(f"layout: must be given with {name}, got none")
            return
        radius = self.radius
        if radius is None:
            raise InputError(f"radius: must be given with layout {self.layout!r}")
        number = isinstance(radius, int | float) and not isinstance(radius, bool)
        if not number or not (math.isfinite(radius) and radius > 0):
            raise InputError(f"radius: must be a positive number, got {radius!r}")
        object.__setattr__(self, "radius", float(radius))
        if self.layout not in LAYOUTS and self.layout_places is None:
            places = [(x, y) for x, y in read_coordinates(self.layout).tolist()]
            object.__setattr__(self, "layout_places", tuple(places))
        if self.layout_places is not None:
            object.__setattr__(self, "layout_places", as_places(self.layout_places))

    @property
    def _asked(self) -> tuple[str, ...]:
        return FAMILY_NAMES if self.family == "auto" else (self.family,)

    @property
    def families(self) -> tuple[str, ...]:
        """The families that are searched: those asked for that may meet the request.

        `auto` leaves out codes of few qubits at distances that nobody has found there, unless the
        number of qubits or a layout is given: they would only take time from the others.
        """
        names = tuple(name for name in self._asked if refusal(self, name) is None)
        given = self.qubits is not None or self.layout is not None
        if self.family != "auto" or given or self.distance <= SMALL_DISTANCE:
            return names
        return tuple(name for name in names if name not in ("css", "stabilizer")) or names

    @property
    def limits(self) -> tuple[int, int]:
        """Row and column limits of a product's classical factor."""
        return split_limits(self.max_weight, self.max_degree)

    @property
    def seed_classical(self) -> ClassicalCode | None:
        """The seed code, if a classical one was given."""
        seed = self._seed
        return seed if isinstance(seed, ClassicalCode) else None

    @property
    def seed_quantum(self) -> CSSCode | StabilizerCode | None:
        """The seed code, if a quantum one was given: a CSS code if its checks say so."""
        seed = self._seed
        return None if isinstance(seed, ClassicalCode) else seed

    @property
    def _seed(self) -> ClassicalCode | CSSCode | StabilizerCode | None:
        return None if self.seed_checks is None else code_of(self.seed_checks)

    @property
    def first_dimension(self) -> int:
        """Least dimension of a classical factor whose square product has enough logical qubits."""
        seed = self.seed_classical
        if seed is not None:
            return seed.k
        return 1 if self.logicals is None else math.isqrt(self.logicals - 1) + 1

    def met_by(self, n: int, k: int, d: int, w: int, q: int) -> bool:
        """Say whether a code with these parameters is what was asked for."""
        if k < (self.logicals or 1) or d < self.distance or w > self.max_weight:
            return False
        if self.qubits is not None and not self.qubits[0] <= n <= self.qubits[1]:
            return False
        return self.max_degree is None or q <= self.max_degree

    def as_dict(self) -> dict[str, Any]:
        """Return the spec as plain values, without what is `None`."""
        # The tables hold plain values, so that `asdict` would copy deeply, and slowly, for nothing.
        values = {
            name: dict(vars(value)) if is_dataclass(value) else value
            for name, value in vars(self).items()
            if value is not None
        }
        if self.seed_checks is not None:
            values["seed_checks"] = list(self.seed_checks)
        if self.qubits is not None:
            values["qubits"] = list(self.qubits)
        if self.layout_places is not None:
            values["layout_places"] = [list(place) for place in self.layout_places]
        return values

    @property
    def key(self) -> str:
        """SHA-256 of the canonical JSON of the spec; files count by what they hold."""
        values = self.as_dict()
        values.pop("seed_code", None)
        if self.layout_places is not None:
            values.pop("layout")
        text = json.dumps({"version": SPEC_VERSION, **values}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class RunOptions:
    """How a search is run; none of this changes what a given number of evaluations finds.

    Attributes:
        archive: folder of the archive.
        seconds: stop after so long; `None`: only when the evaluations are spent.
        device: `cpu`, `cuda`, or `auto`: CUDA if torch finds it and batches have a thousand
            environments or more (`agent.num_envs`, which is part of the spec), else the CPU.
        threads: threads of the network's arithmetic.
        resume: continue from the checkpoint of the same spec in that archive, if there is one.
        checkpoint_seconds: least time between two checkpoints; a run also ends with one.
        judge_workers: processes that decode for the reward `logical-error`, 0: none but this one;
            `None`: as many as there are cores to use, none if there is one only.
        alone: judge what is worth keeping by this run's own codes, whatever else the archive holds:
            what is archived then follows from the spec, in whatever order runs are made.
        compile_apart: have kernels that are not on disk yet compiled by other processes, so that
            the clock is heeded meanwhile and one family is played while another is compiled.
    """

    archive: Path
    seconds: float | None = None
    device: str = "auto"
    threads: int = 1
    resume: bool = False
    checkpoint_seconds: float = 60.0
    judge_workers: int | None = None
    alone: bool = False
    compile_apart: bool = False
