"""Experiments: what is sampled for one code at one physical error rate, as a sinter task."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from qcode_rl.codes import CSSCode, StabilizerCode
from qcode_rl.decoding.circuit_distance import circuit_distance
from qcode_rl.decoding.circuits import (
    BASES,
    MAX_ROUNDS,
    MemoryCircuit,
    memory_circuit,
    relevant_part,
)
from qcode_rl.decoding.decoders import DecoderSpec
from qcode_rl.decoding.noise import MODELS, Noise, noise_of, rates_of, require_rate
from qcode_rl.decoding.order_search import SCHEDULES, schedule_for
from qcode_rl.decoding.schedules import Schedule
from qcode_rl.decoding.verification import CircuitFault, require_faithful
from qcode_rl.errors import InputError

if TYPE_CHECKING:
    import sinter
    import stim

QuantumCode: TypeAlias = CSSCode | StabilizerCode
#: Rounds of the circuit whose distance is looked for: errors that need more have never been seen.
DISTANCE_ROUNDS = 2
#: Which detectors decoders see.
DETECTORS = ("both", "one")


@dataclass(frozen=True)
class Setup:
    """How codes are examined, apart from the physical error rate.

    Attributes:
        model: noise model, as for `noise_of`.
        rounds: rounds of extraction; `None`: the distance of the code, or 1 under code capacity.
        basis: which logical operators are followed, as for `memory_circuit`.
        schedule: name of a schedule, as for `schedule_for`; of circuit-level noise alone.
        decoder: the decoder.
        channel: one-qubit channel of capacity and phenomenological noise.
        bias: of a biased channel.
        factors: rates as multiples of p, by name.
        hadamards: ancillas are prepared and measured in Z alone; of circuit-level noise alone.
        detectors: `both`: decoders see checks of X and Z type, and so what Y errors tell; `one`:
            those that the observables need alone, which is several times faster.

    Raises:
        InputError: if one of these is unknown, out of range, or has no meaning for the model. What
            depends on the physical error rate is left to `noise`, on the code to `experiments`.
    """

    model: str = "circuit"
    rounds: int | None = None
    basis: str = "Z"
    schedule: str = "auto"
    decoder: DecoderSpec = field(default_factory=lambda: DecoderSpec.of("bposd"))
    channel: str = "depolarizing"
    bias: float | None = None
    factors: tuple[tuple[str, float], ...] = ()
    hadamards: bool = False
    detectors: str = "both"

    def __post_init__(self) -> None:
        for name, known in (
            ("model", MODELS),
            ("basis", BASES),
            ("schedule", SCHEDULES),
            ("detectors", DETECTORS),
        ):
            value = getattr(self, name)
            if value not in known:
                raise InputError(f"{name}: must be one of {', '.join(known)}, got {value!r}")
        most = 1 if self.model == "capacity" else MAX_ROUNDS
        if self.rounds is not None and not 1 <= self.rounds <= most:
            rule = f"must be from 1 to {most} with model {self.model}"
            raise InputError(f"rounds: {rule}, got {self.rounds}")
        if self.model != "circuit" and self.schedule != "auto":
            raise InputError(f"schedule: model {self.model} has none, got {self.schedule!r}")
        if self.model != "circuit" and self.hadamards:
            raise InputError(f"hadamards: model {self.model} has none, got {self.hadamards}")

    def noise(self, p: float) -> Noise:
        """Return the noise at a physical error rate.

        Raises:
            InputError: as `noise_of`, and for p = 0, where there is nothing to sample.
        """
        require_rate("noise", p)
        if p == 0:
            raise InputError(f"noise: must be more than 0, got {p}")
        return noise_of(self.model, p, self.channel, self.bias, dict(self.factors))


@dataclass(frozen=True)
class Experiment:
    """One code at one physical error rate.

    Attributes:
        code: the code.
        p: physical error rate.
        noise: the noise there.
        memory: the circuit.
        schedule: name of its schedule, empty where there is none.
        decoder: the decoder.
        circuit_distance: upper bound on the circuit distance, `None` if none was found.
    """

    code: QuantumCode
    p: float
    noise: Noise
    memory: MemoryCircuit
    schedule: str
    decoder: DecoderSpec
    circuit_distance: int | None

    def as_json(self) -> dict[str, Any]:
        """Return what identifies the experiment, besides its circuit: no claims, no bounds."""
        return {
            "code": self.code.key[:16],
            "n": self.code.num_qubits,
            "k": self.code.num_logicals,
            "model": self.noise.model,
            "p": self.p,
            "noise": rates_of(self.noise),
            "rounds": self.memory.rounds,
            "basis": self.memory.basis,
            "boundary": self.memory.boundary,
            "detectors": self.memory.detectors,
            "schedule": self.schedule,
            "depth": self.memory.depth,
            "decoder": self.decoder.name,
            "decoder_settings": self.decoder.settings,
        }

    @cached_property
    def error_model(self) -> "stim.DetectorErrorModel":
        """The detector error model as the decoder wants it.

        Raises:
            InputError: if matching was asked for and some error cannot be told apart into parts
                that flip at most two detectors each.
        """
        if self.decoder.name != "matching":
            return self.memory.circuit.detector_error_model(approximate_disjoint_errors=True)
        try:
            return self.memory.circuit.detector_error_model(
                decompose_errors=True, approximate_disjoint_errors=True
            )
        except ValueError as error:
            raise InputError(
                "decoder: matching needs errors that flip at most two detectors, once X and Z are "
                f"told apart; those of {self.code!r} do not"
            ) from error

    def task(self) -> "sinter.Task":
        """Return the experiment as a task, whose strong id covers circuit, decoder and settings."""
        import sinter

        return sinter.Task(
            circuit=self.memory.circuit,
            decoder=self.decoder.label,
            detector_error_model=self.error_model,
            json_metadata=self.as_json(),
        )


def experiments(
    code: QuantumCode, rates: Iterable[float], setup: Setup, distance: int | None = None
) -> list[Experiment]:
    """Return the experiments on a code, one a physical error rate.

    The first circuit is verified; the others differ from it in their rates alone.

    Args:
        code: the code.
        rates: physical error rates, each more than 0.
        setup: all else.
        distance: of the code, as far as known; the default for `rounds`.

    Returns:
        As many as there are rates, in their order.

    Raises:
        InputError: if the code, a rate or the setup is no good.
        CircuitFault: if a circuit does not measure what it should.
    """
    noises = [(p, setup.noise(p)) for p in rates]
    rounds = setup.rounds
    if rounds is None:
        rounds = 1 if setup.model == "capacity" else max(1, distance or 1)
    schedule = None
    # Refuses what makes no sense before a search for a schedule takes its time.
    _memory(code, setup, noise_of("capacity", 0.1), 1, None)
    if setup.model == "circuit":
        schedule = schedule_for(code, setup.schedule, distance=distance)
    name = schedule.name if schedule else ""
    planned = [
        Experiment(
            code, p, noise, _memory(code, setup, noise, rounds, schedule), name, setup.decoder, None
        )
        for p, noise in noises
    ]
    if not planned:
        return []
    _require_decodable(planned[0])
    shorter = min(rounds, DISTANCE_ROUNDS)
    reached = circuit_distance(_memory(code, setup, noises[0][1], shorter, schedule))
    return [replace(experiment, circuit_distance=reached) for experiment in planned]


def _require_decodable(experiment: Experiment) -> None:
    try:
        require_faithful(experiment.memory)
    except CircuitFault as fault:
        named = f"schedule {experiment.schedule}" if experiment.schedule else experiment.noise.model
        raise CircuitFault(f"circuit of {experiment.code!r}, {named}: {fault}") from fault
    # Refuses a decoder for another kind of errors.
    _ = experiment.error_model


def _memory(
    code: QuantumCode, setup: Setup, noise: Noise, rounds: int, schedule: Schedule | None
) -> MemoryCircuit:
    memory = memory_circuit(
        code,
        noise,
        rounds=rounds,
        basis=setup.basis,
        schedule=schedule,
        hadamards=setup.hadamards,
    )
    return relevant_part(memory) if setup.detectors == "one" else memory


def nearest_surface(n: int, k: int) -> int:
    """Return d such that k rotated surface codes of distance d have nearest to n data qubits.

    Args:
        n: data qubits.
        k: logical qubits.
    """
    return min(range(2, 41), key=lambda d: abs(k * d * d - n))


def factors_of(text: str) -> Mapping[str, float]:
    """Return rates as multiples of p, written like `idle=0.1,measurement=5`.

    Raises:
        InputError: if the text is of another form, or a name comes twice.
    """
    factors: dict[str, float] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, value = (word.strip() for word in part.partition("="))
        if name in factors:
            raise InputError(f"rates: {name} must be given once, got {text!r}")
        try:
            factors[name] = float(value)
        except ValueError as error:
            rule = "must be written NAME=FACTOR,..."
            raise InputError(f"rates: {rule}, got {part!r}") from error
    return factors
