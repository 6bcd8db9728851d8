"""Contents shaped like Twilio's Content API, kept in memory: what the demo's own carrier and the tests' scripted Twilio stand on.

Shapes: Twilio's OpenAPI description, `content.v1`. A content is checked as Twilio checks it, and filled as WhatsApp shows it.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from channels.twilio.texts import Text, error

_PLACE = re.compile(r"\{\{(\w+)\}\}")
LIMITS = {"title": 20, "item": 24, "description": 72, "id": 200}
MOST_CHARACTERS = 1024
MOST_OPTIONS = 10
IN_SESSION_BUTTONS = 3
LONGEST_VALUE = 255
Json = dict[str, Any]


@dataclass
class KeptContent:
    """One content. `approval` is WhatsApp's status of it as a template; "unsubmitted" until it is submitted."""

    sid: str
    account: str
    friendly_name: str
    language: str
    variables: Mapping[str, str]
    types: Mapping[str, Any]
    created: datetime
    approval: str = "unsubmitted"
    category: str = ""
    template_name: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Shown:
    """A filled content as it stands on a telephone. `kind` is `buttons`, `list` or `text`; an option is `{id, title, description}`."""

    body: str
    kind: str
    options: tuple[Mapping[str, str], ...] = ()
    button: str = ""


class Unfit(Exception):
    """Twilio refuses this; `code` is its error code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class ContentStore:
    """The contents of one account. `approves` is WhatsApp's answer to whatever is submitted; `refuses` makes every creation fail."""

    now: Callable[[], datetime]
    approves: str = "approved"
    refuses: bool = False
    all: list[KeptContent] = field(default_factory=list)

    def create(self, account: str, body: Json) -> KeptContent:
        """Keep a new content. Raises Unfit."""
        types, variables = body.get("types"), body.get("variables") or {}
        if self.refuses or not isinstance(types, dict) or not types or not body.get("language"):
            raise Unfit(20001, "The content cannot be made: types and language are required.")
        for content in types.values():
            if len(str(content.get("body", ""))) > MOST_CHARACTERS:
                raise Unfit(20001, "The body is longer than 1024 characters.")
            for entry in (*content.get("actions", ()), *content.get("items", ())):
                if any(len(str(entry.get(name, ""))) > most for name, most in LIMITS.items()):
                    raise Unfit(20001, "A title, item, description or id is too long.")
        kept = KeptContent(
            sid="HX" + secrets.token_hex(16),
            account=account,
            friendly_name=str(body.get("friendly_name") or ""),
            language=str(body["language"]),
            variables={str(name): str(value) for name, value in variables.items()},
            types=types,
            created=self.now(),
        )
        self.all.append(kept)
        return kept

    def get(self, sid: str) -> KeptContent | None:
        """Return one content."""
        return next((kept for kept in self.all if kept.sid == sid), None)

    def submit(self, sid: str, name: str, category: str) -> KeptContent:
        """Submit a content to WhatsApp. Raises Unfit, also when it was submitted before."""
        kept = self.get(sid)
        if kept is None or not re.fullmatch(r"[a-z0-9_]+", name) or category not in ("UTILITY", "MARKETING", "AUTHENTICATION"):
            raise Unfit(20001, "The approval request cannot be taken.")
        if kept.approval != "unsubmitted":
            raise Unfit(20001, "The content was submitted before.")
        kept.approval, kept.category, kept.template_name = self.approves, category, name
        return kept

    def shown(self, sid: str, variables: str) -> Shown:
        """Return a content filled with ContentVariables (JSON). Raises Unfit with Twilio's code."""
        kept = self.get(sid)
        if kept is None:
            raise Unfit(21655, "The ContentSid is invalid.")
        try:
            given = json.loads(variables or "{}")
        except ValueError as failure:
            raise Unfit(21656, "The ContentVariables are no JSON.") from failure
        if not isinstance(given, dict) or any(not isinstance(one, str) or not one or len(one) > LONGEST_VALUE for one in given.values()):
            raise Unfit(21656, "The ContentVariables hold what is no text of 1 to 255 characters.")
        values = {**kept.variables, **given}
        name, content = next(iter(kept.types.items()))

        def fill(text: str) -> str:
            return _PLACE.sub(lambda place: str(values.get(place[1], place[0])), text)

        if name == "twilio/quick-reply":
            options = tuple({"id": fill(one["id"]), "title": fill(one["title"]), "description": ""} for one in content["actions"])
            self._fits(options, "title", most=IN_SESSION_BUTTONS if kept.approval != "approved" else MOST_OPTIONS)
            return Shown(fill(content["body"]), "buttons", options)
        if name == "twilio/list-picker":
            entries = content["items"]
            options = tuple({"id": fill(one["id"]), "title": fill(one["item"]), "description": fill(one["description"])} for one in entries)
            self._fits(options, "item", most=MOST_OPTIONS)
            return Shown(fill(content["body"]), "list", options, fill(content["button"]))
        return Shown(fill(content["body"]), "text")

    @staticmethod
    def _fits(options: tuple[Mapping[str, str], ...], kind: str, most: int) -> None:
        if len(options) > most or any(not one["title"] or len(one["title"]) > LIMITS[kind] for one in options):
            raise Unfit(63013, "WhatsApp takes no such options.")
        if len({one["id"] for one in options}) != len(options):
            raise Unfit(63013, "Two options share an id.")

    def page(self, query: Mapping[str, str]) -> Json:
        """Return one page of contents with their approvals."""
        size, number = max(1, min(int(query.get("PageSize") or 50), 1_000)), max(0, int(query.get("Page") or 0))
        start = number * size
        more = start + size < len(self.all)
        base = f"https://content.twilio.com/v1/ContentAndApprovals?PageSize={size}&Page="
        return {
            "contents": [with_approval(kept) for kept in self.all[start : start + size]],
            "meta": {
                "page": number,
                "page_size": size,
                "first_page_url": f"{base}0",
                "previous_page_url": f"{base}{number - 1}" if number else None,
                "next_page_url": f"{base}{number + 1}" if more else None,
                "url": f"{base}{number}",
                "key": "contents",
            },
        }


