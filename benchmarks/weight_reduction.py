"""Whether weight reduction pays under circuit noise: found codes, their seeds, surface codes.

For each seed, a classical code with heavy checks, a search looks for a lighter one with as many
logical qubits and the same distance. Both products are then put under circuit-level noise, beside
as many rotated surface code patches as there are logical qubits, of nearest size. All rows follow
Z memory for d rounds; schedules are the best of each side (`--schedule auto`). The products are
decoded by BP+OSD from the detectors of Z checks alone, which for codes of this size is a hundred
times faster than from both; patches by matching.

    python benchmarks/weight_reduction.py            # some 10 minutes on 2 cores
    python benchmarks/weight_reduction.py --smoke    # nothing is written
"""

import os
import tempfile
from pathlib import Path
from typing import Any

import click
import common
from matplotlib.figure import Figure

from qcode_rl.codes import hypergraph_product
from qcode_rl.codes.named import classical_code
from qcode_rl.decoding.collection import Limits
from qcode_rl.decoding.decoders import DecoderSpec
from qcode_rl.decoding.experiments import Setup
from qcode_rl.evaluation import Subject, evaluate, plan, surface_beside
from qcode_rl.plots.error_rates import plot_error_rates
from qcode_rl.search.runner import run_search
from qcode_rl.search.spec import RunOptions, SearchSpec

#: Seeds by name, from the least to the most that there is to gain in weight.
SEEDS = ("hamming-3", "best-9-2", "reed-muller-1-3")
RATES = (5e-4, 1e-3, 2e-3, 4e-3)
#: Limits of a search in evaluations, and of sampling a code at one rate in seconds.
EVALUATIONS, SECONDS = 30_000, 20.0
DECODER = DecoderSpec.of("bposd")


def subjects_of(seed: str, evaluations: int, archive: Path) -> list[Subject]:
    """Return the product of a seed, the lighter code that a search found for it, and patches."""
    factor = classical_code(seed)
    found = factor.distance()
    assert found is not None
    heavy, d = hypergraph_product(factor), found.upper
    spec = SearchSpec(
        max_weight=6, max_degree=3, distance=d, seed_code=seed, evaluations=evaluations
    )
    records = run_search(spec, RunOptions(archive)).records
    record = min(records, key=lambda record: (record.n, record.w))
    setup = Setup(decoder=DECODER, detectors="one")
    parameters = f"[[{heavy.num_qubits},{heavy.num_logicals},{d}]]"
    name = f"seed {parameters}({heavy.max_weight},{heavy.max_degree})"
    light = Subject(record.code, f"found {record.label}", setup, d)
    patches = surface_beside(light, DecoderSpec.of("matching"))
    return [Subject(heavy, name, setup, d), light, patches]


def table(rows: list[dict[str, Any]]) -> str:
    """Return the rows as Markdown."""
    header = (
        "code",
        "n",
        "k",
        "w",
        "depth",
        "d(circuit)",
        "rounds",
        *(f"p = {p:g}" for p in RATES),
    )
    by_name: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_name.setdefault(row["name"], []).append(row)
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    for name, held in by_name.items():
        first = held[0]
        cells = [name, first["n"], first["k"], first["w"], first["depth"]]
        cells += [f"<= {first['circuit_distance']}", first["rounds"]]
        cells += [_rate(row) for row in held]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def _rate(row: dict[str, Any]) -> str:
    if row["rate"] is None:
        return "-"
    low, high = row["rate_per_round_and_logical_interval"]
    if not row["errors"]:
        return f"< {high:.1e}"
    return f"{row['rate_per_round_and_logical']:.1e} ({low:.1e} to {high:.1e})"


@click.command()
@click.option("--smoke", is_flag=True, help="A few seconds of each; nothing is written.")
def main(smoke: bool) -> None:
    """Measure, print a table, and write benchmarks/results/weight_reduction.json and .png."""
    workers = len(os.sched_getaffinity(0))
    seconds = 6.0 if smoke else SECONDS
    rows: list[dict[str, Any]] = []
    figure = Figure(figsize=(15, 4.6), layout="constrained")
    panels = figure.subplots(1, len(SEEDS), sharey=True)
    with tempfile.TemporaryDirectory() as folder:
        for seed, axes in zip(SEEDS, panels, strict=True):
            held = []
            for subject in subjects_of(seed, EVALUATIONS, Path(folder)):
                limits = Limits(1_000_000, 200, workers, seconds)
                # One rate at a time, so that a slow one leaves time for the others.
                for experiment in plan(subject, RATES):
                    held += evaluate([(subject, [experiment])], limits).rows
                click.echo(f"{subject.name}: done", err=True)
            plot_error_rates(held, axes)
            axes.set_title(f"seed {seed}")
            rows += [{"seed": seed, **row} for row in held]
    click.echo(table(rows))
    if not smoke:
        figure.savefig(common.RESULTS / "weight_reduction.png", dpi=110)
        common.save("weight_reduction", {"rates": RATES, "rows": rows})


if __name__ == "__main__":
    main()
