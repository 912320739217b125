"""Counts of logical errors: how often decoding failed in an experiment, and sums of such counts.

An experiment is a circuit with its noise and a decoder with its settings, identified by the strong
id of the sinter task. Here it is plain JSON, kept to be read and compared; nothing interprets it.
"""

import json
import math
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import uuid4

from qcode_rl.archive.presentation import Json
from qcode_rl.archive.records import text

#: How deep the lists and objects of an experiment may nest, the experiment itself included.
MAX_DEPTH = 6
#: How many values an experiment may hold, those inside its lists and objects included.
MAX_VALUES = 1000
#: Most seconds that one event may claim.
MAX_SECONDS = 10**12
_LARGEST = 1 << 63
_TASK = re.compile(r"[0-9a-f]{64}")
_SAMPLE = re.compile(r"[0-9a-f]{32}")
#: Members of experiments that sums are sorted by, before the task.
_ORDER = ("model", "p", "rounds", "basis", "decoder", "schedule")


@dataclass(frozen=True)
class Counts:
    """What one sampling of an experiment counted.

    Attributes:
        task: strong id of the sinter task: 64 hexadecimal digits that cover circuit, decoder and
            settings.
        experiment: what the task stands for, as JSON of bounded size: `model`, `p`, `rounds`,
            `basis`, `decoder`, `schedule` and whatever else there is to tell.
        shots: how often it was sampled.
        errors: how often the decoded observables were wrong.
        discards: how many of the shots were discarded, which is no error.
        seconds: time it took.
        circuit_distance: upper bound on the circuit distance, `None` if unknown. It stands apart
            from the experiment, since a better search may lower it.
        sample: 32 hexadecimal digits, new for each sampling. Events are the same if their content
            is: without it two samplings with equal numbers would count once.
    """

    task: str
    experiment: Json = field(hash=False)
    shots: int
    errors: int
    discards: int = 0
    seconds: float = 0.0
    circuit_distance: int | None = None
    sample: str = field(default_factory=lambda: uuid4().hex)

    def to_json(self) -> Json:
        """Return the attributes as a plain dictionary."""
        return dict(vars(self))

    @classmethod
    def from_json(cls, value: Any) -> "Counts":
        """Read counts back.

        Args:
            value: what `to_json` made, or anything at all.

        Returns:
            The counts; members of later versions are passed over.

        Raises:
            ValueError: naming the member that is not what it should be.
        """
        if not isinstance(value, dict):
            raise ValueError("counts: must be an object")
        shots, errors, discards = (
            _natural(value, name) for name in ("shots", "errors", "discards")
        )
        if errors + discards > shots:
            raise ValueError(
                f"errors: with discards must be at most shots, got {errors} + {discards} of {shots}"
            )
        return cls(
            _digits(value, "task", _TASK, 64),
            _experiment(value.get("experiment")),
            shots,
            errors,
            discards,
            _seconds(value.get("seconds")),
            None if value.get("circuit_distance") is None else _natural(value, "circuit_distance"),
            _digits(value, "sample", _SAMPLE, 32),
        )


@dataclass(frozen=True)
class TaskCounts:
    """All counts of one experiment, added up.

    Attributes:
        task: strong id of the sinter task.
        experiment: what the task stands for; see `Counts`.
        shots: how often it was sampled.
        errors: how often the decoded observables were wrong.
        discards: how many of the shots were discarded.
        seconds: time it took, all together.
        circuit_distance: the least upper bound on the circuit distance, `None` if there is none.
        samplings: how many counts these are the sums of.
    """

    task: str
    experiment: Json = field(hash=False)
    shots: int
    errors: int
    discards: int
    seconds: float
    circuit_distance: int | None
    samplings: int

    @property
    def rate(self) -> float | None:
        """Errors by shots that were not discarded; `None` if there are none."""
        kept = self.shots - self.discards
        return self.errors / kept if kept else None

    def to_json(self) -> Json:
        """Return the attributes as a plain dictionary."""
        return asdict(self)


def total(counts: Iterable[Counts]) -> TaskCounts:
    """Add up counts of one task.

    Args:
        counts: at least one; the experiment is taken from the first.

    Returns:
        The sums, which do not depend on the order.
    """
    held = list(counts)
    first = held[0]
    return TaskCounts(
        first.task,
        first.experiment,
        sum(each.shots for each in held),
        sum(each.errors for each in held),
        sum(each.discards for each in held),
        math.fsum(each.seconds for each in held),  # exact, so that no order rounds differently
        min((each.circuit_distance for each in held if each.circuit_distance), default=None),
        len(held),
    )


def readable_order(counts: TaskCounts) -> tuple[Any, ...]:
    """Return the key that sorts sums: by model, p, rounds, basis, decoder, schedule, then task."""
    return (*(_rank(counts.experiment.get(name)) for name in _ORDER), counts.task)


def _rank(value: Any) -> tuple[int, float, str]:
    """Sort numbers before texts before all else: experiments may hold anything anywhere."""
    if isinstance(value, int | float):
        return 0, value, ""
    if isinstance(value, str):
        return 1, 0, value
    return 2, 0, json.dumps(value, sort_keys=True)


def _natural(value: Json, name: str) -> int:
    number = value.get(name)
    if type(number) is not int or not 0 <= number < _LARGEST:
        raise ValueError(f"{name}: must be a non-negative integer")
    return number


def _seconds(value: Any) -> float:
    # The comparison refuses infinity, and being false for it, "not a number".
    if type(value) not in (int, float) or not 0 <= value <= MAX_SECONDS:
        raise ValueError(f"seconds: must be a number from 0 to {MAX_SECONDS}")
    return float(value)


def _digits(value: Json, name: str, pattern: re.Pattern[str], length: int) -> str:
    digits = value.get(name)
    if not isinstance(digits, str) or not pattern.fullmatch(digits):
        raise ValueError(f"{name}: must be {length} hexadecimal digits")
    return digits


def _experiment(value: Any) -> Json:
    """Return an experiment if it is JSON within the limits, walked level by level."""
    if not isinstance(value, dict):
        raise ValueError("experiment: must be an object")
    level: list[Any] = [value]
    held = 0
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _inside(outer)]
        held += len(level)
        if held > MAX_VALUES:
            raise ValueError(f"experiment: must hold at most {MAX_VALUES} values")
    if any(_inside(deepest) for deepest in level):
        raise ValueError(f"experiment: must nest at most {MAX_DEPTH} deep")
    return value


def _inside(value: Any) -> list[Any]:
    """Return the values inside a list or an object, none inside a good scalar."""
    if isinstance(value, dict):
        for name in value:
            text(name, "experiment")
        return list(value.values())
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        text(value, "experiment")
    elif isinstance(value, int | float):
        # Besides what is huge this refuses infinities and "not a number".
        if not -_LARGEST < value < _LARGEST:
            raise ValueError(f"experiment: numbers must be finite and below {_LARGEST}")
    elif value is not None:
        raise ValueError(f"experiment: must be plain JSON, has {type(value).__name__}")
    return []
