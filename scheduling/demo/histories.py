"""What happened before the demo begins: pain scores, survey answers, the survey that Luis has not answered, and Harold's text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduling.demo.codes import BASE, Resource, chance, instant, reference
from scheduling.demo.roster import Person, cast_members, others

PAIN_SCORES: dict[str, tuple[int, ...]] = {
    "maya-torres": (6, 5, 4),
    "ruth-keller": (4, 4, 3),
    "luis-ortega": (3, 5, 7),
    "deshawn-price": (6, 5),
    "lily-chen": (3, 2),
    "rosa-delgado": (5, 4),
    "tom-becker": (4, 3, 3),
    "grace-lindqvist": (5, 3, 2),
    "harold-finch": (5, 4, 3),
}
PAIN_SPACING = 4  # days between two check-ins
ANSWERS = (
    (10, "Everyone knows my name."),
    (9, None),
    (8, "Hard to park on Mondays."),
    (10, None),
    (6, "I waited half an hour twice."),
    (9, "Dana is great."),
)


def pain_scores(today: date, zone: ZoneInfo) -> Iterator[Resource]:
    """Yield pain check-ins, oldest first for each patient, the last two days ago."""
    told = {person.id: PAIN_SCORES[person.id] for person in cast_members() if person.id in PAIN_SCORES}
    told |= {person.id: _usual_scores(person) for person in others() if person.standing == "active"}
    for patient, scores in told.items():
        for index, score in enumerate(scores):
            on = today - timedelta(days=2 + PAIN_SPACING * (len(scores) - 1 - index))
            yield _pain(patient, index + 1, score, datetime.combine(on, time(18, 5), zone))


def _usual_scores(person: Person) -> tuple[int, ...]:
    first = 3 + int(3 * chance("pain", person.id))
    return (first, first - 1, first - 1 - int(2 * chance("better", person.id)))


def _pain(patient: str, number: int, score: int, at: datetime) -> Resource:
    who = reference("Patient", patient)
    return {
        "resourceType": "Observation",
        "id": f"pain-{patient}-{number}",
        "status": "final",
        "category": [
            {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "survey", "display": "Survey"}]}
        ],
        "code": {
            "coding": [
                {
                    "system": "http://loinc.org",
                    "code": "72514-3",
                    "display": "Pain severity - 0-10 verbal numeric rating [Score] - Reported",
                }
            ],
            "text": "Worst pain in the last 24 hours",
        },
        "subject": who,
        "performer": [who],
        "effectiveDateTime": instant(at),
        "valueQuantity": {"value": score, "unit": "{score}", "system": "http://unitsofmeasure.org", "code": "{score}"},
    }


def survey_answers(today: date, zone: ZoneInfo) -> Iterator[Resource]:
    """Yield earlier answers to the one-question survey."""
    asked = [person for person in others() if person.standing == "active"][::4]
    for index, (person, (score, comment)) in enumerate(zip(asked, ANSWERS, strict=False)):
        who = reference("Patient", person.id)
        items: list[Resource] = [{"linkId": "score", "answer": [{"valueInteger": score}]}]
        if comment:
            items.append({"linkId": "comment", "answer": [{"valueString": comment}]})
        yield {
            "resourceType": "QuestionnaireResponse",
            "id": f"nps-{person.id}",
            "identifier": {"system": "urn:clinic:survey", "value": f"nps-{person.id}"},
            "questionnaire": f"{BASE}/Questionnaire/nps|1",
            "status": "completed",
            "subject": who,
            "source": who,
            "authored": instant(datetime.combine(today - timedelta(days=5 + 3 * index), time(17, 30), zone)),
            "item": items,
        }


def open_matters(today: date, zone: ZoneInfo) -> Iterator[Resource]:
    """Yield the survey that Luis was asked, and the one word that Harold wrote yesterday."""
    luis, harold = reference("Patient", "luis-ortega"), reference("Patient", "harold-finch")
    asked = datetime.combine(today - timedelta(days=1), time(17), zone)
    yield {
        "resourceType": "Task",
        "id": "survey-luis-ortega",
        "status": "requested",
        "intent": "order",
        "code": {"text": "nps-survey"},
        "for": luis,
        "owner": luis,
        "authoredOn": instant(asked),
        "restriction": {"period": {"end": instant(asked + timedelta(days=7))}},
    }
    yield {
        "resourceType": "Communication",
        "id": "harold-finch-cancel",
        "status": "completed",
        "subject": harold,
        "sender": harold,
        "sent": instant(asked + timedelta(minutes=42)),
        "medium": [
            {
                "coding": [
                    {"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode", "code": "SMSWRIT", "display": "SMS message"}
                ]
            }
        ],
        "payload": [{"contentString": "CANCEL"}],
    }
