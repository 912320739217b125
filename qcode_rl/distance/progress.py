"""What is known about one sector while several algorithms work on it."""

import numpy as np

from qcode_rl import gf2
from qcode_rl.distance.quick import Bounds, bound_wanted, scale_of, weight_step
from qcode_rl.distance.result import Witness
from qcode_rl.distance.sectors import Sector, is_witness
from qcode_rl.gf2 import Words

#: Names of the algorithms, by their numbers in `quick`.
METHODS = ("enumeration", "clusters", "brouwer-zimmermann", "information-sets")


class Progress:
    """Bounds on the least weight in a sector, as algorithms improve them.

    Attributes:
        sector: the problem.
        goal: stop once the weight is shown to be below, or proved to be at least this; 0: never.
        scale: how often a word counts each position.
        step: divides all weights (in positions).
        lower: proved lower bound, in positions (as `upper`).
        upper: weight of the lightest word found.
        word: `(w,) uint64`, that word.
        prover: name of the algorithm that proved `lower`, empty if none did.
    """

    def __init__(self, sector: Sector, bounds: Bounds, goal: int) -> None:
        self.sector = sector
        self.goal = goal
        self.scale = int(scale_of(sector))
        self.step = 1
        self.lower = int(bounds.lower)
        self.prover = METHODS[bounds.method] if METHODS[bounds.method] != METHODS[3] else ""
        self.upper, self.word = 1 << 30, bounds.word
        self.improve(bounds.upper, bounds.word)
        if not self.settled:
            self.step = int(weight_step(sector))

    @property
    def wanted(self) -> int:
        """The lower bound that settles the sector."""
        return int(bound_wanted(self.goal, self.upper))

    @property
    def settled(self) -> bool:
        """Whether nothing is left to do: the weight is known, or on which side of the goal."""
        return self.lower >= self.wanted or self.upper < self.goal

    def prove(self, lower: int, prover: str) -> None:
        """Record a proved lower bound."""
        lower = min(int(lower), self.upper)
        if lower > self.lower:
            self.lower, self.prover = lower, prover

    def improve(self, upper: int, word: Words) -> None:
        """Record a word, after checking it, if it is lighter than what is known."""
        upper = int(upper)
        if upper >= self.upper:
            return
        if not is_witness(self.sector, word, upper):
            raise AssertionError(f"an algorithm returned a word that is no witness of {upper}")
        if upper < self.lower:
            raise AssertionError(f"a word of weight {upper} contradicts the proof of {self.lower}")
        self.upper, self.word = upper, word.copy()

    def witness(self, pauli: str) -> Witness:
        """Return the lightest word as an operator; `pauli` is its type, `x` or `z`, for N = n."""
        num_columns = self.sector.flips.shape[1]
        bits = gf2.unpack_rows(self.word[np.newaxis], num_columns)[0]
        ones = [int(i) for i in np.flatnonzero(bits)]
        if self.sector.options == 1:
            return Witness(**{pauli: tuple(ones)})
        n = num_columns // 3
        z = tuple(i - n for i in ones if n <= i < 2 * n)
        return Witness(x=tuple(i for i in ones if i < n), z=z)
