"""What each date in a message is for: wished for, ruled out, the visit being moved, or only part of a story."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from bot.nlu.when.beside import OWNERS, comes_day, has_other, has_target, has_thing, is_away, is_bare, is_list, tells_of_own
from bot.nlu.when.cues import Cue
from bot.nlu.when.days import AnyDay, Every, Weekday
from bot.nlu.when.lexicon import SUBJECTS, words
from bot.nlu.when.scan import Item
from bot.nlu.when.stretches import Month, Open, Through, Week, WeekOf
from bot.nlu.when.times import At, Between, From, Told, ToldBefore, Until
from bot.nlu.when.tokens import Token
from bot.nlu.when.visits import DaysFromVisit, MinutesFromVisit, SameTime

_MOVED = words("moved changed switched swapped pushed bumped shifted rescheduled transferred")
_PAIN = words("hurt hurts hurting pain sore swollen ache aches aching stiff throbbing painful numb")


class Role(Enum):
    """What a group of dates and times is for."""

    WISH = "wish"
    REFERENCE = "reference"
    REJECTED = "rejected"
    RULED_OUT = "ruled out"
    STORY = "story"


@dataclass
class Group:
    """Dates and times said in one breath, with the words that join them."""

    role: Role
    items: list[Item] = field(default_factory=list)
    corrects: bool = False
    any_base: bool = False
    names_visit: bool = False
    is_target: bool = False
    concludes: bool = False
    told: bool = False

    @property
    def dates(self) -> list[Item]:
        return [item for item in self.items if item.kind == "date"]

    @property
    def times(self) -> list[Item]:
        return [item for item in self.items if item.kind == "time"]


@dataclass
class _State:
    role: Role = Role.WISH
    moving: bool = False
    target: bool = False
    asked: bool = False
    corrects: bool = False
    any_base: bool = False
    names_visit: bool = False
    concludes: bool = False
    told: bool = False


def group(tokens: list[Token], items: list[Item]) -> list[Group]:
    """Return the message's groups in order, each with its role."""
    groups: list[Group] = []
    state = _State()
    open_group: Group | None = None
    for index, item in enumerate(items):
        if item.kind in ("date", "time"):
            if open_group is not None and state.moving and not state.target and tokens[item.start].norm == "for":
                last, open_group = open_group, None
                last.role = Role.REFERENCE if last.role is Role.WISH else last.role
            if open_group is None:
                open_group = _begin(tokens, items, index, state, groups)
                groups.append(open_group)
            open_group.items.append(items[index])
            continue
        if open_group is not None and _names_on(items, index, open_group):
            continue
        if open_group is not None and _joins(tokens, items, index, open_group):
            open_group.items.append(item)
            continue
        if open_group is not None and item.kind != "filler":
            last, open_group = open_group, None
            groups.extend(_settle(tokens, items, index, last, state))
        _follow(tokens, items, index, state)
    if open_group is not None:
        groups.extend(_settle(tokens, items, len(items), open_group, state))
    return [each for each in groups if each.items]


def _names_on(items: list[Item], index: int, open_group: Group) -> bool:
    """Whether the visit named by its day goes on to be named by its time: "my Tuesday slot at 2"."""
    behind = items[index + 1] if index + 1 < len(items) else None
    return items[index].value is Cue.VISIT and open_group.role is Role.REFERENCE and behind is not None and behind.kind == "time"


def _joins(tokens: list[Token], items: list[Item], index: int, open_group: Group) -> bool:
    """Whether a connective goes on with the group: a date or time follows, and the group's role can hold a list."""
    item = items[index]
    behind = next((each for each in items[index + 1 :] if each.kind != "filler"), None)
    if item.kind in ("or", "and"):
        opens = open_group.role is Role.REJECTED and behind is not None and isinstance(behind.value, Open)
        return behind is not None and behind.kind in ("date", "time") and not opens
    if item.kind == "comma":
        later = items[index + 1 : index + 4]
        listed = any(each.kind in ("or", "and") for each in later)
        if open_group.role is Role.WISH:
            return behind is not None and behind.kind in ("date", "time", "or", "and")
        if behind is None or behind.kind != "date" or not listed:
            return False
        return open_group.role is Role.RULED_OUT or (open_group.role is Role.REJECTED and is_list(tokens, items, index))
    if item.kind == "but":
        return open_group.role is Role.WISH and behind is not None and isinstance(behind.value, From | Until | Open)
    return False


