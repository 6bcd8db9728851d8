"""A scripted Twilio on a real port, for tests, soak and bench: `python -m tests.support.fake_twilio --port 9000 --latency-ms 150`.

It keeps every text, fails as scripted, and reports back with signed status callbacks in any order and number. Another process reads
and steers it under `/fake`: `GET /fake/texts`, `DELETE /fake/texts`, `POST /fake/script` with `[{"kind": "refuse", "status": 503}]`,
`PUT /fake/latency` with `{"seconds": 0.15}`; `GET /fake/stream` is a line of JSON for each text from now on, as it is accepted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web
from twilio.request_validator import RequestValidator

from bot.settings import DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN
from channels.twilio import content_store
from channels.twilio.content_store import ContentStore, Unfit, show
from channels.twilio.texts import API, REFUSALS, Text, Texts, error, refusal_of, report, resource


@dataclass(frozen=True)
class Plan:
    """What happens to one POST.

    `accept`; `refuse` with `status` and `code`; `lost_answer`: kept, and the connection is cut before the answer; `lost_request`: the
    connection is cut and nothing is kept; `hang_after`, `hang_before`: the same two, but silence instead of a cut. `seconds` pass first.
    """

    kind: str = "accept"
    status: int = 500
    code: int | None = None
    seconds: float = 0.0


ACCEPT = Plan()
DELIVERED = ("queued", "sent", "delivered")


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class FakeTwilio:
    """The server. `script` is used up first, then `chance` may name a plan, then everything is accepted after `latency_s`.

    `reports` are the statuses called back for each text, in this order; `shuffle` mixes them and `twice` sends each of them twice.
    `error_code` goes with `failed` and `undelivered`; `approves` is WhatsApp's answer to whatever template is submitted.
    `early_reports` calls back before the POST is answered.
    """

    account_sid: str = DEMO_ACCOUNT_SID
    auth_token: str = DEMO_AUTH_TOKEN
    latency_s: float = 0.0
    now: Callable[[], datetime] = utc_now
    reports: Sequence[str] = ()
    shuffle: bool = False
    twice: bool = False
    early_reports: bool = False
    approves: str = "approved"
    error_code: int | None = None
    chance: Callable[[], Plan | None] = lambda: None
    random: random.Random = field(default_factory=lambda: random.Random(7))

    def __post_init__(self) -> None:
        self.texts = Texts(self.now, most=1_000_000)
        self.contents = ContentStore(self.now, approves=self.approves)
        self.script: deque[Plan] = deque()
        self.requests: list[tuple[float, str, dict[str, str]]] = []
        self.asked = asyncio.Event()
        self.under_way = 0
        self.most_under_way = 0
        self.url = ""
        self._accepted_at: dict[str, float] = {}
        self._streams: set[asyncio.Queue[str]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None

    @property
    def sent(self) -> list[Text]:
        """Every text kept, the first one first."""
        return self.texts.all[::-1]

    def bodies(self, to: str | None = None) -> list[str]:
        """The bodies of the texts to a number, the first one first."""
        return [text.body for text in self.sent if to is None or text.to == to]

    def plan(self, *plans: Plan) -> None:
        """Script the next POSTs."""
        self.script.extend(plans)

    async def __aenter__(self) -> FakeTwilio:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; port 0 takes any free one. `url` says where."""
        app = web.Application(client_max_size=2**20)
        account = f"/{API}/Accounts/{{account}}"
        app.router.add_post(account + "/Messages.json", self._create)
        app.router.add_get(account + "/Messages.json", self._list)
        app.router.add_get(account + "/Messages/{sid}.json", self._fetch)
        content_store.mount(app, "", self.contents, self.account_sid, self._unknown)
        app.router.add_get("/fake/texts", self._texts)
        app.router.add_delete("/fake/texts", self._forget)
        app.router.add_post("/fake/script", self._script)
        app.router.add_put("/fake/latency", self._latency)
        app.router.add_get("/fake/stream", self._stream)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        server = site._server
        assert server is not None
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"  # type: ignore[attr-defined]
        self._session = aiohttp.ClientSession()

    async def stop(self) -> None:
        """Close every connection; what was sent stays readable."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def reported(self) -> None:
        """Return when every status callback has been delivered."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def call_back(self, text: Text, status: str, error_code: int | None = None) -> int | None:
        """Report one status now; returns the HTTP status of the answer, None when nobody answered."""
        assert self._session is not None
        text.status = status
        fields = report(text, status, error_code)
        signature = RequestValidator(self.auth_token).compute_signature(text.callback, fields)
        try:
            async with self._session.post(text.callback or "", data=fields, headers={"X-Twilio-Signature": signature}) as answer:
                return answer.status
        except aiohttp.ClientError:
            return None

    async def _create(self, request: web.Request) -> web.StreamResponse:
        self.asked.set()
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            return await self._answer(request)
        finally:
            self.under_way -= 1

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        fields = (await request.post()).copy()
        self.requests.append((time.monotonic(), "POST", {name: str(value) for name, value in fields.items()}))
        if (unknown := self._unknown(request)) is not None or request.match_info["account"] != self.account_sid:
            return unknown or web.json_response(error(401, 20003, "Authenticate"), status=401)
        plan = self.script.popleft() if self.script else (self.chance() or ACCEPT)
        await asyncio.sleep(self.latency_s + plan.seconds)
        if plan.kind == "refuse":
            body = error(plan.status, plan.code, "scripted") if plan.code else {"status": plan.status, "message": "scripted"}
            return web.json_response(body, status=plan.status)
        if plan.kind.endswith(("_before", "_request")):
            return await self._silence(request, plan)
        if (code := refusal_of({name: str(value) for name, value in fields.items()})) is not None:
            return web.json_response(error(400, code, REFUSALS[code]), status=400)
        text = self.texts.add(self.account_sid, fields)
        if text.fields.get("ContentSid"):
            try:
                show(text, self.contents)
            except Unfit as unfit:
                self.texts.all.remove(text)
                return web.json_response(error(400, unfit.code, str(unfit)), status=400)
        self._accepted_at[text.sid] = time.time()
        if self._streams:
            line = json.dumps({"to": text.to, "body": text.body, "at": time.monotonic()}) + "\n"
            for stream in self._streams:
                stream.put_nowait(line)
        answer = resource(text)
        if self.reports and text.callback:
            if self.early_reports:
                await self._report(text)
            else:
                task = asyncio.create_task(self._report(text))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        return web.json_response(answer, status=201) if plan.kind == "accept" else await self._silence(request, plan)

    def _unknown(self, request: web.Request) -> web.Response | None:
        if request.headers.get("Authorization") == aiohttp.encode_basic_auth(self.account_sid, self.auth_token):
            return None
        return web.json_response(error(401, 20003, "Authenticate"), status=401)

    async def _silence(self, request: web.Request, plan: Plan) -> web.StreamResponse:
        if plan.kind.startswith("hang"):
            await asyncio.sleep(3600)
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def _report(self, text: Text) -> None:
        statuses = list(self.reports) * (2 if self.twice else 1)
        if self.shuffle:
            self.random.shuffle(statuses)
        for status in statuses:
            await self.call_back(text, status, self.error_code if status in ("failed", "undelivered") else None)

    async def _list(self, request: web.Request) -> web.Response:
        self.requests.append((time.monotonic(), "GET", dict(request.query)))
        return web.json_response(self.texts.page(request.match_info["account"], request.query))

    async def _fetch(self, request: web.Request) -> web.Response:
        text = self.texts.get(request.match_info["sid"])
        if text is None:
            return web.json_response(error(404, 20404, "The requested resource was not found"), status=404)
        return web.json_response(resource(text))

    async def _texts(self, _request: web.Request) -> web.Response:
        return web.json_response(
            [
                {
                    "sid": text.sid,
                    "to": text.to,
                    "from": text.from_,
                    "body": text.body,
                    "status": text.status,
                    "at": self._accepted_at[text.sid],
                }
                for text in self.sent
            ]
        )

    async def _forget(self, _request: web.Request) -> web.Response:
        self.texts.all.clear()
        return web.Response(status=204)

    async def _script(self, request: web.Request) -> web.Response:
        plans: list[dict[str, Any]] = await request.json()
        self.plan(*(Plan(**plan) for plan in plans))
        return web.Response(status=204)

    async def _latency(self, request: web.Request) -> web.Response:
        self.latency_s = float((await request.json())["seconds"])
        return web.Response(status=204)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """`at` is the machine's monotonic clock, the same in every process, when the text was accepted."""
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        lines: asyncio.Queue[str] = asyncio.Queue()
        self._streams.add(lines)
        try:
            await response.prepare(request)
            while True:
                await response.write((await lines.get()).encode())
        finally:
            self._streams.discard(lines)


