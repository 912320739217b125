"""`qcode-rl archive export`: write one code to a file."""

from __future__ import annotations

from pathlib import Path

import click

from qcode_rl.cli.archive_access import open_archive, warn_of_damage
from qcode_rl.cli.options import archive_option, duration_option
from qcode_rl.cli.output import examples, print_out

#: Names of the formats; `qcode_rl.archive.export.SUFFIXES` has their suffixes.
FORMATS = ("npz", "mtx", "alist", "json", "stim", "text", "challenge")


@click.command(
    "export",
    epilog=examples(
        "qcode-rl archive export 3f9a",
        "qcode-rl archive export 3f9a --output best.mtx",
        "qcode-rl archive export 3f9a --format challenge --author 'Ada Lovelace'",
    ),
)
@click.argument("key")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="Default: what FILE ends in, else npz.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Default: n_k_d-KEY with the suffix of the format, in the current folder.",
)
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@click.option(
    "--author",
    "authors",
    multiple=True,
    metavar="NAME",
    help="Who to name in challenge JSON; may be repeated. Default: who the code was imported "
    "with, else qcode-rl.",
)
@click.option(
    "--construction",
    default="",
    metavar="TEXT",
    help="How the code was made, for challenge JSON. Default: what the archive tells of it.",
)
@duration_option("--budget", "Time to find missing witnesses for challenge JSON.", default="60s")
@archive_option
def export_command(
    key: str,
    form: str | None,
    output: Path | None,
    force: bool,
    authors: tuple[str, ...],
    construction: str,
    seconds: float,
    folder: Path | None,
) -> None:
    """Write the code whose key begins with KEY to a file, and print the file's name.

    npz holds Hx and Hz, and for a hypergraph product its factors H1 and H2; of a code that is not
    CSS, S, its checks as [X|Z] (uint8 matrices). mtx and alist take two files for a CSS code, named
    *X.* and *Z.*, and hold [X|Z] of another. json has sparse supports, stim an MPP a check, text a
    Pauli string a line.

    challenge is the JSON of the public QEC challenge, for CSS codes: supports of the checks, and
    for each Pauli type a distance with its witness and whether it is exact or an upper bound.
    """
    from qcode_rl.archive.export import default_name, export_challenge, export_code

    held = open_archive(folder)
    record = held.get(key)
    warn_of_damage(held)
    form = form or _form_of(output)
    path = output or Path(default_name(record, form))
    if form == "challenge":
        written = export_challenge(
            record, path, force, authors=authors, construction=construction, budget=seconds
        )
    else:
        written = export_code(record, path, form, force)
    print_out("\n".join(map(str, written)))


def _form_of(output: Path | None) -> str:
    from qcode_rl.archive.export import SUFFIXES

    name = "" if output is None else output.name.lower()
    # The longest first: .challenge.json is .json too.
    forms = sorted(SUFFIXES, key=lambda form: len(SUFFIXES[form]), reverse=True)
    return next((form for form in forms if name.endswith(SUFFIXES[form])), "npz")
