"""Readiness checks, each a question to a process's own port or socket. An answer other than yes, or none, is False."""

from __future__ import annotations

import asyncio
from functools import partial
from urllib.parse import urlsplit

from bot.supervisor.program import Probe

ANSWER_SECONDS = 3.0


def http_answers(url: str) -> Probe:
    """GET `url` (plain http) answers with a 2xx status."""
    return partial(_bounded, partial(_http, url))


def redis_answers(socket: str) -> Probe:
    """A Redis behind a Unix socket answers PING."""
    return partial(_bounded, partial(_redis, socket))


def listens(host: str, port: int) -> Probe:
    """Something accepts connections there: for a server that opens its port when it can answer."""
    return partial(_bounded, partial(_tcp, host, port))


async def _bounded(ask: Probe) -> bool:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await ask()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return False


async def _http(url: str) -> bool:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
    try:
        writer.write(f"GET {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
        status = (await reader.readline()).split()
        return len(status) >= 2 and status[1].startswith(b"2")
    finally:
        writer.close()


async def _tcp(host: str, port: int) -> bool:
    _, writer = await asyncio.open_connection(host, port)
    writer.close()
    return True


async def _redis(socket: str) -> bool:
    reader, writer = await asyncio.open_unix_connection(socket)
    try:
        writer.write(b"PING\r\n")
        return (await reader.readline()).startswith(b"+PONG")
    finally:
        writer.close()
