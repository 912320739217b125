"""Random small codes, ten codes with known distances, and archives that somebody has forged."""

from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from qcode_rl import gf2
from qcode_rl.archive import Archive, CodeRecord, Provenance
from qcode_rl.archive.segments import encode_line
from qcode_rl.codes import (
    CSSCode,
    HypergraphProduct,
    StabilizerCode,
    classical_code,
    hypergraph_product,
    named_code,
)

HAMMING = classical_code("hamming-4").checks

#: Ten CSS codes, with d_X and d_Z as they are known.
TEN: dict[str, tuple[CSSCode, int, int]] = {
    "steane": (named_code("steane"), 3, 3),  # type: ignore[dict-item]
    "surface-3": (named_code("surface-3"), 3, 3),  # type: ignore[dict-item]
    "surface-5": (named_code("surface-5"), 5, 5),  # type: ignore[dict-item]
    "rotated-surface-3": (named_code("rotated-surface-3"), 3, 3),  # type: ignore[dict-item]
    "rotated-surface-5": (named_code("rotated-surface-5"), 5, 5),  # type: ignore[dict-item]
    "toric-4": (named_code("toric-4"), 4, 4),  # type: ignore[dict-item]
    "bicycle-72-12": (named_code("bicycle-72-12"), 6, 6),  # type: ignore[dict-item]
    "[[4,2,2]]": (CSSCode([[1] * 4], [[1] * 4]), 2, 2),
    "[[15,7,3]]": (CSSCode(HAMMING, HAMMING), 3, 3),
    # The code of Shor: Z checks on pairs, X checks on pairs of blocks.
    "shor": (
        CSSCode(
            np.kron([[1, 1, 0], [0, 1, 1]], [1, 1, 1]),
            np.kron(np.eye(3, dtype=int), [[1, 1, 0], [0, 1, 1]]),
        ),
        3,
        3,
    ),
}


def record_of(code: CSSCode | StabilizerCode, family: str = "test") -> CodeRecord:
    return CodeRecord.of(code, code.distance(), Provenance(run="test"), family)


def fill(folder: Path, *records: CodeRecord) -> Archive:
    with Archive(folder).writer("run") as writer:
        for record in records:
            writer.add(record)
    return Archive(folder)


def forge(folder: Path, *events: dict[str, Any]) -> Archive:
    """Write events as a liar would who knows how lines are checksummed."""
    path = folder / "segments" / "run" / "host-1-a.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(map(encode_line, events)))
    return Archive(folder)


def random_css(rng: np.random.Generator) -> CSSCode:
    n = int(rng.integers(1, 9))
    x = rng.integers(0, 2, (rng.integers(0, n + 1), n), dtype=np.uint8)
    free = gf2.null_space(x)
    choice = rng.integers(0, 2, (rng.integers(0, n + 1), len(free)))
    return CSSCode(x, (choice @ free % 2).astype(np.uint8).reshape(len(choice), n))


def random_product(rng: np.random.Generator) -> HypergraphProduct:
    h1, h2 = (rng.integers(0, 2, rng.integers(1, 4, 2), dtype=np.uint8) for _ in range(2))
    return hypergraph_product(h1, h2)


def random_stabilizer(rng: np.random.Generator) -> StabilizerCode:
    """Return random rows, each kept if it commutes with those before it."""
    n = int(rng.integers(1, 7))
    rows = np.zeros((0, 2 * n), dtype=np.uint8)
    for row in rng.integers(0, 2, (2 * n + 1, 2 * n), dtype=np.uint8):
        if not (np.roll(rows, n, axis=1).astype(int) @ row % 2).any():
            rows = np.vstack([rows, row])
    return StabilizerCode(rows)


def _rngs() -> st.SearchStrategy[np.random.Generator]:
    return st.integers(0, 2**32 - 1).map(np.random.default_rng)


def _with_checks(code: CSSCode | StabilizerCode) -> bool:
    return code.max_weight > 0


css_codes = st.one_of(_rngs().map(random_css), _rngs().map(random_product)).filter(_with_checks)
stabilizer_codes = _rngs().map(random_stabilizer).filter(_with_checks)