def _begin(tokens: list[Token], items: list[Item], index: int, state: _State, groups: list[Group]) -> Group:
    role = state.role
    first = tokens[items[index].start].norm
    if state.moving and first in ("for", "to", "until", "til", "up"):
        state.target, state.role = True, Role.WISH
        role = Role.WISH
        if isinstance(items[index].value, Open) and items[index].value.side == "by":
            items[index] = replace(items[index], value=items[index].value.base)
    if isinstance(items[index].value, Open) and (
        role is Role.REJECTED or (first in ("until", "til", "through") and is_away(tokens, items[index].start))
    ):
        turned = Open(items[index].value.base, "after") if first == "through" else items[index].value.turned()
        items[index] = replace(items[index], value=turned)
        role = Role.WISH
    before = [each for each in items[max(index - 3, 0) : index] if each.kind != "filler"]
    if role is Role.REFERENCE and isinstance(items[index].value, MinutesFromVisit | DaysFromVisit):
        role = Role.WISH  # "she needs her appointment pushed back an hour"
    if role is Role.WISH and not state.target:
        owned = any(tokens[each.start].norm in OWNERS for each in before[-1:] if each.value is Cue.MINE)
        value = items[index].value
        from_visit = getattr(value, "from_visit", False)
        owned = owned and not from_visit
        names_day = not from_visit and (items[index].kind == "time" or not getattr(value, "is_container", False))
        moved = (
            state.moving
            and before
            and before[-1].value in (Cue.MOVE, Cue.VISIT, Cue.MINE)
            and names_day
            and not isinstance(value, Open | AnyDay | Every)
        )
        if owned or moved:
            role = Role.REFERENCE
    if before and before[-1].kind == "but" and groups and _is_wide(tokens, groups[-1]) and index and items[index].kind == "date":
        role = Role.RULED_OUT
    made = any(
        each.value is Cue.ASK and tokens[each.end - 1].norm in ("it", "that", "this") and tokens[each.end - 2].norm in ("make", "do")
        for each in before
    )
    found = Group(role, corrects=state.corrects, any_base=state.any_base, is_target=state.target or made)
    found.concludes, found.names_visit = state.concludes, state.names_visit
    found.told = state.told and role is Role.REJECTED
    state.told = state.corrects = state.any_base = state.names_visit = state.concludes = False
    return found


def _is_wide(tokens: list[Token], earlier: Group) -> bool:
    if earlier.role is not Role.WISH:
        return False
    if not earlier.dates:
        start = earlier.items[0].start
        return start > 0 and tokens[start - 1].norm in ("any", "every", "all")
    last = earlier.dates[-1].value
    return isinstance(last, AnyDay | Every) or any(isinstance(each.value, AnyDay) for each in earlier.dates)


