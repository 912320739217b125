"""The archive: what was found, kept safely, with how sure each number is.

Truth is append-only checksummed lines (`segments`) of events (`events`), validated on reading down
to the checks of each code (`presentation`) and the counts of its logical errors (`counts`); what is
known is a fold over them (`fold`), kept for the next question in an index that can be deleted at
any time (`index`).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

# Names are looked up when they are used: a list of codes is printed from the index, and would take
# five times as long if it waited for the kernels that codes come with.
if TYPE_CHECKING:
    from qcode_rl.archive.challenge import challenge_document
    from qcode_rl.archive.counts import Counts, TaskCounts
    from qcode_rl.archive.events import Bound, CodeEvent, CountsEvent, EvidenceEvent
    from qcode_rl.archive.imports import Imported, import_files
    from qcode_rl.archive.listing import Conflict, Listing
    from qcode_rl.archive.location import default_archive_path
    from qcode_rl.archive.merge import Merged
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
    from qcode_rl.archive.shipped import example
    from qcode_rl.archive.store import Archive
    from qcode_rl.archive.verification import CodeReport, Verification, verify_records
    from qcode_rl.archive.writer import RecordWriter

_HOMES = {
    "challenge": ("challenge_document",),
    "counts": ("Counts", "TaskCounts"),
    "events": ("Bound", "CodeEvent", "CountsEvent", "EvidenceEvent"),
    "imports": ("Imported", "import_files"),
    "location": ("default_archive_path",),
    "presentation": (
        "PlainChecks",
        "ProductFactors",
        "QuantumCode",
        "StabilizerChecks",
        "supports",
    ),
    "listing": ("Conflict", "Listing"),
    "merge": ("Merged",),
    "records": ("CodeRecord", "Provenance"),
    "segments": ("Damage",),
    "selection": ("at_least_as_good", "pareto", "worth_keeping"),
    "shipped": ("example",),
    "store": ("Archive",),
    "writer": ("RecordWriter",),
    "verification": ("CodeReport", "Verification", "verify_records"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Archive",
    "Bound",
    "CodeEvent",
    "CodeRecord",
    "CodeReport",
    "Conflict",
    "Counts",
    "CountsEvent",
    "Damage",
    "EvidenceEvent",
    "Imported",
    "Listing",
    "Merged",
    "PlainChecks",
    "ProductFactors",
    "Provenance",
    "QuantumCode",
    "RecordWriter",
    "StabilizerChecks",
    "TaskCounts",
    "Verification",
    "at_least_as_good",
    "challenge_document",
    "default_archive_path",
    "example",
    "import_files",
    "pareto",
    "supports",
    "verify_records",
    "worth_keeping",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
