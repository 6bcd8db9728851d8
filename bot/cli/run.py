"""`python -m bot run`: one process, or all of them."""

from __future__ import annotations

import argparse

from bot.cli import logs
from bot.settings import Settings


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Carry out the command; returns when the process is told to stop."""
    if arguments.process == "all":
        from bot.cli.stack import run_all

        return run_all(settings, workers=arguments.workers)
    settings.home.mkdir(parents=True, exist_ok=True)
    logs.configure(settings.log_level)
    from bot.cli import processes

    processes.RUNNERS[arguments.process](settings, arguments)
    return 0
