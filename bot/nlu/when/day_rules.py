"""How single days are said: weekdays, dates, holidays, counts of days and weeks, and their combinations."""

from __future__ import annotations

from typing import Any

from bot.nlu.when.days import (
    Day,
    Every,
    EveryOther,
    FixedDay,
    In,
    InDays,
    InMinutes,
    InMonths,
    Later,
    MonthDay,
    MonthsAfter,
    Weekday,
    WeekdayNear,
)
from bot.nlu.when.grammar import Grammar
from bot.nlu.when.lexicon import MONTHS, ORDINALS, PLURAL_WEEKDAYS, TENS, WEEKDAYS, words
from bot.nlu.when.numbers import day_number, ordinal
from bot.nlu.when.stretches import AnyOf, HolidayWeekend, Month, Through, WeekOf
from bot.nlu.when.tokens import Token

# "march", "may" and the months that are names are months only where a date can stand.
_DOUBTFUL_MONTHS = frozenset(["march", "may", "april", "june"])
_BEFORE_MONTH = words(
    """
    in of early late mid middle next this until til before after by during through to from for beginning end around or and
    towards - sometime last
    """
)
_SITTING = words("on down up in at here there still around through with and for too")
_PERSON = words("i he she we they just have who")
_SUNLIGHT = words("hurts hurt is was light shine shining exposure damage burn block screen rises comes")

HOLIDAYS: tuple[tuple[str, str], ...] = (
    ("christmas", "christmas day?"),
    ("christmas_eve", "christmas evening"),
    ("new_year", "(the)? new (year's | years | year) day?"),
    ("new_year_eve", "new (year's | years | year) evening"),
    ("valentine", "valentine's|valentines day?"),
    ("saint_patrick", "(saint | st) .? (patrick's | patricks | patty's | paddy's) day?"),
    ("juneteenth", "juneteenth"),
    ("independence", "(independence day | fourth of july)"),
    ("halloween", "halloween"),
    ("veterans", "(veterans | veteran's | veterans') day"),
    ("king", "(mlk day? | martin luther king day?)"),
    ("presidents", "(presidents | president's | presidents') day"),
    ("mother", "(mothers | mother's) day"),
    ("memorial", "memorial day"),
    ("father", "(fathers | father's) day"),
    ("labor", "(labor | labour) day"),
    ("columbus", "(columbus | indigenous peoples) day"),
    ("thanksgiving", "thanksgiving day?"),
    ("easter", "easter sunday?"),
)


def weekday(tokens: list[Token], at: int) -> tuple[int, int] | None:
    """Read a weekday, unless "sat", "sun" or "wed" means something else here."""
    token = tokens[at]
    before = tokens[at - 1].norm if at else ""
    short = token.end - token.start == 3
    if (
        short
        and token.norm == "saturday"
        and (before in _PERSON or (tokens[at + 1].norm in _SITTING and tokens[at + 2 : at + 3] and _noun(tokens[at + 2])))
    ):
        return None
    if short and token.norm == "sunday" and (before in ("the", "hot") or tokens[at + 1].norm in _SUNLIGHT):
        return None
    if short and token.norm == "wednesday" and before in ("newly", "got", "i", "to"):
        return None if before != "to" else (at + 1, 2)
    return at + 1, WEEKDAYS[token.norm]


def _noun(token: Token) -> bool:
    return token.norm in ("the", "my", "a", "it", "that", "this", "chair", "and", "couch")


def plural_weekday(tokens: list[Token], at: int) -> tuple[int, int]:
    """Read "Mondays"."""
    return at + 1, PLURAL_WEEKDAYS[tokens[at].norm]


def month(tokens: list[Token], at: int) -> tuple[int, int]:
    """Read a month's name where a day stands beside it."""
    return at + 1, MONTHS[tokens[at].norm]


def lone_month(tokens: list[Token], at: int) -> tuple[int, int] | None:
    """Read a month's name standing alone, unless it may be a verb or a person."""
    name = tokens[at].norm
    if name in _DOUBTFUL_MONTHS and not (at and tokens[at - 1].norm in _BEFORE_MONTH) and len(tokens) > 2:
        return None
    return at + 1, MONTHS[name]


