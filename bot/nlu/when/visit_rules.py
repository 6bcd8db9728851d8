"""How times relative to the patient's visit are said."""

from __future__ import annotations

from collections.abc import Callable

from bot.nlu.when.days import Day
from bot.nlu.when.grammar import Grammar
from bot.nlu.when.lexicon import words as word_set
from bot.nlu.when.visits import (
    AfterThat,
    AfterVisit,
    DaysFromVisit,
    Either,
    MinutesFromVisit,
    OneAfter,
    PartFromVisit,
    SameTime,
    SameWeekdayIn,
    Sooner,
    ThatDay,
)

_IT = (
    "(it | that | this | them | me | us | him | her | mine | things | everything "
    "| (my | the | our | his | her | mom's | dad's | this | that) "
    "(whole | next | last)? (appointment | visit | session | slot | time | thing | one | therapy | pt | appointments | visits))?"
)
_PAUSES = word_set(". , ? ! ; <end> and or but if please instead would so is works")
_BY = "(by | for)?"
_PUSH = (
    "push | pushed | pushing | move | moved | moving | bump | bumped | bumping | shift | shifted | shifting | slide | sliding | scoot "
    "| scooting | nudge | nudging"
)
_BRING = "bring | bringing | brought"
_LATER = "(later | more late | more later | after that | after | afterwards | afterward)"
_SOONER = "(earlier | sooner | before that | before | prior)"


def add_visits(grammar: Grammar) -> None:
    """Add every rule that counts from the visit; all are `visit_date` symbols."""
    date = "visit_date"
    _add_shift(grammar, date, "days_count", DaysFromVisit)
    _add_shift(grammar, date, "minutes_count", MinutesFromVisit)
    grammar.rule(date, "(the | on the)? (next | following) day", lambda: DaysFromVisit(1))
    grammar.rule(date, "(the)? day (after | following)", lambda: DaysFromVisit(1))
    grammar.rule(date, "(the)? day after (that | it | my visit | my appointment)", lambda: DaysFromVisit(1))
    grammar.rule(
        date, "(the | a)? (day before | previous day | prior day) (that | it | my visit | my appointment)?", lambda: DaysFromVisit(-1)
    )
    grammar.rule(date, "the week later", lambda: DaysFromVisit(7))
    _add_same(grammar, date)
    grammar.rule(date, "(on | in)? (that | the same | same) day", ThatDay)
    for words, part in (("later|latter", "later"), ("earlier|sooner", "earlier")):
        grammar.rule(date, f"{words} (on | in)? (that | the same | same) day", lambda part=part: ThatDay(part))
        grammar.rule(
            date, f"(that | the same | same) day ,? but? (just | only)? (a bit | a little)? {words} (on)?", lambda part=part: ThatDay(part)
        )
        grammar.rule("visit_or_today", f"{words} (on)? (in | on) the day", lambda part=part: ThatDay(part, vague=True))
    grammar.rule(date, "(the | that) (one after | next one | following one | one following) (that | it)?", OneAfter)
    grammar.terminal("pause", _PAUSES, lambda tokens, at: (at, tokens[at].norm))
    for word, days in (("before", -1), ("after", 1)):
        part_near = f"(the)? <part> {word} (that | it | <pause>)"
        grammar.rule(date, part_near, lambda part, *_, days=days: PartFromVisit(days, part.start, part.end))
    grammar.rule(date, "(anytime | any time | sometime)? after (that | then)", AfterThat)
    grammar.rule(date, "(anytime | any time | sometime)? before (that | then)", lambda: AfterThat(forward=False))
    grammar.rule(date, "(earlier | sooner) than (my | the) (appointment | visit | session)", Sooner)
    grammar.rule(date, "before my (appointment | visit | session)", Sooner)
    grammar.rule(date, "(after | later than) my (appointment | visit | session)", AfterVisit)
    grammar.rule(date, "<minutes_count> later (on)? (that | the same) day", MinutesFromVisit)
    grammar.rule(date, "<minutes_count> (earlier | sooner) (on)? (that | the same) day", lambda size: MinutesFromVisit(-size))
    noun = "(appointment | time | slot | one | day | date | opening | visit | openings | appointments)"
    for early, node in (("earlier|sooner", Sooner), ("later", AfterVisit)):
        grammar.rule("visit_loose", f"(an | any | some | a | another) {early} {noun}", node)
        grammar.rule("visit_loose", f"{early} than (that | this | it | what i have | what you have | my {noun} | the one i have)", node)
    grammar.rule("visit_loose", "(earlier | sooner)", Sooner)
    it = "(it | me | us | him | her | mine | things | that | my appointment | my visit | the appointment)?"
    grammar.rule("visit_loose", f"(move | bump | bring | push) {it} (up | earlier | sooner)", Sooner)
    grammar.rule("visit_loose", f"(move | bump | push) {it} (back | later | out)", AfterVisit)
    grammar.rule("visit_loose", "(later | later on)", AfterVisit)


