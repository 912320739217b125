"""Writing one archived code to a file for other programs."""

import os
import tempfile
from pathlib import Path

import numpy as np

from qcode_rl.archive.presentation import ProductFactors
from qcode_rl.archive.records import CodeRecord
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix


def default_name(record: CodeRecord, suffix: str = "npz") -> str:
    """Return a file name for a record: `n_k_d-<beginning of the key>.suffix`."""
    return f"{record.n}_{record.k}_{record.d}-{record.key[:12]}.{suffix}"


def matrices(record: CodeRecord) -> dict[str, BinaryMatrix]:
    """Return `Hx` and `Hz` of a record, and for a hypergraph product its factors `H1` and `H2`."""
    code, presentation = record.code, record.presentation
    found = {"Hx": code.x_checks, "Hz": code.z_checks}
    if isinstance(presentation, ProductFactors):
        found |= {"H1": presentation.first.checks, "H2": presentation.second.checks}
    return found


def export_npz(record: CodeRecord, path: Path, force: bool = False) -> None:
    """Write a record's matrices to a compressed npz file, `uint8` each.

    Args:
        record: the record.
        path: the file.
        force: whether to replace a file of that name.

    Raises:
        InputError: if the file exists and `force` is not given, or if it cannot be written; there
            is never a half-written file of that name.
    """
    held = matrices(record)
    if not force and os.path.lexists(path):
        raise InputError(f"output: {str(path)!r} exists already (--force replaces it)")
    try:
        descriptor, name = tempfile.mkstemp(prefix=".qcode-rl-", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                np.savez_compressed(file, allow_pickle=False, **held)
            _move(name, path, force)
        finally:
            Path(name).unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"output: cannot write {str(path)!r}: {reason}") from error


def _move(name: str, path: Path, force: bool) -> None:
    umask = os.umask(0)
    os.umask(umask)
    os.chmod(name, 0o666 & ~umask)  # mkstemp's files are for their owner alone
    if force:
        os.replace(name, path)
        return
    try:
        os.link(name, path)  # unlike a rename, refuses to replace what came in between
    except FileExistsError:
        raise
    except OSError:
        os.replace(name, path)  # a file system without hard links
