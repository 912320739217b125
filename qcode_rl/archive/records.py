"""What the archive holds about a code: its presentation, its distance, where it came from."""

import re
import sys
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache, cached_property, lru_cache
from importlib import metadata
from typing import Any

from qcode_rl.archive.presentation import (
    Json,
    Presentation,
    QuantumCode,
    StabilizerChecks,
    present,
)
from qcode_rl.distance import Distance
from qcode_rl.errors import InputError

#: Longest text (run, family, method, version, ...) that an event may hold.
MAX_TEXT = 200
#: Most versions that a provenance may list.
MAX_VERSIONS = 50
#: Most notes of a provenance, and the longest text of one.
MAX_NOTES, MAX_NOTE = 20, 2000
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_VERSIONED = ("qcode-rl", "numpy", "numba", "torch")


@dataclass(frozen=True)
class Provenance:
    """Where a code came from.

    Attributes:
        spec_key: key of the `SearchSpec` of the run that found it, "" if there was none.
        run: name of that run.
        seed: its random seed.
        evaluations: how many reward evaluations it had made by then.
        versions: version by name, of what decides the result.
        created: when it was archived, `YYYY-MM-DDThh:mm:ssZ` (UTC).
        notes: text by name on a code that no search found, such as the file that it was read from
            and its authors. Nothing depends on them.
    """

    spec_key: str = ""
    run: str = ""
    seed: int | None = None
    evaluations: int | None = None
    versions: dict[str, str] = field(default_factory=dict, hash=False)
    created: str = "1970-01-01T00:00:00Z"
    notes: dict[str, str] = field(default_factory=dict, hash=False)

    @classmethod
    def now(
        cls,
        spec_key: str = "",
        run: str = "",
        seed: int | None = None,
        evaluations: int | None = None,
        notes: dict[str, str] | None = None,
    ) -> "Provenance":
        """Return a provenance with this moment and the versions installed here.

        Args:
            spec_key: key of the search specification.
            run: name of the run.
            seed: random seed.
            evaluations: reward evaluations made so far.
            notes: text by name; see `Provenance`.

        Returns:
            The provenance.
        """
        created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        versions = dict(_installed_versions())
        return cls(spec_key, run, seed, evaluations, versions, created, notes or {})

    def to_json(self) -> Json:
        """Return the attributes as a plain dictionary, without `notes` if there are none."""
        # Events that tell the same are the same: an empty member would make new ones of old.
        return {name: value for name, value in asdict(self).items() if name != "notes" or value}

    @classmethod
    def from_json(cls, value: Any) -> "Provenance":
        """Read a provenance back.

        Args:
            value: what `to_json` made, or anything at all.

        Returns:
            The provenance; fields of later versions are passed over.

        Raises:
            ValueError: naming the field that is not what it should be.
        """
        if not isinstance(value, dict):
            raise ValueError("provenance: must be an object")
        versions = value.get("versions")
        if not isinstance(versions, dict) or len(versions) > MAX_VERSIONS:
            raise ValueError(f"versions: must be an object of at most {MAX_VERSIONS} entries")
        try:
            pairs = dict(_pairs(*versions.items()))
        except TypeError as error:  # something that cannot be looked up, hence no text
            raise ValueError("versions: must be an object of texts") from error
        created = text(value.get("created"), "created")
        if not _TIME.fullmatch(created):
            raise ValueError("created: must be a time such as 2026-01-31T12:00:00Z")
        datetime.fromisoformat(created)
        return cls(
            text(value.get("spec_key"), "spec_key"),
            text(value.get("run"), "run"),
            _count(value.get("seed"), "seed"),
            _count(value.get("evaluations"), "evaluations"),
            pairs,
            created,
            _notes(value.get("notes", {})),
        )


