"""The index: what the fold made of the segments, kept for the next question.

It is derived and disposable: made at the first question, brought up to date where segments were
added or grew, made anew where they changed otherwise or where anything is wrong with it. Where no
file can be kept, the same database is made in memory.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

from qcode_rl.archive.index_file import identity, open_sealed, places, replace
from qcode_rl.archive.index_state import Stat, is_same, look, seen
from qcode_rl.archive.listing import POINT, Conflict, Listing
from qcode_rl.archive.segments import Damage

if TYPE_CHECKING:
    from qcode_rl.archive.reading import Place

_COLUMNS = ", ".join(Listing._fields)
_LOG = logging.getLogger(__name__)
#: Archives of which it was said that no index can be kept: once is enough.
_said: set[Path] = set()


class Index:
    """The index of an archive as it is now; it does not change any more.

    Args:
        archive: the archive's folder, which need not exist.
    """

    def __init__(self, archive: Path) -> None:
        self._folder = archive / "segments"
        found = look(self._folder)
        self._connection = _connect(archive, found) if found else None
        self._order = {name: place for place, name in enumerate(found)}
        if self._connection is not None:
            weakref.finalize(self, self._connection.close)

    def listing(self) -> list[Listing]:
        """Return what lists show of each code, sorted by key."""
        return list(map(Listing._make, self._ask(f"SELECT {_COLUMNS} FROM listing ORDER BY key")))

    def points(self) -> list[Listing]:
        """Return the first listing by key of each (n, k, d, w, q), sorted by key."""
        firsts = f"SELECT min(key) FROM listing GROUP BY {', '.join(POINT)}"
        question = f"SELECT {_COLUMNS} FROM listing WHERE key IN ({firsts}) ORDER BY key"
        return list(map(Listing._make, self._ask(question)))

    def keys(self, prefix: str) -> list[str]:
        """Return the keys of the codes that begin with a prefix, sorted."""
        question = "SELECT key FROM listing WHERE substr(key, 1, ?) = ? ORDER BY key"
        return [key for (key,) in self._ask(question, len(prefix), prefix)]

    def places(self, key: str) -> list[Place]:
        """Return where the events of a code are, in the order of reading."""
        from qcode_rl.archive.reading import Place

        rows = self._ask(
            "SELECT name, line, start, length, event FROM events JOIN segments "
            "ON segment = segments.id WHERE key = ?",
            key,
        )
        return [
            Place(self._path(name), line, start, length, event)
            for name, line, start, length, event in sorted(rows, key=self._by_place)
        ]

    def damage(self) -> list[Damage]:
        """Return what cannot be used, as `Archive.damage` does."""
        notes = self._ask(
            "SELECT name, line, text FROM notes JOIN segments ON segment = segments.id "
            "WHERE kind != 'conflict' ORDER BY kind, key, notes.rowid"  # bounds before counts
        )
        return [*self._damaged(torn=False), *(Damage(self._path(a), b, c) for a, b, c in notes)]

    def torn(self) -> list[Damage]:
        """Return last lines without an end."""
        return self._damaged(torn=True)

    def conflicts(self) -> list[Conflict]:
        """Return bounds that contradict each other, by key."""
        rows = self._ask("SELECT key, text FROM notes WHERE kind = 'conflict' ORDER BY key, rowid")
        found = []
        for key, text in rows:
            pauli, lower, upper, methods = json.loads(text)
            found.append(Conflict(key, pauli, lower, upper, (methods[0], methods[1])))
        return found

    def events(self) -> list[tuple[bytes, str, str, str]]:
        """Return the segment, the kind, the key and the id of all events."""
        return self._ask(
            "SELECT name, kind, key, event FROM events JOIN segments ON segment = segments.id"
        )

    def _damaged(self, torn: bool) -> list[Damage]:
        rows = self._ask(
            "SELECT name, line, text FROM damage JOIN segments ON segment = segments.id "
            "WHERE torn = ? ORDER BY damage.rowid",
            torn,
        )
        # Stable, so that a line's faults stay in their order.
        rows.sort(key=self._by_place)
        return [Damage(self._path(name), line, text, torn) for name, line, text in rows]

    def _by_place(self, row: tuple[bytes, int]) -> tuple[int, int]:
        return self._order[row[0]], row[1]

    def _path(self, name: bytes) -> Path:
        return self._folder / os.fsdecode(name)

    def _ask(self, question: str, *values: object) -> list[tuple]:  # type: ignore[type-arg]
        if self._connection is None:
            return []
        return self._connection.execute(question, values).fetchall()


def _connect(archive: Path, found: dict[bytes, Stat]) -> sqlite3.Connection:
    """Open an index that knows the segments as they are; make one if there is none."""
    owner = identity(archive)
    choices = places(archive)
    base = None
    for place in choices:
        held = open_sealed(place, owner)
        if held is not None and _is_current(held, archive, found):
            return held
        base = base or held
    from qcode_rl.archive.index_build import update

    def fill(draft: sqlite3.Connection) -> None:
        update(draft, archive / "segments", found, owner)

    reason = ""
    for place in choices:
        try:
            return replace(place, base, owner, fill)
        except (OSError, sqlite3.Error) as error:
            reason = reason or str(error)
    if archive not in _said:
        _said.add(archive)
        _LOG.warning("%s: no index can be kept, all is read at each start: %s", archive, reason)
    memory = sqlite3.connect(":memory:", check_same_thread=False)
    if base is not None:
        base.backup(memory)
    fill(memory)
    return memory


def _is_current(held: sqlite3.Connection, archive: Path, found: dict[bytes, Stat]) -> bool:
    known = seen(held)
    if known.keys() != found.keys():
        return False
    folder = archive / "segments"
    return all(
        is_same(folder / os.fsdecode(name), stat, known[name]) for name, stat in found.items()
    )
