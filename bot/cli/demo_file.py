"""`demo.json` in MENDLINE_HOME: everything needed to play a patient of the running demo. Its keys are the demo's, not secrets."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.cli.errors import CommandError
from bot.settings import Settings
from bot.supervisor.files import write_whole

NAME = "demo.json"


def write(settings: Settings, edge: str, cast: Sequence[Mapping[str, Any]]) -> Path:
    """Write the file and return its path. `edge` is the edge's own address, `cast` the demo's patients."""
    path = settings.home.resolve() / NAME
    signs_in = settings.admin.split(":", 1) if ":" in settings.admin else None
    content = {
        "patients": list(cast),
        "staff": [{"name": signs_in[0], "password": signs_in[1]}] if signs_in else [],
        "numbers": {"sms": settings.sms_number, "whatsapp": settings.whatsapp_number, "voice": settings.voice_number},
        "addresses": {
            "public": settings.base_url,
            "edge": edge,
            "scheduling": settings.scheduling,
            "rasa": settings.rasa_url,
            "actions": settings.actions_url,
            "twilio_api": settings.twilio_api,
        },
        "twilio": {"account_sid": settings.twilio_account_sid, "auth_token": settings.twilio_auth_token},
    }
    write_whole(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n", mode=0o600)
    return path


@dataclass(frozen=True)
class Demo:
    """What the file says, for the commands that play a patient."""

    patients: list[dict[str, Any]]
    edge: str
    public: str
    sms_number: str
    account_sid: str
    auth_token: str


def read(settings: Settings) -> Demo:
    """Read the running demo's file. Raises CommandError when there is none."""
    path = settings.home / NAME
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Demo(
            content["patients"],
            content["addresses"]["edge"],
            content["addresses"]["public"],
            content["numbers"]["sms"],
            content["twilio"]["account_sid"],
            content["twilio"]["auth_token"],
        )
    except FileNotFoundError as error:
        raise CommandError(
            f"{path} is not there, so no demo has run here; start one with `make run`, or set MENDLINE_HOME to its folder"
        ) from error
    except (ValueError, KeyError) as error:
        raise CommandError(f"{path} cannot be read ({error!r}); start the demo again, which writes it anew") from error


def as_running(settings: Settings) -> Settings:
    """Return the settings with the ports that the running demo chose for itself, if its file says so."""
    path = settings.home / NAME
    if settings.mode != "demo" or not path.exists():
        return settings
    addresses = json.loads(path.read_text(encoding="utf-8"))["addresses"]
    changed: dict[str, Any] = {"rasa_url": addresses["rasa"], "actions_url": addresses["actions"]}
    if not settings.scheduling_url:
        changed["scheduling_port"] = _port(addresses["scheduling"])
    if not settings.port:
        changed["port"] = _port(addresses["edge"])
    return replace(settings, **changed)


def somebody(path: Path) -> str:
    """Return the first name of the first patient."""
    patients = json.loads(path.read_text(encoding="utf-8"))["patients"]
    return str(patients[0]["name"]).split()[0].lower()


def find(demo: Demo, who: str) -> str:
    """Return the number of a patient by first name, full name or number. Raises CommandError."""
    if who.startswith("+"):
        return who
    wanted = who.casefold()
    found = [patient for patient in demo.patients if patient.get("number") and wanted in _names(str(patient["name"]))]
    if len(found) == 1:
        return str(found[0]["number"])
    names = ", ".join(str(patient["name"]) for patient in (found or demo.patients) if patient.get("number"))
    raise CommandError(
        f"{who!r} is {'no' if not found else 'more than one'} patient of the demo; write one of {names}, or a number such as +12075550199"
    )


def _names(name: str) -> set[str]:
    whole = name.casefold()
    return {whole, *whole.split()}


def _port(url: str) -> int:
    return urlsplit(url).port or 80
