"""NumPy archives: `H` (classical), `Hx` and `Hz` (CSS) or `S` (symplectic rows `[X|Z]`).

Keys count in any case, other members are ignored. Members are decoded here rather than by
`numpy.load`: the header is matched by patterns and checked before any data is unpacked, so that
nothing is evaluated or unpickled, and no announced size is believed.
"""

import io
import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import DTypeLike

from qcode_rl import gf2
from qcode_rl.codes.classical import ClassicalCode
from qcode_rl.codes.css import CSSCode
from qcode_rl.codes.io.files import (
    MAX_NPZ_BYTES,
    AnyCode,
    naming,
    natural,
    require_file,
    require_size,
    shown,
    write_whole,
)
from qcode_rl.codes.stabilizer import StabilizerCode
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix

_LAYOUTS = ({"h"}, {"hx", "hz"}, {"s"})
_MAX_HEADER_BYTES = 10_000
_MAX_MEMBERS = 10_000
_DESCR = re.compile(r"""['"]descr['"]\s*:\s*['"]([^'"]{0,40})['"]""")
_ORDER = re.compile(r"""['"]fortran_order['"]\s*:\s*(True|False)""")
_SHAPE = re.compile(r"""['"]shape['"]\s*:\s*\(([0-9, ]*)\)""")
_BINARY_TYPE = re.compile(r"[<>|=]?(?:b1|[iu][1248]|f[248])")
# What zipfile and zlib raise for files damaged in one way or another.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ValueError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    KeyError,
    IndexError,
    OverflowError,
)


def read(path: Path) -> AnyCode:
    """Read a code of any kind from an npz file.

    Raises:
        InputError: naming the file, the rule and the value.
    """
    with naming(path):
        require_file(path, MAX_NPZ_BYTES)
        try:
            matrices = _matrices(path)
        except InputError:
            raise
        except _DAMAGED as error:
            raise InputError(
                f"must be an undamaged npz archive ({shown(str(error), 80)})"
            ) from error
        return _code(matrices)


def write(code: AnyCode, path: Path) -> tuple[Path, ...]:
    """Write a code of any kind to an npz file, compressed; returns the path."""
    if isinstance(code, ClassicalCode):
        matrices = {"H": code.checks}
    elif isinstance(code, CSSCode):
        matrices = {"Hx": code.x_checks, "Hz": code.z_checks}
    else:
        matrices = {"S": code.checks}
    buffer = io.BytesIO()
    with naming(path):
        np.savez_compressed(buffer, allow_pickle=False, **matrices)
        write_whole(path, buffer.getvalue(), MAX_NPZ_BYTES)
    return (path,)


def _code(matrices: dict[str, BinaryMatrix]) -> AnyCode:
    if not any(len(matrix) for matrix in matrices.values()):
        raise InputError("matrix must have at least one row, got none")
    if "h" in matrices:
        return ClassicalCode(matrices["h"])
    if "s" in matrices:
        return StabilizerCode(matrices["s"])
    return CSSCode(matrices["hx"], matrices["hz"])


def _matrices(path: Path) -> dict[str, BinaryMatrix]:
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        if len(infos) > _MAX_MEMBERS:
            raise InputError(f"must have at most {_MAX_MEMBERS} members, has {len(infos)}")
        wanted: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            key = info.filename.removesuffix(".npy").lower()
            if any(key in layout for layout in _LAYOUTS):
                if key in wanted:
                    raise InputError(f"must hold {key!r} once, in whatever case, holds it twice")
                wanted[key] = info
        if set(wanted) not in _LAYOUTS:
            names = ", ".join(info.filename.removesuffix(".npy") for info in infos[:8]) or "none"
            raise InputError(f"must hold H; Hx and Hz; or S, got members {shown(names, 80)}")
        return {key: _matrix(archive, info) for key, info in wanted.items()}


def _matrix(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> BinaryMatrix:
    name = info.filename.removesuffix(".npy")
    # The other methods can take gigabytes of working memory by themselves.
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputError(f"{name}: must be stored or deflated, got method {info.compress_type}")
    with archive.open(info) as stream:
        dtype, order, (rows, columns) = _header(stream, name)
        size = rows * columns * np.dtype(dtype).itemsize
        data = stream.read(size)
        if len(data) < size or stream.read(1):
            amount = "less" if len(data) < size else "more"
            raise InputError(f"{name}: must have {size} bytes of data as announced, has {amount}")
    array = np.frombuffer(data, dtype=dtype).reshape((rows, columns), order=order)  # type: ignore[call-overload]
    return gf2.as_binary_matrix(array, name)


def _header(stream: IO[bytes], name: str) -> tuple[DTypeLike, str, tuple[int, int]]:
    """Return element type, order ("C" or "F") and shape, checked, of an npy member."""
    start = stream.read(8)
    if start[:6] != b"\x93NUMPY" or len(start) < 8 or start[6] not in (1, 2, 3):
        raise InputError(f"{name}: must be an array in npy format, version 1, 2 or 3")
    length = int.from_bytes(stream.read(2 if start[6] == 1 else 4), "little")
    if length > _MAX_HEADER_BYTES:
        raise InputError(
            f"{name}: header must have at most {_MAX_HEADER_BYTES} bytes, has {length}"
        )
    text = stream.read(length).decode("latin-1")
    descr, order, shape = (pattern.search(text) for pattern in (_DESCR, _ORDER, _SHAPE))
    if descr is None or order is None or shape is None:
        raise InputError(f"{name}: must be a plain array, got header {shown(text, 80)}")
    dtype = _element_type(descr[1], name)
    sizes = [natural(part.strip(), f"{name}: size") for part in shape[1].split(",") if part.strip()]
    if len(sizes) != 2:
        raise InputError(f"{name}: must be a matrix (two dimensions), got {len(sizes)}")
    require_size(sizes[0], sizes[1], f"{name}: matrix")
    return dtype, "F" if order[1] == "True" else "C", (sizes[0], sizes[1])


def _element_type(descr: str, name: str) -> DTypeLike:
    if "O" in descr:
        raise InputError(f"{name}: entries must be 0 or 1, got pickled objects, never unpickled")
    if not _BINARY_TYPE.fullmatch(descr):
        raise InputError(f"{name}: entries must be 0 or 1, got values of type {shown(descr)}")
    # A byte that stands for a boolean may hold anything, which only an integer shows.
    return np.dtype("u1" if descr.endswith("b1") else descr)
