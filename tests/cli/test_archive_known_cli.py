"""`qcode-rl archive known`: what has been published."""

import json

import pytest
from click.testing import CliRunner

from qcode_rl.catalogue import catalogue
from qcode_rl.cli.archive import archive
from qcode_rl.errors import InputError


def run(*arguments: str) -> str:
    result = CliRunner().invoke(archive, ["known", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    assert result.stderr == ""
    return result.stdout


def test_a_code_at_least_as_good_is_named_with_its_source_and_the_limit_of_products() -> None:
    table, limits, contents = run("72,12,6,6").split("\n\n")
    assert [line.split() for line in table.splitlines()] == [
        ["code", "kind", "family", "source"],
        [
            "[[72,12,6]](6,3)",
            "css",
            "bivariate-bicycle",
            "qldpc-challenge",
            "2026-08-21",
            "72-12-6",
        ],
    ]
    assert limits == (
        "hypergraph products (by bounds on linear codes): "
        "d <= 4 if n <= 72 and k >= 12; n >= 180 if k >= 12 and d >= 6"
    )
    assert contents == catalogue().contents + "\n"


def test_what_the_catalogue_lacks_is_said_not_to_be_in_it() -> None:
    assert run("20,4,5,6").split("\n\n")[0] == catalogue().absence


def test_an_open_distance_lists_the_best_first_and_marks_what_is_not_proved() -> None:
    labels = [line.split()[0] for line in run("72,12,*,6").split("\n\n")[0].splitlines()[1:]]
    assert labels[0] == "[[72,12,6]](6,3)"
    assert "[[48,12,<=4]](6,?)" in labels
    assert len(labels) == len(catalogue().matching(72, 12, None, 6))
    assert run("72,12,*,6") == run(" 72, 012 ,*,6 ")
    assert run("72,12") == run("72,12,*,*")


def test_all_lists_every_row_of_a_size() -> None:
    every = run("72,12,6,6", "--all").split("\n\n")[1].splitlines()
    assert every[0] == "every code with n = 72, k = 12:"
    assert len(every) == 2 + len(catalogue().of_size(72, 12))
    assert "none has n = 71, k = 12" in run("71,12,6,6", "--all")
    assert "\n\nevery code with any n and k:\n" in run("*,*,9,6", "--all")


def test_codes_that_are_not_css_are_told_as_such_and_left_out_at_wish() -> None:
    lines = [line.split() for line in run("7,1,3,4", "--all").split("\n\n")[0].splitlines()[1:]]
    assert [line[:2] for line in lines] == [
        ["[[5,1,3]](4,?)", "stabilizer"],
        ["[[7,1,3]](4,3)", "css"],
    ]
    assert run("5,1,3,4", "--css").split("\n\n")[0] == catalogue().absence
    told = json.loads(run("5,1", "--all", "--json"))
    assert {code["css"] for code in told["all"]} == {True, False}
    told = json.loads(run("5,1", "--all", "--css", "--json"))
    assert told["query"]["css"] is True
    assert {code["css"] for code in told["all"]} == {True}


def test_what_products_cannot_reach_at_all_is_said() -> None:
    assert "none has n <= 3 and k >= 4\n" in run("3,4")
    assert "if k >= 1 and d >= 3" in run("*,*,3")
    assert "hypergraph products (" not in run("*,400,3,6")
    assert "hypergraph products (" not in run("*")


def test_the_json_holds_query_codes_limits_and_sources() -> None:
    told = json.loads(run("72,12,*,6", "--json"))
    assert list(told) == ["query", "codes", "hypergraph_products", "catalogue"]
    assert told["query"] == {"n": 72, "k": 12, "d": None, "w": 6, "css": False}
    assert told["codes"][0]["d"] == {"recorded": 6, "proved": True}
    assert all(code["css"] is True for code in told["codes"])
    assert told["hypergraph_products"] == {"largest_distance": 4, "fewest_qubits": None}
    assert told["catalogue"]["codes"] == 2669
    assert told["catalogue"]["sources"][0]["url"] == "https://github.com/QEC-pages/2BGA-codes"
    every = json.loads(run("72,12", "--all", "--json"))["all"]
    assert {(code["n"], code["k"]) for code in every} == {(72, 12)}


@pytest.mark.parametrize(
    "query", ["", "72,", "72,12,6,6,3", "72,x", "-1,2", "0,1", "7.5", "[[72,12,6]]", "1234567", "٣"]
)
def test_bad_queries_are_refused(query: str) -> None:
    result = CliRunner().invoke(archive, ["known", "--", query])
    assert isinstance(result.exception, InputError)
    rule = "must be N,K,D,W, each a number from 1 to 999999 or *, such as '72,12,*,6'"
    assert str(result.exception) == f"known: {rule}, got {query!r}"
