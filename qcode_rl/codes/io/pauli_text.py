"""Plain text: one check a line as a Pauli string, such as `XIZY` or `X_ZY`.

A `+` may stand in front; other signs are refused, since codes here have none. What follows a `#`,
and blank lines, count for nothing.
"""

from pathlib import Path

from qcode_rl.codes.classical import ClassicalCode
from qcode_rl.codes.css import CSSCode
from qcode_rl.codes.io.files import (
    MAX_LINES_BYTES,
    MAX_QUBITS,
    AnyCode,
    naming,
    numbered_lines,
    read_text,
    require_size,
    write_whole,
)
from qcode_rl.codes.stabilizer import StabilizerCode
from qcode_rl.codes.symplectic import symplectic_rows
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix


def read(path: Path) -> AnyCode:
    """Read a quantum code from a text file.

    Raises:
        InputError: naming the file, the rule and the value.
    """
    with naming(path):
        return css_where_pure(parse(read_text(path)))


def write(code: AnyCode, path: Path) -> tuple[Path, ...]:
    """Write a quantum code to a text file; returns the path."""
    with naming(path):
        lines = [f"# {code!r}", *as_stabilizer(code).pauli_strings]
        write_whole(path, ("\n".join(lines) + "\n").encode(), MAX_LINES_BYTES)
    return (path,)


def parse(text: str) -> BinaryMatrix:
    """Read symplectic rows `[X|Z]`, `(r, 2n)`, from lines of Pauli strings.

    Raises:
        InputError: naming the line, the rule and the value, but not the file.
    """
    strings: list[str] = []
    names: list[str] = []
    for number, line in numbered_lines(text):
        string = line.partition("#")[0].strip()
        if not string:
            continue
        if len(string) > MAX_QUBITS + 1:
            raise InputError(f"line {number}: must have at most {MAX_QUBITS} letters")
        strings.append(string)
        names.append(f"line {number}")
        require_size(len(strings), 2 * len(strings[0]))
    if not strings:
        raise InputError("matrix must have at least one row, got no line with a Pauli string")
    return symplectic_rows(strings, names)


def css_where_pure(rows: BinaryMatrix) -> CSSCode | StabilizerCode:
    """Return a `CSSCode` if each symplectic row is of X or of Z type, else a `StabilizerCode`.

    Raises:
        InputError: if two rows anticommute; they are counted as in the file.
    """
    code = StabilizerCode(rows)
    mixed = code.x_part.any(axis=1) & code.z_part.any(axis=1)
    return code if mixed.any() else code.to_css()


def as_stabilizer(code: AnyCode) -> StabilizerCode:
    """Return a quantum code as a stabilizer code.

    Raises:
        InputError: for a classical code, which formats of Pauli operators do not hold.
    """
    if isinstance(code, ClassicalCode):
        formats = "npz, alist, mtx and json"
        raise InputError(f"must be given a quantum code ({formats} hold classical), got {code!r}")
    return StabilizerCode.from_css(code) if isinstance(code, CSSCode) else code
