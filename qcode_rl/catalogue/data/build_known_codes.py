"""Write `known_codes.csv` from a table of published codes.

    python -m qcode_rl.catalogue.data.build_known_codes TABLE.csv known_codes.csv

The table has the columns n, k, d, d_exact, w, q, family, components and source. What is left to do
is to say where each row is from in a word, to add the codes of `build_computed`, and to say which
rows no other one outdoes.
"""

import csv
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from qcode_rl.catalogue.data.build_computed import SOURCE, computed_codes
from qcode_rl.catalogue.known import COLUMNS, KnownCode, dominates

_HEAD = """\
# Published quantum codes: facts, gathered from the sources of sources.json (2026-08-21).
# d: proved if `proved` is 1, else the weight of a logical operator, which may not be the least.
# w, q: largest check weight; most X checks or Z checks on a qubit (empty: not told).
# components: parts that the code falls into. entry: the name of the code at its source.
# undominated: 1 if no other row is as good in n, k, d and w (one not proved outdoes none proved,
# one that is not CSS none that is). css: 1 for CSS codes, 0 for other stabilizer codes.
"""
_CHALLENGE = re.compile(r"unitaryfoundation/qldpc-challenge 2026-08-21 (?P<entry>\S+)")


def main(table: str, output: str) -> None:
    """Convert a table.

    Args:
        table: name of the file to read.
        output: name of the file to write.
    """
    with Path(table).open(newline="", encoding="utf-8") as file:
        rows = [_code(row) for row in csv.DictReader(file)]
    write_rows([*rows, *computed_codes()], output)


def write_rows(rows: Iterable[KnownCode], output: str) -> None:
    """Write the catalogue's file.

    Args:
        rows: the codes, in any order; whether they are undominated is found out here.
        output: name of the file to write.
    """
    codes = sorted(rows, key=_place)
    with Path(output).open("w", newline="", encoding="utf-8") as file:
        file.write(_HEAD)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(_cells(code) for code in _marked(codes))


def _code(row: dict[str, str]) -> KnownCode:
    n, k, d, w, components = (int(row[name]) for name in ("n", "k", "d", "w", "components"))
    q = int(row["q"]) if row["q"] else None
    source, entry = _source(row["source"])
    proved = row["d_exact"] == "1"
    # Both collections are of CSS codes only; of textbook codes the family says it.
    css = row["family"] != "stabilizer"
    return KnownCode(n, k, d, proved, w, q, row["family"], components, source, entry, False, css)


def _place(code: KnownCode) -> tuple[object, ...]:
    parameters = (code.n, -code.k, -code.d, not code.proved, not code.css, code.w, code.q or 0)
    # Of equals the first is shown: a published row before one computed here.
    source = (code.source == SOURCE, code.source)
    return (*parameters, *source, code.entry, code.family, code.components)


def _source(words: str) -> tuple[str, str]:
    if match := _CHALLENGE.fullmatch(words):
        return "qldpc-challenge", match["entry"]
    if "qldpc-challenge entries after" in words:
        return "qldpc-challenge-later", ""
    return ("lin-pryadko" if "2306.16400" in words else words), ""


def _marked(codes: list[KnownCode]) -> Iterator[KnownCode]:
    for index, code in enumerate(codes):
        # Of rows that are equally good, the first is kept.
        better = any(
            dominates(other, code) and (place < index or not dominates(code, other))
            for place, other in enumerate(codes)
            if place != index
        )
        yield code._replace(undominated=not better)


def _cells(code: KnownCode) -> list[object]:
    return [int(cell) if isinstance(cell, bool) else cell for cell in code]


if __name__ == "__main__":
    main(*sys.argv[1:])
