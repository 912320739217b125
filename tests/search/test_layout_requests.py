"""Requests for codes on a layout: what they may say, and what is found for them."""

from pathlib import Path

import numpy as np
import pytest

from qcode_rl.codes import CSSCode, StabilizerCode
from qcode_rl.edits.layouts import layout_distances
from qcode_rl.errors import InputError
from qcode_rl.search.files import spec_from
from qcode_rl.search.requests import most_qubits
from qcode_rl.search.runner import run_search
from qcode_rl.search.spec import RunOptions, SearchSpec

GRID = {"max_weight": 4, "distance": 2, "family": "css", "layout": "grid", "radius": 1.5}
SMALL_AGENT = {"num_envs": 16, "rollout": 8, "batch_size": 64, "episode": 40}


def places_file(folder: Path, places: list[tuple[float, float]]) -> str:
    path = folder / "places.txt"
    path.write_text("".join(f"{x} {y}\n" for x, y in places))
    return str(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"radius": None}, "radius: must be given with layout 'grid'"),
        ({"layout": None}, "layout: must be given with radius, got none"),
        ({"radius": -1}, "radius: must be a positive number, got -1"),
        ({"radius": float("nan")}, "radius: must be a positive number, got nan"),
        ({"family": "hgp"}, "layout: is for families css and stabilizer, not for hgp"),
        ({"family": "two-block"}, "layout: is for families css and stabilizer, not for two-block"),
        ({"layout": "sphere"}, "layout: must be grid, torus or a file, got 'sphere'"),
        ({"layout": 3}, "layout: must be text, got 3"),
        ({"layout_places": [[0, 0, 0]]}, "layout_places: must be pairs x, y, got [0, 0, 0]"),
        ({"layout_places": [[0, "a"]]}, "layout_places: must be pairs of numbers, got [0, 'a']"),
        (
            {"layout_places": [[0, 0], [0, 1]]},
            "layout: must place at least 3 qubits for this k and d, got 2",
        ),
    ],
)
def test_requests_that_make_no_sense_are_refused(change: dict[str, object], message: str) -> None:
    values = {name: value for name, value in (GRID | change).items() if value is not None}
    with pytest.raises(InputError) as caught:
        spec_from(values)
    assert str(caught.value) == message


def test_a_file_of_coordinates_counts_by_what_it_holds(tmp_path: Path) -> None:
    places = [(float(i % 3), float(i // 3)) for i in range(9)]
    one = spec_from(GRID | {"layout": places_file(tmp_path, places)})
    again = spec_from({**one.as_dict(), "layout": "elsewhere.txt"})
    assert one.key == again.key
    assert one.layout_places == tuple(places)
    moved = spec_from(GRID | {"layout": places_file(tmp_path, [*places[:8], (5.0, 5.0)])})
    assert moved.key != one.key != spec_from(GRID).key


def test_auto_leaves_out_families_that_know_no_layout() -> None:
    assert spec_from(GRID | {"family": "auto"}).families == ("css", "stabilizer")


def test_auto_looks_for_codes_of_few_qubits_only_where_there_is_hope() -> None:
    everything = ("hgp", "css", "stabilizer", "two-block")
    assert SearchSpec(max_weight=6, distance=6).families == everything
    assert SearchSpec(max_weight=6, distance=7).families == ("hgp", "two-block")
    given = SearchSpec(max_weight=6, distance=7, qubits=(20, 30))
    assert set(given.families) >= {"css", "stabilizer", "two-block"}
    # Whoever asks for a family gets it.
    assert SearchSpec(max_weight=6, distance=7, family="css").families == ("css",)


def test_a_radius_that_joins_no_qubits_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^radius: must reach from some qubit .*, got 0.9"):
        spec_from(GRID | {"radius": 0.9})
    file = places_file(tmp_path, [(0, 0), (0, 7), (30, 0), (60, 0)])
    with pytest.raises(InputError, match=r"^radius: must reach from some qubit .*, got 6.9"):
        spec_from(GRID | {"layout": file, "radius": 6.9})
    assert spec_from(GRID | {"layout": file, "radius": 7}).radius == 7
    # Nothing has to reach anywhere for a distance of 1.
    assert spec_from(GRID | {"distance": 1, "radius": 0.9}).radius == 0.9


def test_what_is_wrong_with_a_layout_is_told_whatever_the_families(tmp_path: Path) -> None:
    file = places_file(tmp_path, [(0, 0)])
    with pytest.raises(InputError, match=r"^layout: must place at least 3 qubits"):
        spec_from(GRID | {"layout": file, "family": "auto", "radius": 1})
    with pytest.raises(InputError, match=r"^qubits: a code .* has at least 20, got 5"):
        SearchSpec(6, 9, qubits=(5, 5))


def test_distances_are_asked_for_only_where_they_can_be_judged() -> None:
    assert most_qubits("css", 3) == most_qubits("stabilizer", 3) == 64
    assert most_qubits("two-block", 12) == 144
    assert most_qubits("stabilizer", 9) < 17 < most_qubits("css", 9) < 64
    with pytest.raises(
        InputError, match=r"^distance: for family stabilizer it can be judged on up to 15"
    ):
        SearchSpec(max_weight=6, distance=9, family="stabilizer")


@pytest.mark.parametrize("family", ["css", "stabilizer"])
def test_what_is_found_has_no_long_checks(family: str, tmp_path: Path) -> None:
    spec = spec_from(
        GRID | {"family": family, "qubits": 9, "logicals": 1, "evaluations": 6000}
        | {"agent": SMALL_AGENT}
    )  # fmt: skip
    result = run_search(spec, RunOptions(tmp_path))
    assert result.met
    near = layout_distances("grid", 9) <= 1.5
    for record in result.records:
        code = record.code
        general = StabilizerCode.from_css(code) if isinstance(code, CSSCode) else code
        supports = general.checks[:, :9] | general.checks[:, 9:]
        assert all(near[np.ix_(row == 1, row == 1)].all() for row in supports)
