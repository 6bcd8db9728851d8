"""A scenario: a conversation and what is true at its end. `tests/evaluation/README.md` says what each word means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

PERSON = ("never", "may", "must")
TAKEN = ("offered", "chosen", "old")
CLINIC = ("dana", "sam", "priya", "erik", "marcus")
LOCATIONS = ("riverside", "eastgate")
ASKED = ("survey", "pain", "exercise")
LEVELS = ("none", "urgent", "emergency", "crisis")
CARDS = ("therapist", "ticket", "desk", "deceased")
OUTCOMES = ("done", "partly", "missed", "too_hard")
KINDS = ("evaluation", "reevaluation", "treatment", "short-treatment")
PLAIN_FACTS = (
    "any_visit", "any_name", "no_visit", "late_fee", "visits_left", "visits_used_up", "weekly_limit", "taken_meanwhile", "unchanged",
    "prep", "is_a_bot", "cannot_change_now", "call_back_time", "stands_until_confirmed",
)  # fmt: skip


@dataclass(frozen=True)
class Text:
    """What the patient types."""

    body: str


@dataclass(frozen=True)
class BirthDate:
    """The writer's own birth date, or that of the patient `of`; only if it is asked for."""

    of: str | None = None


@dataclass(frozen=True)
class Choice:
    """The number of the N-th opening offered, or of the last; only if openings are on offer."""

    number: int


@dataclass(frozen=True)
class Yes:
    """A plain yes; only to a question of yes or no."""


@dataclass(frozen=True)
class Burst:
    """Several texts in a row, without waiting for an answer."""

    bodies: tuple[str, ...]


@dataclass(frozen=True)
class Clock:
    """Time passes: by that much, or up to that moment."""

    by: timedelta | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Reminder:
    """The line sends the reminder of the visit at `start` first."""

    start: datetime


@dataclass(frozen=True)
class WaitlistOffer:
    """The visit at `start` is cancelled by its patient, and the line offers the opening first."""

    start: datetime


@dataclass(frozen=True)
class Ask:
    """The line asks the writer first: the `survey`, the `pain` question or the `exercise` check-in."""

    what: str


@dataclass(frozen=True)
class Taken:
    """Somebody else books the openings `offered`, the one `chosen`, or the `old` one that was given up."""

    which: str


@dataclass(frozen=True)
class Scheduling:
    """The scheduling system answers again, or no longer."""

    up: bool


@dataclass(frozen=True)
class RequestMode:
    """The scheduling system can only be read, from the beginning."""


@dataclass(frozen=True)
class Tapback:
    """The reaction to the last message of the line, as phones send it."""

    kind: str


Turn = Text | BirthDate | Choice | Yes | Burst | Clock | Reminder | WaitlistOffer | Ask | Taken | Scheduling | RequestMode | Tapback


@dataclass(frozen=True)
class Span:
    """Half-open; holds the start of a visit."""

    first: datetime
    end: datetime

    def __contains__(self, start: datetime) -> bool:
        return self.first <= start < self.end

    def __str__(self) -> str:
        return f"{self.first:%a %b %d %H:%M} to {self.end:%a %b %d %H:%M}"


@dataclass(frozen=True)
class Moved:
    """One visit stands within one of `to` instead of at `start`. `practitioner` is a first name in lower case."""

    patient: str
    start: datetime
    to: tuple[Span, ...]
    practitioner: str | None


@dataclass(frozen=True)
class Booked:
    """One more visit, within one of `between`."""

    patient: str
    between: tuple[Span, ...]
    practitioner: str | None
    kind: str | None


@dataclass(frozen=True)
class Waitlisted:
    """A wait that overlaps `between`."""

    patient: str
    between: Span


@dataclass(frozen=True)
class Late:
    """Staff know that the visit at `start` is late."""

    start: datetime
    minutes: int


@dataclass(frozen=True)
class Requested:
    """The desk has a card: `kind` is move, cancel or book; `start` the visit's, `wanted` where the new one may lie."""

    kind: str
    start: datetime | None
    wanted: Span | None


@dataclass(frozen=True)
class Fact:
    """Something told. `value` is a code, the start of a visit, or None."""

    name: str
    value: str | datetime | None = None

    def __str__(self) -> str:
        value = f"{self.value:%a %b %d %H:%M}" if isinstance(self.value, datetime) else self.value
        return self.name if value is None else f"{self.name} {value}"


@dataclass(frozen=True)
class Stored:
    """What the store holds of the writer. `name` is nps, comment, pain, exercise, opted_out or preference; None for nothing of the kind.

    A comment is words that it holds, alternatives between bars, or True for any; a preference words, or a pair of name and value.
    """

    name: str
    value: object

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


@dataclass(frozen=True)
class Expect:
    """What is true at the end; None where a scenario says nothing.

    `says` and `never` are words of the line's texts, each with its alternatives. `tasks` are the kinds of cards staff got (a name of CARDS
    or the store's own): empty for none. `incident` is a level, or "none". `contained`: nobody was handed over, whatever cards there are.
    """

    person: str = "may"
    moved: Moved | None = None
    booked: Booked | None = None
    booked_from_waitlist: datetime | None = None
    cancelled: tuple[datetime, ...] | None = None
    confirmed: tuple[datetime, ...] | None = None
    visit_at: datetime | None = None
    unchanged: bool = False
    waitlisted: Waitlisted | None = None
    off_waitlist: str | None = None
    late: Late | None = None
    requested: Requested | None = None
    still_subscribed: bool = False
    answers_to_last_burst: int | None = None
    told: tuple[Fact, ...] = ()
    not_told: tuple[Fact, ...] = ()
    says: tuple[tuple[str, ...], ...] = ()
    never: tuple[tuple[str, ...], ...] = ()
    tasks: tuple[str, ...] | None = None
    stored: tuple[Stored, ...] = ()
    incident: str | None = None
    contained: bool | None = None


@dataclass(frozen=True)
class Scenario:
    """One conversation. `who` is the id of the person whose number writes, or `stranger`."""

    name: str
    who: str
    folder: str
    says: tuple[Turn, ...]
    expect: Expect
