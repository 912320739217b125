"""Plots of logical error rates: which curves there are, and what is on them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from qcode_rl.errors import InputError
from qcode_rl.plots.error_rates import plot_error_rates, save_error_rates


def row(p: float, rate: float | None, name: str = "steane", **others: Any) -> dict[str, Any]:
    ends = None if rate is None else [rate / 2, max(2 * rate, 1e-4)]
    return {
        **{"name": name, "p": p, "model": "circuit", "rounds": 3, "basis": "Z"},
        **{"schedule": "search", "decoder": "bposd"},
        "rate": rate,
        "errors": round(1e6 * rate) if rate else 0,
        "rate_per_round_and_logical": rate,
        "rate_per_round_and_logical_interval": ends,
        **others,
    }


def legend(axes: Any) -> list[str]:
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_a_curve_has_its_points_in_order_of_p_and_a_band_around_them() -> None:
    axes = plot_error_rates([row(2e-3, 1e-2), row(1e-3, 1e-3)])
    assert axes.get_xscale() == axes.get_yscale() == "log"
    assert legend(axes) == ["steane"]
    (line,) = axes.lines
    assert line.get_xdata().tolist() == [1e-3, 2e-3]
    assert line.get_ydata().tolist() == [1e-3, 1e-2]
    (band,) = axes.collections
    ends = np.unique(band.get_paths()[0].vertices[:, 1])
    assert ends.tolist() == [5e-4, 2e-3, 5e-3, 2e-2]


def test_without_errors_only_an_upper_end_is_drawn_and_without_shots_nothing() -> None:
    axes = plot_error_rates([row(1e-4, 0.0), row(1e-3, None), row(2e-3, 1e-2)])
    line, mark = axes.lines
    assert line.get_xdata().tolist() == [2e-3]
    assert (list(mark.get_xdata()), list(mark.get_ydata())) == ([1e-4], [1e-4])
    assert (mark.get_marker(), mark.get_markerfacecolor()) == ("v", "none")
    assert legend(axes) == ["steane"]


def test_labels_tell_what_differs_and_nothing_else() -> None:
    rows = [
        row(1e-3, 1e-3),
        row(1e-3, 1e-4, decoder="bplsd"),
        row(1e-3, 1e-5, "toric-3", schedule=""),
    ]
    assert legend(plot_error_rates(rows)) == [
        "steane, decoder bposd",
        "steane, decoder bplsd",
        "toric-3",
    ]


def test_many_curves_start_over_with_colours() -> None:
    axes = plot_error_rates([row(1e-3, 1e-3, f"code {i}") for i in range(9)])
    assert axes.lines[0].get_color() == axes.lines[7].get_color()
    assert len({line.get_color() for line in axes.lines}) == 7


def test_it_can_be_drawn_into_axes_that_there_are() -> None:
    axes = Figure().subplots()
    assert plot_error_rates([row(1e-3, 1e-3)], axes) is axes


@pytest.mark.parametrize("rows", [[], [row(1e-3, None)], [row(1e-3, 0.0)]])
@pytest.mark.parametrize("name", ["my plot.png", "plot.SVG"])
def test_whatever_was_counted_there_is_a_file(
    tmp_path: Path, rows: list[dict[str, Any]], name: str
) -> None:
    save_error_rates(rows, tmp_path / name)
    start = (tmp_path / name).read_bytes()[:8]
    assert start.startswith(b"\x89PNG" if name.endswith("png") else b"<?xml")


def test_files_other_than_png_and_svg_are_refused(tmp_path: Path) -> None:
    for name in ("plot.pdf", "plot", ".png"):
        with pytest.raises(InputError, match=r"^plot: must end in \.png or \.svg, got '"):
            save_error_rates([row(1e-3, 1e-3)], tmp_path / name)
    with pytest.raises(InputError, match=r"plot\.png: cannot be written: No such file"):
        save_error_rates([row(1e-3, 1e-3)], tmp_path / "none" / "plot.png")
    assert list(tmp_path.iterdir()) == []
