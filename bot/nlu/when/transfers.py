"""Moves said in few words: "tmrw to fri morning", "half past two to later today", "any other slot than tomorrow"."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.nlu.when.cues import Cue
from bot.nlu.when.days import Context, Day, Every, InDays, MonthDay, NeedsVisitError, NotAWishError, Weekday
from bot.nlu.when.roles import Group, Role
from bot.nlu.when.scan import Item
from bot.nlu.when.stretches import Open, Through
from bot.nlu.when.times import At, Part
from bot.nlu.when.tokens import Token
from bot.nlu.when.visits import ThatDay

_MONDAY, _FRIDAY = 0, 4


def take_bare_move(tokens: list[Token], items: list[Item], groups: list[Group], context: Context) -> list[Group]:
    """Split a message that is nothing but "Wednesday to Thursday" into the visit's day and the wish.

    It is a move when the visit is on the first day. With no visit known it is one when the days follow each other or run
    backwards, or when one time stands behind ("tomorrow to Friday morning"); else, and for "Monday to Friday", a stretch.
    """
    if len(groups) != 1 or groups[0].role is not Role.WISH or not groups[0].items:
        return groups
    first, times = groups[0].items[0], groups[0].items[1:]
    stretch = first.value
    if not isinstance(stretch, Through) or not stretch.splits or not _is_alone(tokens, items, groups[0]):
        return groups
    said = [token.norm for token in tokens[first.start : first.end]]
    if said[0] == "from" or "to" not in said or not _moves(tokens, stretch, times, context):
        return groups
    return [
        Group(Role.REFERENCE, [replace(first, value=stretch.first)]),
        Group(Role.WISH, [replace(first, value=stretch.last), *times], is_target=True),
    ]


def _is_alone(tokens: list[Token], items: list[Item], only: Group) -> bool:
    others = [item for item in items if item not in only.items]
    return all(item.kind in ("filler", "stop", "comma") or _is_please(tokens, item) for item in others)


def _is_please(tokens: list[Token], item: Item) -> bool:
    return item.value is Cue.ACCEPT_POST and all(token.norm == "please" for token in tokens[item.start : item.end])


def _moves(tokens: list[Token], stretch: Through, times: list[Item], context: Context) -> bool:
    days = (stretch.first, stretch.last)
    if not all(isinstance(day, InDays | MonthDay) or (isinstance(day, Weekday) and day.how == "bare") for day in days):
        return False
    try:
        begins, ends = (_only_start(day, context) for day in days)
    except (NeedsVisitError, NotAWishError):
        return False
    if context.visit is not None:
        return context.visit.date() == begins
    if (begins.weekday(), ends.weekday()) == (_MONDAY, _FRIDAY):
        return False
    backwards = ends < begins and not all(isinstance(day, Weekday) for day in days)
    return (ends - begins).days == 1 or backwards or (bool(times) and all(_is_single(tokens, item) for item in times))


def _only_start(day: Day, context: Context) -> date:
    return day.resolve(context)[0][0].start.date()


def _is_single(tokens: list[Token], item: Item) -> bool:
    """Whether a time belongs to one day: a clock time, or "morning" rather than "mornings" or "in the morning"."""
    one_word = item.end - item.start == 1 and not tokens[item.start].norm.endswith("s")
    return item.kind == "comma" or isinstance(item.value, At) or (isinstance(item.value, Part) and one_word)


def share_today(refs: list[Group], wishes: list[Group]) -> None:
    """Put a visit named by its time alone on today when it moves to "later today", and count "later" from that time."""
    if not refs or any(each.dates for each in refs) or not all(item.value.is_exact for each in refs for item in each.times):
        return
    for wish in wishes:
        for at, item in enumerate(wish.items):
            if wish.is_target and isinstance(item.value, Open) and item.value.side == "by" and item.value.base == InDays(0):
                wish.items[at] = replace(item, value=ThatDay("later"))
                refs[0].items.insert(0, replace(item, value=InDays(0)))
                return


def named_by_other(groups: list[Group]) -> list[Group]:
    """Return the visit's day of "any other slot than tomorrow", as references."""
    named = [each for each in groups if each.names_visit and each.role is Role.RULED_OUT]
    return [Group(Role.REFERENCE, list(each.items)) for each in named if not any(isinstance(item.value, Every) for item in each.dates)]
