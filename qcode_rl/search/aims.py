"""What a policy is trained on: sizes of codes by family, and which of them are held out."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from qcode_rl.catalogue import smallest_known
from qcode_rl.codes import quantum_bounds
from qcode_rl.codes.bounds import linear_code_bounds, shortest_quantum_length
from qcode_rl.errors import InputError
from qcode_rl.search.families.two_block import groups_by_turn
from qcode_rl.search.requests import FAMILY_NAMES, most_qubits

#: Longest classical code that is trained on.
LONGEST_TRAINED = 46
#: The first distance asked of a product's code, as a share of the best that any code could have.
_FIRST_SHARE = 0.9
#: Quantum codes that could not have this distance, at best, are no use to train on.
_LEAST_BEST = 3
#: Degree limit of products unless it is given.
_PRODUCT_DEGREE = 3


class Aim(NamedTuple):
    """Codes to be trained on, but for their distance.

    Attributes:
        n: bits of a product's classical code, qubits of other codes.
        k: its dimension, or logical qubits.
        w: most that a check of the quantum code weighs.
        family: one of `FAMILY_NAMES`. Two-block codes are trained over the first group of an order
            to have its turn in searches.
    """

    n: int
    k: int
    w: int
    family: str = "hgp"


@dataclass(frozen=True)
class Group:
    """Targets that are trained together.

    Attributes:
        bits: least and most n, of a product's classical code or of qubits.
        dimensions: least and most k, dimension or logical qubits.
        max_weight: w of the quantum code.
        max_degree: q of it; `None`: 3 for products, no limit of its own for others.
        family: one of `FAMILY_NAMES`.
    """

    bits: tuple[int, int]
    dimensions: tuple[int, int]
    max_weight: int = 6
    max_degree: int | None = None
    family: str = "hgp"

    def __post_init__(self) -> None:
        if self.family not in FAMILY_NAMES:
            rule = f"must be one of {', '.join(FAMILY_NAMES)}"
            raise InputError(f"groups: family {rule}, got {self.family!r}")

    @property
    def degree(self) -> int | None:
        """The degree limit."""
        product = self.family == "hgp"
        return _PRODUCT_DEGREE if product and self.max_degree is None else self.max_degree

    @property
    def aims(self) -> list[Aim]:
        """What to train on: not held out, and with a choice left."""
        lengths, dimensions = (range(a, b + 1) for a, b in (self.bits, self.dimensions))
        aims = [Aim(n, k, self.max_weight, self.family) for n in lengths for k in dimensions]
        aims = [aim for aim in aims if not is_held_out(aim.n, aim.k, aim.family) and _is_open(aim)]
        return aims

    def batch(self, aims: Sequence[Aim], rng: np.random.Generator) -> list[Aim]:
        """Return those of the group's aims that one batch is to serve.

        These are all, but for two-block codes: a batch of theirs has one group.
        """
        if self.family != "two-block":
            return list(aims)
        lengths = sorted({aim.n for aim in aims})
        length = lengths[int(rng.integers(len(lengths)))]
        return [aim for aim in aims if aim.n == length]


def is_held_out(n: int, k: int, family: str = "hgp") -> bool:
    """Say whether codes are kept out of training, for comparisons to be honest.

    These are a fifth of all pairs, and all classical codes longer than 46.

    Args:
        n: length of a product's classical code, or number of qubits.
        k: its dimension, or logical qubits.
        family: one of `FAMILY_NAMES`.
    """
    return (family == "hgp" and n > LONGEST_TRAINED) or (7 * n + 13 * k) % 5 == 0


@cache
def best_distance(aim: Aim) -> int:
    """Return a distance that no code exceeds, or that none beyond is judged in an environment."""
    n, k = aim.n, aim.k
    if aim.family == "hgp":
        return linear_code_bounds(n, k)[1]
    if n <= quantum_bounds.MAX_QUBITS:
        best = quantum_bounds.largest_distance(n, k)
    else:
        best = 1
        while shortest_quantum_length(k, best + 1) <= n:
            best += 1
    while best > 1 and n > most_qubits(aim.family, best):
        best -= 1
    return best


@cache
def first_distance(aim: Aim) -> int:
    """Return the distance to begin with: for quantum codes, one that a published code has."""
    best = best_distance(aim)
    if aim.family == "hgp":
        return max(2, round(_FIRST_SHARE * best))
    for distance in range(best, 2, -1):
        known = smallest_known(aim.k, distance, aim.w, css=aim.family != "stabilizer")
        if known is not None and known.n <= aim.n:
            return distance
    return 2


def _is_open(aim: Aim) -> bool:
    """Say whether codes have checks enough to leave a choice."""
    if aim.family == "hgp":
        return aim.n >= 2 * aim.k + 4
    if aim.k >= aim.n:
        return False
    # Over a cyclic group most numbers of logical qubits are not possible.
    if aim.family == "two-block" and (aim.n % 2 or aim.k % 2 or _is_cyclic(aim.n // 2)):
        return False
    return best_distance(aim) >= _LEAST_BEST


def _is_cyclic(order: int) -> bool:
    """Say whether the first group of an order is cyclic."""
    group = groups_by_turn(order)[0]
    return bool(group.element_orders.max() == order)
