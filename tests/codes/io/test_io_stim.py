"""Checks as MPP measurements in stim circuits."""

from pathlib import Path

import numpy as np
import pytest
import stim
from hypothesis import given, settings
from io_codes import FIVE_QUBIT, REPETITION, assert_same, css_codes, refusal, stabilizer_codes

from qcode_rl.codes import CSSCode
from qcode_rl.codes.io import read_code, read_css, read_stabilizer, write_code
from qcode_rl.errors import InputError


@settings(deadline=None)
@given(code=stabilizer_codes | css_codes)
def test_codes_written_as_stim_circuits_are_read_back(code, tmp_path_factory) -> None:
    path = tmp_path_factory.mktemp("stim") / "code.stim"
    write_code(code, path)
    read = read_css if isinstance(code, CSSCode) else read_stabilizer
    assert read(path) == code


@settings(deadline=None)
@given(code=stabilizer_codes)
def test_stim_understands_what_is_written(code, tmp_path_factory) -> None:
    path = tmp_path_factory.mktemp("stim") / "code.stim"
    write_code(code, path)
    circuit = stim.Circuit(path.read_text())
    assert circuit.num_measurements == len(code.checks)
    assert circuit.num_qubits == code.num_qubits
    # Commuting checks measured twice give the same results twice.
    first, second = np.split((circuit + circuit).compile_sampler(seed=1).sample(1)[0], 2)
    assert np.array_equal(first, second)


def test_products_may_share_a_line_and_annotations_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "five.stim"
    path.write_text(
        "# five-qubit code\nQUBIT_COORDS(0, 1) 0 1 2\nMPP X0*Z1*Z2*X3 x1*Z2*Z3*X4\nTICK\n"
        "MPP[tag](0.01) X0*X2*Z3*Z4  # noisy\nMPP Z0*X1*X3*Z4\nDETECTOR(1) rec[-1]\n"
    )
    assert_same(read_code(path), FIVE_QUBIT)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("TICK\n", "matrix must have at least one row, got no MPP instruction"),
        ("MPP\n", "matrix must have at least one row, got no MPP instruction"),
        ("MPAD 0\n", "matrix must have at least one column, got 1 x 0"),
        ("MPAD 1\n", "line 1: MPAD must be given 0, got '1'"),
        ("TICK\nCX 0 1\n", "line 2: must be MPP or an annotation, got 'CX 0 1'"),
        ("REPEAT 9 {\nMPP X0\n}\n", "line 1: must be MPP or an annotation, got 'REPEAT 9 {'"),
        ("MPP !X0*X1\n", "line 1: must be a product such as X0*Z1, got '!X0*X1'"),
        ("MPP X0*\n", "line 1: must be a product such as X0*Z1, got 'X0*'"),
        ("MPP X0*I1\n", "line 1: must be a product such as X0*Z1, got 'X0*I1'"),
        ("MPP X0*X\n", "line 1: qubit must be a non-negative integer, got ''"),
        ("MPP X-1\n", "line 1: qubit must be a non-negative integer, got '-1'"),
        ("MPP X1.5\n", "line 1: qubit must be a non-negative integer, got '1.5'"),
        ("MPP X0*Z0\n", "line 1: must name a qubit once a product, got 'X0*Z0'"),
        ("MPP X8192\n", "line 1: qubit must be less than 8192, got 8192"),
        ("MPP X99999999999999999999\n", "line 1: qubit must be a non-negative integer"),
        ("MPP" + " X0" * 8193, "line 1: must have at most 8192 checks"),
        ("MPP X0 Z1\nMPP Z0\n", "checks 0 and 2 anticommute: all checks must commute"),
        ("MPP X8191\n" * 4097, "at most 8192 rows, 16384 columns and 67108864 entries"),
        (b"MPP X0\xc3\x28", "must be UTF-8 text, got byte 0xc3 at offset 6"),
    ],
)
def test_bad_stim_files_are_refused(text: str | bytes, message: str, tmp_path: Path) -> None:
    assert message in refusal(tmp_path / "bad.stim", text)


def test_classical_codes_are_not_written_as_stim_circuits(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be given a quantum code"):
        write_code(REPETITION, tmp_path / "code.stim")
