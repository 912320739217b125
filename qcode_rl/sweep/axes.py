"""The axes of a sweep: which values its points take together.

`grid` multiplies, `zip` steps several settings side by side, `list` names settings one by one,
and `seeds` repeats all of them. Nested settings have dotted names, such as `agent.width`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeAlias

from qcode_rl.errors import InputError

#: Settings by dotted name.
Settings: TypeAlias = dict[str, Any]

#: Most points that a sweep may have.
MAX_POINTS = 1_000_000


@dataclass(frozen=True)
class Axes:
    """What varies over a sweep.

    Attributes:
        grid: values by setting; every combination is taken.
        zips: groups of settings whose values are taken side by side; all of a group equally many.
        listed: settings of single points; every other axis is combined with each of them.
        seeds: random seeds; empty for that of the base spec alone.
    """

    grid: dict[str, Sequence[Any]]
    zips: tuple[dict[str, Sequence[Any]], ...] = ()
    listed: tuple[Settings, ...] = ()
    seeds: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for name, values in self.grid.items():
            _require_values(f"grid.{name}", values)
        for group in self.zips:
            for name, values in group.items():
                _require_values(f"zip.{name}", values)
            lengths = {name: len(values) for name, values in group.items()}
            if len(set(lengths.values())) > 1:
                told = ", ".join(f"{name} {length}" for name, length in lengths.items())
                raise InputError(f"zip: must have as many values of each setting, got {told}")
        self._require_apart()
        # `len` itself takes no number beyond 2^63.
        if self._count() > MAX_POINTS:
            raise InputError(f"axes: must make at most {MAX_POINTS} points, got {self._count()}")

    def _require_apart(self) -> None:
        """Refuse a setting that two axes give, and one within a table that another gives."""
        everywhere = [*self.grid, *(name for group in self.zips for name in group)]
        everywhere += ["seed"] if self.seeds else []
        for listed in dict.fromkeys(tuple(one) for one in self.listed or ({},)):
            named = [*everywhere, *listed]
            for name in named:
                if named.count(name) > 1:
                    raise InputError(f"axes: must give each setting once, got {name!r} twice")
                for outer in named:
                    if name.startswith(f"{outer}."):
                        told = f"{outer!r} and {name!r}"
                        raise InputError(f"axes: must give each setting once, got {told}")

    def __len__(self) -> int:
        return self._count()

    def _count(self) -> int:
        count = max(1, len(self.listed)) * max(1, len(self.seeds))
        for values in self.grid.values():
            count *= len(values)
        for group in self.zips:
            count *= len(next(iter(group.values()), [None]))
        return count

    def __iter__(self) -> Iterator[Settings]:
        """Yield the settings of each combination; seeds vary fastest."""
        listed = self.listed or ({},)
        zips = [_side_by_side(group) for group in self.zips]
        grid = [[{name: value} for value in values] for name, values in self.grid.items()]
        seeds = [{"seed": seed} for seed in self.seeds] or [{}]
        for parts in product(listed, *zips, *grid, seeds):
            together: Settings = {}
            for part in parts:
                together |= part
            yield together


def _side_by_side(group: dict[str, Sequence[Any]]) -> list[Settings]:
    return [dict(zip(group, values, strict=True)) for values in zip(*group.values(), strict=True)]


def _require_values(name: str, values: Any) -> None:
    if not isinstance(values, list | tuple) or not values:
        raise InputError(f"{name}: must be a list of values, got {values!r}")


def nested(settings: Settings) -> dict[str, Any]:
    """Return settings with dotted names as tables.

    Example:
        >>> nested({"distance": 9, "agent.width": 16})
        {'distance': 9, 'agent': {'width': 16}}
    """
    tables: dict[str, Any] = {}
    for name, value in settings.items():
        *outer, last = name.split(".")
        table = tables
        for part in outer:
            table = table.setdefault(part, {})
        table[last] = value
    return tables


def overlaid(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return a table with another one's settings in place of its own, tables within it likewise."""
    result = dict(base)
    for name, value in changes.items():
        held = result.get(name)
        if isinstance(held, dict) and isinstance(value, dict):
            value = overlaid(held, value)
        result[name] = value
    return result
