"""Logical error rates from counts: per shot, per round and logical qubit, with intervals."""

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from qcode_rl.decoding.experiments import Experiment
from qcode_rl.decoding.noise import rates_of

if TYPE_CHECKING:
    import sinter

#: Intervals hold every rate that is at most this many times less likely than the best: sinter's
#: own choice for plots, and some 3.7 standard deviations wide on each side.
LIKELIHOOD_FACTOR = 1000


class Rate(NamedTuple):
    """A rate with its likelihood interval.

    Attributes:
        best: the likeliest rate.
        low: lower end of the interval.
        high: upper end.
    """

    best: float
    low: float
    high: float


def shot_rate(shots: int, errors: int) -> Rate | None:
    """Return the rate of errors a shot, `None` without shots.

    Args:
        shots: that were not discarded.
        errors: among them.

    Example:
        >>> shot_rate(1000, 10).best
        0.01
    """
    import sinter

    if not shots:
        return None
    fit = sinter.fit_binomial(
        num_shots=shots, num_hits=errors, max_likelihood_factor=LIKELIHOOD_FACTOR
    )
    return Rate(fit.best, fit.low, fit.high)


def per_round_and_logical(rate: Rate, rounds: int, observables: int, k: int) -> Rate:
    """Return the rate at which one logical qubit fails in one round.

    Observables are taken to flip independently, with the same chance in each round; a shot fails if
    any of them is flipped at its end. Over several rounds an observable flips in at most half of
    the shots, where nothing is left of it: rates beyond that count as that.

    Args:
        rate: a shot.
        rounds: of a shot.
        observables: followed in a shot.
        k: logical qubits among which failures are shared out.
    """
    import sinter

    most = 1.0 if rounds == 1 else 1 - 0.5**observables

    def convert(value: float) -> float:
        piece = sinter.shot_error_rate_to_piece_error_rate(
            min(value, most), pieces=rounds, values=observables
        )
        return _share(piece, k)

    return Rate(*map(convert, rate))


def row_of(
    experiment: Experiment, counted: "sinter.TaskStats", name: str = "", patches: int = 1
) -> dict[str, Any]:
    """Return all there is to say about an experiment and its counts, as plain values.

    Args:
        experiment: the experiment.
        counted: its counts.
        name: what to call the code; default: its `repr`.
        patches: how many such codes stand side by side: rates a shot are those of all of them.

    Returns:
        What `as_json` of the experiment holds, and `name`, `patches`, `circuit_distance`, `shots`,
        `errors`, `discards`, `seconds`, and the rates `rate` (a shot), `rate_per_round_and_logical`
        with an `_interval` each; these are `None` without shots.
    """
    code, memory = experiment.code, experiment.memory
    kept = counted.shots - counted.discards
    one = shot_rate(kept, counted.errors)
    observables = len(memory.operators)
    piece = one and per_round_and_logical(one, memory.rounds, observables, code.num_logicals)
    shot = one and Rate(*(_share(value, 1 / patches) for value in one))
    return {
        **experiment.as_json(),
        "name": name
        or f"[[{code.num_qubits},{code.num_logicals}]]({code.max_weight},{code.max_degree})",
        "code": code.key,
        "patches": patches,
        "n": code.num_qubits * patches,
        "k": code.num_logicals * patches,
        "w": code.max_weight,
        "q": code.max_degree,
        "noise": rates_of(experiment.noise),
        "decoder": experiment.decoder.name,
        "circuit_distance": experiment.circuit_distance,
        "shots": counted.shots,
        "errors": counted.errors,
        "discards": counted.discards,
        "seconds": round(counted.seconds, 3),
        "rate": shot and shot.best,
        "rate_interval": shot and [shot.low, shot.high],
        "rate_per_round_and_logical": piece and piece.best,
        "rate_per_round_and_logical_interval": piece and [piece.low, piece.high],
    }


def _share(rate: float, parts: float) -> float:
    """Return the rate of each of some independent parts of which any one is enough."""
    if parts == 1 or rate == 1:
        return float(rate)
    return -math.expm1(math.log1p(-rate) / parts)
