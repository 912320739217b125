"""JSON of the public QEC challenge: what is written holds, and what is read is not believed."""

import contextlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from archive_codes import TEN, css_codes, fill, record_of
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qcode_rl.archive import CodeRecord, Provenance
from qcode_rl.archive.challenge import challenge_document
from qcode_rl.archive.claims import one_line, read_claims
from qcode_rl.archive.export import export_challenge
from qcode_rl.codes import CSSCode, StabilizerCode, named_code
from qcode_rl.distance import Distance
from qcode_rl.distance.witness import fault_in_witness
from qcode_rl.errors import InputError
from qcode_rl.gf2 import rank

jsonschema = pytest.importorskip("jsonschema")

# The rules of the public schema without its explanations, as of August 2026.
SCHEMA = json.loads((Path(__file__).parent / "challenge_schema.json").read_text())
PUBLIC = Path(__file__).parents[3] / "shared" / "data" / "qec_challenge_code.schema.json"
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
STEANE = record_of(TEN["steane"][0])
FIVE = StabilizerCode.from_pauli_strings(["XZZXI", "IXZZX", "XIXZZ", "ZXIXZ"])


def assert_is_logical(code: CSSCode, pauli: str, support: list[int]) -> None:
    """Check a witness by the definition, with matrices and ranks."""
    same, other = (code.x_checks, code.z_checks)[:: 1 if pauli == "X" else -1]
    word = np.zeros(code.num_qubits, dtype=np.uint8)
    word[support] = 1
    assert not (other.astype(int) @ word % 2).any()
    assert rank(np.vstack([same, word])) == rank(same) + 1


