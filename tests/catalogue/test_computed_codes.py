"""Rows of the catalogue that are computed: made again from their recipes."""

from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from qcode_rl import gf2
from qcode_rl.catalogue import catalogue
from qcode_rl.catalogue.data import build_computed
from qcode_rl.catalogue.data.build_computed import SOURCE, Recipe, as_css, recipes
from qcode_rl.codes import CSSCode, StabilizerCode, named_code

ROWS = {known.entry: known for known in catalogue().codes if known.source == SOURCE}
#: Larger ones take seconds.
MOST_QUBITS = 26
SMALL = [recipe for recipe in recipes() if ROWS[recipe.entry].n <= MOST_QUBITS]


def test_there_is_one_row_for_each_recipe() -> None:
    assert sorted(ROWS) == sorted(recipe.entry for recipe in recipes())
    assert all(known.proved for known in ROWS.values())
    assert len(SMALL) > 60


@pytest.mark.parametrize("recipe", SMALL, ids=lambda recipe: recipe.entry)
def test_every_small_row_is_what_its_recipe_gives(recipe: Recipe) -> None:
    held = ROWS[recipe.entry]
    assert recipe.row()._replace(undominated=held.undominated) == held


@pytest.mark.parametrize("recipe", SMALL[::7], ids=lambda recipe: recipe.entry)
def test_the_lightest_checks_are_of_the_code_that_the_name_stands_for(recipe: Recipe) -> None:
    built, held = recipe.build(), ROWS[recipe.entry]
    assert (built.num_qubits, built.num_logicals) == (held.n, held.k)
    if not recipe.entry.startswith("gf4-cyclic"):
        named = named_code(recipe.entry)
        assert isinstance(named, CSSCode | StabilizerCode)
        assert stabilizers(built) == stabilizers(named)
        assert built.max_weight <= named.max_weight
    assert held.components == nx.number_connected_components(built.tanner_graph())


def stabilizers(code: CSSCode | StabilizerCode) -> StabilizerCode:
    return StabilizerCode.from_css(code) if isinstance(code, CSSCode) else code


def test_a_css_code_is_recognised_whatever_its_generators() -> None:
    rng = np.random.default_rng(3)
    steane = named_code("steane")
    assert isinstance(steane, CSSCode)
    checks = StabilizerCode.from_css(steane).checks
    sums = np.triu(rng.integers(0, 2, (6, 6)), 1) + np.eye(6, dtype=np.int64)
    mixed = StabilizerCode((sums @ checks % 2).astype(np.uint8))
    found = as_css(mixed)
    assert isinstance(found, CSSCode)
    assert stabilizers(found) == mixed
    assert gf2.rank(found.x_checks) == gf2.rank(found.z_checks) == 3
    assert as_css(StabilizerCode.from_pauli_strings(["XX", "ZZ"])).max_weight == 2
    five = named_code("five-qubit")
    assert isinstance(five, StabilizerCode)
    assert as_css(five) is five


def test_the_rows_that_are_computed_are_replaced_and_the_others_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_computed, "computed_codes", lambda: list(ROWS.values()))
    build_computed.main(str(tmp_path / "made.csv"))
    shipped = Path(build_computed.__file__).with_name("known_codes.csv")
    assert (tmp_path / "made.csv").read_text() == shipped.read_text()
