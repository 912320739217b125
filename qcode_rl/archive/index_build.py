"""Bringing an index up to date: reading what is new, and folding the codes that it is about."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qcode_rl.archive.index_rows import Row, folded, understand
from qcode_rl.archive.index_state import (
    Seen,
    Stat,
    digest_of,
    ends_with_newline,
    has_grown,
    is_same,
    now_ns,
    seen,
)
from qcode_rl.archive.listing import POINT, Listing
from qcode_rl.archive.segments import Damage, Line, scan_segment

#: How many rows are handed over at once.
_BATCH = 2000
_TABLES = f"""
CREATE TABLE meta (owner TEXT NOT NULL);
CREATE TABLE segments (
    id INTEGER PRIMARY KEY, name BLOB UNIQUE, size INTEGER, modified INTEGER, changed INTEGER,
    inode INTEGER, read INTEGER, lines INTEGER, digest BLOB, whole INTEGER
);
CREATE TABLE events (
    key TEXT, segment INTEGER, line INTEGER, start INTEGER, length INTEGER, kind TEXT, event TEXT,
    facts TEXT, PRIMARY KEY (key, segment, line)
) WITHOUT ROWID;
CREATE TABLE damage (segment INTEGER, line INTEGER, torn INTEGER, text TEXT);
CREATE TABLE listing ({", ".join(Listing._fields)}, PRIMARY KEY (key)) WITHOUT ROWID;
CREATE INDEX points ON listing ({", ".join(POINT)}, key);
CREATE TABLE notes (key TEXT, kind TEXT, segment INTEGER, line INTEGER, text TEXT);
CREATE INDEX notes_by_key ON notes (key);
"""


def update(
    connection: sqlite3.Connection, folder: Path, found: dict[bytes, Stat], owner: str
) -> None:
    """Make an index know the segments as they are.

    Args:
        connection: the index, or an empty database.
        folder: the folder of the segments.
        found: the segments, in the order of reading.
        owner: the index's identity.
    """
    if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        connection.executescript(_TABLES)
        connection.execute("INSERT INTO meta VALUES (?)", (owner,))
    _Update(connection, folder).run(found)
    connection.commit()


class _Update:
    """One update; `touched` are the keys of codes that it must fold again."""

    def __init__(self, connection: sqlite3.Connection, folder: Path) -> None:
        self.connection = connection
        self.folder = folder
        self.touched: set[str] = set()

    def run(self, found: dict[bytes, Stat]) -> None:
        """Read what is new of the segments found, and fold the codes that it is about."""
        known = seen(self.connection)
        for name in known.keys() - found.keys():
            self._forget(known[name])
        for name, stat in found.items():
            path = self.folder / os.fsdecode(name)
            before = known.get(name)
            if before is not None and is_same(path, stat, before):
                continue
            if before is not None and not has_grown(path, stat, before):
                self._forget(before)
                before = None
            self._read(name, path, stat, before)
        self._fold(found)

    def _forget(self, segment: Seen) -> None:
        """Drop all that a segment said; the notes on its codes go when these are folded again."""
        number = (segment.id,)
        keys = self.connection.execute("SELECT key FROM events WHERE segment = ?", number)
        self.touched.update(key for (key,) in keys)
        for table, column in (("events", "segment"), ("damage", "segment"), ("segments", "id")):
            self.connection.execute(f"DELETE FROM {table} WHERE {column} = ?", number)

    def _read(self, name: bytes, path: Path, stat: Stat, before: Seen | None) -> None:
        """Read a segment, or what is new in it, up to the size that it was found with."""
        number = before.id if before else self._new_number()
        begin, lines = (before.stat.size, before.lines) if before else (0, 0)
        rows, damage = [], []
        for line in scan_segment(path, begin, lines + 1, stat.size):
            lines = max(lines, line.line if isinstance(line, Damage) else line.number)
            event = understand(path, line)
            if isinstance(event, Damage):
                damage.append((number, event.line, event.torn, event.reason))
            elif event is not None and isinstance(line, Line):
                self.touched.add(event.key)
                place = (number, line.number, line.offset, line.length)
                rows.append((event.key, *place, event.kind, line.id, event.facts))
            if len(rows) >= _BATCH:
                self._insert("events", rows)
                rows = []
        self._insert("events", rows)
        self._insert("damage", damage)
        digest, whole = digest_of(path, stat.size), ends_with_newline(path, stat.size)
        row = (number, name, *stat, now_ns(), lines, digest, whole)
        self._insert("segments", [row])

    def _new_number(self) -> int:
        (largest,) = self.connection.execute("SELECT max(id) FROM segments").fetchone()
        return (largest or 0) + 1

    def _insert(self, table: str, rows: list[Any]) -> None:
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            self.connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", rows)

    def _fold(self, found: dict[bytes, Stat]) -> None:
        order = {name: place for place, name in enumerate(found)}
        names = dict(self.connection.execute("SELECT id, name FROM segments"))
        ranks = {number: order[name] for number, name in names.items()}
        paths = {number: self.folder / os.fsdecode(name) for number, name in names.items()}
        listings, notes = [], []
        for key in sorted(self.touched):
            rows = [Row(*row) for row in self._rows(key)]
            rows.sort(key=lambda row: (ranks[row.segment], row.line))
            listing, said = folded(key, rows, paths)
            listings += listing
            notes += said
        gone = [(key,) for key in self.touched]
        self.connection.executemany("DELETE FROM listing WHERE key = ?", gone)
        self.connection.executemany("DELETE FROM notes WHERE key = ?", gone)
        self._insert("listing", listings)
        numbers = {path: number for number, path in paths.items()}
        self._insert("notes", [(*note[:2], numbers.get(note[2]), *note[3:]) for note in notes])

    def _rows(self, key: str) -> Iterator[Any]:
        return self.connection.execute(
            "SELECT segment, line, kind, event, facts FROM events WHERE key = ?", (key,)
        )
