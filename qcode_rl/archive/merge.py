"""Merging archives: copying the segments of others, byte by byte, under the names they have.

Logs of sweeps are copied likewise, so that what one archive has finished is not run again.

A segment that is held is never changed: its writer may be at work. Of one that grew since it was
copied, what is new becomes a segment of its own, `NAME.OFFSET.jsonl`; one that differs from its
namesake is copied as `NAME-DIGEST.jsonl`. What comes twice counts once, whatever its file is
called, so that merging is commutative, associative and idempotent as the fold is.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from uuid import uuid4

from qcode_rl.archive.segments import Damage, segment_paths, sync_folder
from qcode_rl.errors import InputError

if TYPE_CHECKING:
    from qcode_rl.archive.index import Index
    from qcode_rl.archive.store import Archive

_BLOCK = 1 << 20
#: Beside the segments: logs of sweeps, which are such files too.
LOGS = "sweeps"
#: Seconds after which a half-made copy belongs to nobody: its maker was killed.
ABANDONED = 24 * 3600.0


@dataclass(frozen=True)
class Merged:
    """What a merge did.

    Attributes:
        copied: the segments that it wrote.
        held: how many segments of the others were held already.
        codes: how many codes came that were not known.
        evidence: how many pieces of evidence on distances came.
        counts: how many countings of logical errors came.
        damage: what cannot be used of the segments copied, and what could not be copied.
    """

    copied: tuple[Path, ...]
    held: int
    codes: int
    evidence: int
    counts: int
    damage: tuple[Damage, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return what `archive merge --json` prints, besides the archive."""
        return {
            "segments": {"copied": len(self.copied), "held": self.held},
            "new": {"codes": self.codes, "evidence": self.evidence, "counts": self.counts},
            "damage": [str(damage) for damage in self.damage],
        }


def merge(target: Archive, sources: Sequence[Path]) -> Merged:
    """Copy segments, and logs of sweeps, of archives into another one; see `Archive.merge`."""
    from qcode_rl.archive.index import Index

    folder = target.path / "segments"
    others = [_segments_of(source, folder) for source in sources]
    target.require_writable()
    folder.mkdir(parents=True, exist_ok=True)
    # What logs of sweeps say is done has its codes in segments: so the logs are measured before the
    # segments are copied, and copied, so far, after them.
    logs = [_sizes(other.with_name(LOGS)) for other in others]
    codes = _copy_all([_sizes(other) for other in others], folder)
    told = _copy_all(logs, folder.with_name(LOGS))
    target.reload()
    index = Index(target.path)
    damage = [*codes.damage, *told.damage]
    damage += [one for one in index.damage() if one.path in set(codes.copied)]
    news = _news(index, folder, codes.copied)
    return Merged(tuple(codes.copied), codes.held, *news, tuple(damage))


@dataclass
class _Copies:
    copied: list[Path] = field(default_factory=list)
    damage: list[Damage] = field(default_factory=list)
    held: int = 0


def _sizes(folder: Path) -> dict[Path, int]:
    """Return segments with how many bytes they have now; 0 for one that cannot be asked."""
    sizes = {}
    for path in segment_paths(folder):
        try:
            sizes[path] = path.stat().st_size
        except OSError:
            sizes[path] = 0
    return sizes


def _copy_all(others: Sequence[dict[Path, int]], folder: Path) -> _Copies:
    """Copy what is not held of other archives' segments, as long as they were when listed."""
    result = _Copies()
    for path, size in (pair for other in others for pair in other.items()):
        with contextlib.ExitStack() as stack:
            try:
                file = stack.enter_context(_open(path))
            except OSError as error:
                result.damage.append(Damage(path, 0, f"cannot be read: {error.strerror}"))
                continue
            new = _copy(path, file, size, folder / path.parent.name / path.name)
        result.copied += [new] if new else []
        result.held += new is None
    return result


