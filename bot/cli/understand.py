"""`python -m bot understand`: what the line makes of a message, or of each line of standard input, as JSON.

Standard input is answered as it arrives: a program may write a line and wait for its answer.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from bot.cli.errors import CommandError
from bot.cli.model import ROOT
from bot.cli.parts import clock_of
from bot.cli.train import trained
from bot.clinic import Clinic, load_clinic
from bot.nlu.encoder import Encoder
from bot.nlu.evaluation import options_of
from bot.nlu.hearing import Hearing, names_of
from bot.nlu.trained import ModelError, load
from bot.nlu.understanding import Message, Understander
from bot.safety.screen import Screen
from bot.settings import Settings
from bot.types import Awaiting

BAD_LINES = 2
READ_BYTES = 1 << 16
_KEYS = frozenset({"text", "now", "visit", "awaiting"})


class LineError(ValueError):
    """A line of standard input, or an option, cannot be used. The message says why and what to write instead."""


@dataclass(frozen=True)
class Defaults:
    """What holds for a message that does not say it itself."""

    zone: ZoneInfo
    now: datetime
    visit: datetime | None
    awaiting: Awaiting


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Carry out the command; 2 when a line could not be read (the others are answered all the same)."""
    clinic = load_clinic(settings.clinic)
    try:
        defaults = Defaults(
            clinic.zone,
            _moment(arguments.now, clinic.zone) or clock_of(settings).now().astimezone(clinic.zone).replace(tzinfo=None),
            _moment(arguments.visit, clinic.zone),
            Awaiting(arguments.awaiting),
        )
    except LineError as error:
        raise CommandError(str(error)) from error
    understander = _understander(clinic)
    if arguments.text != "-":
        _answer([message_of({"text": arguments.text}, defaults)], understander)
        return 0
    return _answer_lines(sys.stdin.fileno(), defaults, understander)


def message_of(said: Mapping[str, Any], defaults: Defaults) -> Message:
    """Return the message that an object describes. Raises LineError."""
    unknown = sorted(set(said) - _KEYS)
    if unknown:
        raise LineError(f"{unknown[0]!r} is no key of a message; use text, now, visit and awaiting")
    text = said.get("text")
    if not isinstance(text, str):
        raise LineError(f'text is {text!r}; give the message\'s words, as in {{"text": "can\'t make tuesday"}}')
    awaiting = said.get("awaiting", defaults.awaiting)
    try:
        kind = Awaiting(awaiting)
    except ValueError as error:
        raise LineError(f"awaiting is {awaiting!r}; use one of {', '.join(each.value for each in Awaiting)}") from error
    now, visit = _moment(said.get("now"), defaults.zone), _moment(said.get("visit"), defaults.zone)
    return Message(text, now or defaults.now, visit or defaults.visit, kind)


def parse_line(line: bytes, defaults: Defaults) -> Message:
    """Return the message of one line: an object in JSON when it begins with a brace, else plain text. Raises LineError."""
    try:
        text = line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise LineError(f"byte {error.start} is no UTF-8; write the line in UTF-8") from error
    if not text.lstrip().startswith("{"):
        return message_of({"text": text}, defaults)
    try:
        said = json.loads(text)
    except json.JSONDecodeError as error:
        raise LineError(f'no JSON at column {error.colno} ({error.msg}); write {{"text": …}} or the plain text') from error
    return message_of(said, defaults)


def _moment(said: object, zone: ZoneInfo) -> datetime | None:
    """Return a clinic-local time without offset; one with an offset is brought into the clinic's zone. Raises LineError."""
    if said is None:
        return None
    try:
        found = datetime.fromisoformat(str(said))
    except ValueError as error:
        raise LineError(f"{said!r} is no time; write for example 2025-06-02T09:00") from error
    return found.astimezone(zone).replace(tzinfo=None) if found.tzinfo else found


def _understander(clinic: Clinic) -> Understander:
    try:
        model = load(trained(partial(print, file=sys.stderr)))
    except ModelError as error:
        raise CommandError(str(error)) from error
    options = options_of(ROOT / "config.yml")
    hearing = Hearing(model.classifier, names_of(clinic), options.threshold, options.clause_threshold)
    encoder = Encoder(threads=os.cpu_count() or 1)
    return Understander(model, encoder, hearing, Screen.load(encoder=encoder))


def _answer_lines(source: int, defaults: Defaults, understander: Understander) -> int:
    code = 0
    for numbered in _arriving(source):
        messages = []
        for number, line in numbered:
            try:
                messages.append(parse_line(line, defaults))
            except LineError as error:
                print(json.dumps({"line": number, "error": str(error)}, ensure_ascii=False), file=sys.stderr, flush=True)
                code = BAD_LINES
        _answer(messages, understander)
    return code


def _arriving(source: int) -> Iterator[list[tuple[int, bytes]]]:
    """Yield the lines of a file descriptor, each with its number, as many together as have arrived; blank ones are left out."""
    rest, number, at_end = b"", 0, False
    while not at_end:
        read = os.read(source, READ_BYTES)
        at_end = not read
        *lines, rest = (rest + read).split(b"\n")
        if at_end and rest:
            lines, rest = [*lines, rest], b""
        numbered = [(number + place, line) for place, line in enumerate(lines, start=1) if line.strip()]
        number += len(lines)
        if numbered:
            yield numbered


def _answer(messages: Sequence[Message], understander: Understander) -> None:
    for found in understander.understand(messages):
        print(json.dumps(found.as_json(), ensure_ascii=False))
    sys.stdout.flush()
