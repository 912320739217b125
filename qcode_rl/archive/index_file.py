"""The file of an index: an SQLite database that nobody writes to once it has its name.

A new index is drafted under another name, sealed with a checksum over all of its bytes, and put in
place of the old one at once. Readers open what they find for reading only, without locks: they have
the old or the new one, and whole. What has no good seal counts as absent, whatever happened to it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import stat
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from qcode_rl import __version__

#: Where SQLite's header keeps a number of the user's choice, here the checksum of all other bytes.
_SEAL = slice(60, 64)
_BLOCK = 1 << 20
#: Seconds after which a draft belongs to nobody: its writer was killed.
ABANDONED = 3600.0
#: The modules that decide what an index holds.
_MAKERS = (
    *("counts", "events", "fold", "presentation", "records", "segments"),
    *("index", "index_build", "index_file", "index_rows", "index_state", "quick", "reading"),
)


def places(archive: Path) -> list[Path]:
    """Return where the index of an archive may be, the first choice first.

    Beside the segments; where that cannot be written (and for the archive that ships with the
    package, which stays as it is) in the user's cache, under a name made of the archive's path.
    """
    try:
        resolved = archive.resolve()
    except (OSError, RuntimeError):
        resolved = archive.absolute()
    name = hashlib.sha256(os.fsencode(resolved)).hexdigest()[:32]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))
    kept = cache / "qcode-rl" / "index" / f"{name}.sqlite"
    ours = Path(__file__).resolve().parents[1] in resolved.parents
    return [kept] if ours else [archive / "index.sqlite", kept]


def identity(archive: Path) -> str:
    """Return what an index must say to be believed: whose it is, and which program made it.

    An index that came with a copy of the archive's folder is not believed: its maker is unknown.
    """
    here = Path(__file__).parent
    digest = hashlib.sha256(__version__.encode())
    for name in _MAKERS:
        with contextlib.suppress(OSError):  # installed without its sources: the version must do
            digest.update((here / f"{name}.py").read_bytes())
    return f"{archive.stat().st_ino}:{digest.hexdigest()}"


def open_sealed(path: Path, owner: str) -> sqlite3.Connection | None:
    """Open an index for reading.

    Args:
        path: its file.
        owner: its `identity`.

    Returns:
        The connection; `None` if there is no such index, or anything is wrong with it.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode) or _seal_of(path) != _checksum(path):
            return None
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
    except (OSError, ValueError, sqlite3.Error):
        return None
    try:
        if connection.execute("SELECT owner FROM meta").fetchone() == (owner,):
            return connection
    except sqlite3.Error:
        pass
    connection.close()
    return None


def replace(
    path: Path,
    base: sqlite3.Connection | None,
    owner: str,
    fill: Callable[[sqlite3.Connection], None],
) -> sqlite3.Connection:
    """Put a new index in a place.

    Args:
        path: the place.
        base: the index to begin with; `None`: an empty database.
        owner: its `identity`.
        fill: what makes it.

    Returns:
        The new index, open for reading.

    Raises:
        OSError | sqlite3.Error: if it cannot be written there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _clear_away(path)
    draft = path.with_name(f".{path.name}-{uuid4().hex}.tmp")
    try:
        with contextlib.closing(sqlite3.connect(draft)) as connection:
            # A draft that breaks off is thrown away: it needs neither a journal nor the disk's yes.
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA cache_size = -65536")
            if base is not None:
                base.backup(connection)
            fill(connection)
            connection.commit()
        _seal(draft)
        sealed = open_sealed(draft, owner)
        if sealed is None:
            raise OSError("it cannot be read back")
        os.replace(draft, path)  # the connection stays with the file, whatever its name
        return sealed
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def _clear_away(path: Path) -> None:
    """Remove the drafts of writers that were killed."""
    for draft in path.parent.glob(f".{path.name}-*.tmp"):
        with contextlib.suppress(OSError):
            if draft.stat().st_mtime < time.time() - ABANDONED:
                draft.unlink()


def _seal(path: Path) -> None:
    checksum = _checksum(path)
    with path.open("r+b") as file:
        file.seek(_SEAL.start)
        file.write(checksum.to_bytes(4, "big"))


def _seal_of(path: Path) -> int:
    with path.open("rb") as file:
        return int.from_bytes(file.read(_SEAL.stop)[_SEAL], "big")


def _checksum(path: Path) -> int:
    """Return the CRC-32 of a file, as if its seal were zero."""
    with path.open("rb") as file:
        first = bytearray(file.read(_BLOCK))
        first[_SEAL] = bytes(4)
        checksum = zlib.crc32(first)
        while block := file.read(_BLOCK):
            checksum = zlib.crc32(block, checksum)
    return checksum
