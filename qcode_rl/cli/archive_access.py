"""How the verbs of `qcode-rl archive` come to an archive, and what they say of damage in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from qcode_rl.archive import Archive

#: How many damaged lines a warning names.
MAX_NAMED = 10


def open_archive(folder: Path | None) -> Archive:
    """Return the archive that `--archive` names, or the default one (which need not exist).

    Raises:
        InputError: if the folder named does not exist.
    """
    from qcode_rl.archive import Archive, default_archive_path
    from qcode_rl.errors import InputError

    if folder is not None and not os.path.lexists(folder):
        raise InputError(f"--archive: there is no folder {str(folder)!r}")
    return Archive(folder or default_archive_path())


def warn_of_damage(held: Archive) -> None:
    """Name on stderr what cannot be used, without keeping the rest from being used."""
    _warn([f"damaged, passed over: {damage}" for damage in held.damage])
    _warn([f"contradiction: {conflict}" for conflict in held.conflicts])


def _warn(messages: list[str]) -> None:
    for message in messages[:MAX_NAMED]:
        click.echo(f"warning: {message}", err=True)
    if len(messages) > MAX_NAMED:
        click.echo(f"warning: and {len(messages) - MAX_NAMED} more such lines", err=True)
