"""Sealed files: named arrays and a JSON value in one safetensors file, under one checksum.

A file is written beside its place and renamed, so that there is never half of one, and nothing in
it can run code when it is read. safetensors files have no checksum of their own.
"""

import hashlib
import json
import os
import uuid
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from qcode_rl.errors import InputError

#: Changes when what is sealed is written differently.
VERSION = 1

Json: TypeAlias = dict[str, Any]
Arrays: TypeAlias = dict[str, NDArray[Any]]


def write_sealed(path: Path, value: Json, arrays: Arrays) -> None:
    """Write a file, which replaces one of that name once it is on the disk.

    Args:
        path: the file; folders are made.
        value: a JSON value.
        arrays: arrays of numbers by name.

    Raises:
        InputError: if it cannot be written; what was there before is there still.
    """
    text = json.dumps(value, allow_nan=False)
    metadata = {"version": str(VERSION), "value": text, "sha256": _digest(text, arrays)}
    beside = path.with_name(f".{path.stem}-{uuid.uuid4().hex}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            save_file(arrays, beside, metadata)
            # safetensors makes files for their owner alone; archives are shared as folders are.
            beside.chmod(path.parent.stat().st_mode & 0o666)
            _sync(beside)
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
        _sync(path.parent)
    except (OSError, SafetensorError) as error:
        raise InputError(f"cannot write {str(path)!r}: {_reason(error)}") from error


def read_sealed(path: Path) -> tuple[Json, Arrays]:
    """Read a file back.

    Args:
        path: the file, which may be anything at all.

    Returns:
        The JSON value and the arrays, as they were written.

    Raises:
        InputError: naming the file, if it cannot be read, is of another version, or is damaged.
    """
    try:
        with safe_open(path, framework="np") as file:
            metadata = file.metadata() or {}
            _require_version(metadata)
            # Not a mapping: it has keys, but is no iterable.
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        text = metadata.get("value", "")
        if _digest(text, arrays) != metadata.get("sha256"):
            raise ValueError("is damaged: its checksum does not match")
        value = json.loads(text)
    except (OSError, SafetensorError, ValueError, RecursionError) as error:
        raise InputError(f"{str(path)!r}: {_reason(error)}") from error
    if not isinstance(value, dict):
        raise InputError(f"{str(path)!r}: must hold an object")
    return value, arrays


def _require_version(metadata: dict[str, str]) -> None:
    if not {"version", "value", "sha256"} <= metadata.keys():
        raise ValueError("is not a sealed file of qcode-rl")
    there = metadata["version"]
    if there != str(VERSION):
        shown = there[:40] if there.isprintable() else "unreadable"
        raise ValueError(f"its format is version {shown}, and version {VERSION} is read here")


def _digest(text: str, arrays: Arrays) -> str:
    digest = hashlib.sha256(text.encode())
    for name, array in sorted(arrays.items()):
        digest.update(f"\n{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error)


def _sync(path: Path) -> None:
    """Make a file, or the entries of a folder, durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError:
        # Some network file systems refuse it for folders, whose entries then last as they please.
        if not path.is_dir():
            raise
    finally:
        os.close(descriptor)
