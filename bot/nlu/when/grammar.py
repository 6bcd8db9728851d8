"""A small grammar engine: rules in plain patterns, matched longest first, each result kept per position.

A pattern is a row of words: `word`, alternatives `this|that`, optional `the?`, groups `(a week | two weeks)?`, and `<name>` for
another symbol, whose value is handed to the rule's builder in order (an optional symbol that is absent hands over None). A
terminal is a function from tokens to a value. A builder may return None to reject what it was given.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

from bot.nlu.when.tokens import Token

# Terminals may look this many tokens past the end of the text without checking.
LOOK_AHEAD = 6
# A terminal with this key may begin with any token; a rule must not begin with it.
ANY = "<any>"
Match = tuple[int, tuple[Any, ...]]
Matcher = Callable[["Parse", int], list[Match]]
Builder = Callable[..., Any]
Terminal = Callable[[list[Token], int], "tuple[int, Any] | None"]
_PIECES = re.compile(r"\(|\)\??|<\w+>\??|[^\s()<>]+")


class Grammar:
    """A set of rules and terminals, closed by `ready` before the first parse."""

    def __init__(self) -> None:
        self._rules: dict[str, list[tuple[str, _Node, Builder]]] = {}
        self._terminals: dict[str, tuple[frozenset[str], Terminal]] = {}
        self._index: dict[str, dict[str, list[tuple[Matcher, Builder]]]] = {}
        self._firsts: dict[str, frozenset[str]] = {}

    def rule(self, symbol: str, pattern: str, build: Builder) -> None:
        """Add one way to write `symbol`."""
        self._rules.setdefault(symbol, []).append((pattern, _read(pattern), build))

    def terminal(self, symbol: str, keys: Iterable[str], match: Terminal) -> None:
        """Add a symbol that a function recognises; `keys` are the token keys it can begin with."""
        self._terminals[symbol] = (frozenset(keys), match)

    def ready(self) -> Grammar:
        """Compute what each rule can begin with, so that a parse tries only rules that can match. Raises ValueError on unknown symbols."""
        for symbol, (keys, _) in self._terminals.items():
            self._firsts[symbol] = keys
        for symbol in self._rules:
            self._firsts.setdefault(symbol, frozenset())
        changed = True
        while changed:
            changed = False
            for symbol, rules in self._rules.items():
                first = frozenset().union(*(node.first(self._firsts)[0] for _, node, _ in rules))
                if first != self._firsts[symbol]:
                    self._firsts[symbol], changed = first, True
        for symbol, rules in self._rules.items():
            index = self._index.setdefault(symbol, {})
            for pattern, node, build in rules:
                first, empty = node.first(self._firsts)
                if empty:
                    raise ValueError(f"rule {symbol} → {pattern!r} can match nothing at all; give it a word that must stand")
                matcher = node.compile()
                for key in first:
                    index.setdefault(key, []).append((matcher, build))
        return self

    def symbol(self, parse: Parse, name: str, at: int) -> tuple[int, Any] | None:
        """Return the longest match of a symbol: where it ends and its value."""
        token_key = parse.keys[at]
        if name in self._terminals:
            keys, match = self._terminals[name]
            return match(parse.tokens, at) if token_key in keys or ANY in keys else None
        best: tuple[int, Any] | None = None
        for matcher, build in self._index[name].get(token_key, ()):
            for end, values in matcher(parse, at):
                if best is None or end > best[0]:
                    value = build(*values)
                    if value is not None:
                        best = (end, value)
        return best


class Parse:
    """One text being matched: its tokens and every symbol already tried."""

    def __init__(self, grammar: Grammar, tokens: list[Token], end: Token) -> None:
        self.tokens = [*tokens, *[end] * LOOK_AHEAD]
        self.keys = [token.key for token in self.tokens]
        self._grammar = grammar
        self._known: dict[tuple[str, int], tuple[int, Any] | None] = {}

    def match(self, symbol: str, at: int) -> tuple[int, Any] | None:
        """Return the longest match of `symbol` at a token, or None."""
        key = (symbol, at)
        if key not in self._known:
            self._known[key] = None
            self._known[key] = self._grammar.symbol(self, symbol, at)
        return self._known[key]


class _Node(ABC):
    """A piece of a pattern."""

    @abstractmethod
    def first(self, firsts: dict[str, frozenset[str]]) -> tuple[frozenset[str], bool]:
        """Return what token keys it can begin with, and whether it can match nothing at all."""

    @abstractmethod
    def compile(self) -> Matcher:
        """Return the function that matches it."""


class _Words(_Node):
    def __init__(self, words: frozenset[str]) -> None:
        self._words = words

    def first(self, firsts: dict[str, frozenset[str]]) -> tuple[frozenset[str], bool]:
        return self._words, False

    def compile(self) -> Matcher:
        words = self._words

        def match(parse: Parse, at: int) -> list[Match]:
            return [(at + 1, ())] if parse.keys[at] in words else []

        return match


class _Symbol(_Node):
    def __init__(self, name: str) -> None:
        self._name = name

    def first(self, firsts: dict[str, frozenset[str]]) -> tuple[frozenset[str], bool]:
        if self._name not in firsts:
            raise ValueError(f"the grammar has no symbol <{self._name}>; add a rule or a terminal for it")
        return firsts[self._name], False

    def compile(self) -> Matcher:
        name = self._name

        def match(parse: Parse, at: int) -> list[Match]:
            found = parse.match(name, at)
            return [(found[0], (found[1],))] if found else []

        return match


class _Row(_Node):
    def __init__(self, parts: list[_Node]) -> None:
        self._parts = parts

    def first(self, firsts: dict[str, frozenset[str]]) -> tuple[frozenset[str], bool]:
        found: frozenset[str] = frozenset()
        for part in self._parts:
            keys, empty = part.first(firsts)
            found |= keys
            if not empty:
                return found, False
        return found, True

    def compile(self) -> Matcher:
        matchers = [part.compile() for part in self._parts]
        if len(matchers) == 1:
            return matchers[0]

        def match(parse: Parse, at: int) -> list[Match]:
            states: list[Match] = [(at, ())]
            for matcher in matchers:
                states = [(end, values + more) for begin, values in states for end, more in matcher(parse, begin)]
                if not states:
                    break
            return states

        return match


class _Choice(_Node):
    def __init__(self, rows: list[_Node], optional: bool, width: int) -> None:
        self._rows, self._optional, self._width = rows, optional, width

    def first(self, firsts: dict[str, frozenset[str]]) -> tuple[frozenset[str], bool]:
        pairs = [row.first(firsts) for row in self._rows]
        return frozenset().union(*(keys for keys, _ in pairs)), self._optional or any(empty for _, empty in pairs)

    def compile(self) -> Matcher:
        matchers = [row.compile() for row in self._rows]
        optional, absent = self._optional, (None,) * self._width

        def match(parse: Parse, at: int) -> list[Match]:
            found = [result for matcher in matchers for result in matcher(parse, at)]
            if optional:
                found.append((at, absent))
            return found

        return match


def _read(pattern: str) -> _Node:
    node, rest = _read_row(_PIECES.findall(pattern))
    if rest:
        raise ValueError(f"pattern {pattern!r} has an unmatched ')'; close what it opens")
    return node


def _read_row(pieces: list[str]) -> tuple[_Node, list[str]]:
    rows: list[list[_Node]] = [[]]
    symbols = 0
    while pieces and not pieces[0].startswith(")"):
        piece, pieces = pieces[0], pieces[1:]
        if piece == "|":
            rows.append([])
        elif piece == "(":
            inner, pieces = _read_row(pieces)
            close, pieces = pieces[0], pieces[1:]
            rows[-1].append(_Choice([inner], close.endswith("?"), _symbols(inner)) if close.endswith("?") else inner)
        elif piece.startswith("<"):
            symbol = _Symbol(piece.strip("<>?"))
            rows[-1].append(_Choice([symbol], True, 1) if piece.endswith("?") else symbol)
            symbols += 1
        else:
            words = _Words(frozenset(piece.removesuffix("?").split("|")))
            rows[-1].append(_Choice([words], True, 0) if piece.endswith("?") else words)
    if len(rows) == 1:
        return _Row(rows[0]), pieces
    return _Choice([_Row(row) for row in rows], False, 0), pieces


def _symbols(node: _Node) -> int:
    if isinstance(node, _Symbol):
        return 1
    if isinstance(node, _Row):
        return sum(_symbols(part) for part in node._parts)
    if isinstance(node, _Choice):
        return max(_symbols(row) for row in node._rows)
    return 0
