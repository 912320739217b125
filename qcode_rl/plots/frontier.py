"""Codes as points: distance against length for each k, and k d^2 / n against length."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import Protocol, TypeAlias, TypeVar

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from qcode_rl.archive import CodeRecord, Listing
from qcode_rl.plots.files import COLOURS, MARKERS

#: Numbers of logical qubits that get curves of their own, unless some are asked for.
_MOST_CURVES = 7


class Point(Protocol):
    """What codes of any origin are compared by."""

    @property
    def n(self) -> int:
        """Number of qubits."""

    @property
    def k(self) -> int:
        """Number of logical qubits."""

    @property
    def d(self) -> int:
        """Distance, as far as it is known."""

    @property
    def w(self) -> int | None:
        """Largest check weight, if it is known."""


#: What an archive holds of a code; a listing comes without its checks, and much faster.
Found: TypeAlias = CodeRecord | Listing
_P = TypeVar("_P", bound=Point)
_G = TypeVar("_G", bound=Hashable)


def plot_frontier(
    records: Iterable[Found],
    axes: Axes | None = None,
    *,
    logicals: Sequence[int] | None = None,
    max_weight: int | None = None,
    beside: Iterable[Point] = (),
    beside_label: str = "published",
) -> Axes:
    """Plot distance against length, with a frontier for each number of logical qubits.

    Args:
        records: codes found. Of a distance that is not proved the proved part counts; a thin line
            leads from there to what it may still be.
        axes: where to plot; default: a new figure.
        logicals: numbers of logical qubits to show; default: the seven with the most codes.
        max_weight: leave out codes with heavier checks, and those whose checks are unknown.
        beside: other codes, such as published ones, drawn hollow and without a frontier.
        beside_label: what to call them.

    Returns:
        The axes. A frontier rises at each code that is shorter than all others of its k and at
        least its distance.
    """
    axes = axes or _fresh()
    held = _within(records, max_weight)
    groups = _by(held, "k")
    chosen = logicals or sorted(sorted(groups, key=lambda k: -len(groups[k]))[:_MOST_CURVES])
    others = _by(_within(beside, max_weight), "k")
    for index, k in enumerate(chosen):
        colour, marker = _style(index)
        own = groups.get(k, [])
        _plot_records(axes, [(r.n, r.d, _most(r)) for r in own], colour, marker)
        steps = frontier(own)
        if steps:
            n, d = zip(*((record.n, record.d) for record in steps), strict=True)
            axes.step(n, d, where="post", color=colour, linewidth=1, alpha=0.6)
            axes.plot(n, d, marker, color=colour, markersize=6, label=f"k = {k}")
        _plot_hollow(axes, [(point.n, point.d) for point in others.get(k, [])], colour, marker)
    if any(k in others for k in chosen):
        axes.plot([], [], "o", color="black", markerfacecolor="none", label=beside_label)
    weight = "" if max_weight is None else f", check weight at most {max_weight}"
    return _finish(axes, f"distance d{weight}")


def plot_merit(
    records: Iterable[Found],
    axes: Axes | None = None,
    *,
    beside: Iterable[Point] = (),
    beside_label: str = "published",
) -> Axes:
    """Plot k d^2 / n against length, in a colour for each check weight.

    Args:
        records: codes found; as for `plot_frontier`.
        axes: where to plot; default: a new figure.
        beside: other codes, drawn hollow and grey.
        beside_label: what to call them.

    Returns:
        The axes; of each weight the best code is named.
    """
    axes = axes or _fresh()
    others = [(point.n, point.k * point.d**2 / point.n) for point in beside]
    if others:
        _plot_hollow(axes, others, "#777777", "o")
        axes.plot([], [], "o", color="#777777", markerfacecolor="none", label=beside_label)
    groups = _by(records, "w")
    for index, weight in enumerate(sorted(groups)):
        colour, marker = _style(index)
        held = groups[weight]
        spans = [(r.n, r.merit, r.k * _most(r) ** 2 / r.n) for r in held]
        _plot_records(axes, spans, colour, marker)
        axes.plot([], [], marker, color=colour, label=f"w = {weight}")
        best = max(held, key=lambda record: (record.merit, -record.n))
        name = best.label.partition("(")[0]
        axes.annotate(
            name,
            (best.n, best.merit),
            xytext=(4, 4),
            textcoords="offset points",
            fontsize=7,
            color=colour,
        )
    return _finish(axes, "k d² / n")


def frontier(points: Iterable[_P]) -> list[_P]:
    """Return the points with a greater distance than all that are as short, by length.

    Example:
        >>> from types import SimpleNamespace as Code
        >>> codes = [Code(n=9, d=3), Code(n=13, d=3), Code(n=25, d=5), Code(n=25, d=4)]
        >>> [(code.n, code.d) for code in frontier(codes)]
        [(9, 3), (25, 5)]
    """
    found: list[_P] = []
    for point in sorted(points, key=lambda point: (point.n, -point.d)):
        if not found or point.d > found[-1].d:
            found.append(point)
    return found


def _most(record: Found) -> int:
    return record.distance.upper if record.distance else record.d


def _within(points: Iterable[_P], max_weight: int | None) -> list[_P]:
    if max_weight is None:
        return list(points)
    return [point for point in points if point.w is not None and point.w <= max_weight]


def _by(points: Iterable[_P], name: str) -> dict[int, list[_P]]:
    groups: dict[int, list[_P]] = defaultdict(list)
    for point in points:
        groups[getattr(point, name)].append(point)
    return groups


def _style(index: int) -> tuple[str, str]:
    """Return a colour and a marker; colours come again with another marker."""
    turns = index // len(COLOURS)
    return COLOURS[index % len(COLOURS)], MARKERS[(index + turns) % len(MARKERS)]


def _plot_records(
    axes: Axes, spans: Sequence[tuple[float, float, float]], colour: str, marker: str
) -> None:
    """Plot (x, what is certain, what is possible) as points with a line up where these differ."""
    if not spans:
        return
    n, low, high = zip(*spans, strict=True)
    axes.plot(n, low, marker, color=colour, markersize=4, zorder=3)
    open_ends = [span for span in spans if span[2] > span[1]]
    if open_ends:
        n, low, high = zip(*open_ends, strict=True)
        axes.vlines(n, low, high, colors=colour, linewidth=0.8, linestyles="dotted")


def _plot_hollow(
    axes: Axes, points: Sequence[tuple[float, float]], colour: str, marker: str
) -> None:
    if points:
        x, y = zip(*points, strict=True)
        axes.plot(x, y, marker, color=colour, markerfacecolor="none", markersize=5, alpha=0.5)


def _fresh() -> Axes:
    return Figure(figsize=(6.5, 4.5), layout="constrained").subplots()


def _finish(axes: Axes, quantity: str) -> Axes:
    axes.set_xscale("log")
    axes.set_xlabel("qubits n")
    axes.set_ylabel(quantity)
    axes.grid(alpha=0.3, linewidth=0.5)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, fontsize="small")
    return axes
