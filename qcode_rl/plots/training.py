"""How searches went: what was found by how many reward evaluations."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from qcode_rl.archive import CodeRecord
from qcode_rl.errors import InputError
from qcode_rl.plots.files import COLOURS

if TYPE_CHECKING:  # whose module takes the seconds that torch needs
    from qcode_rl.search.runner import SearchResult

#: A search: its result, or what it found (of an archive, or of a checkpoint).
Run: TypeAlias = "SearchResult | Iterable[CodeRecord]"
#: What can be followed, with how axes call it.
QUANTITIES = {"merit": "best k d² / n so far", "codes": "codes found so far"}


def plot_training(
    runs: Mapping[str, Run], axes: Axes | None = None, *, quantity: str = "merit"
) -> Axes:
    """Plot what searches had come to against the reward evaluations that they had spent.

    Args:
        runs: results, or records that know when they were found (others are passed over), by what
            to call them; `by_run` sorts those of an archive.
        axes: where to plot; default: a new figure.
        quantity: `merit`, the largest k d^2 / n so far, or `codes`, how many were found.

    Returns:
        The axes, with a curve for each run that found anything.

    Raises:
        InputError: if the quantity is something else.
    """
    if quantity not in QUANTITIES:
        raise InputError(f"quantity: must be one of {', '.join(QUANTITIES)}, got {quantity!r}")
    axes = axes or Figure(figsize=(6.5, 4.5), layout="constrained").subplots()
    for index, (name, run) in enumerate(runs.items()):
        found = _in_order(run)
        values = [record.merit for record in found] if quantity == "merit" else [1.0] * len(found)
        sofar = np.maximum.accumulate(values) if quantity == "merit" else np.cumsum(values)
        _plot_steps(axes, name, found, sofar.tolist(), _end(run), index)
    return _finish(axes, QUANTITIES[quantity])


def plot_lengths(run: Run, axes: Axes | None = None) -> Axes:
    """Plot the shortest length so far of each number of logical qubits against evaluations.

    Args:
        run: a result, or records that know when they were found.
        axes: where to plot; default: a new figure.

    Returns:
        The axes, with a curve for each k.
    """
    axes = axes or Figure(figsize=(6.5, 4.5), layout="constrained").subplots()
    found = _in_order(run)
    for index, k in enumerate(sorted({record.k for record in found})):
        own = [record for record in found if record.k == k]
        shortest = np.minimum.accumulate([record.n for record in own])
        _plot_steps(axes, f"k = {k}", own, shortest.tolist(), _end(run), index)
    axes.set_yscale("log")
    return _finish(axes, "shortest n so far")


def by_run(records: Iterable[CodeRecord]) -> dict[str, list[CodeRecord]]:
    """Sort records by the search that found them; those of no search are left out.

    Args:
        records: of an archive.

    Returns:
        The records of each run, by its name, runs in the order of their names (which is by date).
    """
    runs: dict[str, list[CodeRecord]] = defaultdict(list)
    for record in records:
        if record.provenance.run and record.provenance.evaluations is not None:
            runs[record.provenance.run].append(record)
    return dict(sorted(runs.items()))


def _in_order(run: Run) -> list[CodeRecord]:
    records = run if isinstance(run, Iterable) else run.records
    known = [record for record in records if record.provenance.evaluations is not None]
    return sorted(known, key=_evaluations)


def _evaluations(record: CodeRecord) -> int:
    return record.provenance.evaluations or 0


def _end(run: Run) -> int | None:
    return None if isinstance(run, Iterable) else run.evaluations


def _plot_steps(
    axes: Axes,
    name: str,
    found: Sequence[CodeRecord],
    values: Sequence[float],
    end: int | None,
    index: int,
) -> None:
    if not found:
        return
    # Evaluations are counted from one on, as a logarithmic scale needs them.
    at = [max(1, _evaluations(record)) for record in found]
    colour = COLOURS[index % len(COLOURS)]
    line, marked = [*at, max(end or 0, at[-1])], [*values, values[-1]]
    axes.step(line, marked, where="post", color=colour, linewidth=1.2, label=name)
    axes.plot(at, values, ".", color=colour, markersize=4)


def _finish(axes: Axes, quantity: str) -> Axes:
    axes.set_xscale("log")
    axes.set_xlabel("reward evaluations")
    axes.set_ylabel(quantity)
    axes.grid(alpha=0.3, linewidth=0.5)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, fontsize="small")
    return axes
