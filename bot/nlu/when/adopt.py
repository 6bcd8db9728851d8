"""Which doubtful items are dates and times after all: bare hours, "early", "late", "earlier", "today".

A bare number is a time only beside a date, beside another time, before "works", or when nothing else was said.
"""

from __future__ import annotations

from dataclasses import replace

from bot.nlu.when.cues import Cue
from bot.nlu.when.days import InDays, Weekday
from bot.nlu.when.lexicon import words
from bot.nlu.when.scan import Item
from bot.nlu.when.stretches import Open, Through
from bot.nlu.when.times import Between, Part
from bot.nlu.when.tokens import Token
from bot.nlu.when.visits import ThatDay

_SMALL = frozenset({"filler", "or", "and", "comma"})
_UNASKED = words("running run be being am im was were see talk call you it too so as very how")
_SCALE = words("scale pain level rate score nps ten")
_NAMING = words(
    """
    a an option number choice the exercise level page room day phase step grade pain # press reply score my
    """
)


def adopt(tokens: list[Token], items: list[Item], anchored: bool) -> list[Item]:
    """Return the items with every doubtful one decided; `anchored` says that the visit's day is known."""
    items = [part for item in items for part in _expand(item, anchored)]
    spoken = [
        item
        for item in items
        if item.kind not in ("filler", "stop", "comma", "or", "and")
        and item.value not in (Cue.ACCEPT_POST, Cue.ASK, Cue.CORRECT, Cue.TARGET)
    ]
    anything = [item for item in spoken if item.kind != "any_loose" and item.value not in (Cue.VISIT, Cue.MINE)]
    items = [replace(item, kind="filler" if anything else "date") if item.kind == "any_loose" else item for item in items]
    alone = all(item.kind == "loose_time" for item in spoken)
    changed = True
    while changed:
        changed = False
        for index, item in enumerate(items):
            if item.kind == "loose_time" and (alone or _is_time(tokens, items, index)):
                items[index], changed = replace(item, kind="time"), True
    return [replace(item, kind="word") if item.kind in ("loose_time", "visit_loose") else item for item in items]


def _expand(item: Item, anchored: bool) -> list[Item]:
    """Split "tonight" and "this morning" into a day and a part of the day."""
    if item.kind != "date_time":
        if isinstance(item.value, ThatDay) and item.kind == "date" and not anchored and item.value.vague:
            return [replace(item, value=Open(InDays(0), "by"))]
        return [item]
    if item.value == "later":
        return [replace(item, kind="date", value=Open(InDays(0), "by"))]
    if item.value == "tonight":
        return [replace(item, kind="date", value=InDays(0)), replace(item, kind="time", value=Part(17 * 60, 19 * 60))]
    if isinstance(item.value, tuple):
        return [replace(item, kind="date", value=ThatDay()), replace(item, kind="time", value=item.value[1])]
    return [replace(item, kind="date", value=InDays(0)), replace(item, kind="time", value=item.value)]


def _is_time(tokens: list[Token], items: list[Item], index: int) -> bool:
    item = items[index]
    said_before = tokens[item.start - 1].norm if item.start else ""
    loose_part = isinstance(item.value, Part)
    if tokens[item.start].norm == "one" and item.end - item.start == 1 and not _joined_one(items, index):
        return False
    if loose_part and said_before in _UNASKED:
        return False
    if not loose_part and said_before in _NAMING:
        return said_before in ("a", "the") and _stands_by_day(items, index)
    if (
        isinstance(item.value, Between)
        and not {token.norm for token in tokens} & _SCALE
        and (_ends(items, index + 1) or _starts(items, index))
    ):
        return True
    half = tokens[item.start].norm in ("am", "pm")
    for step in (-1, 1):
        if half and (step == 1 or not _stands_behind_day(items, index)):
            continue
        neighbour = _neighbour(items, index, step)
        if neighbour is None:
            continue
        if loose_part:
            if (neighbour.kind == "date" and isinstance(neighbour.value, Weekday | InDays | Through)) or (
                neighbour.kind == "date" and hasattr(neighbour.value, "day")
            ):
                return True
        elif neighbour.kind in ("date", "time"):
            return True
    if not loose_part and index and items[index - 1].value is Cue.TARGET and any(each.value is Cue.MOVE for each in items[:index]):
        return True
    if not loose_part and said_before in ("like", "say", "maybe") and any(each.kind == "time" for each in items):
        return True
    before = items[index - 1] if index else None
    if (
        not loose_part
        and before is not None
        and (before.value is Cue.INSTEAD_OF or (before.value is Cue.ASK and tokens[before.end - 1].norm in ("it", "that", "this", "be")))
    ):
        return True
    if (
        not loose_part
        and before is not None
        and before.value is Cue.ASK
        and tokens[before.end - 1].norm in ("do", "come", "make", "take", "try")
    ):
        others = any(each.kind == "time" for each in items) or "we" in (token.norm for token in tokens[before.start : before.end])
        if others and _ends(items, index + 1):
            return True
    behind = items[index + 1] if index + 1 < len(items) else None
    if behind is not None and not loose_part and behind.value in (Cue.INSTEAD_OF, Cue.REJECT_POST):
        return True
    if behind is not None and not loose_part and behind.value is Cue.ACCEPT_POST and said_before in ("is", "does", "would", "at"):
        return True
    return (
        behind is not None
        and behind.value is Cue.ACCEPT_POST
        and tokens[behind.start].norm in ("works", "work", "is", "would", "will", "suits", "sounds", "might", "could")
    )


def _stands_behind_day(items: list[Item], index: int) -> bool:
    """Whether a lone "am" or "pm" follows a day, or follows it behind a comma and ends what is said ("to fri, am")."""
    before = items[index - 1] if index else None
    if before is not None and before.kind == "comma" and _ends(items, index + 1):
        before = items[index - 2] if index > 1 else None
    return before is not None and before.kind == "date"


def _joined_one(items: list[Item], index: int) -> bool:
    """Whether the word "one" is an hour ("noon or one"), not a visit ("the thursday one")."""
    sides = [items[at] for at in (index - 1, index + 1) if 0 <= at < len(items)]
    return any(each.kind in ("or", "and") for each in sides)


def _stands_by_day(items: list[Item], index: int) -> bool:
    """Whether "a 10" or "the 10" goes on to a day: "a 10 or 11 on Thursday"."""
    for item in items[index + 1 : index + 5]:
        if item.kind == "date":
            return not isinstance(item.value, InDays)
        if item.kind not in ("or", "filler", "loose_time", "time"):
            return False
    return False


def _starts(items: list[Item], index: int) -> bool:
    return index == 0 or items[index - 1].kind in ("stop", "comma", "turn")


def _ends(items: list[Item], at: int) -> bool:
    return at >= len(items) or items[at].kind in ("stop", "comma", "turn") or items[at].value in (Cue.ACCEPT_POST, Cue.INSTEAD_OF)


def _neighbour(items: list[Item], index: int, step: int) -> Item | None:
    at = index + step
    passed = 0
    while 0 <= at < len(items) and (items[at].kind in _SMALL or items[at].value is Cue.CORRECT) and passed < 4:
        at, passed = at + step, passed + 1
    return items[at] if 0 <= at < len(items) else None
