"""The archive: what was found, kept safely, with how sure each number is.

Truth is append-only checksummed lines (`segments`) of events (`events`), validated on reading down
to the checks of each code (`presentation`) and the counts of its logical errors (`counts`); what is
known is a fold over them (`fold`).
"""

from qcode_rl.archive.counts import Counts, TaskCounts
from qcode_rl.archive.events import Bound, CodeEvent, CountsEvent, EvidenceEvent
from qcode_rl.archive.fold import Conflict
from qcode_rl.archive.location import default_archive_path
from qcode_rl.archive.presentation import (
    PlainChecks,
    ProductFactors,
    QuantumCode,
    StabilizerChecks,
    supports,
)
from qcode_rl.archive.records import CodeRecord, Provenance
from qcode_rl.archive.segments import Damage
from qcode_rl.archive.selection import at_least_as_good, pareto, worth_keeping
from qcode_rl.archive.store import Archive, RecordWriter

__all__ = [
    "Archive",
    "Bound",
    "CodeEvent",
    "CodeRecord",
    "Conflict",
    "Counts",
    "CountsEvent",
    "Damage",
    "EvidenceEvent",
    "PlainChecks",
    "ProductFactors",
    "Provenance",
    "QuantumCode",
    "RecordWriter",
    "StabilizerChecks",
    "TaskCounts",
    "at_least_as_good",
    "default_archive_path",
    "pareto",
    "supports",
    "worth_keeping",
]
