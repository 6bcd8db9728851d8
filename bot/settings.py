"""Every setting of Mendline, read once from the environment.

Each field names its variable, its default and what it means; `docs/operations.md` lists the same and a test keeps the two together.
A secret may come from a file instead: `MENDLINE_X_FILE` holds the path. Threat model: secrets never appear in `repr`, logs or errors.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PREFIX = "MENDLINE_"
_FLAGS = {"yes": True, "true": True, "1": True, "on": True, "no": False, "false": False, "0": False, "off": False}
SOCKET_BYTES = 107  # unix(7): sun_path holds 108 bytes with its end

DEMO_ACCOUNT_SID = "AC" + "0" * 31 + "1"
DEMO_AUTH_TOKEN = "demo-auth-token-not-a-secret"  # noqa: S105 - live mode refuses it
DEMO_INTERNAL_TOKEN = "demo-internal-token"  # noqa: S105 - live mode refuses it
DEMO_SMS_NUMBER = "+12075550100"
DEMO_WHATSAPP_NUMBER = "+12075550101"
DEMO_VOICE_NUMBER = "+12075550102"


class SettingError(Exception):
    """A setting is missing or cannot be used. The message names the variable, its value (unless secret) and the remedy."""


def _setting(name: str, default: Any, meaning: str, *, secret: bool = False) -> Any:
    return field(default=default, repr=not secret, metadata={"env": PREFIX + name, "meaning": meaning, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """All settings; see each field's `metadata["meaning"]`."""

    mode: str = _setting("MODE", "demo", "`demo` or `live`; live has no simulator and refuses demo defaults")
    home: Path = _setting("HOME", Path(".mendline"), "folder for state, logs and pid files")
    host: str = _setting(
        "HOST", "", "address the edge listens on; empty = every one when live, 127.0.0.1 in demo, whose passwords are known"
    )
    port: int = _setting("PORT", 8080, "the only public port; 0 = any free one, for the private ports too (`run all` says which)")
    public_url: str = _setting(
        "PUBLIC_URL",
        "",
        "what Twilio calls, for example https://line.example.org; signatures are made over it; empty = http://127.0.0.1:PORT",
    )
    database_url: str = _setting("DATABASE_URL", "", "`postgresql://…` or `sqlite:///…`; empty = a SQLite file in HOME", secret=True)
    redis_url: str = _setting("REDIS_URL", "", "`redis://…` or `unix://…`; empty = an embedded redis-server", secret=True)
    clinic: Path = _setting("CLINIC", Path("data/clinic.yml"), "the clinic's name, locations, hours, zone, staff and policies")
    now: datetime | None = _setting("NOW", None, "tests only: the instant at which the clock starts, with offset")
    log_level: str = _setting("LOG_LEVEL", "info", "`debug`, `info`, `warning` or `error`")

    scheduling_url: str = _setting("SCHEDULING_URL", "", "FHIR R4 base of the scheduling system; empty = the embedded server")
    scheduling_profile: str = _setting(
        "SCHEDULING_PROFILE", "auto", "vendor profile: a name in actions/scheduling/profiles, or `auto` from /metadata"
    )
    scheduling_port: int = _setting("SCHEDULING_PORT", 8090, "port of the embedded scheduling server")
    scheduling_proxy: str = _setting(
        "SCHEDULING_PROXY", "", "tests only: a FHIR base that leads to the embedded server; the action server goes that way"
    )
    fhir_client_id: str = _setting("FHIR_CLIENT_ID", "", "SMART Backend Services client id")
    fhir_key: str = _setting("FHIR_KEY", "", "PEM private key that signs the SMART client assertion", secret=True)
    fhir_token_url: str = _setting("FHIR_TOKEN_URL", "", "SMART token endpoint")

    twilio_account_sid: str = _setting("TWILIO_ACCOUNT_SID", DEMO_ACCOUNT_SID, "Twilio account")
    twilio_auth_token: str = _setting(
        "TWILIO_AUTH_TOKEN", DEMO_AUTH_TOKEN, "Twilio auth token: signs webhooks and signs in to the REST API", secret=True
    )
    twilio_api_url: str = _setting(
        "TWILIO_API_URL", "", "base of Twilio's REST API; empty = api.twilio.com when live, the demo's own carrier otherwise"
    )
    twilio_content_url: str = _setting(
        "TWILIO_CONTENT_URL", "", "base of Twilio's Content API; empty = content.twilio.com, or MENDLINE_TWILIO_API_URL where that is set"
    )
    messaging_service_sid: str = _setting("MESSAGING_SERVICE_SID", "", "Twilio messaging service; empty = send from the line's own number")
    sms_number: str = _setting("SMS_NUMBER", DEMO_SMS_NUMBER, "the clinic's SMS number, E.164")
    whatsapp_number: str = _setting("WHATSAPP_NUMBER", DEMO_WHATSAPP_NUMBER, "the clinic's WhatsApp number, E.164")
    whatsapp_accepted: bool = _setting(
        "WHATSAPP_ACCEPTED",
        False,
        "`yes`: the clinic accepts that birth dates and visit times cross WhatsApp, which is not covered by HIPAA",
    )
    voice_number: str = _setting("VOICE_NUMBER", DEMO_VOICE_NUMBER, "the clinic's telephone number, E.164")
    transfer_number: str = _setting("TRANSFER_NUMBER", "", "where calls to a person are transferred, E.164")
    oncall_number: str = _setting("ONCALL_NUMBER", "", "who is paged on a red flag, E.164; empty = the clinic file's on_call, or nobody")
    sms_rate: float = _setting("SMS_RATE", 0.0, "texts a second the line may send; 0 = 1 when live, unlimited in demo")

    worker: str = _setting("WORKER", "inside", "`inside` the edge, or `separate` processes")
    turn_concurrency: int = _setting("TURN_CONCURRENCY", 16, "conversations one worker answers at once")
    rasa_url: str = _setting("RASA_URL", "http://127.0.0.1:5005", "the private Rasa server")
    actions_url: str = _setting("ACTIONS_URL", "http://127.0.0.1:5055", "the private action server")
    internal_token: str = _setting("INTERNAL_TOKEN", DEMO_INTERNAL_TOKEN, "bearer token between our own processes", secret=True)

    media_url: str = _setting("MEDIA_URL", "", "wss:// address of the voice processes; empty = through the edge")
    vosk_model: str = _setting("VOSK_MODEL", "", "folder of the Vosk model; empty = fetched once into HOME")
    admin: str = _setting("ADMIN", "", "`name:password` of the first staff sign-in", secret=True)

    @property
    def listen_host(self) -> str:
        """The address the edge listens on."""
        return self.host or ("0.0.0.0" if self.mode == "live" else "127.0.0.1")  # noqa: S104 - the one public port

    @property
    def base_url(self) -> str:
        """The public base address without a trailing slash."""
        return (self.public_url or f"http://127.0.0.1:{self.port}").rstrip("/")

    @property
    def database(self) -> str:
        """The SQLAlchemy URL of the store."""
        return self.database_url or f"sqlite:///{(self.home / 'mendline.db').resolve()}"

    @property
    def redis(self) -> str:
        """The Redis URL; the embedded server listens on a socket in HOME."""
        return self.redis_url or f"unix://{socket_path(self.home)}"

    @property
    def scheduling(self) -> str:
        """The FHIR base without a trailing slash."""
        return (self.scheduling_url or f"http://127.0.0.1:{self.scheduling_port}/fhir").rstrip("/")

    @property
    def twilio_api(self) -> str:
        """The base of Twilio's REST API without a trailing slash."""
        if self.twilio_api_url:
            return self.twilio_api_url.rstrip("/")
        return "https://api.twilio.com" if self.mode == "live" else f"http://127.0.0.1:{self.port}/simulator/twilio"

    @property
    def twilio_content(self) -> str:
        """The base of Twilio's Content API without a trailing slash."""
        if self.twilio_content_url:
            return self.twilio_content_url.rstrip("/")
        real = self.twilio_api == "https://api.twilio.com"
        return "https://content.twilio.com" if real else self.twilio_api

    @property
    def sms_per_second(self) -> float | None:
        """Texts a second, or None for no limit. One a second is what Twilio grants an unregistered long code."""
        return self.sms_rate or (1.0 if self.mode == "live" else None)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        """Read the settings from `env`. Raises SettingError naming the variable, its value and the remedy."""
        values = {spec.name: _read(spec, env) for spec in fields(cls) if _given(spec, env)}
        settings = cls(**values)
        settings._check()
        return settings

    def _check(self) -> None:
        if self.mode not in ("demo", "live"):
            raise SettingError(f"MENDLINE_MODE is {self.mode!r}; set it to demo or live")
        if self.worker not in ("inside", "separate"):
            raise SettingError(f"MENDLINE_WORKER is {self.worker!r}; set it to inside or separate")
        if self.log_level not in ("debug", "info", "warning", "error"):
            raise SettingError(f"MENDLINE_LOG_LEVEL is {self.log_level!r}; set it to debug, info, warning or error")
        for name in ("port", "scheduling_port"):
            if not 0 <= getattr(self, name) <= 65535:
                raise SettingError(f"{PREFIX}{name.upper()} is {getattr(self, name)}; a port lies between 1 and 65535")
        if self.turn_concurrency < 1:
            raise SettingError(f"MENDLINE_TURN_CONCURRENCY is {self.turn_concurrency}; set it to 1 or more")
        if not self.database.startswith(("sqlite:///", "postgresql://")):
            raise SettingError("MENDLINE_DATABASE_URL starts with neither sqlite:/// nor postgresql://; use one of these plain forms")
        for name in (
            "public_url",
            "scheduling_url",
            "scheduling_proxy",
            "twilio_api_url",
            "twilio_content_url",
            "rasa_url",
            "actions_url",
            "fhir_token_url",
        ):
            url = getattr(self, name)
            if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc):
                raise SettingError(f"{PREFIX}{name.upper()} is {url!r}; write a whole http:// or https:// address")
        if self.mode == "live":
            self._check_live()

    def _check_live(self) -> None:
        demo = [
            spec.metadata["env"]
            for spec in fields(self)
            if spec.name in ("twilio_account_sid", "twilio_auth_token", "internal_token", "sms_number")
            and getattr(self, spec.name) == spec.default
        ]
        if self.whatsapp_accepted and self.whatsapp_number == DEMO_WHATSAPP_NUMBER:
            demo.append("MENDLINE_WHATSAPP_NUMBER")
        if not self.public_url.startswith("https://"):
            demo.append("MENDLINE_PUBLIC_URL (https only)")
        if demo:
            raise SettingError(f"live mode does not start on demo defaults; set {', '.join(demo)}")
        if self.now is not None:
            raise SettingError("MENDLINE_NOW moves the clock and is for tests; unset it in live mode")
        if self.scheduling_proxy:
            raise SettingError("MENDLINE_SCHEDULING_PROXY stands before the embedded server and is for tests; unset it in live mode")


