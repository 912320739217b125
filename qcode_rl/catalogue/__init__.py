"""The catalogue: codes that others have published, and whether one is as good as a code found.

The data and where they are from are in `data/`. A catalogue can say that it has a code; that it has
none says what was looked at, and when, not that a code is new.
"""

from qcode_rl.catalogue.known import (
    Catalogue,
    KnownCode,
    Source,
    at_least_as_good,
    catalogue,
    copies_as_good,
    smallest_known,
)
from qcode_rl.catalogue.verdict import Match, counterpart, verdict, verdict_json

__all__ = [
    "Catalogue",
    "KnownCode",
    "Match",
    "Source",
    "at_least_as_good",
    "catalogue",
    "copies_as_good",
    "counterpart",
    "smallest_known",
    "verdict",
    "verdict_json",
]
