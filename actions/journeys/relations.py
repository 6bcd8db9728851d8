"""Who writes for whom: caregivers and their permission, a number that is somebody else's, and a patient who has died.

Nothing is disclosed here. What the clinic's file must say is the desk's: every one of these ends in a task or a person.
"""

from __future__ import annotations

import logging
import re

from actions import identity, outreach, people, wording
from actions.promises import call_back
from actions.scheduling.errors import SchedulingError
from actions.scheduling.types import Person, Related
from actions.step import Step

logger = logging.getLogger(__name__)

_DIED = re.compile(
    r"\b(?:died|is dead|are dead|deceased|passed away|past away|has passed|have passed|passed on"
    r"|passed (?:last|this|on|yesterday|in)\b"
    r"|no longer with us|lost (?:my )?(?:mom|mum|mother|dad|father|wife|husband|grand\w+))",
    re.IGNORECASE,
)
_DEAD_THING = re.compile(
    r"\b(?:car|truck|van|ride|bus|battery|phone|cell|tablet|laptop|computer|engine|line)"
    r"(?:'?s| is| are| was)? (?:\w+ )?(?:dead|died)\b",
    re.IGNORECASE,
)
_OWN_VISIT = re.compile(
    r"\b(?:my (?:own )?(?:\w+ )?(?:visits?|appointments?|appts?|sessions?)|i (?:can'?t|cannot|need to|have to|won'?t))\b", re.IGNORECASE
)


def tells_of_death(text: str) -> bool:
    """Do the words tell that somebody has died? A car or a telephone may be dead, too."""
    return _DIED.search(_DEAD_THING.sub(" ", text)) is not None


def is_about_the_deceased(text: str) -> bool:
    """Do the words tell of a death and mean the visits of whoever died, not the writer's own?"""
    return tells_of_death(text) and not _OWN_VISIT.search(text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))


# Words about who may act for whom that a person settles.
_DISPUTE = re.compile(
    r"\b(?:custody|court|restraining|lawyer|divorc\w+|not (?:allowed|supposed|authori[sz]ed)|no right|without my (?:permission"
    r"|consent|knowledge)"
    r"|behind my back|shouldn'?t (?:be able|have|see|know|get)|isn'?t allowed|not her business|not his business"
    r"|(?:take|remove|get) (?:my )?(?:ex|him|her|them)\b[\w\s-]{0,20}\boff)\b",
    re.IGNORECASE,
)
# A wish to let somebody act, rather than acting.
_GRANT = re.compile(
    r"\b(?:add|allow|let|authori[sz]e|give (?:my|him|her|permission)|put|can (?:my|he|she)|is it ok if)\b[^.?!]{0,60}"
    r"\b(?:permission|access|my account|my file|on file|handle|manage|call for me|text for me|talk (?:to you )?(?:for|about) me"
    r"|my appointments|my visits)\b",
    re.IGNORECASE,
)
# Below this, words for a wrong number are asked about: "not me" may answer something else, and texts to a patient would end.
DOUBTFUL = 0.6


async def refused(step: Step) -> bool:
    """Refuse kindly, before any proof, what a caregiver may not do or what a person must settle; nothing is disclosed."""
    if step.quiet or step.asked is not None:
        return False
    caregiver = step.journey.kind == "caregiver"
    if caregiver and _DISPUTE.search(step.journey.words):
        step.to_person("dispute")
        return True
    if step.journey.people:
        return False
    persons = await identity.known(step.turn, step.context)
    if not caregiver and not any(isinstance(person.relationship, Related) for person in persons):
        return False
    found = people.mentioned(persons, step.journey.words, step.now.date())
    if not found.unknown or found.people or (caregiver and _GRANT.search(step.journey.words)):
        return False
    due = call_back(step.context)
    step.task("no_permission", {"relative": found.unknown, "message": step.turn.message_id}, due=due, owner="desk")
    step.turn.say("utter_no_permission", relative=found.unknown, by=wording.when(due, step.turn.channel))
    return True


async def caregiver(step: Step) -> str | None:
    """Once proven: go on for the patient, or have the desk note who may act for her."""
    if _GRANT.search(step.journey.words):
        due = call_back(step.context)
        step.task("permission", {"patient": step.patient, "message": step.journey.began}, due=due, owner="desk")
        step.turn.say("utter_permission_asked", by=wording.when(due, step.turn.channel))
        return None
    assert step.proof is not None  # noqa: S101 - the registry asks for a proof
    step.turn.say("utter_how_can_i_help_for" if step.proof.by_caregiver else "utter_how_can_i_help", given=step.proof.given)
    return None


async def wrong_person(step: Step) -> str | None:
    """Apologise to whoever has this number now, tell nothing, and write nothing more until staff have looked."""
    if step.asked == "confirmed" and not step.quiet:
        if not step.assent:
            step.turn.say("utter_right_number")
            return None
    elif step.journey.details.get("doubted") or step.turn.confidence < DOUBTFUL:
        step.journey.details["doubted"] = True
        return step.ask("confirmed", "utter_is_number_wrong")
    proof = identity.proof_of(step.turn, step.now)
    if proof is not None:
        step.turn.record("identity", patient=proof.patient, proven_until=step.now.isoformat())
    await outreach.stop(step, "wrong_person", step.turn.conversation)
    step.task("wrong_person", {"message": step.journey.began}, due=call_back(step.context), owner="desk")
    step.audit("wrong_person")
    step.turn.clear("pending", "proof", "date_of_birth", "first_name", "born_text", "reminders", "waitlist_offer", "last_change")
    step.turn.say("utter_wrong_person")
    return None


async def death(step: Step) -> str | None:
    """Answer the news of a death, stop everything the line would start for the patient, and leave the visits to staff."""
    concerned = await _deceased(step)
    patients = [person.reference for person in concerned]
    visits = [visit for patient in patients for visit in await _coming(step, patient)]
    await outreach.stop(step, "death_reported", step.turn.conversation, *patients)
    step.task(
        "death_reported",
        {"patients": patients, "visits": visits, "message": step.journey.began, "urgency": "high"},
        due=call_back(step.context),
        owner="desk",
    )
    step.audit("death_reported", patients=patients)
    step.turn.clear("pending", "reminders", "waitlist_offer", "last_change")
    step.turn.say("utter_condolence")
    return None


async def _deceased(step: Step) -> list[Person]:
    """Return whom the words mean: by name or family word, else the one patient for whom somebody writes, else the number's only one."""
    try:
        persons = await identity.known(step.turn, step.context)
    except SchedulingError as error:
        logger.warning("nobody can be looked up (%s); staff are told whom the words mean", type(error).__name__)
        return []
    found = people.mentioned(persons, step.journey.words, step.now.date())
    if found.people or found.unknown:
        return list(found.people)
    proof = identity.proof_of(step.turn, step.now)
    if proof is not None and proof.by_caregiver:
        return [person for person in persons if person.reference == proof.patient]
    others = [person for person in persons if isinstance(person.relationship, Related)]
    return others if len(others) == 1 else persons if len(persons) == 1 else []


async def _coming(step: Step, patient: str) -> list[str]:
    try:
        return [visit.reference for visit in await step.context.directory.upcoming(patient)]
    except SchedulingError as error:
        logger.warning("the visits cannot be read (%s); staff look them up", type(error).__name__)
        return []
