"""Plain data that crosses the seams between rooms, and the protocols that other rooms implement for `bot`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Protocol


class Channel(str, Enum):
    """How a conversation is carried."""

    SMS = "sms"
    WHATSAPP = "whatsapp"
    VOICE = "voice"


class Awaiting(str, Enum):
    """What the last question waits for; the words are the same in the domain, the grammar and the command line."""

    NONE = "none"
    YES_NO = "yes_no"
    CHOICE = "choice"
    NPS_SCORE = "nps_score"
    PAIN_SCORE = "pain_score"
    DATE_OF_BIRTH = "date_of_birth"
    NAME = "name"
    PHONE = "phone"
    DATE_TIME = "date_time"
    FREE_TEXT = "free_text"
    COMMENT = "comment"


class Owner(str, Enum):
    """Who answers a conversation."""

    BOT = "bot"
    QUEUE = "queue"
    STAFF = "staff"


@dataclass(frozen=True)
class InboundMessage:
    """One message as the carrier delivered it. `address` is the patient's, `line` the clinic's number; E.164.

    `media` holds `{"url", "type"}` entries. `opt_out_type` is Twilio's OptOutType ("STOP", "START", "HELP") or None.
    `fields` keeps every form field, because carriers add fields without notice. `tapped` is the id of a tapped button or list entry;
    `reacts_to` the MessageSid that the body, an emoji, is a reaction to. A WhatsApp `address` may be a business-scoped user id.
    """

    sid: str
    channel: Channel
    line: str
    address: str
    body: str
    media: Sequence[Mapping[str, str]] = ()
    opt_out_type: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    tapped: str | None = None
    reacts_to: str | None = None


@dataclass(frozen=True)
class Say:
    """One thing the dialogue wants said. `response` is its name in the domain; `awaiting` what it asks for.

    `buttons` are the answers that may be tapped, `{"title", "payload", "description"?}`; a payload is what a patient would type.
    `clinical`: it holds health details and is not said on WhatsApp. `template`: `{"name", "variables"}` of the approved template that
    says the same outside of WhatsApp's 24 hours.
    """

    text: str
    response: str | None = None
    awaiting: Awaiting = Awaiting.NONE
    buttons: Sequence[Mapping[str, str]] = ()
    clinical: bool = False
    template: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Record:
    """Something a turn wants stored together with its replies: a hand-off, a staff task, a proof of identity, an audit entry.

    `kind` is one of `handoff` {reason, urgency?, summary, facts}, `staff_task` {kind, detail, owner?, due_at?, dedupe_key?},
    `identity` {patient, proven_until}, `consent` {opted_out}, `audit` {what, actor, patient?, detail?}, `unfinished` {visit} (a change
    was begun: if the patient falls silent she hears that this visit stands), or one of `bot.turns.patient_records`; `detail` is JSON.
    """

    kind: str
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class TurnRequest:
    """One turn for the dialogue. Exactly one of `text`, `trigger` and `events` is set.

    `message_id` makes the turn repeatable: the dialogue answers a known one from its tracker.
    `metadata` carries `now` (ISO instant) and `unseen_question` (the last question had not reached the patient when this was written).
    """

    conversation: str
    message_id: str
    channel: Channel
    text: str | None = None
    trigger: Mapping[str, Any] | None = None
    events: Sequence[Mapping[str, Any]] | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TurnResult:
    """What a turn said and wants recorded, and what it now waits for. `explanation` is JSON without any message text."""

    says: Sequence[Say]
    records: Sequence[Record]
    awaiting: Awaiting
    replayed: bool = False
    explanation: Mapping[str, Any] = field(default_factory=dict)


class TurnFailed(Exception):
    """The turn did not happen and nothing of it was saved; it may be tried again. `reason` names the cause without health data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TurnRefused(Exception):
    """A trigger came while a form is active (HTTP 409); try later."""


class Dialogue(Protocol):
    """Rasa's turn endpoint as `bot` sees it."""

    async def turn(self, request: TurnRequest) -> TurnResult:
        """Run one turn. Raises TurnFailed (try again) or TurnRefused (trigger while a form is active)."""


@dataclass(frozen=True)
class Option:
    """An answer that may be tapped. `id` is opaque: the carrier gives it back when it is tapped."""

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True)
class TemplateUse:
    """An approved template with its values, by their number in the template ("1" and so on)."""

    name: str
    variables: Mapping[str, str]


@dataclass(frozen=True)
class OutboundMessage:
    """One outbox row as a carrier needs it. `outbox_id` is opaque and may travel in the status callback's URL.

    `options` may be tapped where the carrier can show them; the body says everything without them. With a `template`, the body is
    what the template makes of its values, and only the template may be sent.
    """

    outbox_id: str
    channel: Channel
    line: str
    address: str
    body: str
    media: Sequence[str] = ()
    options: Sequence[Option] = ()
    template: TemplateUse | None = None


class CarrierRefused(Exception):
    """The carrier answered and refused. `code` is Twilio's error code or None, `status` the HTTP status."""

    def __init__(self, status: int, code: int | None, reason: str) -> None:
        super().__init__(f"carrier refused: HTTP {status}, code {code}: {reason}")
        self.status = status
        self.code = code


class CarrierUnknown(Exception):
    """The request may or may not have been accepted (time-out, broken connection): look for the message before repeating it."""


class Carrier(Protocol):
    """Sends messages. Implemented in `channels`."""

    async def send(self, message: OutboundMessage) -> str:
        """Hand a message over and return its MessageSid. Raises CarrierRefused or CarrierUnknown."""

    async def find(self, message: OutboundMessage, since: datetime, known_sids: frozenset[str]) -> str | None:
        """Return the MessageSid of a message with this line, address and body created at or after `since` that is not in `known_sids`.

        Raises CarrierUnknown when the carrier cannot be asked.
        """
