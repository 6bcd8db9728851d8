"""Twilio's Content API: the contents of an account and what WhatsApp said of them; made at most once, found by name.

Nothing is kept but a short memory of names and sids, so that any number of processes may share an account, and a content that was
deleted at Twilio is made again. Raises CarrierRefused and CarrierUnknown as the carrier does.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from twilio.http.response import Response

from bot.types import CarrierRefused, CarrierUnknown

log = logging.getLogger(__name__)
PAGE_SIZE = 100
MOST_PAGES = 20
REMEMBERED_S = 600.0
"""How long a look at Twilio's list counts: an approval, or its loss, is noticed after this."""

MISSED_S = 60.0
"""How long a content that could not be made is not tried again."""

UNAPPROVED_S = 5.0
"""How long a template that was not approved is taken for not approved."""

APPROVED = "approved"


class Http(Protocol):
    """The carrier's HTTP client."""

    async def request(
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
    ) -> Response:
        """Make one request. Raises CarrierUnknown where no whole answer came."""


@dataclass(frozen=True)
class Content:
    """A content at Twilio. `approval` is WhatsApp's word: unsubmitted, received, pending, approved, rejected, paused or disabled."""

    sid: str
    name: str
    approval: str
    reason: str = ""


class Contents:
    """The contents of one account at `base`."""

    def __init__(self, http: Http, base: str, account_sid: str, auth_token: str, seconds: Callable[[], float] = time.monotonic) -> None:
        self._http = http
        self._base = base.rstrip("/")
        self._auth = (account_sid, auth_token)
        self._seconds = seconds
        self._known: dict[str, Content] = {}
        self._read_at = float("-inf")
        self._missed: dict[str, float] = {}

    async def sid_of(self, body: Mapping[str, Any]) -> str | None:
        """Return the sid of the content with this `friendly_name`, making it when it is not there; None where that fails."""
        name = str(body["friendly_name"])
        if name in self._known:
            return self._known[name].sid
        if self._seconds() - self._missed.get(name, float("-inf")) < MISSED_S:
            return None
        try:
            found = (await self._fresh(MISSED_S)).get(name)
            if found is None:
                found = await self.create(body)
                self._known[name] = found
            return found.sid
        except (CarrierRefused, CarrierUnknown) as error:
            self._missed[name] = self._seconds()
            log.warning("content %s could not be made (%s); such questions go as plain text for %.0f s", name, error, MISSED_S)
            return None

    async def approved(self, name: str) -> str | None:
        """Return the sid of a template that WhatsApp has approved; None where there is none. Raises CarrierUnknown."""
        found = self._known.get(name)
        if found is None or found.approval != APPROVED or self._seconds() - self._read_at > REMEMBERED_S:
            found = (await self._fresh(UNAPPROVED_S)).get(name)
        return found.sid if found is not None and found.approval == APPROVED else None

    def forget(self, name: str) -> None:
        """Ask again for this content at its next use: Twilio did not know it."""
        self._known.pop(name, None)
        self._read_at = float("-inf")

    async def _fresh(self, age_s: float) -> dict[str, Content]:
        """Return the contents by name, from a look at the list that is at most that old."""
        if self._seconds() - self._read_at > age_s:
            self._known = {content.name: content async for content in self.listed()}
            self._read_at = self._seconds()
        return self._known

    async def listed(self) -> AsyncIterator[Content]:
        """Yield every content with WhatsApp's word on it."""
        url: str | None = f"{self._base}/v1/ContentAndApprovals?PageSize={PAGE_SIZE}"
        for _ in range(MOST_PAGES):
            if url is None:
                return
            page = await self._asked("GET", url)
            for entry in page.get("contents") or ():
                yield _content(entry)
            url = self._here((page.get("meta") or {}).get("next_page_url"))

    def _here(self, url: str | None) -> str | None:
        """Return the next page's address at our own base: the keys go nowhere else."""
        if not url:
            return None
        parts = urlsplit(url)
        return f"{self._base}{parts.path}?{parts.query}"

    async def create(self, body: Mapping[str, Any]) -> Content:
        """Make a content."""
        return _content(await self._asked("POST", f"{self._base}/v1/Content", body))

    async def submit(self, content: Content, category: str) -> None:
        """Ask WhatsApp to approve a content as a template of this category."""
        await self._asked(
            "POST", f"{self._base}/v1/Content/{content.sid}/ApprovalRequests/whatsapp", {"name": content.name, "category": category}
        )

    async def _asked(self, method: str, url: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        headers = {"Accept": "application/json", **({"Content-Type": "application/json"} if body is not None else {})}
        answer = await self._http.request(method, url, data=dict(body) if body is not None else None, headers=headers, auth=self._auth)
        try:
            told = json.loads(answer.text or "{}")
        except ValueError as error:
            raise CarrierUnknown(f"the Content API answered HTTP {answer.status_code} without JSON") from error
        if answer.status_code >= 300:
            code = told.get("code") if isinstance(told, dict) else None
            raise CarrierRefused(answer.status_code, code if isinstance(code, int) else None, "the Content API refused")
        if not isinstance(told, dict):
            raise CarrierUnknown("the Content API's answer is no JSON object")
        return told


def _content(entry: Mapping[str, Any]) -> Content:
    approval = entry.get("approval_requests") or {}
    sid, name = entry.get("sid"), entry.get("friendly_name")
    if not sid or not name:
        raise CarrierUnknown("the Content API's answer holds no sid or name")
    return Content(str(sid), str(name), str(approval.get("status") or "unsubmitted"), str(approval.get("rejection_reason") or ""))
