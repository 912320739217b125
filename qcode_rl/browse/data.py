"""What a page holds of codes, as JSON for its scripts: parameters, facts, checks if they fit."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from qcode_rl.archive import Archive, CodeRecord, PlainChecks, ProductFactors, challenge_document
from qcode_rl.archive.challenge import MAX_QUBITS, MAX_WEIGHT
from qcode_rl.archive.export import default_name
from qcode_rl.archive.presentation import Json
from qcode_rl.browse.facts import COUNTED, counts_lines, facts_of
from qcode_rl.catalogue import counterpart
from qcode_rl.codes.bicycle import bicycle_polynomials
from qcode_rl.errors import InputError

#: Most codes on a page.
MOST_CODES = 10_000
#: Bytes that the checks of all codes on a page may take; those that do not fit are left out.
MOST_BYTES = 8_000_000
#: Qubits up to which a torus to draw a code on is looked for.
_MOST_DRAWN = 500


class PageData(NamedTuple):
    """What a page holds.

    Attributes:
        text: JSON for its scripts, safe inside a script element.
        left_out: the records whose checks did not fit.
    """

    text: str
    left_out: list[CodeRecord]


def page_data(
    held: Archive, records: Sequence[CodeRecord], most_bytes: int = MOST_BYTES
) -> PageData:
    """Return what a page holds of some codes of an archive.

    Args:
        held: the archive.
        records: the codes, in the order in which the page has them.
        most_bytes: bytes for checks; codes with the fewest ones come first, so that as many as
            possible have theirs.

    Returns:
        The data, and which codes are without checks.
    """
    conflicts = held.conflicts
    checks = _fitting(records, most_bytes)
    codes = [
        {
            **_parameters(record),
            "facts": facts_of(held, record, conflicts),
            "counts": counts_lines(held.counts(record.key)),
            "witness": {"x": [], "z": []},
            **checks.get(record.key, {}),
        }
        for record in records
    ]
    left_out = [record for record in records if record.key not in checks]
    return PageData(script_json({"codes": codes, "counted": COUNTED}), left_out)


def script_json(value: Any) -> str:
    r"""Return JSON that can stand inside a script element, whatever texts it holds.

    Example:
        >>> print(script_json("</script><!--"))
        "\u003c/script>\u003c!--"
    """
    # Only a "<" can end the element or begin a comment; in JSON it occurs inside texts alone.
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


def _parameters(record: CodeRecord) -> Json:
    """Return what codes are sorted and selected by."""
    match = counterpart(record)
    # Where nothing is known of the distance, n would be a limit, and no use on a plot.
    most = record.distance.upper if record.distance else record.d
    return {
        **{"key": record.key, "label": record.label, "stem": default_name(record)[: -len(".npz")]},
        **{"n": record.n, "k": record.k, "d": record.d, "dmax": most},
        **{"w": record.w, "q": record.q, "kd2n": round(record.merit, 6)},
        **{"family": record.family, "created": record.provenance.created},
        "catalogue": match.label if match else "",
    }


def _fitting(records: Sequence[CodeRecord], most_bytes: int) -> dict[str, Json]:
    """Return the checks of as many codes as fit, by key."""
    found: dict[str, Json] = {}
    sizes = {record.key: _ones(record) for record in records}
    left = most_bytes
    for record in sorted(records, key=lambda record: sizes[record.key]):
        # A position takes two bytes or more: what is far too large is not even written down.
        if 2 * sizes[record.key] > left:
            break
        checks = _checks(record)
        left -= len(script_json(checks))
        if left < 0:
            break
        found[record.key] = checks
    return found


def _ones(record: CodeRecord) -> int:
    """Return how many positions it takes to write a record's checks down."""
    held = record.presentation
    if isinstance(held, ProductFactors):
        matrices = [held.first.checks, held.second.checks]
    elif isinstance(held, PlainChecks):
        matrices = [held.code.x_checks, held.code.z_checks]
    else:
        matrices = [held.code.checks]
    return sum(int(np.count_nonzero(matrix)) for matrix in matrices)


def _checks(record: CodeRecord) -> Json:
    """Return what drawings and files are made of."""
    checks: Json = {"code": record.presentation.to_json(), **_challenge(record)}
    witness = record.distance.witness if record.distance else None
    if witness is not None:
        checks["witness"] = {"x": witness.x, "z": witness.z}
    held = record.presentation
    if isinstance(held, PlainChecks) and record.n <= _MOST_DRAWN:
        torus = bicycle_polynomials(held.code)
        if torus is not None:
            checks["torus"] = torus[:2]
    return checks


def _challenge(record: CodeRecord) -> Json:
    """Return the challenge's JSON but for the checks, which scripts put in; or why there is none.

    Nothing is searched for here: that takes a minute a code.
    """
    if not (record.k and record.n <= MAX_QUBITS and record.w <= MAX_WEIGHT):
        return {"no_challenge": f"it takes k > 0, n up to {MAX_QUBITS}, w up to {MAX_WEIGHT}"}
    distance = record.distance
    parts = (distance.dx, distance.dz) if distance else (None, None)
    plain = isinstance(record.presentation, ProductFactors | PlainChecks)
    if plain and not all(part and part.witness for part in parts):
        return {"no_challenge": "it takes an operator of each type, which archive export finds"}
    try:
        return {"challenge": {**challenge_document(record), "checks": None}}
    except InputError as error:
        return {"no_challenge": str(error)}
