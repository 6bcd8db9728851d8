"""What several processes need, made from the settings."""

from __future__ import annotations

from typing import Any

import phonenumbers
from redis.asyncio import Redis

from bot.clinic import load_clinic
from bot.clock import Clock, DemoClock, SystemClock
from bot.phrases import Phrases
from bot.settings import Settings
from bot.turns.composing import AutoReplies
from bot.turns.house import House
from bot.whatsapp_templates import Templates


def clock_of(settings: Settings) -> Clock:
    """Return the clock: the demo's, which can be moved, or the machine's."""
    return DemoClock(settings.home) if settings.mode == "demo" else SystemClock()


def house_of(settings: Settings) -> House:
    """Return what turns know of the clinic: its name, zone, sentences and whom to page. Raises FileError for a file that cannot be used."""
    clinic = load_clinic(settings.clinic)
    return House(
        clinic=clinic.short_name,
        zone=clinic.zone,
        phrases=Phrases.load(),
        auto_replies=AutoReplies.load(),
        oncall_number=settings.oncall_number or (clinic.on_call.number if clinic.on_call else ""),
        paging_line=settings.sms_number,
        console_url=f"{settings.base_url}/staff",
        keeps_explanations=settings.mode == "demo",
        sms_line=settings.sms_number,
        telephone=_in_words(clinic.front_desk),
        templates=Templates.load(),
        quiet_hours=clinic.policies.quiet_hours,
        on_call=clinic.on_call,
    )


def _in_words(number: str) -> str:
    return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.NATIONAL)


def redis_of(settings: Settings) -> Any:
    """Return a client of the line's Redis; it connects at the first use."""
    return Redis.from_url(settings.redis, socket_connect_timeout=2, health_check_interval=15)
