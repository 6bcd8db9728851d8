"""Wakes whoever waits for work, over Redis Streams of opaque row ids. Never the truth: losing a wake-up costs at most one sweep.

Three ways to listen:
- `listen(kind)`: everybody hears every id (consoles);
- `listen(kind, group)`: each id reaches one listener of the group (turn workers);
- `wait(kind, seconds)`: only whether anything happened (the sender).

Within one process ids travel directly. A kind that somebody here works on (a group or `wait`) is then not published at all, so that the
other processes are not woken for nothing. Redis may be away: it is said once in the log, ids meanwhile are dropped, and the sweepers of
the listeners find the rows within a second.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

log = logging.getLogger(__name__)

INBOX, OUTBOX, CONSOLE = "inbox", "outbox", "console"
"""The kinds: a conversation has a text, the outbox has a row, the queue or a thread has changed."""

STREAM = "mendline:wake:"
KEPT = 1000
"""Ids a stream keeps, about."""
BLOCK_MS = 2000
AGAIN_S = 0.5
CONNECT_S = 1.0
_FAILURES = (RedisError, OSError)


class Wake:
    """One process's end of the wake-ups. Call `close` when done."""

    def __init__(self, url: str) -> None:
        # A read blocks for BLOCK_MS; a server silent for longer than that is gone.
        options: dict[str, Any] = {
            "socket_connect_timeout": CONNECT_S,
            "socket_timeout": BLOCK_MS / 1000 + 2,
            "retry": Retry(NoBackoff(), 0),
            "decode_responses": True,
            "protocol": 2,
        }
        self._redis: Any = Redis.from_url(url, **options)
        self._me = secrets.token_hex(6)
        self._queues: dict[str, list[asyncio.Queue[str]]] = {}
        self._groups: dict[str, list[asyncio.Queue[str]]] = {}
        self._flags: dict[str, asyncio.Event] = {}
        self._unsent: deque[tuple[str, str]] = deque(maxlen=KEPT)
        self._unsent_flag = asyncio.Event()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._away = False
        self._turn = 0

    async def notify(self, kind: str, identifier: str) -> None:
        """Tell whoever listens that something happened to this row. Returns at once and never fails."""
        for queue in self._queues.get(kind, ()):
            queue.put_nowait(identifier)
        if self._deliver_here(kind, identifier):
            return
        self._unsent.append((kind, identifier))
        self._unsent_flag.set()
        self._keep("publish", self._publish)

    def _deliver_here(self, kind: str, identifier: str) -> bool:
        """Hand the id to a worker of this process; return whether there is one."""
        workers = self._groups.get(kind)
        if workers:
            self._turn += 1
            workers[self._turn % len(workers)].put_nowait(identifier)
        flag = self._flags.get(kind)
        if flag is not None:
            flag.set()
        return bool(workers) or flag is not None

    async def listen(self, kind: str, group: str | None = None) -> AsyncIterator[str]:
        """Yield ids notified from now on. With a group each id reaches one of its listeners, over all processes."""
        queue: asyncio.Queue[str] = asyncio.Queue()
        table = self._queues if group is None else self._groups
        table.setdefault(kind, []).append(queue)
        key = f"{kind}:{group or ''}"
        self._keep(key, lambda: self._read(kind, group))
        try:
            while True:
                yield await queue.get()
        finally:
            table[kind].remove(queue)
            if not table[kind]:
                await self._drop(key)

    async def wait(self, kind: str, seconds: float) -> None:
        """Return when anything of this kind was notified since the last call, or after that many seconds."""
        flag = self._flags.setdefault(kind, asyncio.Event())
        self._keep(f"{kind}:", lambda: self._read(kind, None))
        try:
            await asyncio.wait_for(flag.wait(), seconds)
        except TimeoutError:
            return
        flag.clear()

    async def close(self) -> None:
        """Publish what is left, if Redis is there, and end."""
        if self._unsent and not self._away:
            await self._try(self._flush)
        for key in list(self._tasks):
            await self._drop(key)
        await self._redis.aclose()

    def _keep(self, key: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """See to it that a background task runs."""
        task = self._tasks.get(key)
        if task is None or task.done():
            self._tasks[key] = asyncio.create_task(work())

    async def _drop(self, key: str) -> None:
        task = self._tasks.pop(key, None)
        while task is not None and not task.done():
            # More than once: the client swallows a cancellation that hits it while connecting.
            task.cancel()
            await asyncio.wait({task}, timeout=0.1)

    async def _publish(self) -> None:
        while not _cancelled():
            await self._unsent_flag.wait()
            self._unsent_flag.clear()
            if not await self._try(self._flush) and not _cancelled():
                # The sweepers have found these rows by the time Redis is back.
                self._unsent.clear()
                await asyncio.sleep(AGAIN_S)

    async def _flush(self) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            while self._unsent:
                kind, identifier = self._unsent.popleft()
                pipe.xadd(STREAM + kind, {"id": identifier, "by": self._me}, maxlen=KEPT, approximate=True)
            await pipe.execute()

    async def _read(self, kind: str, group: str | None) -> None:
        reader: _Everything | _Share = _Everything(self._redis, kind) if group is None else _Share(self._redis, kind, group, self._me)
        while not _cancelled():
            ids: list[tuple[str, str]] = []

            async def read(into: list[tuple[str, str]] = ids) -> None:
                into.extend(await reader.read())

            if not await self._try(read) and not _cancelled():
                reader.lost()
                await asyncio.sleep(AGAIN_S)
            for identifier, by in ids:
                if by != self._me:
                    self._arrived(kind, group, identifier)

    def _arrived(self, kind: str, group: str | None, identifier: str) -> None:
        if group is not None:
            self._deliver_here(kind, identifier)
            return
        for queue in self._queues.get(kind, ()):
            queue.put_nowait(identifier)
        if kind in self._flags:
            self._flags[kind].set()

    async def _try(self, work: Callable[[], Coroutine[Any, Any, None]]) -> bool:
        try:
            await work()
        except _FAILURES as error:
            if not self._away:
                self._away = True
                log.warning("redis is away (%s); work is found by sweeping until it is back", type(error).__name__)
            return False
        if self._away:
            self._away = False
            log.info("redis is back; work is woken by it again")
        return True


class _Everything:
    """Reads every entry of a stream from now on."""

    def __init__(self, redis: Any, kind: str) -> None:
        self._redis = redis
        self._stream = STREAM + kind
        self._last: str | None = None

    async def read(self) -> list[tuple[str, str]]:
        if self._last is None:
            newest = await self._redis.xrevrange(self._stream, count=1)
            self._last = newest[0][0] if newest else "0-0"
        entries = _entries(await self._redis.xread({self._stream: self._last}, count=100, block=BLOCK_MS))
        if entries:
            self._last = entries[-1][0]
        return [(fields["id"], fields["by"]) for _, fields in entries]

    def lost(self) -> None:
        """Begin at the end again: the stream may be gone, and what was missed has been swept."""
        self._last = None


class _Share:
    """Reads one listener's share of a stream. Nothing is acknowledged: a lost id is found by sweeping."""

    def __init__(self, redis: Any, kind: str, group: str, consumer: str) -> None:
        self._redis = redis
        self._stream = STREAM + kind
        self._group = group
        self._consumer = consumer
        self._ready = False

    async def read(self) -> list[tuple[str, str]]:
        if not self._ready:
            try:
                await self._redis.xgroup_create(self._stream, self._group, id="$", mkstream=True)
            except ResponseError as error:
                if not str(error).startswith("BUSYGROUP"):
                    raise
            self._ready = True
        found = await self._redis.xreadgroup(self._group, self._consumer, {self._stream: ">"}, count=100, block=BLOCK_MS, noack=True)
        return [(fields["id"], fields["by"]) for _, fields in _entries(found)]

    def lost(self) -> None:
        """Make the group again: a Redis that came back is empty."""
        self._ready = False


def _cancelled() -> bool:
    """Whether this task has been told to end, even if the client swallowed the cancellation itself."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _entries(answer: list) -> list[tuple[str, dict[str, str]]]:
    return answer[0][1] if answer else []
