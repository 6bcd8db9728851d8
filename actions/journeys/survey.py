"""The answer to the survey: a score, then why, then thanks with the same review link for everybody.

The line asked a number on file and nothing is disclosed, so no identity is proven. No form stays open between the messages: what is
still wanted waits in the slot `surveys`, and other wishes pass it. Scores below promoter make a ticket.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from actions import identity, people
from actions.scheduling.errors import SchedulingError
from actions.standstill import incident_is_open
from actions.step import Step
from actions.tickets import needs_person, open_ticket
from bot import survey
from bot.nlu.scores import Score
from bot.recovery import HIGHEST_DETRACTOR, HIGHEST_PASSIVE
from bot.types import Awaiting

SCORE, WHICH, WHY, DONE = "score", "which", "why", "done"
# A question that is older than this is no longer answered by a bare number; one that names itself a score always is.
FRESH = timedelta(days=3)
# How long after its end an answer may be put right.
CORRECTED_WITHIN = timedelta(hours=12)
_OPINION = frozenset({"give_nps_score", "give_feedback", "file_complaint", "consider_stopping_care"})
_ANSWERS = _OPINION | {"affirm", "deny", "choose_option", "correct_value", "inform", "never_mind", "ask_more_options"}
# Below this confidence an intent is no reason to take a message for anything but the comment that was asked for.
DOUBTFUL = 0.5
_NEVER_A_COMMENT = frozenset({"talk_to_human", "opt_out", "report_death", "wrong_person", "ask_are_you_bot"})
_NO_MORE = frozenset({"deny", "never_mind"})
SHORT_NO = 3  # words; a longer no says why
_LOW = re.compile(r"\b(?:low|lower|lowest|less|first|former)\b", re.IGNORECASE)
_HIGH = re.compile(r"\b(?:high|higher|highest|more|second|latter|last)\b", re.IGNORECASE)
# What even a promoter's comment should not leave unread.
_TROUBLE = re.compile(
    r"\b(?:but|except|though|however|only (?:thing|issue|problem)|wish|rude|unprofessional|ignored?|late|wait(?:ed|ing)?|dirty|cold|lost|"
    r"wrong|complain\w*|nobody|never|awful|terrible|horrible|worst|mess\w*|problem|issue|hurt\w*|pain\w*|sore|worse|billing|overcharged|crowded|rushed|parking)\b",
    re.IGNORECASE,
)


@dataclass
class Asked:
    """A survey and what of its answer is still wanted, as JSON in the tracker.

    `stage` is SCORE, WHICH (several were named, `options`), WHY or DONE. `again`: the score was asked for a second time. `message` is the
    last message that told something; `at` when it was asked, or answered last. `given` names the patient where several share the phone.
    """

    id: str
    patient: str
    given: str
    at: str
    stage: str = SCORE
    score: int | None = None
    comment: str = ""
    options: tuple[int, ...] = ()
    again: bool = False
    message: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the form kept in the slot."""
        return asdict(self) | {"options": list(self.options)}

    def age(self, now: datetime) -> timedelta:
        """Return how long ago it was asked, or answered."""
        return now - datetime.fromisoformat(self.at)


def waiting(step: Step) -> list[Asked]:
    """Return the surveys of this number, the newest question last."""
    return [Asked(**{**one, "options": tuple(one["options"])}) for one in step.turn.get("surveys") or ()]


def listening(step: Step) -> str:
    """Say whether the message answers a survey, though no journey is open; see `LISTENERS`."""
    intent, turn = step.turn.intent, step.turn
    asked = waiting(step)
    if not asked:
        return ""
    if intent in _OPINION and any(one.message == turn.message_id for one in asked):
        return "survey"  # a further clause of the same message
    open_now = turn.metadata.get("awaiting") in (Awaiting.NPS_SCORE.value, Awaiting.COMMENT.value)
    if open_now and intent in _ANSWERS:
        return "survey"
    if turn.metadata.get("awaiting") == Awaiting.COMMENT.value and turn.confidence < DOUBTFUL and intent not in _NEVER_A_COMMENT:
        return "survey"  # what hardly sounds like anything else is what was asked for
    if intent == "correct_value" and asked[-1].stage == DONE and asked[-1].age(step.now) < CORRECTED_WITHIN:
        fresh = "survey" in turn.last_response
        return "survey" if survey.read(turn.text).settled is not None and (fresh or not turn.get("when")) else ""
    wanted = [one for one in asked if one.stage in (SCORE, WHICH)]
    if intent == "choose_option" and wanted and wanted[-1].age(step.now) < FRESH and not turn.get("reminders"):
        answer = survey.read(turn.text)
        return "survey" if answer.settled is not None and answer.comment is None else ""
    return ""


