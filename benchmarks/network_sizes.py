"""Which size of network costs least for a success: the default is the one this table favours.

Run: qcode-rl bench sizes [--slices 40] [--targets 12]    (writes results/network_sizes.json)

Every size is trained anew, from the spec of the shipped policy with fewer slices, and then acts on
held-out targets as it is. For each: reward evaluations and seconds per success (those of all runs,
the ones that failed too, over the number of successes), as geometric means over the targets.
Targets that some size never meets are left out of all means, and counted.
"""

import argparse
import math
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from common import save
from safetensors.torch import load_file

from qcode_rl.edits.rewired_product import BIT_FEATURES, CHECK_FEATURES, GLOBAL_FEATURES, LEVELS
from qcode_rl.search.acting import act
from qcode_rl.search.agent.graphs import GraphLayout
from qcode_rl.search.agent.network import TannerNetwork
from qcode_rl.search.pretraining import PretrainingSpec, SliceReport, pretrain, pretraining_spec
from qcode_rl.search.targets import Target, prove_met, read_targets
from qcode_rl.toml import read_toml

SPEC = Path(__file__).parents[1] / "search_runs" / "pretrain.toml"
#: (width, rounds)
SIZES = ((16, 2), (24, 2), (32, 2), (24, 3))
_PREFIX = "network."


def train(width: int, rounds: int, slices: int) -> tuple[TannerNetwork, float]:
    """Return a network of a size, trained as the shipped one in so many slices, and the seconds."""
    spec: PretrainingSpec = pretraining_spec(read_toml(SPEC))
    spec = replace(spec, slices=slices, agent=replace(spec.agent, width=width, rounds=rounds))

    def tell(report: SliceReport) -> None:
        if report.index % 10 == 9:
            print(f"  slice {report.index + 1} of {slices}: {report.seconds:.0f} s", flush=True)

    started = time.perf_counter()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "policy.safetensors"
        pretrain(spec, path, "cpu", tell)
        weights = load_file(path)
    seconds = time.perf_counter() - started
    layout = GraphLayout(CHECK_FEATURES, BIT_FEATURES, GLOBAL_FEATURES)
    network = TannerNetwork(layout, (f"check*{LEVELS}", "stop"), width, rounds)
    network.load_state_dict({name.removeprefix(_PREFIX): w for name, w in weights.items()})
    return network, seconds


def measure(
    network: TannerNetwork, target: Target, runs: int, budget: int, episode: int
) -> dict[str, Any]:
    """Return what a network's runs on a target cost for each success."""
    done = act(network, target.task, range(runs), budget, episode)
    for run in done:
        if run.success:
            prove_met(target, run.checks)
    met = sum(run.success for run in done)
    row: dict[str, Any] = {"target": str(target), "runs": runs, "met": met}
    if met:
        row["evaluations_per_success"] = round(sum(run.evaluations for run in done) / met, 2)
        row["seconds_per_success"] = float(f"{sum(run.seconds for run in done) / met:.4g}")
    return row


def spread_out(targets: list[Target], count: int) -> list[Target]:
    """Return so many targets, evenly from the first to the last."""
    steps = max(1, min(count, len(targets)) - 1)
    indices = {round(i * (len(targets) - 1) / steps) for i in range(min(count, len(targets)))}
    return [targets[i] for i in sorted(indices)]


def summarize(rows: list[dict[str, Any]]) -> None:
    """Add the geometric means over the targets that every size has met."""
    every = range(len(rows[0]["targets"]))
    shared = [i for i in every if all(row["targets"][i]["met"] for row in rows)]
    for row in rows:
        row["met"] = sum(one["met"] for one in row["targets"])
        row["targets_in_means"] = len(shared)
        for name in ("evaluations_per_success", "seconds_per_success"):
            values = [math.log(row["targets"][i][name]) for i in shared]
            mean = math.exp(sum(values) / len(values)) if values else None
            row[name] = None if mean is None else float(f"{mean:.4g}")


def print_table(rows: list[dict[str, Any]]) -> None:
    print("width  rounds  weights  training, s   met  evaluations/success  seconds/success")
    for row in rows:
        print(
            f"{row['width']:5}  {row['rounds']:6}  {row['parameters']:7}  "
            f"{row['training_seconds']:11.0f}  {row['met']:4}  "
            f"{row['evaluations_per_success'] or '-':>19}  {row['seconds_per_success'] or '-':>15}"
        )


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--slices", type=int, default=40, help="of training, for every size")
    parser.add_argument("--targets", type=int, default=12, help="how many held-out targets")
    parser.add_argument("--runs", type=int, default=32, help="on each target")
    parser.add_argument("--budget", type=int, default=2000, help="most evaluations of a run")
    arguments = parser.parse_args(argv)
    torch.set_num_threads(1)
    targets = spread_out(read_targets(), arguments.targets)
    networks, rows = [], []
    for width, rounds in SIZES:
        print(f"training width {width}, {rounds} rounds", flush=True)
        network, seconds = train(width, rounds, arguments.slices)
        parameters = sum(weight.numel() for weight in network.parameters())
        networks.append(network)
        rows.append(
            {
                "width": width,
                "rounds": rounds,
                "parameters": parameters,
                "training_seconds": round(seconds, 1),
                "targets": [],
            }
        )
    episode = pretraining_spec(read_toml(SPEC)).agent.episode
    for target in targets:
        print(f"acting on {target}", flush=True)
        # The sizes take turns, so that a busy machine slows all of them alike.
        for network, row in zip(networks, rows, strict=True):
            cost = measure(network, target, arguments.runs, arguments.budget, episode)
            row["targets"].append(cost)
    summarize(rows)
    print_table(rows)
    save("network_sizes", vars(arguments) | {"rows": rows})


if __name__ == "__main__":
    main()
