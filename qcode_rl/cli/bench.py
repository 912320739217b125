"""`qcode-rl bench`: the benchmark programs of a checkout."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import click

from qcode_rl.cli.output import examples
from qcode_rl.errors import InputError

#: Name of a benchmark: file under benchmarks/, and what it measures.
PROGRAMS = {
    "kernels": ("environment.py", "steps per second of the environment's kernel"),
    "training": ("training.py", "PPO end to end against the bare rate of its network"),
    "gpu": ("gpu.py", "training on CUDA beside the CPU, and the time to a proved code"),
    "sizes": ("network_sizes.py", "evaluations and seconds per success of networks by size"),
    "sweep": ("sweep.py", "what a sweep costs beyond its searches, and its status"),
    "latency": ("latency.py", "ranks and proved distances against their targets"),
    "memory": ("memory.py", "the resident set of an hour of searching"),
    "archive": ("archive.py", "100,000 codes: the index, Pareto sets, merging"),
    "known": ("known_codes.py", "published codes: distances against what is recorded"),
    "hgp30": ("hgp30.py", "the tables of He & Liu, arXiv:2502.14372, with our agent"),
    "families": ("families.py", "how long until small codes of each family are found and proved"),
    "small-codes": (
        "small_codes.py",
        "the smallest codes with light checks, ours beside what is known",
    ),
    "weight-reduction": (
        "weight_reduction.py",
        "found codes, their seeds and surface codes under circuit noise",
    ),
    "distance": ("distance.py", "proved distances against the peers that are installed"),
    "decoding": ("decoding.py", "shots per second within sinter against ldpc's own decoders"),
    "reward": (
        "logical_error_reward.py",
        "codes that the logical-error reward finds beside shaped",
    ),
}


@click.command(
    context_settings={"ignore_unknown_options": True},
    epilog=examples("qcode-rl bench distance", "qcode-rl bench training --repeats 5"),
)
@click.argument("name", type=click.Choice(list(PROGRAMS)))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(name: str, arguments: tuple[str, ...]) -> None:
    """Run a benchmark and write its results to benchmarks/results/.

    Benchmarks belong to a checkout of the sources: run this from inside one.
    """
    program = _folder() / PROGRAMS[name][0]
    # The programs import what they share from their own folder.
    sys.path.insert(0, str(program.parent))
    sys.argv = [str(program), *arguments]
    runpy.run_path(str(program), run_name="__main__")


def _folder() -> Path:
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "benchmarks" / "common.py").is_file():
            return folder / "benchmarks"
    raise InputError(f"bench: no benchmarks folder in {here} or above; run it inside a checkout")
