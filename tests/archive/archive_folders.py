"""Archives made of bytes, for tests that care how segments look, and what archives tell."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from qcode_rl.archive import Archive, CodeRecord, Counts, Provenance
from qcode_rl.archive.events import counts_event, events_of
from qcode_rl.archive.segments import encode_line
from qcode_rl.codes import CSSCode, StabilizerCode, hypergraph_product

CODES = [
    hypergraph_product([[1, 1, 0], [0, 1, 1]]),
    hypergraph_product([[1, 1, 1]]),
    CSSCode(np.zeros((0, 4), np.uint8), [[1, 1, 1, 1]]),
    StabilizerCode.from_pauli_strings(["XZZXI", "IXZZX", "XIXZZ", "ZXIXZ"]),
    CSSCode([[1, 0]], [[0, 1]]),  # k = 0
]
#: A code that only evidence and counts are of.
ABSENT = "0" * 64


def code_event(code: Any, family: str, run: str, seed: int | None, day: int) -> dict[str, Any]:
    source = Provenance("", run, seed, None, {}, f"2026-01-{day:02}T00:00:00Z")
    return events_of(CodeRecord.of(code, None, source, family))[-1]


def evidence_event(key: str, bounds: list[tuple[str, int, list[int], str]]) -> dict[str, Any]:
    """Return evidence: Pauli type, lower bound, support of the witness and method of each bound."""
    return {
        "type": "evidence",
        "key": key,
        "bounds": [
            {
                "pauli": pauli,
                "lower": lower,
                "witness": {
                    "x": [] if pauli == "Z" else support,
                    "z": support if pauli == "Z" else [],
                }
                if support
                else None,
                "method": method,
            }
            for pauli, lower, support, method in bounds
        ],
    }


keys = st.sampled_from([*(code.key for code in CODES), ABSENT])
supports = st.sets(st.integers(0, 14), max_size=4).map(sorted)
bound = st.tuples(
    st.sampled_from(["", "X", "Z"]), st.integers(1, 4), supports, st.sampled_from(["walk", "tree"])
)
codes = st.builds(
    code_event,
    st.sampled_from(CODES),
    st.sampled_from(["hgp", "css"]),
    st.sampled_from("ab"),
    st.none() | st.integers(0, 2),
    st.integers(1, 3),
)
evidence = st.builds(evidence_event, keys, st.lists(bound, min_size=1, max_size=3))
countings = st.builds(
    lambda key, task, p, errors: counts_event(
        key, Counts(task * 64, {"p": p}, 10, errors, sample="0" * 32)
    ),
    keys,
    st.sampled_from("ab"),
    st.sampled_from([0.1, 0.1, 0.1, 1, 1.0, True]),
    st.integers(0, 3),
)
#: What no reader takes: other parameters than the checks have, no key, or a later version's event.
wrong = st.sampled_from(
    [
        code_event(CODES[0], "hgp", "a", 1, 1) | {"k": 9},
        {"type": "evidence", "key": "x", "bounds": []},
        {"type": "later", "anything": 1},
    ]
)
events = st.one_of(codes, evidence, countings, wrong)
lines = st.one_of(
    events.map(encode_line),
    events.map(encode_line),
    events.map(encode_line),
    st.sampled_from([b"\n", b"junk\n", b'{"id":"' + b"0" * 32 + b'","a":1}\n']),
    events.map(lambda event: encode_line(event)[:-1]),  # what comes next sticks to it
    events.map(lambda event: encode_line(event)[:40]),
)
contents = st.lists(lines, max_size=6).map(b"".join)
#: Some names, so that the same come again; the folders sort otherwise than the paths as text.
names = st.sampled_from(["run/a.jsonl", "run/b.jsonl", "run-2/a.jsonl", "other/c.jsonl"])
folders = st.dictionaries(names, contents, max_size=3)


def write(archive: Path, held: dict[str, bytes]) -> None:
    for name, content in held.items():
        path = archive / "segments" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@contextmanager
def folder() -> Iterator[Path]:
    """A folder for one example of a property."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def plainly(path: Path) -> Archive:
    """Return an archive that answers from its segments, without an index."""
    archive = Archive(path)
    archive.records()
    return archive


def told(archive: Archive) -> tuple[object, ...]:
    """Return all that lists tell of an archive."""
    return archive.listing(), archive.damage, archive.torn, archive.conflicts


def known(archive: Archive) -> tuple[object, ...]:
    """Return what is known, wherever it is written: equal for archives that hold the same."""
    archive.records()
    counted = [*(code.key for code in CODES), ABSENT]
    return (
        [(record.summary(), record.provenance, record.distance) for record in archive.records()],
        sorted(map(str, archive.conflicts)),
        {key: archive.counts(key) for key in counted},
    )
