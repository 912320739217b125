"""`qcode-rl archive merge`: bring the findings of other archives into one."""

from __future__ import annotations

from pathlib import Path

import click

from qcode_rl.cli.options import archive_option, json_option
from qcode_rl.cli.output import examples, print_json, print_out

#: How many damaged lines are named.
MAX_NAMED = 10


@click.command(
    "merge",
    epilog=examples(
        "qcode-rl archive merge /cluster/archive",
        "qcode-rl archive merge run1/archive run2/archive --archive all",
    ),
)
@click.argument(
    "others", nargs=-1, required=True, metavar="DIR...", type=click.Path(path_type=Path)
)
@json_option
@archive_option
def merge_command(others: tuple[Path, ...], as_json: bool, folder: Path | None) -> None:
    """Copy what the archives DIR... hold into the archive.

    The archive is made if there is none. Nothing of the others changes. What is held already counts
    once, so merging again, or in another order, gives the same; searches may go on meanwhile, and
    what they add later is for the next merge. Damaged segments are copied as they are, and named.
    """
    from qcode_rl.archive import Archive, default_archive_path

    target = Archive(folder or default_archive_path())
    merged = target.merge(*others)
    for damage in merged.damage[:MAX_NAMED]:
        click.echo(f"warning: damaged, passed over: {damage}", err=True)
    if len(merged.damage) > MAX_NAMED:
        click.echo(f"warning: and {len(merged.damage) - MAX_NAMED} more such lines", err=True)
    if as_json:
        print_json({"archive": str(target.path), **merged.to_json()})
        return
    print_out(
        f"{target.path}: {merged.codes} codes, {merged.evidence} evidence, {merged.counts} counts "
        f"new; {len(merged.copied)} segments copied, {merged.held} held already"
    )
