"""What conditions on archived codes are made of, and what they mean.

Text becomes one of these in `qcode_rl.archive.where`.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol, TypeAlias

#: What a side of a comparison may come to; `None`: the code has no such value.
Value: TypeAlias = int | float | str | None


class Condition(Protocol):
    """What a condition becomes."""

    def holds(self, record: Any) -> bool:
        """Say whether it holds for a record (`CodeRecord`, or whatever has its attributes)."""


def _most_distance(record: Any) -> int:
    if record.distance is not None:
        return int(record.distance.upper)
    return int(record.n if record.k else 0)


#: The names in conditions, and what they stand for.
NAMES: dict[str, Callable[[Any], Value]] = {
    "n": lambda record: record.n,
    "k": lambda record: record.k,
    "d": lambda record: record.d,
    "dmax": _most_distance,
    "w": lambda record: record.w,
    "q": lambda record: record.q,
    "kd2n": lambda record: record.merit,
    "seed": lambda record: record.provenance.seed,
    "family": lambda record: record.family,
    "created": lambda record: record.provenance.created,
    "key": lambda record: record.key,
}
#: Those of the names that stand for text.
TEXTS = {"family", "created", "key"}
#: Relations, by how they are written.
RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}


@dataclass(frozen=True)
class Operand:
    """One side of a comparison.

    Attributes:
        value: what it comes to for a record.
        is_text: whether that is text, not a number.
    """

    value: Callable[[Any], Value]
    is_text: bool


@dataclass(frozen=True)
class Comparison:
    """Operands with relations between neighbours, as `4 <= k < 8`.

    What a code lacks (a seed) is unequal to everything, and in no order with anything.
    """

    operands: tuple[Operand, ...]
    relations: tuple[str, ...]

    def holds(self, record: Any) -> bool:
        """Say whether all relations hold."""
        values = [operand.value(record) for operand in self.operands]
        pairs = zip(self.relations, pairwise(values), strict=True)
        return all(_related(relation, *pair) for relation, pair in pairs)


@dataclass(frozen=True)
class Negation:
    """`not part`."""

    part: Condition

    def holds(self, record: Any) -> bool:
        """Say whether the part does not hold."""
        return not self.part.holds(record)


@dataclass(frozen=True)
class Conjunction:
    """Parts joined by `and`."""

    parts: tuple[Condition, ...]

    def holds(self, record: Any) -> bool:
        """Say whether all parts hold."""
        return all(part.holds(record) for part in self.parts)


@dataclass(frozen=True)
class Disjunction:
    """Parts joined by `or`."""

    parts: tuple[Condition, ...]

    def holds(self, record: Any) -> bool:
        """Say whether any part holds."""
        return any(part.holds(record) for part in self.parts)


def _related(relation: str, one: Value, other: Value) -> bool:
    if one is None or other is None:
        return relation == "!="
    return RELATIONS[relation](one, other)
