"""The archive: a folder of segments that many processes fill side by side."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from qcode_rl.archive.counts import Counts, TaskCounts
from qcode_rl.archive.events import (
    CodeEvent,
    Event,
    EvidenceEvent,
    Source,
    counts_event,
    events_of,
    read_event,
)
from qcode_rl.archive.fold import Conflict, State, View
from qcode_rl.archive.location import require_writable
from qcode_rl.archive.presentation import QuantumCode
from qcode_rl.archive.records import CodeRecord
from qcode_rl.archive.segments import Damage, SegmentWriter, scan_segment
from qcode_rl.archive.selection import pareto
from qcode_rl.distance.witness import fault_in_witness
from qcode_rl.errors import InputError

#: Most keys that the message about an ambiguous prefix lists.
MAX_CHOICES = 10


class RecordWriter(SegmentWriter):
    """Adds records to an archive, into a segment of its own; a context manager."""

    def add(self, record: CodeRecord) -> None:
        """Append the events of a record; when this returns, they are on the disk.

        Raises:
            InputError: if they cannot be written.
        """
        self.append(*events_of(record))

    def add_counts(self, key: str, counts: Counts) -> None:
        """Append counts of logical errors; when this returns, they are on the disk.

        Args:
            key: the key of the code, which need not be in the archive.
            counts: what was counted since the last ones of this task: counts add up.

        Raises:
            InputError: if they break a rule, or cannot be written.
        """
        self.append(counts_event(key, counts))


class Archive:
    """An archive of codes.

    Reading happens once, at the first question (`reload` reads again), and never fails: what cannot
    be used is in `damage`. Of every record n, k, w and q are computed from its stored checks. That
    its checks have its key, and that witnesses are what they claim, is checked by `get` for one
    code and by `verify` for all; what fails there counts for nothing from then on.

    Args:
        path: the folder, which need not exist yet.

    Raises:
        InputError: if it is something other than a folder.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.torn: list[Damage] = []
        self._segments = self.path / "segments"
        self._state: State | None = None
        self._views: list[View] | None = None
        self._damage: list[Damage] = []
        self._rejected: dict[str, Damage] = {}
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

    def reload(self) -> None:
        """Read the segments again."""
        self.torn, self._damage, self._rejected = [], [], {}
        state = State()
        for path in sorted(self._segments.glob("*/*.jsonl")):
            self._read(path, state)
        self._state, self._views = state, None

    def records(self) -> list[CodeRecord]:
        """Return what is known of each code, sorted by key; no matrices are built."""
        return [view.record for view in self._known() if view.record]

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
        keys = [key for key in self._held().keys if prefix and key.startswith(prefix.lower())]
        if not keys:
            raise InputError(f"key: no code in {str(self.path)!r} has a key beginning {prefix!r}")
        if len(keys) > 1:
            choices = ", ".join(key[:16] for key in keys[:MAX_CHOICES])
            more = f" and {len(keys) - MAX_CHOICES} more" if len(keys) > MAX_CHOICES else ""
            raise InputError(f"key: {prefix!r} could be any of {choices}{more}")
        faults = self.verify(keys)
        record = self._held().view(keys[0], self._rejected).record
        if record is None:
            raise InputError(f"archive: {faults[0]}")
        return record

    def verify(self, keys: Iterable[str] | None = None) -> list[Damage]:
        """Build codes and check their keys and witnesses; lower bounds are not proved again.

        Args:
            keys: the codes; default: all.

        Returns:
            What was found wrong with them, which from now on is also in `damage`.
        """
        state = self._held()
        found: list[Damage] = []
        for key in state.keys if keys is None else keys:
            code: QuantumCode | None = None
            for event in state.codes(key):
                code = self._checked_code(event) or code
            for evidence in state.evidence(key) if code else ():
                self._check_witnesses(code, evidence)
            events: list[Event] = [*state.codes(key), *state.evidence(key)]
            found += [self._rejected[e.id] for e in events if e.id in self._rejected]
        if found:
            self._views = None
        return found

    @property
    def damage(self) -> list[Damage]:
        """What cannot be used, by file and line; a torn last line is no damage (see `torn`)."""
        state = self._held()
        misfits = [damage for view in self._known() for damage in view.damage]
        miscounts = [damage for key in state.counted for damage in state.counts(key)[1]]
        return [*self._damage, *misfits, *miscounts, *self._rejected.values()]

    @property
    def conflicts(self) -> list[Conflict]:
        """Bounds that contradict each other."""
        return [conflict for view in self._known() for conflict in view.conflicts]

    @staticmethod
    def pareto(records: Iterable[CodeRecord], axes: Sequence[str] = "nkdw") -> list[CodeRecord]:
        """Return the records that no other dominates; see `qcode_rl.archive.pareto`."""
        return pareto(records, axes)

    def found(self, key: str) -> list[CodeEvent]:
        """Return every finding of a code, the one that is shown first."""
        return self._held().codes(key)

    def evidence(self, key: str) -> list[EvidenceEvent]:
        """Return the evidence on a code's distance, without what was found false."""
        return [event for event in self._held().evidence(key) if event.id not in self._rejected]

    def counts(self, key: str) -> list[TaskCounts]:
        """Return the counts of a code's logical errors, added up over runs and machines.

        Args:
            key: the whole key of the code, which need not be in the archive.

        Returns:
            One sum a task, by model, p, rounds, basis, decoder, schedule and task.
        """
        return self._held().counts(key)[0]

    def counts_of_task(self, key: str, task: str) -> TaskCounts | None:
        """Return the sum of the counts of one task, `None` if there are none.

        Args:
            key: the whole key of the code, which need not be in the archive.
            task: strong id of the sinter task.
        """
        return next((counts for counts in self.counts(key) if counts.task == task), None)

    def _held(self) -> State:
        if self._state is None:
            self.reload()
        return self._state or State()

    def _known(self) -> list[View]:
        state = self._held()
        if self._views is None:
            self._views = [state.view(key, self._rejected) for key in state.keys]
        return self._views

    def _read(self, path: Path, state: State) -> None:
        for line in scan_segment(path):
            if isinstance(line, Damage):
                (self.torn if line.torn else self._damage).append(line)
                continue
            source = Source(path, line.number)
            try:
                event = read_event(line.id, line.event, source)
            except ValueError as error:
                self._damage.append(source.damage(str(error)))
            else:
                if event is not None:
                    state.add(event)

    def _checked_code(self, event: CodeEvent) -> QuantumCode | None:
        try:
            code = event.presentation.build()
            if code.key == event.key:
                return code
            fault = f"its checks have the key {code.key[:12]}, not {event.key[:12]}"
        except InputError as error:
            fault = str(error)
        self._rejected[event.id] = event.source.damage(fault)
        return None

    def _check_witnesses(self, code: QuantumCode | None, event: EvidenceEvent) -> None:
        for bound in event.bounds:
            fault = code and bound.witness and fault_in_witness(code, bound.witness)
            if fault:
                reason = f"witness of {event.key[:12]}: {fault}"
                self._rejected[event.id] = event.source.damage(reason)
                return
