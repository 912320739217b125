"""Files that verbs are to write: refused early where they cannot be."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from qcode_rl.errors import InputError


def require_plot(path: Path | None) -> None:
    """Refuse a plot that could not be drawn or written, before time is spent on what it shows."""
    if path is None:
        return
    if find_spec("matplotlib") is None:
        raise InputError("--plot: needs matplotlib: pip install 'qcode-rl[plots]'")
    from qcode_rl.plots.files import require_format

    require_format(path)
    require_writable("--plot", path)


def require_writable(flag: str, path: Path | None) -> None:
    """Refuse a file that cannot be written before hours are spent on what is to go there."""
    if path is None:
        return
    there = path if path.exists() else path.parent
    if path.is_dir() or not there.exists() or not os.access(there, os.W_OK):
        raise InputError(f"{flag}: must be a file that can be written, got {str(path)!r}")


def require_folder(flag: str, path: Path | None) -> None:
    """Refuse what cannot become a folder with files in it, before time is spent on those."""
    if path is None:
        return
    there = next(folder for folder in (path, *path.absolute().parents) if folder.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise InputError(f"{flag}: must be a folder that can be written to, got {str(path)!r}")
