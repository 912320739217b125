"""Looks between slices at codes that are drawn with a cyclic symmetry, not edited."""

from collections.abc import Callable, Sequence

from qcode_rl.archive import CodeRecord
from qcode_rl.edits.symmetric_codes import SymmetricCodes
from qcode_rl.gf2 import BinaryMatrix
from qcode_rl.search.batches import Size
from qcode_rl.search.families.base import Proved
from qcode_rl.search.learner import slice_seed
from qcode_rl.search.spec import SearchSpec
from qcode_rl.search.walk import Row, RowWalk

#: Draws before the first slice, at most and as a share of a slice's steps; from then on, they get
#: as many evaluations as slices do.
_FIRST, _FIRST_SHARE = 1024, 4
#: Most draws between two slices.
_TURN = 4096
#: Tells the seeds of draws from those of slices.
_STREAM = 100

#: Takes a row and the checks of a code for it; gives what is to be archived.
Found = Callable[[Row, BinaryMatrix], list[Proved]]


class SymmetricDraws:
    """Draws codes for the row whose turn it is; see `Aside`.

    Args:
        spec: the request.
        css: whether codes are CSS codes.
        name: of the family.
        walk: has the rows.
        found: takes in what is drawn.
    """

    def __init__(self, spec: SearchSpec, css: bool, name: str, walk: RowWalk, found: Found) -> None:
        self.spec, self.css, self.walk, self.found = spec, css, walk, found
        self.looked = 0
        self.size: Size = (name, 0)
        self._codes: SymmetricCodes | None = None
        agent = spec.agent
        steps = agent.num_envs * agent.rollout * agent.slice_rollouts
        self._first = min(_FIRST, steps // _FIRST_SHARE)

    @property
    def more(self) -> bool:
        """Whether any row is left to draw codes for."""
        return any(not row.finished for row in self.walk.rows)

    def due(self, evaluations: int, at_all: bool = False) -> int:
        """Return how many codes to draw between two slices."""
        return _TURN if at_all else max(0, min(_TURN, self._first + evaluations // 2 - self.looked))

    def look(self, known: Sequence[CodeRecord]) -> list[Proved]:
        """Draw the next code, and return it, proved, if it is one that was asked for."""
        row = self.walk.next_row()
        seed = slice_seed(self.spec.seed, self.looked, _STREAM + self.css)
        self.looked += 1
        if row is None:
            return []
        if self._codes is None:
            self._codes = SymmetricCodes()
        n, k, spec = row.length, row.dimension, self.spec
        checks = self._codes.draw(n, n - k, spec.distance, spec.max_weight, self.css, seed)
        return [] if checks is None else self.found(row, checks)

    def restore(self, looked: int) -> None:
        """Go on from where so many codes had been drawn."""
        self.looked = looked
