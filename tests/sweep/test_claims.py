"""Claims: of all who want a point, one gets it, and the dead do not keep it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from qcode_rl.errors import InputError
from qcode_rl.sweep import claims
from qcode_rl.sweep.claims import Claim, claim, claimed, claims_folder, holder
from qcode_rl.sweep.owners import Owner

KEY = "a" * 64
#: Claims one point after the other as it is told, and says whether it got it; lives to the end.
RACER = """
import sys
from pathlib import Path
from qcode_rl.sweep.claims import claim

print("ready", flush=True)
for line in sys.stdin:
    held = claim(Path(sys.argv[1]), line.strip())
    before = held and held.taken_over and held.taken_over.pid
    print("refused" if held is None else f"got {before}", flush=True)
"""
RACERS = 6


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    claims_folder(tmp_path).mkdir()
    return tmp_path


def dead() -> Owner:
    """An owner on this machine whose process is over."""
    return replace(Owner.here(), began=1)


def leave(archive: Path, owner: Owner, key: str = KEY, age: float = 0.0) -> Path:
    """Leave a claim as an owner would that has died, or is elsewhere."""
    path = claims_folder(archive) / key
    path.write_text(json.dumps(owner.to_json()))
    os.utime(path, (time.time() - age,) * 2)
    return path


def entries(archive: Path) -> list[str]:
    return sorted(path.name for path in claims_folder(archive).iterdir())


def test_a_claim_is_held_until_it_is_given_back(archive: Path) -> None:
    held = claim(archive, KEY)
    assert held is not None
    assert held.taken_over is None
    assert entries(archive) == [KEY]
    assert list(claimed(archive)) == [KEY]
    assert holder(archive, KEY) == Owner.here()
    assert claim(archive, KEY) is None
    assert claim(archive, "b" * 64) is not None
    held.release()
    held.release()
    assert entries(archive) == ["b" * 64]
    assert holder(archive, KEY) is None
    assert claim(archive, KEY) is not None


def test_the_claim_of_a_process_that_lives_is_refused(archive: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        began = int(Path(f"/proc/{process.pid}/stat").read_text().split()[21])
        owner = replace(Owner.here(), pid=process.pid, began=began)
        # Silence is no death where the process can be seen.
        leave(archive, owner, age=1e6)
        assert claim(archive, KEY) is None
        assert holder(archive, KEY) == owner
        process.kill()
    held = claim(archive, KEY)
    assert held is not None
    assert held.taken_over == owner
    assert holder(archive, KEY) == Owner.here()
    assert entries(archive) == [KEY]


def test_a_claim_from_elsewhere_is_refused_as_long_as_it_is_touched(archive: Path) -> None:
    elsewhere = replace(Owner.here(), space="another machine")
    leave(archive, elsewhere, age=250)
    assert claim(archive, KEY) is None
    leave(archive, elsewhere, age=350)
    assert holder(archive, KEY) is None
    os.utime(claims_folder(archive) / KEY)
    assert holder(archive, KEY) == elsewhere
    assert claim(archive, KEY) is None
    leave(archive, elsewhere, age=350)
    held = claim(archive, KEY)
    assert held is not None
    assert held.taken_over == elsewhere


@pytest.mark.parametrize("content", [b"", b"{", b"null", b'{"host": 1}', b"[" * 100_000, b"\xff"])
def test_a_damaged_claim_is_left_alone_for_a_minute(archive: Path, content: bytes) -> None:
    path = claims_folder(archive) / KEY
    path.write_bytes(content)
    # Its writer may be about to write it: links come after the content, but not all file systems
    # are as orderly.
    assert claim(archive, KEY) is None
    os.utime(path, (time.time() - 61,) * 2)
    held = claim(archive, KEY)
    assert held is not None
    assert held.taken_over is None
    assert holder(archive, KEY) == Owner.here()


def test_where_an_archive_vanished_nothing_is_made(tmp_path: Path) -> None:
    archive = tmp_path / "gone"
    with pytest.raises(InputError) as refused:
        claim(archive, KEY)
    folder = str(claims_folder(archive))
    assert str(refused.value) == f"archive: cannot write to {folder!r}: No such file or directory"
    assert not archive.exists()
    assert list(claimed(archive)) == []
    Claim(claims_folder(archive) / KEY, "a token").release()
    Claim(claims_folder(archive) / KEY, "a token").touch()


def test_a_folder_in_the_place_of_a_claim_is_no_crash(archive: Path) -> None:
    path = claims_folder(archive) / KEY
    path.mkdir()
    assert claim(archive, KEY) is None
    os.utime(path, (time.time() - 61,) * 2)
    with pytest.raises(InputError, match="archive: cannot write to"):
        claim(archive, KEY)
    assert entries(archive) == [KEY]


def test_who_was_taken_for_dead_leaves_its_heirs_claim_alone(archive: Path) -> None:
    path = claims_folder(archive) / KEY
    held = claim(archive, KEY)
    assert held is not None
    # Elsewhere, and silent for long: a machine that slept, or lost sight of the file system.
    token = json.loads(path.read_text())["token"]
    elsewhere = replace(Owner.here(), space="another machine")
    path.write_text(json.dumps(elsewhere.to_json() | {"token": token}))
    os.utime(path, (time.time() - 350,) * 2)
    assert held.held
    heir = claim(archive, KEY)
    assert heir is not None
    assert heir.taken_over == elsewhere
    os.utime(path, (1000,) * 2)
    assert not held.held
    held.touch()
    held.release()
    assert entries(archive) == [KEY]
    assert path.stat().st_mtime == 1000
    assert heir.held
    # Nor does it matter that both are of one process, or that the heir has given it back.
    heir.release()
    assert entries(archive) == []
    held.release()
    again = claim(archive, KEY)
    assert again is not None
    held.release()
    heir.release()
    assert again.held
    again.touch()
    assert path.stat().st_mtime > 1000


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"null", b'"token"'])
def test_what_cannot_be_read_is_nobodys_claim_to_release(archive: Path, content: bytes) -> None:
    held = claim(archive, KEY)
    assert held is not None
    held.path.write_bytes(content)
    held.release()
    assert entries(archive) == [KEY]


class Steps:
    """Runs something else between steps of `claim`, as other processes might."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        #: What is done before which step.
        self.acts: list[tuple[int, Callable[[], None]]] = []
        for place, name in (
            (claims.os, "link"),
            (claims.os, "rename"),
            (claims.os, "replace"),
            (claims, "_read"),
            (claims, "file_age"),
            (claims.Path, "unlink"),
        ):
            monkeypatch.setattr(place, name, self._stepping(getattr(place, name)))

    def _stepping(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **options: Any) -> Any:
            due = [act for at, act in self.acts if at == self.count]
            self.count += 1
            if due:
                # Others' steps are not counted.
                held, self.acts = self.acts, []
                count = self.count
                for act in due:
                    act()
                self.acts, self.count = held, count
            return function(*arguments, **options)

        return step


