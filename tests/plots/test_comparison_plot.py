"""Plots of comparisons: what is drawn where."""

from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from qcode_rl.errors import InputError
from qcode_rl.plots.comparison import plot_comparison, save_comparison


def figures(cost: float | None, interval: list[float | None] | None) -> dict[str, Any]:
    return {"evaluations_per_success": cost, "interval": interval}


RESULTS: dict[str, Any] = {
    "seeds": 20,
    "budget": 1000,
    "targets": [
        {
            **{"n": 17, "k": 3, "d": 9, "w": 6, "q": 3},
            "greedy": figures(30.0, [20.0, 50.0]),
            "random": figures(5000.0, [3000.0, None]),
            "pretrained": figures(None, None),
        },
        {
            **{"n": 30, "k": 4, "d": 15, "w": 6, "q": 3},
            "greedy": figures(40.0, [30.0, 60.0]),
            "random": figures(None, None),
            "pretrained": figures(None, None),
        },
    ],
}


def test_every_method_has_its_points_bars_and_place_in_the_legend() -> None:
    axes = plot_comparison(RESULTS)
    assert axes.get_yscale() == "log"
    labels = [label.get_text() for label in axes.get_xticklabels()]
    assert labels == ["[17,3,9]\n(6,3)", "[30,4,15]\n(6,3)"]
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["greedy", "random", "pretrained"]
    greedy = axes.containers[0]
    points, _, (bars,) = greedy
    assert points.get_ydata().tolist() == [30.0, 40.0]
    ends = [segment[:, 1].tolist() for segment in bars.get_segments()]
    assert ends == [[20.0, 50.0], [30.0, 60.0]]


def test_families_are_named_and_methods_drawn_where_they_serve() -> None:
    css = {"family": "css", "n": 12, "k": 2, "d": 3, "w": 6, "greedy": figures(25.0, [20.0, 30.0])}
    axes = plot_comparison(RESULTS | {"targets": [*RESULTS["targets"], css]})
    labels = [label.get_text() for label in axes.get_xticklabels()]
    assert labels[1:] == ["[30,4,15]\n(6,3)", "css [[12,2,3]]\n(6)"]
    counts = [len(container[0].get_xdata()) for container in axes.containers]
    assert counts == [3, 1, 0]


def test_methods_without_success_stand_hollow_at_what_they_spent() -> None:
    axes = plot_comparison(RESULTS)
    hollow = [
        line
        for line in axes.lines
        if line.get_markerfacecolor() == "none" and len(line.get_xdata())
    ]
    assert [line.get_ydata().tolist() for line in hollow] == [[20_000.0], [20_000.0, 20_000.0]]
    # An interval that is open above reaches as far.
    _, _, (bars,) = axes.containers[1]
    assert [segment[:, 1].tolist() for segment in bars.get_segments()] == [[3000.0, 20_000.0]]


def test_it_can_be_drawn_into_axes_that_there_are() -> None:
    axes = Figure().subplots()
    assert plot_comparison(RESULTS, axes) is axes


def test_one_method_stands_above_its_target() -> None:
    target = {key: RESULTS["targets"][0][key] for key in ("n", "k", "d", "w", "q", "greedy")}
    axes = plot_comparison({**RESULTS, "targets": [target]})
    assert axes.containers[0][0].get_xdata().tolist() == [0.0]


def test_files_other_than_png_and_svg_are_refused(tmp_path: Path) -> None:
    save_comparison(RESULTS, tmp_path / "plot.svg")
    assert (tmp_path / "plot.svg").read_text().startswith("<?xml")
    with pytest.raises(InputError, match=r"^plot: must end in \.png or \.svg, got '.*plot\.pdf'$"):
        save_comparison(RESULTS, tmp_path / "plot.pdf")
    with pytest.raises(InputError, match=r"plot\.png: cannot be written: No such file"):
        save_comparison(RESULTS, tmp_path / "none" / "plot.png")
