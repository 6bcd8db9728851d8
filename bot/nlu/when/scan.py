"""A message as a row of items: dates, times, the words that say what they are for, and everything else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.nlu.when.agreed_days import with_agreed_days
from bot.nlu.when.cues import Cue, Past, add_cues
from bot.nlu.when.events import add_events
from bot.nlu.when.grammar import Grammar, Parse
from bot.nlu.when.lexicon import PLURAL_WEEKDAYS, SUBJECTS, words
from bot.nlu.when.numbers import add_numbers
from bot.nlu.when.spanish import translated
from bot.nlu.when.stretch_rules import add_stretches
from bot.nlu.when.time_rules import add_times
from bot.nlu.when.times import Part
from bot.nlu.when.tokens import END, Token, folded, tokenize
from bot.nlu.when.visit_rules import add_visits

_FILLERS = words(
    """
    on at the for of in maybe perhaps say like um uh umm hmm er well please around about either any anytime sometime would
    be even just if possible possibly a also then let us see dear hon thanks thank ok okay yes yeah yep sure hi hello hey
    there this that only some time is are
    """
)
_CONNECTIVES = {
    "or": "or",
    "and": "and",
    "&": "and",
    "+": "and",
    "/": "or",
    ",": "comma",
    "-": "comma",
    "but": "but",
    "so": "turn",
    "then": "turn",
    "however": "turn",
}
_NOT_PAST = words("need wanted hoped preferred liked needed scheduled booked moved changed switched")
_NOUN_MARKS = words("my his her the a night day late work double early their our evening morning")
_STOPS = frozenset(".?!;\n")
_NOT = (
    "(not | except | except for | excepting | besides | other than | apart from | aside from | excluding | minus "
    "| save | save for | barring | not counting | with the exception of | leaving out | just not "
    "| never | avoid | not on | except on | hopefully not | preferably not | nothing | nothing on | none on | rather not | id rather not)"
)
_ANY_NOT = (
    "(any | every | all) (other)? (day | time | days)? (of the week)? (but | except | except for | other than | besides | save | barring "
    "| but not | that isnt | thats not | not)"
)


@dataclass(frozen=True)
class Item:
    """One piece of a message: its kind, what it means, and the half-open token span it covers."""

    kind: str
    value: Any
    start: int
    end: int


def _grammar() -> Grammar:
    grammar = Grammar()
    add_numbers(grammar)
    add_times(grammar)
    add_events(grammar)
    add_stretches(grammar)
    add_visits(grammar)
    add_cues(grammar)
    for cue, word in ((Cue.ACCEPT_POST, "would | might | does | will | could | yes"), (Cue.REJECT_POST, "no | doesnt | wont")):
        grammar.rule("cue", f"({word}) <pause>", lambda _, cue=cue: cue)
    grammar.rule("not", _NOT, lambda: "not")
    grammar.rule("not", "(that | which) (isnt | arent | is not | are not) (on)?", lambda: "not")
    grammar.rule("not", f"but {_NOT}", lambda: "not")
    grammar.rule("not", f"and {_NOT}", lambda: "not")
    grammar.rule("not", _ANY_NOT, lambda: "any_not")
    grammar.rule(
        "not",
        "(anything | anytime | whenever | everyday | anyday) (but | except | except for | other than | besides | but not)",
        lambda: "any_not",
    )
    grammar.rule(
        "not",
        "(any | some | another | an | a)? (other | different | another) (day | time | date | slot | appointment | opening)? "
        "(than | from) (on | at | my)?",
        lambda: "other_than",
    )
    grammar.rule("date_time", "tonight", lambda: "tonight")
    grammar.rule("date_time", "this <part>", lambda part: part)
    grammar.rule("date_time", "later (on)? today", lambda: "later")
    grammar.rule("date_time", "(rest of the day | the rest of the day | the rest of today | rest of today | today later)", lambda: "later")
    grammar.rule("date_time", "(at | towards | toward)? (the)? end of (that | the same) day", lambda: ("that", Part(15 * 60, 19 * 60)))
    grammar.rule("date_time", "that <part>", lambda part: ("that", part))
    grammar.rule(
        "or", "(or (if not | else | otherwise | maybe | possibly | even) | if not | otherwise | failing that | alternatively)", lambda: "or"
    )
    return grammar.ready()


GRAMMAR = _grammar()
# Tried in this order at each token; the longest match wins, the first of equals.
_SYMBOLS = (
    "past",
    "date_time",
    "visit_date",
    "date",
    "time",
    "not",
    "visit_or_today",
    "loose_time",
    "visit_loose",
    "any_loose",
    "or",
    "cue",
)


def scan(text: str, today: date) -> tuple[list[Token], list[Item]]:
    """Return the tokens of a message said `today` and its items in order."""
    tokens = tokenize(text)
    plain = folded(text)
    tokens = translated(tokens, [plain[token.start : token.end] for token in tokens])
    tokens = with_agreed_days(tokens, today)
    parse = Parse(GRAMMAR, tokens, END)
    items: list[Item] = []
    at = 0
    while at < len(tokens):
        item = _item(parse, tokens, at)
        items.append(item)
        at = item.end
    return tokens, items


def _item(parse: Parse, tokens: list[Token], at: int) -> Item:
    token = tokens[at]
    if token.norm in _STOPS:
        return Item("stop", None, at, at + 1)
    best: tuple[int, str, Any] | None = None
    for symbol in _SYMBOLS:
        found = parse.match(symbol, at)
        if found and (best is None or found[0] > best[0]):
            best = (found[0], symbol, found[1])
    if token.norm == "no" and at + 1 < len(tokens) and tokens[at + 1].norm in {*PLURAL_WEEKDAYS, "weekends", "weekdays"}:
        return Item("not", "not", at, at + 1)
    if best is None or (token.norm in _CONNECTIVES and best[0] == at + 1):
        if _tells_past(tokens, at):
            return Item("cue", Cue.STORY, at, at + 1)
        kind = _CONNECTIVES.get(token.norm) or ("filler" if token.norm in _FILLERS else "word")
        return Item(kind, None, at, at + 1)
    end, symbol, value = best
    if symbol == "cue" and end - 1 > at and tokens[end - 1].norm == "in" and _begins_date(parse, end - 1):
        end -= 1
    if symbol == "cue" and value is Cue.MINE and token.norm in _FILLERS:
        return Item("cue", value, at, end)
    if value is Cue.MOVE and end == at + 1 and token.norm in ("shift", "change", "trade", "swap") and _is_noun(tokens, at):
        return Item("word", None, at, end)
    kind = {"visit_date": "date", "past": "past", "visit_or_today": "date"}.get(symbol, symbol)
    return Item(kind, value, at, end)


def _begins_date(parse: Parse, at: int) -> bool:
    """Whether an "in" goes with what follows ("come | in 2 weeks"), not with what stands before ("come in | 2 hours earlier")."""
    found = [match[0] for symbol in ("date", "time") if (match := parse.match(symbol, at))]
    beyond = parse.match("visit_date", at + 1)
    return bool(found) and (beyond is None or beyond[0] <= max(found))


def _tells_past(tokens: list[Token], at: int) -> bool:
    """Whether a word is a past tense with its subject before it ("i worked a double monday")."""
    norm = tokens[at].norm
    if not (norm.endswith("ed") and len(norm) > 4) or norm in _NOT_PAST or at == 0:
        return False
    before = tokens[at - 1].norm
    return (
        tokens[at - 2].norm if before in ("just", "already", "really", "only", "almost") and at > 1 else before
    ) in SUBJECTS - _NOUN_MARKS


def _is_noun(tokens: list[Token], at: int) -> bool:
    return at > 0 and tokens[at - 1].norm in _NOUN_MARKS


__all__ = ["Cue", "Item", "Past", "scan"]