def claim_as(name: str, archive: Path, monkeypatch: pytest.MonkeyPatch) -> Claim | None:
    """Claim as somebody else who is alive."""
    somebody = replace(Owner.here(), host=name)
    with monkeypatch.context() as patch:
        patch.setattr(claims.Owner, "here", lambda: somebody)
        return claim(archive, KEY)


@pytest.mark.parametrize("left_by", ["nobody", "the dead", "a dead heir too"])
@pytest.mark.parametrize("returning", [(), (0,), (1,), (0, 1)])
def test_whatever_two_others_do_between_any_steps_one_gets_the_point(
    archive: Path,
    monkeypatch: pytest.MonkeyPatch,
    left_by: str,
    returning: tuple[int, ...],
) -> None:
    steps = Steps(monkeypatch)

    def attempt(*at: int) -> int:
        """Claim while others do so before some steps, and return how many steps there were."""
        for name in entries(archive):
            (claims_folder(archive) / name).unlink()
        if left_by != "nobody":
            leave(archive, dead())
        if left_by == "a dead heir too":
            leave(archive, dead(), f".{KEY}.heir")
        got: list[str] = []

        def act(number: int) -> None:
            held = claim_as(f"other {number}", archive, monkeypatch)
            if held and number in returning:
                held.release()
            elif held:
                got.append(f"other {number}")

        steps.acts = [(step, partial(act, number)) for number, step in enumerate(at)]
        steps.count = 0
        if claim_as("the first", archive, monkeypatch):
            got.append("the first")
        steps.acts = []
        count = steps.count
        assert len(got) <= 1, (at, got)
        if not got:
            # Who had it gave it back: it is there to be taken.
            assert claim_as("late", archive, monkeypatch), at
            got.append("late")
        owner = holder(archive, KEY)
        assert owner is not None
        assert owner.host == got[0], at
        return count

    whole = attempt()
    for first in range(whole):
        for second in range(first, whole):
            attempt(first, second)


class Race:
    """Processes that claim the same points at the same time."""

    def __init__(self, archive: Path) -> None:
        self.racers = [
            subprocess.Popen(
                [sys.executable, "-c", RACER, str(archive)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(RACERS)
        ]
        for racer in self.racers:
            assert racer.stdout
            assert racer.stdout.readline() == "ready\n"

    def run(self, keys: list[str]) -> list[list[str]]:
        """Return for each point what each process got of it."""
        told = "".join(f"{key}\n" for key in keys)
        for racer in self.racers:
            assert racer.stdin
            racer.stdin.write(told)
        for racer in self.racers:
            assert racer.stdin
            racer.stdin.flush()
        answers = [[racer.stdout.readline().strip() for _ in keys] for racer in self.racers]
        return [list(answer) for answer in zip(*answers, strict=True)]

    def close(self) -> None:
        for racer in self.racers:
            racer.kill()
            racer.communicate()


@pytest.fixture
def race(archive: Path) -> Iterator[Race]:
    running = Race(archive)
    yield running
    running.close()


def test_of_many_processes_one_gets_each_point(archive: Path, race: Race) -> None:
    keys = [f"{number:064x}" for number in range(300)]
    for answers in race.run(keys):
        assert sorted(answers) == ["got None", *["refused"] * (RACERS - 1)]
    assert sorted(claimed(archive)) == keys
    assert entries(archive) == keys


def test_of_many_processes_one_takes_over_from_the_dead(archive: Path, race: Race) -> None:
    keys = [f"{number:064x}" for number in range(300)]
    owner = replace(dead(), pid=7)
    for key in keys:
        leave(archive, owner, key)
    for answers in race.run(keys):
        assert sorted(answers) == ["got 7", *["refused"] * (RACERS - 1)]
    assert entries(archive) == keys


def test_once_they_are_dead_their_claims_are_free(archive: Path, race: Race) -> None:
    keys = [f"{number:064x}" for number in range(10)]
    race.run(keys)
    assert all(claim(archive, key) is None for key in keys)
    race.close()
    assert all(holder(archive, key) is None for key in keys)
    assert all(claim(archive, key) for key in keys)
