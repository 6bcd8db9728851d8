"""What turns need to know of the clinic around them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.phrases import Phrases
from bot.turns.composing import AutoReplies
from bot.types import Channel
from bot.whatsapp_templates import Templates


@dataclass(frozen=True)
class House:
    """The clinic's short name and zone, its sentences, and whom to page. `oncall_number` is E.164 or empty for nobody.

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

    def say(self, name: str, channel: Channel | None = None) -> str:
        """Return one of the line's own sentences. Raises PhraseError."""
        return self.phrases.text(name, channel, clinic=self.clinic, console=self.console_url, telephone=self.telephone)

    def day(self, now: datetime) -> str:
        """Return the clinic-local ISO date."""
        return now.astimezone(self.zone).date().isoformat()
