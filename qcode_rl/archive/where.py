"""Conditions on archived codes, such as `k>=4 and d>=6 and not family="hgp"`.

A hand-written tokenizer and recursive descent; nothing is evaluated as Python. The grammar:

    condition  = all ("or" all)*
    all        = one ("and" one)*
    one        = "not"* ( "(" condition ")" | comparison )
    comparison = operand (("<" | "<=" | "=" | "==" | "!=" | ">=" | ">") operand)+
    operand    = name | number | text in single or double quotes
"""

import re
from typing import NamedTuple, NoReturn

from qcode_rl.archive.conditions import (
    NAMES,
    RELATIONS,
    TEXTS,
    Comparison,
    Condition,
    Conjunction,
    Disjunction,
    Negation,
    Operand,
)
from qcode_rl.errors import InputError

#: Longest condition, in characters, and deepest nesting of parentheses.
MAX_LENGTH, MAX_DEPTH = 1000, 40

_KEYWORDS = {"and", "or", "not"}
_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:
        (?P<number>-?[0-9]+(?:\.[0-9]+)?)
      | (?P<word>[A-Za-z_](?:[A-Za-z_0-9]|-(?=[A-Za-z]))*)
      | (?P<text>'[^']*'|"[^"]*")
      | (?P<relation><=|>=|==|!=|<|>|=)
      | (?P<bracket>[()])
    )""",
    re.VERBOSE,
)


class _Token(NamedTuple):
    kind: str
    words: str
    column: int

    def __str__(self) -> str:
        return repr(self.words) if self.words else "the end"


def parse_where(text: str) -> Condition:
    """Read a condition on codes.

    Args:
        text: comparisons joined by `and`, `or`, `not` and parentheses. Names: n, k, d (what is
            proved), dmax (the most it may be), w, q, kd2n (k d^2 / n with the proved d), seed,
            which are numbers; family, created (a time such as 2026-01-31T12:00:00Z), key, which are
            text and are compared with quoted text.

    Returns:
        The condition.

    Raises:
        InputError: saying what was expected in which column, and what is there.

    Example:
        >>> from types import SimpleNamespace
        >>> parse_where("k >= 4 and not w > 6").holds(SimpleNamespace(k=8, w=6))
        True
    """
    if len(text) > MAX_LENGTH:
        raise InputError(f"where: must have at most {MAX_LENGTH} characters, got {len(text)}")
    parser = _Parser(_tokens(text))
    condition = parser.condition(depth=0)
    if parser.next.kind != "end":
        parser.refuse("'and', 'or' or the end")
    return condition


def _tokens(text: str) -> list[_Token]:
    tokens, place = [], 0
    end = len(text.rstrip(" \t\r\n"))
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None:
            place += len(text[place:]) - len(text[place:].lstrip(" \t\r\n"))
            rule = "a closing quote for the one" if text[place] in "'\"" else "a condition"
            raise InputError(f"where: expected {rule} at column {place + 1}, got {text[place]!r}")
        kind = match.lastgroup or ""
        words = match[kind]
        if kind == "word" and words.lower() in _KEYWORDS:
            kind, words = "keyword", words.lower()
        tokens.append(_Token(kind, words, match.start(match.lastgroup or 0) + 1))
        place = match.end()
    return [*tokens, _Token("end", "", end + 1)]


class _Parser:
    """Recursive descent; `next` is the token that is looked at."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._place = 0

    @property
    def next(self) -> _Token:
        """The token that is looked at."""
        return self._tokens[self._place]

    def refuse(self, expected: str) -> NoReturn:
        """Say where something else was expected."""
        column = self.next.column
        raise InputError(f"where: expected {expected} at column {column}, got {self.next}")

    def condition(self, depth: int) -> Condition:
        """Read alternatives joined by `or`."""
        parts = [self._all(depth)]
        while self._take("keyword", "or"):
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else Disjunction(tuple(parts))

    def _all(self, depth: int) -> Condition:
        parts = [self._one(depth)]
        while self._take("keyword", "and"):
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else Conjunction(tuple(parts))

    def _one(self, depth: int) -> Condition:
        negated = False
        while self._take("keyword", "not"):
            negated = not negated
        part = self._bracketed(depth + 1) if self.next.words == "(" else self._comparison()
        return Negation(part) if negated else part

    def _bracketed(self, depth: int) -> Condition:
        if depth > MAX_DEPTH:
            self.refuse(f"at most {MAX_DEPTH} nested parentheses")
        self._take("bracket", "(")
        condition = self.condition(depth)
        if not self._take("bracket", ")"):
            self.refuse("'and', 'or' or ')'")
        return condition

    def _comparison(self) -> Comparison:
        operands, relations = [self._operand("a comparison")], []
        while self.next.kind == "relation":
            relations.append(self._advance().words)
            column = self.next.column
            quoted = operands[-1].is_text
            operands.append(self._operand("a name, a number or a quoted text", quoted))
            if operands[-1].is_text != operands[-2].is_text:
                kind = "text" if operands[-2].is_text else "a number"
                raise InputError(f"where: expected {kind} at column {column}, to compare alike")
        if not relations:
            self.refuse(f"one of {' '.join(RELATIONS)}")
        return Comparison(tuple(operands), tuple(relations))

    def _operand(self, expected: str, quoted: bool = False) -> Operand:
        """Read an operand; `quoted` if a text, other than a name of one, stands in quotes here."""
        token = self.next
        if token.kind == "number":
            number = float(token.words) if "." in token.words else int(token.words)
            self._advance()
            return Operand(lambda _record: number, is_text=False)
        if token.kind == "text":
            self._advance()
            return Operand(lambda _record: token.words[1:-1], is_text=True)
        if token.kind != "word":
            self.refuse(expected)
        if token.words not in NAMES:
            if quoted:
                self.refuse("a text in quotes, such as 'two-block',")
            self.refuse(f"one of the names {', '.join(NAMES)}")
        self._advance()
        return Operand(NAMES[token.words], token.words in TEXTS)

    def _advance(self) -> _Token:
        self._place += 1
        return self._tokens[self._place - 1]

    def _take(self, kind: str, words: str) -> bool:
        """Pass over a token if it is this one, and say whether it was."""
        found = (self.next.kind, self.next.words) == (kind, words)
        self._place += found
        return found
