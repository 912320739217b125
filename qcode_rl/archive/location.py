"""Where archives are, and whether one can be written there."""

import contextlib
import os
import shutil
import tempfile
import tomllib
from pathlib import Path

from qcode_rl.errors import InputError


def default_archive_path() -> Path:
    """Return the archive to use when none is named.

    Returns:
        `$QCODE_ARCHIVE` if set; else `search_runs/results/archive` of the checkout of qcode-rl that
        the current folder lies in; else `~/.local/share/qcode-rl/archive`.
    """
    named = os.environ.get("QCODE_ARCHIVE")
    if named:
        return Path(named).expanduser()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if _is_checkout(folder):
            return folder / "search_runs" / "results" / "archive"
    return Path.home() / ".local" / "share" / "qcode-rl" / "archive"


def require_writable(folder: Path) -> None:
    """Check that segments can be written below a folder, and leave nothing behind.

    Permission bits say little (to root, on /proc, on read-only mounts), so it is tried: beside what
    is missing, in the nearest folder that exists.

    Args:
        folder: the folder, which need not exist.

    Raises:
        InputError: saying what is in the way.
    """
    try:
        nearest = folder.absolute()
        missing = Path()
        while not os.path.lexists(nearest):
            missing = nearest.name / missing
            nearest = nearest.parent
        if not nearest.is_dir():
            raise NotADirectoryError(0, f"{nearest} is not a folder")
        _try_writing(nearest, missing)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"archive: cannot write to {str(folder)!r}: {reason}") from error


def _try_writing(nearest: Path, missing: Path) -> None:
    trial = Path(tempfile.mkdtemp(prefix=".qcode-rl-", dir=nearest))
    try:
        (trial / missing).mkdir(parents=True, exist_ok=True)
        with (trial / missing / "segment").open("wb") as file:
            file.write(b"\n")
            file.flush()
            os.fsync(file.fileno())
    finally:
        shutil.rmtree(trial, ignore_errors=True)


def _is_checkout(folder: Path) -> bool:
    with contextlib.suppress(OSError, ValueError):
        project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8")).get("project")
        return isinstance(project, dict) and project.get("name") == "qcode-rl"
    return False
