"""The points of a sweep: one search each, named by the key of its spec."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from qcode_rl.errors import InputError
from qcode_rl.search.version import SPEC_VERSION
from qcode_rl.sweep.axes import Settings, nested, overlaid
from qcode_rl.sweep.ledger import logs_folder

if TYPE_CHECKING:
    from qcode_rl.sweep.files import Sweep

#: Changes when the same file would give other points of the same specs.
_PLAN_VERSION = 1


@dataclass(frozen=True)
class Point:
    """One search of a sweep.

    Attributes:
        key: of its spec.
        label: what sets it apart from the other points, such as `distance=9 seed=1`.
        values: its spec as plain values, for `spec_from`; empty if read back from a plan.
    """

    key: str
    label: str
    values: dict[str, Any]


def points_of(sweep: Sweep) -> list[Point]:
    """Return the points of a sweep, each spec once, in the order of its axes.

    Raises:
        InputError: naming the file, the point and what is wrong with its spec.
    """
    from qcode_rl.search.files import spec_from

    points: dict[str, Point] = {}
    for settings in sweep.axes:
        values = overlaid(sweep.spec, nested(settings))
        label = _label(settings)
        try:
            key = spec_from(values).key
        except InputError as error:
            where = f"at {label}: " if label else ""
            raise InputError(f"{sweep.path}: {where}{error}") from error
        points.setdefault(key, Point(key, label or "the base spec", values))
    return list(points.values())


def _label(settings: Settings) -> str:
    return " ".join(f"{name.rpartition('.')[2]}={value}" for name, value in settings.items())


def planned(sweep: Sweep, archive: Path) -> list[Point]:
    """Return keys and labels of a sweep's points: from the plan in an archive, if there is one.

    Making ten thousand specs takes seconds, reading a plan takes none. A plan that is not of this
    very file is passed over, and one that can be written is.
    """
    held = _read_plan(_plan_path(sweep, archive), sweep)
    if held is None:
        held = points_of(sweep)
        with contextlib.suppress(InputError):
            write_plan(sweep, archive, held)
    return held


def write_plan(sweep: Sweep, archive: Path, points: list[Point]) -> None:
    """Keep keys and labels of a sweep's points in an archive, which must exist.

    Raises:
        InputError: if they cannot be written.
    """
    path = _plan_path(sweep, archive)
    told = {"digest": _digest(sweep), "points": [[p.key, p.label] for p in points]}
    beside = path.with_name(f".{path.stem}-{uuid4().hex}.tmp")
    try:
        if not archive.is_dir():
            raise FileNotFoundError(2, "no such folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            beside.write_text(json.dumps(told))
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"archive: cannot write {str(path)!r}: {error.strerror}") from error


def _plan_path(sweep: Sweep, archive: Path) -> Path:
    return logs_folder(archive) / sweep.name / "plan.json"


def _digest(sweep: Sweep) -> str:
    return f"{_PLAN_VERSION} {SPEC_VERSION} {sweep.digest}"


def _read_plan(path: Path, sweep: Sweep) -> list[Point] | None:
    try:
        held = json.loads(path.read_bytes())
        if held["digest"] != _digest(sweep):
            return None
        return [Point(str(key), str(label), {}) for key, label in held["points"]]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None  # a plan is only a shortcut: whatever is wrong with it, points can be made anew
