"""The same code under several keys."""

import json
from pathlib import Path

import numpy as np
import pytest

from qcode_rl.archive import Archive, CodeRecord, Provenance
from qcode_rl.archive.doubles import doubles_of
from qcode_rl.cli.main import run
from qcode_rl.codes import CSSCode, named_code
from qcode_rl.identity import maps_to


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    code = named_code("rotated-surface-3")
    assert isinstance(code, CSSCode)
    order = np.random.default_rng(1).permutation(9)
    moved = CSSCode(code.x_checks[:, order], code.z_checks[:, order])
    # Shor's code: of equal n and k, and another.
    shor = CSSCode(
        [[1] * 6 + [0] * 3, [0] * 3 + [1] * 6],
        [[0] * i + [1, 1] + [0] * (7 - i) for i in (0, 1, 3, 4, 6, 7)],
    )
    with Archive(tmp_path).writer("r") as writer:
        for each in (code, moved, shor):
            writer.add(CodeRecord.of(each, None, Provenance(), "css"))
    return tmp_path


def test_a_renumbered_copy_is_found_with_a_certificate_and_another_code_is_not(
    folder: Path,
) -> None:
    archive = Archive(folder)
    record = archive.get(named_code("rotated-surface-3").key)
    (double,) = doubles_of(archive, record)
    assert double.equivalence is not None
    assert maps_to(double.equivalence, record.code, archive.get(double.key).code)


def test_show_names_the_same_code(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = named_code("rotated-surface-3").key
    assert run(["archive", "show", key, "--same", "--archive", str(folder)]) == 0
    shown = capsys.readouterr().out
    assert "identity  " in shown
    assert "the same code, its qubits numbered otherwise" in shown
    assert run(["archive", "show", key, "--same", "--json", "--archive", str(folder)]) == 0
    held = json.loads(capsys.readouterr().out)
    assert held["identity"]["kind"] == "light stabilizers"
    assert sorted(held["same"][0]["equivalence"]["permutation"]) == list(range(9))
