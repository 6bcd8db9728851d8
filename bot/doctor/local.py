"""Checks of this machine: settings, disk, ports, model, database, Redis."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import redis
import sqlalchemy as sa

from bot.clinic import ClinicError, load_clinic
from bot.doctor.findings import Finding
from bot.settings import Settings, unknown_settings
from bot.store.database import Database
from bot.store.migrate import current, newest

LEAST_FREE = 1_000_000_000
TIGHT_FREE = 5_000_000_000
REDIS_AT_LEAST = (6, 2)
POSTGRESQL_AT_LEAST = 12


async def settings(settings: Settings, env: Mapping[str, str]) -> Sequence[Finding]:
    """Settings are known names; the clinic's file can be read."""
    findings = [
        Finding(
            "settings", f"{name} is no setting of Mendline and is ignored", "correct the name (docs/operations.md lists all) or unset it"
        )
        for name in unknown_settings(env)
    ]
    if not findings:
        findings.append(Finding("settings", f"all can be used ({settings.mode} mode)"))
    try:
        clinic = await asyncio.to_thread(load_clinic, settings.clinic)
        findings.append(Finding("clinic", f"{settings.clinic} describes {clinic.name}"))
    except ClinicError as error:
        findings.append(Finding("clinic", str(error), "correct the file that MENDLINE_CLINIC names"))
    return findings


async def disk(settings: Settings) -> Sequence[Finding]:
    """HOME can be written and has room."""
    home = settings.home.resolve()
    probe = home / ".doctor"
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        return [
            Finding("disk", f"{home} cannot be written ({error.strerror})", "make it this user's, or set MENDLINE_HOME to a folder that is")
        ]
    free = shutil.disk_usage(home).free
    sentence = f"{free / 1e9:.1f} GB are free in {home}"
    if free < LEAST_FREE:
        return [Finding("disk", sentence, "free at least 1 GB: without room messages cannot be stored")]
    if free < TIGHT_FREE:
        return [Finding("disk", sentence, "free some room soon; 5 GB keep a clinic's line for years", warning=True)]
    return [Finding("disk", sentence)]


async def port(settings: Settings, running: bool) -> Sequence[Finding]:
    """The public port is free, or ours."""
    host = settings.listen_host
    if running:
        return [Finding("port", f"the line runs and listens on {host}:{settings.port}")]
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, settings.port))
        except OSError as error:
            return [
                Finding(
                    "port",
                    f"port {settings.port} of {host} cannot be used ({error.strerror})",
                    "end the program that holds it, or set MENDLINE_PORT to another port",
                )
            ]
    return [
        Finding("port", f"{host}:{settings.port} is free, but the line does not run", "start it: make run, or the service", warning=True)
    ]


async def model(path: Path, there: bool) -> Sequence[Finding]:
    """The Rasa model of the present sources is at `path`."""
    if there:
        return [Finding("model", f"{path.name} is trained from the present sources")]
    return [Finding("model", f"{path.name}, the model of the present sources, is not trained", "run: python -m bot train")]


async def database(settings: Settings) -> Sequence[Finding]:
    """The database answers, is recent enough and has the newest schema."""
    return await asyncio.to_thread(_database, settings)


def _database(settings: Settings) -> Sequence[Finding]:
    opened = Database(settings.database, threads=1)
    try:
        with opened.read() as connection:
            version = opened.engine.dialect.server_version_info
            revision = current(connection)
    except sa.exc.SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        return [
            Finding("database", f"it cannot be opened ({reason})", "check MENDLINE_DATABASE_URL, its password and that the server runs")
        ]
    finally:
        opened.close()
    name = f"{'SQLite' if opened.is_sqlite else 'PostgreSQL'} {'.'.join(map(str, version))}"
    if not opened.is_sqlite and version[0] < POSTGRESQL_AT_LEAST:
        return [Finding("database", f"{name} is too old", f"use PostgreSQL {POSTGRESQL_AT_LEAST} or later")]
    if revision is None:
        return [Finding("database", f"{name} is empty", "start the line once; it makes its tables", warning=True)]
    if revision != newest():
        return [
            Finding(
                "database", f"{name} has schema {revision}, this version needs {newest()}", "restart the line; it migrates at its start"
            )
        ]
    return [Finding("database", f"{name} answers and has the newest schema ({revision})")]


async def redis_server(settings: Settings, running: bool) -> Sequence[Finding]:
    """Redis answers and is recent enough. The embedded one only runs with the line."""
    if not settings.redis_url and not running:
        return [Finding("redis", "embedded; it starts with the line")]
    client: Any = redis.asyncio.Redis.from_url(settings.redis, socket_connect_timeout=3, socket_timeout=3)
    try:
        version = str((await client.info("server"))["redis_version"])
    except (redis.RedisError, OSError) as error:
        remedy = (
            "check MENDLINE_REDIS_URL and that the server runs" if settings.redis_url else "restart the line; its supervisor starts Redis"
        )
        return [
            Finding(
                "redis", f"it does not answer ({type(error).__name__})", f"{remedy}. Until then texts wait up to a second, none is lost"
            )
        ]
    finally:
        await client.aclose()
    if tuple(int(part) for part in version.split(".")[:2]) < REDIS_AT_LEAST:
        return [Finding("redis", f"version {version} is too old", "use Redis 6.2 or later")]
    return [Finding("redis", f"version {version} answers")]
