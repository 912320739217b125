"""Stim circuits that measure the checks of a code: one `MPP` product a check.

Read are `MPP` (with or without a tag and a noise argument), `MPAD 0` (a check that acts nowhere)
and annotations. Everything else, inverted measurements included, is refused: what such a circuit
measures is not a list of checks. Qubits are 0 to the largest index that occurs, so that `write`
names them all by `QUBIT_COORDS`. The text is parsed here, without stim.
"""

import re
from pathlib import Path

import numpy as np

from qcode_rl.codes.io.files import (
    MAX_OBJECTS_BYTES,
    MAX_QUBITS,
    MAX_ROWS,
    AnyCode,
    naming,
    natural,
    numbered_lines,
    read_text,
    require_size,
    shown,
    write_whole,
)
from qcode_rl.codes.io.matrix_files import zeros
from qcode_rl.codes.io.pauli_text import as_stabilizer, css_where_pure
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix

_INSTRUCTION = re.compile(r"([A-Za-z_]+)(?:\[[^\]]*\])?\s*(?:\([^)]*\))?(?:\s+(.*))?")
_ANNOTATIONS = {"TICK", "DETECTOR", "OBSERVABLE_INCLUDE", "SHIFT_COORDS"}

# A check while n is not known: qubits and letters.
_Product = tuple[list[int], str]


def read(path: Path) -> AnyCode:
    """Read a quantum code from a stim circuit.

    Raises:
        InputError: naming the file, the rule and the value.
    """
    with naming(path):
        return css_where_pure(parse(read_text(path, MAX_OBJECTS_BYTES)))


def write(code: AnyCode, path: Path) -> tuple[Path, ...]:
    """Write the measurements of a quantum code's checks as a stim circuit; returns the path."""
    with naming(path):
        strings = as_stabilizer(code).pauli_strings
        lines = [f"QUBIT_COORDS({qubit}) {qubit}" for qubit in range(len(strings[0]))]
        for string in strings:
            terms = [f"{letter}{i}" for i, letter in enumerate(string) if letter != "I"]
            lines.append(f"MPP {'*'.join(terms)}" if terms else "MPAD 0")
        write_whole(path, ("\n".join(lines) + "\n").encode(), MAX_OBJECTS_BYTES)
    return (path,)


def parse(text: str) -> BinaryMatrix:
    """Read symplectic rows `[X|Z]`, `(r, 2n)`, from the text of a circuit.

    Raises:
        InputError: naming the line, the rule and the value, but not the file.
    """
    products: list[_Product] = []
    num_qubits = 0
    for number, line in numbered_lines(text):
        name, targets = _instruction(number, line.partition("#")[0].strip())
        if name == "QUBIT_COORDS":
            qubits = [_qubit(token, number) for token in targets]
        elif name in ("MPP", "MPAD"):
            if len(products) + len(targets) > MAX_ROWS:
                raise InputError(f"line {number}: must have at most {MAX_ROWS} checks")
            found = [_product(token, number, name) for token in targets]
            products += found
            qubits = [qubit for product in found for qubit in product[0]]
        else:
            continue
        num_qubits = max(num_qubits, max(qubits, default=-1) + 1)
    if not products:
        raise InputError("matrix must have at least one row, got no MPP instruction")
    return _rows(products, num_qubits)


def _instruction(number: int, line: str) -> tuple[str, list[str]]:
    """Return the name of an instruction, "" for none, and its targets."""
    if not line:
        return "", []
    matched = _INSTRUCTION.fullmatch(line)
    name = matched[1].upper() if matched else ""
    if matched is None or name not in _ANNOTATIONS | {"MPP", "MPAD", "QUBIT_COORDS"}:
        raise InputError(f"line {number}: must be MPP or an annotation, got {shown(line)}")
    return name, (matched[2] or "").split()


def _product(token: str, number: int, name: str) -> _Product:
    if name == "MPAD":
        if token != "0":
            raise InputError(f"line {number}: MPAD must be given 0, got {shown(token)}")
        return [], ""
    terms = token.split("*")
    letters = "".join(term[:1] for term in terms).upper()
    if len(letters) != len(terms) or letters.strip("XYZ"):
        raise InputError(f"line {number}: must be a product such as X0*Z1, got {shown(token)}")
    qubits = [_qubit(term[1:], number) for term in terms]
    if len(set(qubits)) != len(qubits):
        raise InputError(f"line {number}: must name a qubit once a product, got {shown(token)}")
    return qubits, letters


def _qubit(token: str, number: int) -> int:
    qubit = natural(token, f"line {number}: qubit")
    if qubit >= MAX_QUBITS:
        raise InputError(f"line {number}: qubit must be less than {MAX_QUBITS}, got {qubit}")
    return qubit


def _rows(products: list[_Product], num_qubits: int) -> BinaryMatrix:
    require_size(len(products), 2 * num_qubits)
    rows = zeros(len(products), 2 * num_qubits)
    for row, (qubits, letters) in zip(rows, products, strict=True):
        where = np.array(qubits, dtype=np.intp)
        kinds = np.frombuffer(letters.encode(), dtype=np.uint8)
        row[where] = kinds != ord("Z")
        row[num_qubits + where] = kinds != ord("X")
    return rows
