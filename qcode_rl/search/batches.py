"""The batches of environments of a search, within bounded memory.

A search goes back and forth between many sizes, and what it has seen of each must outlive its turn.
Only the last few batches are kept; what the others had seen is kept as tallies, of which the
largest are forgotten once all of them hold too much.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from qcode_rl.edits.tallies import Tally, empty_tally, forget_seen
from qcode_rl.search.agent.vec_env import CodeVecEnv

#: What one batch is for: the name of its family, then numbers such as its length and dimension.
Size: TypeAlias = tuple[Any, ...]
#: Batches kept: enough that there always is one that holds on to the processes that decode.
_KEPT = 8
#: Matrices remembered over all sizes, in 32 MiB.
_REMEMBERED = 1 << 22


class Batches:
    """Hands out the batch for a size, with what had been seen by then.

    What is forgotten follows from the tallies alone, so that a resumed run forgets the same. It is
    the tally of the size with most matrices, whole: where many are found, few come back, whereas
    small sizes can only be exhausted as long as they are remembered.

    Args:
        make: makes the batch for a size.
        tallies: of the sizes that a run has looked at before.
        kept: how many batches are kept.
        remember: most matrices remembered over all sizes between two slices.
    """

    def __init__(
        self,
        make: Callable[[Size], CodeVecEnv],
        tallies: dict[Size, Tally] | None = None,
        kept: int = _KEPT,
        remember: int = _REMEMBERED,
    ) -> None:
        self.make, self.kept, self.remember = make, kept, remember
        self._tallies = dict(tallies or {})
        #: In the order of their last use.
        self._environments: dict[Size, CodeVecEnv] = {}
        #: The only size whose batch holds what it has seen.
        self._loaded: Size | None = None

    def take(self, size: Size) -> CodeVecEnv:
        """Return the batch for a size, until another one is taken.

        Raises:
            InputError: if the size's tally is not one of such a batch.
        """
        env = self._environments.pop(size, None) or self.make(size)
        self._environments[size] = env
        if size != self._loaded:
            self._unload()
            if size in self._tallies:
                env.restore_tally(self._tallies[size])
            self._loaded = size
        while len(self._environments) > self.kept:
            self._environments.pop(next(iter(self._environments))).close()
        return env

    def tallies(self) -> dict[Size, Tally]:
        """Return the tally of each size as it is now, between two slices; forget what is too much.

        Returns:
            Tallies whose arrays stay as they are.
        """
        if self._loaded is not None:
            self._tallies[self._loaded] = self._environments[self._loaded].tally()
        held = {size: len(tally["seen"]) for size, tally in self._tallies.items()}
        while sum(held.values()) > self.remember:
            largest = max(held, key=lambda size: (held[size], size))
            self._tallies[largest] = forget_seen(self._tallies[largest])
            held[largest] = 0
            if largest == self._loaded:
                self._unload()
        return dict(self._tallies)

    def close(self) -> None:
        """Close all batches."""
        for env in self._environments.values():
            env.close()

    def _unload(self) -> None:
        """Free the table of the batch that was taken last."""
        if self._loaded is not None:
            self._environments[self._loaded].restore_tally(empty_tally())
        self._loaded = None
