"""A patient on WhatsApp: writes, taps what the last message offers, and reads what came."""

from __future__ import annotations

from dataclasses import dataclass

from bot.settings import DEMO_WHATSAPP_NUMBER
from bot.types import Channel
from channels.simulator import asking
from channels.twilio.texts import Text
from tests.support.line import Line
from tests.support.twilio_client import new_sid


@dataclass
class OnWhatsApp:
    """One of the cast (by first name), or an address of WhatsApp's own."""

    line: Line
    who: str
    read: int = 0

    @property
    def address(self) -> str:
        """The number, or the business-scoped user id."""
        return self.who if "." in self.who or self.who.startswith("+") else self.line.number(self.who)

    @property
    def received(self) -> list[Text]:
        """Everything the line sent here, the first one first."""
        return [text for text in self.line.twilio.sent if text.to == f"whatsapp:{self.address}"]

    @property
    def offered(self) -> list[str]:
        """The titles that may be tapped below the last message."""
        return [one["title"] for one in self.received[-1].options]

    async def write(self, body: str, **fields: str) -> str:
        """Write to the line and return what it answers here."""
        answer = await self.line.texter.whatsapp(self.address, body, new_sid(), **fields)
        assert answer.status == 200, answer
        await self.line.quiet()
        return self.news()

    async def converse(self, *bodies: str) -> list[str]:
        """Write one message after the other; return the answers to each."""
        return [await self.write(body) for body in bodies]

    async def tap(self, title: str, message: Text | None = None) -> str:
        """Tap an option of a message, by default the last one, whose title begins so."""
        source = message or self.received[-1]
        (option,) = [one for one in source.options if one["title"].startswith(title)]
        if source.kind == "list":
            return await self.write(option["title"], ListId=option["id"], ListTitle=option["title"], MessageType="interactive")
        more = {"ButtonPayload": option["id"], "ButtonText": option["title"], "MessageType": "button"}
        return await self.write(option["title"], OriginalRepliedMessageSid=source.sid, **more)

    def news(self) -> str:
        """Return what came since the last look."""
        fresh = self.received[self.read :]
        self.read += len(fresh)
        return " ".join(text.body for text in fresh)

    async def asked(self, trigger: str, **entities: str) -> None:
        """Let the line write first."""
        now = self.line.clock.now()
        await self.line.database.writing(asking.ask, Channel.WHATSAPP, DEMO_WHATSAPP_NUMBER, self.address, trigger, entities, now)
        await self.line.quiet()
