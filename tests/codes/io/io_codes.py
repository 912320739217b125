"""Random codes of each kind, and what the tests of file formats share."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from qcode_rl import gf2
from qcode_rl.codes import ClassicalCode, Code, CSSCode
from qcode_rl.codes.io import read_code
from qcode_rl.codes.stabilizer import StabilizerCode
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix

KNOWN = Path(__file__).parents[2] / ".." / ".." / "shared" / "data" / "distance"


def symplectic_matrix(rng: np.random.Generator, n: int, r: int) -> BinaryMatrix:
    """r commuting rows: single Zs (some repeated, some zero) under random H, S and CNOT gates."""
    rows = np.zeros((r, 2 * n), dtype=np.uint8)
    for row in rows:
        row[n + rng.integers(n)] = rng.integers(4) > 0
    for _ in range(4 * n):
        a, b = rng.choice(n, 2, replace=False) if n > 1 else (0, 0)
        rows[:, [a, n + a]] = rows[:, [n + a, a]]
        rows[:, n + b] ^= rows[:, b]
        if a != b:
            rows[:, b] ^= rows[:, a]
            rows[:, n + a] ^= rows[:, n + b]
    return rows


def css_matrices(rng: np.random.Generator, n: int, rx: int, rz: int) -> list[BinaryMatrix]:
    x = rng.integers(0, 2, (rx, n), dtype=np.uint8)
    free = gf2.null_space(x)
    choice = rng.integers(0, 2, (rz, len(free)))
    return [x, (choice @ free % 2).astype(np.uint8).reshape(rz, n)]


def _rngs() -> st.SearchStrategy[np.random.Generator]:
    return st.integers(0, 2**32 - 1).map(np.random.default_rng)


def _small(least: int = 1) -> st.SearchStrategy[int]:
    return st.integers(least, 9)


classical_codes = st.builds(
    lambda rng, m, n: ClassicalCode(rng.integers(0, 2, (m, n))), _rngs(), _small(), _small()
)
css_codes = st.builds(
    lambda rng, n, rx, rz: CSSCode(*css_matrices(rng, n, rx, rz)),
    _rngs(),
    _small(),
    _small(0),
    _small(0),
).filter(lambda code: len(code.x_checks) + len(code.z_checks) > 0)
stabilizer_codes = st.builds(
    lambda rng, n, r: StabilizerCode(symplectic_matrix(rng, n, r)), _rngs(), _small(), _small()
)

STEANE = CSSCode(*[[[1, 0, 1, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1, 1]]] * 2)
FIVE_QUBIT = StabilizerCode.from_pauli_strings(["XZZXI", "IXZZX", "XIXZZ", "ZXIXZ"])
REPETITION = ClassicalCode([[1, 1, 0], [0, 1, 1]])


def matrices(code: Code) -> list[BinaryMatrix]:
    """The checks as given: what a round trip keeps, beyond equality."""
    if isinstance(code, CSSCode):
        return [code.x_checks, code.z_checks]
    assert isinstance(code, ClassicalCode | StabilizerCode)
    return [code.checks]


def assert_same(one: Code, other: Code) -> None:
    assert isinstance(one, type(other))
    assert one == other
    for first, second in zip(matrices(one), matrices(other), strict=True):
        assert np.array_equal(first, second)


def refusal(path: Path, content: bytes | str | None = None, read: Any = read_code) -> str:
    """What is said about a file after its name; the one line is checked to name it."""
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as caught:
        read(path)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < len(str(path)) + 400
    assert message.startswith(str(path))
    return message[len(str(path)) :].removeprefix(": ")


def npz_bytes(**members: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **members)
    return buffer.getvalue()


def npy(header: str, data: bytes = b"", version: int = 1) -> bytes:
    """An npy file whose header is as told."""
    text = header.encode()
    size = len(text).to_bytes(2 if version == 1 else 4, "little")
    return b"\x93NUMPY" + bytes([version, 0]) + size + text + data


def npz_with_header(header: str, data: bytes = b"", version: int = 1) -> bytes:
    """An npz file with a single member H, whose header is as told."""
    return zipped({"H.npy": npy(header, data, version)})


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()
