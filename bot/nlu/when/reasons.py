"""Days and times that only tell why: "my daughter's wedding is Saturday, so what about the week after".

A day in a clause that tells something, and asks for nothing, is no wish when another clause of the message wishes for a day.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, takewhile

from bot.nlu.when.beside import HERE, OWNERS
from bot.nlu.when.constraint import DAY
from bot.nlu.when.cues import Cue
from bot.nlu.when.days import AnyDay, Context, Every, NeedsVisitError, NotAWishError
from bot.nlu.when.lexicon import SUBJECTS, words
from bot.nlu.when.roles import Group, Role
from bot.nlu.when.scan import Item
from bot.nlu.when.stretches import Open, Week
from bot.nlu.when.times import Told, ToldBefore
from bot.nlu.when.tokens import Token
from bot.nlu.when.visits import AfterThat, ThatDay

_BREAKS = words("because since as while if unless though although cuz where when")
_WISHING = frozenset({Cue.ASK, Cue.HOPE, Cue.ACCEPT_POST, Cue.CORRECT, Cue.MOVE, Cue.TARGET, Cue.INSTEAD_OF, Cue.OWN, Cue.VISIT})
_POINTERS = words("then those them that these it")
_POINTED_ENDS = frozenset({"", ".", ",", "!", "?", ";", "please", "but", "days", "day", "and", "or", "thanks"})
_BOUNDS = frozenset({"stop", "comma", "but", "turn"})


def set_aside(tokens: list[Token], items: list[Item], groups: list[Group]) -> list[Group]:
    """Return the groups with the days and times of mere reasons no longer wished for, where something else is."""
    wishes = [each for each in groups if each.role is Role.WISH]
    told = [each for each in wishes if _only_tells(tokens, items, each)]
    firm = [each for each in wishes if each not in told]
    for each in told:
        each.items = [_turned(tokens, item) for item in each.items]
    for each, following in pairwise(groups):
        if (
            each.role is Role.REJECTED
            and not each.dates
            and following.role is Role.WISH
            and isinstance(following.items[0].value, AfterThat)
        ):
            each.role = Role.WISH  # "i work until 5, so after that"
    refused = {item.value for each in groups if each.role in (Role.REJECTED, Role.RULED_OUT) for item in each.dates}
    for each in [each for each in firm if each.dates and all(item.value in refused for item in each.dates)]:
        if len([other for other in firm if other.dates]) > 1:
            firm.remove(each)
            each.role = Role.STORY  # "I said Monday, but Monday is no good, so Tuesday"
    has_days = any(not isinstance(item.value, AfterThat) for each in firm for item in each.dates)
    has_times = any(each.times for each in firm)
    for each in told:
        if any(isinstance(item.value, Open) for item in each.dates) and not _counts_on(firm):
            continue
        if each.dates and has_days:
            each.role, each.told = Role.REJECTED, True
            each.items = [_plain(item) for item in each.items if item.kind != "time"]
        elif each.dates or any(isinstance(item.value, AfterThat) for other in firm for item in other.dates):
            continue
        elif firm and (has_times or not any(_is_ending(item) for item in each.times)):
            each.role = Role.STORY
    return groups


def refuse(tokens: list[Token], items: list[Item], groups: list[Group]) -> list[Group]:
    """Return the groups with the days ruled out that a later "not then" or "not those" points back to."""
    for item in items:
        if item.kind != "not" or item.end >= len(tokens) or tokens[item.end].norm not in _POINTERS:
            continue
        after = tokens[item.end + 1].norm if item.end + 1 < len(tokens) else ""
        earlier = [each for each in groups if each.dates and each.items[-1].end <= item.start and each.role in (Role.WISH, Role.REJECTED)]
        if earlier and after in _POINTED_ENDS:
            earlier[-1].role, earlier[-1].any_base = Role.RULED_OUT, True
            groups = [each for each in groups if [part.value for part in each.items] != [ThatDay()]]
    return groups


def give_up(items: list[Item], groups: list[Group], context: Context) -> list[Group]:
    """Return the groups with the known visit's own day no longer wished for, where another day is wished for beside it."""
    wishes = [each for each in groups if each.role is Role.WISH]
    dated = [each for each in wishes if each.dates]
    at_visit = [each for each in dated if not each.concludes and _is_visit(each, context)]
    if context.visit is None or len(wishes) < 2 or not at_visit:
        return groups
    if len(at_visit) < len(dated):
        for each in at_visit:
            each.role = Role.WISH if _is_choice(items, each) else Role.REFERENCE
    elif len(dated) == 1 and dated[0].times and all(item.value.is_exact for other in wishes for item in other.times):
        dated[0].role = Role.REFERENCE  # "appointment at 10 tuesday, can we do 10:30"
    return groups


def _is_choice(items: list[Item], found: Group) -> bool:
    """Whether an "or" stands right before a group."""
    return any(item.kind == "or" and item.end == found.items[0].start for item in items)


