"""The archive: a folder of segments that many processes fill side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qcode_rl.archive.listing import Conflict, Listing
from qcode_rl.archive.location import require_writable
from qcode_rl.archive.segments import Damage
from qcode_rl.archive.selection import Code, pareto
from qcode_rl.archive.writer import RecordWriter
from qcode_rl.errors import InputError

# What reads events needs codes and their kernels, which take longer to import than a listing to
# print: it is imported where it is used.
if TYPE_CHECKING:
    from qcode_rl.archive.counts import TaskCounts
    from qcode_rl.archive.events import CodeEvent, EvidenceEvent
    from qcode_rl.archive.fold import State, View
    from qcode_rl.archive.index import Index
    from qcode_rl.archive.merge import Merged
    from qcode_rl.archive.reading import Reading
    from qcode_rl.archive.records import CodeRecord

#: Most keys that the message about an ambiguous prefix lists.
MAX_CHOICES = 10


class Archive:
    """An archive of codes.

    Reading happens once, at the first question (`reload` reads again), and never fails: what cannot
    be used is in `damage`. Of every record n, k, w and q are computed from its stored checks. That
    its checks have its key, and that witnesses are what they claim, is checked by `get` for one
    code and by `verify` for all; what fails there counts for nothing from then on.

    `listing`, `damage`, `conflicts` and whatever is asked of one code is answered from an index,
    which is made and brought up to date when it is needed, and can be deleted at any time;
    `records` and `verify` read all segments.

    Args:
        path: the folder, which need not exist yet.

    Raises:
        InputError: if it is something other than a folder.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._segments = self.path / "segments"
        self.reload()
        try:
            if self.path.exists() and not self.path.is_dir():
                raise InputError(f"archive: {str(self.path)!r} is not a folder")
        except OSError as error:
            raise InputError(f"archive: {str(self.path)[:80]!r}: {error.strerror}") from error

    def writer(self, run: str) -> RecordWriter:
        """Return a writer for a run; its file is created by the first record.

        Args:
            run: name of the run, a file name of letters, digits, `.`, `_` and `-`.

        Returns:
            The writer; close it, or use it as a context manager.

        Raises:
            InputError: if the name is something else.
        """
        return RecordWriter(self._segments, run)

    def require_writable(self) -> None:
        """Check that records can be added, and leave nothing behind.

        Raises:
            InputError: saying what is in the way.
        """
        require_writable(self._segments)

    def merge(self, *others: str | Path | Archive) -> Merged:
        """Copy what other archives hold into this one; nothing of theirs changes.

        Args:
            *others: archives, or their folders.

        Returns:
            What was copied, and what of it was new.

        Raises:
            InputError: if one is no archive or is this one (then nothing is copied), or if this one
                cannot be written.
        """
        from qcode_rl.archive.merge import merge

        return merge(self, [o.path if isinstance(o, Archive) else Path(o) for o in others])

    def reload(self) -> None:
        """Forget what was read: the next question reads again."""
        self._reading: Reading | None = None
        self._views: list[View] | None = None
        self._index: Index | None = None
        self._parts: dict[str, State] = {}
        self._rejected: dict[str, Damage] = {}

    def records(self) -> list[CodeRecord]:
        """Return what is known of each code, sorted by key; no matrices are built."""
        return [view.record for view in self._known() if view.record]

    def listing(self) -> list[Listing]:
        """Return what lists show of each code, sorted by key; of many codes faster than records."""
        if self._from_index():
            return self._indexed().listing()
        return [Listing.of(record) for record in self.records()]

    def frontier(self, axes: Sequence[str] = "nkdw") -> list[Listing]:
        """Return `pareto(listing(), axes)`, without making listings of all codes first."""
        return pareto(self._indexed().points() if self._from_index() else self.listing(), axes)

    def get(self, prefix: str) -> CodeRecord:
        """Return the one record whose key begins with a prefix, its code and witnesses checked.

        Args:
            prefix: the first digits of a key.

        Returns:
            The record.

        Raises:
            InputError: if no key or several keys begin so (they are listed), or if what is stored
                is not the code that it claims to be.
        """
        keys = self._keys(prefix.lower()) if prefix else []
        if not keys:
            raise InputError(f"key: no code in {str(self.path)!r} has a key beginning {prefix!r}")
        if len(keys) > 1:
            choices = ", ".join(key[:16] for key in keys[:MAX_CHOICES])
            more = f" and {len(keys) - MAX_CHOICES} more" if len(keys) > MAX_CHOICES else ""
            raise InputError(f"key: {prefix!r} could be any of {choices}{more}")
        faults = self.verify(keys)
        record = self._about(keys[0]).view(keys[0], self._rejected).record
        if record is None:
            raise InputError(f"archive: {faults[0]}")
        return record

    def verify(self, keys: Iterable[str] | None = None) -> list[Damage]:
        """Build codes and check their keys and witnesses; lower bounds are not proved again.

        Args:
            keys: the codes; default: all, for which all segments are read.

        Returns:
            What was found wrong with them, which from now on is also in `damage`.
        """
        from qcode_rl.archive.reading import faults

        found: dict[str, Damage] = {}
        for key in self._held().state.keys if keys is None else keys:
            found |= faults(self._about(key), key)
        if found:
            self._rejected |= found
            self._views = None
        return list(found.values())

    @property
    def damage(self) -> list[Damage]:
        """What cannot be used, by file and line; a torn last line is no damage (see `torn`)."""
        if self._from_index():
            return self._indexed().damage()
        reading = self._held()
        misfits = [damage for view in self._known() for damage in view.damage]
        miscounts = [d for key in reading.state.counted for d in reading.state.counts(key)[1]]
        return [*reading.damage, *misfits, *miscounts, *self._rejected.values()]

    @property
    def torn(self) -> list[Damage]:
        """Last lines without an end: writers were stopped there, or are in them just now."""
        return self._indexed().torn() if self._from_index() else list(self._held().torn)

    @property
    def conflicts(self) -> list[Conflict]:
        """Bounds that contradict each other."""
        if self._from_index():
            return self._indexed().conflicts()
        return [conflict for view in self._known() for conflict in view.conflicts]

    @staticmethod
    def pareto(records: Iterable[Code], axes: Sequence[str] = "nkdw") -> list[Code]:
        """Return the records that no other dominates; see `qcode_rl.archive.pareto`."""
        return pareto(records, axes)

    def found(self, key: str) -> list[CodeEvent]:
        """Return every finding of a code, the one that is shown first."""
        return self._about(key).codes(key)

    def evidence(self, key: str) -> list[EvidenceEvent]:
        """Return the evidence on a code's distance, without what was found false."""
        return [event for event in self._about(key).evidence(key) if event.id not in self._rejected]

    def counts(self, key: str) -> list[TaskCounts]:
        """Return the counts of a code's logical errors, added up over runs and machines.

        Args:
            key: the whole key of the code, which need not be in the archive.

        Returns:
            One sum a task, by model, p, rounds, basis, decoder, schedule and task.
        """
        return self._about(key).counts(key)[0]

    def counts_of_task(self, key: str, task: str) -> TaskCounts | None:
        """Return the sum of the counts of one task, `None` if there are none.

        Args:
            key: the whole key of the code, which need not be in the archive.
            task: strong id of the sinter task.
        """
        return next((counts for counts in self.counts(key) if counts.task == task), None)

    def __reduce__(self) -> tuple[type[Archive], tuple[Path]]:
        # A copy in another process reads for itself.
        return type(self), (self.path,)

    def _repr_html_(self) -> str:
        from qcode_rl.archive.html import listing_html

        codes = sorted(self.listing(), key=lambda code: (code.n, code.k))
        return listing_html(codes, str(self.path))

    def _from_index(self) -> bool:
        # What was found false is nothing that the index knows of.
        return self._reading is None and not self._rejected

    def _indexed(self) -> Index:
        if self._index is None:
            from qcode_rl.archive.index import Index

            self._index = Index(self.path)
        return self._index

    def _held(self) -> Reading:
        if self._reading is None:
            from qcode_rl.archive.reading import read_all

            self._reading = read_all(self._segments)
        return self._reading

    def _known(self) -> list[View]:
        if self._views is None:
            state = self._held().state
            self._views = [state.view(key, self._rejected) for key in state.keys]
        return self._views

    def _keys(self, prefix: str) -> list[str]:
        if self._reading is None:
            return self._indexed().keys(prefix)
        return [key for key in self._reading.state.keys if key.startswith(prefix)]

    def _about(self, key: str) -> State:
        """Return the events of one code, among others maybe."""
        if self._reading is not None:
            return self._reading.state
        if key not in self._parts:
            from qcode_rl.archive.reading import read_places

            part = read_places(self._indexed().places(key))
            if part is None:  # segments are not what they were a moment ago
                return self._held().state
            self._parts[key] = part
        return self._parts[key]
