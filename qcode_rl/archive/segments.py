"""Segments: append-only files of checksummed JSON lines, one file a writer.

A line is `{"id":"<32 hexadecimal digits>",<the event's members>}`, and the id is the first half of
the SHA-256 of the rest as bytes: of `{<the event's members>}`, which writers make canonical (sorted
keys, no spaces, ASCII). One field is thus the checksum of the line and the identity of the event.
"""

from __future__ import annotations

import errno
import glob
import hashlib
import json
import os
import re
import socket
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, NoReturn, Self

from qcode_rl.errors import InputError

if TYPE_CHECKING:  # codes come with their kernels, which a list of codes must not wait for
    from qcode_rl.archive.presentation import Json

#: Longest line, in bytes, that is written or read.
MAX_LINE = 1 << 24

_OPENING = b'{"id":"'
_ID_END = len(_OPENING) + 32
_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


# Made once: a decoder takes longer to make than most lines to read.
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


@dataclass(frozen=True)
class Damage:
    """A line that cannot be used.

    Attributes:
        path: the segment.
        line: number of the line, from 1; 0 for the whole file.
        reason: what is wrong with it.
        torn: whether it is only a last line without an end: a writer was stopped there, or is in it
            just now. Nothing else is lost, and nothing that a writer had returned from.
    """

    path: Path
    line: int
    reason: str
    torn: bool = False

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}"


class Line(NamedTuple):
    """A good line.

    Attributes:
        number: which line, from 1.
        id: the id of its event.
        event: the event.
        offset: where it begins, in bytes.
        length: how many bytes it takes, without its line end.
    """

    number: int
    id: str
    event: Json
    offset: int = 0
    length: int = 0


