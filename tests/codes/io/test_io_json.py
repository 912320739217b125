"""Sparse supports in JSON, our layout and the public challenge's."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from io_codes import (
    FIVE_QUBIT,
    REPETITION,
    STEANE,
    assert_same,
    classical_codes,
    css_codes,
    refusal,
    stabilizer_codes,
)

from qcode_rl.codes import Code
from qcode_rl.codes.io import read_code, write_code

SUPPORTS = [[0, 2, 4, 6], [1, 2, 5, 6], [3, 4, 5, 6]]


@settings(deadline=None)
@given(code=classical_codes | css_codes | stabilizer_codes)
def test_what_is_written_to_json_is_read_back(code: Code, tmp_path_factory) -> None:
    path = tmp_path_factory.mktemp("json") / "code.json"
    write_code(code, path)
    assert_same(read_code(path), code)


@pytest.mark.parametrize(
    "document",
    [
        {"n": 7, "x_checks": SUPPORTS, "z_checks": SUPPORTS},
        {"n": 7, "hx": SUPPORTS, "hz": SUPPORTS, "slug": "7-1-3"},
        {
            "schema_version": "0.2",
            "name": "Steane",
            "code_type": "CSS",
            "n": 7,
            "k": 1,
            "checks": {"X": SUPPORTS, "Z": SUPPORTS},
            "distance": {"d": 3, "X": {}, "Z": {}},
            "provenance": {"authors": ["A. Steane"], "construction": "Hamming code"},
        },
    ],
)
def test_three_layouts_of_css_codes_are_read(document: object, tmp_path: Path) -> None:
    path = tmp_path / "steane.json"
    path.write_text(json.dumps(document))
    assert_same(read_code(path), STEANE)


def test_classical_and_stabilizer_layouts_are_read(tmp_path: Path) -> None:
    path = tmp_path / "code.json"
    path.write_text('{"n": 3, "checks": [[0, 1], [2, 1]]}')
    assert_same(read_code(path), REPETITION)
    path.write_text('{"n": 5, "pauli_checks": ["XZZX_", "IXZZX", "+XIXZZ", "ZXIXZ"]}')
    assert_same(read_code(path), FIVE_QUBIT)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nope", "must be JSON ('Expecting value: line 1 column 1 (char 0)')"),
        ('{"n": 1, "checks": [[0]]', "must be JSON"),
        ("[" * 100000, "must be JSON ('maximum recursion depth exceeded"),
        ('{"n": ' + "9" * 5000 + "}", "must be JSON ('Exceeds the limit (4300 digits)"),
        ("[1]", "must be a JSON object, got a list"),
        ("3", "must be a JSON object, got 3"),
        ('{"n": 1}', "must have x_checks and z_checks, checks, or pauli_checks, got none"),
        ('{"n": 1, "checks": [], "hx": []}', "or pauli_checks, got hx and checks"),
        ('{"n": 1, "n": 1, "checks": [[0]]}', "must have different names, got one twice"),
        ('{"n": NaN, "checks": [[0]]}', "numbers must be finite, got NaN"),
        ('{"checks": [[0]]}', "n must be an integer from 1 to 16384, got nothing"),
        ('{"n": 0, "checks": [[0]]}', "n must be an integer from 1 to 16384, got 0"),
        ('{"n": -5, "checks": [[0]]}', "n must be an integer from 1 to 16384, got -5"),
        ('{"n": true, "checks": [[0]]}', "n must be an integer from 1 to 16384, got a boolean"),
        ('{"n": 7.0, "checks": [[0]]}', "n must be an integer from 1 to 16384, got 7.0"),
        ('{"n": "7", "checks": [[0]]}', "n must be an integer from 1 to 16384, got '7'"),
        ('{"n": 1' + "0" * 4000 + ', "checks": [[0]]}', "from 1 to 16384, got 1000"),
        ('{"n": 3, "checks": []}', "checks must have at least one row, got none"),
        ('{"n": 3, "checks": "abc"}', "checks must be a list of supports, got 'abc'"),
        ('{"n": 3, "checks": [[0], 1]}', "checks[1] must be a list of indices, got 1"),
        ('{"n": 3, "checks": [[0], [3]]}', "checks[1] must hold integers from 0 to 2, got 3"),
        ('{"n": 3, "checks": [[-1]]}', "checks[0] must hold integers from 0 to 2, got -1"),
        ('{"n": 3, "checks": [[1.0]]}', "checks[0] must hold integers from 0 to 2, got 1.0"),
        ('{"n": 3, "checks": [[true]]}', "must hold integers from 0 to 2, got a boolean"),
        ('{"n": 3, "checks": [[[0]]]}', "must hold integers from 0 to 2, got a list"),
        ('{"n": 3, "checks": [[1, 2, 1]]}', "checks[0] must hold an index once, got 1 twice"),
        ('{"n": 3, "x_checks": [[1]]}', "z_checks must be a list of supports, got nothing"),
        ('{"n": 3, "checks": {"X": [[1]]}}', "checks.Z must be a list of supports, got nothing"),
        ('{"n": 3, "hx": [], "hz": []}', "hx or hz must have at least one row, got none"),
        ('{"n": 3, "hx": [[0, 1]], "hz": [[1]]}', "X check 0 and Z check 0 anticommute"),
        ('{"n": 16000, "checks": [' + "[]," * 5000 + "[]]}", "entries, got 5001 x 16000"),
        ('{"n": 2, "pauli_checks": "XX"}', "pauli_checks must be a list of strings, got 'XX'"),
        ('{"n": 2, "pauli_checks": []}', "pauli_checks must have at least one row, got none"),
        ('{"n": 2, "pauli_checks": ["XX", 5]}', "pauli_checks[1]: must be a Pauli string, got int"),
        ('{"n": 2, "pauli_checks": ["XXX"]}', "pauli_checks must have n = 2 letters, got 3"),
        ('{"n": 2, "pauli_checks": ["XX", "X"]}', "pauli_checks[1]: must have 2 letters like"),
        ('{"n": 2, "pauli_checks": ["XX", "ZI"]}', "checks 0 and 1 anticommute"),
        ('{"n": 2, "pauli_checks": ["\\ud800X"]}', "letters must be I, X, Y, Z or _"),
    ],
)
def test_bad_json_files_are_refused(text: str, message: str, tmp_path: Path) -> None:
    assert message in refusal(tmp_path / "bad.json", text)