async def advance(step: Step) -> str | None:
    """Take what the message tells; ask for what is missing once, or thank."""
    if step.quiet:
        return None
    told = survey.read(step.turn.text)
    surveys = waiting(step)
    asked = await _meant(step, surveys)
    _keep(step, surveys, asked)
    if asked.message == step.turn.message_id:
        return await _further(step, asked)
    asked.message = step.turn.message_id
    if asked.stage == WHY:
        await _comment(step, asked, told)
    elif asked.stage == DONE and told.settled is not None:
        await _corrected(step, asked, told.settled)
    else:
        await _score(step, asked, told)
    asked.at = step.now.isoformat()
    _keep(step, surveys, asked)
    return None


async def _meant(step: Step, surveys: list[Asked]) -> Asked:
    """Return the survey that is answered: the one in hand, of whom the words name, or the newest that waits; without any a new one."""
    turn = step.turn
    mine = [one for one in surveys if one.message == turn.message_id]
    if mine:
        return mine[-1]
    open_ones = [one for one in surveys if one.stage != DONE]
    if turn.intent == "correct_value" and not open_ones:
        open_ones = surveys[-1:]
    named = people.mentioned(await identity.known(turn, step.context), turn.text).people if len(open_ones) > 1 else ()
    chosen = [one for one in open_ones if one.patient in {person.reference for person in named}] or open_ones
    if chosen:
        return chosen[-1]
    return Asked(id=turn.message_id, patient=await whose(step), given="", at=step.now.isoformat())


async def whose(step: Step) -> str:
    """Return the patient whom an opinion out of the blue is from: the proven one, or the only one of this number; "" when unknown."""
    if step.proof:
        return step.proof.patient
    try:
        persons = {person.reference for person in await identity.known(step.turn, step.context)}
    except SchedulingError:
        return ""  # an opinion is taken all the same
    return persons.pop() if len(persons) == 1 else ""


async def _score(step: Step, asked: Asked, told: survey.Answer) -> None:
    score = told.score
    if told.comment and step.intent not in _NO_MORE and not asked.options:
        asked.comment = _joined(asked.comment, told.comment)
    settled = told.settled
    if asked.options and settled not in asked.options:
        settled = _side(asked, step.turn.text) or settled
    if settled is None and asked.again and score is not None and score.is_ambiguous:
        settled = min(score.values)  # asked once which; the lower one is never too kind to ourselves
    if settled is not None and 0 <= settled <= survey.HIGHEST:
        asked.score = settled
        await _scored(step, asked)
    elif asked.again or step.intent in _NO_MORE or _beside(step):
        await _without_score(step, asked)
    else:
        asked.again = True
        _ask_again(step, asked, score)


def _beside(step: Step) -> bool:
    """Does a journey wait that puts its own question again right after this? Then nothing more is asked here."""
    return any((one.get("details") or {}).get("suspended") for one in step.turn.get("pending") or ())


def _ask_again(step: Step, asked: Asked, score: Score | None) -> None:
    _store(step, asked)
    if score is not None and score.is_ambiguous and score.fits:
        asked.stage, asked.options = WHICH, score.values
        step.turn.say("utter_survey_which", low=min(score.values), high=max(score.values))
    elif score is not None:
        step.turn.say("utter_survey_off_scale")
    else:
        step.turn.say("utter_survey_number_after_comment" if asked.comment else "utter_survey_number")


def _side(asked: Asked, text: str) -> int | None:
    """Read "the lower one" where two scores were offered."""
    if _LOW.search(text):
        return min(asked.options)
    return max(asked.options) if _HIGH.search(text) else None


