"""NumPy archives: round trips, layouts, and files that must be refused."""

import pickle
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from io_codes import (
    FIVE_QUBIT,
    REPETITION,
    STEANE,
    assert_same,
    classical_codes,
    css_codes,
    npy,
    npz_bytes,
    npz_with_header,
    refusal,
    stabilizer_codes,
    zipped,
)

from qcode_rl.codes import Code
from qcode_rl.codes.io import read_code, write_code

HEADER = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }"


@settings(deadline=None)
@given(code=classical_codes | css_codes | stabilizer_codes)
def test_what_is_written_to_npz_is_read_back(code: Code, tmp_path_factory) -> None:
    path = tmp_path_factory.mktemp("npz") / "code.npz"
    assert write_code(code, path) == (path,)
    assert_same(read_code(path), code)


@pytest.mark.parametrize("keys", [("Hx", "Hz"), ("HX", "HZ"), ("hx", "hz"), ("hX", "Hz")])
def test_keys_count_in_any_case_and_others_are_ignored(keys, tmp_path: Path) -> None:
    path = tmp_path / "steane.npz"
    members = {keys[0]: STEANE.x_checks, keys[1]: STEANE.z_checks, "kind": "css", "d": 3}
    path.write_bytes(npz_bytes(**members, authors=np.array([None])))
    assert_same(read_code(path), STEANE)


@pytest.mark.parametrize("dtype", ["?", "i1", "u1", ">i8", "<u2", ">f4", "f2", "f8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_any_element_type_and_order_of_zeros_and_ones_is_read(dtype, order, tmp_path) -> None:
    path = tmp_path / "code.NPZ"
    path.write_bytes(npz_bytes(S=FIVE_QUBIT.checks.astype(dtype, order=order)))
    assert_same(read_code(path), FIVE_QUBIT)


def test_headers_of_versions_two_and_three_are_read(tmp_path: Path) -> None:
    for version in (1, 2, 3):
        path = tmp_path / f"v{version}.npz"
        data = REPETITION.checks.tobytes()
        path.write_bytes(npz_with_header(HEADER % ("|u1", "(2, 3)"), data, version))
        assert_same(read_code(path), REPETITION)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"A": [[1]]}, "must hold H; Hx and Hz; or S, got members 'A'"),
        ({"Hx": [[1]]}, "must hold H; Hx and Hz; or S, got members 'Hx'"),
        ({"H": [[1]], "S": [[1, 0]]}, "must hold H; Hx and Hz; or S, got members 'H, S'"),
        ({"H": [[1]], "h": [[1]]}, "must hold 'h' once, in whatever case, holds it twice"),
        ({"H": [[0, 2]]}, "H: entries must be 0 or 1, got 2 at row 0, column 1"),
        ({"H": [[0, -1]]}, "H: entries must be 0 or 1, got -1 at row 0, column 1"),
        ({"H": [[0.5]]}, "H: entries must be 0 or 1, got 0.5 at row 0, column 0"),
        ({"H": [[np.nan]]}, "H: entries must be 0 or 1, got nan at row 0, column 0"),
        ({"H": [[1j]]}, "H: entries must be 0 or 1, got values of type '<c16'"),
        ({"H": [["1"]]}, "H: entries must be 0 or 1, got values of type '<U1'"),
        (
            {"H": np.zeros((1, 2), "M8[s]")},
            "H: entries must be 0 or 1, got values of type '<M8[s]'",
        ),
        ({"H": [1, 0]}, "H: must be a matrix (two dimensions), got 1"),
        ({"H": 1}, "H: must be a matrix (two dimensions), got 0"),
        ({"H": np.zeros((0, 3))}, "matrix must have at least one row, got none"),
        ({"H": np.zeros((3, 0))}, "H: matrix must have at least one column, got 3 x 0"),
        (
            {"Hx": np.zeros((0, 3)), "Hz": np.zeros((0, 3))},
            "matrix must have at least one row, got none",
        ),
        (
            {"Hx": [[1, 0]], "Hz": [[1]]},
            "x_checks and z_checks: must have the same number of qubits, got 2 and 1",
        ),
        ({"S": [[1, 0, 1]]}, "checks: must have an even number of columns, [X|Z], got 3"),
        (
            {"S": [[0, 0], [1, 0], [0, 0], [0, 1]]},
            "checks 1 and 3 anticommute: all checks must commute",
        ),
    ],
)
def test_wrong_contents_are_refused(members, message, tmp_path: Path) -> None:
    assert refusal(tmp_path / "bad.npz", npz_bytes(**members)) == message


