"""Several families in one search: whose turn it is follows from the work done, never a clock."""

from collections.abc import Sequence
from dataclasses import dataclass

from qcode_rl.search.families import Family
from qcode_rl.search.requests import SMALL_DISTANCE
from qcode_rl.search.walk import Row

#: Share of the environment steps that products get among other families, at small distances and at
#: others.
_PRODUCTS_SMALL, _PRODUCTS = 0.25, 0.5
#: Slices without any code, at the greatest length or on average over all lengths, after which a
#: family waits until no other one has anything left to look for.
_PATIENCE = 3


@dataclass
class Lane:
    """One family in a search, and the work done in it.

    Attributes:
        family: the family.
        share: of the environment steps.
        slices: turns that are over; the slice of the next one has this number.
        steps: environment steps taken in them, and looks between them.
    """

    family: Family
    share: float
    slices: int = 0
    steps: int = 0

    @property
    def has_more_aside(self) -> bool:
        """Whether there is anything left to look at between slices."""
        return self.family.aside is not None and self.family.aside.more

    @property
    def hopeless(self) -> bool:
        """Whether nothing was found in many slices at lengths up to the greatest."""
        rows = self.family.walk.rows
        if any(row.best is not None for row in rows):
            return False
        return any(
            row.failures.get(row.longest, 0) >= _PATIENCE
            or sum(row.failures.values()) >= _PATIENCE * max(1, row.longest - row.floor + 1)
            for row in rows
        )


def lanes_of(families: Sequence[Family], distance: int) -> list[Lane]:
    """Return a lane for each family.

    Args:
        families: those of a search.
        distance: distance asked for; at larger ones products get more.
    """
    products = _PRODUCTS_SMALL if distance <= SMALL_DISTANCE else _PRODUCTS
    others = sum(family.name != "hgp" for family in families)
    return [
        Lane(family, products if family.name == "hgp" else (1 - products) / others)
        for family in families
    ]


def next_turn(lanes: Sequence[Lane]) -> tuple[Lane, Row | None] | None:
    """Return the lane and the row to spend the next slice on, `None` if nothing is left.

    There is no row where a lane has nothing left but what it looks at between slices. The lane that
    has had least of its share is next. A lane without anything left to look for drops out; one that
    found nothing at any length waits for the others to do so.
    """
    turns = [(lane, lane.family.walk.next_row()) for lane in lanes]
    open_turns = [(lane, row) for lane, row in turns if row is not None or lane.has_more_aside]
    hopeful = [turn for turn in open_turns if not turn[0].hopeless]
    return min(hopeful or open_turns, key=lambda turn: turn[0].steps / turn[0].share, default=None)
