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


class Owner(str, Enum):
    """Who answers a conversation."""

    BOT = "bot"
    QUEUE = "queue"
    STAFF = "staff"


@dataclass(frozen=True)
class InboundMessage:
    """One message as the carrier delivered it. `address` is the patient's, `line` the clinic's number; both E.164.

    `media` holds `{"url", "type"}` entries. `opt_out_type` is Twilio's OptOutType ("STOP", "START", "HELP") or None.
    `fields` keeps every form field, because carriers add fields without notice.
    """

    sid: str
    channel: Channel
    line: str
    address: str
    body: str
    media: Sequence[Mapping[str, str]] = ()
    opt_out_type: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Say:
    """One thing the dialogue wants said. `response` is its name in the domain; `awaiting` what it asks for."""

    text: str
    response: str | None = None
    awaiting: Awaiting = Awaiting.NONE
    buttons: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True)
class Record:
    """Something a turn wants stored together with its replies: a hand-off, a staff task, a proof of identity, an audit entry.

    `kind` is one of `handoff` {reason, urgency?, summary, facts}, `staff_task` {kind, detail, owner?, due_at?, dedupe_key?},
    `identity` {patient, proven_until}, `consent` {opted_out}, `audit` {what, actor, patient?, detail?}, or one of
    `bot.turns.patient_records`; `detail` is JSON.
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
class OutboundMessage:
    """One outbox row as a carrier needs it. `outbox_id` is opaque and may travel in the status callback's URL."""

    outbox_id: str
    channel: Channel
    line: str
    address: str
    body: str
    media: Sequence[str] = ()


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
