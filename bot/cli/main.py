"""Commands and their arguments. What a command does is imported when it is asked for, so that `--help` answers at once."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from bot.cli.errors import CommandError
from bot.phrases import PhraseError
from bot.safety.patterns import PatternError
from bot.settings import SettingError, Settings
from bot.supervisor.program import SupervisorError
from bot.types import Awaiting
from bot.yamlfile import FileError

USAGE_ERROR = 2
START_ERRORS = (SettingError, FileError, PhraseError, PatternError, SupervisorError, CommandError)

PROCESSES = {
    "all": "every process on this machine, supervised: dead ones come back; Ctrl-C or SIGTERM stops them in order",
    "edge": "the public port: Twilio's webhooks and the pages; with MENDLINE_WORKER=inside (the default) also turns and sending",
    "worker": "turns, outbox and outreach, for MENDLINE_WORKER=separate; run as many as you like",
    "rasa": "the dialogue server (private), on the address of MENDLINE_RASA_URL",
    "actions": "the action server (private), on the address of MENDLINE_ACTIONS_URL",
    "scheduling": "the embedded scheduling server with the demo clinic, on MENDLINE_SCHEDULING_PORT",
    "redis": "the embedded Redis, on a socket in MENDLINE_HOME",
}

# Commands whose module does not have their name.
MODULES = {"retention": "privacy", "export": "privacy", "erase": "privacy"}

DESCRIPTION = """\
Mendline: the line that a physical-therapy clinic's patients text and call.

  python -m bot run all                         start the line with a demo clinic
  python -m bot text maya "can't make tuesday"  text it as a demo patient and read its answers
  python -m bot understand "running late"       see what it makes of a message
  python -m bot doctor                          find out what is wrong, and what to do about it
