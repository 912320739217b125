"""Logical error rates against physical ones."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from qcode_rl.plots.files import COLOURS, MARKERS, save_axes

#: What a curve is told apart by, besides its name; said in its label where it is needed.
_DIFFERENCES = ("model", "rounds", "basis", "schedule", "decoder")


def plot_error_rates(rows: Sequence[Mapping[str, Any]], axes: Axes | None = None) -> Axes:
    """Plot logical error rates a round and logical qubit, with intervals, on logarithmic scales.

    Args:
        rows: what `qcode-rl evaluate --json` prints as `rows`; those without errors are drawn as
            upper ends alone, those without shots not at all.
        axes: where to plot; default: a new figure.

    Returns:
        The axes, with a curve for each code and way of examining it.
    """
    if axes is None:
        axes = Figure(figsize=(6.5, 4.5), layout="constrained").subplots()
    curves: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        curves.setdefault(_label(row, rows), []).append(row)
    for index, (label, held) in enumerate(curves.items()):
        style = COLOURS[index % len(COLOURS)], MARKERS[index % len(MARKERS)]
        _plot_curve(axes, label, sorted(held, key=lambda row: row["p"]), style)
    axes.set_xscale("log")
    axes.xaxis.set_minor_formatter(NullFormatter())
    measured = sorted({row["p"] for row in rows})
    axes.set_xticks(measured, [f"{p:g}" for p in measured])
    axes.set_yscale("log")
    axes.set_xlabel("physical error rate")
    axes.set_ylabel("logical error rate a round and logical qubit")
    axes.grid(alpha=0.3, which="both", linewidth=0.5)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, fontsize="small")
    return axes


def _label(row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    """Return a name, with what tells its curves apart if there are several of that name."""
    alike = [other for other in rows if other["name"] == row["name"]]
    words = [
        f"{name} {row[name]}"
        for name in _DIFFERENCES
        if row[name] != "" and any(other[name] != row[name] for other in alike)
    ]
    return ", ".join([row["name"], *words])


def _plot_curve(
    axes: Axes, label: str, rows: Sequence[Mapping[str, Any]], style: tuple[str, str]
) -> None:
    colour, marker = style
    counted = [row for row in rows if row["rate"] is not None]
    seen = [row for row in counted if row["errors"]]
    # Lines without points would take the sense from logarithmic scales.
    if seen:
        p = [row["p"] for row in seen]
        best = [row["rate_per_round_and_logical"] for row in seen]
        low, high = zip(*(row["rate_per_round_and_logical_interval"] for row in seen), strict=True)
        axes.plot(p, best, f"-{marker}", color=colour, label=label, markersize=4, linewidth=1)
        axes.fill_between(p, low, high, color=colour, alpha=0.2, linewidth=0)
    unseen = [row for row in counted if not row["errors"]]
    if unseen:
        p = [row["p"] for row in unseen]
        tops = [row["rate_per_round_and_logical_interval"][1] for row in unseen]
        named = None if seen else label
        axes.plot(p, tops, "v", color=colour, markerfacecolor="none", label=named)


def save_error_rates(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write a plot of logical error rates to a file.

    Args:
        rows: as for `plot_error_rates`.
        path: ends in .png or .svg.

    Raises:
        InputError: if it ends otherwise or cannot be written.
    """
    save_axes(plot_error_rates(rows), path)
