"""The same code under several keys: codes of an archive that differ in the numbering of qubits."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qcode_rl.archive.records import CodeRecord

if TYPE_CHECKING:
    from qcode_rl.archive.store import Archive
    from qcode_rl.identity import Equivalence


@dataclass(frozen=True)
class Double:
    """A code of an archive beside another one of equal n and k.

    Attributes:
        key: the other code's key.
        equivalence: the map that makes it of the first one, checked; `None` if the budget allowed
            no answer.
    """

    key: str
    equivalence: "Equivalence | None"


def doubles_of(archive: "Archive", record: CodeRecord) -> list[Double]:
    """Return the codes of an archive that are a code under another numbering of its qubits.

    Args:
        archive: the archive.
        record: one of its records.

    Returns:
        Those that are proved to be the same code, with certificates, and those that could not be
        told apart from it, without.
    """
    from qcode_rl.identity import UndecidedError, equivalence

    found = []
    for other in archive.records():
        if other.key == record.key or (other.n, other.k) != (record.n, record.k):
            continue
        try:
            certificate = equivalence(record.code, other.code)
        except UndecidedError:
            found.append(Double(other.key, None))
            continue
        if certificate is not None:
            found.append(Double(other.key, certificate))
    return found
