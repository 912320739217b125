"""Pictures of check matrices."""

import io
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcode_rl.cli.drawing import MAX_ACROSS, MAX_DOWN, can_print, draw_code, draw_matrix
from qcode_rl.codes import CSSCode, StabilizerCode, hypergraph_product, named_code


def test_a_braille_character_holds_four_rows_and_two_columns() -> None:
    matrix = np.zeros((5, 3), np.uint8)
    matrix[0, 0] = matrix[3, 1] = matrix[4, 2] = 1
    assert draw_matrix("H", matrix, braille=True) == "H, 5 x 3\n\u2881\u2800\n\u2800\u2801"


def test_plain_pictures_have_a_character_for_each_entry() -> None:
    code = CSSCode([[1, 1, 1, 1]], [[1, 1, 0, 0], [0, 0, 1, 1]])
    assert draw_code(code, braille=False) == (
        "X checks, 1 x 4\n####\n\nZ checks, 2 x 4\n##..\n..##"
    )


@given(st.integers(1, 90), st.integers(1, 160), st.integers(0, 2**32 - 1))
def test_every_dot_is_a_one(rows: int, columns: int, seed: int) -> None:
    matrix = np.random.default_rng(seed).integers(0, 2, (rows, columns)).astype(np.uint8)
    caption, *lines = draw_matrix("H", matrix, braille=True).splitlines()
    shown = matrix[: 4 * MAX_DOWN, : 2 * MAX_ACROSS]
    assert sum((ord(c) - 0x2800).bit_count() for line in lines for c in line) == shown.sum()
    assert len(lines) <= MAX_DOWN
    assert max(map(len, lines)) <= MAX_ACROSS
    assert (" drawn" in caption) == (shown.shape != matrix.shape)


def test_what_does_not_fit_is_cut_off_and_that_is_said() -> None:
    caption, *lines = draw_matrix("H", np.ones((500, 400), np.uint8), braille=True).splitlines()
    assert caption == "H, 500 x 400, the first 80 x 152 drawn"
    assert set(lines) == {"\u28ff" * 76}
    plain = draw_matrix("H", np.ones((30, 100), np.uint8), braille=False).splitlines()
    assert plain == ["H, 30 x 100, the first 20 x 76 drawn", *["#" * 76] * 20]


def test_large_products_are_drawn_as_their_factors() -> None:
    golay = named_code("golay")
    text = draw_code(hypergraph_product(golay, golay), braille=False)  # type: ignore[arg-type]
    assert text.startswith("factors H1 = H2, 11 x 23\n")
    ring = named_code("ring-9")
    text = draw_code(hypergraph_product(golay, ring), braille=False)  # type: ignore[arg-type]
    assert [part.split(",")[0] for part in text.split("\n\n")] == ["factor H1", "factor H2"]


def test_other_codes_are_drawn_as_letters() -> None:
    code = StabilizerCode.from_pauli_strings(["XXZY", "ZZII"])
    assert draw_code(code).splitlines()[1:] == ["XXZY", "ZZ.."]


def test_a_code_without_checks_of_a_type_says_so() -> None:
    code = CSSCode([[1, 1]], np.zeros((0, 2), np.uint8))
    assert draw_code(code, braille=True).endswith("\n\nZ checks: none")


@pytest.mark.parametrize(
    ("encoding", "able"), [("utf-8", True), ("ascii", False), ("cp1252", False)]
)
def test_braille_is_used_only_where_it_can_be_shown(
    monkeypatch: pytest.MonkeyPatch, encoding: str, able: bool
) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    assert can_print("\u2800") is able
    picture = draw_code(CSSCode([[1, 1]], [[1, 1]]))
    assert ("#" in picture) is not able
    assert able or picture.isascii()
