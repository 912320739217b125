"""The catalogue of published codes, and its verdicts."""

import csv
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcode_rl.catalogue import (
    KnownCode,
    at_least_as_good,
    catalogue,
    copies_as_good,
    counterpart,
    smallest_known,
    verdict,
    verdict_json,
)
from qcode_rl.catalogue.data import build_known_codes
from qcode_rl.catalogue.data.build_known_codes import main as build
from qcode_rl.catalogue.known import dominates

CODES = catalogue().codes
PARAMETERS = {
    "n": st.integers(1, 800),
    "k": st.integers(1, 40),
    "d": st.integers(1, 25),
    "w": st.integers(3, 12),
    "css": st.booleans(),
}


def code(n: int, k: int, d: int, w: int, css: bool = True) -> SimpleNamespace:
    return SimpleNamespace(n=n, k=k, d=d, w=w, css=css)


def as_good(known: KnownCode, n: int, k: int, d: int, w: int, css: bool) -> bool:
    no_worse = known.n <= n and known.k >= k and known.d >= d and known.w <= w
    return no_worse and (known.css or not css)


def test_every_row_has_sound_parameters_and_a_source() -> None:
    assert len(CODES) == 2669
    named = {source.id for source in catalogue().sources}
    for known in CODES:
        assert 1 <= known.k <= known.n - 2 * (known.d - 1)  # the quantum Singleton bound
        assert known.w >= 3
        assert known.q is None or known.q >= 1
        assert known.source in named
    assert {known.source for known in CODES} == named
    assert sum(known.proved for known in CODES) == 249


# Bravyi et al., arXiv:2308.07915, table 3; Lin & Pryadko, arXiv:2306.16400, abstract; textbooks.
@pytest.mark.parametrize(
    ("n", "k", "d", "w", "label"),
    [
        (5, 1, 3, 4, "[[5,1,3]](4,"),
        (72, 12, 6, 6, "[[72,12,6]](6,3)"),
        (90, 8, 10, 6, "[[90,8,10]](6,3)"),
        (144, 12, 12, 6, "[[144,12,12]](6,3)"),
        (70, 8, 10, 8, "[[70,8,<=10]](8,"),
    ],
)
def test_famous_codes_are_found(n: int, k: int, d: int, w: int, label: str) -> None:
    known = at_least_as_good(n, k, d, w)
    assert known is not None
    assert known.label.startswith(label)
    assert as_good(known, n, k, d, w, css=False)


@given(**PARAMETERS)
def test_a_code_is_named_exactly_if_some_row_is_as_good(
    n: int, k: int, d: int, w: int, css: bool
) -> None:
    rows = [known for known in CODES if as_good(known, n, k, d, w, css)]
    found = at_least_as_good(n, k, d, w, css)
    assert (found is None) == (not rows)
    if found is not None:
        assert found in rows
        # An unproved distance is shown only where no proved one will do.
        assert found.proved == any(known.proved for known in rows)


