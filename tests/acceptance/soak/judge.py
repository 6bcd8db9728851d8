"""The five zeros, found in the evidence. Each check returns one line for each fault; none is the verdict that counts.

Nothing here asks the line's own code what is true: texts are compared with the schedule, and the store with what was posted and heard.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from tests.acceptance.soak.evidence import Evidence, Row
from tests.acceptance.soak.schedule import Schedule, Visit, active

TIME = r"(?P<when>\w{3} \w{3} \d{1,2}, \d{1,2}:\d\d [AP]M)"
CLAIM = re.compile(rf"(?P<verb>Done:|You're confirmed:|Next visit:) {TIME} with (?P<who>[\w' -]+?) at (?P<where>[\w' -]+?)[.,]")
STANDS = re.compile(rf"{TIME}(?: visit)? (?:stands|is unchanged)")
CLAIMING = frozenset({"utter_moved", "utter_confirmed", "utter_next_visit", "utter_next_visit_and_then"})
# A look-up may be told again from the conversation's memory by the next worker, so it may be that old.
RETOLD = timedelta(seconds=120)


def lost_messages(evidence: Evidence) -> list[str]:
    """Texts of patients that are not in the store, that no turn took, or that nobody was told an answer to."""
    stored = {row["sid"]: row for row in evidence.rows["message"]}
    turns = {row["id"]: row for row in evidence.rows["turn"]}
    faults = []
    for sent in evidence.sent:
        row = stored.get(sent.sid)
        if row is None:
            faults.append(f"{sent.sid}: posted {sent.posts} times and not in the store")
        elif row["turn_id"] is None and not row["consumed"]:
            faults.append(f"{sent.sid}: no turn took it")
        elif row["turn_id"] is not None and turns[row["turn_id"]]["state"] not in ("done", "given_up"):
            faults.append(f"{sent.sid}: its turn is {turns[row['turn_id']]['state']}")
        elif row["turn_id"] is not None and not _answered(evidence, turns[row["turn_id"]]):
            faults.append(f"{sent.sid}: its turn ended, and no text to the patient says so")
    reached = {heard.outbox for heard in evidence.heard}
    for answer in evidence.rows["outbox"]:
        kept_for_silence = answer["purpose"] == "outreach" and answer["state"] == "queued"
        if answer["state"] in ("queued", "sending", "refused") and not kept_for_silence:
            faults.append(f"{answer['id']}: an answer that stayed {answer['state']}")
        elif answer["state"] == "handed" and answer["id"] not in reached:
            faults.append(f"{answer['id']}: called handed, and the carrier never saw it")
    return faults


def _answered(evidence: Evidence, turn: Row) -> bool:
    """Did the turn's answer reach the carrier, or the next turn's where it was withdrawn for that, or do people have the conversation?"""
    reached = {heard.outbox for heard in evidence.heard}
    following = sorted(
        (
            row
            for row in evidence.rows["turn"]
            if row["conversation_id"] == turn["conversation_id"] and row["created_at"] >= turn["created_at"]
        ),
        key=lambda row: (row["created_at"], row["id"] != turn["id"]),
    )
    for each in following:
        answers = [row for row in evidence.rows["outbox"] if row["turn_id"] == each["id"]]
        if any(row["id"] in reached for row in answers):
            return True
        if each["done_at"] is not None and _with_people(evidence, each):
            return True
        if not answers and each["kind"] == "messages":
            return False
    return False


def _with_people(evidence: Evidence, turn: Row) -> bool:
    return any(
        row["conversation_id"] == turn["conversation_id"]
        and row["created_at"] <= turn["done_at"]
        and (row["closed_at"] is None or row["closed_at"] >= turn["created_at"])
        for row in evidence.rows["handoff"]
    )


def answered_twice(evidence: Evidence) -> list[str]:
    """Texts that the carrier took twice for one answer, that nobody can account for, or that answer one message in two turns."""
    known = {row["id"] for row in evidence.rows["outbox"]}
    taken = Counter(heard.outbox for heard in evidence.heard)
    faults = [f"{identifier}: the carrier took it {times} times" for identifier, times in taken.items() if times > 1]
    faults += [f"{heard.sid}: no answer of the store stands behind it" for heard in evidence.heard if heard.outbox not in known]
    faults += [
        f"{sid}: stored {times} times" for sid, times in Counter(row["sid"] for row in evidence.rows["message"]).items() if times > 1
    ]
    asked = {row["sid"] for row in evidence.rows["message"]}
    posted = {sent.sid for sent in evidence.sent}
    return faults + [f"{sid}: in the store, and nobody sent it" for sid in sorted(asked - posted)]


def double_bookings(evidence: Evidence) -> list[str]:
    """Slots with two visits, practitioners and patients in two places at once, patients with more visits than before."""
    taken = Counter(slot for visit in evidence.after.visits if active(visit) for slot in visit.slots)
    faults = [f"{slot}: {times} visits" for slot, times in taken.items() if times > 1]
    for whose in (lambda visit: visit.practitioner, lambda visit: visit.patient):
        known = _overlaps(evidence.before, whose)
        faults += [f"Appointment/{one} and Appointment/{other} overlap" for one, other in sorted(_overlaps(evidence.after, whose) - known)]
    before, after = _count(evidence.before), _count(evidence.after)
    return faults + [
        f"{patient}: {before[patient]} visits before, {after[patient]} after" for patient in after if after[patient] > before[patient]
    ]


def repeated_sentences(evidence: Evidence) -> list[str]:
    """Turns that say one sentence twice: no harm to a visit, but nothing a person would do."""
    said = Counter((row["turn_id"], row["body"]) for row in evidence.rows["outbox"] if row["turn_id"] and row["state"] == "handed")
    return [f"turn {turn}: says one thing {times} times" for (turn, _), times in said.items() if times > 1]


def lost_visits(evidence: Evidence) -> list[str]:
    """Patients with fewer visits than before. Nobody in the soak cancels."""
    before, after = _count(evidence.before), _count(evidence.after)
    return [f"{patient}: {before[patient]} visits before, {after[patient]} after" for patient in before if after[patient] < before[patient]]


def false_done(evidence: Evidence) -> list[str]:
    """Texts that tell a patient of a visit which did not stand so, at that place and with that person, when they were written.

    "Your visit stands" and "is unchanged" count as well as "Done".
    """
    written = {row["id"]: row for row in evidence.rows["outbox"]}
    faults = []
    for heard in evidence.heard:
        row = written.get(heard.outbox or "")
        claim = CLAIM.search(heard.body)
        if claim is None:
            if (row is not None and row["response"] in CLAIMING) or "Done" in heard.body:
                faults.append(f"{heard.sid}: tells of a visit in words that the judge cannot read")
        elif row is None or heard.to not in evidence.patients:
            faults.append(f"{heard.sid}: tells of a visit, and nobody knows why")
        elif not _true(evidence, claim, evidence.patients[heard.to], row["created_at"]):
            faults.append(f"{heard.sid}: {claim['verb']} {claim['when']}, and the schedule showed something else")
        if row is not None and (claim := STANDS.search(heard.body)) and heard.to in evidence.patients:
            moments = (row["created_at"], row["created_at"] - RETOLD)
            standing = (visit for moment in moments for visit in evidence.standing(evidence.patients[heard.to], moment))
            if not any(active(visit) and _starts(evidence, claim, visit) for visit in standing):
                faults.append(f"{heard.sid}: says that {claim['when']} stands, and the schedule showed something else")
    return faults


def untold(evidence: Evidence) -> list[str]:
    """Changes made whose patient was not told "done": the turn was given up after the change, and a person has the conversation."""
    told = {row["turn_id"] for row in evidence.rows["outbox"] if row["response"] == "utter_moved"}
    made = [row["key"] for row in evidence.rows["booking_request"] if row["outcome"] == "done"]
    return [key for key in made if key.removeprefix("move-") not in told]


def _true(evidence: Evidence, claim: re.Match[str], patient: str, at: datetime) -> bool:
    return any(_says(evidence, claim, visit) for moment in _moments(claim, at) for visit in evidence.standing(patient, moment))


def _moments(claim: re.Match[str], at: datetime) -> Sequence[datetime]:
    return (at,) if claim["verb"] == "Done:" else (at, at - RETOLD)


def _says(evidence: Evidence, claim: re.Match[str], visit: Visit) -> bool:
    here = visit.practitioner.startswith(claim["who"]) and visit.location.startswith(claim["where"])
    return active(visit) and _starts(evidence, claim, visit) and here


def _starts(evidence: Evidence, claim: re.Match[str], visit: Visit) -> bool:
    local = visit.start.astimezone(evidence.zone)
    when = datetime.strptime(f"{claim['when']} {local.year}", "%a %b %d, %I:%M %p %Y").replace(tzinfo=evidence.zone)
    return when == local and f"{local:%a}" == claim["when"][:3]


def contradictions(evidence: Evidence) -> list[str]:
    """Slots whose status does not say whether a visit stands on them, unless they were so before."""
    odd = _odd(evidence.after)
    return sorted(f"{slot}: {status}" for slot, status in odd.items() if _odd(evidence.before).get(slot) != status)


def _odd(schedule: Schedule) -> dict[str, str]:
    taken = {slot for visit in schedule.visits if active(visit) for slot in visit.slots}
    return {slot: status for slot, status in schedule.slots.items() if (status == "free") == (slot in taken)}


def _count(schedule: Schedule) -> Counter[str]:
    return Counter(visit.patient for visit in schedule.visits if active(visit))


def _overlaps(schedule: Schedule, whose: Callable[[Visit], str]) -> set[tuple[str, str]]:
    days = defaultdict(list)
    for visit in schedule.visits:
        if active(visit):
            days[whose(visit)].append(visit)
    found = set()
    for visits in days.values():
        for one, other in pairwise(sorted(visits, key=lambda visit: (visit.start, visit.id))):
            if other.start < one.end:
                found.add((one.id, other.id))
    return found


ZEROS: Mapping[str, Callable[[Evidence], list[str]]] = {
    "messages lost": lost_messages,
    "answered twice": answered_twice,
    "double bookings": double_bookings,
    "visits lost": lost_visits,
    'false "done"': false_done,
    "slots that contradict their visits": contradictions,
}


def faults(evidence: Evidence) -> dict[str, list[str]]:
    """Return what each check found; all of it empty when the line kept its word."""
    return {name: check(evidence) for name, check in ZEROS.items()}
