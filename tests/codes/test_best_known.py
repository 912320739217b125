"""The best known linear codes of length up to 30."""

import json
from collections.abc import Iterator
from importlib.resources import files

import numpy as np
import pytest

from qcode_rl import gf2
from qcode_rl.codes.best_known import (
    LONGEST_BEST_KNOWN,
    best_known_linear_code,
    best_known_origin,
)
from qcode_rl.codes.bounds import linear_code_bounds
from qcode_rl.codes.data import build_best_known as builder
from qcode_rl.codes.data.anneal_columns import anneal_columns
from qcode_rl.codes.named import classical_code
from qcode_rl.distance.enumeration import lightest_word
from qcode_rl.errors import InputError

DATA = "qcode_rl.codes.data"


def all_parameters() -> Iterator[tuple[int, int]]:
    return ((n, k) for n in range(1, LONGEST_BEST_KNOWN + 1) for k in range(1, n + 1))


def test_every_code_has_its_length_its_dimension_and_no_redundant_check() -> None:
    for n, k in all_parameters():
        code = best_known_linear_code(n, k)
        assert (code.n, code.k, code.checks.shape) == (n, k, (n - k, n))


def test_every_code_reaches_the_known_lower_bound_when_all_its_words_are_walked() -> None:
    # The builder counts weights, on the dual side for k > n / 2; this walks the words themselves.
    reached = {
        (n, k): int(lightest_word(gf2.pack_rows(best_known_linear_code(n, k).generator))[0])
        for n, k in all_parameters()
    }
    assert len(reached) == 465
    assert reached == {(n, k): linear_code_bounds(n, k)[0] for n, k in reached}


def test_no_code_wastes_a_position() -> None:
    for n, k in all_parameters():
        assert best_known_linear_code(n, k).generator.any(axis=0).all(), (n, k)


def test_every_code_says_how_it_was_made() -> None:
    assert all(best_known_origin(n, k) for n, k in all_parameters())
    assert best_known_origin(9, 1) == "repetition"
    assert best_known_origin(9, 9) == "all words"
    assert best_known_origin(7, 4).startswith("cyclic")


def test_the_whole_space_has_no_checks() -> None:
    assert best_known_linear_code(6, 6).checks.shape == (0, 6)


def test_the_data_file_is_short_text() -> None:
    data = files(DATA).joinpath("best_known_linear.json").read_bytes()
    assert len(data) < 150_000
    assert data.isascii()


def test_lengths_and_dimensions_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match=r"^n: must be from 1 to 30, got 31$"):
        best_known_linear_code(31, 3)
    with pytest.raises(InputError, match=r"^k: must be from 1 to n = 30, got 0$"):
        best_known_linear_code(30, 0)
    with pytest.raises(InputError, match=r"^k: must be from 1 to n = 4, got 5$"):
        best_known_origin(4, 5)


def test_the_builder_finds_all_codes_up_to_length_18_again() -> None:
    assert builder.build(18).holes(18) == []


def test_the_builder_finds_the_codes_that_only_its_searches_give() -> None:
    table = builder.Table(30)
    assert builder.add_quasi_cyclic(table, 9, 3, 1, 9, draws=1000)
    assert table.best[27, 9].d == 10
    assert not builder.add_quasi_cyclic(table, 9, 3, 1, 10, draws=0)


def test_the_builder_writes_the_same_text_each_time_and_in_the_form_that_is_shipped() -> None:
    text = builder.as_json(builder.build(8), 8)
    assert text == builder.as_json(builder.build(8), 8)
    shipped = json.loads(files(DATA).joinpath("best_known_linear.json").read_text("utf-8"))
    codes = json.loads(text)["codes"]
    assert codes.keys() <= shipped["codes"].keys()
    assert all(codes[key]["d"] == shipped["codes"][key]["d"] for key in codes)


def test_derivations_give_the_parameters_they_promise() -> None:
    # The Golay code is cyclic, so that no position is special.
    golay = builder.as_integers(
        builder.reduced(gf2.pack_rows(classical_code("golay").generator)[:, 0])
    )
    found = {}
    for rows, n, how in builder.derived(golay, 23):
        words = builder.reduced(rows)
        found[how] = (n, len(words), int(lightest_word(words)[0]))
    subcode = found.pop("subcode of [23,12]")
    assert subcode[:2] == (23, 11)
    assert found == {
        "punctured [23,12]": (22, 12, 6),
        "shortened [23,12]": (22, 11, 7),
        "extended [23,12]": (24, 12, 8),
        "[23,12] with a position repeated": (24, 12, 7),
    }


def test_a_code_with_a_wasted_position_or_without_gain_is_not_taken() -> None:
    table = builder.Table(8)
    assert not table.offer([0b011], 3, "wasted position")
    assert table.offer([0b1111, 0b0101], 4, "a square")
    assert not table.offer([0b1111, 0b0101], 4, "no gain")
    assert not table.offer([0b1, (1 << 9) - 2], 9, "too long")
    assert table.best[4, 2].d == linear_code_bounds(4, 2)[0]


def test_a_quasi_cyclic_code_does_not_change_when_all_its_blocks_turn() -> None:
    rows = builder.circulant_row([0b00101, 0b11010], 5)
    turned = [turn(turn(row, 5, 0), 5, 1) for row in rows]
    assert np.array_equal(builder.reduced(rows), builder.reduced(turned))


def turn(word: int, size: int, block: int) -> int:
    part = word >> size * block & (1 << size) - 1
    turned = (part << 1 | part >> size - 1) & (1 << size) - 1
    return word ^ (part ^ turned) << size * block


def test_annealed_columns_give_a_code_of_the_distance_asked_for() -> None:
    rows = anneal_columns(10, 3, 5)
    assert rows is not None
    words = builder.reduced(rows)
    assert (len(words), int(lightest_word(words)[0])) == (3, 5)
