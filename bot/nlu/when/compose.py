"""From the wished-for dates and times, in the order they were said, to ranges.

A time that trails several dates belongs to each of them; one that leads does too. A week named with one weekday of a list
("mon or tues next week") holds the others as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

from bot.nlu.when.constraint import DAY, DAY_MINUTES, HORIZON_DAYS, Option, Range, TimeRange, merged_times
from bot.nlu.when.days import (
    AnyDay,
    Context,
    Day,
    Every,
    In,
    InDays,
    MonthDay,
    NotAWishError,
    Ranges,
    Weekday,
    WeekdayNear,
    midnight,
    under_way,
)
from bot.nlu.when.scan import Item
from bot.nlu.when.stretches import Open, Overlap, Week
from bot.nlu.when.times import Any as AnyTime
from bot.nlu.when.times import At, Besides, Both, From, Times, Until, meet_times, without_times
from bot.nlu.when.visits import AfterThat, MinutesFromVisit, SameTime, ThatDay


@dataclass
class Clause:
    """Dates that share their time of day."""

    dates: list[Day] = field(default_factory=list)
    times: Times | None = None
    times_first: bool = False


@dataclass(frozen=True)
class RuledOut:
    """What the patient cannot do: days, a time of day, or a time of day on some days."""

    dates: tuple[Day, ...] = ()
    times: Times | None = None


def clauses(items: list[Item]) -> list[Clause]:
    """Return the clauses of a wish, with every time and week handed to the dates it belongs to."""
    found: list[Clause] = []
    current = Clause()
    link = ""
    for index, item in enumerate(items):
        if item.kind == "date":
            if current.times is not None and link in ("", "comma") and item.value.is_container and _hold(current, item.value):
                link = ""
                continue
            behind = items[index + 1] if index + 1 < len(items) else None
            closed = current.times_first and link == "or" and behind is not None and behind.kind == "time"  # "3 on monday or tuesday at 4"
            bound = link == "or" and current.dates and isinstance(current.dates[-1], Open | ThatDay)  # "later today or early tomorrow"
            dated = any(not isinstance(node, AnyDay) for node in current.dates) or isinstance(item.value, AnyDay)
            dated = dated and not (current.dates == [ThatDay()] and isinstance(item.value, MinutesFromVisit))
            if bound or (current.dates and dated and current.times is not None and (closed or not current.times_first)):
                found.append(current)
                current = Clause()
            _add_date(current, item.value, link)
            link = ""
        elif item.kind == "time":
            behind = next((each for each in items[index + 1 :] if each.kind in ("date", "time")), None)
            starts = current.times_first and bool(current.dates) and bool(link) and behind is not None and behind.kind == "date"
            if starts:
                found.append(current)
                current = Clause()
            current.times_first = current.times_first or not current.dates
            current.times = item.value if current.times is None else _join_times(current.times, item.value, link)
            link = ""
        else:
            link = item.kind
    found.append(current)
    found = [clause for clause in found if clause.dates or clause.times is not None]
    _share_weeks(found)
    return found


def _add_date(clause: Clause, node: Day, link: str) -> None:
    if clause.dates == [ThatDay()] and isinstance(node, MinutesFromVisit):
        clause.times = None  # "that afternoon, but an hour later"
    if isinstance(node, AfterThat) and clause.dates and type(clause.dates[-1]) is AnyDay:
        clause.dates.pop()  # "till the 12th, so any day after that" counts from what was said before
    if isinstance(node, AfterThat) and isinstance(clause.times, At | Until | From) and (not clause.dates or link == "gap"):
        clause.times = From(clause.times.clock) if node.forward else Until(clause.times.clock)
        return
    if isinstance(node, AfterThat) and clause.dates and not isinstance(clause.dates[-1], Open):
        clause.dates[-1] = Open(clause.dates[-1], "after" if node.forward else "before")
        return
    if clause.dates and link == "or" and isinstance(node, Weekday) and node.how == "following":
        node = WeekdayNear(node.weekday, clause.dates[-1])
    if (
        clause.dates
        and isinstance(node, Week)
        and node.of == "visit"
        and isinstance(clause.dates[-1], Week)
        and clause.dates[-1].of == "now"
    ):
        node = replace(node, offset=clause.dates[-1].offset + node.offset, of="now")
    if clause.dates and link != "or" and (joined := _of_visit(clause.dates[-1], node)) is not None:
        clause.dates[-1] = joined
        return
    if clause.dates and link != "or":
        last = clause.dates[-1]
        joined = _refine(last, node) or (None if link else _nest(last, node))
        if joined is not None:
            clause.dates[-1] = joined
            return
    clause.dates.append(node)


def _of_visit(first: Day, second: Day) -> Day | None:
    """Return one expression for two that count from the visit ("the same day but two hours later"), or None."""
    if isinstance(second, SameTime) and second.base is None:
        return first if first.from_visit else SameTime(first)
    if isinstance(first, SameTime) and isinstance(first.base, AnyDay) and second.is_container:
        return SameTime(second)
    if isinstance(first, SameTime) and first.base is None:
        return second if second.from_visit else SameTime(second)
    if isinstance(first, ThatDay) and isinstance(second, Weekday) and second.how == "bare":
        return first
    if isinstance(second, ThatDay) and second.part != "all" and isinstance(first, Weekday) and first.how == "bare":
        return second
    for shift, day in ((first, second), (second, first)):
        if isinstance(shift, MinutesFromVisit) and shift.day is None and _is_single(day):
            return replace(shift, day=day)
    if first == ThatDay() and (second.from_visit or second.is_container):
        return second
    return None


def _is_single(node: Day) -> bool:
    return isinstance(node, InDays | MonthDay) or (isinstance(node, Weekday) and node.how in ("bare", "this"))


def _nest(first: Day, second: Day) -> Day | None:
    """Return one expression for two said without a joining word ("next week tuesday"), or None when they are two dates."""
    if isinstance(first, AnyDay):
        return second
    if isinstance(second, AnyDay):
        return first
    if isinstance(first, Weekday) and first.how == "bare" and isinstance(second, MonthDay):
        return replace(second, also=first.weekday)
    if isinstance(second, Weekday) and second.how == "bare" and isinstance(first, MonthDay) and first.also is None:
        return replace(first, also=second.weekday)
    if first.is_container and isinstance(second, Open) and _is_bare(second.base):
        return Overlap(first, Open(In(second.base, first), second.side))
    for outer, inner in ((first, second), (second, first)):
        if outer.is_container and (isinstance(inner, Every) or _is_bare(inner)):
            return In(inner, outer)
    return None


def _hold(clause: Clause, outer: Day) -> bool:
    """Let a week said after the times hold the weekdays before them ("mon and wed mornings next week"); tell whether it did."""
    if not clause.dates or not all(isinstance(node, Every) or _is_weekday(node) for node in clause.dates):
        return False
    clause.dates = [In(node, outer) for node in clause.dates]
    return True


def _refine(first: Day, second: Day) -> Day | None:
    """Return one expression for a bound and what is said after it ("away till the 12th, monday is good"), or None."""
    if not isinstance(first, Open):
        return None
    if isinstance(second, AnyDay):
        return first
    if isinstance(second, AfterThat):
        return first
    if isinstance(second, Open):
        return Overlap(first, second) if (first.side in ("from", "after")) != (second.side in ("from", "after")) else None
    if _is_bare(second):
        return In(second, first, nth=1)
    return second


def _is_bare(node: Day) -> bool:
    return (isinstance(node, Weekday) and node.how == "bare") or (isinstance(node, MonthDay) and node.month is None)


def _join_times(left: Times, right: Times, link: str) -> Times:
    if isinstance(left, Besides) != isinstance(right, Besides):
        return Both(left, right)
    narrower = link == "comma" and not left.is_exact and (right.is_exact or _is_narrower(left, right))
    narrower = narrower or (link == "comma" and isinstance(right, From | Until) and not left.is_exact)  # "in the afternoon, after 3"
    if narrower and meet_times(left.windows(), right.windows(left.half)):
        return Both(left, right)
    if link in ("or", "comma") or (left.is_exact and right.is_exact):
        return AnyTime((left, right)) if link or left.is_exact else Both(left, right)
    if link == "and" and not isinstance(left, From | Until) and not isinstance(right, From | Until):
        return AnyTime((left, right))
    return Both(left, right)


def _is_narrower(left: Times, right: Times) -> bool:
    """Whether the second description says more precisely what the first means: "after work, like 5 or so"."""
    return not isinstance(right, Besides) and _minutes(right.windows(left.half)) < _minutes(left.windows())


def _minutes(windows: tuple[TimeRange, ...]) -> int:
    return sum(window.end - window.start for window in windows)


def _share_weeks(found: list[Clause]) -> None:
    """Hand a week, a month or "next" said with one day of a list to the days beside it."""
    places = [(clause, at) for clause in found for at in range(len(clause.dates))]
    for (clause, at), (later, behind) in pairwise(places):
        first, second = clause.dates[at], later.dates[behind]
        if isinstance(second, Every) and first.is_container and later is clause and not isinstance(first, Open):
            later.dates[behind] = In(second, first)
        elif isinstance(first, Every) and _is_weekday(second) and later is clause and len(first.weekdays) == 1:
            later.dates[behind] = Every(frozenset({second.weekday}))  # type: ignore[attr-defined]
        elif _is_weekday(second):
            if isinstance(first, In) and isinstance(first.inner, Weekday) and first.nth is None:
                later.dates[behind] = replace(first, inner=second)
            elif isinstance(first, Weekday) and first.how == "next":
                later.dates[behind] = replace(second, how="next")  # type: ignore[type-var]
            elif first.is_container and len(places) > 1 and clause is later and at == 0:
                later.dates[behind] = In(second, first)
        elif (
            isinstance(second, MonthDay)
            and second.month is None
            and isinstance(first, MonthDay)
            and first.month is not None
            and first.day < second.day
        ):
            later.dates[behind] = replace(second, month=first.month, year=first.year)
    for (clause, at), (later, behind) in reversed(list(pairwise(places))):
        first, second = clause.dates[at], later.dates[behind]
        if isinstance(first, Every) and isinstance(second, In) and isinstance(second.inner, Every):
            clause.dates[at] = replace(second, inner=first)
        elif _is_weekday(first) and isinstance(second, In) and isinstance(second.inner, Weekday) and second.nth is None:
            if first.weekday < second.inner.weekday:  # type: ignore[attr-defined]
                clause.dates[at] = replace(second, inner=first)
        elif (
            isinstance(first, MonthDay)
            and first.month is None
            and isinstance(second, MonthDay)
            and second.month is not None
            and first.day < second.day
        ):
            clause.dates[at] = replace(first, month=second.month, year=second.year)
    for clause in found:
        if clause.times is None and len(clause.dates) > 1 and any(isinstance(node, SameTime) for node in clause.dates):
            clause.dates[:] = [SameTime(node) if _is_single(node) or isinstance(node, In) else node for node in clause.dates]
        spans = [node.stretch for node in clause.dates if isinstance(node, In)]
        clause.dates[:] = [node for node in clause.dates if node not in spans]


def _is_weekday(node: Day) -> bool:
    return isinstance(node, Weekday) and node.how == "bare"


def readings(found: list[Clause], ruled_out: list[RuledOut], context: Context) -> list[list[Option]]:
    """Return the readings of the clauses, each a list of options. Raises NeedsVisitError, and NotAWishError when none is left."""
    general = [out for out in ruled_out if not out.dates]
    if any(clause.dates and not all(isinstance(node, AnyDay) for node in clause.dates) for clause in found):
        for clause in found:
            clause.dates = [node for node in clause.dates if not isinstance(node, AnyDay)] or clause.dates
    per_clause = [_clause_readings(clause, ruled_out, general, context) for clause in found]
    width = max(len(each) for each in per_clause)
    combined: list[list[Option]] = []
    for index in range(width):
        options: list[Option] = []
        for each in per_clause:
            options.extend(option for option in each[min(index, len(each) - 1)] if option not in options)
        ahead = [option for option in options if isinstance(option, TimeRange) or option.end > context.now]
        if ahead and ahead not in combined:
            combined.append(ahead)
    if not combined:
        raise NotAWishError("every range lies in the past")
    return combined


def _clause_readings(clause: Clause, ruled_out: list[RuledOut], general: list[RuledOut], context: Context) -> list[list[Option]]:
    times, out_times = _windows(clause.times, general)
    dates = clause.dates
    day_exclusions = [out for out in ruled_out if out.dates]
    if not dates or (all(isinstance(node, AnyDay) for node in dates) and clause.times is not None and not day_exclusions):
        if not day_exclusions:
            windows = times if times is not None else (TimeRange(0, DAY_MINUTES),)
            return [list(without_times(windows, out_times) or windows)]
        dates = [AnyDay()]
    spread = [node.resolve(context) for node in dates]
    width = max(len(each) for each in spread)
    found: list[list[Option]] = []
    for index in range(width):
        spans = [span for each in spread for span in each[min(index, len(each) - 1)]]
        options: list[Option] = []
        for span in spans:
            options.extend(_placed(span, times, out_times, context))
        found.append(list(_less(options, day_exclusions, context)))
    return found


def _windows(times: Times | None, general: list[RuledOut]) -> tuple[tuple[TimeRange, ...] | None, tuple[TimeRange, ...]]:
    """Return the wanted daily windows (None for any) and those ruled out."""
    out: list[TimeRange] = [window for each in general if each.times for window in each.times.windows()]
    wanted = times
    while isinstance(wanted, Both) and (isinstance(wanted.left, Besides) or isinstance(wanted.right, Besides)):
        besides, wanted = (wanted.left, wanted.right) if isinstance(wanted.left, Besides) else (wanted.right, wanted.left)
        out.extend(besides.ruled_out.windows())  # type: ignore[attr-defined]
    if isinstance(wanted, Besides):
        out.extend(wanted.ruled_out.windows())
        wanted = None
    if isinstance(wanted, AnyTime) and all(isinstance(choice, Besides) for choice in wanted.choices):
        out.extend(window for choice in wanted.choices for window in choice.ruled_out.windows())  # type: ignore[attr-defined]
        wanted = None
    if wanted is None:
        return None, tuple(out)
    windows = wanted.windows()
    return (windows if wanted.is_exact else merged_times(windows)), tuple(out)


def _placed(span: Range, times: tuple[TimeRange, ...] | None, out_times: tuple[TimeRange, ...], context: Context) -> Ranges:
    """Return a range of days with the time of day applied to each of its days."""
    clipped = under_way(span, context.now)
    if times is None:
        excluded = tuple(part for day in _days(clipped) for window in out_times if (part := window.on(day).meet(clipped)))
        return (Range(clipped.start, clipped.end, clipped.exclude + excluded),) if not span.is_exact else (span,)
    windows = without_times(times, out_times) if out_times else times
    if span.is_exact:
        return tuple(window.on(span.start.date()) for window in windows)
    found = []
    for day in _days(span):
        for window in windows:
            placed = window.on(day)
            part = placed.meet(span) if window.is_exact else placed.meet(clipped)
            if part:
                found.append(part)
    return tuple(found)


def _days(span: Range) -> list[date]:
    first, last = span.start.date(), span.end
    days: list[date] = []
    while midnight(first) < last and len(days) <= 12 * HORIZON_DAYS:
        days.append(first)
        first += DAY
    return days


def _less(options: list[Option], exclusions: list[RuledOut], context: Context) -> list[Option]:
    """Return the options less the days ruled out; an option wholly ruled out goes, unless all would."""
    left: list[Option] = []
    for option in options:
        if not isinstance(option, Range):
            left.append(option)
            continue
        parts = [part for out in exclusions for part in _parts(out, option, context)]
        cut = replace(option, exclude=tuple(sorted({*option.exclude, *parts})))
        if cut.pieces():
            left.append(cut)
    return left or options


def _parts(out: RuledOut, option: Range, context: Context) -> list[Range]:
    whole = Range(midnight(option.start.date()), option.end)
    found: list[Range] = []
    for node in out.dates:
        for part in node.within(whole, context):
            pieces = [part] if out.times is None else [window.on(day) for day in _days(part) for window in out.times.windows()]
            found.extend(common for piece in pieces if (common := piece.meet(Range(option.start, option.end))))
    return found
