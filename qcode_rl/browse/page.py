"""The page: its template filled with a table that needs no scripts, and with their data."""

import base64
import hashlib
import os
from collections.abc import Iterable, Sequence
from html import escape
from importlib import metadata
from pathlib import Path
from string import Template
from typing import NamedTuple

from qcode_rl.archive import Archive, CodeRecord
from qcode_rl.browse.data import MOST_BYTES, MOST_CODES, page_data
from qcode_rl.catalogue import catalogue, counterpart
from qcode_rl.codes.io.files import write_whole
from qcode_rl.errors import InputError

_ASSETS = Path(__file__).with_name("assets")
#: In the order in which they need each other.
_SCRIPTS = ("codes.js", "selection.js", "layout.js", "drawing.js", "page.js")
#: The columns: what they are sorted by, and how they are headed.
_COLUMNS = {
    "code": "code",
    **{name: name for name in ("n", "k", "d", "w", "q")},
    "kd2n": "kd²/n",
    "family": "family",
    "created": "found",
    "catalogue": "catalogue",
    "key": "key",
}
_NUMBERS = {"n", "k", "d", "w", "q", "kd2n"}


class Page(NamedTuple):
    """A page.

    Attributes:
        html: the whole file.
        left_out: the codes whose checks did not fit; the page names them, too.
    """

    html: str
    left_out: list[CodeRecord]


def build_page(
    held: Archive, records: Iterable[CodeRecord], lead: str = "", most_bytes: int = MOST_BYTES
) -> Page:
    """Return some codes of an archive as one HTML file that needs nothing else.

    Args:
        held: the archive.
        records: codes of it.
        lead: what to say of them above the table, plain text.
        most_bytes: bytes that the checks of all of them may take.

    Returns:
        The page: codes with the greatest k d^2 / n come first.

    Raises:
        InputError: if there are more than ten thousand.
    """
    codes = sorted(records, key=lambda record: (-record.merit, record.n, record.key))
    if len(codes) > MOST_CODES:
        rule = f"a page has at most {MOST_CODES:,} codes (--where and --pareto select)"
        raise InputError(f"browse: {rule}, got {len(codes):,}")
    data = page_data(held, codes, most_bytes)
    style, script = _style(), _script()
    filled = {
        "title": escape(f"qcode-rl archive: {_counted(len(codes))}"),
        "lead": escape(lead),
        "version": escape(metadata.version("qcode-rl")),
        "head": "".join(_head(name, title) for name, title in _COLUMNS.items()),
        "bounds": "\n".join(map(_bound_fields, ("n", "k", "d", "w", "q"))),
        "rows": "\n".join(map(_row, codes)),
        "notes": _notes(data.left_out),
        **{"policy": _policy(style, script), "style": style, "script": script},
        "data": data.text,
    }
    return Page(Template(_asset("page.html")).substitute(filled), data.left_out)


def write_page(page: Page, path: Path, force: bool = False) -> None:
    """Write a page to a file.

    Args:
        page: the page.
        path: the file.
        force: whether to replace a file of that name.

    Raises:
        InputError: if the file exists and `force` is not given, or if it cannot be written; there
            is never a half-written file of that name.
    """
    if not force and os.path.lexists(path):
        raise InputError(f"output: {str(path)!r} exists already (--force replaces it)")
    data = page.html.encode()
    try:
        write_whole(path, data, len(data))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"output: cannot write {str(path)!r}: {reason}") from error


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text("utf-8")


def _style() -> str:
    return _asset("page.css")


def _script() -> str:
    """Return all scripts as one, whose names are nobody else's."""
    parts = "\n".join(map(_asset, _SCRIPTS))
    return f'(() => {{\n"use strict";\n{parts}}})();'


def _policy(style: str, script: str) -> str:
    """Forbid the page every connection, and every script and style but its own."""
    own = [base64.b64encode(hashlib.sha256(text.encode()).digest()) for text in (style, script)]
    allowed = [f"'sha256-{digest.decode()}'" for digest in own]
    return (
        f"default-src 'none'; style-src {allowed[0]}; script-src {allowed[1]}; "
        "base-uri 'none'; form-action 'none'"
    )


def _head(name: str, title: str) -> str:
    kind = ' class="number"' if name in _NUMBERS else ""
    return f'<th scope="col" data-sort="{name}"{kind}>{title}</th>'


def _bound_fields(name: str) -> str:
    fields = " ".join(
        f'<input type="number" min="0" name="{name}-{side}" placeholder="{side}" '
        f'aria-label="{side} {name}">'
        for side in ("least", "most")
    )
    return f"<fieldset><legend>{name}</legend>{fields}</fieldset>"


def _row(record: CodeRecord) -> str:
    match = counterpart(record)
    distance = str(record.distance) if record.distance else ("?" if record.k else "-")
    cells = {
        **{"n": record.n, "k": record.k, "d": distance, "w": record.w, "q": record.q},
        **{"kd2n": f"{record.merit:.2f}", "family": record.family},
        "created": record.provenance.created[:10],
        **{"catalogue": match.label if match else "-", "key": record.key[:12]},
    }
    link = f'<td><a href="#code={record.key[:12]}">{escape(record.label)}</a></td>'
    return f"<tr>{link}{''.join(_cell(name, str(text)) for name, text in cells.items())}</tr>"


def _cell(name: str, text: str) -> str:
    kind = ' class="number"' if name in _NUMBERS else ""
    return f"<td{kind}>{escape(text)}</td>"


def _notes(left_out: Sequence[CodeRecord]) -> str:
    """Say below the table what the columns mean, and whose checks the page does not hold."""
    held = catalogue()
    about = (
        "d: 9 is proved, <=9 is the lightest logical operator found, 7..9 has a proved lower "
        "bound; what is proved counts. w: largest check weight. q: most checks (of one type) on a "
        "qubit. catalogue: a published code at least as good in n, k, d and w (for a CSS code, a "
        "CSS code); - says that the "
        f"catalogue ({held.date}; {len(held.codes):,} codes from "
        f"{'; '.join(source.title for source in held.sources)}) has none. All is told as the "
        "archive holds it: qcode-rl archive verify checks it."
    )
    notes = f"<p>{escape(about)}</p>"
    if left_out:
        items = "".join(f"<li>{escape(r.label)} {r.key[:12]}</li>" for r in left_out)
        told = f"To keep this file small it is without the matrices of {_counted(len(left_out))}"
        notes += f"<details open><summary>{told}</summary><ul>{items}</ul></details>"
    return notes


def _counted(number: int) -> str:
    return f"{number:,} code{'s' * (number != 1)}"
