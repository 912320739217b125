"""Pages as written: whole without scripts, safe whatever an archive holds, bounded in size."""

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qcode_rl import browse
from qcode_rl.archive import Archive, CodeRecord, Counts, Provenance
from qcode_rl.browse import build_page, write_page
from qcode_rl.codes import CSSCode, named_code
from qcode_rl.distance import Distance, Witness, distance_of
from qcode_rl.errors import InputError


def test_the_table_is_whole_without_scripts(shipped: Archive, read_page: Any) -> None:
    records = shipped.records()
    read = read_page(build_page(shipped, records).html)
    head, *rows = read.rows
    assert head[:7] == ["code", "n", "k", "d", "w", "q", "kd²/n"]
    assert {row[0] for row in rows} == {record.label for record in records}
    assert {row[-1] for row in rows} == {record.key[:12] for record in records}
    merits = [float(row[6]) for row in rows]
    assert merits == sorted(merits, reverse=True)
    assert "qcode-rl archive: 44 codes" in read.texts


def test_the_data_hold_every_code_in_the_order_of_the_table(
    shipped: Archive, read_page: Any
) -> None:
    read = read_page(build_page(shipped, shipped.records()).html)
    codes = read.data["codes"]
    assert [code["label"] for code in codes] == [row[0] for row in read.rows[1:]]
    for code in codes:
        record = shipped.get(code["key"])
        assert code["code"] == record.presentation.to_json()
        facts = dict(code["facts"])
        assert facts["key"] == record.key
        assert facts["distance"].startswith(f"{record.d}, proved; ")
        assert facts["catalogue"].startswith(("the catalogue has", "not in the catalogue"))
        assert len(code["counts"]) == len(shipped.counts(record.key))


def test_nothing_is_fetched(shipped: Archive, read_page: Any) -> None:
    html = build_page(shipped, shipped.records()).html
    read = read_page(html)
    fetching = {"src", "srcset", "action", "data", "poster", "background", "formaction"}
    assert not [held for held in read.attributes if held[1] in fetching]
    assert all(value.startswith("#code=") for _, name, value in read.attributes if name == "href")
    assert not {"link", "iframe", "object", "embed", "base", "img"} & {*read.tags}
    addresses = {*re.findall(r"https?://[^\"' ]*", html)}
    assert addresses == {"http://www.w3.org/2000/svg"}  # a name, which nothing is fetched from
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|WebSocket|import\(", html)


def test_the_policy_allows_its_own_script_and_style_alone(shipped: Archive, read_page: Any) -> None:
    read = read_page(build_page(shipped, []).html)
    policy = next(v for _, name, v in read.attributes if name == "content" and "default-src" in v)
    digests = [
        base64.b64encode(hashlib.sha256(read.sources[kind].encode()).digest()).decode()
        for kind in ("style", "script")
    ]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digests[0]}'; script-src 'sha256-{digests[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_hostile_texts_stay_texts(
    fill: Callable[..., Archive], hostile: CodeRecord, read_page: Any
) -> None:
    held, text = fill(hostile), hostile.family
    plain = read_page(build_page(held, []).html)
    read = read_page(build_page(held, held.records(), text).html)
    assert read.tags.count("script") == plain.tags.count("script") == 2
    assert read.sources["script"] == plain.sources["script"]
    assert read.texts.count(text) == 2  # the lead, and the family in the table
    (code,) = read.data["codes"]
    assert [f"note: {text}", "https://example.org/"] in code["facts"]
    assert code["family"] == text


def test_texts_become_elements_by_text_alone() -> None:
    assets = Path(browse.__file__).parent / "assets"
    for path in assets.glob("*.js"):
        script = path.read_text()
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", script)
        assert "</script" not in script
        assert all(len(line) <= 100 for line in script.splitlines())


def test_logical_errors_and_contradictions_are_told(
    fill: Callable[..., Archive], read_page: Any
) -> None:
    code = named_code("steane")
    assert isinstance(code, CSSCode)
    true, false = distance_of(code), Distance(4, 7, Witness(tuple(range(7))), "a liar")
    fill(CodeRecord.of(code, true, Provenance(), "steane"))
    held = fill(CodeRecord.of(code, false, Provenance(), "steane"))
    with held.writer("run") as writer:
        experiment = {"model": "capacity", "p": 0.01, "decoder": ["deep"], "rounds": 1}
        writer.add_counts(code.key, Counts("c" * 64, experiment, 2000, 30, circuit_distance=3))
    held.reload()
    data = read_page(build_page(held, held.records()).html).data
    (told,) = data["codes"]
    assert "d >= 4 (a liar) contradicts d <= 3" in dict(told["facts"])["contradiction"]
    line = dict(zip(data["counted"], told["counts"][0], strict=True))
    assert (line["p"], line["decoder"], line["shots"]) == ("0.01", '["deep"]', "2,000")
    assert (line["circuit distance"], line["errors"], line["rate"]) == ("≤3", "30", "0.015")


def test_matrices_that_do_not_fit_are_left_out_and_named(shipped: Archive, read_page: Any) -> None:
    records = shipped.records()
    page = build_page(shipped, records, most_bytes=20_000)
    read = read_page(page.html)
    with_checks = {code["key"] for code in read.data["codes"] if "code" in code}
    assert 5 < len(with_checks) < len(records)
    assert {record.key for record in page.left_out} == {r.key for r in records} - with_checks
    for record in page.left_out:
        assert f"{record.label} {record.key[:12]}" in read.texts
    everything, nothing = (build_page(shipped, records, most_bytes=b) for b in (10**9, 0))
    assert everything.left_out == []
    assert len(nothing.left_out) == len(records)
    assert len(page.html) <= len(nothing.html) + 20_000


def test_too_many_codes_are_refused(shipped: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qcode_rl.browse.page.MOST_CODES", 10)
    with pytest.raises(InputError, match=r"^browse: a page has at most 10 codes \(--where .* 44$"):
        build_page(shipped, shipped.records())


def test_a_file_is_replaced_by_force_alone(shipped: Archive, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    page = build_page(shipped, [])
    write_page(page, path)
    with pytest.raises(InputError, match=r"exists already \(--force replaces it\)$"):
        write_page(page, path)
    write_page(page._replace(html="ünlike"), path, force=True)
    assert path.read_text("utf-8") == "ünlike"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written_is_named(shipped: Archive, tmp_path: Path) -> None:
    for path in (tmp_path / "none" / "page.html", tmp_path):
        with pytest.raises(InputError, match=r"^output: cannot write '.*': "):
            write_page(build_page(shipped, []), path, force=True)
    assert list(tmp_path.iterdir()) == []
