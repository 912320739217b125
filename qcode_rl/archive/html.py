"""Records and listings as notebooks show them; whatever an archive holds is text, never markup."""

from collections.abc import Iterable, Sequence
from html import escape

from qcode_rl.archive.listing import Listing
from qcode_rl.archive.records import CodeRecord
from qcode_rl.codes.html import checks_svg
from qcode_rl.errors import InputError

#: Codes that a listing shows at most.
MOST_LISTED = 100
#: Qubits up to which a record is shown with a picture: those of larger codes take time to build.
MOST_DRAWN = 2000
#: Positions of a witness that are shown at most.
_MOST_POSITIONS = 40
_COLUMNS = ("code", "kd²/n", "family", "found", "key")
_LEFT = ' style="text-align:left"'


def record_html(record: CodeRecord) -> str:
    """Return a record as HTML: parameters, how sure they are, where it came from, its checks.

    Args:
        record: the record.

    Returns:
        HTML that needs nothing else: no scripts, styles or files.
    """
    rows = "".join(
        f"<tr><th{_LEFT}>{escape(name)}</th><td{_LEFT}>{escape(value)}</td></tr>"
        for name, value in _facts(record)
        if value
    )
    title = f"<strong>{escape(record.label)}</strong>"
    return f"<div>{title}<table><tbody>{rows}</tbody></table>{_picture(record)}</div>"


def listing_html(records: Iterable[CodeRecord | Listing], title: str = "") -> str:
    """Return records as an HTML table, in the order given.

    Args:
        records: records or listings; no matrices are built.
        title: a line above the table.

    Returns:
        HTML that needs nothing else: no scripts, styles or files. Beyond a hundred codes it says
        how many more there are.
    """
    held = list(records)
    head = "".join(
        f"<th{_LEFT}>{name}</th>" for name in ("code", "kd²/n", "family", "found", "key")
    )
    body = "".join(map(_row, held[:MOST_LISTED]))
    more = len(held) - MOST_LISTED
    told = f"{len(held)} code{'s' * (len(held) != 1)}"
    if more > 0:
        told += f"; the last {more} are not shown"
    lead = f"{escape(title)}: " if title else ""
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if held else ""
    return f"<div>{lead}{told}{table}</div>"


def _row(record: CodeRecord | Listing) -> str:
    made = record.provenance.created[:10]
    merit = f"{record.merit:.2f}"
    cells = (escape(record.label), merit, escape(record.family), escape(made))
    key = f"<code>{escape(record.key[:12])}</code>"
    return f"<tr>{''.join(f'<td{_LEFT}>{cell}</td>' for cell in (*cells, key))}</tr>"


def _facts(record: CodeRecord) -> list[tuple[str, str]]:
    origin, distance = record.provenance, record.distance
    evaluations = "" if origin.evaluations is None else f"{origin.evaluations:,} evaluations"
    seed = "" if origin.seed is None else f"seed {origin.seed}"
    facts = [
        ("key", record.key),
        ("family", record.family),
        ("kd²/n", f"{record.merit:.3g}"),
        ("found", ", ".join(filter(None, (origin.created, origin.run, seed, evaluations)))),
    ]
    if distance is not None:
        how = "proved" if distance.exact else f"proved from {distance.lower} on"
        facts.append(("distance", f"{distance}, {how}: {distance.method}"))
        if distance.witness is not None:
            facts += [
                ("logical operator, X on", _positions(distance.witness.x)),
                ("logical operator, Z on", _positions(distance.witness.z)),
            ]
    return facts


def _positions(held: Sequence[int]) -> str:
    shown = ", ".join(map(str, held[:_MOST_POSITIONS]))
    return f"{shown}, ... ({len(held)} in all)" if len(held) > _MOST_POSITIONS else shown


def _picture(record: CodeRecord) -> str:
    if record.n > MOST_DRAWN:
        return ""
    try:
        return checks_svg(record.code)
    except InputError as error:
        # A cell that shows a record must not fail for what somebody wrote into an archive.
        return f"<em>{escape(str(error))}</em>"