@dataclass(frozen=True)
class CodeRecord:
    """A code with what is known of it. Make one with `CodeRecord.of`.

    n, k, w and q are always computed from the stored checks. `key` and the witness of `distance`
    are recomputed when the matrices are built: by `code`, `Archive.get` or `Archive.verify`.

    Attributes:
        presentation: the code as stored.
        family: the family it was searched in, such as "hgp".
        distance: what is known of its distance; `None` if k = 0, or if nothing is known.
        provenance: where it came from.
        key: SHA-256 of its stabilizer group (`Code.key`).
    """

    presentation: Presentation
    family: str
    distance: Distance | None
    provenance: Provenance
    key: str

    @classmethod
    def of(
        cls,
        code: QuantumCode,
        distance: Distance | None,
        provenance: Provenance,
        family: str = "hgp",
    ) -> "CodeRecord":
        """Return the record of a code.

        Args:
            code: the code.
            distance: its distance, `None` if k = 0.
            provenance: where it came from.
            family: the family it was searched in.

        Returns:
            The record; a hypergraph product is held as its factors.

        Raises:
            InputError: if the code is larger than an archive takes, or a bound has no witness.
        """
        if distance is not None and distance.witness is None:
            raise InputError(f"distance: an archived one needs its witness, {distance} has none")
        try:
            presentation = present(code)
        except ValueError as error:
            raise InputError(str(error)) from error
        record = cls(presentation, family, distance, provenance, code.key)
        record.__dict__["code"] = code  # what the cached property would build
        return record

    @cached_property
    def code(self) -> QuantumCode:
        """The code with its check matrices, built at the first access.

        Raises:
            InputError: if it is not the code that the record's key says.
        """
        code = self.presentation.build()
        if code.key != self.key:
            raise InputError(f"code {self.key[:12]}: its checks have the key {code.key[:12]}")
        return code

    @property
    def n(self) -> int:
        """Number of qubits."""
        return self.presentation.parameters.n

    @property
    def k(self) -> int:
        """Number of logical qubits."""
        return self.presentation.parameters.k

    @property
    def w(self) -> int:
        """Largest check weight."""
        return self.presentation.parameters.w

    @property
    def q(self) -> int:
        """Largest number of checks (of one Pauli type, for CSS codes) on one qubit."""
        return self.presentation.parameters.q

    @property
    def css(self) -> bool:
        """Whether it is held as a CSS code, with checks of X and of Z type."""
        return not isinstance(self.presentation, StabilizerChecks)

    @property
    def d(self) -> int:
        """The distance that is proved: the lower bound, 0 if there is no distance."""
        return self.distance.lower if self.distance else 0

    @property
    def merit(self) -> float:
        """k d^2 / n with the proved d."""
        return self.k * self.d**2 / self.n

    @property
    def label(self) -> str:
        """`[[n,k,d]](w,q)`; d as `Distance` prints it, "-" with k = 0, "?" if nothing is known."""
        distance = str(self.distance) if self.distance else ("?" if self.k else "-")
        return f"[[{self.n},{self.k},{distance}]]({self.w},{self.q})"

    def _repr_html_(self) -> str:
        from qcode_rl.archive.html import record_html

        return record_html(self)

    def summary(self) -> Json:
        """Return one entry of `codes`, as `search --json` and `archive list --json` print them."""
        d = self.distance and {"lower": self.distance.lower, "upper": self.distance.upper}
        return {
            "key": self.key,
            **{"n": self.n, "k": self.k, "d": d, "w": self.w, "q": self.q},
            "family": self.family,
            "seed": self.provenance.seed,
            "catalogue": None,
        }


def text(value: Any, name: str, limit: int = MAX_TEXT) -> str:
    """Return a value that is a short printable string (so that it cannot steer a terminal).

    Raises:
        ValueError: naming the field.
    """
    if not isinstance(value, str) or len(value) > limit or not value.isprintable():
        raise ValueError(f"{name}: must be printable text of at most {limit} characters")
    return value


def _notes(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or len(value) > MAX_NOTES:
        raise ValueError(f"notes: must be an object of at most {MAX_NOTES} entries")
    return {text(a, "notes"): text(b, "notes", MAX_NOTE) for a, b in value.items()}


def _count(value: Any, name: str) -> int | None:
    if value is not None and (type(value) is not int or not 0 <= value < 1 << 63):
        raise ValueError(f"{name}: must be a non-negative integer or null")
    return value


@lru_cache(1000)
def _pairs(*pairs: tuple[Any, Any]) -> tuple[tuple[str, str], ...]:
    """Return names and versions if they are texts; archives hold the same ones very often."""
    return tuple((text(a, "versions"), text(b, "versions")) for a, b in pairs)


@cache
def _installed_versions() -> dict[str, str]:
    versions = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in _VERSIONED:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions
