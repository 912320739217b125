"""`qcode-rl pretrain`: train the policy that searches start from."""

from __future__ import annotations

from pathlib import Path

import click

from qcode_rl.cli.options import device_option
from qcode_rl.cli.output import examples


@click.command(
    epilog=examples(
        "qcode-rl pretrain search_runs/pretrain.toml --out products.safetensors",
        "qcode-rl pretrain search_runs/pretrain_families.toml --out policy.safetensors",
    )
)
@click.argument("spec_file", metavar="FILE.toml", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="Where the weights go (safetensors); also written now and then during training.",
)
@device_option
def pretrain(spec_file: Path, out: Path, device: str) -> None:
    """Train one policy over many targets, as FILE.toml says.

    The shipped policy was made by the examples below, one going on from the other; its spec is also
    in the weights' metadata. A line a slice goes to stderr: steps so far, requests met, evaluations
    for each.
    """
    from qcode_rl.errors import InputError
    from qcode_rl.search.pretraining import SliceReport, pretraining_spec
    from qcode_rl.search.pretraining import pretrain as train
    from qcode_rl.toml import read_toml

    spec = pretraining_spec(read_toml(spec_file))
    if not out.parent.is_dir():
        raise InputError(f"--out: its folder must exist, got {str(out)!r}")

    def tell(report: SliceReport) -> None:
        click.echo(
            f"slice {report.index + 1} of {spec.slices}  {report.seconds:.0f} s  "
            f"{report.steps:,} steps  group {report.group}  {report.successes} met, "
            f"{report.evaluations_per_success:.1f} evaluations each",
            err=True,
        )

    train(spec, out, device, tell)
