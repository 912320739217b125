"""What batches of codes under edit have in common, whatever the family: memory and arrays.

A family supplies the state (`graphs`), the `outcome` of a step, `rules`, and kernels that restart
one code, step all and write observations.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from qcode_rl.edits import stepping
from qcode_rl.edits.graphs import Integers
from qcode_rl.edits.stepping import Observations
from qcode_rl.edits.tallies import Tally, check_tally
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix
from qcode_rl.gf2.packing import Words

_FIRST_TABLE = 1 << 16
#: Latest codes that a batch remembers; the table, which holds up to twice as many, takes 32 MiB.
REMEMBERED = 1 << 20
_ONE = np.uint64(1)


class EditBatch(ABC):
    """A batch of codes under edit, with observations, masks and outcomes.

    An evaluation is a census of a code not seen before. So that memory stays bounded, a batch
    forgets: once `remember` codes have been counted since it last did, those from before then
    are dropped. Evaluations are thus exact up to nearly twice as many, and an upper count from then
    on: a code that comes back after about `remember` or more others may be counted again.

    Args:
        size: B, the number of codes.
        max_checks: M, checks that every graph is padded to.
        max_bits: N, bits (qubits) that every graph is padded to.
        max_edges: E, edges that observations have room for.
        remember: how many of the latest codes are never forgotten; 2 `most_censuses` B if that is
            more.

    Attributes:
        graphs: the state; has at least `streams (B,) uint64`, `distances`, `targets` and `steps`
            `(B,) int64`.
        outcome: of the last step; has at least `rewards (B,) float64`, `ended`, `met` and
            `illegal (B,) bool`, `distances (B,) int64` and `counters (3,) int64` (evaluations,
            censuses, edits).
        rules: what is the same for all codes; has at least `same_step`.
    """

    #: Features of a check, a bit and the whole graph in observations.
    feature_sizes: ClassVar[tuple[int, int, int]]
    #: Most censuses that a code takes in a step.
    most_censuses: ClassVar[int] = 2
    graphs: Any
    outcome: Any
    rules: Any

    def __init__(
        self, size: int, max_checks: int, max_bits: int, max_edges: int, remember: int = REMEMBERED
    ) -> None:
        self._step_room = self.most_censuses * size
        self.remember = max(remember, 2 * self._step_room)
        self.size, self.max_checks, self.max_bits = size, max_checks, max_bits
        self.num_actions = self.count_actions()
        self.observations = self._observations(max_edges)
        self.final = self._observations(max_edges)
        self.waiting = np.zeros(size, dtype=np.bool_)
        #: Hashes of the codes remembered: odd since the last forgetting, even from before.
        self.seen = np.zeros(_FIRST_TABLE, dtype=np.uint64)
        self.forgotten = 0
        self._aged_at = 0  # evaluations at the last forgetting

    @abstractmethod
    def count_actions(self) -> int:
        """Return the number of actions, the last of which stops or starts afresh."""

    @abstractmethod
    def observe(self) -> Observations:
        """Refresh and return the observation arrays."""

    @abstractmethod
    def checks(self, i: int) -> BinaryMatrix:
        """Return the checks of code i, in the family's form."""

    @abstractmethod
    def final_checks(self, i: int) -> BinaryMatrix:
        """Return the checks of code i as the last step left it, before any restart."""

    @abstractmethod
    def _restart_one(self, i: int) -> None:
        """Begin a new episode of code i."""

    @abstractmethod
    def _advance(self, actions: Integers) -> None:
        """Step all codes and fill the outcome."""

    @property
    def evaluations(self) -> int:
        """Censuses of codes not seen before, so far; see the class for what is forgotten."""
        return int(self.outcome.counters[0])

    def seed_streams(self, seeds: Sequence[int]) -> None:
        """Start the random stream of each code, `(B,)` integers in [0, 2^63)."""
        self.graphs.streams[:] = np.array(seeds, dtype=np.uint64)

    def restart(self, indices: Iterable[int]) -> None:
        """Begin new episodes of the given codes and refresh all observations."""
        for i in indices:
            self._make_room()
            self.waiting[i] = False
            self._restart_one(i)
        self.observe()

    def step(self, actions: Integers) -> Any:
        """Step every code and refresh all observations.

        Args:
            actions: `(B,) int64`, numbered as the family's environment says.

        Returns:
            The outcome arrays, which the next step overwrites.
        """
        self._make_room()
        self._advance(actions)
        self.observe()
        return self.outcome

    def tally(self) -> Tally:
        """Return copies of what outlives restarts; see `tallies.Tally`."""
        return {
            "seen": self.seen[self.seen != 0],
            "counters": self.outcome.counters.copy(),
            "forgotten": np.array([self.forgotten]),
        }

    def restore_tally(self, tally: Tally) -> None:
        """Take up what `tally` returned; everything else begins anew with the next restart.

        Raises:
            InputError: if the arrays are not such as `tally` returns.
        """
        check_tally(tally)
        seen = tally["seen"]
        if len(seen) > 2 * self.remember:
            most = 2 * self.remember
            raise InputError(f"tally: seen must hold at most {most} hashes, got {len(seen)}")
        self.outcome.counters[:] = tally["counters"]
        self.forgotten = int(tally["forgotten"][0])
        self._aged_at = self.evaluations - int(np.count_nonzero(seen & _ONE))
        self._hold(seen, _FIRST_TABLE)

    def _observations(self, max_edges: int) -> Observations:
        size = self.size
        checks, bits, overall = self.feature_sizes

        def singles(*shape: int) -> NDArray[np.float32]:
            return np.zeros((size, *shape), dtype=np.float32)

        return Observations(
            checks=singles(self.max_checks, checks),
            bits=singles(self.max_bits, bits),
            edges=np.zeros((size, max_edges, 3), dtype=np.int16),
            overall=singles(overall),
            masks=np.zeros((size, self.num_actions), dtype=np.bool_),
        )

    def _make_room(self) -> None:
        """Before a step: forget what is too old, and keep the table at most half full."""
        if self.evaluations - self._aged_at + self._step_room > self.remember:
            recent = self.seen[self.seen & _ONE != 0]
            self.forgotten = self.evaluations - len(recent)
            self._aged_at = self.evaluations
            self._hold(recent ^ _ONE, len(self.seen))
        elif 2 * (self.evaluations - self.forgotten + self._step_room) > len(self.seen):
            self._hold(self.seen[self.seen != 0], len(self.seen))

    def _hold(self, hashes: Words, length: int) -> None:
        """Put hashes into a new table of so many slots, or more if that leaves too little room."""
        while 2 * (len(hashes) + self._step_room) > length:
            length *= 4
        self.seen = np.zeros(length, dtype=np.uint64)
        # Look-ups stay short in a table that is at most half full.
        stepping.insert_all(self.seen, hashes)