def _segments_of(source: Path, target: Path) -> Path:
    folder = source / "segments"
    try:
        is_archive = folder.is_dir()
        is_target = is_archive and target.exists() and folder.samefile(target)
    except (OSError, ValueError) as error:
        raise InputError(f"merge: {str(source)[:80]!r}: {error}") from error
    if not is_archive:
        raise InputError(f"merge: {str(source)!r} is no archive: it has no folder 'segments'")
    if is_target:
        raise InputError(f"merge: {str(source)!r} is the archive to merge into")
    return folder


def _open(path: Path) -> BinaryIO:
    if path.exists() and not path.is_file():
        raise OSError(0, "is not a file")
    return path.open("rb")


def _copy(path: Path, source: BinaryIO, size: int, target: Path) -> Path | None:
    """Copy what is not held of a segment; return the new segment, `None` if all is held.

    What its writer has added beyond `size` is for the next merge.
    """
    begin, place = 0, target
    try:
        while begin < size or not begin:
            if not place.exists() and _install(source, begin, size, place):
                return place
            lines, same = _compare(source, begin, size, place)
            if same:
                return None
            # Past what is held, at the beginning of a line; under a new name if nothing agrees.
            begin += lines
            digest = "" if lines else f"-{_digest(source, begin, size)}"
            if digest and place.stem.endswith(digest):
                raise FileExistsError(0, f"{place} was changed")
            name = f"{target.stem}.{begin}" if begin else target.stem
            place = target.with_name(f"{name}{digest}{target.suffix}")
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"merge: cannot copy {str(path)!r} to {str(place)!r}: {reason}"
        raise InputError(message) from error
    return None


def _blocks(source: BinaryIO, begin: int, size: int) -> Iterator[bytes]:
    source.seek(begin)
    while begin < size and (block := source.read(min(_BLOCK, size - begin))):
        begin += len(block)
        yield block


def _digest(source: BinaryIO, begin: int, size: int) -> str:
    digest = hashlib.sha256()
    for block in _blocks(source, begin, size):
        digest.update(block)
    return digest.hexdigest()[:12]


def _compare(source: BinaryIO, begin: int, size: int, held: Path) -> tuple[int, bool]:
    """Compare part of a segment with a segment that is held.

    Returns:
        How many bytes of whole lines the two have in common if one continues the other, else 0;
        and whether all of the part is held.
    """
    lines = place = 0
    with held.open("rb") as file:
        for block in _blocks(source, begin, size):
            there = file.read(len(block))
            if not block.startswith(there):
                return 0, False
            lines = max(lines, place + there.rfind(b"\n") + 1) if b"\n" in there else lines
            if len(there) < len(block):
                return lines, False
            place += len(block)
    return lines, True


def _install(source: BinaryIO, begin: int, size: int, target: Path) -> bool:
    """Write part of a segment to a new file, durably; False if somebody was faster."""
    folder = target.parent
    folder.mkdir(parents=True, exist_ok=True)
    _clear_away(folder)
    draft = folder / f".merge-{uuid4().hex}.part"
    try:
        with draft.open("xb") as file:
            for block in _blocks(source, begin, size):
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, target)  # unlike a rename, refuses to replace what came in between
        except FileExistsError:
            return False
        except OSError:  # a file system without hard links
            os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)
    for parent in (folder, *list(folder.parents)[:3]):
        sync_folder(parent)
    return True


def _clear_away(folder: Path) -> None:
    """Remove the half-made copies of merges that were killed."""
    for draft in folder.glob(".merge-*.part"):
        with contextlib.suppress(OSError):
            if draft.stat().st_mtime < time.time() - ABANDONED:
                draft.unlink()


def _news(index: Index, folder: Path, copied: Sequence[Path]) -> tuple[int, int, int]:
    """Count the codes, the evidence and the counts that no other segment than those copied has."""
    names = {os.fsencode(path.relative_to(folder)) for path in copied}
    if not names:
        return 0, 0, 0
    before: set[tuple[str, str]] = set()
    after: set[tuple[str, str]] = set()
    for name, kind, key, event in index.events():
        (after if name in names else before).add((kind, key if kind == "code" else event))
    new = [kind for kind, _ in after - before]
    return new.count("code"), new.count("evidence"), new.count("counts")