def socket_path(home: Path) -> Path:
    """Return where the embedded Redis listens: in HOME or, where that path is too long for a socket, in a folder of this user's in /tmp."""
    path = home.resolve() / "redis.sock"
    if len(os.fsencode(path)) <= SOCKET_BYTES:
        return path
    return Path(tempfile.gettempdir()) / f"mendline-{os.getuid()}-{hashlib.sha256(os.fsencode(path)).hexdigest()[:16]}" / "redis.sock"


def unknown_settings(env: Mapping[str, str]) -> list[str]:
    """Return the names in `env` that look like settings of Mendline and are none: typing errors, mostly."""
    known = {spec.metadata["env"] for spec in fields(Settings)}
    return sorted(name for name in env if name.startswith(PREFIX) and name not in known and name.removesuffix("_FILE") not in known)


def _given(spec: Any, env: Mapping[str, str]) -> bool:
    name = spec.metadata["env"]
    return bool(env.get(name, "").strip() or (spec.metadata["secret"] and env.get(f"{name}_FILE", "").strip()))


def _read(spec: Any, env: Mapping[str, str]) -> Any:
    name = spec.metadata["env"]
    text = env.get(name, "").strip()
    if not text:
        path = Path(env[f"{name}_FILE"].strip())
        try:
            text = path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingError(
                f"{name}_FILE is {str(path)!r}, which cannot be read ({error.strerror}); check the path and its rights"
            ) from error
    shown = "a secret" if spec.metadata["secret"] else repr(text)
    try:
        if spec.name == "now":
            instant = datetime.fromisoformat(text)
            if instant.tzinfo is None:
                raise ValueError("no UTC offset")
            return instant
        kind = type(spec.default)
        if kind is bool:
            return _FLAGS[text.lower()]
        return Path(text) if isinstance(spec.default, Path) else kind(text)
    except KeyError as error:
        raise SettingError(f"{name} is {shown}; write yes or no") from error
    except ValueError as error:
        raise SettingError(f"{name} is {shown}, which is not usable ({error}); see docs/operations.md") from error
