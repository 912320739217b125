"""Verifying an archive: everything that it claims is computed again, and what differs is named.

Of each code: that its checks commute and have its key, n, k, w and q as stored; that witnesses are
logical operators (checked by means of their own); that lower bounds can be proved again, within a
budget; that bounds do not contradict each other; that no line about it is damaged. A proof that
cannot be redone within the budget is "not re-proved", which is no discrepancy.
"""

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from qcode_rl.archive.events import CodeEvent, EvidenceEvent
from qcode_rl.archive.fold import combine
from qcode_rl.archive.presentation import Json
from qcode_rl.archive.recomputation import (
    REFUTED,
    UNPROVED,
    Proof,
    recomputed_parameters,
    reprove,
)
from qcode_rl.archive.records import CodeRecord
from qcode_rl.archive.segments import Damage, Line, scan_segment
from qcode_rl.archive.store import Archive
from qcode_rl.errors import InputError

#: Seconds for the proofs of one code, unless told otherwise.
DEFAULT_BUDGET = 60.0
#: Most keys that the message about an ambiguous prefix lists.
MAX_CHOICES = 10
_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class CodeReport:
    """What the verification of one code found.

    Attributes:
        key: its key.
        record: the code with what holds of it, `None` if no usable line has its checks.
        findings: how many `code` events were good.
        witnesses: how many witnesses were good.
        proofs: what became of the lower bounds.
        discrepancies: what is wrong, one line each.
        seconds: time it took.
    """

    key: str
    record: CodeRecord | None
    findings: int
    witnesses: int
    proofs: tuple[Proof, ...] = ()
    discrepancies: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong; proofs that were not redone are not wrong."""
        return not self.discrepancies

    @property
    def not_reproved(self) -> tuple[Proof, ...]:
        """The lower bounds that the budget did not suffice to prove again."""
        return tuple(proof for proof in self.proofs if proof.status == UNPROVED)

    @property
    def label(self) -> str:
        """The record's label; "?" if there is no record."""
        return self.record.label if self.record else "?"

    def to_json(self) -> Json:
        """Return what `archive verify --json` prints of a code."""
        known = self.record.summary() if self.record else {}
        return {
            "key": self.key,
            **{name: known.get(name) for name in ("n", "k", "d", "w", "q")},
            "ok": self.ok,
            "findings": self.findings,
            "witnesses": self.witnesses,
            "proofs": [proof.to_json() for proof in self.proofs],
            "discrepancies": list(self.discrepancies),
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True)
class Verification:
    """What a verification found.

    Attributes:
        codes: one report a code.
        damage: lines that cannot be used and do not say of which code they are.
    """

    codes: tuple[CodeReport, ...]
    damage: tuple[Damage, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether there is no discrepancy at all."""
        return not self.damage and all(report.ok for report in self.codes)


class Verifier:
    """Verifies the codes of an archive one by one.

    Args:
        archive: the archive; what is found false counts for nothing in it from then on.
        budget: seconds for the proofs of one code; `None`: however long they take.
    """

    def __init__(self, archive: Archive, budget: float | None = DEFAULT_BUDGET) -> None:
        if budget is not None and not budget > 0:
            raise InputError(f"budget: must be positive, got {budget}")
        self.archive = archive
        self.budget = budget
        # Records first: for them all segments are read, and nothing is taken from the index.
        held = {record.key for record in archive.records()}
        self._damage = _damage_by_key(archive.damage)
        #: Keys of all codes, those included of which only damaged lines are held; sorted.
        self.keys = sorted(held | (self._damage.keys() - {""}))

    @property
    def damage(self) -> tuple[Damage, ...]:
        """Damaged lines that do not say of which code they are."""
        return tuple(self._damage.get("", ()))

    def key(self, prefix: str) -> str:
        """Return the one key that begins with a prefix.

        Raises:
            InputError: if there is none, or if there are several (they are listed).
        """
        keys = [key for key in self.keys if prefix and key.startswith(prefix.lower())]
        if len(keys) == 1:
            return keys[0]
        if not keys:
            where = str(self.archive.path)
            raise InputError(f"key: no code in {where!r} has a key beginning {prefix!r}")
        choices = ", ".join(key[:16] for key in keys[:MAX_CHOICES])
        more = f" and {len(keys) - MAX_CHOICES} more" if len(keys) > MAX_CHOICES else ""
        raise InputError(f"key: {prefix!r} could be any of {choices}{more}")

    def verify(self, key: str) -> CodeReport:
        """Verify one code.

        Args:
            key: its whole key.

        Returns:
            What was found.

        Raises:
            KeyboardInterrupt: if a proof was interrupted.
        """
        start = time.perf_counter()
        # Keys and witnesses; in a dictionary, since what was found before is found again.
        damage = dict.fromkeys([*self._damage.get(key, ()), *self.archive.verify([key])])
        bad = {(one.path, one.line) for one in damage}
        findings = [event for event in self.archive.found(key) if _place(event) not in bad]
        evidence = [event for event in self.archive.evidence(key) if _place(event) not in bad]
        bounds = [bound for event in evidence for bound in event.bounds]
        distance, conflicts = combine(key, bounds)
        faults = [*map(str, damage), *_parameter_faults(findings), *map(str, conflicts)]
        if not findings:
            faults = faults or [f"code {key[:12]}: there is no such code"]
            return CodeReport(key, None, 0, 0, (), tuple(faults), time.perf_counter() - start)
        best = findings[0]
        record = CodeRecord(best.presentation, best.family, distance, best.provenance, key)
        proofs = reprove(record.code, bounds, self.budget)
        faults += [str(proof) for proof in proofs if proof.status == REFUTED]
        return CodeReport(
            key,
            record,
            len(findings),
            sum(bound.witness is not None for bound in bounds),
            proofs,
            tuple(faults),
            time.perf_counter() - start,
        )


def verify_records(
    archive: Archive,
    keys: Iterable[str] | None = None,
    budget: float | None = DEFAULT_BUDGET,
    on_report: Callable[[CodeReport, int], None] | None = None,
) -> Verification:
    """Compute again everything that an archive claims of its codes.

    Args:
        archive: the archive.
        keys: keys of codes, or their beginnings; default: all, and damage that is of no code.
        budget: seconds for the proofs of one code; `None`: however long they take.
        on_report: called after each code with its report and the number of codes in all.

    Returns:
        The reports; `ok` says whether there is no discrepancy.

    Raises:
        InputError: if a key is unknown or ambiguous, or the budget not positive.
        KeyboardInterrupt: if a proof was interrupted.
    """
    verifier = Verifier(archive, budget)
    chosen = verifier.keys if keys is None else [verifier.key(prefix) for prefix in keys]
    reports = []
    for key in chosen:
        reports.append(verifier.verify(key))
        if on_report is not None:
            on_report(reports[-1], len(chosen))
    return Verification(tuple(reports), verifier.damage if keys is None else ())


def _place(event: CodeEvent | EvidenceEvent) -> tuple[Path, int]:
    return event.source.path, event.source.line


def _parameter_faults(findings: Iterable[CodeEvent]) -> list[str]:
    """Compare what presentations say of a code with what its built matrices give."""
    faults = []
    seen: list[Json] = []
    for event in findings:
        stored = event.presentation.to_json()
        if stored in seen:
            continue  # the same checks, found by another run
        seen.append(stored)
        parameters, clash = recomputed_parameters(event.presentation.build())
        wrong = [clash] if clash else []
        for name, claimed in event.presentation.parameters._asdict().items():
            actual = getattr(parameters, name)
            if actual != claimed:
                wrong.append(f"{name}: its checks give {actual}, not {claimed}")
        faults += [str(event.source.damage(text)) for text in wrong]
    return faults


def _damage_by_key(damage: Iterable[Damage]) -> dict[str, list[Damage]]:
    """Sort damage by the code that its line names; "" where it cannot be told."""
    by_key: dict[str, list[Damage]] = {}
    named: dict[Path, dict[int, object]] = {}
    for one in damage:
        if one.path not in named:
            lines = (line for line in scan_segment(one.path) if isinstance(line, Line))
            named[one.path] = {line.number: line.event.get("key") for line in lines}
        key = named[one.path].get(one.line)
        known = isinstance(key, str) and _KEY.fullmatch(key)
        by_key.setdefault(str(key) if known else "", []).append(one)
    return by_key
