"""Questions of judgement: is it normal, may I skip it, what instead, which pill. The line gives no answer; the therapist gets the words."""

from __future__ import annotations

import re

from actions import therapists
from actions.step import Step

_WHO = r"(?:i|we|she|he|they|mom|mum|dad|my \w+)"
# What the therapist decides, however it was understood: is it right, may it be changed, may one push on, which pill.
_JUDGEMENTS = (
    (
        r"(?:is|are|isn'?t|was|be) (?:it|that|this|they|these|he|she|my \w+|the \w+|[\w']+ing) (?:\w+ )?"
        r"(?:normal|ok|okay|alright|all right|safe|bad|dangerous|harmful|serious|a problem|too (?:much|early|soon|late))"
    ),
    r"normal (?:for|that|if|to)|supposed to (?:hurt|click|pop|crack|burn|ache|feel|be (?:sore|painful))",
    (
        rf"(?:can|could|may|should|shall|do|must) {_WHO}? ?(?:\w+ ){{0,2}}?"
        r"(?:skip|stop|quit|drop|leave out|swap|switch|replace|substitute|change|push through|add|increase"
        r"|do (?:more|less|fewer|extra|something else|(?:it|them) (?:anyway|anyhow)|without)|go (?:up|heavier|deeper|faster)"
        r"|use (?:more|heavier|a heavier)|take (?:a )?(?:break|day off))"
    ),
    r"(?:ok|okay|fine|safe|bad|alright) (?:to|if)",
    r"(?:something|anything|another (?:one|exercise)|a different (?:one|exercise)) (?:instead|else i (?:can|could))|instead of",
    r"(?:make|making) (?:it|them|this|these) (?:harder|easier)|progress(?:ion)? (?:to|it)|next level|heavier (?:band|weight)",
    r"advil|ibuprofen|aleve|tylenol|acetaminophen|naproxen|aspirin|motrin|pain ?killers?|pain (?:pills?|meds?)",
    r"medicines?|medications?|muscle relax\w+|cortisone|gabapentin|oxy\w*",
    rf"should {_WHO} (?:be worried|worry|see a doctor|go to (?:the )?(?:er|doctor))",
)
_JUDGES = re.compile(rf"\b(?:{'|'.join(_JUDGEMENTS)})\b", re.IGNORECASE)


def judges(text: str) -> bool:
    """Does a message ask what only the therapist may decide?"""
    return _JUDGES.search(text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")) is not None


async def advance(step: Step) -> str | None:
    """Give the question to the patient's own therapist and say so; nothing is asked, and nothing is disclosed."""
    await refer(step, await therapists.likely_patient(step))
    return None


async def refer(step: Step, patient: str | None, response: str = "utter_question_referred", **values: str) -> None:
    """Give the therapist a `question` with the patient's words, and say who has it."""
    therapist = await therapists.give(step, "question", patient, about=step.journey.intent)
    step.turn.say(response, therapist=therapists.name_of(therapist), **values)
