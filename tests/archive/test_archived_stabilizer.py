"""Codes that are not CSS in an archive."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qcode_rl.archive import Archive, Bound, CodeRecord, EvidenceEvent, Provenance, StabilizerChecks
from qcode_rl.archive.events import CodeEvent, Source, events_of, read_event
from qcode_rl.archive.export import export_npz
from qcode_rl.archive.fold import State
from qcode_rl.archive.presentation import PlainChecks, present, presentation_from_json
from qcode_rl.codes import CSSCode, StabilizerCode, hypergraph_product
from qcode_rl.distance import Distance, Witness
from qcode_rl.distance.witness import fault_in_witness
from qcode_rl.errors import InputError

FIVE = StabilizerCode.from_pauli_strings(["XZZXI", "IXZZX", "XIXZZ", "ZXIXZ"])
RECORD = CodeRecord.of(FIVE, FIVE.distance(), Provenance(run="five"), "stabilizer")
JSON = {
    "n": 5,
    "x_part": [[0, 3], [1, 4], [0, 2], [1, 3]],
    "z_part": [[1, 2], [2, 3], [3, 4], [0, 4]],
}


def random_code(seed: int) -> StabilizerCode:
    """Return a code of random checks, each kept if it commutes with those before it."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 8))
    rows = np.zeros((0, 2 * n), dtype=np.uint8)
    for row in rng.integers(0, 2, (int(rng.integers(0, 3 * n)), 2 * n), dtype=np.uint8):
        if not (np.roll(rows, n, axis=1).astype(int) @ row % 2).any():
            rows = np.vstack([rows, row])
    return StabilizerCode(rows)


def operator(row: np.ndarray) -> Witness:
    """Return the operator of one symplectic row `[X|Z]`."""
    x, z = (tuple(np.flatnonzero(half).tolist()) for half in np.split(row, 2))
    return Witness(x, z)


codes = st.integers(0, 2**32 - 1).map(random_code)


def fill(folder: Path, *records: CodeRecord) -> Archive:
    with Archive(folder).writer("run") as writer:
        for record in records:
            writer.add(record)
    return Archive(folder)


@given(codes)
@settings(max_examples=60, deadline=None)
def test_a_presentation_survives_json(code: StabilizerCode) -> None:
    held = present(code)
    read = presentation_from_json(json.loads(json.dumps(held.to_json())))
    assert isinstance(read, StabilizerChecks)
    assert (read.build().checks == code.checks).all()
    assert read.build() == code
    assert read.parameters == held.parameters
    n, k, w, q = held.parameters
    assert (n, k) == (code.num_qubits, code.num_logicals)
    letters = np.array([list(string) for string in code.pauli_strings]).reshape(-1, n)
    assert w == (letters != "I").sum(axis=1).max(initial=0)
    assert q == (letters != "I").sum(axis=0).max(initial=0)


@given(codes)
@settings(max_examples=40, deadline=None)
def test_a_record_survives_json_with_its_distance(code: StabilizerCode) -> None:
    record = CodeRecord.of(code, code.distance(), Provenance(), "stabilizer")
    events = [json.loads(json.dumps(event)) for event in events_of(record)]
    read = [read_event(str(i), event, Source()) for i, event in enumerate(events)]
    view = State(event for event in read if event).view(record.key)
    assert not view.conflicts
    assert not view.damage
    assert view.record is not None
    assert view.record.code == code
    assert view.record.label == record.label
    assert view.record.summary() == record.summary()


def test_a_code_is_held_as_the_supports_of_both_parts() -> None:
    assert RECORD.presentation.to_json() == JSON
    assert presentation_from_json(JSON).parameters == (5, 1, 4, 4)
    assert RECORD.label == "[[5,1,3]](4,4)"


