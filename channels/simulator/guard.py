"""Who may pull the demo's levers: pages of this edge, and programs on this machine.

Threat model: a visitor's browser has another site open, and that site posts here. Browsers send no JSON across sites without asking
first, and they name where a request comes from; both are checked. There is nothing to steal: everything in the demo is invented.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from bot.types import Channel

SAFE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def refusal(kind: type[web.HTTPError], sentence: str) -> web.HTTPError:
    """Return an HTTP error whose body is `{"error": sentence}`."""
    return kind(text=json.dumps({"error": sentence}), content_type="application/json", headers={"Cache-Control": "no-store"})


def bad(sentence: str) -> web.HTTPError:
    """Return the 400 that says this."""
    return refusal(web.HTTPBadRequest, sentence)


async def posted(request: web.Request) -> dict[str, Any]:
    """Return the JSON object of a POST. Raises 403 for another site's, 415 for anything but JSON, 400 for what is no JSON object."""
    came_from = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if came_from not in (None, "same-origin", "none") or (origin is not None and urlsplit(origin).netloc != request.host):
        raise refusal(web.HTTPForbidden, "The request comes from another site; use the simulator's own page.")
    if request.content_type != "application/json":
        raise refusal(web.HTTPUnsupportedMediaType, f"The content type is {request.content_type}; send application/json.")
    try:
        body = await request.json()
    except ValueError as error:
        raise bad("The body is no JSON; send an object such as {}.") from error
    if not isinstance(body, dict):
        raise bad(f"The body is {json.dumps(body)[:60]}; send a JSON object.")
    return body


def number_of(value: Any) -> str:
    """Return a telephone number in E.164. Raises 400 naming the value."""
    number = str(value or "").strip()
    # A plus sign that was not percent-encoded arrives as a space, which is gone now.
    number = number if number.startswith("+") else f"+{number}"
    if not (number[1:].isdecimal() and number.isascii() and 8 <= len(number) <= 16):
        raise bad(f"The number is {str(value)[:40]!r}; write a plus sign and 7 to 15 digits, for example +12075550199.")
    return number


def channel_of(value: Any) -> Channel:
    """Return the channel of a thread: `sms`, which is the default, or `whatsapp`. Raises 400 naming the value."""
    if value in (None, "", Channel.SMS.value):
        return Channel.SMS
    if value == Channel.WHATSAPP.value:
        return Channel.WHATSAPP
    raise bad(f"channel is {str(value)[:40]!r}; write sms or whatsapp.")
