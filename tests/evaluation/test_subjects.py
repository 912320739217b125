"""What is evaluated: files, keys, names, and the surface codes beside them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from qcode_rl.archive import Archive, CodeRecord, Provenance
from qcode_rl.codes import CSSCode, StabilizerCode, named_code
from qcode_rl.codes.io import write_code
from qcode_rl.decoding.decoders import DecoderSpec
from qcode_rl.decoding.experiments import Setup, nearest_surface
from qcode_rl.distance import distance_of
from qcode_rl.errors import InputError
from qcode_rl.evaluation import Subject, subject_of, subjects, surface_beside

SETUP = Setup(rounds=4)
SOURCE = Provenance("a" * 64, "test", 0, 0, {"qcode-rl": "0"}, "2026-01-02T03:04:05Z")


def quantum(name: str) -> CSSCode | StabilizerCode:
    code = named_code(name)
    assert isinstance(code, CSSCode | StabilizerCode)
    return code


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    with Archive(tmp_path / "archive").writer("test") as writer:
        for name in ("toric-3", "five-qubit"):
            writer.add(CodeRecord.of(quantum(name), distance_of(quantum(name)), SOURCE))
    return Archive(tmp_path / "archive")


Find = Callable[[str], Subject]


@pytest.fixture
def find(archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Find:
    monkeypatch.chdir(tmp_path)
    return lambda text: subject_of(text, archive, SETUP)


def test_a_name_stands_for_its_code_whose_distance_is_found_out(find: Find) -> None:
    subject = find(" Toric-3")
    assert subject == Subject(subject.code, "[[18,2,3]](4,2)", SETUP, 3, 1)
    assert subject.code.key == quantum("toric-3").key


@pytest.mark.parametrize("name", ["code.npz", "code.NPZ", "a code.stim", "code.txt", "code.json"])
def test_a_file_of_any_format_stands_for_its_code(find: Find, tmp_path: Path, name: str) -> None:
    write_code(quantum("steane"), tmp_path / name)
    for text in (name, str(tmp_path / name)):
        subject = find(text)
        assert (subject.name, subject.distance) == ("[[7,1,3]](4,3)", 3)
        assert subject.code.key == quantum("steane").key


def test_the_beginning_of_a_key_in_any_case_stands_for_its_code(
    find: Find, archive: Archive
) -> None:
    for name, label in (("toric-3", "[[18,2,3]](4,2)"), ("five-qubit", "[[5,1,3]](4,4)")):
        key = quantum(name).key
        for text in (key[:6], key[:6].upper(), key):
            subject = find(text)
            assert (subject.code.key, subject.name, subject.distance) == (key, label, 3)


def test_the_distance_of_a_key_is_that_of_the_archive_if_it_has_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = quantum("toric-3").key
    with Archive(tmp_path).writer("test") as writer:
        writer.add(CodeRecord.of(quantum("toric-3"), None, SOURCE))
    assert subject_of(key[:8], Archive(tmp_path), SETUP).distance == 3
    with Archive(tmp_path).writer("test") as writer:
        writer.add(CodeRecord.of(quantum("toric-3"), distance_of(quantum("toric-3")), SOURCE))
    monkeypatch.setattr(subjects, "distance_of", None)
    assert subject_of(key[:8], Archive(tmp_path), SETUP).distance == 3


def test_checks_of_one_type_each_make_a_css_code_whatever_the_format(
    find: Find, tmp_path: Path
) -> None:
    steane = StabilizerCode.from_css(quantum("steane"))
    np.savez(tmp_path / "S.npz", S=steane.checks)
    assert isinstance(find("S.npz").code, CSSCode)
    assert isinstance(find("five-qubit").code, StabilizerCode)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("missing.npz", "missing.npz: No such file"),
        ("no/such", "no/such: "),
        ("odd", "odd: suffix must be one of .npz"),
        ("face", "key: no code in '"),
        ("0", "key: no code in '"),
        ("", "name: no code is called ''"),
        ("staene", "name: no code is called 'staene'; nearest: steane"),
        ("folder", "name: no code is called 'folder'; "),
        ("toric", "name: must be toric-D"),
        ("x" * 5000, "name: no code is called 'xx"),
        ("bell.npz", "code: must have logical qubits to protect, 'bell.npz' has k = 0"),
        ("hamming-3", "code: must be a quantum code, 'hamming-3' is ClassicalCode[7,4]"),
        ("h.npz", "code: must be a quantum code, 'h.npz' is ClassicalCode[7,4]"),
    ],
)
def test_what_stands_for_no_quantum_code_is_refused(
    find: Find, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "odd").write_text("XX\n")
    (tmp_path / "folder").mkdir()
    np.savez(tmp_path / "bell.npz", S=StabilizerCode.from_pauli_strings(["XX", "ZZ"]).checks)
    write_code(named_code("hamming-3"), tmp_path / "h.npz")
    with pytest.raises(InputError) as caught:
        find(text)
    assert str(caught.value).startswith(said)


def test_a_folder_does_not_hide_a_name(find: Find, tmp_path: Path) -> None:
    (tmp_path / "steane").mkdir()
    assert find("steane").name == "[[7,1,3]](4,3)"


def test_a_prefix_of_several_keys_lists_them(tmp_path: Path) -> None:
    held: dict[str, CSSCode | StabilizerCode] = {}
    for d in range(2, 19):  # more than there are digits
        one = quantum(f"rotated-surface-{d}")
        other = held.setdefault(one.key[0], one)
        if other is not one:
            break
    with Archive(tmp_path).writer("test") as writer:
        for code in (one, other):
            writer.add(CodeRecord.of(code, None, SOURCE))
    with pytest.raises(InputError, match=r"^key: '.' could be any of") as caught:
        subject_of(one.key[0], Archive(tmp_path), SETUP)
    for code in (one, other):
        assert code.key[:16] in str(caught.value)


@pytest.mark.parametrize(
    ("n", "k", "d"), [(25, 1, 5), (144, 12, 3), (72, 12, 2), (5, 1, 2), (1, 1, 2), (20, 1, 4)]
)
def test_the_surface_codes_nearest_in_qubits(n: int, k: int, d: int) -> None:
    assert nearest_surface(n, k) == d


@pytest.mark.parametrize(("model", "schedule"), [("circuit", "zigzag"), ("capacity", "auto")])
def test_surface_codes_beside_a_code_are_examined_alike(model: str, schedule: str) -> None:
    setup = Setup(model=model, basis="X", decoder=DecoderSpec.of("bposd"))
    spec = DecoderSpec.of("matching")
    beside = surface_beside(Subject(quantum("toric-3"), "t", setup, 3), spec)
    assert (beside.name, beside.patches, beside.distance) == ("2 x rotated-surface-3", 2, 3)
    assert beside.setup == Setup(model=model, basis="X", decoder=spec, schedule=schedule)
    alone = surface_beside(Subject(quantum("steane"), "s", setup, 3), spec)
    assert (alone.name, alone.patches) == ("rotated-surface-3", 1)
