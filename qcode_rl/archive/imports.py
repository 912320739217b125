"""Reading code files into an archive, with nothing in them taken on trust.

Any format of `qcode_rl.codes.io` and the JSON of the public QEC challenge. Codes are checked as
they are read, distances computed here; of what a file claims, only witnesses that hold are used.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from qcode_rl.archive.claims import Claims, one_line, read_claims
from qcode_rl.archive.events import Bound, events_of
from qcode_rl.archive.fold import combine
from qcode_rl.archive.presentation import Json, QuantumCode
from qcode_rl.archive.recomputation import bounds_of, uninterrupted_distance
from qcode_rl.archive.records import CodeRecord, Provenance, text
from qcode_rl.archive.segments import encode_line
from qcode_rl.archive.store import Archive
from qcode_rl.codes import ClassicalCode, CSSCode
from qcode_rl.codes.io import read_code
from qcode_rl.codes.io.files import naming
from qcode_rl.codes.io.matrix_files import halves_of
from qcode_rl.distance import Distance
from qcode_rl.errors import InputError

#: The run that imported codes belong to.
RUN = "import"
#: What may become of a file.
IMPORTED, KNOWN, REFUSED = "imported", "already there", "refused"


@dataclass(frozen=True)
class Imported:
    """What became of a file.

    Attributes:
        path: the file.
        status: `imported`, `already there` or `refused`.
        record: its code with what is known of it, `None` if it was refused.
        reason: why it was refused, one line that begins with the file's name.
        remarks: what else there is to say, such as a claim that does not hold.
    """

    path: Path
    status: str
    record: CodeRecord | None = None
    reason: str = ""
    remarks: tuple[str, ...] = ()

    def to_json(self) -> Json:
        """Return what `archive import --json` prints of a file."""
        told = {"file": str(self.path), "status": self.status, "remarks": list(self.remarks)}
        code = self.record.summary() if self.record else None
        return {**told, "reason": self.reason or None, "code": code}


@dataclass(frozen=True)
class _Content:
    """What a file holds: a code, what is claimed of it, and what to note of where it is from."""

    code: QuantumCode
    claims: Claims
    notes: dict[str, str]


def import_files(
    archive: Archive,
    paths: Iterable[Path],
    *,
    family: str = "",
    name: str = "",
    budget: float | None = 60.0,
    on_result: Callable[[Imported], None] | None = None,
) -> list[Imported]:
    """Put the codes of files into an archive.

    Args:
        archive: the archive, which need not exist yet.
        paths: the files; each is taken or refused by itself.
        family: the family to archive them under; default: what the file names, else `css` or
            `stabilizer`.
        name: what to note as the name of the codes; default: what the file names.
        budget: seconds for the distance of each code; `None`: however long it takes.
        on_result: called after each file.

    Returns:
        What became of each file, in order.

    Raises:
        InputError: if the archive cannot be written, or a name is no printable text.
        KeyboardInterrupt: if a computation was interrupted; earlier files are archived by then.
    """
    _require_texts(family, name)
    archive.require_writable()
    importer = _Importer(archive, family, budget, {"name": name} if name else {})
    results = []
    with archive.writer(RUN) as writer:
        for path in paths:
            result, new = importer.take(path)
            if new is not None:
                writer.add(new)
            results.append(result)
            if on_result is not None:
                on_result(result)
    archive.reload()
    return results


class _Importer:
    """Decides what becomes of files; writes nothing."""

    def __init__(
        self, archive: Archive, family: str, budget: float | None, notes: dict[str, str]
    ) -> None:
        self._archive = archive
        self._family = family
        self._budget = budget
        self._notes = notes
        self._taken: dict[str, CodeRecord] = {}

    def take(self, path: Path) -> tuple[Imported, CodeRecord | None]:
        """Return what becomes of a file, and the record to write if there is anything new."""
        try:
            content = _content(path)
            with naming(path):
                held = self._held(content.code.key)
                record = self._record(content, held)
                for event in events_of(record):
                    encode_line(event)  # refuses what is too large
        except InputError as error:
            return Imported(path, REFUSED, reason=str(error)), None
        gains = _gains(record, held) if held else ()
        known = _joined(record, held) if held else record
        self._taken[record.key] = known
        remarks = (*gains, *_remarks(content.claims, known))
        result = Imported(path, KNOWN if held else IMPORTED, known, remarks=remarks)
        return result, record if gains or not held else None

    def _held(self, key: str) -> CodeRecord | None:
        if key in self._taken:
            return self._taken[key]
        try:
            return self._archive.get(key)
        except InputError:
            return None  # not there, or what is stored under this key is not this code

    def _record(self, content: _Content, held: CodeRecord | None) -> CodeRecord:
        """Return the record of a file's code, its distance computed unless one is held."""
        code, claims = content.code, content.claims
        needed = held is None or held.distance is None
        bounds = bounds_of(uninterrupted_distance(code, self._budget) if needed else None)
        distance = _combined(code.key, [*bounds, *claims.witnesses])
        kind = "css" if isinstance(code, CSSCode) else "stabilizer"
        family = self._family or claims.family or kind
        source = Provenance.now(run=RUN, notes={**claims.notes, **content.notes, **self._notes})
        return CodeRecord.of(code, distance, source, family)


