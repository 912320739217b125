"""Small records to put into archives."""

from collections.abc import Callable

import numpy as np
import pytest

from qcode_rl.archive import CodeRecord, Provenance
from qcode_rl.codes import hypergraph_product
from qcode_rl.distance import distance_of

MakeRecord = Callable[..., CodeRecord]


def small_record(seed: int, run: str = "test") -> CodeRecord:
    """Return the record of a random small product, the same for the same seed."""
    rng = np.random.default_rng(seed)
    h1, h2 = (rng.integers(0, 2, rng.integers(1, 5, 2), dtype=np.uint8) for _ in range(2))
    code = hypergraph_product(h1, h2)
    source = Provenance("a" * 64, run, seed, 10 * seed, {"qcode-rl": "0"}, "2026-01-02T03:04:05Z")
    return CodeRecord.of(code, distance_of(code), source)


@pytest.fixture(scope="session")
def make_record() -> MakeRecord:
    return small_record
