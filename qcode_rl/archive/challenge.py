"""Writing the JSON of the public QEC challenge: a CSS code with claims that prove themselves.

Checks are sparse supports from 0; a distance comes with a witness for each Pauli type. What the
format allows is taken from its schema of August 2026 (github.com/unitaryfoundation/qldpc-challenge,
schema/code.schema.json). Such files are read by `claims`.
"""

from collections.abc import Sequence

from qcode_rl.archive.claims import BETWEEN_AUTHORS, FAMILY, VERSIONS
from qcode_rl.archive.fold import combine
from qcode_rl.archive.presentation import Json, ProductFactors, supports
from qcode_rl.archive.recomputation import bounds_of, uninterrupted_distance
from qcode_rl.archive.records import MAX_NOTE, MAX_TEXT, CodeRecord, text
from qcode_rl.codes import CSSCode
from qcode_rl.distance import Distance
from qcode_rl.distance.witness import fault_in_witness
from qcode_rl.errors import InputError

#: Limits of the schema: qubits, checks of one Pauli type, and the weight of a check.
MAX_QUBITS, MAX_CHECKS, MAX_WEIGHT = 700, 10_000, 32


def challenge_document(
    record: CodeRecord,
    *,
    name: str = "",
    authors: Sequence[str] = (),
    construction: str = "",
    budget: float | None = 60.0,
) -> Json:
    """Return a record as the challenge's JSON object.

    Args:
        record: a CSS code with k > 0.
        name: what to call it; default: the name it was imported with, else label and key.
        authors: default: those it was imported with, else "qcode-rl".
        construction: how the code was made; default: what its provenance tells.
        budget: seconds to find a witness of each Pauli type where the record lacks one.

    Returns:
        The object; distances that are not proved have the confidence `upper_bound`.

    Raises:
        InputError: if the code is not CSS, has no logical qubit, or exceeds the format's limits.
        KeyboardInterrupt: if the search for witnesses was interrupted.
    """
    code = _exportable(record)
    notes = record.provenance.notes
    label = name or notes.get("name") or f"{record.label} {record.key[:12]}"
    document = {
        "schema_version": VERSIONS[0],
        "name": _line(label, "name"),
        "code_type": "CSS",
        "n": record.n,
        "k": record.k,
        # A check that acts nowhere is none; the format has no room for it.
        "checks": {
            "X": [support for support in supports(code.x_checks) if support],
            "Z": [support for support in supports(code.z_checks) if support],
        },
        "distance": _distance_member(_distance_of_types(record, budget)),
        "provenance": _provenance(record, authors, construction),
    }
    family = _family(record)
    return {**document, "family": family} if family else document


def _provenance(record: CodeRecord, authors: Sequence[str], construction: str) -> Json:
    source = record.provenance
    kept = [name for name in source.notes.get("authors", "").split(BETWEEN_AUTHORS) if name]
    how = construction or source.notes.get("construction") or _told(record)
    told = {
        "authors": [_line(author, "author") for author in authors] or kept or ["qcode-rl"],
        "construction": _line(how, "construction", MAX_NOTE),
        "notes": f"key in qcode-rl archives: {record.key}",
    }
    # A time of 1970 stands for one that nobody has told.
    dated = {"date": source.created[:10]} if source.created > "1971" else {}
    return told | dated


def _exportable(record: CodeRecord) -> CSSCode:
    code = record.code
    if not isinstance(code, CSSCode):
        raise InputError("format: challenge holds CSS codes alone, and this code is not CSS")
    if record.k == 0:
        raise InputError("format: challenge holds codes with k > 0, and this code has k = 0")
    most = max(len(code.x_checks), len(code.z_checks))
    for name, value, limit in (
        ("n", record.n, MAX_QUBITS),
        ("w", record.w, MAX_WEIGHT),
        ("checks of one type", most, MAX_CHECKS),
    ):
        if value > limit:
            raise InputError(f"format: challenge takes {name} up to {limit}, got {value}")
    if record.w == 0:
        raise InputError("format: challenge holds codes with checks, and this code has none")
    return code


def _distance_of_types(record: CodeRecord, budget: float | None) -> Distance:
    """Return a distance with a checked witness of each Pauli type, found if the record has none."""
    found = record.distance
    if not (found and found.dx and found.dz and found.dx.witness and found.dz.witness):
        bounds = bounds_of(uninterrupted_distance(record.code, budget))
        found, conflicts = combine(record.key, [*bounds_of(record.distance), *bounds])
        if conflicts:
            raise InputError(str(conflicts[0]))
    if not (found and found.dx and found.dz):
        raise AssertionError("a code with k > 0 has logical operators of each type")
    for part in (found.dx, found.dz):
        fault = part.witness and fault_in_witness(record.code, part.witness, part.upper)
        if fault:
            raise InputError(f"code {record.key[:12]}: its witness is false: {fault}")
    return found


def _distance_member(distance: Distance) -> Json:
    sides: Json = {}
    for pauli, part in (("X", distance.dx), ("Z", distance.dz)):
        assert part is not None
        assert part.witness is not None
        confidence = "exact" if part.exact else "upper_bound"
        witness = list(part.witness.x or part.witness.z)
        sides[pauli] = {"value": part.upper, "confidence": confidence, "witness": witness}
    return {"d": min(side["value"] for side in sides.values()), **sides}


def _family(record: CodeRecord) -> str:
    if isinstance(record.presentation, ProductFactors):
        return "hypergraph-product"
    # Names of our searches, such as css, say nothing of how a code is made.
    return record.family if "-" in record.family and FAMILY.fullmatch(record.family) else ""


def _told(record: CodeRecord) -> str:
    """Tell in words how a code came about."""
    source, presentation = record.provenance, record.presentation
    parts = []
    if isinstance(presentation, ProductFactors):
        first, second = presentation.first, presentation.second
        sizes = f"[{first.n},{first.k}] and [{second.n},{second.k}]"
        parts.append(f"hypergraph product of classical codes {sizes}")
    elif record.family:
        parts.append(f"family {record.family}")
    if source.spec_key:
        seed = "" if source.seed is None else f", seed {source.seed}"
        parts.append(f"found by a search of qcode-rl (run {source.run}{seed})")
        parts.append(f"search specification {source.spec_key}")
    elif "file" in source.notes:
        parts.append(f"read from {source.notes['file']}")
    return "; ".join(parts) or "kept in an archive of qcode-rl"


def _line(value: str, name: str, limit: int = MAX_TEXT) -> str:
    try:
        line = text(value, name, limit)
    except ValueError as error:
        raise InputError(str(error)) from error
    if not line.strip():
        raise InputError(f"{name}: must not be empty")
    return line
