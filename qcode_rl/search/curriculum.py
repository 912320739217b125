"""Which distance to ask of codes in training: one that is met now and then."""

from collections.abc import Sequence

import numpy as np

from qcode_rl.search.aims import Aim, best_distance, first_distance

#: Steps after which a target's record is looked at, and successes a step that move its distance.
_RECORD_STEPS, _TOO_EASY, _TOO_HARD = 512, 1 / 40, 1 / 1500
#: Aims whose best possible distance is met more often than this are drawn less often than others.
_TRIVIAL, _SELDOM = 1 / 12, 0.2
#: What is added to an aim's distance, one of these at random: around it, to find the way up.
_AROUND = (-1, 0, 0, 0, 1)
#: Least distance that is asked for.
_LEAST = 2


class Curriculum:
    """The distance to ask of each aim: met now and then, neither always nor never."""

    def __init__(self) -> None:
        self.levels: dict[Aim, int] = {}
        self._records: dict[tuple[Aim, int], list[int]] = {}
        #: Aims that have become trivial, or that not even the least distance was met for.
        self._seldom: set[Aim] = set()

    def level(self, aim: Aim) -> int:
        """Return the distance around which codes are asked for."""
        return self.levels.setdefault(aim, first_distance(aim))

    def pick(self, aims: Sequence[Aim], rng: np.random.Generator) -> Aim:
        """Return an aim to train on, seldom one that there is nothing to learn from."""
        while True:
            aim = aims[int(rng.integers(len(aims)))]
            if aim not in self._seldom or rng.random() < _SELDOM:
                return aim

    def draw(self, aim: Aim, rng: np.random.Generator) -> int:
        """Return a distance to ask for."""
        distance = self.level(aim) + int(rng.choice(_AROUND))
        return min(best_distance(aim), max(_LEAST, distance))

    def note(self, aim: Aim, distance: int, successes: int, steps: int) -> None:
        """Take in how often a distance was met, and move the level once enough is known."""
        level = self.level(aim)
        if distance < level:
            return
        record = self._records.setdefault((aim, distance), [0, 0])
        record[0] += successes
        record[1] += steps
        if record[1] < _RECORD_STEPS:
            return
        rate = record[0] / record[1]
        del self._records[aim, distance]
        best = best_distance(aim)
        trivial = rate > _TRIVIAL and distance == best
        if trivial or (rate == 0 and distance == _LEAST and aim.family != "hgp"):
            self._seldom.add(aim)
        if rate > _TOO_EASY:
            self.levels[aim] = min(best, distance + 1)
        elif rate < _TOO_HARD and distance == level:
            self.levels[aim] = max(_LEAST, level - 1)