class SegmentWriter:
    """Appends events to a segment of its own; a context manager.

    The file is created by the first append: who finds nothing writes nothing. When `append`
    returns, its lines are on the disk (fsync; on creation the folders too).

    Args:
        folder: the folder of all segments of an archive.
        run: name of the run, a file name of letters, digits, `.`, `_` and `-`.

    Raises:
        InputError: if the name of the run is something else.
    """

    def __init__(self, folder: Path, run: str) -> None:
        if not _RUN.fullmatch(run):
            raise InputError(f"run: must be a name of letters, digits, '.', '_', '-', got {run!r}")
        self.run = run
        self.path: Path | None = None
        self._folder = folder / run
        self._descriptor: int | None = None
        self._owner = 0

    def append(self, *events: Json) -> None:
        """Append events, and return when they are on the disk.

        Args:
            *events: JSON objects without a member `id`; they reach the file in one write.

        Raises:
            InputError: if the file cannot be written, or an event is too large for a line.
        """
        lines = b"".join(encode_line(event) for event in events)
        if not lines:
            return
        try:
            descriptor = self._open()
            view = memoryview(lines)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fsync(descriptor)
            _require_linked(descriptor)
        except (OSError, ValueError) as error:
            # What follows must not stick to half a line: the next append opens a new segment.
            self.close()
            reason = getattr(error, "strerror", None) or str(error)
            message = f"archive: cannot write to {str(self._folder)!r}: {reason}"
            raise InputError(message) from error

    def close(self) -> None:
        """Close the segment; a later append would start another one."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self) -> int:
        # A forked child must not share its parent's file: one writer a segment.
        if self._descriptor is not None and self._owner == os.getpid():
            return self._descriptor
        self._folder.mkdir(parents=True, exist_ok=True)
        host = re.sub(r"[^A-Za-z0-9._-]", "_", socket.gethostname())[:60] or "host"
        self._owner = os.getpid()
        self.path = self._folder / f"{host}-{self._owner}-{uuid.uuid4().hex}.jsonl"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
        self._descriptor = os.open(self.path, flags, 0o644)
        for folder in (self._folder, *list(self._folder.parents)[:3]):
            sync_folder(folder)
        return self._descriptor


def _require_linked(descriptor: int) -> None:
    """Refuse to have written to a file that was deleted meanwhile, as its archive may have been."""
    if not os.fstat(descriptor).st_nlink:
        raise FileNotFoundError(errno.ENOENT, "the segment was deleted while it was written")


def encode_line(event: Json) -> bytes:
    """Return the line of an event, line end included.

    Args:
        event: a JSON object with at least one member, none of them `id`.

    Returns:
        ASCII bytes.

    Raises:
        InputError: if the line would be longer than `MAX_LINE`.
    """
    body = json.dumps(event, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    line = _OPENING + _digest(body) + b'",' + body[1:] + b"\n"
    if len(line) > MAX_LINE:
        raise InputError(f"archive: an event takes {len(line)} bytes, more than {MAX_LINE}")
    return line


def decode_line(line: bytes) -> tuple[str, Json]:
    """Return the id and the event of a line without its line end.

    Raises:
        ValueError: saying what is wrong with the line.
    """
    if not line.startswith(_OPENING) or line[_ID_END : _ID_END + 2] != b'",':
        raise ValueError("does not begin with an event id")
    body = b"{" + line[_ID_END + 2 :]
    identity = line[len(_OPENING) : _ID_END]
    if _digest(body) != identity:
        raise ValueError("its checksum does not match")
    try:
        event = _DECODER.decode(body.decode())
    except (ValueError, RecursionError) as error:
        raise ValueError("is not JSON") from error
    return identity.decode(), event


def segment_paths(folder: Path) -> list[Path]:
    """Return the segments (or logs) below a folder, in the order in which they are read.

    Folders that vanish meanwhile, as the trials of `require_writable` do, are passed over, which
    `Path.glob` does not do.
    """
    return [folder / name for name in sorted(glob.glob("*/*.jsonl", root_dir=folder))]


def scan_segment(
    path: Path, offset: int = 0, first: int = 1, stop: int | None = None
) -> Iterator[Line | Damage]:
    """Read a segment, whatever is in it.

    Args:
        path: the file.
        offset: where to begin, in bytes: where a line begins.
        first: the number of that line.
        stop: where to end, in bytes, as if the file ended there; default: where it ends.

    Yields:
        For each line what it holds or what is wrong with it; never an exception.
    """
    try:
        with path.open("rb") as file:
            file.seek(offset)
            for number, (place, line) in enumerate(_lines(file, stop), first):
                yield from _scan_line(path, number, place, line)
    except OSError as error:
        yield Damage(path, 0, f"cannot be read: {error.strerror}")


def _scan_line(path: Path, number: int, place: int, line: bytes) -> tuple[Line | Damage, ...]:
    if len(line) > MAX_LINE:
        return (Damage(path, number, f"is longer than {MAX_LINE} bytes"),)
    complete = line.endswith(b"\n")
    held = line[:-1] if complete else line
    try:
        return (Line(number, *decode_line(held), place, len(held)),)
    except ValueError as error:
        if complete:
            return (Damage(path, number, str(error)),)
    whole = _if_whole(number, place, line[:-1])
    if whole is not None:
        # Nothing was cut off: another byte stands where the line end was.
        return whole, Damage(path, number, "its line end is damaged")
    return (Damage(path, number, "is incomplete: a writer was stopped here", torn=True),)


def _if_whole(number: int, place: int, line: bytes) -> Line | None:
    try:
        return Line(number, *decode_line(line), place, len(line))
    except ValueError:
        return None


def _lines(file: BinaryIO, stop: int | None) -> Iterator[tuple[int, bytes]]:
    """Yield places and lines; of a line that is too long, no more than shows that it is."""
    place = file.tell()
    while line := file.readline(_at_most(place, stop)):
        begin, place = place, place + len(line)
        rest = line
        while len(rest) > MAX_LINE and not rest.endswith(b"\n"):
            rest = file.readline(_at_most(place, stop))
            place += len(rest)
        yield begin, line


def _at_most(place: int, stop: int | None) -> int:
    return MAX_LINE + 1 if stop is None else min(MAX_LINE + 1, max(0, stop - place))


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest()[:32].encode()


def sync_folder(folder: Path) -> None:
    """Make the entries of a folder durable, where the system can open folders."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass  # some network file systems refuse; their entries are durable or not as they please
    finally:
        os.close(descriptor)
