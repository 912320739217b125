"""Verifying archives: what is true passes, and whoever rewrote a line properly is found out."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from archive_codes import TEN, css_codes, fill, forge, record_of, stabilizer_codes
from hypothesis import given, settings
from hypothesis import strategies as st

from qcode_rl.archive import Archive, Bound, CodeRecord, recomputation
from qcode_rl.archive.events import events_of
from qcode_rl.archive.presentation import present
from qcode_rl.archive.recomputation import recomputed_parameters, reprove
from qcode_rl.archive.verification import CodeReport, verify_records
from qcode_rl.codes import CSSCode, StabilizerCode, hypergraph_product, named_code
from qcode_rl.distance import Distance, Witness
from qcode_rl.errors import InputError

Events = list[dict[str, Any]]

STEANE = record_of(TEN["steane"][0])
# A product whose factors differ, so that their rows can be told apart.
PRODUCT = record_of(hypergraph_product([[1, 1, 0], [0, 1, 1]], [[1, 1, 1, 0], [0, 1, 1, 1]]))
FIVE = record_of(StabilizerCode.from_pauli_strings(["XZZXI", "IXZZX", "XIXZZ", "ZXIXZ"]))
ALL = {"css": STEANE, "product": PRODUCT, "stabilizer": FIVE}


def heavier(record: CodeRecord) -> Witness:
    """Return a logical operator heavier than the lightest: that times a check."""
    assert record.distance is not None
    light = record.distance.witness
    assert light is not None
    code = record.code
    rows = (
        code.checks
        if isinstance(code, StabilizerCode)
        else np.block(
            [
                [code.x_checks, np.zeros_like(code.x_checks)],
                [np.zeros_like(code.z_checks), code.z_checks],
            ]
        )
    )
    n = code.num_qubits
    word = np.zeros(2 * n, dtype=np.uint8)
    word[[*light.x, *(n + i for i in light.z)]] = 1
    products = (
        Witness(*(tuple(np.flatnonzero(half).tolist()) for half in np.split(word ^ row, 2)))
        for row in rows
    )
    return next(one for one in products if one.weight > record.distance.upper)


def evidence(record: CodeRecord, lower: int, witness: Witness | None, pauli: str = "") -> Any:
    told = None if witness is None else {"x": list(witness.x), "z": list(witness.z)}
    bound = {"pauli": pauli, "lower": lower, "witness": told, "method": "faith"}
    return {"type": "evidence", "key": record.key, "bounds": [bound]}


def with_code(record: CodeRecord, **change: Any) -> Events:
    """Return a record's events with members of the code event replaced."""
    *before, code = copy.deepcopy(events_of(record))
    return [*before, code | change]


def only(archive: Archive, key: str) -> CodeReport:
    (report,) = verify_records(archive, [key[:16]], 20).codes
    assert not verify_records(archive, budget=20).ok or report.ok
    return report


@pytest.mark.parametrize("record", ALL.values(), ids=ALL)
def test_what_is_true_passes(tmp_path: Path, record: CodeRecord) -> None:
    archive = fill(tmp_path, record, record_of(TEN["[[4,2,2]]"][0]))
    verification = verify_records(archive)
    assert verification.ok
    assert [report.discrepancies for report in verification.codes] == [(), ()]
    report = next(report for report in verification.codes if report.key == record.key)
    assert report.label == record.label
    assert report.record is not None
    assert report.record.code == record.code
    bounds = 1 if record is FIVE else 3
    assert (report.findings, report.witnesses, len(report.proofs)) == (1, bounds, bounds)
    assert {proof.status for proof in report.proofs} == {"re-proved"}
    told = json.loads(json.dumps(report.to_json()))
    assert (told["ok"], told["n"], told["d"]["lower"]) == (True, record.n, record.d)


@pytest.mark.parametrize("record", ALL.values(), ids=ALL)
def test_a_raised_distance_is_found_though_its_witness_is_a_logical_operator(
    tmp_path: Path, record: CodeRecord
) -> None:
    witness = heavier(record)
    code = events_of(record)[-1]
    archive = forge(tmp_path, evidence(record, witness.weight, witness), code)
    assert not archive.damage
    assert not archive.conflicts
    assert archive.records()[0].d == witness.weight
    report = only(archive, record.key)
    (fault,) = report.discrepancies
    assert fault.startswith(f"d >= {witness.weight} (faith) is refuted: now d <= {record.d}")


