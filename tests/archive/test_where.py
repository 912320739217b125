"""Conditions on archived codes."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcode_rl.archive.where import MAX_DEPTH, MAX_LENGTH, parse_where
from qcode_rl.errors import InputError


def code(**changes: Any) -> SimpleNamespace:
    """A [[72,12,4..6]](6,3) found with seed 5."""
    values: dict[str, Any] = {
        **{"n": 72, "k": 12, "d": 4, "w": 6, "q": 3, "merit": 12 * 16 / 72},
        **{"family": "hgp", "key": "3f9a", "distance": SimpleNamespace(lower=4, upper=6)},
        "provenance": SimpleNamespace(seed=5, created="2026-03-04T05:06:07Z"),
    }
    return SimpleNamespace(**{**values, **changes})


def holds(text: str, **changes: Any) -> bool:
    return parse_where(text).holds(code(**changes))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("k>=4 and d>=4 and w<=6", True),
        ("k>=4 and d>=6 and w<=6", False),  # d is what is proved
        ("dmax = 6", True),
        ("n=72", True),
        ("n==72", True),
        ("n!=72", False),
        ("n<72 or n>72", False),
        ("not n<72", True),
        ("NOT n<72 AND k = 12", True),
        ("not not n<72", False),
        ("not (n=72 and k=13)", True),
        ("k=1 or k=12 and n=72", True),  # and binds more tightly
        ("(k=12 or k=1) and n=71", False),
        ("not k=1 and n=71", False),  # not binds more tightly still
        ("4 <= k < 13", True),
        ("4 <= k < 12", False),
        ("d <= dmax", True),
        ("w > q", True),
        ("72 = n", True),
        ("1 < 2", True),
        ("kd2n >= 2.66", True),
        ("kd2n >= 2.67", False),
        ("seed = 5", True),
        ("seed > -1", True),
        ("family = 'hgp'", True),
        ('family != "css"', True),
        ("created >= '2026-03-01' and created < '2026-04'", True),
        ("key = '3f9a'", True),
        ("'a' < 'b'", True),
        ("  k >=\t4\n", True),
        ("((((k=12))))", True),
    ],
)
def test_conditions_mean_what_they_say(text: str, expected: bool) -> None:
    assert holds(text) is expected


def test_a_missing_seed_is_unequal_to_everything_and_in_no_order() -> None:
    source = SimpleNamespace(seed=None, created="")
    for text in ("seed = 0", "seed < 1", "seed >= 0", "seed = seed"):
        assert not holds(text, provenance=source)
    assert holds("seed != 0 and not seed = 0", provenance=source)


def test_an_unknown_distance_may_be_up_to_n_and_none_is_zero() -> None:
    assert holds("d = 0 and dmax = n", d=0, distance=None)
    assert holds("d = 0 and dmax = 0", d=0, k=0, distance=None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("k>=4 and and d>=6", "expected a comparison at column 10, got 'and'"),
        ("and k>=4", "expected a comparison at column 1, got 'and'"),
        ("", "expected a comparison at column 1, got the end"),
        ("   ", "expected a comparison at column 1, got the end"),
        ("k>=4 and", "expected a comparison at column 9, got the end"),
        ("k", "expected one of < <= = == != >= > at column 2, got the end"),
        ("k and n", "expected one of < <= = == != >= > at column 3, got 'and'"),
        ("k 4", "expected one of < <= = == != >= > at column 3, got '4'"),
        ("k >= ", "expected a name, a number or a quoted text at column 5, got the end"),
        ("k >= >= 4", "expected a name, a number or a quoted text at column 6, got '>='"),
        ("k >= (4)", "expected a name, a number or a quoted text at column 6, got '('"),
        ("k >= 4 d >= 6", "expected 'and', 'or' or the end at column 8, got 'd'"),
        ("k >= 4)", "expected 'and', 'or' or the end at column 7, got ')'"),
        ("(k >= 4", "expected 'and', 'or' or ')' at column 8, got the end"),
        ("()", "expected a comparison at column 2, got ')'"),
        ("not", "expected a comparison at column 4, got the end"),
        ("k >= 4 & d", "expected a condition at column 8, got '&'"),
        ("k >= 4; import os", "expected a condition at column 7, got ';'"),
        ("family = 'hgp", 'expected a closing quote for the one at column 10, got "\'"'),
        ("family = hgp", "a text in quotes, such as 'two-block', at column 10, got 'hgp'"),
        ("family=two-block", "such as 'two-block', at column 8, got 'two-block'"),
        (
            "K >= 4",
            "expected one of the names n, k, d, dmax, w, q, kd2n, seed, family, created, key",
        ),
        ("k = '4'", "expected a number at column 5, to compare alike"),
        ("family < 4", "expected text at column 10, to compare alike"),
        ("1 < k < 'x'", "expected a number at column 9, to compare alike"),
        ("k >= ٤", "expected a condition at column 6, got '٤'"),
        ("k\u00a0>= 4", "expected a condition at column 2, got '\\xa0'"),
        ("(" * 41 + "k=1" + ")" * 41, "expected at most 40 nested parentheses at column 41"),
        ("k" * 1001, "must have at most 1000 characters, got 1001"),
    ],
)
def test_errors_name_the_column(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_where(text)
    assert str(caught.value).startswith("where: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_nesting_and_length_may_go_up_to_their_limits() -> None:
    assert holds("(" * MAX_DEPTH + "k=12" + ")" * MAX_DEPTH)
    words = "not " * 200 + "k=12"
    assert len(words) < MAX_LENGTH
    assert holds(words)
    assert holds(f"k < {'9' * 900}")
    assert holds(f"kd2n < {'9' * 900}.5")


@given(st.text(alphabet="nkdwq0159.<>=!()'\" andortxé\n\t-", max_size=40) | st.text(max_size=30))
def test_whatever_the_text_it_is_read_or_refused(text: str) -> None:
    try:
        condition = parse_where(text)
    except InputError:
        return
    assert condition.holds(code()) in (True, False)


# Conditions as text, each with what it means, composed side by side.
Meaning = tuple[str, Callable[[SimpleNamespace], bool]]
PLAIN: dict[str, Callable[[Any], Any]] = {
    **{name: (lambda record, name=name: getattr(record, name)) for name in "nkdwq"},
    "kd2n": lambda record: record.merit,
    "dmax": lambda record: record.distance.upper,
    "seed": lambda record: record.provenance.seed,
}
SYMBOLS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "=": lambda a, b: a == b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">=": lambda a, b: a >= b,
    ">": lambda a, b: a > b,
}
OPERANDS = st.sampled_from(sorted(PLAIN.items())) | st.integers(-2, 15).map(
    lambda number: (str(number), lambda record: number)
)
SPACES = st.sampled_from(["", " ", "\t "])


@st.composite
def comparisons(draw: st.DrawFn) -> Meaning:
    chain = [draw(OPERANDS)]
    symbols = draw(st.lists(st.sampled_from(sorted(SYMBOLS)), min_size=1, max_size=3))
    text = chain[0][0]
    for symbol in symbols:
        chain.append(draw(OPERANDS))
        text += draw(SPACES) + symbol + draw(SPACES) + chain[-1][0]

    def meaning(record: SimpleNamespace) -> bool:
        values = [value(record) for _, value in chain]
        return all(SYMBOLS[s](values[i], values[i + 1]) for i, s in enumerate(symbols))

    return text, meaning


def compound(inner: st.SearchStrategy[Meaning]) -> st.SearchStrategy[Meaning]:
    def negated(part: Meaning) -> Meaning:
        return f"not ({part[0]})", lambda record: not part[1](record)

    def joined(parts: list[Meaning], word: str) -> Meaning:
        text = f" {word} ".join(f"({text})" for text, _ in parts)
        over = all if word == "and" else any
        return text, lambda record: over(meaning(record) for _, meaning in parts)

    lists = st.lists(inner, min_size=2, max_size=3)
    return inner.map(negated) | st.builds(joined, lists, st.sampled_from(["and", "or"]))


@given(
    st.recursive(comparisons(), compound, max_leaves=6),
    st.builds(
        code,
        **{name: st.integers(0, 14) for name in "nkdwq"},
        merit=st.floats(0, 15),
        distance=st.builds(SimpleNamespace, upper=st.integers(0, 14)),
        provenance=st.builds(SimpleNamespace, seed=st.integers(0, 14)),
    ),
)
def test_compound_conditions_agree_with_an_evaluation_of_their_own(
    condition: Meaning, record: SimpleNamespace
) -> None:
    text, meaning = condition
    if len(text) <= MAX_LENGTH:
        assert parse_where(text).holds(record) == meaning(record)


@given(st.lists(st.sampled_from(["k=12", "k=1", "not k=12", "not k=1"]), min_size=1), st.data())
def test_and_binds_more_tightly_than_or(parts: list[str], data: st.DataObject) -> None:
    parts = parts[:20]
    words = [data.draw(st.sampled_from([" and ", " or "])) for _ in parts[1:]]
    truths = {"k=12": "True", "k=1": "False", "not k=12": "False", "not k=1": "True"}
    text, python = parts[0], truths[parts[0]]
    for word, part in zip(words, parts[1:], strict=True):
        text, python = text + word + part, python + word + truths[part]
    assert holds(text) == eval(python)
