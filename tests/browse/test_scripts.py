"""The scripts' pure functions, run by node, against what Python says of the same codes."""

from collections.abc import Callable
from math import dist
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qcode_rl.archive import Archive, CodeRecord, Provenance
from qcode_rl.archive.export import default_name, export_challenge, export_code
from qcode_rl.archive.where import parse_where
from qcode_rl.browse import build_page
from qcode_rl.cli.archive_list import SORTS
from qcode_rl.codes import CSSCode, StabilizerCode, hypergraph_product, named_code
from qcode_rl.distance import distance_of
from qcode_rl.errors import InputError
from qcode_rl.plots.layouts import grid_places

Node = Callable[..., Any]


def record_of(code: Any, **notes: str) -> CodeRecord:
    distance = distance_of(code) if code.num_logicals else None
    return CodeRecord.of(code, distance, Provenance(run="test", notes=notes), "some-family")


def products(count: int) -> list[CodeRecord]:
    rng = np.random.default_rng(5)
    sizes = [rng.integers(1, 5, 4) for _ in range(count)]
    return [
        record_of(hypergraph_product(*(rng.integers(0, 2, s) for s in (size[:2], size[2:]))))
        for size in sizes
    ]


CHAIN = hypergraph_product(
    [[0, 0, 1, 1], [1, 0, 1, 0], [1, 1, 0, 0]], [[1, 1, 0], [0, 1, 1], [1, 0, 1]]
)

VARIED = [
    record_of(CHAIN),
    *products(12),
    record_of(named_code("steane"), name='Ünïcode "quoted" \U0001f600', authors="a"),
    record_of(named_code("bicycle-72-12")),
    record_of(named_code("five-qubit")),
    record_of(StabilizerCode.from_pauli_strings(["XYZ", "III", "IXX"])),
    record_of(CSSCode([[1, 1, 0], [0, 0, 0]], np.zeros((0, 3), int))),
]


@pytest.fixture
def codes(fill: Callable[..., Archive], read_page: Any) -> list[tuple[CodeRecord, Any]]:
    held = fill(*VARIED)
    data = read_page(build_page(held, held.records()).html).data
    return [(held.get(code["key"]), code) for code in data["codes"]]


def test_files_are_those_that_export_writes(
    codes: list[tuple[CodeRecord, Any]], node: Node, tmp_path: Path
) -> None:
    entries = [entry for _, entry in codes]
    made = node("given.map(e => filesOf(e).map(f => [f.name, f.text()]))", entries)
    challenges = 0
    for (record, entry), files in zip(codes, made, strict=True):
        written: list[Path] = []
        for form in ("json", "alist", "stim"):
            written += export_code(record, tmp_path / default_name(record, form), form)
        target = tmp_path / default_name(record, "challenge")
        try:
            written += export_challenge(record, target)
            challenges += 1
        except InputError:
            assert entry["no_challenge"]
        texts = {path.name: path.read_text() for path in written}
        assert dict(files) == texts
    assert challenges >= 6


def test_drawings_stand_on_the_grids_of_plots(
    codes: list[tuple[CodeRecord, Any]], node: Node
) -> None:
    patches = [record_of(named_code(f"rotated-surface-{d}")) for d in (3, 5)]
    given = [*codes, *((r, {"code": r.presentation.to_json()}) for r in patches)]
    made = node("given.map(e => placesOf(e, expanded(e.code)))", [entry for _, entry in given])
    on_grids = 0
    for (record, _), places in zip(given, made, strict=True):
        expected = grid_places(record.code)
        if expected is None:
            assert not places["grid"]
            assert len(places["qubits"]) == record.n
            continue
        on_grids += 1
        # A chain may be walked from either end: what counts is how long the edges are.
        own = {("qubit", i): place for i, place in enumerate(places["qubits"])}
        own |= {("check", i): place for i, place in enumerate(places["checks"])}
        assert own.keys() == expected.keys()
        lengths = [
            sorted(dist(held[a], held[b]) for a, b in record.code.tanner_graph().edges)
            for held in (own, expected)
        ]
        assert np.allclose(*lengths)
        assert len(set(map(tuple, own.values()))) == len(own)
    assert on_grids >= 8 + 1 + 2


def test_springs_keep_neighbours_near_and_nodes_apart(node: Node) -> None:
    ring = [[i, (i + 1) % 8] for i in range(8)]
    places = node("springPlaces(8, given)", ring)
    assert places == node("springPlaces(8, given)", ring)
    at = np.array(places["qubits"] + places["checks"])
    gaps = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    edges = [gaps[8 + i, j] for i, row in enumerate(ring) for j in row]
    assert gaps[np.triu_indices(16, 1)].min() > 0.3
    assert max(edges) < gaps.max() / 2


@pytest.mark.parametrize(
    "where",
    [
        "k>=4",
        "k >= 4 and d>=6",
        "n<100 AND w<=5",
        "q=2 and d > 3",
        "d>=3 and d>=6 and d<9",
        "family='hgp' and k==4",
    ],
)
def test_conditions_mean_what_archive_list_means(
    shipped: Archive, read_page: Any, node: Node, where: str
) -> None:
    records = shipped.records()
    entries = read_page(build_page(shipped, records).html).data["codes"]
    expression = "given[0].filter(e => accepts(e, parseState(given[1]))).map(e => e.key)"
    found = node(expression, [entries, f"#where={where}"])
    assert found
    assert set(found) == {r.key for r in records if parse_where(where).holds(r)}


@pytest.mark.parametrize("sort", SORTS)
def test_sorting_is_that_of_archive_list(
    shipped: Archive, read_page: Any, node: Node, sort: str
) -> None:
    entries = read_page(build_page(shipped, shipped.records()).html).data["codes"]
    for reverse in (False, True):
        fragment = f"sort={sort}&reverse={int(reverse)}"
        order = node("ordered(given[0], parseState(given[1]))", [entries, fragment])
        values = [entries[i][sort] for i in order]
        assert values == sorted(values, reverse=SORTS[sort] != reverse)
        assert sorted(order) == [*range(len(entries))]


def test_words_are_looked_for_in_all_that_is_told(
    shipped: Archive, read_page: Any, node: Node
) -> None:
    entries = read_page(build_page(shipped, shipped.records()).html).data["codes"]
    expression = "given[0].filter(e => accepts(e, parseState(given[1]))).map(e => e.label)"
    assert node(expression, [entries, "text=NAMED-toric-4 %5B%5B32"]) == ["[[32,2,4]](4,2)"]
    assert node(expression, [entries, "text=no-such-word"]) == []


def test_a_state_is_told_by_the_address(node: Node) -> None:
    round_trip = "formatState(parseState(given))"
    told = "sort=d&reverse=1&where=k%3E%3D4+and+d%3D6+and+w%3C%3D6&family=h%26p&text=a+b&code=3f"
    assert node(round_trip, told) == told
    assert node(round_trip, "#where=k>3 and k>=2 and n<9") == "where=n%3C%3D8+and+k%3E%3D4"
    assert node(round_trip, "#sort=constructor&reverse=0&other=1") == ""


@pytest.mark.parametrize("where", ["k>=4 or d>2", "m>1", "k>=1 and alert(1)", "k>='4'"])
def test_what_is_not_understood_is_said(node: Node, where: str) -> None:
    assert node("parseState(given).fault", f"where={where}") in where
    assert node("parseState(given).fault", f"where={where}")
