"""The command line: one file a verb, each thin; heavy imports happen where they are used."""

from qcode_rl.cli.main import main

__all__ = ["main"]
