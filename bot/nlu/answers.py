"""Reads a short answer by the question it answers: the same "1" is a choice, a score or a key press.

Only whole clauses are read here; anything longer goes to the classifier. The words are those people text; a typed thumbs-up is a yes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from bot.types import Awaiting


@dataclass(frozen=True)
class Answer:
    """What a short clause means: an intent and the entities it carries, `(name, value)`."""

    intent: str
    entities: tuple[tuple[str, Any], ...] = field(default=())


def _any(*phrases: str) -> str:
    return "|".join(phrases)


_TONE = r"(?:(?:oh|ok|okay|um|uh|well|actually|omg|wow|yay|ooh+|hey|haha|lol|gosh|oh my god|great|ahh*|aw+|hm+|hmm+) )+"
_COURTESY = (
    r"(?: (?:please|pls|plz|thanks|thank you|thx|ty|dear|sir|ma'?am|sorry|that works|sounds good|that'?s fine|do it|go ahead|not yet))*"
)
_SKIN = "(?:[\U0001f3fb-\U0001f3ff])?"
_YES_WORDS = _any(
    r"yes|yess+|ye|yea|yeah|yeh|yep|yup|y|ya|yas|si|sí|k|kk|ok|okay|okey|okie|alright|all right",
    r"sure|sure thing|correct|right|that'?s right|confirmed?|absolutely|definitely|of course|please do|yes it is|i do|i will|that'?s me",
    r"go ahead|do it|go for it|let'?s do it|book it|lock it in|move it",
    r"sounds (?:good|great|perfect)|perfect|fine|good|great|that'?s fine|works|works for me|that works|that works for me",
)
_NO_WORDS = _any(
    r"no|nope|nah|naw|n|not really|no way|wrong|incorrect|that'?s wrong|that'?s not right",
    r"i don'?t|don'?t|do not|neither|none|none of (?:them|those|these)|nothing works",
)
# Said to an open yes-or-no question, these settle it; elsewhere they may mean anything. "Cancel it" and "change it" are wishes, not assent.
_IT_IS = r"(?:that'?s|that is|it'?s|thats|its)"
_ASSENT = re.compile(
    rf"(?:{_TONE})?(?:(?:yes|yeah|ok|okay|sure) )?(?:"
    + _any(
        r"i guess(?: so)?|i suppose(?: so)?|might as well|why not|mm ?-?hm+|mhm+|uh ?-?huh|aha|right on|you bet|bet|word|dale|claro|vale",
        r"(?:i|we)(?:'?ll| will| can| could) (?:take it|do (?:it|that)|make (?:it|that)|have it)",
        r"i'?m sure|we'?re good|i'?m good with (?:it|that)|roger|10-4",
        r"(?:please )?(?:do|send it|make it so|hit it|lock it down|put (?:me|us|her|him) (?:in|down)(?: for (?:it|that))?)",
        r"(?:please )?(?:book|move|confirm|take|schedule|grab) (?:it|that|me|us|him|her)(?: then)?",
        rf"{_IT_IS} (?:a deal|perfect|great|good|ok|okay|all right|alright|fine|it|the one|what (?:i|we) want(?:ed)?)",
        r"(?:that'?ll|that will|that would|that|it'?ll|it) (?:do|work|suits?(?: me| us)?)(?: (?:just )?(?:nicely|fine|great|well))?",
        r"(?:that'?ll|that will|that would|it'?ll) be (?:just )?(?:fine|good|great|perfect|lovely|ok|okay)",
        r"(?:100|a hundred|one hundred) ?(?:%|percent)|wonderful|lovely|excellent|awesome|sweet|deal|cool|nice|super|brilliant|amen|dope",
        r"yuh|yessir+|yes sir|yes ma'?am",
    )
    + rf"){_COURTESY}(?: (?:with|for|by) (?:me|us|him|her|mom|dad|everybody))?",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    rf"(?:{_TONE})?(?:(?:no|nope|nah|sorry|hm+|eh+) )*(?:"
    + _any(
        r"no+|nope|nah|hard pass|pass|better not|i'?d (?:rather|better) not|i think not|i don'?t think so",
        r"not (?:now|today|yet|that day|that one|this time)|absolutely not|no chance|no dice|no sir|no ma'?am",
        r"(?:please )?don'?t(?: (?:bother|do (?:it|that)|move (?:it|me)|book (?:it|that)|cancel (?:it|that)))?",
        rf"{_IT_IS} (?:no good|not (?:good|what i (?:want|wanted|asked for|meant))|too (?:early|late|far|soon))",
        r"(?:that|it|this) (?:won'?t|doesn'?t|don'?t|isn'?t going to|ain'?t gonna) (?:work|do)",
        r"(?:i|we|she|he) can'?t(?: (?:do|make) (?:it|that))?",
    )
    + rf"){_COURTESY}(?: (?:with|for) (?:me|us|him|her|mom|dad))?",
    re.IGNORECASE,
)
_YES = re.compile(rf"(?:{_TONE})?(?:{_YES_WORDS}){_COURTESY}|[👍👌✅🆗]{_SKIN}(?: ?[👍👌✅])*", re.IGNORECASE)
_NO = re.compile(rf"(?:{_TONE})?(?:{_NO_WORDS}){_COURTESY}|👎{_SKIN}", re.IGNORECASE)
_ORDINALS = {
    "one": 1, "first": 1, "1st": 1, "won": 1, "uno": 1,
    "two": 2, "second": 2, "2nd": 2, "to": 2, "too": 2, "dos": 2,
    "three": 3, "third": 3, "3rd": 3, "tree": 3, "tres": 3,
    "four": 4, "fourth": 4, "4th": 4, "last": -1, "middle": 2,
}  # fmt: skip
_TAKING = _any(
    r"(?:i'?ll |i will |let'?s |i can )?(?:take|do|go with|go for|pick|choose|want|have|like|prefer)? ?",
    r"(?:yes|yeah|ok|okay|sure|um|uh|maybe|how about|what about|make it) ",
)
_CHOICE_WORDS = r"\d{1,2}|one|first|1st|uno|two|second|2nd|dos|three|third|3rd|tres|four|fourth|4th|last|middle"
_PRAISE = r"(?: (?:please|pls|plz|works|works for me|is (?:good|fine|great|perfect)|sounds good|thanks|thank you|thx))*"
_CHOICE = re.compile(
    rf"(?:{_TAKING})?(?:the |option |number |no\.? |choice |#)*(?P<value>{_CHOICE_WORDS})(?: one| option| choice)?[).]?{_PRAISE}",
    re.IGNORECASE,
)
# "Yes mine mine mine": a yes that stands first settles the open question, unless what follows may take it back, ask or wish for more.
_EAGER_YES = re.compile(
    rf"(?:{_TONE})?(?:yes+|yeah|yea|yep|yup|sure|si|sí)(?P<rest>(?: [^\W\d][\w']*){{1,6}})",
    re.IGNORECASE,
)
_TAKES_BACK = re.compile(
    r"\b(?:but|except|however|wait|no|not|never|\w+n'?t|only|if|unless|can|could|would|should|will you|do you|is|are|what|when|where|which"
    r"|who|how|instead|rather|later|earlier|sooner|another|other|else|also|and|keep|leave|stay|hold|still|forget|change|move|cancel|hurts?|pain|sore|worse|only|maybe"
    r"|need|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|today|tomorrow|tmrw|morning|afternoon|evening|noon|week)\b",
    re.IGNORECASE,
)
_BARE = re.compile(r"#? ?(?P<value>\d{1,2})[).]?")


def read(text: str, awaiting: Awaiting) -> Answer | None:
    """Return what `text` answers to an open question, or None when it is more than a short answer."""
    clause = re.sub(r"[\s!.,]+$", "", text.strip().lower().replace("’", "'"))
    clause = re.sub(r"\s*,\s*", " ", clause)
    if not clause or len(clause) > 60:
        return None
    if awaiting == Awaiting.CHOICE and (found := _CHOICE.fullmatch(clause)):
        return _chosen(found.group("value"))
    if awaiting == Awaiting.CHOICE and clause in ("to", "too", "won", "tree"):
        return _chosen(clause)  # what a recogniser writes for two, one and three
    if awaiting in (Awaiting.DATE_OF_BIRTH, Awaiting.PHONE, Awaiting.NPS_SCORE, Awaiting.PAIN_SCORE):
        return None
    if clause == "0":
        return Answer("talk_to_human")
    if awaiting == Awaiting.YES_NO and clause in ("1", "2"):
        return Answer("affirm" if clause == "1" else "deny")
    if _YES.fullmatch(clause):
        return Answer("affirm")
    if _NO.fullmatch(clause):
        return Answer("deny")
    if awaiting == Awaiting.YES_NO and _ASSENT.fullmatch(clause):
        return Answer("affirm")
    if awaiting == Awaiting.YES_NO and _REFUSAL.fullmatch(clause):
        return Answer("deny")
    if awaiting == Awaiting.YES_NO and (eager := _EAGER_YES.fullmatch(clause)) and not _TAKES_BACK.search(eager["rest"]):
        return Answer("affirm")
    if found := _BARE.fullmatch(clause):
        return _chosen(found.group("value"))
    return None


def _chosen(word: str) -> Answer:
    return Answer("choose_option", (("choice", int(word) if word.isdigit() else _ORDINALS[word]),))