def test_css_codes_are_held_as_before() -> None:
    code = CSSCode([[1, 1, 1, 1]], [[1, 1, 1, 1]])
    assert isinstance(present(code), PlainChecks)
    assert isinstance(present(StabilizerCode.from_css(code)), StabilizerChecks)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"n": 0}, "n: must be a positive integer"),
        ({"n": True}, "n: must be a positive integer"),
        ({"n": 10**15}, "n: must be at most 16384"),
        ({"n": 4}, "x_part: row 1 must hold increasing integers below 4"),
        ({"n": 16384, "x_part": [[]] * 4097}, "checks: must have at most 134217728 entries"),
        ({"x_part": 3}, "x_part: must be a list"),
        ({"x_part": None}, "x_part: must be a list"),
        ({"x_part": [[5], [], [], []]}, "x_part: row 0"),
        ({"x_part": [[1, 0], [], [], []]}, "x_part: row 0"),
        ({"z_part": [[], [-1], [], []]}, "z_part: row 1"),
        ({"z_part": [[], [0.0], [], []]}, "z_part: row 1"),
        ({"z_part": [[]] * 3}, "z_part: must have 4 rows like x_part, has 3"),
        ({"z_part": [[0], [], [], []]}, "checks 0 and 2 anticommute"),
    ],
)
def test_a_presentation_that_breaks_a_rule_is_refused(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        presentation_from_json(JSON | change)


def test_half_a_presentation_is_refused() -> None:
    for missing in ("x_part", "z_part"):
        with pytest.raises(ValueError, match=f"{missing}: must be a list"):
            presentation_from_json({name: JSON[name] for name in JSON if name != missing})


def test_parameters_are_computed_from_the_checks() -> None:
    event = events_of(RECORD)[-1]
    with pytest.raises(ValueError, match="q: its checks give 4, not 2"):
        read_event("id", event | {"q": 2}, Source())


def test_a_code_too_large_to_read_back_is_not_taken() -> None:
    with pytest.raises(InputError, match="n: must be at most 16384, got 20000"):
        CodeRecord.of(StabilizerCode(np.zeros((0, 40000), np.uint8)), None, Provenance())


def test_the_five_qubit_code_goes_in_and_comes_out_with_its_proved_distance(
    tmp_path: Path,
) -> None:
    surface = hypergraph_product([[1, 1, 0], [0, 1, 1]])
    archive = fill(tmp_path, RECORD, CodeRecord.of(surface, surface.distance(), Provenance()))
    assert archive.verify() == archive.damage == archive.conflicts == []
    read = archive.get(FIVE.key[:10])
    assert read.code == FIVE
    assert isinstance(read.code, StabilizerCode)
    assert read.code.pauli_strings == FIVE.pauli_strings
    assert read.distance is not None
    assert read.distance.exact
    assert (read.d, read.distance.dx, read.distance.dz) == (3, None, None)
    assert read.label == "[[5,1,3]](4,4)"
    assert {record.label for record in archive.pareto(archive.records())} == {read.label}


def test_an_export_holds_the_symplectic_rows(tmp_path: Path) -> None:
    export_npz(RECORD, tmp_path / "five.npz")
    with np.load(tmp_path / "five.npz", allow_pickle=False) as held:
        assert sorted(held) == ["S"]
        assert held["S"].dtype == np.uint8
    assert StabilizerCode.from_file(tmp_path / "five.npz") == FIVE


def test_a_code_under_a_wrong_key_is_damage(tmp_path: Path) -> None:
    archive = fill(tmp_path, replace(RECORD, key="0" * 64))
    with pytest.raises(InputError, match=r"jsonl:2: its checks have the key"):
        archive.get("0")


@pytest.mark.parametrize(
    ("witness", "fault"),
    [
        (Witness(x=(0,)), "it anticommutes with check 3"),
        (Witness(x=(0, 3), z=(1, 2)), "it is a product of checks"),
        (Witness(), "it is a product of checks"),
        (Witness(x=(5,)), "distinct numbers from 0 to 4"),
        (Witness(z=(-1,)), "distinct numbers from 0 to 4"),
        (Witness(x=(1, 1)), "distinct numbers from 0 to 4"),
    ],
)
def test_a_false_witness_is_named(witness: Witness, fault: str) -> None:
    assert fault in str(fault_in_witness(FIVE, witness))


def test_a_false_witness_counts_for_nothing(tmp_path: Path) -> None:
    lie = replace(RECORD, distance=Distance(1, 1, Witness(x=(0,)), "a lie"))
    archive = fill(tmp_path, lie, RECORD)
    (damage,) = archive.verify()
    assert damage.line == 1
    assert damage.reason.endswith("it anticommutes with check 3")
    assert [str(record.distance) for record in archive.records()] == ["3"]


@given(codes, st.integers(0, 2**14 - 1))
@settings(max_examples=80, deadline=None)
def test_witnesses_are_exactly_the_logical_operators(code: StabilizerCode, bits: int) -> None:
    # By definition: commutes with all checks, and adds to their rank.
    n = code.num_qubits
    row = np.array([bits >> i & 1 for i in range(2 * n)], dtype=np.uint8)
    commutes = not (np.roll(code.checks, n, axis=1).astype(int) @ row % 2).any()
    logical = False
    if commutes:
        logical = StabilizerCode(np.vstack([code.checks, row])).num_logicals < code.num_logicals
    assert (fault_in_witness(code, operator(row)) is None) == logical


def test_the_five_qubit_code_has_the_logical_operators_of_its_weight_enumerator() -> None:
    # Laflamme, Miquel, Paz, Zurek, quant-ph/9602019: B - A = 30 z^3 + 18 z^5.
    rows = (np.array(row, dtype=np.uint8) for row in np.ndindex(*[2] * 10))
    witnesses = [operator(row) for row in rows]
    weights = [held.weight for held in witnesses if fault_in_witness(FIVE, held) is None]
    assert Counter(weights) == {3: 30, 5: 18}


@given(codes)
@settings(max_examples=40, deadline=None)
def test_witnesses_of_the_distance_room_pass(code: StabilizerCode) -> None:
    distance = code.distance()
    assume(distance is not None)
    assert distance is not None
    assert distance.witness is not None
    assert fault_in_witness(code, distance.witness) is None


def test_bounds_of_one_pauli_type_say_nothing_of_a_code_that_is_not_css() -> None:
    # The [[5,1,3]] code has no logical operator of X type lighter than XXXXX, nor of Z type.
    finding = CodeEvent("1", FIVE.key, "any", present(FIVE), Provenance(), Source())
    split = tuple(
        Bound(pauli, 5, Witness(**{pauli.lower(): tuple(range(5))}), "proof") for pauli in "XZ"
    )
    evidence = EvidenceEvent("2", FIVE.key, split, Source(line=4))
    view = State([finding, evidence]).view(FIVE.key)
    assert view.record is not None
    assert view.record.distance is None
    assert [(damage.line, damage.reason) for damage in view.damage] == [
        (4, "bounds operators of one Pauli type of a code that is not CSS")
    ]
