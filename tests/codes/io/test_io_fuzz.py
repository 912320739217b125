"""Damaged files: whatever happens to a valid file, nothing but InputError comes out."""

import contextlib
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from io_codes import FIVE_QUBIT, REPETITION, STEANE, npy, zipped

from qcode_rl.codes import Code
from qcode_rl.codes.io import FORMATS, read_code, write_code
from qcode_rl.codes.io.json_supports import from_document
from qcode_rl.errors import InputError

TRIALS = int(os.environ.get("QCODE_FUZZ_TRIALS", "100"))

CASES = [
    (code, name)
    for code in (REPETITION, STEANE, FIVE_QUBIT)
    for name in FORMATS
    if not (code is REPETITION and name in ("text", "stim"))
]


def damaged(content: bytes, rng: np.random.Generator) -> bytes:
    """A file with some bytes replaced, cut out or repeated."""
    data = bytearray(content)
    for _ in range(rng.integers(1, 5)):
        at = int(rng.integers(len(data) + 1))
        length = int(rng.integers(1, 9))
        kind = rng.integers(5)
        if kind == 0:
            data[at : at + 1] = rng.bytes(1)
        elif kind == 1:
            del data[at : at + length]
        elif kind == 2:
            data[at:at] = data[at : at + length] * int(rng.integers(1, 4))
        elif kind == 3:
            data[at : at + 1] = bytes([rng.choice(list(b"0123456789-+.,eE []{}\"'\n#%*XYZI_!"))])
        else:
            data = data[: max(at, 1)]
    return bytes(data)


@pytest.mark.parametrize(("code", "name"), CASES, ids=lambda value: str(value))
def test_damaged_files_give_a_code_or_an_input_error(code: Code, name: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(len(name) + code.max_weight)
    (first, *_) = write_code(code, tmp_path / f"code{FORMATS[name].suffix}")
    content = first.read_bytes()
    for _ in range(TRIALS):
        first.write_bytes(damaged(content, rng))
        with contextlib.suppress(InputError):
            read_code(first)


def test_damaged_members_of_npz_files_give_a_code_or_an_input_error(tmp_path: Path) -> None:
    # Damage to the archive itself is mostly caught by its checksum; this reaches the decoder.
    rng = np.random.default_rng(5)
    header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }"
    member = npy(header, REPETITION.checks.tobytes())
    path = tmp_path / "code.npz"
    for _ in range(TRIALS):
        path.write_bytes(zipped({"H.npy": damaged(member, rng)}))
        with contextlib.suppress(InputError):
            read_code(path)


scalars = st.none() | st.booleans() | st.integers() | st.integers(0, 4) | st.floats() | st.text()
keys = st.sampled_from(
    ["n", "checks", "x_checks", "z_checks", "hx", "hz", "X", "Z", "pauli_checks"]
)
values = st.recursive(
    scalars | st.text("IXYZ_+", max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
)


@settings(deadline=None)
@given(document=values | st.dictionaries(keys, values), n=st.integers(1, 4) | scalars)
def test_any_json_value_is_a_code_or_an_input_error(document: object, n: object) -> None:
    if isinstance(document, dict):
        document["n"] = n
    with contextlib.suppress(InputError):
        from_document(document)
