"""Frontiers and figures of merit: which codes are points, and which make the line."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from qcode_rl.archive import CodeRecord, Listing, Provenance
from qcode_rl.catalogue import catalogue
from qcode_rl.codes.named import named_code
from qcode_rl.distance import Distance, distance_of
from qcode_rl.plots.frontier import frontier, plot_frontier, plot_merit


def record(name: str, distance: Distance | None = None) -> CodeRecord:
    code: Any = named_code(name)
    return CodeRecord.of(code, distance or distance_of(code), Provenance())


RECORDS = [
    record(name)
    for name in ("steane", "surface-3", "rotated-surface-3", "rotated-surface-5", "toric-3")
]


class Published(NamedTuple):
    n: int
    k: int
    d: int
    w: int | None


def legend(axes: Axes) -> list[str]:
    held = axes.get_legend()
    return [text.get_text() for text in held.get_texts()] if held else []


def line(axes: Axes, label: str) -> list[tuple[float, float]]:
    (found,) = (held for held in axes.lines if held.get_label() == label)
    return list(zip(found.get_xdata(), found.get_ydata(), strict=True))


def test_a_frontier_rises_only_where_a_longer_code_has_a_larger_distance() -> None:
    axes = plot_frontier(RECORDS)
    assert line(axes, "k = 1") == [(7, 3), (25, 5)]
    assert line(axes, "k = 2") == [(18, 3)]
    assert legend(axes) == ["k = 1", "k = 2"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("qubits n", "distance d")
    # All codes are points, those behind the frontier too.
    points = {tuple(point) for held in axes.lines for point in held.get_xydata()}
    assert {(7, 3), (9, 3), (13, 3), (25, 5), (18, 3)} <= points


def test_heavier_checks_are_left_out_and_logicals_can_be_chosen() -> None:
    heavy = record("bicycle-72-12")
    axes = plot_frontier([*RECORDS, heavy], max_weight=4, logicals=[12, 2])
    assert legend(axes) == ["k = 2"]
    assert axes.get_ylabel() == "distance d, check weight at most 4"


def test_the_seven_numbers_of_logical_qubits_with_most_codes_are_shown() -> None:
    like = Listing.of(record("steane"))
    axes = plot_frontier([like._replace(k=k) for k in range(1, 11) for _ in range(11 - k)])
    assert legend(axes) == [f"k = {k}" for k in range(1, 8)]


def test_published_codes_stand_hollow_beside_and_are_no_part_of_the_line() -> None:
    beside = [Published(17, 1, 5, 6), Published(8, 3, 3, 6), Published(11, 1, 5, None)]
    axes = plot_frontier(RECORDS, beside=beside, max_weight=6, beside_label="others")
    assert line(axes, "k = 1") == [(7, 3), (25, 5)]
    hollow = [held for held in axes.lines if held.get_markerfacecolor() == "none"]
    assert [held.get_xydata().tolist() for held in hollow] == [[[17, 5]], []]
    assert legend(axes) == ["k = 1", "k = 2", "others"]


def test_of_a_distance_that_is_not_proved_the_rest_is_a_thin_line() -> None:
    full = distance_of(named_code("rotated-surface-5"))
    assert full is not None
    open_ended = record("rotated-surface-5", Distance(3, 5, full.witness))
    axes = plot_frontier([open_ended])
    assert line(axes, "k = 1") == [(25, 3)]
    (rest,) = axes.collections
    assert rest.get_segments()[0].tolist() == [[25, 3], [25, 5]]  # type: ignore[attr-defined]
    (rest,) = plot_merit([open_ended]).collections
    assert rest.get_segments()[0].tolist() == [[25, 9 / 25], [25, 1]]  # type: ignore[attr-defined]


def test_merit_has_a_colour_for_each_weight_and_names_the_best() -> None:
    axes = plot_merit([*RECORDS, record("bicycle-72-12")], beside=[Published(144, 12, 12, 6)])
    assert legend(axes) == ["published", "w = 4", "w = 6"]
    assert [text.get_text() for text in axes.texts] == ["[[7,1,3]]", "[[72,12,6]]"]
    points = {tuple(point) for held in axes.lines for point in held.get_xydata()}
    assert {(72, 6.0), (144, 12.0), (9, 1.0)} <= points


@pytest.mark.parametrize("plot", [plot_frontier, plot_merit])
def test_the_catalogue_can_stand_beside_and_nothing_is_no_error(plot: Any) -> None:
    axes = Figure().subplots()
    assert plot(RECORDS, axes, beside=catalogue().codes) is axes
    assert legend(axes)
    assert legend(plot([])) == []


points = st.builds(Published, st.integers(1, 20), st.just(1), st.integers(1, 9), st.just(4))


@given(st.lists(points))
def test_no_code_is_outside_of_the_frontier(held: Sequence[Published]) -> None:
    steps = frontier(held)
    for point in held:
        assert any(step.n <= point.n and step.d >= point.d for step in steps)
    assert steps == sorted(steps, key=lambda step: (step.n, step.d))
    assert len({step.d for step in steps}) == len({step.n for step in steps}) == len(steps)
