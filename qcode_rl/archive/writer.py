"""Writing records: what puts their events into a segment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qcode_rl.archive.segments import SegmentWriter

if TYPE_CHECKING:
    from qcode_rl.archive.counts import Counts
    from qcode_rl.archive.records import CodeRecord


class RecordWriter(SegmentWriter):
    """Adds records to an archive, into a segment of its own; a context manager."""

    def add(self, record: CodeRecord) -> None:
        """Append the events of a record; when this returns, they are on the disk.

        Raises:
            InputError: if they cannot be written.
        """
        from qcode_rl.archive.events import events_of

        self.append(*events_of(record))

    def add_counts(self, key: str, counts: Counts) -> None:
        """Append counts of logical errors; when this returns, they are on the disk.

        Args:
            key: the key of the code, which need not be in the archive.
            counts: what was counted since the last ones of this task: counts add up.

        Raises:
            InputError: if they break a rule, or cannot be written.
        """
        from qcode_rl.archive.events import counts_event

        self.append(counts_event(key, counts))
