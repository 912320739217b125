"""Claims: who runs a point, so that no other does.

A claim is a file under `claims/` in the archive, made by a hard link: that happens once or not at
all, on network file systems too. Who finds a claim whose owner is dead takes it over.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from qcode_rl.errors import InputError
from qcode_rl.sweep.ledger import file_age
from qcode_rl.sweep.owners import Owner, queued_jobs

#: A claim whose content is not read yet, or is damaged, is left alone for so long.
_GRACE_SECONDS = 60.0


@dataclass(frozen=True)
class Claim:
    """A claim that is held, or was: who is taken for dead wrongly has an heir.

    Attributes:
        path: its file.
        token: what tells its file from those of all other claims.
        taken_over: who held it before and died, `None` for nobody.
    """

    path: Path
    token: str
    taken_over: Owner | None = None

    @property
    def held(self) -> bool:
        """Whether it is still this claim that its file holds, and not an heir's or nobody's."""
        content = _content(self.path)
        return isinstance(content, dict) and content.get("token") == self.token

    def release(self) -> None:
        """Give the point back, unless somebody else has it."""
        with contextlib.suppress(OSError):
            if self.held:
                self.path.unlink(missing_ok=True)

    def touch(self) -> None:
        """Show that its owner is alive, unless somebody else has the point."""
        with contextlib.suppress(OSError):
            if self.held:
                os.utime(self.path)


def claims_folder(archive: Path) -> Path:
    """Return where an archive keeps claims."""
    return archive / "claims"


def holder(archive: Path, key: str, jobs: frozenset[str] | None = None) -> Owner | None:
    """Return who runs a point now, `None` if nobody does.

    Args:
        archive: folder of the archive.
        key: of the point.
        jobs: tasks of Slurm that run now, `None` if nobody knows.
    """
    path = claims_folder(archive) / key
    owner = _read(path)
    return owner if owner and owner.lives(file_age(path), jobs) else None


def claimed(archive: Path) -> Iterator[str]:
    """Yield keys of the points that somebody has claimed, dead or alive."""
    with contextlib.suppress(OSError):
        for entry in os.scandir(claims_folder(archive)):
            if not entry.name.startswith("."):
                yield entry.name


def claim(archive: Path, key: str) -> Claim | None:
    """Claim a point.

    Args:
        archive: folder of the archive, which must hold `claims`: what vanished stays away.
        key: of the point.

    Returns:
        The claim, `None` if another owner runs the point.

    Raises:
        InputError: if the archive cannot be written.
    """
    path = claims_folder(archive) / key
    token = uuid4().hex
    mine = path.with_name(f".{token}")
    try:
        mine.write_text(json.dumps(Owner.here().to_json() | {"token": token}))
        try:
            return _install(mine, path, token)
        finally:
            mine.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"archive: cannot write to {str(path.parent)!r}: {reason}") from error


def _install(mine: Path, path: Path, token: str) -> Claim | None:
    with contextlib.suppress(FileExistsError):
        os.link(mine, path)
        return Claim(path, token)
    age, held = file_age(path), _read(path)
    young = age is None or age < _GRACE_SECONDS
    # Asking Slurm takes a while, and is for those whom this machine cannot see.
    jobs = queued_jobs(running=True) if held and held.job and not held.nearby else None
    if held.lives(age, jobs) if held else young:
        return None
    return _inherit(mine, path, token, held)


def _inherit(mine: Path, path: Path, token: str, held: Owner | None) -> Claim | None:
    """Put a claim in the place of a dead one.

    The place is never empty, and only who has claimed the inheritance changes it: of several heirs
    one gets the point, and one that comes late does not take it from the first.
    """
    heir = _install(mine, path.with_name(f".{path.name}.heir"), token)
    if heir is None:
        return None
    try:
        if _read(path) != held:
            return None
        another = mine.with_name(f"{mine.name}.heir")
        os.link(mine, another)
        try:
            os.replace(another, path)
        finally:
            another.unlink(missing_ok=True)
        return Claim(path, token, taken_over=held)
    finally:
        heir.release()


def _read(path: Path) -> Owner | None:
    return Owner.of(_content(path))


def _content(path: Path) -> Any:
    """Return what a claim's file holds as plain values, `None` if it cannot be read."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
