"""Options that several verbs share."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from qcode_rl.cli.files import require_plot
from qcode_rl.errors import InputError

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}

archive_option = click.option(
    "--archive",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The archive. Default: $QCODE_ARCHIVE, else search_runs/results/archive inside a "
    "checkout, else ~/.local/share/qcode-rl/archive.",
)
device_option = click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
    help="What the network is computed on; auto: CUDA if torch finds it and the spec's "
    "agent.num_envs is at least 1000, else the CPU.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def plot_option(text: str) -> Callable[[Any], Any]:
    """Return the option `--plot`, which refuses at once what could not be drawn or written.

    Args:
        text: what is plotted.
    """

    def check(_context: Any, _option: Any, value: Path | None) -> Path | None:
        require_plot(value)
        return value

    return click.option(
        "--plot",
        callback=check,
        type=click.Path(path_type=Path),
        metavar="FILE.png|svg",
        help=f"Plot {text}; needs matplotlib (qcode-rl[plots]).",
    )


def duration_option(flag: str, text: str, default: str | None = None) -> Callable[[Any], Any]:
    """Return an option that takes a time and gives the function `seconds`.

    Args:
        flag: its name, as `--time`.
        text: its help.
        default: its default, as text.
    """

    def parse(_context: Any, _option: Any, value: str | None) -> float | None:
        if value is None:
            return None
        match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+)([smhd]?)", value.strip())
        seconds = float(match[1]) * _UNITS[match[2]] if match else 0.0
        if not 0 < seconds < float("inf"):
            rule = "must be a positive time such as 90s, 3m or 1.5h"
            raise InputError(f"{flag}: {rule}, got {value!r}")
        return seconds

    return click.option(flag, "seconds", callback=parse, metavar="TIME", help=text, default=default)