@pytest.mark.parametrize("record", ALL.values(), ids=ALL)
def test_a_raised_lower_bound_is_a_conflict_and_refuted(tmp_path: Path, record: CodeRecord) -> None:
    d = record.d
    archive = forge(tmp_path, *events_of(record), evidence(record, d + 1, None))
    report = only(archive, record.key)
    assert any(f"d >= {d + 1} (faith) contradicts d <= {d}" in f for f in report.discrepancies)
    assert f"d >= {d + 1} (faith) is refuted: now d <= {d}" in report.discrepancies[-1]


def test_a_raised_distance_of_one_pauli_type_is_found(tmp_path: Path) -> None:
    # d itself is told right, and without a witness of Z type nothing conflicts.
    right = events_of(PRODUCT)
    assert PRODUCT.distance is not None
    assert (PRODUCT.distance.dx.upper, PRODUCT.distance.dz.upper) == (2, 3)  # type: ignore[union-attr]
    bounds = [b for b in right[0]["bounds"] if b["pauli"] != "Z"]
    raised = {"pauli": "Z", "lower": 4, "witness": None, "method": "faith"}
    forged = [right[0] | {"bounds": [*bounds, raised]}, right[1]]
    archive = forge(tmp_path, *forged)
    assert not archive.conflicts
    report = only(archive, PRODUCT.key)
    assert report.discrepancies == ("dz >= 4 (faith) is refuted: now dz <= 3, >= 3",)
    assert [(p.pauli, p.status) for p in report.proofs] == [
        ("", "re-proved"),
        ("X", "re-proved"),
        ("Z", "refuted"),
    ]


@pytest.mark.parametrize("record", ALL.values(), ids=ALL)
def test_a_wrong_witness_is_found(tmp_path: Path, record: CodeRecord) -> None:
    check = present(record.code).to_json()
    product_of_checks = {
        "css": lambda: Witness(x=tuple(check["x_checks"][0])),
        "stabilizer": lambda: Witness(tuple(check["x_part"][0]), tuple(check["z_part"][0])),
        "product": lambda: Witness(x=tuple(record.code.x_checks[0].nonzero()[0].tolist())),  # type: ignore[union-attr]
    }[next(name for name, one in ALL.items() if one is record)]()
    for number, (witness, fault) in enumerate(
        ((Witness(x=(0,)), "anticommutes with"), (product_of_checks, "it is a product of checks"))
    ):
        forged = evidence(record, 1, witness)
        archive = forge(tmp_path / str(number), *events_of(record), forged)
        report = only(archive, record.key)
        (told,) = report.discrepancies
        assert fault in told
        assert "jsonl:3: witness of" in told
        # What is left is what the true evidence says.
        assert report.label == record.label


def swapped(record: CodeRecord, *rows: tuple[str | int, int]) -> dict[str, Any]:
    """Return a record's presentation with two supports swapped, each named by list and row."""
    code = copy.deepcopy(record.presentation.to_json())
    lists = [
        code["product"][name]["checks"] if type(name) is int else code[name] for name, _ in rows
    ]
    (one, i), (other, j) = zip(lists, (row for _, row in rows), strict=True)
    one[i], other[j] = other[j], one[i]
    return code


SQUARE = record_of(hypergraph_product([[1, 1, 0], [0, 1, 1]], [[1, 1, 1], [0, 1, 1]]))
SHOR = record_of(TEN["shor"][0])
UNEQUAL = record_of(
    CSSCode([[1, 1, 1, 1, 0, 0], [0, 0, 1, 1, 1, 1]], [[1, 1, 1, 1, 1, 1]]), family="unequal"
)


