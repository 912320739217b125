"""What a batch keeps beyond restarts: counters, and hashes of what it has evaluated."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qcode_rl.errors import InputError

#: Arrays by name: `seen (S,) uint64`, the hashes remembered; `counters (3,) int64`; and `forgotten
#: (1,) int64`, evaluations whose hashes are not among them any more.
Tally: TypeAlias = dict[str, NDArray[Any]]


def empty_tally() -> Tally:
    """Return the tally of a batch that has not begun."""
    return {
        "seen": np.zeros(0, dtype=np.uint64),
        "counters": np.zeros(3, dtype=np.int64),
        "forgotten": np.zeros(1, dtype=np.int64),
    }


def forget_seen(tally: Tally) -> Tally:
    """Return a tally that counts on from where another one stands, but remembers nothing."""
    return empty_tally() | {
        "counters": tally["counters"],
        "forgotten": tally["counters"][:1].copy(),
    }


def check_tally(tally: Tally) -> None:
    """Refuse arrays that are not such as a batch's `tally` returns.

    Raises:
        InputError: naming the array and what it must be.
    """
    names = ("seen", "counters", "forgotten")
    seen, counters, forgotten = (tally.get(name, np.zeros(0)) for name in names)
    if seen.ndim != 1 or seen.dtype != np.uint64 or not seen.all():
        raise InputError("tally: seen must be a vector of uint64 hashes other than 0")
    own = empty_tally()
    for name, array in (("counters", counters), ("forgotten", forgotten)):
        like = own[name]
        if array.shape != like.shape or array.dtype != like.dtype or array.min() < 0:
            raise InputError(f"tally: {name} must be a vector of {len(like)} int64 from 0 on")
    left = counters[0] - forgotten[0]
    if left != len(seen):
        raise InputError(f"tally: seen must hold {left} hashes, got {len(seen)}")
