"""Codes to start a search from: read by name or by file, and kept as rows of text."""

import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import numpy as np

from qcode_rl.codes import ClassicalCode, CSSCode, StabilizerCode
from qcode_rl.codes.group_names import groups_of_order
from qcode_rl.codes.groups import MAX_ORDER, FiniteGroup
from qcode_rl.codes.io import FORMATS, read_classical, read_code
from qcode_rl.codes.named import classical_code, named_code
from qcode_rl.codes.two_block import block_checks
from qcode_rl.edits.hypergraph_product import MAX_BITS
from qcode_rl.errors import InputError

#: What a search may start from.
SeedCode: TypeAlias = ClassicalCode | CSSCode | StabilizerCode
_PAULIS = "IXYZ"
Named = TypeVar("Named", bound=SeedCode)


def read_seed_code(name: str) -> ClassicalCode:
    """Return a classical seed code given by name or by file.

    Args:
        name: a name of `qcode_rl.codes.named`, or the path of a file that holds a classical code.

    Raises:
        InputError: if there is neither such a name nor such a file, or the file is no good.
    """
    code = read_classical(name) if _is_file(name) else _by_name(classical_code, name)
    if code.n > MAX_BITS:
        raise InputError(f"seed_code: must have at most {MAX_BITS} bits, got {code.n}")
    return code


def read_seed(name: str, family: str) -> SeedCode:
    """Return a seed code for a family, given by name or by file.

    Args:
        name: a name of `qcode_rl.codes.named`, or the path of a code file.
        family: `hgp` takes classical codes, other families quantum codes, `auto` both.

    Raises:
        InputError: if there is neither such a name nor such a file, the file is no good, or the
            code is of the other kind.
    """
    if family == "hgp":
        return read_seed_code(name)
    code = read_code(name) if _is_file(name) else _by_name(named_code, name)
    if not isinstance(code, ClassicalCode):
        return code
    if family == "auto":
        return read_seed_code(name)
    raise InputError(f"seed_code: must be a quantum code for family {family}, got {code!r}")


def as_rows(code: SeedCode) -> tuple[str, ...]:
    """Return a code as rows of text: of 0 and 1, or Pauli strings for a quantum code."""
    if isinstance(code, ClassicalCode):
        return tuple("".join(map(str, row)) for row in code.checks.tolist())
    if isinstance(code, CSSCode):
        code = StabilizerCode.from_css(code)
    return code.pauli_strings


def code_of(rows: Sequence[str]) -> SeedCode:
    """Return the code that `as_rows` wrote; a quantum code of X and Z checks is a CSS code."""
    if not _are_paulis(rows):
        return ClassicalCode([[int(c) for c in row] for row in rows])
    code = StabilizerCode.from_pauli_strings(rows)
    pure = all(len(set(row) - {"I"}) <= 1 and "Y" not in row for row in rows)
    return code.to_css() if pure else code


def require_rows(rows: Any) -> None:
    """Refuse rows that are no code which a search can start from.

    Raises:
        InputError: if they are no list of rows as `as_rows` writes them, or of too many bits.
    """
    if not isinstance(rows, tuple):
        raise InputError(f"seed_checks: must be a list of rows, got {rows!r}")
    if not rows:
        raise InputError("seed_code: must have at least one check, got none")
    quantum = _are_paulis(rows)
    letters, told = (_PAULIS, "I, X, Y and Z") if quantum else ("01", "0 and 1")
    for row in rows:
        if not isinstance(row, str) or not row or row.strip(letters) or len(row) != len(rows[0]):
            raise InputError(f"seed_checks: must be rows of {told} of one length, got {row!r}")
    if quantum:
        StabilizerCode.from_pauli_strings(rows)
    elif len(rows[0]) > MAX_BITS:
        raise InputError(f"seed_code: must have at most {MAX_BITS} bits, got {len(rows[0])}")


@lru_cache(maxsize=16)
def two_block_form(
    code: SeedCode,
) -> tuple[FiniteGroup, tuple[int, ...], tuple[int, ...]] | None:
    """Return the group and the two supports that make a code a two-block code.

    Args:
        code: a code, its first X check that of the group's identity, as `two_block_code` and
            `named_code` make them.

    Returns:
        The group and the supports a and b; `None` if it is no such code of any built-in group.
    """
    if not isinstance(code, CSSCode) or code.num_qubits % 2 or not len(code.x_checks):
        return None
    order = code.num_qubits // 2
    for group in groups_of_order(order) if order <= MAX_ORDER else []:
        if group.identity >= len(code.x_checks):
            continue
        first = code.x_checks[group.identity]
        a, b = np.flatnonzero(first[:order]), np.flatnonzero(first[order:])
        if len(a) and len(b) and CSSCode(*block_checks(group, a, b)) == code:
            return group, tuple(a.tolist()), tuple(b.tolist())
    return None


def _by_name(make: Callable[[str], Named], name: str) -> Named:
    """Make a code of a name; a refusal is one of the seed code."""
    try:
        return make(name)
    except InputError as error:
        raise InputError(f"seed_code: {str(error).removeprefix('name: ')}") from None


def _are_paulis(rows: Sequence[Any]) -> bool:
    return isinstance(rows[0], str) and rows[0] != "" and not rows[0].strip(_PAULIS)


def _is_file(name: str) -> bool:
    path = Path(name)
    suffixes = {form.suffix for form in FORMATS.values()}
    # os.path answers no to what cannot be a path, where pathlib raises.
    return "/" in name or path.suffix.lower() in suffixes or os.path.exists(name)