def test_both_checks_of_a_css_code_that_anticommute_are_named(tmp_path: Path) -> None:
    content = npz_bytes(Hx=[[1, 1], [1, 0]], Hz=[[1, 1]])
    assert "X check 1 and Z check 0 anticommute" in refusal(tmp_path / "bad.npz", content)


class Bomb:
    """Unpickling it leaves a trace."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> object:
        return Path.touch, (self.trace,)


def test_pickles_are_refused_without_being_opened(tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    pickled = pickle.dumps(Bomb(trace))
    objects = np.array([[Bomb(trace)]], dtype=object)
    assert "never unpickled" in refusal(tmp_path / "objects.npz", npz_bytes(H=objects))
    assert "undamaged npz" in refusal(tmp_path / "raw.npz", pickled)
    assert "npy format" in refusal(tmp_path / "member.npz", zipped({"H.npy": pickled}))
    assert not trace.exists()


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ("(1000000, 1000000)", "at most 8192 rows, 16384 columns and 67108864 entries"),
        ("(8192, 16384)", "got 8192 x 16384"),
        ("(1, 99999999999999999999)", "must be a non-negative integer"),
        ("(0, 0)", "must have at least one column"),
        ("(-1, 5)", "must be a plain array"),
        ("(2, 3, 4)", "two dimensions), got 3"),
        ("(4096, 4096)", "must have 16777216 bytes of data as announced, has less"),
        ("(1, 2)", "must have 2 bytes of data as announced, has more"),
    ],
)
def test_announced_shapes_are_not_believed(shape: str, message: str, tmp_path: Path) -> None:
    content = npz_with_header(HEADER % ("|u1", shape), b"\0\1\0")
    assert message in refusal(tmp_path / "bad.npz", content)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "__import__('os').system('true')",
        "{'descr': [('a', '|u1')], 'fortran_order': False, 'shape': (1, 3), }",
        "{'descr': '|u1', 'shape': (1, 3), }",
        "(" * 5000,
    ],
)
def test_headers_that_are_no_plain_array_are_refused(header: str, tmp_path: Path) -> None:
    assert "must be a plain array" in refusal(tmp_path / "bad.npz", npz_with_header(header, b"abc"))


def test_long_headers_are_refused(tmp_path: Path) -> None:
    content = zipped({"H.npy": b"\x93NUMPY\x02\0\xff\xff\xff\xff" + bytes(1000)})
    assert "header must have at most 10000 bytes" in refusal(tmp_path / "bad.npz", content)


def test_booleans_that_are_neither_true_nor_false_are_refused(tmp_path: Path) -> None:
    content = npz_with_header(HEADER % ("|b1", "(1, 3)"), b"\0\1\7")
    assert "got 7 at row 0, column 2" in refusal(tmp_path / "bad.npz", content)


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.npz"
    path.write_bytes(zipped({"H.npy": npy(HEADER % ("|u1", "(1, 3)")) + bytes(64 << 20)}))
    tracemalloc.start()
    try:
        assert "has more" in refusal(path)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_other_compression_methods_are_refused(method: int, tmp_path: Path) -> None:
    content = zipped({"H.npy": b"anything"}, method)
    assert "must be stored or deflated" in refusal(tmp_path / "bad.npz", content)


def test_truncated_and_corrupted_archives_are_refused(tmp_path: Path) -> None:
    content = npz_bytes(H=np.eye(40, dtype=np.uint8))
    assert "undamaged npz" in refusal(tmp_path / "cut.npz", content[: len(content) // 2])
    flipped = bytearray(content)
    flipped[300] ^= 1
    assert "undamaged npz" in refusal(tmp_path / "flipped.npz", bytes(flipped))
