"""What all formats share: limits, opening a file, naming it in errors, writing it whole.

The limits are checked before anything is allocated, so that neither a large file nor a small one
that announces a large matrix costs more than a bounded amount of memory and time.
"""

import io
import os
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from qcode_rl.codes.classical import ClassicalCode
from qcode_rl.codes.css import CSSCode
from qcode_rl.codes.stabilizer import StabilizerCode
from qcode_rl.errors import InputError

#: What files hold.
AnyCode: TypeAlias = ClassicalCode | CSSCode | StabilizerCode

#: Largest matrix that is read or written.
MAX_ROWS = 1 << 13
MAX_COLUMNS = 1 << 14
MAX_ENTRIES = 1 << 26
#: A symplectic matrix has two columns a qubit.
MAX_QUBITS = MAX_COLUMNS // 2
#: Largest file, by how it is read: line by line, or all at once into Python objects.
MAX_LINES_BYTES = 1 << 25
MAX_OBJECTS_BYTES = 1 << 24
#: Largest npz archive; how much of a member is unpacked is limited by its announced shape.
MAX_NPZ_BYTES = 1 << 28


@contextmanager
def naming(*paths: Path) -> Iterator[None]:
    """Put the names of files in front of what goes wrong inside, as one line of `InputError`."""
    name = " and ".join(shown_path(path) for path in paths)
    try:
        yield
    except InputError as error:
        raise InputError(f"{name}: {' '.join(str(error).split())}") from error
    except UnicodeDecodeError as error:
        wrong = f"byte {error.object[error.start]:#04x} at offset {error.start}"
        raise InputError(f"{name}: must be UTF-8 text, got {wrong}") from error
    except OSError as error:
        raise InputError(f"{name}: {error.strerror or 'cannot be read or written'}") from error


def shown_path(path: Path) -> str:
    """Return a path for an error message, control characters escaped."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(path))


def shown(value: object, limit: int = 40) -> str:
    """Return a value for an error message: its `repr`, cut off beyond `limit` characters."""
    # Strings are cut first: the repr of a long one would be made in full.
    text = repr(value[: limit + 1] if isinstance(value, str) else value)
    return text if len(text) <= limit else f"{text[:limit]}..."


def require_file(path: Path, max_bytes: int) -> None:
    """Check that a path names a regular, non-empty file of bounded size.

    Raises:
        InputError: saying which of these it is not (without the path, which `naming` adds).
        OSError: if it does not exist or may not be looked at.
    """
    try:
        found = os.stat(path)
    except ValueError as error:  # a null character in the path
        raise InputError("no file can have this name") from error
    if stat.S_ISDIR(found.st_mode):
        raise InputError("must be a file, is a directory")
    if not stat.S_ISREG(found.st_mode):
        raise InputError("must be a regular file")
    if found.st_size == 0:
        raise InputError("must hold a code, is empty")
    if found.st_size > max_bytes:
        raise InputError(f"must have at most {max_bytes} bytes, has {found.st_size}")


def read_text(path: Path, max_bytes: int = MAX_LINES_BYTES) -> str:
    """Read a UTF-8 file of bounded size.

    Raises:
        InputError, OSError, UnicodeDecodeError: all of which `naming` makes one kind of.
    """
    require_file(path, max_bytes)
    with path.open("rb") as stream:
        return stream.read(max_bytes).decode("utf-8-sig")


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text, stripped, with their numbers from 1."""
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        yield number, line.strip()


def require_size(rows: int, columns: int, name: str = "matrix") -> None:
    """Check the announced size of a matrix before it is allocated; it may have no rows."""
    if columns < 1:
        raise InputError(f"{name} must have at least one column, got {rows} x {columns}")
    if rows > MAX_ROWS or columns > MAX_COLUMNS or rows * columns > MAX_ENTRIES:
        limits = f"{MAX_ROWS} rows, {MAX_COLUMNS} columns and {MAX_ENTRIES} entries"
        raise InputError(f"{name} must have at most {limits}, got {rows} x {columns}")


def natural(token: str, what: str) -> int:
    """Return the non-negative integer that a token of digits stands for.

    Raises:
        InputError: for anything else, a sign and more than 18 digits included.
    """
    if not (token.isascii() and token.isdigit()) or len(token) > 18:
        raise InputError(f"{what} must be a non-negative integer, got {shown(token)}")
    return int(token)


def write_whole(path: Path, data: bytes, max_bytes: int) -> None:
    """Write a file in one step, so that a reader never meets half of it.

    Raises:
        InputError: if it would be too large to be read again.
        OSError: if it cannot be written.
    """
    if len(data) > max_bytes:
        raise InputError(f"must have at most {max_bytes} bytes, would have {len(data)}")
    temporary = path.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