def _settle(tokens: list[Token], items: list[Item], index: int, found: Group, state: _State) -> list[Group]:
    """Decide a finished group by the words after it; return groups split off it."""
    behind = items[index] if index < len(items) else None
    cue = behind.value if behind is not None and behind.kind == "cue" else None
    extra: list[Group] = []
    split = _split_move(found) if state.moving and not state.target and found.role in (Role.WISH, Role.REFERENCE) else None
    if split:
        found.items, found.role = split[0], Role.REFERENCE
        extra.append(Group(Role.WISH, split[1], is_target=True))
    elif found.role is Role.RULED_OUT and (at := _wish_after(found)):
        extra.append(Group(Role.WISH, found.items[at:]))
        del found.items[at:]
    elif cue is Cue.REJECT_POST and found.role is Role.WISH and _holds_rest(found):
        extra.append(Group(Role.RULED_OUT, [item for item in found.items[1:] if item.kind != "comma"]))
        del found.items[1:]
    elif cue is Cue.REJECT_POST or (
        (cue in (Cue.REJECT, Cue.BUSY) or (behind is not None and has_other(tokens, items, index))) and is_bare(items, index)
    ):
        if found.role is Role.WISH:
            found.role = Role.REJECTED
    elif cue is Cue.ACCEPT_POST and found.role in (Role.REJECTED, Role.REFERENCE):
        extra.extend(_split_accepted(tokens, items, index, found))
    elif cue is Cue.VISIT and found.role is Role.WISH:
        first = items.index(found.items[0])
        owner = items[first - 1].value is Cue.MINE if first else False
        the = tokens[found.items[0].start].norm in ("the", "my", "our")
        if (owner or state.moving or the) and not state.target:
            found.role = Role.REFERENCE
    elif cue is Cue.MOVE and tokens[behind.start].norm in _MOVED and found.role is Role.WISH and has_target(items, index):  # type: ignore[union-attr]
        found.role = Role.REFERENCE
    elif behind is not None and behind.value is Cue.TARGET and state.moving and not state.target:
        if found.role is Role.WISH:
            found.role = Role.REFERENCE
    elif (
        behind is not None
        and behind.kind == "turn"
        and found.role is Role.WISH
        and (tells_of_own(tokens, items, items.index(found.items[0])) or _tells_why(tokens, items, index, found, state))
    ):
        found.role, found.told = Role.REJECTED, True
    elif cue is Cue.STORY and tokens[behind.start].norm in _PAIN and not state.asked and found.role is Role.WISH:  # type: ignore[union-attr]
        found.role = Role.STORY
    if found.role in (Role.REJECTED, Role.REFERENCE, Role.RULED_OUT):
        state.role = Role.WISH
    state.target = False
    return extra


def _wish_after(found: Group) -> int:
    """Return where a wish begins that follows what is ruled out without a word between ("not the fifth the sixth"); 0 for nowhere."""
    for at in range(1, len(found.items)):
        last, item = found.items[at - 1], found.items[at]
        if last.kind == item.kind and item.kind in ("date", "time"):
            listed = any(each.kind in ("or", "and") for each in found.items[:at])
            if not listed or item.value.is_container:
                return at
    return 0


def _tells_why(tokens: list[Token], items: list[Item], index: int, found: Group, state: _State) -> bool:
    """Whether a day stands in the reason for what follows: "mom needs the car Thursday so I was thinking Monday"."""
    if (
        state.asked
        or state.target
        or not found.dates
        or any(isinstance(item.value, Told | ToldBefore) for item in found.times)
        or tokens[items[index].start].norm != "so"
    ):
        return False
    first = items.index(found.items[0])
    begins = max((at for at in range(first) if items[at].kind in ("stop", "comma", "but")), default=-1)
    reasons = any(each.kind == "word" for each in items[begins + 1 : first])
    return reasons and any(each.kind in ("date", "time") for each in items[index + 1 :])


def _split_move(found: Group) -> tuple[list[Item], list[Item]] | None:
    """Split "tuesday to thursday" after "move": what is moved, and where to."""
    for position, item in enumerate(found.items):
        if isinstance(item.value, SameTime) and isinstance(item.value.base, Through) and item.value.base.splits:
            moved = item.value.base
            first, last = replace(item, value=moved.first), replace(item, value=SameTime(moved.last))
            return [*found.items[:position], first], [last, *found.items[position + 1 :]]
        if isinstance(item.value, Through | Between) and item.value.splits:
            ends: tuple[Any, Any] = (item.value.first, item.value.last)
            if isinstance(item.value, Between):
                ends = (At(item.value.first), At(item.value.last))
            return (
                [*found.items[:position], replace(item, value=ends[0])],
                [replace(item, value=ends[1]), *found.items[position + 1 :]],
            )
    return None


def _holds_rest(found: Group) -> bool:
    """Whether a week or month stands before what is turned down of it: "next week, mornings are out"."""
    first, rest = found.items[0], found.items[1:]
    if not rest or not isinstance(first.value, Week | WeekOf | Month | AnyDay) or rest[0].kind in ("or", "and"):
        return False
    return all(item.kind != "date" or isinstance(item.value, Every | Weekday) for item in rest)