@pytest.mark.parametrize(
    ("record", "code", "fault"),
    [
        # An X check among the Z checks, and the reverse: they commute, and are another code.
        (UNEQUAL, swapped(UNEQUAL, ("x_checks", 0), ("z_checks", 0)), "its checks have the key"),
        (
            SHOR,
            swapped(SHOR, ("x_checks", 0), ("z_checks", 0)),
            "X check 0 and Z check 1 anticommute",
        ),
        # The X part of one check with the Z part of another.
        (FIVE, swapped(FIVE, ("x_part", 0), ("x_part", 1)), "q: its checks give 3, not 4"),
        (FIVE, swapped(FIVE, ("z_part", 0), ("x_part", 3)), "anticommute"),
        (SQUARE, swapped(SQUARE, (0, 0), (1, 0)), "its checks have the key"),
    ],
    ids=["css", "css-anticommuting", "stabilizer", "stabilizer-anticommuting", "product"],
)
def test_a_swapped_row_is_found(
    tmp_path: Path, record: CodeRecord, code: dict[str, Any], fault: str
) -> None:
    archive = forge(tmp_path, *with_code(record, code=code))
    report = only(archive, record.key)
    assert report.record is None
    assert fault in report.discrepancies[0]
    assert report.label == "?"
    assert "jsonl:2: " in report.discrepancies[0]
    # Beside the true line the false one is still found.
    archive = forge(tmp_path, *events_of(record), *with_code(record, code=code))
    report = only(archive, record.key)
    assert report.label == record.label
    assert len(report.discrepancies) == 1


def test_a_support_moved_by_one_qubit_is_found(tmp_path: Path) -> None:
    for number, record in enumerate(ALL.values()):
        code = copy.deepcopy(record.presentation.to_json())
        rows = (
            code["product"][1]["checks"]
            if record is PRODUCT
            else next(code[name] for name in ("x_checks", "x_part") if name in code)
        )
        n = 4 if record is PRODUCT else record.n
        free = next(i for i in range(n) if i not in rows[0])
        rows[0] = sorted([*rows[0][1:], free])
        archive = forge(tmp_path / str(number), *with_code(record, code=code))
        assert not only(archive, record.key).ok


@pytest.mark.parametrize("record", ALL.values(), ids=ALL)
@pytest.mark.parametrize("name", ["n", "k", "w", "q"])
def test_a_changed_parameter_is_found(tmp_path: Path, record: CodeRecord, name: str) -> None:
    actual = getattr(record, name)
    archive = forge(tmp_path, *with_code(record, **{name: actual + 1}))
    report = only(archive, record.key)
    (fault,) = report.discrepancies
    assert fault.endswith(f"jsonl:2: {name}: its checks give {actual}, not {actual + 1}")


def test_a_code_or_evidence_under_the_key_of_another_is_found(tmp_path: Path) -> None:
    other = SHOR
    archive = forge(tmp_path / "code", *with_code(STEANE, key=other.key))
    assert "its checks have the key" in only(archive, other.key).discrepancies[0]
    moved = events_of(other)[0] | {"key": STEANE.key}
    archive = forge(tmp_path / "evidence", *events_of(STEANE), moved)
    report = only(archive, STEANE.key)
    assert "its bounds do not fit a code of 7 qubits" in report.discrepancies[0]
    assert report.label == STEANE.label


def test_damage_is_told_of_the_code_that_its_line_names_or_of_the_archive(tmp_path: Path) -> None:
    archive = fill(tmp_path, STEANE, FIVE)
    (path,) = tmp_path.glob("segments/run/*.jsonl")
    path.write_bytes(path.read_bytes() + b"rubbish\n")
    # Anybody may delete or flip bytes: the checksum tells, but not whose line it was.
    archive = Archive(tmp_path)
    assert verify_records(archive, [STEANE.key]).ok
    whole = verify_records(archive)
    assert not whole.ok
    assert all(report.ok for report in whole.codes)
    assert [damage.line for damage in whole.damage] == [5]


def test_an_empty_archive_is_fine(tmp_path: Path) -> None:
    verification = verify_records(Archive(tmp_path / "none"))
    assert verification.ok
    assert verification.codes == ()


