"""Noise models with named parameters: code capacity, phenomenological, circuit level.

Rates are probabilities. A depolarizing channel of rate p replaces a state, with probability p, by
one hit by a Pauli operator drawn evenly from the 3 (one qubit) or 15 (two qubits) that are not the
identity; it can therefore reach at most 3/4 and 15/16, where nothing is left of the state.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import ClassVar, TypeAlias

from qcode_rl.errors import InputError

#: Names of the models, from the simplest to the most real.
MODELS = ("capacity", "phenomenological", "circuit")
#: Names of one-qubit channels.
CHANNELS = ("depolarizing", "x", "z", "biased")
#: Parameters of a circuit-level model whose rate may be a multiple of p.
CIRCUIT_RATES = ("two_qubit", "one_qubit", "preparation", "measurement", "idle")
_MOST_ONE, _MOST_TWO, _MOST = (3 / 4, "3/4"), (15 / 16, "15/16"), (1.0, "1")
#: The most that each of them can be.
_LIMITS = dict(zip(CIRCUIT_RATES, (_MOST_TWO, _MOST_ONE, _MOST, _MOST, _MOST_ONE), strict=True))


@dataclass(frozen=True)
class PauliChannel:
    """A one-qubit channel that applies X, Y or Z.

    Attributes:
        x: probability of X.
        y: probability of Y.
        z: probability of Z.
    """

    x: float
    y: float
    z: float

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            require_rate(f"channel {name}", value)
        if self.x + self.y + self.z > 1:
            total = self.x + self.y + self.z
            raise InputError(f"channel: x + y + z must be at most 1, got {total}")

    @property
    def depolarizes(self) -> bool:
        """Whether X, Y and Z are equally likely."""
        return self.x == self.y == self.z

    @classmethod
    def of(
        cls, p: float, channel: str = "depolarizing", bias: float | None = None
    ) -> "PauliChannel":
        """Return a channel by name.

        Args:
            p: probability of any error.
            channel: `depolarizing`; `x` or `z`: only errors of that type; `biased`.
            bias: of `biased`, the ratio of the probability of Z to that of X or Y (1/2 is
                depolarizing), as in Tuckett et al., arXiv:1708.08474.

        Returns:
            The channel.

        Raises:
            InputError: if p is outside of [0, 1], or over 3/4 for `depolarizing`, there is no such
                channel, or the bias is missing, out of place or not positive.
        """
        if channel not in CHANNELS:
            raise InputError(f"channel: must be one of {', '.join(CHANNELS)}, got {channel!r}")
        if bias is not None and channel != "biased":
            raise InputError(f"bias: must be given with channel biased alone, got {bias}")
        require_rate("noise", p, *(_MOST_ONE if channel == "depolarizing" else ()))
        if channel == "depolarizing":
            return cls(p / 3, p / 3, p / 3)
        if channel in "xz":
            return cls(p if channel == "x" else 0.0, 0.0, p if channel == "z" else 0.0)
        if not (isinstance(bias, int | float) and math.isfinite(bias) and bias > 0):
            raise InputError(f"bias: must be a positive number, got {bias}")
        other = p / (2 * (1 + bias))
        return cls(other, other, p - 2 * other)


@dataclass(frozen=True)
class CapacityNoise:
    """Errors on the data qubits once; checks are measured perfectly.

    Attributes:
        channel: what hits every data qubit.
    """

    channel: PauliChannel
    model: ClassVar[str] = "capacity"


@dataclass(frozen=True)
class PhenomenologicalNoise:
    """Errors on the data qubits before every round, and wrong outcomes of checks.

    Attributes:
        channel: what hits every data qubit before each round.
        measurement: probability that the outcome of a check is wrong.
    """

    channel: PauliChannel
    measurement: float
    model: ClassVar[str] = "phenomenological"

    def __post_init__(self) -> None:
        require_rate("measurement", self.measurement)


@dataclass(frozen=True)
class CircuitNoise:
    """Errors at every operation of a syndrome extraction circuit.

    Attributes:
        two_qubit: depolarizing rate after each two-qubit gate.
        one_qubit: depolarizing rate after each one-qubit gate.
        preparation: probability that a qubit is prepared in the opposite state.
        measurement: probability that an outcome is wrong.
        idle: depolarizing rate of a qubit in a time step in which nothing acts on it.
    """

    two_qubit: float
    one_qubit: float
    preparation: float
    measurement: float
    idle: float
    model: ClassVar[str] = "circuit"

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            require_rate(name, value, *_LIMITS[name])

    @classmethod
    def uniform(cls, p: float, factors: Mapping[str, float] | None = None) -> "CircuitNoise":
        """Return the model in which every rate is p, or a multiple of it.

        Args:
            p: physical error rate.
            factors: for some of `CIRCUIT_RATES`, by how much the rate differs from p.

        Raises:
            InputError: if p or a rate is more than its channel allows, or there is no such rate.
        """
        require_rate("noise", p)
        given = _checked(factors or {})
        rates = {name: p * given.get(name, 1.0) for name in CIRCUIT_RATES}
        for name, rate in rates.items():
            require_rate(name, rate, *_LIMITS[name], argument="rates" if name in given else "noise")
        return cls(**rates)


Noise: TypeAlias = CapacityNoise | PhenomenologicalNoise | CircuitNoise


def noise_of(
    model: str,
    p: float,
    channel: str = "depolarizing",
    bias: float | None = None,
    factors: Mapping[str, float] | None = None,
) -> Noise:
    """Return a noise model by name, at a physical error rate.

    Args:
        model: one of `MODELS`.
        p: physical error rate.
        channel: of the data qubits, as for `PauliChannel.of`; circuit-level noise depolarizes.
        bias: of a biased channel.
        factors: rates as multiples of p: `measurement` of phenomenological noise, any of
            `CIRCUIT_RATES` of circuit-level noise.

    Returns:
        The model.

    Raises:
        InputError: if there is no such model, a rate is more than its channel allows, or a setting
            has no meaning for the model.

    Example:
        >>> noise_of("circuit", 1e-3, factors={"idle": 0}).idle
        0.0
    """
    if model not in MODELS:
        raise InputError(f"model: must be one of {', '.join(MODELS)}, got {model!r}")
    if model == "circuit":
        if channel != "depolarizing":
            raise InputError(f"channel: model circuit has depolarizing alone, got {channel!r}")
        if bias is not None:
            raise InputError(f"bias: model circuit has none, got {bias}")
        return CircuitNoise.uniform(p, factors)
    hits = PauliChannel.of(p, channel, bias)
    given = _checked(factors or {})
    measurement = given.pop("measurement", 1.0) if model == "phenomenological" else 1.0
    if given:
        raise InputError(f"rates: model {model} has no {', '.join(given)} to scale")
    if model == "capacity":
        return CapacityNoise(hits)
    require_rate("measurement", p * measurement, argument="rates")
    return PhenomenologicalNoise(hits, p * measurement)


def _checked(factors: Mapping[str, float]) -> dict[str, float]:
    for name, factor in factors.items():
        if name not in CIRCUIT_RATES:
            raise InputError(f"rates: must be of {', '.join(CIRCUIT_RATES)}, got {name!r}")
        if not (math.isfinite(factor) and factor >= 0):
            raise InputError(f"rates: {name} must be a finite factor from 0 on, got {factor}")
    return dict(factors)


def rates_of(noise: Noise) -> dict[str, float]:
    """Return the rates of a model by name, flat: `x`, `y` and `z` are those of its channel."""
    values = asdict(noise)
    return {**values.pop("channel", {}), **values}


def require_rate(
    name: str, value: float, most: float = 1.0, shown: str = "1", argument: str = ""
) -> None:
    """Refuse what is no probability, or more than a channel allows.

    Args:
        name: of the rate.
        value: the rate.
        most: the greatest that it may be.
        shown: the same in words.
        argument: what users gave, if the rate is only a part or a consequence of it.

    Raises:
        InputError: naming the argument, the range and the value.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        who = f"{argument}: {name}" if argument else f"{name}:"
        raise InputError(f"{who} must be between 0 and {shown}, got {value}")
