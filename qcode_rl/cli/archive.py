"""`qcode-rl archive`: look at codes, those found and those known. Each verb has its own module."""

from __future__ import annotations

import click

from qcode_rl.cli.archive_browse import browse_command
from qcode_rl.cli.archive_export import export_command
from qcode_rl.cli.archive_import import import_command
from qcode_rl.cli.archive_known import known_command
from qcode_rl.cli.archive_list import list_command
from qcode_rl.cli.archive_merge import merge_command
from qcode_rl.cli.archive_show import show_command
from qcode_rl.cli.archive_verify import verify_command


@click.group()
def archive() -> None:
    """Look at the codes that searches have found, and at those that others have published."""


archive.add_command(list_command)
archive.add_command(browse_command)
archive.add_command(show_command)
archive.add_command(known_command)
archive.add_command(export_command)
archive.add_command(import_command)
archive.add_command(merge_command)
archive.add_command(verify_command)
