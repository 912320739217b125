"""Drawings of Tanner graphs: what is drawn, in which colour, and what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from qcode_rl.codes import CSSCode, StabilizerCode
from qcode_rl.codes.named import named_code
from qcode_rl.errors import InputError
from qcode_rl.plots.tanner import plot_tanner, save_tanner

RED, BLUE, GREEN, MIXED = "#d55e00", "#0072b2", "#009e73", "#cc79a7"


def drawn(axes: Axes) -> dict[str, tuple[int, str]]:
    """Return how many nodes of each kind there are, and their colour."""
    return {
        str(group.get_label()): (len(group.get_offsets()), to_hex(group.get_facecolor()[0]))
        for group in axes.collections
        if not str(group.get_label()).startswith("_")
    }


def edges(axes: Axes) -> dict[str, int]:
    """Return how many edges there are of each colour."""
    lines: list[Any] = [held for held in axes.collections if hasattr(held, "get_segments")]
    return {to_hex(held.get_colors()[0]): len(held.get_segments()) for held in lines}


def test_css_codes_have_red_x_checks_and_blue_z_checks() -> None:
    axes = plot_tanner(named_code("rotated-surface-3"))
    assert drawn(axes) == {
        "qubits": (9, "#ffffff"), "X checks": (4, RED), "Z checks": (4, BLUE)
    }  # fmt: skip
    assert edges(axes) == {RED: 12, BLUE: 12}
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["qubits", "X checks", "Z checks"]
    assert axes.get_title() == "CSSCode[[9,1]](4,2)"


def test_mixed_checks_have_a_third_colour_and_letters_at_their_edges() -> None:
    code = StabilizerCode.from_pauli_strings(["XYZI", "ZZII", "IIIX", "YYYI"])
    axes = plot_tanner(code)
    assert drawn(axes) == {
        "qubits": (4, "#ffffff"), "X checks": (1, RED), "Z checks": (1, BLUE),
        "Y checks": (1, GREEN), "mixed checks": (1, MIXED),
    }  # fmt: skip
    letters = sorted(text.get_text() for text in axes.texts if text.get_text() in "XYZ")
    assert letters == ["X", "Y", "Z"]
    assert edges(axes) == {RED: 2, BLUE: 3, GREEN: 4}


def test_classical_codes_have_bits_and_grey_checks() -> None:
    axes = plot_tanner(named_code("hamming-3"))
    assert drawn(axes) == {"bits": (7, "#ffffff"), "checks": (3, "#777777")}
    assert edges(axes) == {"#777777": 12}


def test_small_graphs_are_numbered_and_large_ones_are_not() -> None:
    numbered = plot_tanner(named_code("steane"))
    assert sorted(text.get_text() for text in numbered.texts) == sorted(
        [*map(str, range(7)), *map(str, range(6))]
    )
    assert not plot_tanner(named_code("toric-6")).texts


def test_edges_that_would_hide_each_other_are_bent() -> None:
    axes = plot_tanner(named_code("toric-3"))
    lines: list[Any] = [held for held in axes.collections if hasattr(held, "get_segments")]
    sizes = sorted(len(segment) for held in lines for segment in held.get_segments())
    # Around the torus leads one edge of each of its 3 + 3 rows and columns, of either type.
    assert sizes == [2] * 60 + [17] * 12


def test_large_graphs_are_refused_with_a_way_out() -> None:
    code = named_code("toric-16")
    with pytest.raises(
        InputError,
        match=r"^code: a drawing has at most 1000 nodes, HypergraphProduct\[\[512,2\]\]\(4,2\) has "
        r"1024; around=QUBIT draws what is near one$",
    ):
        plot_tanner(code)
    near = plot_tanner(code, around=100)
    assert drawn(near) == {
        "qubits": (9, "#ffffff"), "X checks": (2, RED), "Z checks": (2, BLUE)
    }  # fmt: skip
    assert "100" in [text.get_text() for text in near.texts]
    for wrong in (-1, 512):
        with pytest.raises(
            InputError, match=f"^around: must be the number of a qubit, got {wrong}"
        ):
            plot_tanner(code, around=wrong)


def test_codes_without_checks_are_drawn() -> None:
    none = np.zeros((0, 3), np.uint8)
    assert drawn(plot_tanner(CSSCode(none, none))) == {"qubits": (3, "#ffffff")}


def test_it_can_be_drawn_into_axes_that_there_are_and_to_files(tmp_path: Path) -> None:
    axes = Figure().subplots()
    assert plot_tanner(named_code("five-qubit"), axes) is axes
    save_tanner(named_code("bicycle-72-12"), tmp_path / "code.png")
    assert (tmp_path / "code.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(InputError, match=r"^plot: must end in \.png or \.svg"):
        save_tanner(named_code("steane"), tmp_path / "code.pdf")
