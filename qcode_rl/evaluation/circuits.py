"""Circuits of an evaluation in files, for other tools to read."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from qcode_rl.decoding.experiments import Experiment
from qcode_rl.errors import InputError


def write_circuits(experiments: Iterable[Experiment], folder: Path) -> Iterator[Path]:
    """Write the circuit and the detector error model of each experiment, as stim writes them.

    Args:
        experiments: the experiments.
        folder: where to; it need not exist.

    Yields:
        The files as they are written: the circuit ends in .stim, what decoders are given in .dem.

    Raises:
        InputError: if one cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for experiment in experiments:
            stem = _stem(experiment)
            for suffix, held in (
                ("stim", experiment.memory.circuit),
                ("dem", experiment.error_model),
            ):
                path = folder / f"{stem}.{suffix}"
                path.write_text(f"{held}\n")
                yield path
    except OSError as error:
        raise InputError(
            f"--circuits: cannot write to {str(folder)!r}: {error.strerror}"
        ) from error


def _stem(experiment: Experiment) -> str:
    """Return a name that tells apart what differs in a run, and what is likely to between runs."""
    memory = experiment.memory
    parts = (experiment.noise.model, f"r{memory.rounds}", memory.basis, experiment.decoder.name)
    return "-".join((experiment.code.key[:12], *parts, str(experiment.p)))
