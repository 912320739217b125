"""Records, presentations and events as JSON."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qcode_rl.archive import CodeRecord, Provenance
from qcode_rl.archive.events import CodeEvent, EvidenceEvent, Source, events_of, read_event
from qcode_rl.archive.fold import State
from qcode_rl.archive.presentation import PlainChecks, present, presentation_from_json
from qcode_rl.codes import CSSCode, hypergraph_product
from qcode_rl.distance import Distance, distance_of
from qcode_rl.errors import InputError

STEANE = [[1, 0, 1, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1, 1]]


def as_read_back(record: CodeRecord) -> CodeRecord:
    """Send a record through JSON text and the fold."""
    events = [json.loads(json.dumps(event)) for event in events_of(record)]
    read = [read_event(str(i), event, Source()) for i, event in enumerate(events)]
    view = State(event for event in read if event).view(record.key)
    assert view.record is not None
    assert not view.conflicts
    assert not view.damage
    return view.record


def without_seconds(distance: Distance | None) -> Distance | None:
    return distance and replace(
        distance, seconds=0.0, dx=without_seconds(distance.dx), dz=without_seconds(distance.dz)
    )


def code_event(record: CodeRecord) -> dict[str, Any]:
    return copy.deepcopy(events_of(record)[-1])


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_parameters_of_factors_are_those_of_the_built_product(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shapes = np.column_stack([rng.integers(0, 5, 2), rng.integers(1, 5, 2)])
    h1, h2 = (rng.integers(0, 2, shape, dtype=np.uint8) for shape in shapes)
    code = hypergraph_product(h1, h2)
    plain = CSSCode(code.x_checks, code.z_checks)
    assert present(code).parameters == present(plain).parameters


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_a_record_survives_json(make_record: Callable[[int], CodeRecord], seed: int) -> None:
    record = make_record(seed)
    read = as_read_back(record)
    assert read.code == record.code
    assert (read.code.x_checks == record.code.x_checks).all()
    assert read.summary() == record.summary()
    assert read.provenance == record.provenance
    assert read.distance == without_seconds(record.distance)
    assert read.label == record.label


def test_a_code_that_is_no_product_is_kept_as_its_checks() -> None:
    code = CSSCode(STEANE, STEANE)
    record = CodeRecord.of(code, None, Provenance.now(), "css")
    read = as_read_back(record)
    assert isinstance(read.presentation, PlainChecks)
    assert read.code == code
    assert read.label == "[[7,1,?]](4,3)"


def test_a_code_without_logical_qubits_has_no_distance() -> None:
    code = hypergraph_product([[1]], [[1]])
    record = as_read_back(CodeRecord.of(code, distance_of(code), Provenance.now()))
    assert record.label == "[[2,0,-]](2,1)"
    assert record.summary()["d"] is None


def test_a_summary_has_the_members_that_the_command_line_promises() -> None:
    code = hypergraph_product([[1, 1, 0], [0, 1, 1]])
    record = CodeRecord.of(code, distance_of(code), Provenance(seed=5))
    assert record.summary() == {
        "key": code.key,
        **{"n": 13, "k": 1, "d": {"lower": 3, "upper": 3}, "w": 4, "q": 2},
        **{"family": "hgp", "seed": 5, "catalogue": None},
    }


def test_a_distance_without_a_witness_is_not_taken() -> None:
    with pytest.raises(InputError, match="needs its witness"):
        CodeRecord.of(hypergraph_product([[1, 1]]), Distance(2, 2), Provenance())


def test_a_code_too_large_to_read_back_is_not_taken() -> None:
    with pytest.raises(InputError, match="n: must be at most 16384, got 40000"):
        CodeRecord.of(
            CSSCode(np.zeros((0, 40000), np.uint8), np.zeros((0, 40000), np.uint8)),
            None,
            Provenance(),
        )


HUGE = {"n": 10**15, "checks": [[0]]}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"n": 12}, "n: its checks give 13, not 12"),
        ({"k": 2}, "k: its checks give 1, not 2"),
        ({"w": 3}, "w: its checks give 4, not 3"),
        ({"q": 1}, "q: its checks give 2, not 1"),
        ({"k": "9" * 1000}, "k: its checks give 1"),
        ({"key": "XY"}, "key: must be 64 hexadecimal digits"),
        ({"key": None}, "key: must be 64 hexadecimal digits"),
        ({"family": "h\x1b[2Jgp"}, "family: must be printable"),
        ({"family": "h" * 500}, "family: must be printable"),
        ({"type": 7}, "type: must be printable"),
        ({"code": None}, "code: must be an object"),
        ({"code": {"product": [{"n": 1, "checks": []}]}}, "product: must hold two factors"),
        ({"code": {"product": [1, 2]}}, "product: a factor must be an object"),
        ({"code": {"product": [HUGE, HUGE]}}, "n: must be at most 16384"),
        ({"code": {"n": 10**15, "x_checks": [], "z_checks": []}}, "n: must be at most 16384"),
        ({"code": {"n": 16384, "x_checks": [[]] * 9000, "z_checks": []}}, "entries, got"),
        ({"code": {"n": 0, "x_checks": [], "z_checks": []}}, "n: must be a positive integer"),
        ({"code": {"n": True, "x_checks": [], "z_checks": []}}, "n: must be a positive integer"),
        ({"code": {"n": 2, "x_checks": 3, "z_checks": []}}, "x_checks: must be a list"),
        ({"code": {"n": 2, "x_checks": [], "z_checks": [[2]]}}, "z_checks: row 0"),
        ({"code": {"n": 2, "x_checks": [], "z_checks": [[-1]]}}, "z_checks: row 0"),
        ({"code": {"n": 2, "x_checks": [], "z_checks": [[1, 1]]}}, "z_checks: row 0"),
        ({"code": {"n": 2, "x_checks": [], "z_checks": [[0.0]]}}, "z_checks: row 0"),
        ({"code": {"n": 2, "x_checks": [[0]], "z_checks": [[0]]}}, "anticommute"),
        ({"provenance": []}, "provenance: must be an object"),
    ],
)
def test_a_code_event_that_breaks_a_rule_is_refused(change: dict[str, Any], reason: str) -> None:
    code = hypergraph_product([[1, 1, 0], [0, 1, 1]])
    event = code_event(CodeRecord.of(code, distance_of(code), Provenance()))
    assert isinstance(read_event("id", event, Source()), CodeEvent)
    with pytest.raises(ValueError, match=reason):
        read_event("id", event | change, Source())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"created": "yesterday"}, "created: must be a time"),
        ({"created": "2026-13-01T00:00:00Z"}, "month must be in 1..12"),
        ({"seed": "1"}, "seed: must be a non-negative integer or null"),
        ({"evaluations": True}, "evaluations: must be a non-negative integer or null"),
        ({"versions": {"a": 1}}, "versions: must be printable text"),
        ({"versions": None}, "versions: must be an object"),
        ({"run": None}, "run: must be printable text"),
        ({"spec_key": "\ud800"}, "spec_key: must be printable text"),
    ],
)
def test_a_provenance_that_breaks_a_rule_is_refused(change: dict[str, Any], reason: str) -> None:
    good = Provenance.now("key", "run", 1, 2).to_json()
    assert Provenance.from_json(good).to_json() == good
    with pytest.raises(ValueError, match=reason):
        Provenance.from_json(good | change)


GOOD = {"pauli": "X", "lower": 1, "witness": {"x": [0], "z": []}, "method": "m"}


@pytest.mark.parametrize(
    ("bounds", "reason"),
    [
        ([], "bounds: must be a list of 1 to 10"),
        ([GOOD] * 11, "bounds: must be a list of 1 to 10"),
        ([3], "bounds: each must be an object"),
        ([GOOD | {"pauli": "Y"}], "bounds: each must be an object"),
        ([GOOD | {"pauli": []}], "bounds: each must be an object"),
        ([GOOD | {"lower": 0}], "lower: must be an integer from 1"),
        ([GOOD | {"lower": 1.0}], "lower: must be an integer from 1"),
        ([GOOD | {"method": None}], "method: must be printable text"),
        ([GOOD | {"witness": {"x": [0]}}], "x and z must hold increasing integers"),
        ([GOOD | {"witness": {"x": [1, 0], "z": []}}], "x and z must hold increasing integers"),
        ([GOOD | {"witness": {"x": [], "z": []}}], "must act somewhere"),
        ([GOOD | {"witness": {"x": [], "z": [0]}}], "of its Pauli type alone"),
    ],
)
def test_evidence_that_breaks_a_rule_is_refused(bounds: list[Any], reason: str) -> None:
    event = {"type": "evidence", "key": "0" * 64, "bounds": [GOOD]}
    assert isinstance(read_event("id", event, Source()), EvidenceEvent)
    with pytest.raises(ValueError, match=reason):
        read_event("id", event | {"bounds": bounds}, Source())


def test_events_of_later_versions_are_passed_over() -> None:
    assert read_event("id", {"type": "counts", "shots": 7}, Source()) is None


def test_nothing_but_a_presentation_is_read_as_one() -> None:
    for value in (None, 3, [], "x", {}, {"product": {}}, {"n": 3}):
        with pytest.raises(ValueError, match="must"):
            presentation_from_json(value)
