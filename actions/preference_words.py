"""What a patient says about how, when and about what the line may write: "calls only", "not before 9", "no more surveys".

Plain word patterns: a small, reviewable language. What they do not find is asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import time

from bot.nlu.number_words import UNITS
from bot.store.preferences import TOPICS

_CHANNELS = {
    "whatsapp": r"whats ?app|wats ?app|wsp",
    "email": r"e-?mails?|e-?mailing",
    "call": r"calls?|calling|(?:by|over the|on the) (?:tele)?phone|phone calls?|(?:tele)?phone (?:me|us|her|him)|voice"
    r"|ring(?: me)?|llam\w+",
    "sms": r"texts?|texting|txts?|txt|sms|messag(?:e|es|ing)|write to|mensajes?",
}
_NOT = r"(?:no|not|don'?t|do not|doesn'?t|never|stop|quit|without|instead of|than|can'?t (?:hear|read|get)|hate|nor|isn'?t|sick of)"
_NEGATED = re.compile(
    rf"\b{_NOT}(?: (?!(?:but|just|only|use|please|better)\b)[\w']+){{0,3}}? ?(?:\b(?:any|more|these|the|those|sending|do|me)\b ?)*$",
    re.IGNORECASE,
)
_FOLLOWED = re.compile(r"^ (?:is|are|don'?t|doesn'?t|do not|won'?t) (?:no good|not good|bad|work|useless|fine with)", re.IGNORECASE)
_TOPIC_WORDS = {
    "reminder": r"remind\w*",
    "survey": r"surveys?|ratings?|rate (?:you|us)|feedback|questionnaires?|how (?:did|are) (?:we|you) do\w*|polls?",
    "exercise": r"check-?ins?|exercise (?:texts?|messages?|questions?|stuff|check)|homework texts?",
    "waitlist": r"(?:wait ?list )?offers?|openings?",
    "recall": r"we miss you|come back|promos?|promotions?|marketing|ads?|newsletters?|specials",
    "birthday": r"birthday\w*",
}
_ONLY = re.compile(r"\b(?:only|just|except(?: for)?|but not|keep)\b", re.IGNORECASE)
_SPELLED = {word: value for word, value in UNITS.items() if 1 <= value <= 12}
_CLOCK = rf"(?P<{{0}}>noon|midnight|(?:\d{{{{1,2}}}}(?::\d\d)?|{'|'.join(_SPELLED)})(?: ?[ap]\.?m?\.?\b)?)"
_NO_EARLIER = re.compile(rf"\b(?:before|earlier than|until|till|prior to) {_CLOCK.format('at')}", re.IGNORECASE)
_NO_LATER = re.compile(rf"\b(?:after|later than|past) {_CLOCK.format('at')}", re.IGNORECASE)
_BETWEEN = re.compile(rf"\b(?:between|from) {_CLOCK.format('first')} (?:and|to|-) {_CLOCK.format('last')}", re.IGNORECASE)
# "After ten is fine" allows what "nothing after ten" forbids, whatever else the message forbids.
_SUITS = re.compile(r"^[ap.m ]*(?:is|are|would be|'s|works?|suits?)\b(?! (?:not|no|too|bad))", re.IGNORECASE)
_NEAR = re.compile(
    rf"\b(?:around|about|roughly|at) {_CLOCK.format('at')}(?: (?:in|at) (?:the )?(?P<part>morning|afternoon|evening|night))?", re.IGNORECASE
)
_WINDOW = 2  # hours after the time that is named
_HOURS_NOT = re.compile(r"\b(?:not|no|don'?t|do not|never|nothing|none|isn'?t|stop)\b", re.IGNORECASE)
_PARTS = {
    "morning": (time(8), time(12)),
    "afternoon": (time(12), time(17)),
    "evening": (time(17), time(20)),
}
_PART = re.compile(r"\b(?P<part>morning|afternoon|evening|night)s?\b", re.IGNORECASE)
_NIGHT = time(20)
_EARLIEST_EVENING_HOUR = 7
_LAST_HOUR = 23


@dataclass(frozen=True)
class Wish:
    """What was found; empty parts were not spoken of. `channel` is wanted, `not_channels` are not; `off` and `on` are topics."""

    channel: str = ""
    not_channels: frozenset[str] = frozenset()
    earliest: time | None = None
    latest: time | None = None
    off: frozenset[str] = field(default_factory=frozenset)
    on: frozenset[str] = field(default_factory=frozenset)

    @property
    def has_hours(self) -> bool:
        """Was a time of day named?"""
        return self.earliest is not None or self.latest is not None


def read(text: str) -> Wish:
    """Return what the words say of channel, hours and topics."""
    plain = " ".join(text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())
    earliest, latest = _hours(plain)
    off, on = _topics(plain)
    wanted, unwanted = _channels(plain)
    if off or on or earliest or latest:
        # "don't text me before 9" and "no survey texts" say nothing against texts.
        unwanted = set()
        wanted = [one for one in wanted if one != "sms"] if not _ONLY.search(plain) else wanted
    channel = next((one for one in wanted if one not in unwanted), "")
    if not channel and unwanted == {"call"}:
        channel = "sms"
    return Wish(channel, frozenset(unwanted), earliest, latest, off, on)


def _channels(text: str) -> tuple[list[str], set[str]]:
    wanted: dict[str, int] = {}
    unwanted = set()
    for name, words in _CHANNELS.items():
        for match in re.finditer(rf"\b(?:{words})\b", text, re.IGNORECASE):
            clause = re.split(r"[,.;!?]| but | and ", text[: match.start()], flags=re.IGNORECASE)[-1]
            if _NEGATED.search(clause) or _FOLLOWED.search(text[match.end() :]):
                unwanted.add(name)
            else:
                wanted.setdefault(name, match.start())
    # "send the texts by WhatsApp": a carrier that is named says more than the word for a message; else what was said first.
    return sorted(wanted, key=lambda name: (name not in ("whatsapp", "email"), wanted[name])), {
        name for name in unwanted if name not in wanted
    }


def _topics(text: str) -> tuple[frozenset[str], frozenset[str]]:
    named = {}
    for name, words in _TOPIC_WORDS.items():
        match = re.search(rf"\b(?:{words})\b", text, re.IGNORECASE)
        if match:
            before = re.split(r"[,.;!?]| but ", text[: match.start()], flags=re.IGNORECASE)[-1]
            named[name] = bool(
                re.search(rf"\b{_NOT}\b|\bno more\b|\bturn off\b|\bwithout\b|\bend\b|\bcancel\b|\bskip\b", before, re.IGNORECASE)
                and not re.search(r"\b(?:only|just|except(?: for)?|but)\b[^,.;]*$", before, re.IGNORECASE)
            )
    off = {name for name, unwanted in named.items() if unwanted}
    on = {name for name, unwanted in named.items() if not unwanted}
    if on and re.search(r"\b(?:only|just|except(?: for)?|nothing but)\b", text, re.IGNORECASE):
        off |= set(TOPICS) - on
    return frozenset(off), frozenset(on)


def _hours(text: str) -> tuple[time | None, time | None]:
    if found := _BETWEEN.search(text):
        return _clock(found["first"], morning=True), _clock(found["last"], morning=False)
    earliest = latest = None
    if found := _NO_EARLIER.search(text):
        negated = _forbids(text, found)
        earliest = _clock(found["at"], morning=True)
        if not negated and not re.search(r"\b(?:until|till)\b", found.group(), re.IGNORECASE):
            earliest, latest = None, earliest
    if found := _NO_LATER.search(text):
        negated = _forbids(text, found)
        at = _clock(found["at"], morning=not negated)
        if not negated and at and at.hour <= _EARLIEST_EVENING_HOUR and "a" not in found["at"].lower():
            at = at.replace(hour=at.hour + 12)  # "text me after 6" is the evening's
        earliest, latest = (earliest, at) if negated else (at, latest)
    if earliest or latest:
        return earliest, latest
    if (near := _NEAR.search(text)) and not _HOURS_NOT.search(text[: near.end()]):
        at = _clock(near["at"], morning=near["part"] == "morning" or near["part"] is None)
        if at is not None and at.hour + _WINDOW <= _LAST_HOUR:
            return at, at.replace(hour=at.hour + _WINDOW)
    part = _PART.search(text)
    if part is None:
        return None, None
    name = part["part"].lower()
    against = bool(_HOURS_NOT.search(text[: part.start()]))
    if name == "night":
        return (None, _NIGHT) if against else (_PARTS["evening"][0], None)
    start, end = _PARTS[name]
    if against:
        return (end, None) if name == "morning" else (None, start)
    return start, end


def _forbids(text: str, found: re.Match[str]) -> bool:
    return bool(_HOURS_NOT.search(text)) and not _SUITS.match(text[found.end() :])


def _clock(word: str, *, morning: bool) -> time | None:
    """Return the time of day that a word means; without AM or PM a bound of the morning or of the evening."""
    word = word.lower().replace(" ", "")
    if word in ("noon", "midnight"):
        return time(12) if word == "noon" else time(0)
    for spelled, number in _SPELLED.items():
        word = re.sub(rf"^{spelled}", str(number), word)
    found = re.match(r"(\d{1,2})(?::(\d\d))?([ap])?", word)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if hour > 23 or minute > 59:
        return None
    if found[3]:
        hour = hour % 12 + (12 if found[3] == "p" else 0)
    elif hour < 12 and (not morning or hour < _EARLIEST_EVENING_HOUR - 1):
        hour += 12
    return time(hour, minute)
