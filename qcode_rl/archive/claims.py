"""What files of the public QEC challenge claim of their codes: checked here, never believed.

A witness proves an upper bound and is checked; a value that is said to be exact is hearsay. Texts
are kept as one printable line each. `challenge` writes such files.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from qcode_rl.archive.events import Bound
from qcode_rl.archive.presentation import Json
from qcode_rl.archive.records import MAX_NOTE, MAX_TEXT
from qcode_rl.codes import CSSCode
from qcode_rl.codes.io.files import shown
from qcode_rl.distance import Witness
from qcode_rl.distance.witness import fault_in_witness
from qcode_rl.errors import InputError

#: Versions of the schema that are read; the first is the one written.
VERSIONS = ("0.1", "0.2")
#: What names of families look like there.
FAMILY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
#: Stands between the authors where they are kept as one text.
BETWEEN_AUTHORS = "; "
_CONFIDENCES = ("exact", "upper_bound")


@dataclass(frozen=True)
class Claims:
    """What a challenge file says of its code besides the checks.

    Attributes:
        witnesses: upper bounds by checked witnesses, which are good.
        exact: values that are said to be exact, by Pauli type: hearsay.
        family: the family, "" if none is named.
        notes: `name`, `authors` and `construction`, as far as they are given, as one line each.
    """

    witnesses: tuple[Bound, ...] = ()
    exact: dict[str, int] = field(default_factory=dict, hash=False)
    family: str = ""
    notes: dict[str, str] = field(default_factory=dict, hash=False)


def read_claims(document: Json, code: CSSCode) -> Claims:
    """Check what a challenge document says of its code.

    Args:
        document: the JSON object; members may be missing, but not be wrong.
        code: the code that its checks are.

    Returns:
        The claims, witnesses checked.

    Raises:
        InputError: naming the member, the rule and the value.
    """
    if document.get("schema_version", VERSIONS[0]) not in VERSIONS:
        got = _told(document["schema_version"])
        raise InputError(f"schema_version: must be {' or '.join(VERSIONS)}, got {got}")
    if document.get("code_type", "CSS") != "CSS":
        raise InputError(f"code_type: must be 'CSS', got {_told(document['code_type'])}")
    k = document.get("k", code.num_logicals)
    if type(k) is not int or k != code.num_logicals:
        raise InputError(f"k: the checks give {code.num_logicals}, got {_told(k)}")
    witnesses, exact = _read_distance(_member(document, "distance"), code)
    provenance = _member(document, "provenance")
    authors = provenance.get("authors", [])
    if not isinstance(authors, list):
        raise InputError(f"provenance.authors: must be a list, got {_told(authors)}")
    named = [one_line(author, "provenance.authors") for author in authors]
    notes = {
        "name": one_line(document.get("name", ""), "name", MAX_TEXT),
        "authors": one_line(BETWEEN_AUTHORS.join(named)),
        "construction": one_line(provenance.get("construction", ""), "provenance.construction"),
    }
    family = one_line(document.get("family", ""), "family", MAX_TEXT)
    if family and not FAMILY.fullmatch(family):
        raise InputError(f"family: must be of the form a-b-c, got {_told(family)}")
    return Claims(witnesses, exact, family, {key: note for key, note in notes.items() if note})


def one_line(value: Any, name: str = "", limit: int = MAX_NOTE) -> str:
    """Return a text as one printable line, cut off at a limit.

    Raises:
        InputError: if it is no text.
    """
    if not isinstance(value, str):
        raise InputError(f"{name}: must be text, got {_told(value)}")
    line = " ".join(value[: 2 * limit].split())
    line = "".join(letter if letter.isprintable() else "?" for letter in line)
    return line if len(line) <= limit else f"{line[: limit - 3]}..."


def _member(document: Json, name: str) -> Json:
    value = document.get(name, {})
    if not isinstance(value, dict):
        raise InputError(f"{name}: must be an object, got {_told(value)}")
    return value


def _read_distance(member: Json, code: CSSCode) -> tuple[tuple[Bound, ...], dict[str, int]]:
    bounds: list[Bound] = []
    exact: dict[str, int] = {}
    for pauli in "XZ":
        if pauli in member:
            bound, is_exact = _read_side(member[pauli], pauli, code)
            bounds.append(bound)
            exact |= {pauli: bound.weight} if is_exact else {}
    d = member.get("d")
    least = min((bound.weight for bound in bounds), default=None)
    if "d" in member and (type(d) is not int or d < 1 or (len(bounds) == 2 and d != least)):
        raise InputError(f"distance.d: must be the lesser of X.value and Z.value, got {_told(d)}")
    return tuple(bounds), exact


def _read_side(side: Any, pauli: str, code: CSSCode) -> tuple[Bound, bool]:
    where = f"distance.{pauli}"
    if not isinstance(side, dict):
        raise InputError(f"{where}: must be an object, got {_told(side)}")
    support, value, confidence = (side.get(name) for name in ("witness", "value", "confidence"))
    if not isinstance(support, list) or not all(
        type(i) is int and 0 <= i < code.num_qubits for i in support
    ):
        raise InputError(f"{where}.witness: must hold integers from 0 to {code.num_qubits - 1}")
    if type(value) is not int or value != len(support):
        raise InputError(
            f"{where}.value: must be {len(support)} as its witness, got {_told(value)}"
        )
    if confidence not in _CONFIDENCES:
        allowed = " or ".join(_CONFIDENCES)
        raise InputError(f"{where}.confidence: must be {allowed}, got {_told(confidence)}")
    operator = tuple(sorted(support))
    witness = Witness(x=operator) if pauli == "X" else Witness(z=operator)
    if fault := fault_in_witness(code, witness, value):
        raise InputError(f"{where}.witness: {fault}")
    return Bound(pauli, 1, witness, "witness of a file"), confidence == "exact"


def _told(value: object) -> str:
    """Return a value for an error message; lists and objects, which may be huge, by kind only."""
    kinds: dict[type, str] = {list: "a list", dict: "an object"}
    return kinds.get(type(value)) or shown(value)
