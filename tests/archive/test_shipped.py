"""The archive that ships with the package: what is in it, and that it stays as it is."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qcode_rl import archive as room
from qcode_rl.archive import Archive, CodeRecord, example
from qcode_rl.codes.named import named_code
from qcode_rl.errors import InputError

FOLDER = Path(room.__file__).parent / "data" / "example"


@pytest.fixture(scope="module")
def records() -> list[CodeRecord]:
    return example().records()


def test_everything_in_it_holds() -> None:
    archive = example()
    assert archive.verify() == []
    assert archive.damage == archive.torn == archive.conflicts == []


def test_it_has_codes_of_searches_and_codes_by_name(records: list[CodeRecord]) -> None:
    found = [record for record in records if record.family == "hgp" and record.provenance.spec_key]
    assert 25 <= len(found) <= 50
    assert {record.w for record in found} >= {4, 6, 8}
    assert sum(record.n <= 300 for record in found) >= 20
    assert any(record.n > 300 for record in found)
    for record in found:
        assert record.provenance.seed is not None
        assert record.provenance.evaluations is not None
    names = ("five-qubit", "steane", "rotated-surface-3", "toric-4", "bicycle-72-12")
    assert {named_code(name).key for name in names} <= {record.key for record in records}


def test_every_distance_is_proved_and_has_its_witness(records: list[CodeRecord]) -> None:
    for record in records:
        assert record.distance is not None
        assert record.distance.exact
        assert record.distance.witness is not None
        assert record.distance.method


@pytest.mark.parametrize(
    ("name", "models"),
    [
        ("rotated-surface-3", {"capacity", "circuit"}),
        ("rotated-surface-5", {"capacity", "circuit"}),
        ("bicycle-72-12", {"capacity", "circuit"}),
        ("bicycle-90-8", {"capacity"}),
    ],
)
def test_logical_errors_were_counted(name: str, models: set[str]) -> None:
    counts = example().counts(named_code(name).key)
    assert {held.experiment["model"] for held in counts} == models
    assert all(held.errors > 0 for held in counts)


def test_it_cannot_be_written_to(tmp_path: Path) -> None:
    archive = example()
    for write in (archive.require_writable, lambda: archive.writer("run")):
        with pytest.raises(InputError, match=r"^archive: the example is for reading only; give a"):
            write()
    copy = Archive(shutil.copytree(FOLDER, tmp_path / "mine"))
    copy.require_writable()
    assert copy.records() == archive.records()


def test_nothing_in_it_names_a_machine() -> None:
    files = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.jsonl"))
    assert files == [f"segments/{part}/example.jsonl" for part in ("counts", "named", "searches")]
    assert sum(path.stat().st_size for path in FOLDER.rglob("*")) < 300_000


def test_it_opens_in_a_moment_and_leaves_the_package_as_it_is() -> None:
    before = sorted(FOLDER.rglob("*"))
    began = time.process_time()
    assert example().records()
    assert time.process_time() - began < 1
    example().listing()
    assert sorted(FOLDER.rglob("*")) == before


def test_the_package_offers_it_without_loading_it() -> None:
    code = (
        "import sys, qcode_rl.archive as room; assert 'qcode_rl.archive.shipped' not in "
        "sys.modules; print(len(room.example().records()))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(told.stdout) >= 30
