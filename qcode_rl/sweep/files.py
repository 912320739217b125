"""Sweep files: a base spec, axes, and how jobs are run, in TOML."""

import hashlib
import math
import os
import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from qcode_rl.errors import InputError
from qcode_rl.sweep.axes import Axes
from qcode_rl.sweep.options import SlurmOptions
from qcode_rl.toml import read_toml

#: What a point may take if it names no evaluations and the file no time.
DEFAULT_SECONDS = 180.0
_KEYS = ("name", "spec", "grid", "zip", "list", "seeds", "time", "parallel", "slurm")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_TIME = re.compile(r"([0-9]+(?:\.[0-9]+)?)([smhd])")
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True)
class Sweep:
    """A sweep, as its file defines it.

    Attributes:
        path: the file.
        name: of its logs in an archive; by default the file's name without `.toml`.
        spec: settings that all points share, as in a spec file.
        axes: settings that vary.
        seconds: most that one point may take; `None`: as long as its evaluations take.
        parallel: searches at a time (local) or array tasks at a time (Slurm); `None`: as many as
            there are cores, or as the cluster allows.
        slurm: how jobs are submitted.
        digest: of what decides the points: the file, and those that it names.
    """

    path: Path
    name: str
    spec: dict[str, Any]
    axes: Axes
    seconds: float | None = None
    parallel: int | None = None
    slurm: SlurmOptions = field(default_factory=SlurmOptions)
    digest: str = ""


def read_sweep(path: Path) -> Sweep:
    """Read a sweep file.

    Args:
        path: a TOML file with `spec` (a table, or the name of a spec file beside it) and any of
            `grid`, `zip`, `list`, `seeds`, `time`, `parallel`, `name` and `slurm`.

    Returns:
        The sweep; its points are not made yet.

    Raises:
        InputError: naming the file, the setting, the rule and the value.
    """
    values = read_toml(path)
    try:
        return _sweep(path, values)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _sweep(path: Path, values: dict[str, Any]) -> Sweep:
    for name in values:
        if name not in _KEYS:
            near = get_close_matches(name, _KEYS, n=1)
            hint = f"; nearest: {near[0]}" if near else ""
            raise InputError(f"{name}: no such setting of a sweep{hint}")
    spec, files = _spec(path, values.get("spec"))
    name = values.get("name", path.stem)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise InputError(f"name: must be of letters, digits, '.', '_' and '-', got {name!r}")
    grid = _located(path, _table(values, "grid"))
    zips = [_located(path, group) for group in _tables(values, "zip")]
    listed = [_located(path, one) for one in _tables(values, "list")]
    files += _seed_files([spec, grid, *zips, *listed])
    return Sweep(
        path=path,
        name=name,
        spec=spec,
        axes=Axes(grid, tuple(zips), tuple(listed), _seeds(values.get("seeds"))),
        seconds=_seconds(values.get("time")),
        parallel=_parallel(values.get("parallel")),
        slurm=SlurmOptions.of(_table(values, "slurm")),
        digest=_digest([path, *files]),
    )


def _spec(path: Path, value: Any) -> tuple[dict[str, Any], list[Path]]:
    """Return the base spec, and its file if it has one of its own."""
    if isinstance(value, dict):
        return _located(path, value), []
    if isinstance(value, str):
        file = path.parent / value
        return _located(file, read_toml(file)), [file]
    raise InputError(f"spec: must be a table or the name of a spec file, got {value!r}")


def _located(path: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """Return settings whose seed codes, if they are files beside another, are found anywhere."""

    def located(value: Any) -> Any:
        if isinstance(value, list):
            return [located(one) for one in value]
        beside = isinstance(value, str) and os.path.isfile(path.parent / value)
        return str(path.parent / value) if beside else value

    return {name: located(v) if name == "seed_code" else v for name, v in settings.items()}


def _seed_files(tables: list[dict[str, Any]]) -> list[Path]:
    """Return the files that settings name as seed codes, whose checks decide the points too."""
    named = [table.get("seed_code") for table in tables]
    flat = [one for value in named for one in (value if isinstance(value, list) else [value])]
    return [Path(one) for one in flat if isinstance(one, str) and os.path.isfile(one)]


def _table(values: dict[str, Any], name: str) -> dict[str, Any]:
    value = values.get(name, {})
    if not isinstance(value, dict):
        raise InputError(f"{name}: must be a table, got {value!r}")
    return value


def _tables(values: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = values.get(name, [])
    value = [value] if isinstance(value, dict) else value
    if not isinstance(value, list) or not all(isinstance(one, dict) and one for one in value):
        raise InputError(f"{name}: must be tables ([[{name}]]), got {value!r}")
    return value


def _seeds(value: Any) -> tuple[int, ...]:
    if value is None:
        return ()
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 1_000_000:
        return tuple(range(value))
    if isinstance(value, list) and value and all(type(i) is int and i >= 0 for i in value):
        return tuple(value)
    raise InputError(f"seeds: must be how many, or a list of whole numbers from 0, got {value!r}")


def _seconds(value: Any) -> float | None:
    if value is None:
        return None
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    seconds = float(match[1]) * _UNITS[match[2]] if match else 0.0
    if not 0 < seconds < math.inf:
        raise InputError(f'time: must be a positive time such as "90s" or "3m", got {value!r}')
    return seconds


def _parallel(value: Any) -> int | None:
    if value is not None and (type(value) is not int or value < 1):
        raise InputError(f"parallel: must be a whole number from 1, got {value!r}")
    return value


def _digest(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        try:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    return digest.hexdigest()
