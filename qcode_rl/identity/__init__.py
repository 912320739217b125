"""Identity of codes: equal up to numbering, with keys to look up and certificates to check."""

from qcode_rl.identity.certificates import Equivalence, apply, maps_to
from qcode_rl.identity.comparing import classes, equivalence
from qcode_rl.identity.portraits import Identity, identity_of
from qcode_rl.identity.work import DEFAULT_BUDGET, UndecidedError

__all__ = [
    "DEFAULT_BUDGET",
    "Equivalence",
    "Identity",
    "UndecidedError",
    "apply",
    "classes",
    "equivalence",
    "identity_of",
    "maps_to",
]
