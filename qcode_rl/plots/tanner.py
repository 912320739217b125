"""Tanner graphs: qubits as circles, checks as squares."""

from collections import defaultdict
from pathlib import Path
from typing import Any, TypeAlias

import networkx as nx
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from qcode_rl.codes import ClassicalCode, Code
from qcode_rl.codes.base import TannerGraph
from qcode_rl.errors import InputError
from qcode_rl.plots.files import save_axes
from qcode_rl.plots.layouts import Node, Places, grid_places, spring_places

Curve: TypeAlias = list[tuple[float, float]]

#: Nodes above which a picture is no more than a stain.
MOST_NODES = 1000
#: Nodes up to which qubits and checks are numbered, and edges up to which letters stand at them.
_NUMBERED, _LETTERED = 60, 120
#: Colours of what acts: X red, Z blue, Y green; checks of several letters have their own.
_PAULI = {"X": "#D55E00", "Z": "#0072B2", "Y": "#009E73"}
_MIXED, _PLAIN, _QUBIT = "#CC79A7", "#777777", "#ffffff"
#: Edges longer than this on a grid are bent, by this share, so that they do not hide each other.
_LONG, _BEND = 1.01, 0.12


def plot_tanner(
    code: Code, axes: Axes | None = None, *, around: int | None = None, reach: int = 2
) -> Axes:
    """Draw the Tanner graph of a code's checks as given.

    Rotated surface codes, hypergraph products and bivariate bicycle codes stand on their grids,
    others where springs along the edges put them.

    Args:
        code: a code of any kind. Bits of classical codes are drawn as qubits, their checks grey.
        axes: where to draw; default: a new figure.
        around: a qubit; only what is near it is drawn, which a large code needs.
        reach: how many edges away that may be.

    Returns:
        The axes.

    Raises:
        InputError: if there are more than a thousand nodes to draw, or no such qubit.
    """
    graph = code.tanner_graph()
    if isinstance(code, ClassicalCode):
        # Its checks are said to be of Z type, which is beside the point here.
        for node in graph:
            graph.nodes[node]["pauli"] = ""
    if around is not None:
        graph = _near(graph, around, reach)
    if len(graph) > MOST_NODES:
        raise InputError(
            f"code: a drawing has at most {MOST_NODES} nodes, {code!r} has {len(graph)}; "
            "around=QUBIT draws what is near one"
        )
    # A part of a grid wraps around its ends, which springs do not mind.
    grid = grid_places(code) if around is None else None
    places = grid or spring_places(graph)
    places = {node: places[node] for node in graph}
    if axes is None:
        axes = Figure(figsize=_size(places, bool(grid)), layout="constrained").subplots()
    _draw_edges(axes, graph, places, bent=bool(grid))
    _draw_nodes(axes, graph, places, isinstance(code, ClassicalCode))
    axes.set_aspect("equal" if grid else "auto")
    axes.margins(0.08)
    axes.set_axis_off()
    axes.set_title(repr(code), fontsize="medium")
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize="small")
    return axes


def save_tanner(code: Code, path: Path, *, around: int | None = None, reach: int = 2) -> None:
    """Write a drawing of a Tanner graph to a file.

    Args:
        code: the code.
        path: ends in .png or .svg.
        around: as for `plot_tanner`.
        reach: as for `plot_tanner`.

    Raises:
        InputError: as `plot_tanner`, and if the file ends otherwise or cannot be written.
    """
    save_axes(plot_tanner(code, around=around, reach=reach), path)


def _near(graph: TannerGraph, around: int, reach: int) -> TannerGraph:
    if ("qubit", around) not in graph:
        raise InputError(f"around: must be the number of a qubit, got {around!r}")
    near: TannerGraph = nx.ego_graph(graph, ("qubit", around), radius=reach)
    return near


def _size(places: Places, grid: bool) -> tuple[float, float]:
    """Return a figure's width and height: of the proportions of a grid, with room for a legend."""
    if not grid or not places:
        return 7.0, 5.0
    width, height = np.ptp(np.array(list(places.values())), axis=0) + 1.0
    scale = min(0.8, 7.0 / max(width, height))
    return max(3.0, scale * width) + 1.5, max(2.5, scale * height) + 0.5


def _draw_edges(axes: Axes, graph: TannerGraph, places: Places, bent: bool) -> None:
    """Draw edges in the colours of their letters, and the letters themselves at mixed checks."""
    curves: dict[str, list[Curve]] = defaultdict(list)
    lettered = graph.number_of_edges() <= _LETTERED
    for edge in graph.edges:
        check, qubit = sorted(edge)  # "check" comes before "qubit"
        pauli = str(graph.edges[edge]["pauli"])
        curve = _curve(places[check], places[qubit], bent)
        kind = _kind(graph, check)
        curves["" if kind == "" else pauli].append(curve)
        if kind == "mixed" and lettered:
            x, y = np.mean([places[check], places[qubit]], axis=0)
            box = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
            axes.text(x, y, pauli, ha="center", va="center", fontsize=7, bbox=box)
    for pauli in sorted(curves):
        colour = _PAULI.get(pauli, _PLAIN)
        axes.add_collection(LineCollection(curves[pauli], colors=colour, alpha=0.5, linewidths=0.8))


def _curve(start: tuple[float, float], end: tuple[float, float], bent: bool) -> Curve:
    """Return a line, or a parabola where a straight line would run through other nodes."""
    a, b = np.array(start), np.array(end)
    along = b - a
    if not bent or np.hypot(*along) <= _LONG:
        return [start, end]
    steps = np.linspace(0.0, 1.0, 17)[:, None]
    side = np.array([-along[1], along[0]])
    points = a + steps * along + 4.0 * _BEND * steps * (1.0 - steps) * side
    return [(float(x), float(y)) for x, y in points]


def _draw_nodes(axes: Axes, graph: TannerGraph, places: Places, classical: bool) -> None:
    groups: dict[str, list[Node]] = defaultdict(list)
    for node in graph:
        groups["qubit" if node[0] == "qubit" else _kind(graph, node)].append(node)
    size = float(np.clip(9000.0 / max(len(graph), 1), 8.0, 180.0))
    unit = "bit" if classical else "qubit"
    styles = {
        "qubit": (f"{unit}s", _QUBIT, "o"),
        "X": ("X checks", _PAULI["X"], "s"),
        "Z": ("Z checks", _PAULI["Z"], "s"),
        "Y": ("Y checks", _PAULI["Y"], "s"),
        "mixed": ("mixed checks", _MIXED, "s"),
        "": ("checks", _PLAIN, "s"),
    }
    for name, (label, colour, marker) in styles.items():
        if groups[name]:
            x, y = zip(*(places[node] for node in groups[name]), strict=True)
            ring: dict[str, Any] = {"edgecolors": "black", "linewidths": 0.6}
            axes.scatter(x, y, size, colour, marker=marker, label=label, zorder=3, **ring)
    if len(graph) <= _NUMBERED:
        middle: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 6, "zorder": 4}
        for node in graph:
            ink = "black" if node[0] == "qubit" else "white"
            axes.text(*places[node], str(node[1]), color=ink, **middle)


def _kind(graph: TannerGraph, check: Node) -> str:
    """Return the one letter of a check, "mixed" if it has several, "" for checks of bits."""
    told = graph.nodes[check].get("pauli")
    letters = {graph.edges[check, qubit]["pauli"] for qubit in graph[check]}
    if told is None and len(letters) != 1:
        return "mixed"
    return str(letters.pop() if told is None else told)
