"""The `qcode-rl` command: its verbs, and how errors end."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from qcode_rl import __version__
from qcode_rl.cli.archive import archive
from qcode_rl.cli.bench import bench
from qcode_rl.cli.compare import compare
from qcode_rl.cli.distance import distance
from qcode_rl.cli.evaluate import evaluate
from qcode_rl.cli.output import examples
from qcode_rl.cli.pretrain import pretrain
from qcode_rl.cli.search import search
from qcode_rl.cli.sweep import sweep
from qcode_rl.errors import InputError

#: Exit statuses (0: done).
FAILED, WRONG_USAGE, UNANSWERED, INTERRUPTED = 1, 2, 3, 130


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        "qcode-rl search --max-weight 6 --distance 9",
        "qcode-rl distance code.npz",
        "qcode-rl evaluate KEY --noise 1e-3,2e-3",
        "qcode-rl archive list",
        "qcode-rl archive export KEY --format npz",
        "qcode-rl sweep run search_runs/smoke.toml",
    ),
)
@click.version_option(__version__, prog_name="qcode-rl")
def group() -> None:
    """Discover quantum error-correcting codes of low check weight, and prove what was found.

    Exit status: 0 done, 1 failed on the way (a decoder, say), 2 wrong usage or bad input, 3 no
    answer within the budget, 4 `archive verify` found a discrepancy, 130 interrupted.
    """


group.add_command(search)
group.add_command(distance)
group.add_command(evaluate)
group.add_command(archive)
group.add_command(sweep)
group.add_command(compare)
group.add_command(bench)
group.add_command(pretrain)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its status.

    Args:
        argv: arguments after the program's name; default: those of the process.
    """
    sys.exit(run(sys.argv[1:] if argv is None else argv))


def run(argv: Sequence[str]) -> int:
    """Run the command line and return its exit status; errors become one line on stderr."""
    try:
        status = group.main(list(argv), prog_name="qcode-rl", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        return _refuse(error.format_message())
    except InputError as error:
        return _refuse(str(error))
    return status if isinstance(status, int) else 0


def _refuse(message: str) -> int:
    click.echo("error: " + " ".join(message.split()), err=True)
    return WRONG_USAGE