def _content(path: Path) -> _Content:
    code = read_code(path)
    suffix = path.suffix.lower()
    paired = suffix in (".alist", ".mtx") and isinstance(code, CSSCode)
    files = halves_of(path) if paired else (path,)
    with naming(path):
        if isinstance(code, ClassicalCode):
            raise InputError(f"must hold a quantum code, got {code!r}")
        claims = _claims(path, code)
        notes = {
            "file": one_line(" ".join(file.name for file in files)),
            "sha256": " ".join(map(_sha256, files)),
        }
    return _Content(code, claims, notes)


def _claims(path: Path, code: QuantumCode) -> Claims:
    """Return what a file claims if it is of the challenge, which alone claims anything."""
    if path.suffix.lower() != ".json" or not isinstance(code, CSSCode):
        return Claims()
    try:
        document = json.loads(path.read_text("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError("must stay as it is while it is read") from error  # it was JSON before
    # Other JSON keeps no checks by Pauli type in an object.
    if not isinstance(document, dict) or not isinstance(document.get("checks"), dict):
        return Claims()
    return read_claims(document, code)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _combined(key: str, bounds: Iterable[Bound]) -> Distance | None:
    distance, conflicts = combine(key, bounds)
    if conflicts:
        raise InputError(str(conflicts[0]))
    return distance


def _joined(record: CodeRecord, held: CodeRecord) -> CodeRecord:
    """Return the one of two records of a code with the lighter checks, with the bounds of both."""
    best = min(held, record, key=lambda one: (one.w, one.q))
    bounds = [*bounds_of(held.distance), *bounds_of(record.distance)]
    return replace(best, distance=combine(record.key, bounds)[0])


def _gains(record: CodeRecord, held: CodeRecord) -> tuple[str, ...]:
    """Return what a record of a code adds to the one that is held."""
    gains = []
    if (record.w, record.q) < (held.w, held.q):
        gains.append(f"its lighter checks are kept: w={record.w} q={record.q}")
    for name, new, old in zip(("d", "dx", "dz"), _parts(record), _parts(held), strict=True):
        if new and (old is None or new.upper < old.upper):
            gains.append(f"its lighter witness is kept: {name} <= {new.upper}")
    return tuple(gains)


def _parts(record: CodeRecord) -> tuple[Distance | None, ...]:
    distance = record.distance
    return (distance, distance.dx, distance.dz) if distance else (None, None, None)


def _remarks(claims: Claims, record: CodeRecord) -> tuple[str, ...]:
    """Return which values that a file calls exact are not what is known here."""
    remarks = []
    _, *parts = _parts(record)
    for pauli, part in zip("XZ", parts, strict=True):
        value = claims.exact.get(pauli)
        if value is not None and part is not None and not (part.exact and part.upper == value):
            remarks.append(f"claims d{pauli.lower()} = {value}, found here: {part}")
    return tuple(remarks)


def _require_texts(family: str, name: str) -> None:
    for label, value in (("family", family), ("name", name)):
        try:
            text(value, label)
        except ValueError as error:
            raise InputError(str(error)) from error
