"""Writing one archived code to a file for other programs."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from qcode_rl.archive.challenge import challenge_document
from qcode_rl.archive.presentation import ProductFactors
from qcode_rl.archive.records import CodeRecord
from qcode_rl.codes import CSSCode, StabilizerCode
from qcode_rl.codes.io import FORMATS, write_code
from qcode_rl.codes.io.matrix_files import halves_of
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix

#: What files of each format end in, as `qcode_rl.codes.io` reads them.
SUFFIXES = {name: form.suffix for name, form in FORMATS.items()} | {"challenge": ".challenge.json"}


def default_name(record: CodeRecord, form: str = "npz") -> str:
    """Return a file name for a record: `n_k_d-<beginning of the key>` and the format's suffix."""
    return f"{record.n}_{record.k}_{record.d}-{record.key[:12]}{SUFFIXES[form]}"


def matrices(record: CodeRecord) -> dict[str, BinaryMatrix]:
    """Return the matrices of a record.

    Args:
        record: the record.

    Returns:
        `Hx` and `Hz`, and for a hypergraph product its factors `H1` and `H2`; of a code that is not
        CSS `S`, its symplectic rows `[X|Z]`.
    """
    code, presentation = record.code, record.presentation
    if isinstance(code, StabilizerCode):
        return {"S": code.checks}
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
    with _staged((path,), force) as folder, (folder / path.name).open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **held)


def export_code(record: CodeRecord, path: Path, form: str, force: bool = False) -> tuple[Path, ...]:
    """Write a record's code in any format of `qcode_rl.codes.io`.

    Args:
        record: the record.
        path: the file; a CSS code in alist or Matrix Market goes to two, whose names get an X and a
            Z before the suffix.
        form: name of the format; npz holds the factors of a product too.
        force: whether to replace files of these names.

    Returns:
        The files written.

    Raises:
        InputError: if the format is unknown or does not hold such codes, a file exists and `force`
            is not given, or cannot be written. Then none is.
    """
    if form == "npz":
        export_npz(record, path, force)
        return (path,)
    paired = form in ("alist", "mtx") and isinstance(record.code, CSSCode)
    targets = halves_of(path) if paired else (path,)
    if path not in targets and os.path.lexists(path):
        raise InputError(f"output: {str(path)!r} exists, and would be read instead of its halves")
    with _staged(targets, force) as folder:
        try:
            write_code(record.code, folder / path.name, form)
        except InputError as error:
            # The folder is of no interest to anybody, and gone by then.
            raise InputError(str(error).replace(str(folder), str(path.parent))) from error
    return targets


def export_challenge(
    record: CodeRecord, path: Path, force: bool = False, **options: Any
) -> tuple[Path, ...]:
    """Write a record as JSON of the public QEC challenge.

    Args:
        record: the record of a CSS code.
        path: the file.
        force: whether to replace a file of that name.
        **options: those of `challenge_document`.

    Returns:
        The file.

    Raises:
        InputError: if it is no code for the challenge, or the file cannot be written.
    """
    _require_free(path, force)
    text = json.dumps(challenge_document(record, **options)) + "\n"
    with _staged((path,), force) as folder:
        (folder / path.name).write_text(text, "ascii")
    return (path,)


def _require_free(path: Path, force: bool) -> None:
    if not force and os.path.lexists(path):
        raise InputError(f"output: {str(path)!r} exists already (--force replaces it)")


@contextmanager
def _staged(targets: tuple[Path, ...], force: bool) -> Iterator[Path]:
    """Give a folder to write files of the targets' names in, which then move where they belong."""
    for target in targets:
        _require_free(target, force)
    try:
        with tempfile.TemporaryDirectory(prefix=".qcode-rl-", dir=targets[0].parent) as name:
            yield Path(name)
            for target in targets:
                _move(str(Path(name) / target.name), target, force)
    except InputError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"output: cannot write {str(targets[0])!r}: {reason}") from error


def _move(name: str, path: Path, force: bool) -> None:
    if force:
        os.replace(name, path)
        return
    try:
        os.link(name, path)  # unlike a rename, refuses to replace what came in between
    except FileExistsError:
        raise
    except OSError:
        os.replace(name, path)  # a file system without hard links