def slash_date(tokens: list[Token], at: int) -> tuple[int, MonthDay] | None:
    """Read month/day, with or without a year."""
    number, day, year = tokens[at].value
    return (at + 1, MonthDay(day, number, year)) if 1 <= number <= 12 and 1 <= day <= 31 else None


def add_days(grammar: Grammar) -> None:
    """Add every rule for single days."""
    grammar.terminal("weekday", WEEKDAYS, weekday)
    grammar.terminal("weekdays", PLURAL_WEEKDAYS, plural_weekday)
    grammar.terminal("month", MONTHS, month)
    grammar.terminal("lone_month", MONTHS, lone_month)
    grammar.terminal("slash_date", {"#slash"}, slash_date)
    _add_counts(grammar)
    _add_near(grammar)
    _add_weekdays(grammar)
    _add_dates(grammar)


def _add_counts(grammar: Grammar) -> None:
    count = "count"
    grammar.rule(count, "<cardinal>", lambda value: value)
    grammar.rule(count, "(a | an | another | one more)", lambda: 1)
    grammar.rule(count, "a? couple of? (more)?", lambda: 2)
    grammar.rule(count, "(a | the next)? few (more)?", lambda: 3)
    grammar.rule("days_count", "<count> days", lambda value: value)
    grammar.rule("days_count", "(a | one | 1 | another | an extra) day", lambda: 1)
    grammar.rule("days_count", "(a | one | another)? fortnight", lambda: 14)
    grammar.rule("days_count", "<count> (weeks | week | week's | weeks')", lambda value: 7 * value)
    grammar.rule("days_count", "(a | one | another) (full | whole | week's)? week", lambda: 7)
    grammar.rule("minutes_count", "<count> (hours | hour)", lambda value: 60 * value)
    grammar.rule("minutes_count", "<count> (minutes | minute)", lambda value: value)
    grammar.rule("minutes_count", "(a | an)? half (an | a)? hour", lambda: 30)
    grammar.rule("minutes_count", "<count> and a half hours", lambda value: 60 * value + 30)
    grammar.rule("minutes_count", "an hour and a half", lambda: 90)
    grammar.rule("minutes_count", "(a quarter of an hour | quarter hour)", lambda: 15)
    grammar.rule("months_count", "<count> (months | month | month's)", lambda value: value)


def _add_near(grammar: Grammar) -> None:
    day = "day"
    grammar.rule(day, "(for)? today", lambda: InDays(0))
    grammar.rule(day, "tomorrow", lambda: InDays(1))
    grammar.rule(day, "(the)? day after tomorrow", lambda: InDays(2))
    grammar.rule(day, "(overmorrow | day after tmrw)", lambda: InDays(2))
    grammar.rule(day, "<days_count> tomorrow", lambda days: InDays(days + 1) if days % 7 == 0 else None)
    grammar.rule(day, "<days_count> today", lambda days: InDays(days) if days % 7 == 0 else None)
    grammar.rule(day, "tomorrow week", lambda: InDays(8))
    grammar.rule(day, "in (about | around | like | roughly | maybe)? <days_count> (time | or so)?", InDays)
    grammar.rule(day, "(in)? (about | around)? <days_count> (from now | from today | out | ahead | hence | time)", InDays)
    grammar.rule(day, "(leave | make) it <days_count>", InDays)
    grammar.rule(day, "<days_count> (from | after) tomorrow", lambda days: InDays(days + 1))
    grammar.rule(day, "in a week or two", lambda: Through(InDays(7), InDays(14)))
    grammar.rule(day, "in a day or two", lambda: AnyOf((InDays(1), InDays(2))))
    for word, days in (("days", 1), ("weeks", 7)):
        pattern = f"in <cardinal> (or | to | -) <cardinal> {word}"
        grammar.rule(day, pattern, lambda first, last, days=days: AnyOf((InDays(first * days), InDays(last * days))))
    grammar.rule(day, "in <months_count> (time)?", InMonths)
    grammar.rule(day, "<months_count> (from now | from today | out | ahead)", InMonths)
    grammar.rule(day, "in (about | like)? <minutes_count>", InMinutes)
    grammar.rule(day, "<minutes_count> from now", InMinutes)
    grammar.rule(
        day, "in? <days_count> (from | on | after | from this | from this coming | past) <plain_day>", lambda days, base: Later(base, days)
    )
    grammar.rule(day, "<days_count> before <plain_day>", lambda days, base: Later(base, -days))
    grammar.rule(day, "<months_count> (from | after) <plain_day>", lambda months, base: MonthsAfter(base, months))
    grammar.rule(day, "tomorrow or (the)? (day after | next day | following day)", lambda: AnyOf((InDays(1), InDays(2))))
    grammar.rule(day, "today or (the)? (day after | next day | following day)", lambda: AnyOf((InDays(0), InDays(1))))
    grammar.rule(day, "<days_count> <weekday>", lambda days, number: Later(Weekday(number), days) if days % 7 == 0 else None)
    grammar.rule(day, "(the)? day after <plain_day>", lambda base: Later(base, 1))
    grammar.rule(day, "(the)? day before <plain_day>", lambda base: Later(base, -1))
    grammar.rule(day, "(the)? week after <plain_day>", lambda base: WeekOf(base, 1))
    grammar.rule(day, "(the)? week before <plain_day>", lambda base: WeekOf(base, -1))


