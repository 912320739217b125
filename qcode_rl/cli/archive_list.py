"""`qcode-rl archive list`: the codes of an archive, selected and sorted."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qcode_rl.cli.archive_access import open_archive, warn_of_damage
from qcode_rl.cli.options import archive_option, json_option
from qcode_rl.cli.output import code_table, examples, print_json, print_out, summary
from qcode_rl.errors import InputError

if TYPE_CHECKING:
    from qcode_rl.archive.listing import Listing

#: Sort names, and for each whether the greatest comes first.
SORTS = {
    "kd2n": True,
    "n": False,
    "k": True,
    "d": True,
    "w": False,
    "q": False,
    "created": True,
    "key": False,
}
_CSV_COLUMNS = (
    *("key", "n", "k", "d_lower", "d_upper", "w", "q", "kd2n", "family", "seed", "created"),
    *("catalogue", "catalogue_source"),
)


@click.command(
    "list",
    epilog=examples(
        "qcode-rl archive list",
        'qcode-rl archive list --where "k>=4 and d>=6 and w<=6"',
        "qcode-rl archive list --where \"4 <= k < 8 or not family = 'hgp'\" --sort n",
        "qcode-rl archive list --pareto n,k,d,w",
        "qcode-rl archive list --csv > codes.csv",
        "qcode-rl archive list --json --archive /shared/archive",
    ),
)
@click.option(
    "--where",
    metavar="CONDITION",
    help="List codes for which this holds: comparisons (< <= = != >= >) joined by and, or, not and "
    "parentheses. Numbers: n, k, d (what is proved), dmax (the most it may be), w, q, kd2n, seed. "
    "Texts, compared with quoted text: family, created, key.",
)
@click.option(
    "--pareto",
    metavar="AXES",
    help="List codes that no other one listed outdoes on these axes, of n, k, d, w, q, by commas.",
)
@click.option(
    "--sort",
    type=click.Choice(list(SORTS)),
    default="kd2n",
    show_default=True,
    help="What to sort by, best first; kd2n is k d^2 / n with the proved d.",
)
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print comma-separated values.")
@archive_option
def list_command(
    where: str | None,
    pareto: str | None,
    sort: str,
    as_json: bool,
    as_csv: bool,
    folder: Path | None,
) -> None:
    """List the codes of an archive, best first.

    In a listing d=9 is proved, "<=9" is the lightest logical operator found so far, "7..9" has a
    proved lower bound. w is the largest check weight, q the largest number of checks (of one Pauli
    type, for CSS codes) on one qubit.

    The column "catalogue" names a published code that is at least as good in n, k, d and w (for a
    CSS code, a CSS code), its source below the table; "<=" marks a distance that was published
    without proof, "2 x" that it takes two copies side by side. Of the codes listed only what is
    proved of d counts. "-" says that the catalogue has nothing as good; what it covers is said
    below, too.
    """
    if as_json and as_csv:
        raise InputError("--csv: must not be given together with --json")
    select = _selection(where, pareto)
    held = open_archive(folder)
    codes = select(held.listing())
    codes.sort(key=_sort_key(sort), reverse=SORTS[sort])
    warn_of_damage(held)
    if as_json:
        nothing = dict.fromkeys(("request", "met"))
        counts = {"found": len(codes), "evaluations": None, "seconds": None}
        print_json({**nothing, **counts, "codes": [summary(code) for code in codes]})
    elif as_csv:
        print_out(_as_csv(codes))
    elif codes:
        print_out(code_table(codes))
    else:
        which = "no codes" if where is None else "no such codes"
        click.echo(f"{which} in {held.path}", err=True)


def _selection(where: str | None, axes: str | None) -> Callable[[list[Listing]], list[Listing]]:
    """Return what keeps the codes for which a condition holds, of these the Pareto set over axes.

    Raises:
        InputError: if the condition cannot be read; before any archive is.
    """
    from qcode_rl.archive.where import parse_where

    condition = parse_where(where) if where is not None else None

    def select(codes: list[Listing]) -> list[Listing]:
        kept = [c for c in codes if condition is None or condition.holds(c)]
        if axes is None:
            return kept
        from qcode_rl.archive.selection import pareto

        return pareto(kept, [axis.strip() for axis in axes.split(",")])

    return select


def _sort_key(sort: str) -> Callable[[Listing], Any]:
    if sort == "created":
        return lambda code: code.provenance.created
    name = "merit" if sort == "kd2n" else sort
    return lambda code: getattr(code, name)


def _as_csv(codes: list[Listing]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_CSV_COLUMNS)
    writer.writerows(map(_csv_row, codes))
    return text.getvalue().removesuffix("\n")


def _csv_row(code: Listing) -> tuple[object, ...]:
    from qcode_rl.catalogue import counterpart

    distance, match = code.distance, counterpart(code)
    return (
        *(code.key, code.n, code.k),
        *((distance.lower, distance.upper) if distance else ("", "")),
        *(code.w, code.q, f"{code.merit:.4g}"),
        *(code.family, code.provenance.seed, code.provenance.created),
        *((match.label, match.code.citation) if match else ("", "")),
    )
