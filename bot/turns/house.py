"""What turns need to know of the clinic around them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.clinic import OnCall, QuietHours
from bot.phrases import Phrases
from bot.turns.composing import AutoReplies
from bot.types import Channel
from bot.whatsapp_templates import Templates


@dataclass(frozen=True)
class House:
    """The clinic's short name and zone, its sentences, and whom to page. `oncall_number` is E.164 or empty for nobody.

    `on_call` is the named person behind it, whose call the line may promise; None where the clinic names nobody.
    `sms_line` is where texts come from that WhatsApp may not carry, `telephone` where patients call, in words for them.
    `keeps_explanations`: what decided an answer is stored with its turn, for the demo's simulator.
    """

    clinic: str
    zone: ZoneInfo
    phrases: Phrases
    auto_replies: AutoReplies = field(default_factory=AutoReplies)
    oncall_number: str = ""
    paging_line: str = ""
    console_url: str = ""
    keeps_explanations: bool = False
    sms_line: str = ""
    telephone: str = ""
    templates: Templates = field(default_factory=Templates)
    quiet_hours: QuietHours | None = None
    on_call: OnCall | None = None

    def say(self, name: str, channel: Channel | None = None, **values: str) -> str:
        """Return one of the line's own sentences; `values` are what only this one needs. Raises PhraseError."""
        return self.phrases.text(name, channel, clinic=self.clinic, console=self.console_url, telephone=self.telephone, **values)

    def on_duty(self, now: datetime) -> OnCall | None:
        """Return the named person whose call may be promised at that moment, or None."""
        if self.on_call is None or not self.oncall_number or not self.on_call.on_duty(now.astimezone(self.zone)):
            return None
        return self.on_call

    def awake(self, moment: datetime) -> datetime:
        """Return the moment, or the end of the quiet hours that it falls into."""
        local = moment.astimezone(self.zone)
        if self.quiet_hours is None or not self.quiet_hours.holds(local.time()):
            return moment
        end = local.replace(hour=self.quiet_hours.end.hour, minute=self.quiet_hours.end.minute, second=0, microsecond=0)
        return end if end > local else end + timedelta(days=1)

    def day(self, now: datetime) -> str:
        """Return the clinic-local ISO date."""
        return now.astimezone(self.zone).date().isoformat()
