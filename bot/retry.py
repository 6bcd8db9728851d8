"""What to do when a carrier refuses a message: Twilio's error codes as data, and the decision they lead to.

Sources of the codes and the figures: Twilio's error reference and its advice on retries (100 ms doubling, ±10 %, at most 30 s,
5 tries). After the five quick tries a message is not given up: an outage of the carrier lasts minutes, so the tries go on slowly
(`OUTAGE_STEPS`) before a person is told. A code nobody knows is retried only where the HTTP status says that it may help.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

Uniform = Callable[[], float]
"""A source of randomness: a number from 0 up to, but not including, 1."""


class Verdict(str, Enum):
    """What a refusal means for the message."""

    RETRY = "retry"
    LATER = "later"
    BAD_NUMBER = "bad_number"
    OPTED_OUT = "opted_out"
    CONFIGURATION = "configuration"
    NEEDS_TEMPLATE = "needs_template"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Decision:
    """A verdict, and how long to wait before the next try; None when there is none."""

    verdict: Verdict
    delay: timedelta | None = None


TABLE: Mapping[int, Verdict] = {
    20429: Verdict.RETRY,  # too many requests
    30001: Verdict.RETRY,  # queue overflow
    30008: Verdict.RETRY,  # unknown error on the carrier's side
    63018: Verdict.RETRY,  # WhatsApp rate limit
    30003: Verdict.LATER,  # handset unreachable
    30022: Verdict.LATER,  # 10DLC daily limit
    21211: Verdict.BAD_NUMBER,  # not a telephone number
    21614: Verdict.BAD_NUMBER,  # not a mobile number
    30004: Verdict.BAD_NUMBER,  # blocked
    30005: Verdict.BAD_NUMBER,  # unknown handset
    30006: Verdict.BAD_NUMBER,  # landline
    63003: Verdict.BAD_NUMBER,  # not a WhatsApp address
    63024: Verdict.BAD_NUMBER,  # invalid recipient
    21610: Verdict.OPTED_OUT,
    20003: Verdict.CONFIGURATION,  # credentials refused
    30002: Verdict.CONFIGURATION,  # account suspended
    30007: Verdict.CONFIGURATION,  # filtered
    30034: Verdict.CONFIGURATION,  # number not registered
    21408: Verdict.CONFIGURATION,  # region not enabled
    21617: Verdict.CONFIGURATION,  # body too long
    63016: Verdict.NEEDS_TEMPLATE,  # outside WhatsApp's 24 hours
}

QUICK_TRIES = 5
FIRST_DELAY = timedelta(milliseconds=100)
LONGEST_DELAY = timedelta(seconds=30)
JITTER = 0.1
OUTAGE_STEPS = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=30), timedelta(hours=1))
SELDOM_STEPS = (timedelta(minutes=15), timedelta(hours=1))


def decide(status: int, code: int | None, attempts: int, random: Uniform) -> Decision:
    """Return what follows a refusal with this HTTP status and error code after `attempts` tries (1 = the first one failed).

    For a failure reported by a status callback `status` is 200. A code below 10,000 is an HTTP status in disguise and is ignored.
    """
    verdict = TABLE.get(code) if code is not None and code >= 10_000 else None
    if verdict is None:
        verdict = Verdict.RETRY if status == 429 or status >= 500 else Verdict.REFUSE
    if verdict is Verdict.RETRY:
        return _retry(attempts, random)
    if verdict is Verdict.LATER:
        return _step(Verdict.LATER, SELDOM_STEPS, attempts - 1)
    return Decision(verdict)


def _retry(attempts: int, random: Uniform) -> Decision:
    if attempts < QUICK_TRIES:
        return Decision(Verdict.RETRY, backoff(attempts, random))
    return _step(Verdict.LATER, OUTAGE_STEPS, attempts - QUICK_TRIES)


def _step(verdict: Verdict, steps: tuple[timedelta, ...], index: int) -> Decision:
    return Decision(verdict, steps[index]) if index < len(steps) else Decision(Verdict.REFUSE)


def backoff(attempts: int, random: Uniform) -> timedelta:
    """Return the wait after that many failed tries: 100 ms doubling, at most 30 s, then ±10 %."""
    plain = min(FIRST_DELAY * 2 ** (attempts - 1), LONGEST_DELAY)
    return plain * (1 + JITTER * (2 * random() - 1))