def _is_visit(found: Group, context: Context) -> bool:
    """Whether a group names the visit's day and no other time than the visit's."""
    visit = context.visit
    if visit is None or any(item.value.is_container or item.value.from_visit for item in found.dates):
        return False
    try:
        named = [part for item in found.dates for reading in item.value.resolve(context) for part in reading]
    except (NeedsVisitError, NotAWishError):
        return False
    minute = visit.hour * 60 + visit.minute
    same_time = all(window.start <= minute < window.end for item in found.times for window in item.value.windows())
    return same_time and bool(named) and all(part.start.date() == visit.date() and (part.end - part.start) <= DAY for part in named)


def _counts_on(firm: list[Group]) -> bool:
    """Whether a wish counts weeks from the day told ("back on the 22nd, so the week after")."""
    return any(isinstance(item.value, Week) and item.value.of == "visit" for each in firm for item in each.dates)


def _is_ending(item: Item) -> bool:
    return isinstance(item.value, Told | ToldBefore)


def _turned(tokens: list[Token], item: Item) -> Item:
    """Return what is left when something lasts until a day ("the car's in the shop until Wednesday")."""
    value, said = item.value, {token.norm for token in tokens[max(item.start - 8, 0) : item.start]}
    lasts = isinstance(value, Open) and value.side == "by" and tokens[item.start].norm in ("until", "til") and not said & HERE
    return replace(item, value=value.turned()) if lasts else item


def _plain(item: Item) -> Item:
    """Return the day itself of "back on the 22nd"."""
    return replace(item, value=item.value.base) if isinstance(item.value, Open) and item.value.side == "from" else item


def _only_tells(tokens: list[Token], items: list[Item], found: Group) -> bool:
    """Whether a group stands in a clause that has a subject and a verb of its own, and no word that asks or agrees."""
    if not found.is_target and _is_somebodys(tokens, items, found.items[-1].end):
        return True
    if found.is_target or found.corrects or found.any_base or any(isinstance(item.value, AnyDay) for item in found.items):
        return False
    if any(_is_ending(item) for item in found.times):
        return True
    begin, end = found.items[0].start, found.items[-1].end
    first = next((at for at, item in enumerate(items) if item.start >= begin), 0)
    last = next((at for at, item in enumerate(items) if item.start >= end), len(items))
    before: list[Item] = []
    for item in reversed(items[:first]):
        if item.kind in _BOUNDS or (item.kind == "and" and _is_subject(tokens, items, item)):
            break
        before.insert(0, item)
        if tokens[item.start].norm in _BREAKS:
            break
    behind: list[Item] = []
    for item in items[last:]:
        if item.kind in _BOUNDS or item.kind == "and" or tokens[item.start].norm in _BREAKS - {"when"}:
            break
        behind.append(item)
    around = [*before, *behind]
    if any(item.kind == "cue" and item.value in _WISHING and not _is_others(tokens, items, item) for item in around):
        return False
    unknown = [item for item in around if item.kind in ("word", "past")]
    shared = any(isinstance(item.value, Every) for item in found.dates) and any(item in unknown for item in behind)
    subject = (
        shared
        or any(_is_others(tokens, items, item) for item in around)
        or any(token.norm.removesuffix("'s") in SUBJECTS for item in around for token in tokens[item.start : item.end])
    )
    if sum(item in unknown for item in before) >= 2:
        return True
    return subject and any(tokens[item.start].norm not in SUBJECTS for item in unknown)


def _is_somebodys(tokens: list[Token], items: list[Item], end: int) -> bool:
    """Whether the day is said to be something of somebody's: "thursday's my kid's recital", "friday is our anniversary"."""
    follows = [token.norm for token in tokens[end : end + 2]]
    joined = tokens[end - 1].end - tokens[end - 1].start > len(tokens[end - 1].norm)  # "thursday's" is spelled "thursday"
    if follows[:1] == ["is"] or follows[:1] == ["was"]:
        joined, follows = True, follows[1:]
    if not joined or not follows or follows[0] not in OWNERS:
        return False
    behind = takewhile(lambda item: item.kind not in _BOUNDS, (item for item in items if item.start >= end))
    return any(item.kind == "word" for item in behind)


def _is_others(tokens: list[Token], items: list[Item], cue: Item) -> bool:
    """Whether a "have" is somebody else's ("my kids have soccer"), and asks for nothing."""
    if cue.value is not Cue.ASK or cue.end - cue.start > 1 or tokens[cue.start].norm not in ("have", "has", "got"):
        return False
    before = items[items.index(cue) - 1] if items.index(cue) else None
    return before is not None and (before.kind == "word" or before.value is Cue.MINE)


def _is_subject(tokens: list[Token], items: list[Item], joint: Item) -> bool:
    """Whether a subject follows an "and": then a new clause begins."""
    return joint.end < len(tokens) and tokens[joint.end].norm in SUBJECTS