async def _scored(step: Step, asked: Asked) -> None:
    """Go on after a score: why, unless that was told with it."""
    if asked.comment or _beside(step):
        await _finish(step, asked)
        return
    ticket = _ticket(step, asked)
    _store(step, asked)
    asked.stage = WHY
    step.turn.say("utter_survey_score_read_by" if ticket else "utter_survey_score_thanks", **ticket)
    step.turn.say("utter_survey_why_not_more" if ticket else "utter_survey_why")


async def _without_score(step: Step, asked: Asked) -> None:
    if asked.comment:
        await _finish(step, asked)
        return
    asked.stage = DONE
    step.turn.say("utter_survey_declined")


async def _comment(step: Step, asked: Asked, told: survey.Answer) -> None:
    """Take the answer to "why?": words, none, or another score."""
    if told.settled is not None and told.comment is None and step.intent in ("correct_value", "give_nps_score", "choose_option"):
        asked.score = told.settled
        _store(step, asked)
        _ticket(step, asked)
        step.turn.say("utter_survey_corrected", score=asked.score)
        step.turn.say("utter_survey_why")
        return
    if step.intent == "correct_value" and told.settled is not None:
        asked.score = told.settled
    if step.intent not in _NO_MORE or len(step.turn.text.split()) > SHORT_NO:
        asked.comment = _joined(asked.comment, step.turn.text.strip())
    await _finish(step, asked)


async def _corrected(step: Step, asked: Asked, score: int) -> None:
    asked.score = score
    ticket = _ticket(step, asked)
    _store(step, asked)
    step.turn.say("utter_survey_corrected_ticket" if ticket else "utter_survey_corrected", score=score, **ticket)


async def _further(step: Step, asked: Asked) -> str | None:
    """Add another clause of the same message to the comment; whatever was said of the first holds for it."""
    asked.comment = _joined(asked.comment, step.turn.text.strip())
    if step.turn.intent in ("file_complaint", "consider_stopping_care"):
        ticket = _ticket(step, asked, unhappy=True)
        if asked.stage == DONE and asked.score is not None and asked.score > HIGHEST_PASSIVE:
            step.turn.say("utter_survey_trouble", **ticket)
    _store(step, asked)
    if asked.stage == WHY:
        await _finish(step, asked)
    _keep(step, waiting(step), asked)
    return None


def _ticket(step: Step, asked: Asked, *, unhappy: bool = False) -> dict[str, str]:
    """Open the ticket that score or comment calls for; return what is told of it, nothing without one."""
    score = asked.score
    trouble = unhappy or bool(_TROUBLE.search(asked.comment)) or step.turn.intent in ("file_complaint", "consider_stopping_care")
    if not trouble and (score is None or score > HIGHEST_PASSIVE):
        return {}
    # A promoter's trouble has a passive's time: it is to be read, not to be rescued.
    due_as = None if score is None else min(score, HIGHEST_PASSIVE)
    return open_ticket(step, "survey", due_as=due_as, key=asked.id, survey=asked.id, of=asked.patient or None, score=score)


async def _finish(step: Step, asked: Asked) -> None:
    """End the survey: a person at once where that is called for, else thanks, who reads it and by when, and the review page.

    The review page is named to everybody alike, unless an incident is open.
    """
    ticket = _ticket(step, asked)
    _store(step, asked)
    asked.stage = DONE
    if needs_person(asked.comment):
        step.to_person("complaint")
        return
    sorry = asked.score is not None and asked.score <= HIGHEST_DETRACTOR
    name = "utter_survey_sorry" if ticket and sorry else "utter_survey_read_by" if ticket else "utter_survey_thanks"
    step.turn.say(name, **ticket)
    if not await incident_is_open(step.context, step.turn.conversation):
        step.turn.say("utter_survey_review", link=step.context.clinic.review_link)


def _store(step: Step, asked: Asked) -> None:
    if asked.score is None and not asked.comment:
        return
    for record in survey.records(asked.id, asked.patient or None, asked.score, asked.comment or None, step.now):
        step.turn.record(record.kind, **record.detail)


def _keep(step: Step, surveys: list[Asked], asked: Asked) -> None:
    others = [one for one in surveys if one.id != asked.id]
    step.turn.set(surveys=[one.as_json() for one in (*others, asked)])


def _joined(comment: str, more: str) -> str:
    return f"{comment}\n{more}" if comment and more not in comment else comment or more