def _split_accepted(tokens: list[Token], items: list[Item], index: int, found: Group) -> list[Group]:
    """Handle "can't make tuesday wednesday would be better" and "i have wednesday free"."""
    said = tokens[items[index].start].norm
    dates = found.dates
    if len(dates) > 1 and not any(each.kind in ("or", "and") for each in found.items):
        at = found.items.index(dates[-1])
        rest = found.items[at:]
        del found.items[at:]
        return [Group(Role.WISH, rest)]
    if found.role is Role.REFERENCE and said in ("free", "open", "available", "off", "works", "is"):
        found.role = Role.WISH
    return []


def _follow(tokens: list[Token], items: list[Item], index: int, state: _State) -> None:
    """Let a word change what the next dates are for."""
    item = items[index]
    if item.kind == "stop":
        state.role, state.moving, state.target, state.asked = Role.WISH, False, False, False
    elif item.kind == "and" and item.end < len(tokens) and tokens[item.end].norm in SUBJECTS:
        state.asked = False
    elif item.kind == "comma" and index and items[index - 1].value in (Cue.OWN, Cue.VISIT) and state.role is Role.REFERENCE:
        pass  # "i have two appointments, tuesday and thursday"
    elif item.kind in ("comma", "but", "turn"):
        state.role = Role.WISH
        state.concludes = state.concludes or item.kind == "turn"
        state.moving = state.moving and item.kind != "comma"
    elif item.kind == "not":
        behind = next((each for each in items[index + 1 :] if each.kind != "filler" and each.value is not Cue.MINE), None)
        points = tokens[item.end].norm in ("that", "those", "these", "it", "them") if item.end < len(tokens) else True
        told = item.value == "any_not" and not points and comes_day(items, index)  # "any day, but my husband needs the car Wednesdays"
        if told or (behind is not None and behind.kind in ("date", "time") and not (points and behind.value.is_container)):
            state.role, state.any_base = Role.RULED_OUT, item.value in ("any_not", "other_than")
            state.names_visit = item.value == "other_than"
    elif item.kind == "word" and state.role is Role.REFERENCE and has_thing(tokens, items, index):
        state.role, state.told = Role.REJECTED, True
    elif item.kind == "cue":
        _heed(tokens, items, index, state)


def _heed(tokens: list[Token], items: list[Item], index: int, state: _State) -> None:
    cue = items[index].value
    asked_before = index > 0 and items[index - 1].value is Cue.ASK
    if cue in (Cue.REJECT, Cue.BUSY):
        state.role, state.corrects = Role.REJECTED, False
    elif cue is Cue.INSTEAD_OF:
        state.role = Role.REFERENCE
    elif cue is Cue.OWN:
        tells = tokens[items[index].start].norm in ("it", "its", "which")
        if tells or (not state.moving and not asked_before):
            state.role = Role.REFERENCE
    elif cue is Cue.MOVE:
        state.moving, state.role = True, Role.WISH
    elif cue is Cue.TARGET:
        if state.moving or tokens[items[index].start].norm == "for":
            state.target = state.moving
            if state.role is Role.REFERENCE and state.moving:
                state.role = Role.WISH
    elif cue in (Cue.ASK, Cue.HOPE):
        state.role, state.asked = Role.WISH, True
    elif cue is Cue.CORRECT:
        state.corrects, state.role = True, Role.WISH
    elif cue is Cue.STORY and not state.asked and not state.moving:
        state.role = Role.STORY


def rules_out(found: Group) -> bool:
    """Whether a rejected group rules times out rather than names the visit: "can't do mornings", "mondays are bad"."""
    if found.dates:
        return any(isinstance(item.value, Every) for item in found.dates)
    return bool(found.times) and not any(item.value.is_exact for item in found.times)


def bounds_day(found: Group) -> bool:
    """Whether a rejected group wishes for the rest of its day: "can't do tuesday before ten"."""
    return bool(found.dates) and bool(found.times) and all(isinstance(item.value, From | Until) for item in found.times)
