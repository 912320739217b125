"""What a success costs each method on each target."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from qcode_rl.plots.files import COLOURS, MARKERS, save_axes

_PARAMETERS = ("n", "k", "d", "w", "q", "family", "group")
#: Share of the room between targets that the methods are spread over.
_SPREAD = 0.6
#: Inches that a plot is wide at most, and targets from which on their names are turned.
_WIDEST, _MANY = 16.0, 12


def plot_comparison(results: Mapping[str, Any], axes: Axes | None = None) -> Axes:
    """Plot the reward evaluations of a success, with their 95% intervals, on a logarithmic scale.

    Args:
        results: what `qcode-rl compare --json` prints.
        axes: where to plot; default: a new figure.

    Returns:
        The axes. Where a method had no success, a hollow marker stands at the evaluations that it
        spent in all.
    """
    targets = results["targets"]
    if axes is None:
        width = min(4.5 + 0.9 * len(targets), _WIDEST)
        axes = Figure(figsize=(width, 4.5), layout="constrained").subplots()
    # Not every method serves every family.
    methods = list(dict.fromkeys(name for t in targets for name in t if name not in _PARAMETERS))
    places = np.linspace(-0.5, 0.5, len(methods)) if len(methods) > 1 else np.zeros(1)
    spent = results["budget"] * results["seeds"]
    for index, (method, place) in enumerate(zip(methods, _SPREAD * places, strict=True)):
        served = [at for at, target in enumerate(targets) if method in target]
        cells = [targets[at][method] for at in served]
        style = (COLOURS[index % len(COLOURS)], MARKERS[index % len(MARKERS)])
        _plot_method(axes, method, cells, np.array(served) + place, spent, style)
    axes.set_yscale("log")
    many = len(targets) > _MANY
    between = "" if many else "\n"
    labels = [_label(target, between) for target in targets]
    axes.set_xticks(range(len(targets)), labels, rotation=90 if many else 0)
    axes.margins(x=0.02)
    axes.set_ylabel("reward evaluations per success")
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return axes


def _plot_method(
    axes: Axes,
    name: str,
    cells: list[Any],
    at: NDArray[np.float64],
    spent: int,
    style: tuple[str, str],
) -> None:
    colour, marker = style
    met = np.array([cell["evaluations_per_success"] is not None for cell in cells])
    costs = np.array([cell["evaluations_per_success"] or spent for cell in cells], dtype=float)
    ends = [cell["interval"] or [spent, spent] for cell in cells]
    # An end that nothing bounds is drawn up to all that was spent.
    low, high = (np.array([spent if end[j] is None else end[j] for end in ends]) for j in (0, 1))
    # The cost itself can lie outside of an interval of resamples; bars have no negative length.
    bars = np.maximum(0.0, [costs - low, high - costs])[:, met]
    axes.errorbar(at[met], costs[met], yerr=bars, fmt=marker, color=colour, capsize=2, label=name)
    axes.plot(at[~met], costs[~met], marker, color=colour, markerfacecolor="none")


def _label(target: Mapping[str, Any], between: str) -> str:
    """Return what stands below a target; quantum codes have double brackets."""
    limits = ",".join(str(target[name]) for name in ("w", "q") if name in target)
    code = f"[{target['n']},{target['k']},{target['d']}]"
    family = target.get("family", "")
    return f"{family} [{code}]{between}({limits})" if family else f"{code}{between}({limits})"


def save_comparison(results: Mapping[str, Any], path: Path) -> None:
    """Write a plot of a comparison to a file.

    Args:
        results: what `qcode-rl compare --json` prints.
        path: ends in .png or .svg.

    Raises:
        InputError: if it ends otherwise or cannot be written.
    """
    save_axes(plot_comparison(results), path)