def _add_weekdays(grammar: Grammar) -> None:
    day = "day"
    grammar.rule(day, "<plain_day>", lambda node: node)
    plain = "plain_day"
    grammar.rule(plain, "<weekday>", Weekday)
    grammar.rule(plain, "(this | the)? (coming | upcoming) <weekday>", Weekday)
    grammar.rule(plain, "this <weekday> coming?", lambda number: Weekday(number, "this"))
    grammar.rule(plain, "(the)? <weekday> (coming | that comes | that is coming)", Weekday)
    grammar.rule(plain, "(the)? next <weekday>", lambda number: Weekday(number, "next"))
    grammar.rule(plain, "that <weekday>", lambda number: Weekday(number, "that"))
    grammar.rule(plain, "(the)? following <weekday>", lambda number: Weekday(number, "following"))
    grammar.rule(plain, "the <weekday> following (that)?", lambda number: Weekday(number, "following"))
    grammar.rule(plain, "the <weekday> after", lambda number: Weekday(number, "following"))
    grammar.rule(plain, "(the)? <weekday> after (that | it)", lambda number: Weekday(number, "following"))
    grammar.rule(day, "(the)? <weekday> after next", lambda number: Weekday(number, "after_next"))
    grammar.rule(day, "<weekday> week", lambda number: Later(Weekday(number), 7))
    grammar.rule(day, "in? (a | the) week <weekday>", lambda number: Later(Weekday(number), 7))
    grammar.rule(day, "<weekday> fortnight", lambda number: Later(Weekday(number), 14))
    the_one = (
        "(the one after | the next one | the one after that | next | the next | the following one | the following "
        "| the one following | the week after)"
    )
    grammar.rule(day, f"not this <weekday> (coming)? (but | , | , but) {the_one}", lambda number: Weekday(number, "other"))
    grammar.rule(day, "not this <weekday> (but | ,)? the <weekday> after (that | this | it)?", lambda _, number: Weekday(number, "other"))
    grammar.rule(day, f"not this <weekday> {the_one}", lambda number: Weekday(number, "other"))
    grammar.rule(day, "not this <weekday> (but)? next <weekday>", lambda _, number: Weekday(number, "other"))
    grammar.rule(day, "(the)? <weekday> after <date_day>", WeekdayNear)
    grammar.rule(day, "(the)? <weekday> before <date_day>", lambda number, base: WeekdayNear(number, base, forward=False))
    grammar.rule(day, "(the)? (first | 1st) <weekday> after <date_day>", WeekdayNear)
    grammar.rule(day, "(the)? <rank> <weekday> (of | in) <month_span>", lambda nth, number, span: In(Weekday(number), span, nth))
    ranks = "(or | and | , or) (the)? <rank>"
    grammar.rule(
        day,
        f"(the)? <rank> {ranks} <weekday> (of | in) <month_span>",
        lambda nth, other, number, span: AnyOf(tuple(In(Weekday(number), span, each) for each in (nth, other))),
    )
    grammar.rule(
        day,
        f"(the)? <rank> <weekday> (of | in) <month_span> ,? {ranks} (one)?",
        lambda nth, number, span, other: AnyOf(tuple(In(Weekday(number), span, each) for each in (nth, other))),
    )
    grammar.rule(day, "(the)? last <weekday> (of | in) <month_span>", lambda number, span: In(Weekday(number), span, -1))
    grammar.rule(day, "<weekday> (of | in | on | the)? <week_span>", lambda number, span: In(Weekday(number), span))
    grammar.rule(day, "<week_span> (on | the)? <weekday>", lambda span, number: In(Weekday(number), span))
    grammar.rule(day, "<plain_day> or (the)? (day after | next day | following day)", lambda base: AnyOf((base, Later(base, 1))))
    grammar.rule(day, "<plain_day> or (the)? (day before | previous day)", lambda base: AnyOf((base, Later(base, -1))))
    grammar.rule(day, "(the)? <rank> of (the | the next) month", MonthDay)
    grammar.rule(day, "(the)? <rank> of next month", lambda nth: In(MonthDay(nth), Month(offset=1)))
    grammar.rule(day, "<weekdays>", lambda number: Every(frozenset({number})))
    grammar.rule(day, "(any | every | each | most) <weekday>", lambda number: Every(frozenset({number})))
    grammar.rule(day, "(every | each) (other | second) (<weekday> | <weekdays>)", lambda number: EveryOther(frozenset({number})))
    every_other = "(every other week | every two weeks | every second week | biweekly) (on)? (a | the)?"
    grammar.rule(day, f"{every_other} (<weekday> | <weekdays>)", lambda number: EveryOther(frozenset({number})))
    grammar.rule(day, "a <weekday>", lambda number: Every(frozenset({number})))
    grammar.rule(day, "on a <weekday>", lambda number: Every(frozenset({number})))
    grammar.rule(day, "(any | every | on)? weekdays|weekday", lambda: Every(frozenset(range(5))))
    grammar.rule(day, "(on | any)? weekends", lambda: Every(frozenset({5, 6})))
    grammar.rule(day, "m (/ | - | ,) w (/ | - | ,) (f | friday)", lambda: Every(frozenset({0, 2, 4})))
    grammar.rule(day, "(t | tuesday) (/ | -) (r | th)", lambda: Every(frozenset({1, 3})))
    grammar.rule(day, "mwf", lambda: Every(frozenset({0, 2, 4})))
    grammar.rule(day, "tth", lambda: Every(frozenset({1, 3})))


