"""Writing stim circuits: outcomes are numbered as they are measured, records follow from that."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    import stim

    from qcode_rl.gf2 import BinaryMatrix

#: Numbers of the outcomes whose parity a check's next outcome is compared with: none of them for a
#: check that is certain to be +1, `None` for one that is random.
Reference: TypeAlias = tuple[int, ...] | None


class CircuitWriter:
    """A stim circuit under construction.

    Attributes:
        circuit: what was written since the last `take`.
        count: outcomes measured since the beginning.
    """

    def __init__(self) -> None:
        import stim

        self.circuit: stim.Circuit = stim.Circuit()
        self.count = 0

    def take(self) -> "stim.Circuit":
        """Return what was written since the last call; outcomes keep their numbers."""
        written = self.circuit.copy()
        self.circuit.clear()
        return written

    def add(self, name: str, targets: Iterable[int], rate: float | None = None) -> None:
        """Append an instruction; one without targets, or a channel of rate 0, is left out."""
        held = list(targets)
        if held and rate != 0:
            self.circuit.append(name, held, [] if rate is None else rate)

    def add_channel(self, targets: Sequence[int], rates: tuple[float, float, float]) -> None:
        """Append a channel that applies X, Y or Z with given probabilities, in its exact form."""
        x, y, z = rates
        if x == y == z:
            self.add("DEPOLARIZE1", targets, x + y + z)
        elif not (y or z) or not (x or y):
            self.add("X_ERROR", targets, x)
            self.add("Z_ERROR", targets, z)
        else:
            self.circuit.append("PAULI_CHANNEL_1", targets, [x, y, z])

    def tick(self) -> None:
        """End a time step."""
        self.circuit.append("TICK")

    def measure(self, name: str, targets: Sequence[int], flip: float = 0.0) -> list[int]:
        """Measure qubits by `M` or `MX`, with outcomes wrong at a rate; return their numbers."""
        if targets:
            self.circuit.append(name, targets, flip)
        return self._numbers(len(targets))

    def measure_products(self, rows: "BinaryMatrix", flip: float = 0.0) -> list[int]:
        """Measure Pauli products, with outcomes wrong at a rate, and return their numbers.

        Args:
            rows: `(r, 2n)` symplectic rows over the first n qubits. One that is zero is measured as
                the parity of nothing, which is certain.
            flip: rate of wrong outcomes.
        """
        import stim

        n = rows.shape[1] // 2
        for row in rows:
            targets: list[stim.GateTarget] = []
            for qubit in np.flatnonzero(row[:n] | row[n:]).tolist():
                pauli = "IXZY"[row[qubit] + 2 * row[n + qubit]]
                targets += [stim.target_pauli(qubit, pauli), stim.target_combiner()]
            if targets:
                self.circuit.append("MPP", targets[:-1], flip)
            else:
                self.circuit.append("MPAD", [0], flip)
        return self._numbers(len(rows))

    def detector(self, outcomes: Iterable[int], place: tuple[int, ...]) -> None:
        """Declare the parity of outcomes a detector, with coordinates."""
        self.circuit.append("DETECTOR", self._records(outcomes), place)

    def observable(self, index: int, outcomes: Iterable[int]) -> None:
        """Declare the parity of outcomes an observable."""
        self.circuit.append("OBSERVABLE_INCLUDE", self._records(outcomes), index)

    def _numbers(self, added: int) -> list[int]:
        self.count += added
        return list(range(self.count - added, self.count))

    def _records(self, outcomes: Iterable[int]) -> "list[stim.GateTarget]":
        import stim

        return [stim.target_rec(number - self.count) for number in outcomes]
