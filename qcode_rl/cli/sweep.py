"""`qcode-rl sweep`: many searches as one."""

from __future__ import annotations

import click

from qcode_rl.cli.output import examples
from qcode_rl.cli.sweep_run import retry, run
from qcode_rl.cli.sweep_status import status


@click.group(
    epilog=examples(
        "qcode-rl sweep run search_runs/smoke.toml",
        "qcode-rl sweep run search_runs/hgp30.toml --executor slurm --archive /shared/archive",
        "qcode-rl sweep status search_runs/hgp30.toml --watch --archive /shared/archive",
        "qcode-rl sweep retry search_runs/hgp30.toml --archive /shared/archive",
    )
)
def sweep() -> None:
    """Run many searches, here or on a cluster, into one archive.

    A sweep file is TOML: what all searches share is the table spec, with the names of a spec file
    (or spec = "first.toml"), and what varies are axes:

    \b
      seeds = 3                        how many, or a list of them
      time = "10m"                     most that a point may take
      [spec]                           max_weight = 6, evaluations = 50000, ...
      [grid]                           every combination: distance = [4, 5, 6]
      [[zip]]                          side by side: max_weight = [6, 8], max_degree = [3, 4]
      [[list]]                         single points: logicals = 4, distance = 9
      [slurm]                          partition, time (minutes), cpus_per_task, mem, setup, ...

    Nested settings have dotted names ("agent.width" = [16, 24]). Each point is one search, known by
    the key of its spec: what the archive has finished is never run again, so that the same command
    line resumes a sweep, whatever became of it.
    """  # noqa: D301  (click wants a backspace)


sweep.add_command(run)
sweep.add_command(retry)
sweep.add_command(status)
