"""`qcode-rl evaluate`: logical error rates of a code under noise."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qcode_rl.cli.error_rates import Progress, circuit_words, rates_table
from qcode_rl.cli.files import require_folder
from qcode_rl.cli.options import archive_option, duration_option, json_option, plot_option
from qcode_rl.cli.output import examples, print_json, print_out
from qcode_rl.errors import InputError

if TYPE_CHECKING:
    from qcode_rl.archive import Archive
    from qcode_rl.decoding.collection import Limits
    from qcode_rl.decoding.decoders import DecoderSpec
    from qcode_rl.decoding.experiments import Setup
    from qcode_rl.evaluation import Evaluation, Subject


@click.command(
    epilog=examples(
        "qcode-rl evaluate 3f9a --noise 1e-3,2e-3,5e-3",
        "qcode-rl evaluate code.npz --noise 0.02,0.05 --model capacity --decoder bplsd",
        "qcode-rl evaluate bicycle-72-12 --noise 3e-3 --rounds 6 --against surface --plot bb.svg",
        "qcode-rl evaluate steane --noise 1e-3 --set osd_order=0 --max-errors 1000 --json",
        "qcode-rl evaluate 3f9a --noise 2e-3 > counts.csv && sinter plot --in counts.csv "
        "--x_func m.p --group_func m.code --show",
    )
)
@click.argument("code", metavar="FILE|KEY|NAME")
@click.option(
    "--noise", "rates", required=True, metavar="P,...", help="Physical error rates, above 0."
)
@click.option(
    "--model",
    type=click.Choice(["circuit", "phenomenological", "capacity"]),
    default="circuit",
    show_default=True,
    help="circuit: every gate, preparation, measurement and idle step fails at rate P; "
    "phenomenological: data qubits before a round, and outcomes; capacity: data qubits once.",
)
@click.option("--rounds", type=int, metavar="R", help="Rounds of extraction. Default: d.")
@click.option("--decoder", default="bposd", show_default=True, metavar="NAME", help="See below.")
@click.option(
    "--set",
    "settings",
    default="",
    metavar="NAME=VALUE,...",
    help="Settings of the decoder, such as osd_order=10,max_iter=50. A wrong name is told those "
    "that there are.",
)
@click.option(
    "--schedule",
    default="auto",
    show_default=True,
    metavar="NAME",
    help="Order of the gates of a round: auto, zigzag, bicycle, coloring, layers, search.",
)
@click.option(
    "--basis",
    type=click.Choice(["Z", "X", "both"]),
    default="Z",
    show_default=True,
    help="Which logical operators are prepared and read out; both: of all, with perfect "
    "preparation and reading.",
)
@click.option(
    "--channel",
    type=click.Choice(["depolarizing", "x", "z", "biased"]),
    default="depolarizing",
    show_default=True,
    help="What hits data qubits (capacity and phenomenological).",
)
@click.option("--bias", type=float, metavar="B", help="Of channel biased: Z over X or Y together.")
@click.option(
    "--rates",
    "factors",
    default="",
    metavar="NAME=FACTOR,...",
    help="Rates as multiples of P: two_qubit, one_qubit, preparation, measurement, idle.",
)
@click.option(
    "--hadamards", is_flag=True, help="Ancillas in Z alone, with Hadamard gates around X checks."
)
@click.option(
    "--detectors",
    type=click.Choice(["both", "one"]),
    default="both",
    show_default=True,
    help="What decoders see: checks of both types, or of the one that the observables need alone, "
    "which is several times faster and blind to what Y errors tell.",
)
@click.option(
    "--max-shots",
    type=int,
    default=100_000,
    show_default=True,
    metavar="N",
    help="Enough shots for each P, those in the archive included.",
)
@click.option(
    "--max-errors",
    type=int,
    default=100,
    show_default=True,
    metavar="N",
    help="Enough errors for each P, likewise; batches may bring some more.",
)
@click.option(
    "--workers", type=int, metavar="N", help="Processes. Default: as many as there are cores."
)
@duration_option(
    "--time", "Stop sampling after TIME (90s, 3m, 1.5h), with what was counted by then."
)
@click.option(
    "--against",
    type=click.Choice(["surface"]),
    help="Beside it, patches of the rotated surface code: as many as there are logical qubits, of "
    "the distance that brings n nearest, with their zig-zag schedule.",
)
@click.option(
    "--against-decoder",
    default="matching",
    show_default=True,
    metavar="NAME",
    help="Decoder of the patches.",
)
@plot_option("logical against physical error rates")
@click.option(
    "--circuits",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write each circuit (.stim) and its detector error model (.dem) to DIR.",
)
@json_option
@archive_option
def evaluate(
    code: str,
    rates: str,
    decoder: str,
    settings: str,
    max_shots: int,
    max_errors: int,
    workers: int | None,
    seconds: float | None,
    against: str | None,
    against_decoder: str,
    plot: Path | None,
    circuits: Path | None,
    as_json: bool,
    folder: Path | None,
    **setup: Any,
) -> int:
    """Measure logical error rates of the code in FILE, with archive KEY, or called NAME.

    A memory experiment is sampled and decoded by sinter until there are --max-errors errors or
    --max-shots shots. Counts are kept in the archive, and those of earlier runs of the very same
    experiment count: the same command goes on where it was stopped, and more shots add up.

    stdout gets sinter's CSV (or --json), stderr progress and a table: logical error rates a shot,
    and a round and logical qubit, each with the interval of rates at most 1000 times less likely
    than the best. d(circuit) is an upper bound: the fewest faults found to go unnoticed.

    Decoders: bposd, bplsd, matching, lookup, tesseract, relay-bp.
    """
    from qcode_rl.archive import Archive, default_archive_path
    from qcode_rl.decoding.collection import Limits
    from qcode_rl.decoding.decoders import DecoderSpec
    from qcode_rl.evaluation import subject_of, surface_beside

    made = _setup(DecoderSpec.parse(decoder, settings), **setup)
    beside = DecoderSpec.parse(against_decoder)
    limits = Limits(max_shots, max_errors, _cores(workers), seconds)
    noises = _numbers(rates)
    for p in noises:
        made.noise(p)
    require_folder("--circuits", circuits)
    held = Archive(folder or default_archive_path())
    held.require_writable()
    subjects = [subject_of(code, held, made)]
    if against:
        subjects.append(surface_beside(subjects[0], beside))
    result = _run(subjects, noises, limits, held, circuits)
    if result is None:
        from qcode_rl.cli.main import FAILED

        return FAILED
    return _report(result, plot, as_json)


def _setup(decoder: DecoderSpec, factors: str, **others: Any) -> Setup:
    from qcode_rl.decoding.experiments import Setup, factors_of

    return Setup(decoder=decoder, factors=tuple(sorted(factors_of(factors).items())), **others)


def _run(
    subjects: list[Subject],
    noises: list[float],
    limits: Limits,
    held: Archive,
    circuits: Path | None,
) -> Evaluation | None:
    """Evaluate, and return `None` where that failed, which was told then."""
    from qcode_rl.decoding.decoders import DecodingFailed
    from qcode_rl.decoding.verification import CircuitFault
    from qcode_rl.evaluation.circuits import write_circuits
    from qcode_rl.evaluation.runs import evaluate as run
    from qcode_rl.evaluation.runs import plan
    from qcode_rl.search.interrupts import sigterm_interrupts

    planned = []
    try:
        with sigterm_interrupts():
            for subject in subjects:
                click.echo(f"{subject.name}: building circuits ...", err=True)
                experiments = plan(subject, noises)
                for line in circuit_words(experiments[0]):
                    click.echo(f"  {line}", err=True)
                planned.append((subject, experiments))
                if circuits is not None:
                    for path in write_circuits(experiments, circuits):
                        click.echo(f"wrote {path}", err=True)
            return run(planned, limits, held, Progress().update)
    except (DecodingFailed, CircuitFault) as error:
        click.echo(f"error: {error}", err=True)
        return None


def _report(result: Evaluation, plot: Path | None, as_json: bool) -> int:
    """Print what was counted and return the exit status."""
    from qcode_rl.cli.main import INTERRUPTED

    if as_json:
        print_json({"rows": result.rows})
    else:
        print_out(result.csv())
    click.echo(rates_table(result.rows), err=True)
    if plot is not None:
        from qcode_rl.plots.error_rates import save_error_rates

        save_error_rates(result.rows, plot)
    if result.interrupted:
        click.echo("interrupted: what was counted is kept; the same command goes on", err=True)
        return INTERRUPTED
    return 0


def _numbers(text: str) -> list[float]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    try:
        found = [float(part) for part in parts]
    except ValueError as error:
        raise InputError(f"noise: must be numbers such as 1e-3,2e-3, got {text!r}") from error
    if not found:
        raise InputError(f"noise: must name at least one rate, got {text!r}")
    return list(dict.fromkeys(found))


def _cores(workers: int | None) -> int:
    if workers is not None:
        return workers
    # Those that a scheduler left to this process, where the system can tell.
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