def changed(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return a copy of a document with one member replaced."""
    copy = json.loads(json.dumps(document))
    *parents, last = path.split(".")
    inner = copy
    for name in parents:
        inner = inner[name]
    inner[last] = value
    return copy


def without_prose(value: Any, named: bool = False) -> Any:
    prose = () if named else ("description", "title", "$comment", "examples")
    if isinstance(value, dict):
        return {
            name: without_prose(inner, name in ("properties", "$defs"))
            for name, inner in value.items()
            if name not in prose
        }
    return [without_prose(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.skipif(not PUBLIC.exists(), reason="shared/data is not here")
def test_the_rules_are_those_of_the_public_schema() -> None:
    assert without_prose(json.loads(PUBLIC.read_text())) == SCHEMA


def test_ten_codes_have_all_fields_and_their_witnesses_check(tmp_path: Path) -> None:
    archive = fill(tmp_path / "archive", *(record_of(code) for code, _, _ in TEN.values()))
    assert len(archive.records()) == 10
    for name, (code, dx, dz) in TEN.items():
        (path,) = export_challenge(archive.get(code.key), tmp_path / f"{name}.json")
        document = json.loads(path.read_text())
        VALIDATOR.validate(document)
        assert (document["schema_version"], document["code_type"]) == ("0.1", "CSS")
        assert document["name"].startswith(f"[[{code.num_qubits},{code.num_logicals},")
        assert (document["n"], document["k"]) == (code.num_qubits, code.num_logicals)
        for pauli, checks in (("X", code.x_checks), ("Z", code.z_checks)):
            assert document["checks"][pauli] == [row.nonzero()[0].tolist() for row in checks]
        assert document["distance"]["d"] == min(dx, dz)
        for pauli, value in (("X", dx), ("Z", dz)):
            side = document["distance"][pauli]
            assert (side["value"], side["confidence"]) == (value, "exact")
            assert side["witness"] == sorted(set(side["witness"]))
            assert len(side["witness"]) == value
            assert_is_logical(code, pauli, side["witness"])
        assert document["provenance"]["authors"] == ["qcode-rl"]
        assert document["provenance"]["construction"]
        assert read_claims(document, code).exact == {"X": dx, "Z": dz}


@given(css_codes)
@settings(max_examples=40)
def test_every_code_with_logical_qubits_gives_a_valid_document(code: CSSCode) -> None:
    assume(code.num_logicals > 0)
    document = challenge_document(record_of(code))
    VALIDATOR.validate(document)
    claims = read_claims(document, code)
    assert [bound.weight for bound in claims.witnesses] == [
        document["distance"][pauli]["value"] for pauli in "XZ"
    ]


def test_missing_witnesses_are_found() -> None:
    known = STEANE.distance
    assert known is not None
    for distance in (None, replace(known, dx=None, dz=None), replace(known, dz=None)):
        document = challenge_document(replace(STEANE, distance=distance))
        VALIDATOR.validate(document)
        assert [document["distance"][p]["confidence"] for p in "XZ"] == ["exact", "exact"]


def test_a_distance_that_is_not_proved_is_an_upper_bound() -> None:
    known = STEANE.distance
    assert known is not None
    assert known.dx is not None
    unproved = replace(known, lower=1, dx=replace(known.dx, lower=2))
    sides = challenge_document(replace(STEANE, distance=unproved))["distance"]
    assert [sides[pauli]["confidence"] for pauli in "XZ"] == ["upper_bound", "exact"]


def test_a_claim_against_what_is_found_is_not_written() -> None:
    known = STEANE.distance
    assert known is not None
    heavy = Distance(7, 7, replace(known.witness, x=tuple(range(7)), z=()), "a lie")  # type: ignore[type-var]
    with pytest.raises(InputError, match=r"dx >= 7 \(a lie\) contradicts dx <= 3"):
        challenge_document(replace(STEANE, distance=heavy))
    false = replace(known, dx=replace(known.dx, witness=replace(known.witness, x=(0, 1, 3), z=())))  # type: ignore[type-var]
    assert fault_in_witness(STEANE.code, false.dx.witness)  # type: ignore[union-attr, arg-type]
    with pytest.raises(InputError, match="its witness is false: it anticommutes"):
        challenge_document(replace(STEANE, distance=false))


def test_authors_construction_and_name_are_given_or_remembered_or_told() -> None:
    bare = challenge_document(STEANE)["provenance"]
    assert bare["authors"] == ["qcode-rl"]
    assert bare["construction"] == "family test"
    assert "date" not in bare
    notes = {"authors": "A. B.; C. D.", "construction": "by hand", "name": "Old"}
    kept = replace(STEANE, provenance=Provenance.now(notes=notes))
    document = challenge_document(kept)
    assert document["provenance"]["authors"] == ["A. B.", "C. D."]
    assert document["provenance"]["construction"] == "by hand"
    assert document["name"] == "Old"
    document = challenge_document(kept, name="New", authors=["E."], construction="by search")
    VALIDATOR.validate(document)
    assert document["provenance"]["authors"] == ["E."]
    assert document["provenance"]["construction"] == "by search"
    assert document["name"] == "New"


def test_a_search_and_a_product_are_told_in_words() -> None:
    source = Provenance("5" * 64, "demo", 7, 100, {}, "2026-01-02T03:04:05Z")
    found = replace(record_of(named_code("surface-3")), provenance=source)  # type: ignore[arg-type]
    document = challenge_document(found)
    VALIDATOR.validate(document)
    assert document["family"] == "hypergraph-product"
    assert document["provenance"]["date"] == "2026-01-02"
    assert document["provenance"]["construction"] == (
        "hypergraph product of classical codes [3,1] and [3,1]; found by a search of qcode-rl "
        f"(run demo, seed 7); search specification {'5' * 64}"
    )


WIDE = CSSCode([[1] * 34], np.zeros((0, 34), np.uint8))


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (FIVE, "holds CSS codes alone"),
        (CSSCode([[1, 1]], [[1, 1]]), "this code has k = 0"),
        (CSSCode([[0, 0]], [[0, 0]]), "this code has none"),
        (WIDE, "takes w up to 32, got 34"),
        (CSSCode(np.eye(1, 701), np.zeros((0, 701))), "takes n up to 700, got 701"),
    ],
)
def test_what_the_challenge_does_not_hold_is_refused(
    code: CSSCode | StabilizerCode, reason: str
) -> None:
    with pytest.raises(InputError, match=f"format: challenge .*{reason}"):
        challenge_document(CodeRecord.of(code, None, Provenance()))


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"authors": [""]}, "author: must not be empty"),
        ({"authors": ["a\nb"]}, "author: must be printable"),
        ({"construction": "x" * 3000}, "construction: must be printable text of at most 2000"),
        ({"name": "x" * 201}, "name: must be printable text of at most 200"),
    ],
)
def test_texts_that_break_a_rule_are_refused(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        challenge_document(STEANE, **options)


def test_a_check_that_acts_nowhere_is_left_out() -> None:
    code = CSSCode([[1, 1, 1, 1], [0, 0, 0, 0]], [[1, 1, 1, 1]])
    document = challenge_document(record_of(code))
    VALIDATOR.validate(document)
    assert document["checks"] == {"X": [[0, 1, 2, 3]], "Z": [[0, 1, 2, 3]]}


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("schema_version", "7", "schema_version: must be 0.1 or 0.2, got '7'"),
        ("schema_version", [1], "schema_version: must be 0.1 or 0.2, got a list"),
        ("code_type", "subsystem", "code_type: must be 'CSS', got 'subsystem'"),
        ("k", 2, "k: the checks give 1, got 2"),
        ("k", True, "k: the checks give 1, got True"),
        ("distance", [], "distance: must be an object, got a list"),
        ("distance.X", 3, "distance.X: must be an object, got 3"),
        ("distance.d", 4, "distance.d: must be the lesser of X.value and Z.value, got 4"),
        ("distance.d", 3.0, "distance.d: must be the lesser"),
        ("distance.X.value", 5, "distance.X.value: must be 3 as its witness, got 5"),
        ("distance.X.witness", [0, 1, 7], "distance.X.witness: must hold integers from 0 to 6"),
        ("distance.X.witness", [0, 1, True], "distance.X.witness: must hold integers"),
        ("distance.X.witness", "012", "distance.X.witness: must hold integers"),
        ("distance.X.witness", [0, 0, 1], "distance.X.witness: its positions are not distinct"),
        ("distance.Z.witness", [0, 1, 3], "distance.Z.witness: it anticommutes with X check"),
        ("distance.Z.confidence", "sure", "distance.Z.confidence: must be exact or upper_bound"),
        ("provenance.authors", "me", "provenance.authors: must be a list, got 'me'"),
        ("provenance.authors", [{}], "provenance.authors: must be text, got an object"),
        ("provenance.construction", 5, "provenance.construction: must be text, got 5"),
        ("provenance", None, "provenance: must be an object, got None"),
        ("family", "A B", "family: must be of the form a-b-c, got 'A B'"),
        ("name", None, "name: must be text, got None"),
    ],
)
def test_a_claim_that_breaks_a_rule_is_refused(path: str, value: Any, reason: str) -> None:
    document = changed(challenge_document(STEANE), path, value)
    with pytest.raises(InputError) as caught:
        read_claims(document, STEANE.code)  # type: ignore[arg-type]
    assert str(caught.value).startswith(reason)
    assert "\n" not in str(caught.value)


def test_a_product_of_checks_is_no_witness() -> None:
    document = changed(challenge_document(STEANE), "distance.X.witness", [0, 2, 4, 6])
    document = changed(document, "distance.X.value", 4)
    with pytest.raises(InputError, match=r"distance\.X\.witness: it is a product of checks"):
        read_claims(document, STEANE.code)  # type: ignore[arg-type]


scalars = st.none() | st.booleans() | st.integers(-1, 8) | st.floats() | st.text(max_size=3)
members = st.sampled_from(
    ["d", "X", "Z", "value", "witness", "confidence", "authors", "construction"]
)
values = st.recursive(
    scalars | st.sampled_from(["exact", "upper_bound"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(members, inner, max_size=4),
)


@given(st.dictionaries(st.sampled_from(sorted(SCHEMA["properties"])), values))
def test_any_json_value_is_a_claim_or_an_input_error(document: dict[str, Any]) -> None:
    with contextlib.suppress(InputError):
        read_claims(document, STEANE.code)  # type: ignore[arg-type]


def test_members_may_be_missing() -> None:
    claims = read_claims({"n": 7, "checks": {}}, STEANE.code)  # type: ignore[arg-type]
    assert (claims.witnesses, claims.exact, claims.family, claims.notes) == ((), {}, "", {})


def test_texts_become_one_printable_line() -> None:
    assert one_line("a\tb\n c\x1b[31m\ud800") == "a b c?[31m?"
    assert one_line("x" * 5000) == "x" * 1997 + "..."
