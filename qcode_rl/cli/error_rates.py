"""Logical error rates as text: what is told of an evaluation before, while and after it runs."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from qcode_rl.cli.output import columns

if TYPE_CHECKING:
    from sinter import TaskStats

    from qcode_rl.decoding.experiments import Experiment
    from qcode_rl.evaluation import Subject

#: Seconds between lines of progress.
_PERIOD = 5.0
#: Errors in a model from which on decoders take a tenth of a second and more for a shot.
_MANY_ERRORS = 5000
_HEADER = (
    "code", "p", "model", "rounds", "schedule", "d(circuit)", "decoder", "shots", "errors",
    "rate", "rate/round/logical", "interval",
)  # fmt: skip


class Progress:
    """Tells on stderr how far sampling is, not too often."""

    def __init__(self) -> None:
        self._next = time.monotonic() + _PERIOD

    def update(
        self, subject: Subject, held: Sequence[Experiment], totals: dict[str, TaskStats]
    ) -> None:
        """Tell the counts so far, if it is time to."""
        if time.monotonic() < self._next or not totals:
            return
        self._next = time.monotonic() + _PERIOD
        parts = [
            f"p={stats.json_metadata['p']:g}: {stats.shots:,} shots, {stats.errors:,} errors"
            for stats in sorted(totals.values(), key=lambda stats: stats.json_metadata["p"])
        ]
        click.echo(f"{subject.name}  {'; '.join(parts)}", err=True)


def circuit_words(experiment: Experiment) -> list[str]:
    """Return in a line what the circuit of an experiment is like, in another what would help."""
    memory, reached = experiment.memory, experiment.circuit_distance
    parts = [
        f"{memory.circuit.num_qubits} qubits",
        f"{memory.rounds} round{'s' * (memory.rounds > 1)}",
        f"basis {memory.basis}, {memory.boundary} boundary",
    ]
    if experiment.schedule:
        parts.append(f"schedule {experiment.schedule}, depth {memory.depth}")
    parts.append("no logical fault found" if reached is None else f"d(circuit) <= {reached}")
    return ["; ".join(parts), *_advice(experiment)]


def _advice(experiment: Experiment) -> list[str]:
    """Say how to be faster, where decoding is slow only for what Y errors tell."""
    from qcode_rl.decoding.circuits import relevant_part

    errors = experiment.error_model.num_errors
    if experiment.decoder.name not in ("bposd", "bplsd") or errors < _MANY_ERRORS:
        return []
    if relevant_part(experiment.memory).detectors == experiment.memory.detectors:
        return []
    return [f"{errors:,} errors to tell apart: --detectors one decodes much faster"]


def rates_table(rows: Iterable[dict[str, Any]]) -> str:
    """Return rows, as of `decoding.rates.row_of`, as a table with one line each."""
    return columns([_HEADER, *map(_cells, rows)], right={1, 3, 5, 7, 8, 9, 10})


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    ends = row["rate_per_round_and_logical_interval"]
    return (
        row["name"],
        f"{row['p']:g}",
        row["model"],
        str(row["rounds"]),
        row["schedule"] or "-",
        "-" if row["circuit_distance"] is None else f"<={row['circuit_distance']}",
        row["decoder"],
        f"{row['shots']:,}",
        f"{row['errors']:,}",
        _rate(row["rate"]),
        _rate(row["rate_per_round_and_logical"]),
        "-" if ends is None else f"{ends[0]:.3g} to {ends[1]:.3g}",
    )


def _rate(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"