def resource(kept: KeptContent) -> Json:
    """Return a content as Twilio's JSON."""
    url = f"https://content.twilio.com/v1/Content/{kept.sid}"
    created = kept.created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "sid": kept.sid,
        "account_sid": kept.account,
        "friendly_name": kept.friendly_name,
        "language": kept.language,
        "variables": dict(kept.variables),
        "types": dict(kept.types),
        "date_created": created,
        "date_updated": created,
        "url": url,
        "links": {"approval_create": f"{url}/ApprovalRequests/whatsapp", "approval_fetch": f"{url}/ApprovalRequests"},
    }


def approval(kept: KeptContent) -> Json:
    """Return WhatsApp's word on a content as Twilio's JSON."""
    return {
        "name": kept.template_name or kept.friendly_name,
        "category": kept.category,
        "content_type": next(iter(kept.types)),
        "status": kept.approval,
        "rejection_reason": kept.reason,
        "allow_category_change": True,
    }


def with_approval(kept: KeptContent) -> Json:
    """Return a content with WhatsApp's word on it as Twilio's JSON."""
    found = resource(kept)
    del found["url"], found["links"]
    return {**found, "approval_requests": approval(kept)}


def show(text: Text, store: ContentStore) -> None:
    """Give a text the words and options of the content it asks for. Raises Unfit."""
    shown = store.shown(text.fields["ContentSid"], text.fields.get("ContentVariables", ""))
    text.body, text.kind, text.options, text.button = shown.body, shown.kind, shown.options, shown.button


Refused = Callable[[web.Request], web.Response | None]


def mount(app: web.Application, prefix: str, store: ContentStore, account: str, refused: Refused) -> None:
    """Serve a store under `prefix`; `refused` returns the answer to who may not ask."""

    async def create(request: web.Request) -> web.Response:
        return await _posted(request, lambda body: (resource(store.create(account, body)), 201))

    async def submit(request: web.Request) -> web.Response:
        sid = request.match_info["sid"]
        return await _posted(request, lambda body: (approval(store.submit(sid, str(body.get("name")), str(body.get("category")))), 201))

    async def page(request: web.Request) -> web.Response:
        if (answer := refused(request)) is not None:
            return answer
        return web.json_response(store.page(request.query))

    async def _posted(request: web.Request, work: Callable[[Json], tuple[Json, int]]) -> web.Response:
        if (answer := refused(request)) is not None:
            return answer
        try:
            body = await request.json()
            made, status = work(body if isinstance(body, dict) else {})
        except Unfit as unfit:
            return web.json_response(error(400, unfit.code, str(unfit)), status=400)
        except ValueError:
            return web.json_response(error(400, 20001, "The body is no JSON."), status=400)
        return web.json_response(made, status=status)

    app.router.add_post(f"{prefix}/v1/Content", create)
    app.router.add_post(f"{prefix}/v1/Content/{{sid}}/ApprovalRequests/whatsapp", submit)
    app.router.add_get(f"{prefix}/v1/ContentAndApprovals", page)
