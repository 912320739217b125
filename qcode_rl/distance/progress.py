"""What is known about one sector while several algorithms work on it."""

from qcode_rl.distance.quick import (
    INFORMATION_SETS,
    Bounds,
    bound_wanted,
    rounded_up,
    scale_of,
    weight_step,
)
from qcode_rl.distance.sectors import Sector, is_witness
from qcode_rl.gf2 import Words

#: Names of the algorithms, by their numbers in `quick`.
METHODS = ("enumeration", "clusters", "brouwer-zimmermann", "information-sets")

_UNKNOWN = 1 << 30


class Progress:
    """Bounds on the least weight in a sector, as algorithms improve them.

    Attributes:
        sector: the problem.
        goal: stop once the weight is shown to be below, or proved to be at least this; 0: never.
        scale: how often a word counts each position.
        step: divides all weights (in positions).
        lower: proved lower bound, in positions.
        prover: name of the algorithm that proved `lower`, empty if none did.
    """

    def __init__(self, sector: Sector, bounds: Bounds, goal: int) -> None:
        self.sector = sector
        self.goal = goal
        self.scale = int(scale_of(sector))
        self.step = 1
        self.lower = int(bounds.lower)
        self.prover = "" if bounds.method == INFORMATION_SETS else METHODS[bounds.method]
        # One attribute, so that no interrupt can part a weight from its word.
        self._lightest = (_UNKNOWN, bounds.word)
        self.improve(bounds.upper, bounds.word)
        if not self.settled:
            self.step = int(weight_step(sector))
            self.lower = int(rounded_up(self.lower, self.step))

    @property
    def upper(self) -> int:
        """Weight of the lightest word found, in positions."""
        return self._lightest[0]

    @property
    def word(self) -> Words:
        """The lightest word found, `(w,) uint64`."""
        return self._lightest[1]

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
        self._lightest = (upper, word.copy())