def test_keys_and_budgets_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    archive = forge(tmp_path, *events_of(STEANE), *with_code(FIVE, k=3))
    for prefix in ("xyz", ""):
        with pytest.raises(InputError, match=r"key: no code in .* has a key beginning"):
            verify_records(archive, [prefix])
    both = [replace(STEANE, key=digit * 64) for digit in "ab"]
    keys = [replace(one, key="c" + one.key[1:]) for one in both]
    with pytest.raises(InputError, match="key: 'C' could be any of caaaaaaaaaaaaaaa, cbbb"):
        verify_records(fill(tmp_path / "two", *keys), ["C"])
    for budget in (0, -1.0, float("nan")):
        with pytest.raises(InputError, match="budget: must be positive"):
            verify_records(archive, budget=budget)


def answering(*found: Distance) -> Callable[..., Distance]:
    answers = iter(found)
    return lambda *_, **__: next(answers)


def test_a_proof_that_the_budget_does_not_suffice_for_is_no_discrepancy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert STEANE.distance is not None
    parts = {
        name: replace(getattr(STEANE.distance, name), lower=2, stopped="budget")
        for name in ("dx", "dz")
    }
    open_ = replace(STEANE.distance, lower=2, stopped="budget", **parts)
    monkeypatch.setattr(recomputation, "distance_of", answering(open_))
    (report,) = verify_records(fill(tmp_path, STEANE), None, 5).codes
    assert report.ok
    assert [proof.status for proof in report.not_reproved] == ["not re-proved"] * 3
    assert str(report.not_reproved[0]) == (
        "d >= 3 (enumeration) is not re-proved: now d <= 3, >= 2"
    )


def test_a_tiny_budget_says_nothing_false() -> None:
    code = named_code("bicycle-144-12")
    assert isinstance(code, CSSCode)
    proofs = reprove(code, [Bound("", 12, None, "published"), Bound("X", 12, None, "it")], 1e-6)
    assert {proof.status for proof in proofs} <= {"re-proved", "not re-proved"}
    assert len(proofs) == 2


def test_a_false_witness_from_our_own_algorithms_refutes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lie = Distance(1, 1, Witness(x=(0,)), "buggy")
    monkeypatch.setattr(recomputation, "distance_of", answering(lie))
    with pytest.raises(AssertionError, match="buggy gave a false witness"):
        reprove(STEANE.code, [Bound("", 3, None, "proof")])


def test_an_interrupted_proof_interrupts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert STEANE.distance is not None
    stopped = replace(STEANE.distance, stopped="interrupted")
    monkeypatch.setattr(recomputation, "distance_of", answering(stopped))
    with pytest.raises(KeyboardInterrupt):
        verify_records(fill(tmp_path, STEANE))


def test_a_bound_without_proof_costs_no_computation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recomputation, "distance_of", answering())
    witness = heavier(STEANE)
    loose = replace(STEANE, distance=Distance(1, witness.weight, witness, "search"))
    (report,) = verify_records(fill(tmp_path, loose)).codes
    assert report.ok
    assert report.proofs == ()


def test_reports_come_as_they_are_made(tmp_path: Path) -> None:
    archive = fill(tmp_path, STEANE, FIVE)
    seen: list[tuple[str, int]] = []
    verify_records(archive, on_report=lambda report, total: seen.append((report.key, total)))
    assert seen == [(key, 2) for key in sorted([STEANE.key, FIVE.key])]


@given(st.one_of(css_codes, stabilizer_codes))
@settings(max_examples=60)
def test_recomputed_parameters_are_those_of_the_kernels(code: CSSCode | StabilizerCode) -> None:
    parameters, fault = recomputed_parameters(code)
    assert fault is None
    assert parameters == present(code).parameters


def test_checks_that_anticommute_are_named() -> None:
    # Constructors refuse such codes, so one is made behind their backs.
    css = CSSCode.__new__(CSSCode)
    css.x_checks, css.z_checks = np.eye(3, dtype=np.uint8), np.eye(3, dtype=np.uint8)[[2, 2]]
    assert recomputed_parameters(css)[1] == "X check 2 and Z check 0 anticommute"
    pauli = StabilizerCode.__new__(StabilizerCode)
    pauli.checks = np.array([[1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 0]], dtype=np.uint8)
    assert recomputed_parameters(pauli)[1] == "checks 0 and 2 anticommute"
