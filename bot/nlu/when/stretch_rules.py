"""How stretches of days are said: weeks, weekends, months, ranges and their open ends."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from bot.nlu.when.day_rules import add_days
from bot.nlu.when.days import AnyDay, Day, Every, In, Later, MonthDay, Soonest, Weekday
from bot.nlu.when.grammar import Grammar
from bot.nlu.when.stretches import AfterHolidays, AnyOf, Month, Open, Overlap, Week, Weekend, WeekOf, Within, through
from bot.nlu.when.tokens import Token

EARLY = (
    "(the)? (early | early on | beginning | start | first part | front end | earlier part | early part | top) (of | in | part of)? (the)?"
)
MIDDLE = "(the)? (middle | mid | midway) (of | in | through | part of)? (the)?"
END = "(the)? (end | late | tail end | last part | latter part | back end | late part | later part | very end) (of | in | part of)? (the)?"


SOONEST = (
    "asap",
    "as (soon | quick | quickly | fast) as (possible | you can | u can | you guys can | available | you have | i can get | can be)",
    (
        "(the | your | ur)? (very)? (first | next | earliest | soonest) (available | possible) "
        "(one | appointment | slot | time | opening | visit | day | date)?"
    ),
    "(the | your | ur)? (very)? (first | next | soonest) (opening | slot | availability) (you | u)? (have | got)?",
    "(the | your | ur)? (very)? soonest (one | appointment | time | visit | day | date)? (you | u)? (have | got | can)?",
    "(the | your | ur)? earliest (opening | slot | appointment | time | day | date | one) (you | u) (have | got | can)",
    "the (sooner | quicker) the better",
    "(right | straight) away",
    "first thing (she | he | they | you | u | dana | priya | erik | sam) (has | have | got)",
)


def add_stretches(grammar: Grammar) -> None:
    """Add every rule for stretches of days, and the symbol `date` that covers all date expressions."""
    add_days(grammar)
    _add_weeks(grammar)
    _add_months(grammar)
    _add_ranges(grammar)


def _add_weeks(grammar: Grammar) -> None:
    week = "plain_week"
    grammar.rule(week, "(this | the current) week", lambda: Week(0))
    grammar.rule(week, "(some time | sometime)? (in | during)? (the)? next week", lambda: Week(1))
    grammar.terminal("next_bare", {"next"}, _next_bare)
    grammar.rule(week, "<next_bare> (one)?", lambda _: Week(1))
    grammar.rule(week, "(the)? week (that comes | coming | that is coming)", lambda: Week(1))
    grammar.rule(week, "(the)? week after next", lambda: Week(2))
    grammar.rule(week, "not next week but the (week after | one after | following)", lambda: Week(2))
    grammar.rule(week, "not next week ,? (the)? (week after | one after | following week) (that)?", lambda: Week(2))
    grammar.rule(week, "not this week but next (week)?", lambda: Week(1))
    grammar.rule(week, "not this week next week", lambda: Week(1))
    grammar.rule(week, "(the)? following week", lambda: Week(1, of="visit"))
    grammar.rule(week, "the week (after | after that | following)", lambda: Week(1, of="visit"))
    grammar.rule(week, "((the)? week after (that | it) | that following week)", lambda: Week(1, of="visit"))
    grammar.rule(week, "(that | that same | the same | same) week", lambda: Week(0, of="visit"))
    grammar.rule(week, "(the)? week before", lambda: Week(-1, of="visit"))
    grammar.rule("week_span", f"<{week}>", lambda node: node)
    grammar.rule("week_span", "<week_of>", lambda node: node)
    for part, words in (("early", EARLY), ("middle", MIDDLE), ("end", END)):
        grammar.rule("week_part", f"{words} <{week}>", lambda node, part=part: Week(node.offset, part, node.of))
        grammar.rule("week_part", f"<{week}> {words.replace('(the)?', '')}", lambda node, part=part: Week(node.offset, part, node.of))
        grammar.rule("week_part", f"{words} (of the | in the | the)? week", lambda part=part: Week(0, part, vague=True))
    grammar.rule("week_part", "midweek", lambda: Week(0, "middle", vague=True))
    grammar.rule("week_part", f"(midweek) <{week}>", lambda node: Week(node.offset, "middle", node.of))
    grammar.rule("week_part", f"<{week}> midweek", lambda node: Week(node.offset, "middle", node.of))
    grammar.rule("week_part", f"(the)? first half of <{week}>", lambda node: Week(node.offset, "first_half", node.of))
    grammar.rule(
        "week_part", f"(the)? (second | last | latter | back) half of <{week}>", lambda node: Week(node.offset, "second_half", node.of)
    )
    grammar.rule(
        "week_part",
        "(later | rest of | the rest of) (in | on)? this week",
        lambda: Week(0, "later"),
    )
    grammar.rule("week_part", "this week later", lambda: Week(0, "later"))
    grammar.rule(
        "week_part", "(later | rest of | the rest of) (in | on)? (that | that same | the same) week", lambda: Week(0, "later", "visit")
    )
    grammar.rule("week_part", "(that | that same | the same) week later", lambda: Week(0, "later", "visit"))
    grammar.rule("week_part", "later (in | on in | on) the week", lambda: Week(0, "later", "either"))
    grammar.rule("week_part", "(the)? rest of the week", lambda: Week(0, "later", "either"))
    grammar.rule("week_part", "(earlier | sooner) (in | on)? (that | that same | the same) week", lambda: Week(0, "earlier", "visit"))
    grammar.rule("week_part", "(earlier | sooner) in the week", lambda: Week(0, "earlier", "either", vague=True))
    grammar.rule("week_part", "(earlier | sooner) in the week than <plain_day>", lambda base: Overlap(WeekOf(base), Open(base, "before")))
    grammar.rule("week_part", "later in the week than <plain_day>", lambda base: Overlap(WeekOf(base), Open(base, "after")))
    grammar.rule("week_part", "(earlier | sooner) this week", lambda: Week(0, "earlier", "either", vague=True))
    grammar.rule("week_part", f"later (in | on)? <{week}>", lambda node: Week(node.offset, "second_half", node.of) if node.offset else None)
    end = "weekend"
    grammar.rule(end, "(the | this | this coming | the coming | over the | on the | at the)? weekend", Weekend)
    grammar.rule(end, "(the)? next weekend", lambda: Weekend("next"))
    grammar.rule(end, "(the)? weekend after next", lambda: Weekend("after_next"))
    grammar.rule(end, "((the)? following weekend | the weekend after | that weekend)", lambda: Weekend("following"))
    for name in ("week_span", "week_part", "weekend"):
        grammar.rule("stretch", f"<{name}>", lambda node: node)
    grammar.rule("stretch", "(any | a) weekday (of | in)? <week_span>", lambda node: In(Every(frozenset(range(5))), node))
    grammar.rule("stretch", "weekdays (of | in)? <week_span>", lambda node: In(Every(frozenset(range(5))), node))


def _add_months(grammar: Grammar) -> None:
    span = "month_span"
    grammar.rule(span, "(the)? <lone_month>", Month)
    grammar.rule(span, "(this | the current) month", lambda: Month(offset=0))
    grammar.rule(span, "the month", lambda: Month(offset=0))
    grammar.rule(span, "(the)? next month", lambda: Month(offset=1))
    grammar.rule(span, "(the)? month after next", lambda: Month(offset=2))
    grammar.rule("month_name", "<month>", Month)
    grammar.rule("month_name", "(this | the | the current) month", lambda: Month(offset=0, vague=True))
    grammar.rule("month_name", "next month", lambda: Month(offset=1))
    grammar.rule("month_name", "new year", lambda: Month(1))
    named = "<month_name>"
    for part, words in (
        ("early", EARLY),
        ("middle", MIDDLE),
        ("late", "(the)? (late | later) (in | part of)? (the)?"),
        ("end", "(the)? (end | tail end | very end) (of)? (the)?"),
        ("first_half", "(the)? first half of (the)?"),
        ("second_half", "(the)? (second | last | latter) half of (the)?"),
    ):
        grammar.rule("month_part", f"{words} {named}", lambda node, part=part: Month(node.month, node.offset, part, vague=node.vague))
    grammar.rule("month_part", "(mid | middle of the | midway through the) month", lambda: Month(part="middle", vague=True))
    grammar.rule("month_part", "(end | the end) of month", lambda: Month(part="end", vague=True))
    grammar.rule("month_part", "(later | the rest of | rest of) (in | on)? (this | the) month", lambda: Month(part="all", vague=False))
    grammar.rule(
        "month_part", f"(the)? <rank> week (of | in) (the)? {named}", lambda nth, node: Month(node.month, node.offset, week=nth, vague=True)
    )
    grammar.rule(
        "month_part",
        f"(the)? <rank> (week)? (or | and | - | to) (the)? <rank> week (of | in) (the)? {named}",
        lambda nth, other, node: AnyOf(tuple(replace(node, week=each, vague=True) for each in (nth, other))),
    )
    grammar.rule(
        "month_part", f"(the)? last week (of | in) (the)? {named}", lambda node: Month(node.month, node.offset, week=-1, vague=True)
    )
    grammar.rule("month_part", f"(the)? (very)? last day (of | in) (the)? {named}", partial(_edge, -1, 1))
    grammar.rule("month_part", f"(the)? (very)? first day (of | in) (the)? {named}", partial(_edge, 1, 1))
    for word, forward in (("first", True), ("last", False)):
        for unit, days in (("weeks|week", 7), ("days", 1)):
            pattern = f"(the)? {word} <count> {unit} (of | in) (the)? {named}"
            grammar.rule("month_part", pattern, partial(_edge, days if forward else -days))
    grammar.rule("stretch", "<month_part>", lambda node: node)
    grammar.rule("stretch", "<month_span>", lambda node: node)
    grammar.rule("stretch", "(in | within | during | over | sometime in)? the next <days_count>", Within)
    grammar.rule("stretch", "within (the next | the)? <days_count>", Within)
    grammar.rule("stretch", "(in | over)? the (coming | next) (days | few days)", lambda: Within(3))
    grammar.rule("stretch", "(in | within) the (coming | next) week", lambda: Within(7))


def _add_ranges(grammar: Grammar) -> None:
    date = "date"
    point = "point"
    anytime = "(anytime | any time | sometime | any day | some time | anything)?"
    grammar.rule(point, "<day>", lambda node: node)
    grammar.rule(point, "<stretch>", lambda node: node)
    grammar.rule(date, f"(on | for)? <{point}>", lambda node: node)
    grammar.rule(date, f"<{point}> (thru | through | thorugh | -) <{point}>", through)
    grammar.rule(date, f"<{point}> (to | til | until) <{point}>", lambda first, last: through(first, last, splits=True))
    grammar.rule(date, f"{anytime} from <{point}> (to | til | until) <{point}>", lambda first, last: through(first, last, splits=True))
    grammar.rule(date, f"{anytime} from <{point}> (thru | through | -) <{point}>", through)
    grammar.rule(date, f"{anytime} (between | b/w) <{point}> (and | or | & | to | -) <{point}>", through)
    grammar.rule(date, "<month> <ordinal> (to | thru | through | - | til | until) (the)? <ordinal>", _days_of_month)
    grammar.rule(date, "<month> <day_number> (to | thru | through | - | til | until) (the)? <day_number>", _days_of_month)
    grammar.rule(
        date,
        "(the)? <ordinal> (to | thru | through | - | til | until) (the)? <ordinal> of <month>",
        lambda a, b, m: _days_of_month(m, a, b),
    )
    for symbol, this in (("this week", Week(0)), ("this weekend", Weekend())):
        nxt = Week(1) if isinstance(this, Week) else Later(Weekend(), 7)
        one = symbol.split()[1]
        for pattern in (f"{symbol} or (the)? (next | following | the one after) {one}?", f"(either)? this or next {one}"):
            grammar.rule(date, pattern, lambda pair=(this, nxt): AnyOf(pair))
    grammar.rule(
        date,
        "(the)? next week or (the)? (next | following | week after | following week | week after that | one after)",
        lambda: AnyOf((Week(1), Week(2))),
    )
    grammar.rule(date, "this <weekday> or (the)? (next | following) (one)?", lambda day: AnyOf((Weekday(day), Later(Weekday(day), 7))))
    lists = "(or | and | & | , | / | , or | or the | or on the | and the | , or the)"
    for number in ("<day_number>", "<ordinal>"):
        grammar.rule(date, f"<month> (the)? {number} {lists} {number}", _dates_of_month)
        grammar.rule(date, f"<month> (the)? {number} {lists} {number} {lists} {number}", _dates_of_month)
    grammar.rule(date, f"the <ordinal> {lists} <ordinal>", lambda *days: AnyOf(tuple(MonthDay(day) for day in days)))
    grammar.rule(date, f"(the)? <ordinal> {lists} <ordinal> of <month>", lambda *found: _dates_of_month(found[-1], *found[:-1]))
    grammar.rule(date, f"(between | from)? now (and | to | til | until | - | through) <{point}>", lambda node: Open(node, "by"))
    grammar.rule(
        date,
        f"{anytime} (by | on or before | no later than | no later then | up to | up until | up til | until | til "
        f"| through) (the)? <{point}>",
        lambda node: Open(node, "by"),
    )
    grammar.rule(
        date,
        f"{anytime} (before | b4 | prior to | earlier than | sooner than | ahead of) (my (appointment | visit) (on | at)?)? <{point}>",
        _before,
    )
    grammar.rule(date, f"(not | no) (after | later than | past) <{point}>", lambda node: Open(node, "by"))
    grammar.rule(
        date,
        f"{anytime} (from | starting | starting on | starting from | beginning | beginning on | as of | on or after "
        f"| no earlier than | no sooner than | not before | not until | not til "
        f"| nothing before | nothing until | nothing til) <{point}> (on | onward | onwards | forward)?",
        lambda node: Open(node, "from"),
    )
    grammar.rule(
        date,
        f"<{point}> (or later | onward | onwards | or after | or any time after | or anytime after | and later | and after "
        f"| or beyond | on out)",
        lambda node: Open(node, "from"),
    )
    grammar.rule(date, f"<{point}> (or earlier | or before | or sooner | at the latest)", lambda node: Open(node, "by"))
    grammar.rule(date, f"<{point}> at the earliest", lambda node: Open(node, "from"))
    grammar.rule(date, f"(not)? (until | til) after <{point}>", lambda node: Open(node, "until_after"))
    grammar.rule(date, f"{anytime} (after | past | later than) <{point}>", lambda node: Open(node, "after"))
    grammar.rule(date, f"{anytime} (after | once | following) <milestone> on? <plain_day>", lambda _, node: Open(node, "after"))
    grammar.rule(date, f"{anytime} (after | once | following) <event> on? <date_day>", lambda _, node: Open(node, "after"))
    grammar.rule(date, f"{anytime} before <event> on? <date_day>", lambda _, node: Open(node, "before"))
    grammar.rule(date, f"{anytime} before <milestone> on? <plain_day>", lambda _, node: Open(node, "before"))
    away = "(away | out of town | gone | traveling | travelling | on vacation | out | busy | on a trip | not back | not home)"
    grammar.rule(date, f"{away} (from)? (until | til) <{point}>", lambda *found: Open(found[-1], "from"))
    waits = "(wait | waiting | hold off | holding off | come back | start again | start back | start back up | resume)"
    grammar.rule(date, f"{waits} (until | til) <{point}>", lambda node: Open(node, "from"))
    grammar.rule(date, f"{away} (from)? through <{point}>", lambda *found: Open(found[-1], "after"))
    grammar.rule(
        date,
        "(get | be | come | coming | getting | fly | flying | gets)? (back | returning | home again | back home | back in town) "
        "(on | from | after)? <plain_day>",
        lambda node: Open(node, "from"),
    )
    grammar.rule(
        date,
        "(get | be | come | coming | getting | gets)? (back | home) from <event> (on)? <plain_day>",
        lambda _, node: Open(node, "from"),
    )
    grammar.rule(
        date,
        f"(cant | wont | cant come | cant make it | cant do it | cant be there | cant get there | cant do anything "
        f"| not available | not free | unavailable | not around) (until | til | before) <{point}>",
        lambda node: Open(node, "from"),
    )
    grammar.rule(date, "(sometime | any time | anytime)? after (the)? (holidays | holiday season)", AfterHolidays)
    grammar.rule(date, "(any | whatever | whichever) day|days", AnyDay)
    grammar.rule(date, "(any | some | another | a)? (other | different | another) day|days", lambda: AnyDay(other=True))
    grammar.rule(date, "(all days | every day | everyday | most days | anyday)", AnyDay)
    grammar.rule(
        date,
        "whenever (you | u | they | ur | youre) (guys | all)? (have | can | want | like | are | got | get | could | do | free | open)?",
        AnyDay,
    )
    grammar.rule(date, "whenever it (works | suits | is | can)", AnyDay)
    grammar.rule(date, "whenever (works | is | suits | theres | there is | its | it is | possible)", AnyDay)
    grammar.terminal("whenever_alone", {"whenever"}, _whenever_alone)
    grammar.rule(date, "<whenever_alone>", lambda _: AnyDay())
    grammar.rule(
        date,
        "anytime (at all | works | is (fine | good | okay | ok | great | perfect) | suits | will do | you (want | like | have | can))",
        AnyDay,
    )
    grammar.rule(date, "(dont care | doesnt matter | dont mind | dosent matter | idc) (when | (what | which) (day | time))", AnyDay)
    grammar.rule("any_loose", "anytime", AnyDay)
    for pattern in SOONEST:
        grammar.rule(date, pattern, Soonest)


def _next_bare(tokens: list[Token], at: int) -> tuple[int, str] | None:
    """Read "next" alone as next week where a week was spoken of: "not this week, next is fine"."""
    week = any(token.norm == "week" for token in tokens[max(at - 6, 0) : at])
    return (at + 1, "next") if week and tokens[at + 1].norm in ("is", "works", "would", "will", "instead", "please", "one") else None


def _edge(unit: int, count: int, month: Month) -> Month:
    """Return the first (or, for a negative unit, the last) so many days of a month; a unit is one or seven days."""
    return Month(month.month, month.offset, days=max(-31, min(31, unit * count)), vague=month.vague)


def _before(node: Day) -> Open:
    """Return what lies before a day or stretch; before the end of a month is up to its end."""
    return Open(node, "by" if isinstance(node, Week | Month) and node.part == "end" else "before")


def _whenever_alone(tokens: list[Token], at: int) -> tuple[int, str] | None:
    """Read "whenever" at the end of a sentence; before anything else it tells of something that happens often."""
    return (at + 1, "whenever") if tokens[at + 1].kind == "punct" else None


def _dates_of_month(month: int, *days: int) -> AnyOf:
    return AnyOf(tuple(MonthDay(day, month) for day in days))


def _days_of_month(month: int, first: int, last: int) -> Day:
    return through(MonthDay(first, month), MonthDay(last, month))
