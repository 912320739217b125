"""Rounds of syndrome extraction with one ancilla a check, moment by moment, with noise."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np

from qcode_rl.decoding.noise import CircuitNoise
from qcode_rl.decoding.schedules import Schedule
from qcode_rl.decoding.writer import CircuitWriter, Reference
from qcode_rl.gf2 import BinaryMatrix

#: Operations of one moment: pairs of an instruction and its qubits (two in a row for a gate).
_Moment = dict[str, list[int]]
_PREPARATIONS = {"R": "X_ERROR", "RX": "Z_ERROR"}
_MEASUREMENTS = ("M", "MX")


class Extraction:
    """The moments of a round of syndrome extraction.

    An ancilla is prepared in the moment before its first gate and measured in the one after its
    last. Rounds overlap as far as no qubit is needed twice: the ancilla of an X check can be
    prepared while Z checks of the round before are still at work.

    Args:
        checks: `(r, 2n)` symplectic rows; ancilla of check i is qubit n + i.
        schedule: a valid schedule for them.
        noise: rates.
        hadamards: prepare and measure ancillas in Z alone, with Hadamard gates.

    Attributes:
        depth: moments from one round to the next.
        first: the earliest moment of a round, when its first gates are at 0.
        last: the latest.
    """

    def __init__(
        self, checks: BinaryMatrix, schedule: Schedule, noise: CircuitNoise, hadamards: bool
    ) -> None:
        self.checks, self.noise = checks, noise
        self.num_data = checks.shape[1] // 2
        self._hadamards = hadamards
        self._moments: dict[int, _Moment] = defaultdict(lambda: defaultdict(list))
        # For each qubit the moments from its first to its last use in a round.
        spans: dict[int, list[int]] = {}
        for time, step in enumerate(schedule.steps):
            for check, qubit in step:
                self._add_gate(time, check, qubit)
                for used in (qubit, self.num_data + check):
                    spans.setdefault(used, [time, time])[1] = time
        for check in range(len(checks)):
            span = spans.setdefault(self.num_data + check, [0, -1])
            self._add_ends(check, span)
        self._idle = self._waits({q: s for q, s in spans.items() if q >= self.num_data})
        self.depth = max(last - first + 1 for first, last in spans.values())
        self.first, self.last = min(self._moments), max(self._moments)

    def run(
        self,
        writer: CircuitWriter,
        rounds: int,
        outcomes: list[Reference],
        data_basis: str | None = None,
    ) -> list[int]:
        """Write rounds of extraction with their detectors, at coordinates (check, round).

        Args:
            writer: where to.
            rounds: how many.
            outcomes: what each check's next outcome is compared with; updated to its last outcome.
            data_basis: `Z` or `X`: data qubits were prepared just now, and are measured in that
                basis within the last moment; `None`: neither.

        Returns:
            Numbers of the outcomes of data qubits, none without a basis.
        """
        data = list(range(self.num_data))
        final = self.last + (rounds - 1) * self.depth
        measured: list[int] = []
        for moment in range(self.first, final + 1):
            busy: set[int] = set()
            if data_basis and moment in (self.first, final):
                busy.update(data)
            for turn in self._turns(moment, rounds):
                busy |= self._write(writer, moment - turn * self.depth, turn, outcomes)
            if data_basis and moment == final:
                name = "M" if data_basis == "Z" else "MX"
                measured = writer.measure(name, data, self.noise.measurement)
            waiting = [q for q in data if q not in busy]
            for turn in self._turns(moment, rounds):
                waiting += self._idle[moment - turn * self.depth]
            writer.add("DEPOLARIZE1", waiting, self.noise.idle)
            writer.tick()
        return measured

    def _turns(self, moment: int, rounds: int) -> Iterator[int]:
        """Yield the rounds that a moment belongs to, the earlier first."""
        earliest = -(-(moment - self.last) // self.depth)
        for turn in range(max(0, earliest), rounds):
            if moment - turn * self.depth < self.first:
                break
            yield turn

    def _write(
        self, writer: CircuitWriter, moment: int, turn: int, outcomes: list[Reference]
    ) -> set[int]:
        """Write the operations of one moment of one round, and return the data qubits in them."""
        busy: set[int] = set()
        for name, targets in self._moments.get(moment, {}).items():
            busy.update(q for q in targets if q < self.num_data)
            if name in _MEASUREMENTS:
                numbers = writer.measure(name, targets, self.noise.measurement)
                self._compare(writer, targets, numbers, turn, outcomes)
                continue
            writer.add(name, targets)
            if name in _PREPARATIONS:
                writer.add(_PREPARATIONS[name], targets, self.noise.preparation)
            elif name == "H":
                writer.add("DEPOLARIZE1", targets, self.noise.one_qubit)
            else:
                writer.add("DEPOLARIZE2", targets, self.noise.two_qubit)
        return busy

    def _compare(
        self,
        writer: CircuitWriter,
        ancillas: Iterable[int],
        numbers: Iterable[int],
        turn: int,
        outcomes: list[Reference],
    ) -> None:
        for ancilla, number in zip(ancillas, numbers, strict=True):
            check = ancilla - self.num_data
            before = outcomes[check]
            if before is not None:
                writer.detector([*before, number], (check, turn))
            outcomes[check] = (number,)

    def _add_gate(self, time: int, check: int, qubit: int) -> None:
        x, z = self.checks[check, qubit], self.checks[check, self.num_data + qubit]
        ancilla = self.num_data + check
        if self._is_z(check):
            self._moments[time]["CX"] += [qubit, ancilla]
        else:
            self._moments[time]["C" + "IXZY"[x + 2 * z]] += [ancilla, qubit]

    def _add_ends(self, check: int, span: list[int]) -> None:
        """Add preparation and measurement of an ancilla, and stretch the span of its use."""
        ancilla = self.num_data + check
        turned = not self._is_z(check)
        if turned and self._hadamards:
            span[0] -= 1
            span[1] += 1
            self._moments[span[0]]["H"].append(ancilla)
            self._moments[span[1]]["H"].append(ancilla)
        span[0] -= 1
        span[1] += 1
        in_x = turned and not self._hadamards
        self._moments[span[0]]["RX" if in_x else "R"].append(ancilla)
        self._moments[span[1]]["MX" if in_x else "M"].append(ancilla)

    def _is_z(self, check: int) -> bool:
        return not self.checks[check, : self.num_data].any()

    def _waits(self, spans: dict[int, list[int]]) -> dict[int, list[int]]:
        """Return the ancillas that wait at each moment, between preparation and measurement."""
        busy = {
            (moment, qubit)
            for moment, operations in self._moments.items()
            for targets in operations.values()
            for qubit in targets
        }
        waits: dict[int, list[int]] = defaultdict(list)
        for ancilla, (first, last) in spans.items():
            for moment in range(first, last + 1):
                if (moment, ancilla) not in busy:
                    waits[moment].append(ancilla)
        return waits


def certain(checks: BinaryMatrix, basis: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which checks have a certain outcome on data qubits prepared in a basis, `(r,) bool`.

    Args:
        checks: `(r, 2n)` symplectic rows.
        basis: `Z` or `X`.
    """
    n = checks.shape[1] // 2
    other = checks[:, :n] if basis == "Z" else checks[:, n:]
    return np.asarray(~other.any(axis=1))
