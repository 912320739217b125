"""The archive that ships with the package: codes to look at before any search has run."""

from pathlib import Path
from typing import NoReturn

from qcode_rl.archive.store import Archive
from qcode_rl.errors import InputError

_FOLDER = Path(__file__).parent / "data" / "example"
_RULE = "archive: the example is for reading only; give a folder of your own to write to"


class ExampleArchive(Archive):
    """The example, which nothing can be added to: it belongs to the package."""

    def writer(self, run: str) -> NoReturn:
        """Refuse to write.

        Raises:
            InputError: always.
        """
        raise InputError(_RULE)

    def require_writable(self) -> None:
        """Refuse to write.

        Raises:
            InputError: always.
        """
        raise InputError(_RULE)


def example() -> Archive:
    """Return a small archive that ships with the package, for reading only.

    It holds codes that short searches found, with their proofs and witnesses, some codes by name,
    and counts of logical errors; `benchmarks/example_archive.py` made it.

    Returns:
        The archive, of some thirty codes.

    Example:
        >>> sorted({record.family for record in example().records()})[:2]
        ['bicycle', 'five-qubit']
    """
    return ExampleArchive(_FOLDER)
