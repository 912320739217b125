"""Whether an index knows the segments as they are: by what the file system and their bytes say."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from pathlib import Path
from typing import NamedTuple

from qcode_rl.archive.segments import segment_paths

#: A file that was changed so few nanoseconds before it was read may have been changed again since,
#: and its times still be the same.
SETTLED = 2 * 10**9
_BLOCK = 1 << 20


class Stat(NamedTuple):
    """What the file system says of a segment.

    Attributes:
        size: in bytes.
        modified: when its content changed, in nanoseconds.
        changed: when anything about it changed, which no program can set.
        inode: its number in the file system.
    """

    size: int
    modified: int
    changed: int
    inode: int


class Seen(NamedTuple):
    """What an index has read of a segment.

    Attributes:
        id: its number in the index.
        stat: what the file system said before it was read.
        read: when it had been read, in nanoseconds.
        lines: how many lines it had.
        digest: the digest of its bytes, empty if it could not be read.
        whole: whether it ended with a line end.
    """

    id: int
    stat: Stat
    read: int
    lines: int
    digest: bytes
    whole: bool


def look(folder: Path) -> dict[bytes, Stat]:
    """Return the segments below a folder by their names relative to it, in the order of reading."""
    return {os.fsencode(path.relative_to(folder)): stat_of(path) for path in segment_paths(folder)}


def stat_of(path: Path) -> Stat:
    """Return what the file system says of a file; zeros if it says nothing."""
    try:
        found = path.stat()
    except OSError:
        return Stat(0, 0, 0, 0)
    return Stat(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def seen(connection: sqlite3.Connection) -> dict[bytes, Seen]:
    """Return what an index has read, by name."""
    rows = connection.execute(
        "SELECT name, id, size, modified, changed, inode, read, lines, digest, whole FROM segments"
    )
    return {
        name: Seen(number, Stat(*stat), read, lines, digest, bool(whole))
        for name, number, *stat, read, lines, digest, whole in rows
    }


def is_same(path: Path, now: Stat, before: Seen) -> bool:
    """Say whether a segment is what it was when it was read."""
    settled = max(now.modified, now.changed) < before.read - SETTLED
    if now == before.stat and settled and before.digest:
        return True
    return now.size == before.stat.size and digest_of(path, now.size) == before.digest


def has_grown(path: Path, now: Stat, before: Seen) -> bool:
    """Say whether whole lines were read, and more came since while they stayed what they were."""
    if now.size <= before.stat.size or not before.whole or not before.digest:
        return False
    return digest_of(path, before.stat.size) == before.digest


def digest_of(path: Path, size: int) -> bytes:
    """Return the digest of the first bytes of a file; empty if they cannot be read."""
    digest = hashlib.blake2b(digest_size=16)
    left = size
    try:
        with path.open("rb") as file:
            while left and (block := file.read(min(left, _BLOCK))):
                digest.update(block)
                left -= len(block)
    except OSError:
        return b""
    return b"" if left else digest.digest()


def now_ns() -> int:
    """Return the time by the clock, in nanoseconds."""
    return time.time_ns()


def ends_with_newline(path: Path, size: int) -> bool:
    """Say whether the first bytes of a file end a line, or are none."""
    if not size:
        return True
    try:
        with path.open("rb") as file:
            file.seek(size - 1)
            return file.read(1) == b"\n"
    except OSError:
        return False
