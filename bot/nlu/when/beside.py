"""What stands beside a date in a message: whether a list goes on, another thing is named, or a place to stay is told."""

from __future__ import annotations

from bot.nlu.when.cues import Cue
from bot.nlu.when.lexicon import words
from bot.nlu.when.scan import Item
from bot.nlu.when.tokens import Token

OWNERS = words("my our his mom's dad's mother's father's husband's wife's their")
HERE = words("free available open can could here only home")
_STAYING = words("be is im ill hes shes am are were staying visiting gone away")


def is_list(tokens: list[Token], items: list[Item], index: int) -> bool:
    """Whether what follows a comma goes on with what is turned down: a list that ends the sentence, and asks nothing."""
    for item in items[index + 1 :]:
        if item.kind in ("date", "comma", "or", "and", "filler"):
            continue
        return item.kind in ("but", "turn") or (item.kind == "stop" and tokens[item.start].norm != "?")
    return True


def is_away(tokens: list[Token], start: int) -> bool:
    """Whether the words before "till the 18th" say where the patient is until then, not when he is free."""
    words = {token.norm for token in tokens[max(start - 8, 0) : start]}
    return bool(words & _STAYING) and not words & HERE


def has_target(items: list[Item], index: int) -> bool:
    """Whether "to" follows the word at `index`: "the 12th moved to the afternoon"."""
    return index + 1 < len(items) and items[index + 1].value is Cue.TARGET


def tells_of_own(tokens: list[Token], items: list[Item], first: int) -> bool:
    """Whether the words before say "my something is": "my bridge club is Tuesday, so…"."""
    words = [tokens[each.start].norm for each in items[max(first - 5, 0) : first]]
    return bool(words) and words[-1] in ("is", "are", "meets", "on") and any(word in OWNERS for word in words)


def is_bare(items: list[Item], index: int) -> bool:
    """Whether the cue at `index` has no date of its own after it."""
    for each in items[index + 1 :]:
        if each.kind in ("stop", "comma", "but", "turn", "or") or each.value is Cue.ASK:
            return True
        if each.kind in ("date", "time"):
            return False
    return True


def comes_day(items: list[Item], index: int) -> bool:
    """Whether a day follows in the same clause, and nothing that asks."""
    for item in items[index + 1 :]:
        if item.kind in ("stop", "comma", "turn") or item.value in (Cue.ASK, Cue.HOPE, Cue.MOVE):
            return False
        if item.kind == "date":
            return True
    return False


def has_other(tokens: list[Token], items: list[Item], index: int) -> bool:
    """Whether "i have" and another thing follow a day: "Monday i have dialysis"."""
    behind = items[index + 1] if index + 1 < len(items) else None
    return items[index].value is Cue.OWN and behind is not None and behind.kind == "word" and has_thing(tokens, items, index + 1)


def has_thing(tokens: list[Token], items: list[Item], index: int) -> bool:
    """Whether a word stands behind "i have" ("i have dialysis Monday"), which then speaks of something else than the visit."""
    last = items[index - 1]
    return last.value is Cue.OWN and tokens[last.end - 1].norm in ("have", "has", "got", "had")