def main() -> None:
    """Run until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port; it is printed")
    parser.add_argument("--latency-ms", type=float, default=0.0, help="time before each answer")
    parser.add_argument("--account-sid", default=DEMO_ACCOUNT_SID)
    parser.add_argument("--auth-token", default=DEMO_AUTH_TOKEN)
    parser.add_argument("--no-reports", action="store_true", help="send no status callbacks")
    parser.add_argument("--shuffle", action="store_true", help="send them in any order, each of them twice")
    parser.add_argument("--lose", type=float, default=0.0, help="share of requests and of answers lost, 0 to 1")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    dice = random.Random(options.seed)

    def chance() -> Plan | None:
        if dice.random() >= options.lose:
            return None
        return Plan(dice.choice(("lost_answer", "lost_request")))

    async def serve() -> None:
        fake = FakeTwilio(
            account_sid=options.account_sid,
            auth_token=options.auth_token,
            latency_s=options.latency_ms / 1000,
            reports=() if options.no_reports else DELIVERED,
            shuffle=options.shuffle,
            twice=options.shuffle,
            chance=chance,
            random=dice,
        )
        await fake.start(options.port)
        print(fake.url, flush=True)
        await asyncio.Event().wait()

    asyncio.run(serve())


if __name__ == "__main__":
    main()
