"""JSON: sparse supports of checks, indices from 0.

One object with `n` and one of

* `x_checks` and `z_checks`: lists of supports, a CSS code; also called `hx` and `hz`, or `X` and
  `Z` inside `checks` as in the public qLDPC challenge;
* `checks`: a list of supports, a classical code;
* `pauli_checks`: a list of Pauli strings of n letters, a stabilizer code.

Other members (names, claims, provenance) are ignored.
"""

import json
from pathlib import Path
from typing import Any, NoReturn, TypeGuard

from qcode_rl.codes.classical import ClassicalCode
from qcode_rl.codes.css import CSSCode
from qcode_rl.codes.io.files import (
    MAX_COLUMNS,
    MAX_OBJECTS_BYTES,
    AnyCode,
    naming,
    read_text,
    require_size,
    shown,
    write_whole,
)
from qcode_rl.codes.io.matrix_files import zeros
from qcode_rl.codes.stabilizer import StabilizerCode
from qcode_rl.codes.symplectic import symplectic_rows
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix

# The member that tells a layout from the others, and the one that goes with it.
_LAYOUTS = {"x_checks": "z_checks", "hx": "hz", "checks": "", "pauli_checks": ""}


def read(path: Path) -> AnyCode:
    """Read a code of any kind from a JSON file.

    Raises:
        InputError: naming the file, the rule and the value.
    """
    with naming(path):
        return from_document(_document(read_text(path, MAX_OBJECTS_BYTES)))


def write(code: AnyCode, path: Path) -> tuple[Path, ...]:
    """Write a code of any kind to a JSON file; returns the path."""
    with naming(path):
        text = json.dumps(to_document(code)) + "\n"
        write_whole(path, text.encode(), MAX_OBJECTS_BYTES)
    return (path,)


def to_document(code: AnyCode) -> dict[str, Any]:
    """Return the JSON object that stands for a code.

    Example:
        >>> to_document(ClassicalCode([[1, 1, 0], [0, 1, 1]]))
        {'n': 3, 'checks': [[0, 1], [1, 2]]}
    """
    if isinstance(code, ClassicalCode):
        return {"n": code.n, "checks": _supports(code.checks)}
    if isinstance(code, CSSCode):
        supports = {"x_checks": _supports(code.x_checks), "z_checks": _supports(code.z_checks)}
        return {"n": code.num_qubits, **supports}
    return {"n": code.num_qubits, "pauli_checks": list(code.pauli_strings)}


def from_document(document: object) -> AnyCode:
    """Return the code that a JSON object stands for.

    Args:
        document: what `json.loads` gave.

    Raises:
        InputError: naming the member, the rule and the value.
    """
    if not isinstance(document, dict):
        raise InputError(f"must be a JSON object, got {_told(document)}")
    keys = [key for key in _LAYOUTS if key in document]
    if len(keys) != 1:
        allowed = "x_checks and z_checks, checks, or pauli_checks"
        raise InputError(f"must have {allowed}, got {' and '.join(keys) or 'none'}")
    n = _length(document.get("n"))
    checks = document[keys[0]]
    if keys[0] == "pauli_checks":
        return _from_strings(checks, n)
    if keys[0] != "checks":
        other = _LAYOUTS[keys[0]]
        return _css({keys[0]: checks, other: document.get(other)}, n)
    if isinstance(checks, dict):
        return _css({f"checks.{pauli}": checks.get(pauli) for pauli in "XZ"}, n)
    return ClassicalCode(_with_rows(_matrix(checks, n, "checks")))


def _css(supports: dict[str, object], n: int) -> CSSCode:
    x_checks, z_checks = (_matrix(value, n, name) for name, value in supports.items())
    if len(x_checks) + len(z_checks) == 0:
        raise InputError(f"{' or '.join(supports)} must have at least one row, got none")
    return CSSCode(x_checks, z_checks)


def _document(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_unique)
    except InputError:
        raise
    except (ValueError, RecursionError) as error:
        # Besides wrong syntax: integers of thousands of digits, brackets thousands deep.
        raise InputError(f"must be JSON ({shown(str(error), 80)})") from error


def _no_constant(name: str) -> NoReturn:
    raise InputError(f"numbers must be finite, got {name}")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InputError("members of an object must have different names, got one twice")
    return members


def _supports(matrix: BinaryMatrix) -> list[list[int]]:
    return [row.nonzero()[0].tolist() for row in matrix]


def _length(value: object) -> int:
    if not _is_integer(value) or not 1 <= value <= MAX_COLUMNS:
        raise InputError(f"n must be an integer from 1 to {MAX_COLUMNS}, got {_told(value)}")
    return value


def _matrix(supports: object, n: int, name: str) -> BinaryMatrix:
    if not isinstance(supports, list):
        raise InputError(f"{name} must be a list of supports, got {_told(supports)}")
    require_size(len(supports), n, name)
    matrix = zeros(len(supports), n)
    for row, support in enumerate(supports):
        if not isinstance(support, list):
            raise InputError(f"{name}[{row}] must be a list of indices, got {_told(support)}")
        for index in support:
            if not _is_integer(index) or not 0 <= index < n:
                rule = f"must hold integers from 0 to {n - 1}"
                raise InputError(f"{name}[{row}] {rule}, got {_told(index)}")
            if matrix[row, index]:
                raise InputError(f"{name}[{row}] must hold an index once, got {index} twice")
            matrix[row, index] = 1
    return matrix


def _from_strings(strings: object, n: int) -> StabilizerCode:
    if not isinstance(strings, list):
        raise InputError(f"pauli_checks must be a list of strings, got {_told(strings)}")
    if not strings:
        raise InputError("pauli_checks must have at least one row, got none")
    require_size(len(strings), 2 * n, "pauli_checks")
    rows = symplectic_rows(strings, [f"pauli_checks[{row}]" for row in range(len(strings))])
    if rows.shape[1] != 2 * n:
        raise InputError(f"pauli_checks must have n = {n} letters, got {rows.shape[1] // 2}")
    return StabilizerCode(rows)


def _with_rows(matrix: BinaryMatrix) -> BinaryMatrix:
    if len(matrix) == 0:
        raise InputError("checks must have at least one row, got none")
    return matrix


def _is_integer(value: object) -> TypeGuard[int]:
    # In Python a boolean is an integer, in JSON it is not.
    return isinstance(value, int) and not isinstance(value, bool)


def _told(value: object) -> str:
    """Return a value for an error message; lists and objects, which may be huge, by kind only."""
    kinds = {list: "a list", dict: "an object", type(None): "nothing", bool: "a boolean"}
    return kinds.get(type(value)) or shown(value)
