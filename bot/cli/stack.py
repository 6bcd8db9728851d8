"""`python -m bot run all`: which processes one machine runs, in which order, with which settings handed on."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bot.cli import demo_clinic, demo_file, logs
from bot.cli.embedded_redis import command as redis_command
from bot.cli.errors import CommandError
from bot.cli.ports import LOOPBACK, Ports, settle
from bot.cli.train import trained
from bot.clock import move_clock
from bot.safety.training import trained_safety
from bot.settings import Settings, socket_path, unknown_settings
from bot.supervisor.files import HomeLock
from bot.supervisor.probes import http_answers, listens, redis_answers
from bot.supervisor.program import Probe, Program, no_probe
from bot.supervisor.supervisor import Supervisor


def say(line: str) -> None:
    """Tell a person at the terminal, or in the service's journal."""
    print(f"mendline: {line}", flush=True)


def run_all(settings: Settings, workers: int) -> int:
    """Start everything, print where it is, and keep it running until SIGTERM or SIGINT. Raises CommandError and SupervisorError."""
    if workers < 1:
        raise CommandError(f"--workers is {workers}; write 1 or more")
    began = time.monotonic()
    logs.configure("warning")
    for name in unknown_settings(os.environ):
        say(f"{name} is no setting of Mendline and is ignored; docs/operations.md lists the settings")
    home = settings.home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    lock = HomeLock(home)
    lock.take()
    try:
        if settings.now is not None:
            move_clock(home, settings.now)
        ports = settle(settings, os.environ)
        handed = {**os.environ, **ports.environment(), "MENDLINE_HOME": str(home), "PYTHONUNBUFFERED": "1"}
        settled = Settings.from_env(handed)
        trained_safety(say)
        model = trained(say) if ports.rasa is not None else None
        _migrate(settled)
        supervisor = Supervisor(home, stages(settled, ports, model, workers), handed, say)
        asyncio.run(supervisor.run(lambda: _ready(settled, time.monotonic() - began)))
    finally:
        lock.release()
    say("stopped")
    return 0


def stages(settings: Settings, ports: Ports, model: Path | None, workers: int) -> Sequence[Sequence[Program]]:
    """Return the processes in starting order: what keeps data, what answers from it, what patients reach.

    The edge does not wait for Rasa: texts that come meanwhile are stored and answered a little later.
    """
    ground, middle, front = [], [], []
    if not settings.redis_url:
        ground.append(Program("redis", redis_command(settings), ready=redis_answers(str(socket_path(settings.home)))))
    if ports.scheduling is not None:
        ground.append(_own("scheduling", ready=http_answers(f"{settings.scheduling.removesuffix('/fhir')}/healthz"), ready_seconds=120))
    if ports.actions is not None:
        middle.append(_own("actions", ready=http_answers(f"{settings.actions_url}/health"), ready_seconds=120, gate=False))
    if ports.rasa is not None:
        middle.append(
            _own("rasa", *(("--model", str(model)) if model else ()), ready=listens(LOOPBACK, ports.rasa), ready_seconds=300, gate=False)
        )
    front.append(_own("edge", ready=http_answers(f"http://{_reachable(settings)}:{ports.edge}/healthz"), stop_seconds=20))
    if settings.worker == "separate":
        front += [_own(f"worker-{number}" if workers > 1 else "worker", stop_seconds=20) for number in range(1, workers + 1)]
    return [stage for stage in (ground, middle, front) if stage]


def _own(
    name: str,
    *options: str,
    ready: Probe = no_probe,
    ready_seconds: float = 60,
    stop_seconds: float = 8,
    gate: bool = True,
) -> Program:
    return Program(
        name, (sys.executable, "-m", "bot", "run", name.partition("-")[0], *options), {}, ready, ready_seconds, stop_seconds, gate
    )


def _python() -> str:
    """Return this Python as one types it here."""
    here = os.path.relpath(sys.executable)
    return sys.executable if here.startswith("..") else here


def _reachable(settings: Settings) -> str:
    return LOOPBACK if settings.listen_host == "0.0.0.0" else settings.listen_host  # noqa: S104 - compared, not bound


def _migrate(settings: Settings) -> None:
    import sqlalchemy as sa

    from bot.store.migrate import upgrade

    try:
        upgrade(settings.database)
    except sa.exc.OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise CommandError(f"the database cannot be opened ({reason}); check MENDLINE_DATABASE_URL and that the server runs") from error


def _ready(settings: Settings, seconds: float) -> None:
    base = f"http://{_reachable(settings)}:{settings.port}"
    say(f"up after {seconds:.0f} s ({settings.mode} mode)")
    say(f"the line is at {settings.base_url}/")
    if settings.mode == "live":
        say(f"Twilio's webhook for texts: {settings.base_url}/twilio/sms")
        return
    say(f"text it and watch its calendar: {settings.base_url}/simulator")
    if not settings.scheduling_url:
        path = demo_file.write(settings, base, demo_clinic.cast_of(settings))
        say(f"the schedule is at {settings.scheduling}")
        say(f"demo patients, numbers and keys: {path}")
        say(f'text it: {_python()} -m bot text {demo_file.somebody(path)} "can\'t make tuesday, got something later that week?"')
    say("Ctrl-C stops it")
