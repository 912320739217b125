"""Settings of the logical-error reward, apart from the decoders that it takes to judge."""

import math
from dataclasses import dataclass

from qcode_rl.errors import InputError

#: A depolarizing channel leaves nothing of a state at this rate.
_MOST_NOISE = 0.75
_MOST_SHOTS = 1_000_000


@dataclass(frozen=True)
class LogicalErrorOptions:
    """What the logical error rate of a code is taken at, and what it is worth.

    All of it decides results; how many processes share the work does not, and is no part of it.

    Attributes:
        p: rate of the depolarizing noise on each qubit, once (code capacity).
        shots: errors that each code meets.
        seed: of the errors; with `shots` and the number of qubits it fixes them.
        every: judge after every so many steps of an episode too; 0: at its end alone.
        weight: reward for each decade by which the rate is below 1.
    """

    p: float = 0.08
    shots: int = 100
    seed: int = 0
    every: int = 0
    weight: float = 1.0

    def __post_init__(self) -> None:
        for name, least, most in (("shots", 1, _MOST_SHOTS), ("seed", 0, None), ("every", 0, None)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int):
                raise InputError(f"logical_error.{name}: must be a whole number, got {value!r}")
            if value < least:
                raise InputError(f"logical_error.{name}: must be at least {least}, got {value}")
            if most is not None and value > most:
                raise InputError(f"logical_error.{name}: must be at most {most}, got {value}")
        for name in ("p", "weight"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise InputError(f"logical_error.{name}: must be a number, got {value!r}")
            # 1 and 1.0 are one setting: they must not make two keys of a search.
            object.__setattr__(self, name, float(value))
        if not 0 < self.p <= _MOST_NOISE:
            raise InputError(
                f"logical_error.p: must be above 0 and at most {_MOST_NOISE}, got {self.p}"
            )
        if not (math.isfinite(self.weight) and self.weight >= 0):
            raise InputError(f"logical_error.weight: must be finite and >= 0, got {self.weight}")
