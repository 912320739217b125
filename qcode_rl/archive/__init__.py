"""The archive: what was found, kept safely, with how sure each number is.

Truth is append-only checksummed lines (`segments`) of events (`events`), validated on reading down
to the checks of each code (`presentation`); what is known is a fold over them (`fold`).
"""

from qcode_rl.archive.events import Bound, CodeEvent, EvidenceEvent
from qcode_rl.archive.fold import Conflict
from qcode_rl.archive.location import default_archive_path
from qcode_rl.archive.presentation import PlainChecks, ProductFactors, supports
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
    "Damage",
    "EvidenceEvent",
    "PlainChecks",
    "ProductFactors",
    "Provenance",
    "RecordWriter",
    "at_least_as_good",
    "default_archive_path",
    "pareto",
    "supports",
    "worth_keeping",
]
