"""`qcode-rl distance`: parameters, proved distance and witness of any code file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qcode_rl.cli.options import duration_option, json_option
from qcode_rl.cli.output import columns, examples, print_json, print_out

if TYPE_CHECKING:
    from qcode_rl.codes import Code
    from qcode_rl.distance import Distance


@click.command(
    epilog=examples(
        "qcode-rl distance steane.npz",
        "qcode-rl distance codeX.mtx --budget 10m --threads 2",
        "qcode-rl distance five_qubit.txt --target 3 --json",
    )
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--target", type=int, metavar="T", help="Stop once d < T is shown or d >= T is proved."
)
@duration_option("--budget", "Stop after TIME with the interval reached.", default="60s")
@click.option("--threads", type=int, default=1, show_default=True, metavar="N")
@json_option
def distance(file: Path, target: int | None, seconds: float, threads: int, as_json: bool) -> int:
    """Compute the distance of the code in FILE, with a witness.

    FILE is npz (H; Hx and Hz; or S = [X|Z]), alist or mtx (classical, a CSS pair *X.* and *Z.*, or
    symplectic), txt (one Pauli string a line), stim (one MPP a check) or json (sparse supports).

    d=9 is proved, "<=9" is the lightest logical operator found, "7..9" has a proved lower bound.
    The exit status is 3 if --target is given and stays undecided, 130 after Ctrl-C, which ends the
    computation with the interval reached. The default budget is 60s.
    """
    from qcode_rl.cli.main import INTERRUPTED, UNANSWERED
    from qcode_rl.codes.io import read_code
    from qcode_rl.distance import distance_of

    code = read_code(file)
    found = distance_of(code, target=target, budget=seconds, threads=threads)
    if as_json:
        print_json(_as_json(code, found))
    else:
        print_out(_as_text(code, found))
    if found is not None and found.stopped == "interrupted":
        return INTERRUPTED
    undecided = target is not None and found is not None and found.lower < target <= found.upper
    return UNANSWERED if undecided else 0


def _parameters(code: Code) -> tuple[int, int]:
    """Return n and k of any kind of code."""
    from qcode_rl.codes import ClassicalCode, CSSCode, StabilizerCode

    if isinstance(code, ClassicalCode):
        return code.n, code.k
    if isinstance(code, CSSCode | StabilizerCode):
        return code.num_qubits, code.num_logicals
    raise TypeError(type(code).__name__)


def _as_json(code: Code, found: Distance | None) -> dict[str, Any]:
    n, k = _parameters(code)
    witness = found.witness if found else None
    return {
        "n": n,
        "k": k,
        "d": _interval(found),
        "dx": _interval(found.dx if found else None),
        "dz": _interval(found.dz if found else None),
        "w": code.max_weight,
        "q": code.max_degree,
        "method": found.method if found else None,
        "seconds": round(found.seconds, 6) if found else None,
        "witness": {"x": list(witness.x), "z": list(witness.z)} if witness else None,
    }


def _interval(found: Distance | None) -> dict[str, int] | None:
    return {"lower": found.lower, "upper": found.upper} if found else None


def _as_text(code: Code, found: Distance | None) -> str:
    n, k = _parameters(code)
    rows = [
        ("code", repr(code)),
        ("parameters", f"n={n} k={k} w={code.max_weight} q={code.max_degree}"),
    ]
    if found is None:
        return columns([*rows, ("distance", "none: k = 0")])
    state = "proved" if found.exact else "not proved"
    rows.append(("distance", f"{found} ({state})"))
    rows += [(name, str(part)) for name, part in (("dx", found.dx), ("dz", found.dz)) if part]
    rows += [("method", found.method), ("time", f"{1e3 * found.seconds:.3g} ms")]
    if found.witness:
        parts = (("X", found.witness.x), ("Z", found.witness.z))
        words = [f"{pauli} on {' '.join(map(str, where))}" for pauli, where in parts if where]
        rows.append(("witness", "; ".join(words)))
    return columns(rows)