"""
EPILOG = """\
Settings come from the environment (MENDLINE_…); docs/operations.md lists them all.
Exit codes: 0 done, 1 failed, 2 cannot start as set up.
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = argparse.ArgumentParser(
        prog="python -m bot", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", title="commands")

    run = commands.add_parser(
        "run",
        help="start the line, or one process of it",
        description="Start the line, or one process of it:\n\n" + "\n".join(f"  {name:11} {what}" for name, what in PROCESSES.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument("process", choices=list(PROCESSES), metavar="PROCESS", help=" | ".join(PROCESSES))
    run.add_argument("--host", default="127.0.0.1", help="where a private process listens (default 127.0.0.1); the edge has MENDLINE_HOST")
    run.add_argument(
        "--model", type=Path, help="with `rasa`: the model to serve (default: that of the present sources, trained if missing)"
    )
    run.add_argument("--workers", type=int, default=1, help="with `all` and MENDLINE_WORKER=separate: how many workers (default 1)")

    train = commands.add_parser(
        "train",
        help="train the Rasa model, if its sources have changed",
        description="Train the Rasa model into models/, unless one of the same sources is there.",
    )
    train.add_argument("--force", action="store_true", help="train although a model of the same sources is there")

    evaluate = commands.add_parser(
        "evaluate",
        help="measure how well messages are understood",
        description="Train on data/nlu and measure on messages that are not in it: accuracy, confusions, out of scope, per style; "
        "dates, safety and routes by the file's heading. Writes results/evaluation.html.",
    )
    evaluate.add_argument(
        "--data",
        type=Path,
        action="append",
        help="tab-separated columns text, intent (a+b for two), style, awaiting; repeatable (default: the development lines)",
    )
    evaluate.add_argument("--misses", action="store_true", help="list every misunderstood message")
    evaluate.add_argument("--folds", type=int, default=0, help="cross-validate on the training examples instead, in this many folds")

    understand = commands.add_parser(
        "understand",
        help="print as JSON what the line makes of a message",
        description="Print one JSON object a message: intents, ranking, entities, the wish about time, safety level, route.",
    )
    understand.add_argument("text", help='the message, or - to read lines: plain text or {"text", "now", "visit", "awaiting"}')
    understand.add_argument("--now", help="when it was said, in ISO 8601, clinic-local unless it has an offset (default: the present)")
    understand.add_argument("--visit", help="when the visit begins that is spoken of, likewise (default: not known)")
    understand.add_argument(
        "--awaiting",
        choices=[each.value for each in Awaiting],
        default="none",
        metavar="KIND",
        help=" | ".join(each.value for each in Awaiting),
    )

    commands.add_parser(
        "doctor",
        help="check everything the line depends on",
        description="Check settings, addresses, keys, services and disk; a sentence each, with what to do. Exit code 1 when a check fails.",
    )

    text = commands.add_parser(
        "text",
        help="send a text as a demo patient and print the answers",
        description="Send a signed webhook to the running demo, as Twilio would, and print what the line texts back.",
    )
    text.add_argument("who", help="a demo patient's first name, full name or number; an unknown number works too")
    text.add_argument("words", nargs="+", help="the text")
    text.add_argument("--seconds", type=float, default=30.0, help="how long to wait for an answer (default 30)")

    templates = commands.add_parser(
        "whatsapp-templates",
        help="make WhatsApp's templates at Twilio, submit them for approval, and say how they stand",
        description="Make the templates of data/whatsapp/templates at Twilio and submit them to WhatsApp; what is there is left alone.",
    )
    templates.add_argument("--check", action="store_true", help="only say how they stand")

    release = commands.add_parser(
        "release", help="give a conversation back to the bot", description="Give a conversation that waits for a person back to the bot."
    )
    release.add_argument("conversation", help="its id (cv_…) or the patient's number")

    settle = commands.add_parser(
        "settle-task",
        help="close a card of staff's and tell the patient what came of it",
        description="Close a card of staff's, such as a complaint's ticket, and text the patient what came of it.",
    )
    settle.add_argument("task", help="its id (task_…)")
    settle.add_argument("--outcome", required=True, help="what came of it, for the clinic")
    settle.add_argument("--say", help="what the patient is told, in your words (default: nothing)")
    settle.add_argument("--by", default="command line", help="who closes it")
    acknowledge = commands.add_parser(
        "acknowledge",
        help="say that you have an incident; its pages end",
        description="Say that somebody has an incident, so that its pages end. Without one: list the incidents that wait for somebody.",
    )
    acknowledge.add_argument("incident", nargs="?", help="its id (in_…)")
    acknowledge.add_argument("--by", default="command line", help="who has it (default: command line)")

    commands.add_parser(
        "safety-page",
        help="write the page on which a clinician reads and signs the safety screen",
        description="Write the safety screen's signs, patterns, examples, wording and figures as one HTML page to read and sign.",
    ).add_argument("--out", type=Path, default=Path("results/safety.html"), help="where to (default results/safety.html)")

    retention = commands.add_parser(
        "retention",
        help="clear what is past its days",
        description="Clear what is older than the days of `retention` in clinic.yml. A worker does it once a day; open work is kept.",
    )
    retention.add_argument("--check", action="store_true", help="only say how many rows are past their days")

    export = commands.add_parser(
        "export",
        help="write everything the line holds of one patient into a file",
        description="Write everything the line holds of one patient into one JSON file that only its owner may read.",
    )
    export.add_argument("--to", required=True, type=Path, metavar="FILE", help="the file; it must not be there yet")

    erase = commands.add_parser(
        "erase",
        help="remove one patient from the line",
        description="Say what the line holds of one patient; with --yes remove it. Opt-outs stay under a digest; open work is refused.",
    )
    erase.add_argument("--yes", action="store_true", help="do it; without this nothing is changed")
    erase.add_argument("--with-tasks", action="store_true", help="erase open staff tasks, too")
    for one in (export, erase):
        one.add_argument("--patient", required=True, metavar="Patient/ID", help="the scheduling system's reference")
        one.add_argument("--number", help="a number that is theirs although they never proved it, as +12075550120")
    return top


def main(arguments: Sequence[str]) -> int:
    """Carry out a command line and return its exit code: that of `main(arguments, settings)` in the command's module of `bot.cli`."""
    asked = parser().parse_args(arguments)
    try:
        settings = Settings.from_env(os.environ)
        module = import_module(f"bot.cli.{MODULES.get(asked.command, asked.command.replace('-', '_'))}")
        code: int = module.main(asked, settings)
    except START_ERRORS as error:
        print(f"mendline: {error}", file=sys.stderr)
        return USAGE_ERROR
    except KeyboardInterrupt:
        return 130
    return code