def _add_shift(grammar: Grammar, date: str, count: str, node: Callable[[int], Day]) -> None:
    grammar.rule(date, f"<{count}> (or so)? {_LATER}", node)
    grammar.rule(date, f"<{count}> (or so)? {_SOONER}", lambda size: node(-size))
    grammar.rule(date, f"<{count}> early", lambda size: node(-size))
    grammar.rule(date, f"({_PUSH} | set | put | knock) {_IT} (back | out | later | off) {_BY} <{count}>", node)
    grammar.rule(date, f"(delay | delaying | postpone | postponing) {_IT} {_BY} <{count}>", node)
    grammar.rule(date, f"({_PUSH}) (back | out) {_IT} {_BY} <{count}>", node)
    grammar.rule(date, f"(back | pushed back) {_BY} <{count}>", node)
    grammar.rule(date, f"({_PUSH}) {_IT} {_BY} <{count}>", node)
    grammar.rule(date, f"({_PUSH} | {_BRING}) {_IT} (up | earlier | sooner) {_BY} <{count}>", lambda size: node(-size))
    grammar.rule(date, f"({_PUSH} | {_BRING}) up {_IT} {_BY} <{count}>", lambda size: node(-size))
    forward = lambda size: _either(node(size), node(-size))  # noqa: E731
    grammar.rule(date, f"({_PUSH} | {_BRING} | put) {_IT} (forward | forwards) {_BY} <{count}>", forward)
    grammar.rule(date, f"({_PUSH} | {_BRING}) (forward | forwards) {_IT} {_BY} <{count}>", forward)
    grammar.rule(date, f"forward {_BY} <{count}>", forward)


def _either(*choices: Day) -> Day:
    return Either(choices)


def _add_same(grammar: Grammar, date: str) -> None:
    same = (
        "(at)? (the)? (same | usual | exact same | that same | regular) (time | hour | slot) "
        "(and day)? (as (always | usual | before | now | last time | my appointment))?"
    )
    day_too = "(the)? same (day and time | day same time | time and day | time same day | day | weekday)"
    for words in (same, day_too):
        grammar.rule(date, f"{words} (but | just | , | of)? (the)? next week", lambda: SameWeekdayIn(1))
        grammar.rule(date, f"(the)? next week (at | but | , | on | and)? {words}", lambda: SameWeekdayIn(1))
        grammar.rule(date, f"{words} (but | just | , | of)? (the)? week after next", lambda: SameWeekdayIn(2))
        grammar.rule(date, f"(the)? week after next (at | but | , | on | and)? {words}", lambda: SameWeekdayIn(2))
        grammar.rule(date, f"{words} (but | just | , | of)? (the)? (following week | week after)", lambda: DaysFromVisit(7))
        grammar.rule(date, f"(the)? (following week | week after) (at | but | , | on | and)? {words}", lambda: DaysFromVisit(7))
    grammar.rule(date, day_too, SameTime)
    grammar.rule(date, same, SameTime)
    grammar.rule(date, f"{same} (on | but | but on | just on | just | of | , | in)? <date>", SameTime)
    grammar.rule(date, f"<date> (at | but | for | - | and)? {same}", SameTime)
    grammar.rule(date, f"<date> , {same} <pause>", lambda node, _: SameTime(node))
    grammar.rule(date, f"{same} (but | just | , | of)? <visit_day>", lambda node: node)
    grammar.rule(date, f"<visit_day> (but | at | ,)? {same}", lambda node: node)
    grammar.rule("visit_day", "the (next | following) day", lambda: DaysFromVisit(1))
    grammar.rule("visit_day", "(the)? day (after | later)", lambda: DaysFromVisit(1))
    grammar.rule("visit_day", "(the)? day before", lambda: DaysFromVisit(-1))
    grammar.rule("visit_day", "<days_count> (later | more late | more later | after | afterwards)", DaysFromVisit)
    grammar.rule("visit_day", "<days_count> (earlier | before)", lambda days: DaysFromVisit(-days))
