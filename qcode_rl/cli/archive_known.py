"""`qcode-rl archive known`: what has been published."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from qcode_rl.cli.options import json_option
from qcode_rl.cli.output import columns, examples, print_json, print_out
from qcode_rl.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qcode_rl.catalogue import KnownCode

#: What a query asks for, in order, and whether less is better.
_ASKED = {"n": True, "k": False, "d": False, "w": True}


@click.command(
    "known",
    epilog=examples(
        "qcode-rl archive known 72,12,6,6",
        "qcode-rl archive known '72,12,*,6'",
        "qcode-rl archive known 9,1,3 --css",
        "qcode-rl archive known 144,12 --all --json",
    ),
)
@click.argument("query", metavar="N,K,D,W")
@click.option("--all", "every", is_flag=True, help="Also list every code of exactly this N and K.")
@click.option("--css", is_flag=True, help="Leave out codes that are not CSS codes.")
@json_option
def known_command(query: str, every: bool, css: bool, as_json: bool) -> None:
    """Tell which published codes are at least as good as [[N,K,D]] with checks of weight W.

    They have no more qubits, no fewer logical qubits, no smaller distance, no heavier checks. A *
    leaves a number open, and those at the end may be left out. Of the codes that match, those are
    listed that no other one outdoes in n, k, d and w (by distance, if D is open). A distance "<=9"
    was published without proof: it is the weight of a logical operator, and the lightest may be
    lighter. The kind is "css", or "stabilizer" for codes that are not CSS; those outdo no CSS code.

    Below is what the known bounds on linear codes leave open to hypergraph products.
    """
    asked = _parsed(query)
    from qcode_rl.catalogue import catalogue

    held = catalogue()
    codes = held.matching(**asked, css=css)
    if asked["d"] is None:
        codes.sort(key=lambda code: -code.d)
    same = held.of_size(asked["n"], asked["k"]) if every else None
    if same is not None and css:
        same = [code for code in same if code.css]
    if as_json:
        print_json(_as_json(asked, css, codes, same))
        return
    parts = [_table(codes) if codes else held.absence]
    if same is not None:
        size = _words({"n": asked["n"], "k": asked["k"]}, exact=True)
        parts.append(f"every code with {size}:\n{_table(same)}" if same else f"none has {size}")
    parts += [*_limit_words(asked), *([held.contents] if codes else [])]
    print_out("\n\n".join(parts))


def _parsed(query: str) -> dict[str, int | None]:
    """Return the numbers asked for by name, `None` for those left open.

    Raises:
        InputError: if there are more than four, or one is neither a positive number nor a `*`.
    """
    parts = [part.strip() for part in query.split(",")]
    if len(parts) > len(_ASKED) or not all(re.fullmatch(r"\*|0*[1-9][0-9]{0,5}", p) for p in parts):
        rule = "must be N,K,D,W, each a number from 1 to 999999 or *, such as '72,12,*,6'"
        raise InputError(f"known: {rule}, got {query!r}")
    parts += ["*"] * (len(_ASKED) - len(parts))
    numbers = [None if part == "*" else int(part) for part in parts]
    return dict(zip(_ASKED, numbers, strict=True))


def _words(asked: dict[str, int | None], exact: bool = False) -> str:
    parts = [
        f"{name} {'=' if exact else '<=' if _ASKED[name] else '>='} {number}"
        for name, number in asked.items()
        if number is not None
    ]
    return ", ".join(parts) or "any n and k"


def _table(codes: Sequence[KnownCode]) -> str:
    rows = [(code.label, code.kind, code.family or "-", code.citation) for code in codes]
    return columns([("code", "kind", "family", "source"), *rows])


def _limits(asked: dict[str, int | None]) -> dict[str, int | None]:
    """Return what hypergraph products can reach at most, where that can be said."""
    from qcode_rl.catalogue.limits import (
        MOST_LOGICALS,
        MOST_QUBITS,
        fewest_qubits,
        largest_distance,
    )

    n, k, d = asked["n"], asked["k"] or 1, asked["d"]
    if k > MOST_LOGICALS:
        return {"largest_distance": None, "fewest_qubits": None}
    return {
        "largest_distance": largest_distance(n, k) if n and n <= MOST_QUBITS else None,
        "fewest_qubits": fewest_qubits(k, d) if d and d <= MOST_QUBITS else None,
    }


def _limit_words(asked: dict[str, int | None]) -> list[str]:
    limits = _limits(asked)
    n, k = asked["n"], asked["k"] or 1
    words = []
    if limits["largest_distance"] == 0:
        words.append(f"none has n <= {n} and k >= {k}")
    elif limits["largest_distance"] is not None:
        words.append(f"d <= {limits['largest_distance']} if n <= {n} and k >= {k}")
    if limits["fewest_qubits"] is not None:
        words.append(f"n >= {limits['fewest_qubits']} if k >= {k} and d >= {asked['d']}")
    if not words:
        return []
    return [f"hypergraph products (by bounds on linear codes): {'; '.join(words)}"]


def _as_json(
    asked: dict[str, int | None],
    css: bool,
    codes: Sequence[KnownCode],
    same: Sequence[KnownCode] | None,
) -> dict[str, Any]:
    from qcode_rl.catalogue import catalogue

    held = catalogue()
    return {
        "query": {**asked, "css": css},
        "codes": [code.to_json() for code in codes],
        **({} if same is None else {"all": [code.to_json() for code in same]}),
        "hypergraph_products": _limits(asked),
        "catalogue": {
            "date": held.date,
            "codes": len(held.codes),
            "sources": [source._asdict() for source in held.sources],
        },
    }