@given(**PARAMETERS)
def test_copies_are_as_good_and_found_if_any_are(n: int, k: int, d: int, w: int, css: bool) -> None:
    found = copies_as_good(n, k, d, w, css)
    possible = any(
        known.d >= d and known.w <= w and -(-k // known.k) * known.n <= n
        for known in CODES
        if known.css or not css
    )
    assert (found is not None) == possible
    if found is not None:
        copies, known = found
        assert as_good(known._replace(n=copies * known.n, k=copies * known.k), n, k, d, w, css)


@given(**{name: PARAMETERS[name] for name in ("k", "d", "w", "css")})
def test_the_smallest_known_code_is_the_shortest_that_is_proved(
    k: int, d: int, w: int, css: bool
) -> None:
    lengths = [known.n for known in CODES if known.proved and as_good(known, known.n, k, d, w, css)]
    found = smallest_known(k, d, w, css)
    assert (found is None) == (not lengths)
    if found is not None:
        assert found.proved
        assert as_good(found, min(lengths), k, d, w, css)


def test_small_codes_are_known_with_checks_of_weight_four() -> None:
    sizes = {
        (d, css): known.n
        for d in (3, 5, 7)
        for css in (True, False)
        if (known := smallest_known(1, d, 4, css)) is not None
    }
    # Steane's and rotated surface codes; XZZX codes on tilted tori (arXiv:1202.0928).
    assert [sizes[d, True] for d in (3, 5, 7)] == [7, 25, 49]
    assert [sizes[d, False] for d in (3, 5, 7)] == [5, 13, 25]
    assert smallest_known(1, 1000, 4, css=False) is None


def test_a_code_that_is_not_css_is_as_good_as_no_css_code() -> None:
    five, steane = "[[5,1,3]](4,?)", "[[7,1,3]](4,3)"
    assert verdict(code(7, 1, 3, 4)).split(", ")[0].endswith(steane)
    assert verdict(code(7, 1, 3, 4, css=False)).split(", ")[0].endswith(five)
    assert counterpart(code(5, 1, 3, 4)) is None
    match = counterpart(code(72, 12, 6, 6, css=False))  # a CSS code is a stabilizer code
    assert match is not None
    assert match.code.css


def test_marked_rows_are_those_that_none_outdoes() -> None:
    best = [known for known in CODES if known.undominated]
    for known in CODES:
        better = [other for other in best if dominates(other, known)]
        if known.undominated:
            assert better == [known]
        else:
            assert better


def test_a_recorded_distance_outdoes_no_proved_one() -> None:
    proved = KnownCode(9, 1, 3, True, 4, None, "", 1, "textbook", "", False)
    recorded = proved._replace(d=4, proved=False)
    assert not dominates(recorded, proved)
    assert not dominates(proved, recorded)
    assert dominates(proved, recorded._replace(d=3))


def test_a_code_that_is_not_css_outdoes_no_css_code() -> None:
    css = KnownCode(9, 1, 3, True, 4, None, "", 1, "textbook", "", False, True)
    other = css._replace(n=5, css=False)
    assert not dominates(other, css)
    assert dominates(css._replace(n=5), css._replace(css=False))


def test_matching_leaves_open_what_is_not_given() -> None:
    held = catalogue()
    assert held.matching() == list(held.best)
    assert all(known.k >= 12 and known.w <= 6 for known in held.matching(k=12, w=6))
    assert held.matching(72, 12, 6, 6)[0].label == "[[72,12,6]](6,3)"
    assert held.matching(d=1000) == []
    assert {known.k for known in held.of_size(n=72)} > {8, 12}
    assert all((known.n, known.k) == (72, 12) for known in held.of_size(72, 12))


def test_verdicts_name_a_code_and_its_source() -> None:
    assert verdict(code(72, 12, 6, 6)) == (
        "the catalogue has one at least as good: [[72,12,6]](6,3), "
        "qldpc-challenge 2026-08-21 72-12-6"
    )
    assert verdict(code(30, 8, 4, 6)) == (
        "the catalogue has one at least as good if its recorded d<=4 is its distance: "
        "[[30,8,<=4]](6,?), Lin & Pryadko arXiv:2306.16400"
    )


def test_copies_side_by_side_are_told() -> None:
    match = counterpart(code(1600, 121, 12, 6))
    assert match is not None
    assert (match.copies, match.label) == (11, "11 x [[144,12,12]](6,3)")
    words = verdict(code(1600, 121, 12, 6))
    assert words.startswith("not in the catalogue (2026-08-21; 2,669 codes from Lin & Pryadko ")
    assert ", but 11 copies side by side of one there are as good: [[144,12,12]](6,3), " in words


def test_what_is_not_there_is_said_to_be_not_in_the_catalogue_never_new() -> None:
    words = verdict(code(20, 4, 5, 6))
    assert words == catalogue().absence
    assert words == (
        "not in the catalogue (2026-08-21; 2,669 codes from Lin & Pryadko arXiv:2306.16400; "
        "qldpc-challenge 2026-08-21; qldpc-challenge after 2026-08-21; textbook; "
        "computed by qcode-rl)"
    )
    assert counterpart(code(20, 4, 5, 6)) is None


def test_codes_without_a_distance_are_not_compared() -> None:
    assert verdict(code(9, 0, 0, 4)).endswith(
        "not compared with the catalogue: it has no logical qubits"
    )
    assert verdict(code(9, 1, 0, 4)).endswith(
        "not compared with the catalogue: no distance is proved"
    )
    assert counterpart(code(900, 1, 0, 9)) is None


def test_the_json_of_a_verdict_says_whether_the_distance_is_proved() -> None:
    told = verdict_json(code(30, 8, 4, 6))
    assert list(told) == ["verdict", "code", "copies", "date"]
    assert (told["copies"], told["date"]) == (1, "2026-08-21")
    assert told["code"]["d"] == {"recorded": 4, "proved": False}
    assert told["code"]["source"] == "Lin & Pryadko arXiv:2306.16400"
    assert told["code"]["q"] is None
    assert verdict_json(code(20, 4, 5, 6))["code"] is None


def test_the_file_is_what_the_programs_make_of_a_table_and_of_recipes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed = [known for known in CODES if known.source == "computed"]
    monkeypatch.setattr(build_known_codes, "computed_codes", lambda: computed)
    sources = {
        "lin-pryadko": "Lin & Pryadko arXiv:2306.16400",
        "qldpc-challenge": "unitaryfoundation/qldpc-challenge 2026-08-21 ",
        "qldpc-challenge-later": "unitaryfoundation/qldpc-challenge entries after 2026-08-21",
        "textbook": "textbook",
    }
    with (tmp_path / "table.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        columns = ("n", "k", "d", "d_exact", "w", "q", "family", "components", "source")
        writer.writerow(columns)
        for known in (known for known in reversed(CODES) if known.source != "computed"):
            row = (*known[:3], int(known.proved), *known[4:8], sources[known.source] + known.entry)
            writer.writerow(row)
    build(str(tmp_path / "table.csv"), str(tmp_path / "made.csv"))
    shipped = Path(build.__code__.co_filename).with_name("known_codes.csv")
    head, made = (
        text.splitlines() for text in (shipped.read_text(), (tmp_path / "made.csv").read_text())
    )
    assert made == head


def test_the_catalogue_loads_quickly_and_without_numpy() -> None:
    program = (
        "import sys, json, csv, pathlib, dataclasses, time\n"
        "start = time.process_time()\n"
        "from qcode_rl.catalogue import at_least_as_good\n"
        "at_least_as_good(72, 12, 6, 6)\n"
        "print('numpy' in sys.modules, 'numba' in sys.modules, time.process_time() - start)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    numpy, numba, seconds = result.stdout.split()
    assert (numpy, numba) == ("False", "False")
    assert float(seconds) < 0.5  # some 0.02 s; machines may be busy
