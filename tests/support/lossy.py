"""A proxy that loses requests and replies by a seeded plan: what a bad network does, without waiting for it.

A lost request never reaches the server; a lost reply was acted upon and nobody hears of it. Either way the connection breaks at once.
A server that is down breaks it, too.
Absolute links in answers still name the server behind it.

By itself: `python -m tests.support.lossy TARGET PORT REQUEST_LOSS REPLY_LOSS SEED`.
"""

from __future__ import annotations

import asyncio
import random
import sys
from types import TracebackType

import aiohttp
from aiohttp import web
from yarl import URL

HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "host", "te", "upgrade"}


class LossyProxy:
    """`async with LossyProxy("http://127.0.0.1:8090", 0.3, 0.3, seed=1) as proxy:` then use `proxy.url` instead of the target."""

    def __init__(self, target: str, request_loss: float, reply_loss: float, seed: int) -> None:
        self.request_loss = request_loss
        self.reply_loss = reply_loss
        self.lost_requests = 0
        self.lost_replies = 0
        self.passed = 0
        self.down = 0
        self._target = URL(target)
        self._random = random.Random(seed)
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None
        self.url = ""

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1."""
        app = web.Application(client_max_size=32 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._session = aiohttp.ClientSession(auto_decompress=False)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Close everything."""
        if self._session:
            await self._session.close()
        if self._runner:
            await self._runner.cleanup()

    async def __aenter__(self) -> LossyProxy:
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        assert self._session is not None
        lose_request = self._random.random() < self.request_loss
        lose_reply = self._random.random() < self.reply_loss
        body = await request.read()
        if lose_request:
            self.lost_requests += 1
            return _break(request)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP}
        url = URL(f"{self._target.origin()}{request.raw_path}", encoded=True)
        try:
            async with self._session.request(request.method, url, headers=headers, data=body, allow_redirects=False) as reply:
                answer = await reply.read()
                kept = {name: value for name, value in reply.headers.items() if name.lower() not in HOP}
                if "content-encoding" in reply.headers:
                    kept["Content-Encoding"] = reply.headers["content-encoding"]
        except aiohttp.ClientError:
            self.down += 1
            return _break(request)
        if lose_reply:
            self.lost_replies += 1
            return _break(request)
        self.passed += 1
        return web.Response(status=reply.status, headers=kept, body=answer)


def _break(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _run(target: str, port: str, request_loss: str, reply_loss: str, seed: str) -> None:
    proxy = LossyProxy(target, float(request_loss), float(reply_loss), int(seed))
    await proxy.start(int(port))
    print(proxy.url, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_run(*sys.argv[1:]))
