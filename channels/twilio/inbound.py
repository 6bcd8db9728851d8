"""Inbound messages as Twilio's forms tell them. Pure: fields in, an `InboundMessage` out; every field is kept, for the carrier adds some.

WhatsApp's address is `whatsapp:+1…`, or `whatsapp:` and a business-scoped user id, which is no telephone number. The profile name that
comes along is chosen by whoever writes and is never read as an identity.
"""

from __future__ import annotations

from aiohttp import web
from multidict import MultiDict

from bot.addresses import is_number
from bot.store.inbox import LOCATION
from bot.types import Channel, InboundMessage
from channels.twilio.forms import required

MOST_MEDIA = 10
PREFIX = "whatsapp:"
REACTION = "reaction"


def inbound(fields: MultiDict[str]) -> InboundMessage:
    """Return the message in an SMS webhook's form. Raises HTTPBadRequest where what Twilio always sends is missing or unreadable."""
    values = dict(fields)
    return InboundMessage(
        sid=required(fields, "MessageSid"),
        channel=Channel.SMS,
        line=required(fields, "To"),
        address=required(fields, "From"),
        body=values.get("Body", ""),
        media=tuple(_media(values)),
        opt_out_type=values.get("OptOutType") or None,
        fields=values,
    )


def inbound_whatsapp(fields: MultiDict[str]) -> InboundMessage:
    """Return the message in a WhatsApp webhook's form. Raises HTTPBadRequest as `inbound` does.

    A tap brings the id of its button or list entry and, as the text, its title. A shared place is a medium of the type `location`.
    """
    values = dict(fields)
    reacts = values.get("MessageType", "").lower() == REACTION
    return InboundMessage(
        sid=required(fields, "MessageSid"),
        channel=Channel.WHATSAPP,
        line=_address(required(fields, "To"), "To"),
        address=_address(required(fields, "From"), "From"),
        body=values.get("Body", "") or values.get("ButtonText", "") or values.get("ListTitle", ""),
        media=(*_media(values), *_places(values)),
        opt_out_type=values.get("OptOutType") or None,
        fields=values,
        tapped=values.get("ButtonPayload", "").strip() or values.get("ListId", "").strip() or None,
        reacts_to=values.get("OriginalRepliedMessageSid", "") if reacts else None,
    )


def _address(value: str, name: str) -> str:
    prefix, address = value[: len(PREFIX)], value[len(PREFIX) :]
    if prefix != PREFIX or not address.strip() or (name == "To" and not is_number(address)):
        raise web.HTTPBadRequest(text=f"{name} is no WhatsApp address; it begins with {PREFIX}\n")
    return address.strip()


def _places(fields: dict[str, str]) -> list[dict[str, str]]:
    try:
        latitude, longitude = float(fields["Latitude"]), float(fields["Longitude"])
    except (KeyError, ValueError):
        return []
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return []
    return [{"url": f"geo:{latitude:.6f},{longitude:.6f}", "type": LOCATION}]


def _media(fields: dict[str, str]) -> list[dict[str, str]]:
    count = fields.get("NumMedia", "").strip()
    if count and not (count.isdecimal() and len(count) <= 3):
        raise web.HTTPBadRequest(text="NumMedia is not a number of at most three digits.\n")
    numbers = range(min(int(count or 0), MOST_MEDIA))
    return [{"url": fields.get(f"MediaUrl{n}", ""), "type": fields.get(f"MediaContentType{n}", "")} for n in numbers]
