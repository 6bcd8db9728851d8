"""Reads scenario files. Anything they hold that is not known is refused with file, scenario, value and remedy."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from bot.yamlfile import FileError, Node
from tests.support.line import ZONE
from tests.support.scenario import (
    ASKED,
    CLINIC,
    KINDS,
    LEVELS,
    LOCATIONS,
    OUTCOMES,
    PERSON,
    PLAIN_FACTS,
    TAKEN,
    Ask,
    BirthDate,
    Booked,
    Burst,
    Choice,
    Clock,
    Expect,
    Fact,
    Late,
    Moved,
    Reminder,
    Requested,
    RequestMode,
    Scenario,
    Scheduling,
    Span,
    Stored,
    Taken,
    Tapback,
    Text,
    Turn,
    Waitlisted,
    WaitlistOffer,
    Yes,
)  # fmt: skip

_LATER = re.compile(r"\+(\d+)(m|h)")


def load(path: Path) -> tuple[Scenario, ...]:
    """Read a scenario file. Raises FileError."""
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FileError(f"{path} cannot be read ({error.strerror}); name a file of scenarios") from error
    except yaml.YAMLError as error:
        raise FileError(f"{path} is no YAML: {error}; correct it there") from error
    scenarios = tuple(_scenario(node) for node in Node(path, "", entries).items())
    twice = [name for name, count in Counter(scenario.name for scenario in scenarios).items() if count > 1]
    if twice:
        raise FileError(f"{path}: two scenarios are named {twice[0]}; rename one")
    return scenarios


def _scenario(node: Node) -> Scenario:
    name = node.at("name").text()
    node = Node(node.file, f"scenario {name}", node.value)
    node.at("name")
    who = node.at("who").text()
    says = node.at("says")
    turns = tuple(_turn(turn) for turn in says.items())
    if not turns:
        raise says.error("write at least one turn")
    folder = node.at("folder").text()
    expect = _expect(node.at("expect"), who)
    node.finish()
    return Scenario(name, who, folder, turns, expect)


def _turn(node: Node) -> Turn:
    if isinstance(node.value, str):
        return _typed(node)
    if not isinstance(node.value, dict) or len(node.value) != 1:
        raise node.error("write a text in quotes, or a mapping with one key")
    (kind,) = node.value
    if kind not in _EVENTS:
        raise node.error(f"use one of {', '.join(_EVENTS)}, or put the symbol in quotes")
    return _EVENTS[kind](node.at(kind))


def _typed(node: Node) -> Turn:
    text = node.text()
    if not (text.startswith("{") and text.endswith("}")):
        return Text(text)
    name, _, value = text[1:-1].partition(":")
    match name.strip(), value.strip():
        case "birth_date", "":
            return BirthDate()
        case "birth_date_of", str(of) if of:
            return BirthDate(of)
        case "choice", number if number.isdigit() and int(number) > 0:
            return Choice(int(number))
        case "yes", "":
            return Yes()
    raise node.error("use {birth_date}, {birth_date_of: id}, {choice: N} or {yes}")


def _burst(node: Node) -> Burst:
    bodies = tuple(_typed(item) for item in node.items())
    if len(bodies) < 2 or not all(isinstance(body, Text) for body in bodies):
        raise node.error("write two or more texts without symbols")
    return Burst(tuple(body.body for body in bodies if isinstance(body, Text)))


def _clock(node: Node) -> Clock:
    found = _LATER.fullmatch(str(node.value))
    if found:
        return Clock(by=timedelta(**{"hours" if found[2] == "h" else "minutes": int(found[1])}))
    return Clock(until=_start(node))


def _request_mode(node: Node) -> RequestMode:
    node.choice(("request",))
    return RequestMode()


_EVENTS: dict[str, Callable[[Node], Turn]] = {
    "burst": _burst,
    "clock": _clock,
    "reminder": lambda node: Reminder(_start(node)),
    "waitlist_offer": lambda node: WaitlistOffer(_start(node)),
    "ask": lambda node: Ask(node.choice(ASKED)),
    "taken": lambda node: Taken(node.choice(TAKEN)),
    "scheduling": lambda node: Scheduling(node.choice(("down", "up")) == "up"),
    "mode": _request_mode,
    "tapback": lambda node: Tapback(node.text()),
}


def _expect(node: Node, who: str) -> Expect:
    def maybe(key: str, read: Callable[[Node], Any]) -> Any:
        found = node.maybe(key)
        return None if found is None else read(found)

    expect = Expect(
        person=_person(node),
        moved=maybe("moved", lambda found: _moved(found, who)),
        booked=maybe("booked", lambda found: _booked(found, who)),
        booked_from_waitlist=maybe("booked_from_waitlist", _start),
        cancelled=maybe("cancelled", _starts),
        confirmed=maybe("confirmed", _starts),
        visit_at=maybe("visit_at", _start),
        unchanged=bool(maybe("unchanged", _true)),
        waitlisted=maybe("waitlisted", lambda found: _waitlisted(found, who)),
        off_waitlist=maybe("off_waitlist", Node.text),
        late=maybe("late", _late),
        requested=maybe("requested", _requested),
        still_subscribed=bool(maybe("still_subscribed", _true)),
        answers_to_last_burst=maybe("answers_to_last_burst", lambda found: found.number(least=1)),
        told=maybe("told", _facts) or (),
        not_told=maybe("not_told", _facts) or (),
        says=maybe("says", _phrases) or (),
        never=maybe("never", _phrases) or (),
        tasks=_tasks(node),
        stored=maybe("stored", _stored) or (),
        incident=_incident(node),
        contained=maybe("contained", Node.flag),
    )
    node.finish()
    return expect


def _person(node: Node) -> str:
    """Read `person`; beside what flows without a visit expect it may be left out."""
    others = ("contained", "says", "never", "task", "stored", "incident")
    if "person" not in node.value and any(key in node.value for key in others):
        return "may"
    return node.at("person").choice(PERSON)


def _phrases(node: Node) -> tuple[tuple[str, ...], ...]:
    return tuple(_alternatives(item) for item in node.items())


def _alternatives(node: Node) -> tuple[str, ...]:
    """Read words, alternatives between bars."""
    words = tuple(part.strip() for part in str(node.value).split("|"))
    if isinstance(node.value, (dict, list)) or not all(words):
        raise node.error("write words, alternatives between bars")
    return words


def _tasks(node: Node) -> tuple[str, ...] | None:
    """Read one kind of card or a list of them; null is none."""
    found = node.maybe("task")
    if found is None:
        return () if "task" in node.value else None
    return found.texts() if isinstance(found.value, list) else (found.text(),)


def _incident(node: Node) -> str | None:
    """Read a level; null is none, too."""
    found = node.maybe("incident")
    if found is None:
        return "none" if "incident" in node.value else None
    return found.choice(LEVELS)


def _stored(node: Node) -> tuple[Stored, ...]:
    readers: dict[str, Callable[[Node], object]] = {
        "nps": lambda found: found.number(least=0),
        "comment": lambda found: True if found.value is True else _alternatives(found),
        "pain": lambda found: found.number(least=0),
        "exercise": lambda found: found.choice(OUTCOMES),
        "opted_out": Node.flag,
        "preference": _preference,
    }
    stored = []
    for name, read in readers.items():
        found = node.maybe(name)
        if found is not None:
            stored.append(Stored(name, read(found)))
        elif name in node.value:
            stored.append(Stored(name, None))
    node.finish()
    return tuple(stored)


def _preference(node: Node) -> object:
    if isinstance(node.value, dict) and len(node.value) == 1:
        return next(iter(node.value.items()))
    return _alternatives(node)


def _moved(node: Node, who: str) -> Moved:
    moved = Moved(_patient(node, who), _start(node.at("from")), _spans(node, "to"), _practitioner(node))
    node.finish()
    return moved


def _booked(node: Node, who: str) -> Booked:
    kind = node.maybe("kind")
    booked = Booked(_patient(node, who), _spans(node, "between"), _practitioner(node), kind.choice(KINDS) if kind else None)
    node.finish()
    return booked


def _waitlisted(node: Node, who: str) -> Waitlisted:
    waitlisted = Waitlisted(_patient(node, who), _span(node.at("between")))
    node.finish()
    return waitlisted


def _late(node: Node) -> Late:
    late = Late(_start(node.at("visit")), node.at("minutes").number(least=1))
    node.finish()
    return late


def _requested(node: Node) -> Requested:
    kinds = [kind for kind in ("move", "cancel", "book") if isinstance(node.value, dict) and kind in node.value]
    if len(kinds) != 1:
        raise node.error("write one of move, cancel and book")
    (kind,) = kinds
    about = node.at(kind)
    start = None if kind == "book" else _start(about)
    wanted = _span(about) if kind == "book" else _span(node.at("to")) if kind == "move" else None
    node.finish()
    return Requested(kind, start, wanted)


def _facts(node: Node) -> tuple[Fact, ...]:
    return tuple(_fact(item) for item in node.items())


def _fact(node: Node) -> Fact:
    if isinstance(node.value, str):
        return Fact(node.choice(PLAIN_FACTS))
    if isinstance(node.value, dict) and len(node.value) == 1:
        (name,) = node.value
        value = node.at(name)
        if name == "visit":
            return Fact(name, _start(value))
        if name == "practitioner":
            return Fact(name, value.choice(CLINIC))
        if name in ("location", "address", "parking", "hours"):
            return Fact(name, value.choice(LOCATIONS))
    raise node.error(f"use one of {', '.join(PLAIN_FACTS)}, or a mapping of visit, practitioner, location, address, parking or hours")


def _patient(node: Node, who: str) -> str:
    found = node.maybe("patient")
    return found.text() if found else who


def _practitioner(node: Node) -> str | None:
    found = node.maybe("with")
    return found.choice(CLINIC) if found else None


def _spans(node: Node, key: str) -> tuple[Span, ...]:
    several = node.maybe(f"{key}_any")
    if several is not None:
        return tuple(_span(item) for item in several.items())
    return (_span(node.at(key)),)


def _span(node: Node) -> Span:
    pair = _starts(node)
    if len(pair) != 2 or pair[0] >= pair[1]:
        raise node.error("write a pair of times, the earlier one first")
    return Span(*pair)


def _starts(node: Node) -> tuple[datetime, ...]:
    return tuple(_start(item) for item in node.items())


def _start(node: Node) -> datetime:
    try:
        found = datetime.fromisoformat(node.value)
    except (TypeError, ValueError):
        found = None
    if found is None or found.tzinfo is not None or "T" not in node.value:
        raise node.error("write a time of the clinic's clock such as 2025-06-03T10:00")
    return found.replace(tzinfo=ZONE)


def _true(node: Node) -> bool:
    if not node.flag():
        raise node.error("write true, or leave it out")
    return True
