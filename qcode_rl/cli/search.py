"""`qcode-rl search`: the front door."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qcode_rl.cli.options import archive_option, device_option, duration_option, json_option
from qcode_rl.cli.output import code_table, examples, print_json, print_out

if TYPE_CHECKING:
    from qcode_rl.search.runner import SearchResult
    from qcode_rl.search.spec import RunOptions, SearchSpec

_DEFAULT_SECONDS = 180.0
#: Spec fields that flags set; a flag wins over the file.
_FLAGS = (
    "max_weight",
    "distance",
    "max_degree",
    "logicals",
    "qubits",
    "layout",
    "radius",
    "family",
    "seed_code",
    "reward",
    "seed",
    "evaluations",
)


@click.command(
    epilog=examples(
        "qcode-rl search --max-weight 6 --distance 9",
        "qcode-rl search --max-weight 6 --max-degree 3 --distance 16 --logicals 9 --time 10m",
        "qcode-rl search --max-weight 8 --distance 6 --seed-code best-20-9 --evaluations 50000",
        "qcode-rl search --family css --qubits 12..16 --logicals 4 --distance 3 --max-weight 6",
        "qcode-rl search --family two-block --qubits 60..120 --logicals 8 --distance 10 "
        "--max-weight 6",
        "qcode-rl search --family css --layout grid --radius 1.5 --max-weight 4 --distance 3",
        "qcode-rl search --family css --seed-code shor --max-weight 4 --distance 3",
        "qcode-rl search --spec search_runs/first.toml --json > found.json",
        "qcode-rl search --max-weight 6 --distance 9 --evaluations 500000 --resume",
    )
)
@click.option("--max-weight", type=int, metavar="W", help="Checks weigh at most W (2 or more).")
@click.option("--distance", type=int, metavar="D", help="The distance is at least D.")
@click.option(
    "--max-degree",
    type=int,
    metavar="Q",
    help="At most Q X checks, and Q Z checks, on a qubit; Q in all for codes that are not CSS.",
)
@click.option(
    "--logicals",
    type=int,
    metavar="K",
    help="At least K logical qubits. Default: every K that the budget reaches.",
)
@click.option(
    "--qubits",
    metavar="N|A..B",
    help="N physical qubits, or A to B of them. Default: as few as are found.",
)
@click.option(
    "--family",
    type=click.Choice(["auto", "hgp", "css", "stabilizer", "two-block"]),
    help="Family of codes. hgp: hypergraph products. css, stabilizer: any codes of some 40 "
    "qubits at most. two-block: codes of two blocks over a group, such as bivariate bicycles; they "
    "share the weight of a check evenly. Default: auto, which divides the budget over all that may "
    "meet the request.",
)
@click.option(
    "--seed-code",
    metavar="NAME|FILE",
    help="Code to start from, by name or file. For hgp classical code (golay, best-20-5, ...; npz "
    "with H, alist, mtx), for other families quantum (steane, bicycle-72-12, ...; npz with "
    "Hx and Hz or S, Pauli text, stim, ...). css, stabilizer: keeps its k, and adds idle qubits "
    "where its own do not do. two-block: keeps its group and check weight. Default: random graphs.",
)
@click.option(
    "--layout",
    metavar="grid|torus|FILE",
    help="Where the qubits of css and stabilizer codes lie: row by row on a square grid or torus, "
    "or at coordinates from a file, `x y` a line. Needs --radius.",
)
@click.option(
    "--radius", type=float, metavar="R", help="Qubits farther apart than R share no check."
)
@click.option(
    "--reward",
    type=click.Choice(["shaped", "paper", "logical-error"]),
    help="What the agent is paid for. shaped: nearing the distance within the limits, by light "
    "codewords. paper: node degrees and the distance, as in arXiv:2502.14372. logical-error: "
    "shaped, and at an episode's end minus log10 of the logical error rate that BP+OSD reaches "
    "under code-capacity noise; some tens of milliseconds an episode. Default: shaped.",
)
@duration_option(
    "--time", "Stop after TIME (90s, 3m, 1.5h). Default: 3m, or none with --evaluations."
)
@click.option(
    "--evaluations",
    type=int,
    metavar="N",
    help="Stop after N reward evaluations; the same N and --seed give the same codes.",
)
@click.option("--seed", type=int, metavar="S", help="Of everything random. Default: 0.")
@device_option
@click.option(
    "--spec",
    "spec_file",
    type=click.Path(path_type=Path),
    metavar="FILE.toml",
    help="Read the request from a file; keys are the flags' names with underscores.",
)
@click.option(
    "--resume",
    is_flag=True,
    help="Continue the last run of this very request in the archive. It ends with the codes that "
    "it would have found without a break; the time counts anew.",
)
@archive_option
@json_option
def search(
    seconds: float | None,
    device: str,
    spec_file: Path | None,
    resume: bool,
    folder: Path | None,
    as_json: bool,
    **flags: Any,
) -> int:
    """Search for codes that meet a request, prove them and archive them.

    An agent edits Tanner graphs until their codes meet the request. Every code printed has a proved
    distance; it is archived unless the archive holds enough that are at least as good. Without
    --logicals the search walks over the sizes by itself and reports the best trade-offs between n,
    k and d.

    Progress goes to stderr, the table (or JSON) to stdout. Ctrl-C (or SIGTERM) ends the search;
    what was found until then is kept, and --resume goes on from there.
    """
    started = time.monotonic()
    from qcode_rl.archive import Archive, default_archive_path
    from qcode_rl.search.files import spec_from
    from qcode_rl.search.spec import RunOptions
    from qcode_rl.toml import read_toml

    values = {} if spec_file is None else read_toml(spec_file)
    values |= {name: flags[name] for name in _FLAGS if flags[name] is not None}
    spec = spec_from(values)
    if seconds is None and spec.evaluations is None:
        seconds = _DEFAULT_SECONDS
    archive = folder or default_archive_path()
    options = RunOptions(archive, seconds, device, resume=resume, compile_apart=True)
    # Here, so that a bad folder is told before torch takes its seconds to load.
    Archive(options.archive).require_writable()
    return _report(_run(spec, options, started), options, as_json)


def _run(spec: SearchSpec, options: RunOptions, started: float) -> SearchResult:
    from qcode_rl.cli.progress import ProgressLine

    if sys.stderr.isatty():
        click.echo("loading (the first run also compiles its kernels) ...", err=True)
    from qcode_rl.search.runner import run_search

    with ProgressLine() as line:
        result = run_search(spec, options, line.update, started, line.say)
        line.name(result.records, result.seconds)
        return result


def _report(result: SearchResult, options: RunOptions, as_json: bool) -> int:
    """Print what was found and return the exit status."""
    from qcode_rl.cli.main import INTERRUPTED, UNANSWERED

    if as_json:
        print_json(result.as_json())
    elif result.met:
        print_out(code_table(result.pareto))
    before = "" if result.resumed_at is None else f" ({result.resumed_at:,} of them before)"
    spent = f"{result.evaluations:,} evaluations{before} in {result.seconds:.1f} s"
    if result.met:
        more = "; nothing shorter is left to look for" if result.complete else ""
        click.echo(f"{len(result.records)} codes, {spent}{more}", err=True)
        click.echo(f"archived in {options.archive}", err=True)
    else:
        more = "; nothing is left to look for" if result.complete else ""
        click.echo(f"nothing met the request: {spent}{more}", err=True)
    if result.interrupted:
        click.echo("interrupted", err=True)
        return INTERRUPTED
    return 0 if result.met else UNANSWERED
