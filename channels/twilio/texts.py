"""A list of texts shaped like Twilio's Message resource, with Twilio's filters and paging; kept in memory.

The demo's own carrier and the tests' scripted Twilio stand on it. Shapes: Twilio's OpenAPI description, `api.v2010.account.message`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

API = "2010-04-01"
MOST_TEXTS = 5_000
DEFAULT_PAGE = 50
MOST_CHARACTERS = 1_600
REFUSALS: Mapping[int, str] = {
    21604: "A 'To' phone number is required.",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21617: "The concatenated message body exceeds the 1600 character limit.",
}


@dataclass
class Text:
    """One text. `status` is the latest; `kind`, `options` and `button` are what a content shows below its body (see content_store.py)."""

    sid: str
    account: str
    to: str
    from_: str | None
    body: str
    created: datetime
    service: str | None = None
    callback: str | None = None
    status: str = "queued"
    error_code: int | None = None
    media: tuple[str, ...] = ()
    direction: str = "outbound-api"
    fields: Mapping[str, str] = field(default_factory=dict)
    kind: str = "text"
    options: tuple[Mapping[str, str], ...] = ()
    button: str = ""


def refusal_of(fields: Mapping[str, str]) -> int | None:
    """Return the error code with which Twilio refuses these fields, or None."""
    if not fields.get("To"):
        return 21604
    if not fields.get("From") and not fields.get("MessagingServiceSid"):
        return 21603
    if not fields.get("Body") and not fields.get("MediaUrl") and not fields.get("ContentSid"):
        return 21602
    if len(fields.get("Body", "")) > MOST_CHARACTERS:
        return 21617
    return None


class Texts:
    """The texts an account sent, the latest first. `now` gives aware instants."""

    def __init__(self, now: Callable[[], datetime], most: int = MOST_TEXTS) -> None:
        self._now = now
        self._most = most
        self.all: list[Text] = []

    def add(self, account: str, fields: Any) -> Text:
        """Keep a new text made of the form fields of a POST (a MultiDict)."""
        text = Text(
            sid="SM" + secrets.token_hex(16),
            account=account,
            to=fields.get("To", ""),
            from_=fields.get("From") or None,
            body=fields.get("Body", ""),
            created=self._now(),
            service=fields.get("MessagingServiceSid") or None,
            callback=fields.get("StatusCallback") or None,
            media=tuple(fields.getall("MediaUrl", ())),
            fields=dict(fields),
        )
        self.all.insert(0, text)
        del self.all[self._most :]
        return text

    def get(self, sid: str) -> Text | None:
        """Return one text."""
        return next((text for text in self.all if text.sid == sid), None)

    def page(self, account: str, query: Mapping[str, str]) -> dict[str, Any]:
        """Return one page of the list as Twilio does, filtered by To, From, DateSent, `DateSent>` and `DateSent<`."""
        size = max(1, min(int(query.get("PageSize") or DEFAULT_PAGE), 1_000))
        number = max(0, int(query.get("Page") or 0))
        found = [text for text in self.all if _matches(text, query)]
        uri = f"/{API}/Accounts/{account}/Messages.json"
        start = number * size

        def page_uri(page: int) -> str:
            return f"{uri}?{urlencode({**query, 'Page': page, 'PageSize': size})}"

        return {
            "messages": [resource(text) for text in found[start : start + size]],
            "page": number,
            "page_size": size,
            "start": start,
            "end": max(start, min(start + size, len(found)) - 1),
            "uri": page_uri(number),
            "first_page_uri": page_uri(0),
            "next_page_uri": page_uri(number + 1) if start + size < len(found) else None,
            "previous_page_uri": page_uri(number - 1) if number else None,
        }


def _matches(text: Text, query: Mapping[str, str]) -> bool:
    wanted = (not query.get("To") or query["To"] == text.to) and (not query.get("From") or query["From"] == text.from_)
    after, before, on = query.get("DateSent>"), query.get("DateSent<"), query.get("DateSent")
    return (
        wanted
        and (not after or text.created >= _instant(after))
        and (not before or text.created <= _instant(before))
        and (not on or text.created.date() == _instant(on).date())
    )


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def resource(text: Text) -> dict[str, Any]:
    """Return a text as Twilio's JSON; its numbers are strings."""
    created = format_datetime(text.created.astimezone(UTC))
    sent = created if text.status in ("sent", "delivered", "undelivered", "read") else None
    uri = f"/{API}/Accounts/{text.account}/Messages/{text.sid}"
    return {
        "account_sid": text.account,
        "api_version": API,
        "body": text.body,
        "date_created": created,
        "date_sent": sent,
        "date_updated": created,
        "direction": text.direction,
        "error_code": text.error_code,
        "error_message": None,
        "from": text.from_,
        "messaging_service_sid": text.service,
        "num_media": str(len(text.media)),
        "num_segments": str(segments(text.body)),
        "price": None,
        "price_unit": "USD",
        "sid": text.sid,
        "status": text.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": text.to,
        "uri": f"{uri}.json",
    }


def segments(body: str) -> int:
    """Return how many segments a body takes: 160/153 characters of GSM-7, 70/67 of UCS-2 (counted in UTF-16 units)."""
    if all(character in GSM_BASIC or character in GSM_EXTENDED for character in body):
        length, single, joined = sum(2 if character in GSM_EXTENDED else 1 for character in body), 160, 153
    else:
        length, single, joined = len(body.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= single else -(-length // joined)


GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("^{}\\[~]|€\f")


def error(status: int, code: int, message: str) -> dict[str, Any]:
    """Return Twilio's JSON for an error."""
    return {"code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}", "status": status}


def report(text: Text, status: str, error_code: int | None = None) -> dict[str, str]:
    """Return the form fields of a status callback."""
    fields = {
        "SmsSid": text.sid,
        "SmsStatus": status,
        "MessageStatus": status,
        "To": text.to,
        "MessageSid": text.sid,
        "AccountSid": text.account,
        "From": text.from_ or "",
        "ApiVersion": API,
    }
    if text.service:
        fields["MessagingServiceSid"] = text.service
    return fields if error_code is None else {**fields, "ErrorCode": str(error_code)}
