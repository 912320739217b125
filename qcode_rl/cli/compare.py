"""`qcode-rl compare`: methods side by side on a set of targets."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qcode_rl.cli.files import require_writable
from qcode_rl.cli.options import json_option, plot_option
from qcode_rl.cli.output import columns, examples, print_json, print_out

if TYPE_CHECKING:
    from qcode_rl.search.comparison import Cell, Comparison
    from qcode_rl.search.targets import AnyTarget

#: Fewer runs than this say little about intervals.
_ENOUGH_SEEDS = 20
#: Seconds between lines of progress where stderr is not a terminal.
_PERIOD = 15.0


@click.command(
    epilog=examples(
        "qcode-rl compare",
        "qcode-rl compare --methods annealing,greedy --seeds 50 --plot comparison.svg",
        "qcode-rl compare --targets mine.toml --budget 5000 --out comparison.json",
        "qcode-rl compare --targets codes.toml --methods pretrained,weights:mine.safetensors",
        "qcode-rl compare --json > comparison.json",
    )
)
@click.option(
    "--targets",
    "targets_file",
    type=click.Path(path_type=Path),
    metavar="FILE.toml",
    help="targets = [{n = 17, k = 3, d = 9}, ...]: classical codes; w and q default to 6 and 3. "
    'With family = "css", "stabilizer" or "two-block": codes of n qubits, of which two-block codes '
    "may be given a group. Default: classical codes that no agent was trained on.",
)
@click.option(
    "--methods",
    metavar="NAME,...",
    help="pretrained, finetuned, annealing, annealing-edges, greedy, random, or weights:FILE, the "
    "policy of such a file. Default: all there are, but for files.",
)
@click.option(
    "--seeds",
    type=int,
    default=20,
    show_default=True,
    metavar="N",
    help="Runs of each method on each target.",
)
@click.option(
    "--budget",
    type=int,
    default=20_000,
    show_default=True,
    metavar="N",
    help="Most reward evaluations of a run.",
)
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    metavar="S",
    help="Of the first run; the others follow on it.",
)
@plot_option("evaluations per success")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE.json", help="Keep the JSON in a file."
)
@json_option
def compare(
    targets_file: Path | None,
    methods: str | None,
    seeds: int,
    budget: int,
    seed: int,
    plot: Path | None,
    out: Path | None,
    as_json: bool,
) -> int:
    """Compare methods by what a success costs: reward evaluations and seconds.

    A run is one seed of one method on one target [n,k,d](w,q): a classical code whose square
    hypergraph product has checks of weight at most w and at most q checks of a type on a qubit. A
    reward evaluation is any census of a matrix not seen before in the run.

    Evaluations per success are those of all runs, failed ones at their budget, over the successes;
    intervals are 95% by bootstrap over the seeds (at least 20 are advised). The last lines give the
    geometric mean over targets of the ratio to annealing, with an interval over targets and seeds.

    annealing: a heat bath over rewirings of checks, cooling; greedy: the best rewiring of each
    check in random order; random: random rewirings. annealing-edges: Metropolis over moves of
    single edges. All restart as often as the budget allows. The agent rewires checks too.

    For CSS and stabilizer codes there are the agent and annealing, over gates on two qubits from
    random circuits; for two-block codes the agent alone. Half of the agent's starts have a cyclic
    symmetry there.
    """
    require_writable("--out", out)
    found = _run(targets_file, methods, seeds, budget, seed)
    results = found.as_json()
    if out is not None:
        out.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    if plot is not None:
        from qcode_rl.plots.comparison import save_comparison

        save_comparison(results, plot)
    if as_json:
        print_json(results)
    else:
        print_out(_as_text(found))
    return 0


def _run(
    targets_file: Path | None, methods: str | None, seeds: int, budget: int, seed: int
) -> Comparison:
    from qcode_rl.search.comparison import Plan
    from qcode_rl.search.comparison import compare as run_plan
    from qcode_rl.search.methods import METHODS
    from qcode_rl.search.targets import HELD_OUT, read_targets

    if methods is None:
        names = tuple(METHODS)
    else:
        names = tuple(name.strip() for name in methods.split(",") if name.strip())
    targets = tuple(read_targets(targets_file or HELD_OUT))
    plan = Plan(targets, names, seeds, budget, seed)
    if seeds < _ENOUGH_SEEDS:
        click.echo(f"note: {seeds} seeds are too few for intervals to be trusted", err=True)
    return run_plan(plan, _Progress(len(plan.cells)))


class _Progress:
    """Tells on stderr what is running: each step in a terminal, now and then a line elsewhere."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.next_time = 0.0

    def __call__(self, method: str, target: AnyTarget, done: int) -> None:
        now = time.monotonic()
        if now < self.next_time and not sys.stderr.isatty():
            return
        self.next_time = now + _PERIOD
        click.echo(f"{done + 1} of {self.total}: {method} on {target}", err=True)


def _as_text(found: Comparison) -> str:
    header = ("target", "method", "successes", "evaluations", "95% interval", "ranks", "seconds")
    rows = [
        (str(target), name, *_cells(cell))
        for target, row in found.cells.items()
        for name, cell in row.items()
    ]
    head = f"per success, {found.plan.seeds} runs of at most {found.plan.budget:,} evaluations each"
    table = columns([header, *rows], right={2, 3, 5, 6})
    lines = _summary_lines(found.summary(), "")
    if len(found.families) > 1:
        for family in found.families:
            lines += _summary_lines(found.summary(family), family)
    return "\n".join([head, table, *lines])


def _cells(cell: Cell) -> tuple[str, ...]:
    values = cell.as_json()
    rate = f"{int(cell.met.sum())}/{len(cell.met)}"
    if values["evaluations_per_success"] is None:
        return (rate, "-", "-", "-", "-")
    low, high = values["interval"]
    return (
        rate,
        _number(values["evaluations_per_success"]),
        f"{_number(low)} to " + ("?" if high is None else _number(high)),
        _number(values["rank_calls_per_success"]),
        f"{values['seconds_per_success']:.3g}",
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _summary_lines(summary: dict[str, Any], family: str) -> list[str]:
    """Return lines on the ratios of the targets of a family, of all if it is empty."""
    # Not every method serves every family.
    summary = {name: values for name, values in summary.items() if values["served"]}
    if not summary:
        return []
    rows = []
    for name, values in summary.items():
        missing = values["served"] - values["targets"]
        left = f"{missing} left out: one of the two had no success" if missing else ""
        low, high = values["interval"] or (None, None)
        ratio = "-" if values["ratio"] is None else f"{values['ratio']:.3g}"
        interval = "-" if low is None else f"{low:.3g} to {high:.3g}"
        rows.append((name, ratio, interval, f"{values['targets']} targets", left))
    of = f" of {family}" if family else ""
    head = f"evaluations per success{of}, geometric mean of ratios:"
    return ["", head, columns(rows, right={1})]