def _add_dates(grammar: Grammar) -> None:
    date_day = "date_day"
    grammar.rule("plain_day", "<date_day>", lambda node: node)
    grammar.rule(date_day, "<slash_date>", lambda node: node)
    grammar.rule(date_day, "the <ordinal>", MonthDay)
    grammar.rule(date_day, "on the <ordinal>", MonthDay)
    grammar.rule(date_day, "<digit_ordinal>", MonthDay)
    grammar.rule(date_day, "(the)? <ordinal> (day)? of <month>", MonthDay)
    grammar.rule(date_day, "(the)? <digit_ordinal> <month>", MonthDay)
    grammar.rule(date_day, "(the)? <ordinal> (of this month | this month)", lambda day: In(MonthDay(day), Month(offset=0)))
    grammar.rule(date_day, "(the)? <ordinal> (of next month | next month)", lambda day: In(MonthDay(day), Month(offset=1)))
    grammar.rule(date_day, "<day_number> <month>", MonthDay)
    grammar.rule(date_day, "(the)? <cardinal> of <month>", lambda day, number: MonthDay(day, number) if 1 <= day <= 31 else None)
    grammar.rule(date_day, "the day <day_number>", MonthDay)
    grammar.rule(date_day, "<month> (the)? <ordinal>", lambda number, day: MonthDay(day, number))
    grammar.rule(date_day, "<month> <day_number>", lambda number, day: MonthDay(day, number))
    grammar.rule(date_day, "(on)? <slash_spoken>", lambda said: MonthDay(said[1], said[0]))
    grammar.terminal("clear_ordinal", {*ORDINALS, *TENS}, _clear_ordinal)
    grammar.rule(date_day, "<clear_ordinal>", MonthDay)
    grammar.rule(date_day, "on the <day_number> <pause>", lambda day, _: MonthDay(day))
    grammar.rule(date_day, "the too", lambda: MonthDay(2))
    grammar.rule(date_day, "<base_date> <year>", lambda node, year: MonthDay(node.day, node.month, year))
    grammar.rule(date_day, "<base_date> , <year>", lambda node, year: MonthDay(node.day, node.month, year))
    grammar.rule("base_date", "<month> (the)? <ordinal>", lambda number, day: MonthDay(day, number))
    grammar.rule("base_date", "<month> <day_number>", lambda number, day: MonthDay(day, number))
    grammar.rule("base_date", "(the)? <ordinal> of <month>", MonthDay)
    grammar.rule(date_day, "(this | next)? <weekday> (, | - | on | on the | the)? <date_core>", _agree)
    grammar.rule(date_day, "(this | next)? (coming)? <weekday> <agreed_day>", lambda number, day: MonthDay(day, also=number))
    grammar.rule(date_day, "<weekday> <ordinal>", lambda number, day: MonthDay(day, also=number))
    grammar.rule(date_day, "<weekday> (the)? <spelled_day>", lambda number, day: MonthDay(day, also=number))
    grammar.rule(date_day, "<date_core> (- | on | which is | is)? a? <weekday>", lambda node, number: _agree(number, node))
    grammar.rule("date_core", "<slash_date>", lambda node: node)
    grammar.rule("date_core", "(the)? <ordinal> of <month>", MonthDay)
    grammar.rule("date_core", "(the)? <digit_ordinal>", MonthDay)
    grammar.rule("date_core", "the <ordinal>", MonthDay)
    grammar.rule("date_core", "the too", lambda: MonthDay(2))
    grammar.rule("date_core", "<base_date>", lambda node: node)
    grammar.rule("date_core", "<base_date> <year>", lambda node, year: MonthDay(node.day, node.month, year))
    grammar.terminal("digit_ordinal", {"#ord"}, _digit_ordinal)
    grammar.terminal("agreed_day", {"#day"}, lambda tokens, at: (at + 1, tokens[at].value))
    grammar.terminal("spelled_day", {"#num"}, _spelled_day)
    for name, pattern in HOLIDAYS:
        grammar.rule("holiday", pattern, lambda name=name: FixedDay(name))
    grammar.rule(date_day, "<holiday>", lambda node: node)
    grammar.rule("week_of", "(the)? week of <holiday>", WeekOf)
    grammar.rule("week_of", "<holiday> week", WeekOf)
    grammar.rule("week_of", "<holiday> weekend", HolidayWeekend)
    grammar.rule("week_of", "(the)? week (of | beginning | starting | that starts)? (on)? <plain_day>", WeekOf)
    grammar.rule(date_day, "(the)? <digit_ordinal> of <week_span>", lambda day, span: In(MonthDay(day), span))


def _clear_ordinal(tokens: list[Token], at: int) -> tuple[int, int] | None:
    """Read "sixteenth" without "the": an ordinal that ranks nothing so high."""
    found = ordinal(tokens, at)
    return found if found and found[1] > 10 else None


def _digit_ordinal(tokens: list[Token], at: int) -> tuple[int, int] | None:
    return ordinal(tokens, at)


def _spelled_day(tokens: list[Token], at: int) -> tuple[int, int] | None:
    """Read "monday 14" as a day of the month: a number no hour can be."""
    found = day_number(tokens, at)
    return found if found and found[1] > 12 else None


def _agree(number: int, node: Any) -> Day:
    return MonthDay(node.day, node.month, node.year, also=number) if isinstance(node, MonthDay) else node
