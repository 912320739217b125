"""Codes whose distance is known, from shared/data: each must be proved, exactly."""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qcode_rl.codes import ClassicalCode, Code, CSSCode
from qcode_rl.codes.stabilizer import StabilizerCode
from qcode_rl.distance import distance_of
from qcode_rl.distance.witness import is_logical_operator

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
INDEX = DATA / "distance" / "index.json"
PUBLISHED = DATA / "known_codes_matrices.jsonl.gz"

needs_data = pytest.mark.skipif(not INDEX.exists(), reason="no ../shared/data beside the checkout")


def instances() -> list[dict[str, Any]]:
    if not INDEX.exists():
        return []
    entries: list[dict[str, Any]] = json.loads(INDEX.read_text())
    return [entry for entry in entries if entry["n"] <= 144 or entry["name"] == "hgp225"]


def published(max_n: int) -> list[dict[str, Any]]:
    if not PUBLISHED.exists():
        return []
    with gzip.open(PUBLISHED, "rt") as lines:
        records = [json.loads(line) for line in lines]
    return [r for r in records if r["d_exact"] and r["n"] <= max_n]


def load(name: str) -> Code:
    with np.load(DATA / "distance" / f"{name}.npz", allow_pickle=False) as file:
        arrays = {key.lower(): file[key] for key in file.files if key.lower() in ("h", "s")}
        if "h" in arrays:
            return ClassicalCode(arrays["h"])
        if "s" in arrays:
            return StabilizerCode(arrays["s"])
        return CSSCode(file["Hx"], file["Hz"])


def matrix(supports: list[list[int]], n: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    rows = np.zeros((len(supports), n), dtype=np.uint8)
    for row, support in enumerate(supports):
        rows[row, support] = 1
    return rows


@needs_data
@pytest.mark.parametrize("entry", instances(), ids=lambda entry: str(entry["name"]))
def test_committed_instances_have_their_distance_proved(entry: dict[str, Any]) -> None:
    code = load(entry["name"])
    distance = distance_of(code)
    assert (distance.lower, distance.upper) == (entry["d"], entry["d"])
    # The independent check does not know stabilizer codes from the start; the kernels' does.
    if not isinstance(code, StabilizerCode):
        assert is_logical_operator(code, distance.witness, entry["d"])


@needs_data
@pytest.mark.parametrize("record", published(150), ids=lambda record: str(record["slug"]))
def test_published_exact_distances_are_proved(record: dict[str, Any]) -> None:
    n = record["n"]
    code = CSSCode(matrix(record["hx"], n), matrix(record["hz"], n))
    distance = distance_of(code)
    assert (str(distance.dx), str(distance.dz)) == (str(record["dx"]), str(record["dz"]))
    assert str(distance) == str(record["d"])
    assert code.num_logicals == record["k"]


@needs_data
def test_a_large_product_given_as_a_plain_css_code_is_proved() -> None:
    code = load("hgp225")
    assert isinstance(code, CSSCode)
    distance = distance_of(code)
    assert distance.method == "clusters"
    assert str(distance) == "6"


@needs_data
def test_light_words_of_the_288_qubit_code_are_found_at_once() -> None:
    for seed in range(3):
        distance = distance_of(load("bb288"), budget=0.05, seed=seed, method="information-sets")
        assert distance.upper == 18
