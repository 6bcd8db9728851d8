"""Settings: what is accepted, and that a refusal names the variable, its value and what to do, but never a secret."""

from __future__ import annotations

import os
from dataclasses import fields
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.settings import SettingError, Settings, socket_path, unknown_settings

LIVE = {
    "MENDLINE_MODE": "live",
    "MENDLINE_PUBLIC_URL": "https://line.example.org",
    "MENDLINE_TWILIO_ACCOUNT_SID": "AC" + "7" * 32,
    "MENDLINE_TWILIO_AUTH_TOKEN": "a real token",
    "MENDLINE_INTERNAL_TOKEN": "another real token",
    "MENDLINE_SMS_NUMBER": "+12075550777",
}


class TestDefaults:
    def test_everything_works_with_nothing_set(self) -> None:
        settings = Settings.from_env({})
        assert settings.base_url == "http://127.0.0.1:8080"
        assert settings.scheduling == "http://127.0.0.1:8090/fhir"
        assert settings.database.startswith("sqlite:///")
        assert settings.redis.startswith("unix:///")
        assert settings.listen_host == "127.0.0.1"
        assert settings.sms_per_second is None

    def test_an_empty_value_is_the_default(self) -> None:
        assert Settings.from_env({"MENDLINE_PORT": " "}) == Settings()


class TestRefusals:
    @pytest.mark.parametrize(
        ("name", "value", "remedy"),
        [
            ("MENDLINE_MODE", "prod", "set it to demo or live"),
            ("MENDLINE_WORKER", "many", "set it to inside or separate"),
            ("MENDLINE_LOG_LEVEL", "loud", "set it to debug, info, warning or error"),
            ("MENDLINE_PORT", "web", "docs/operations.md"),
            ("MENDLINE_PORT", "70000", "between 1 and 65535"),
            ("MENDLINE_TURN_CONCURRENCY", "0", "set it to 1 or more"),
            ("MENDLINE_PUBLIC_URL", "line.example.org", "write a whole http:// or https:// address"),
            ("MENDLINE_NOW", "2025-06-02T09:00:00", "no UTC offset"),
        ],
    )
    def test_it_names_the_variable_the_value_and_the_remedy(self, name: str, value: str, remedy: str) -> None:
        with pytest.raises(SettingError) as refusal:
            Settings.from_env({name: value})
        assert name in str(refusal.value)
        assert value in str(refusal.value)
        assert remedy in str(refusal.value)

    def test_a_database_address_is_not_repeated_because_it_holds_a_password(self) -> None:
        with pytest.raises(SettingError) as refusal:
            Settings.from_env({"MENDLINE_DATABASE_URL": "mysql://line:hunter2@db/line"})
        assert "MENDLINE_DATABASE_URL" in str(refusal.value)
        assert "hunter2" not in str(refusal.value)

    def test_secrets_do_not_show(self) -> None:
        secret = [spec.metadata["env"] for spec in fields(Settings) if spec.metadata["secret"]]
        shown = repr(Settings.from_env({name: "postgresql://hunter2" if "URL" in name else "hunter2" for name in secret}))
        assert "hunter2" not in shown


class TestSecretFiles:
    def test_a_secret_may_stand_in_a_file(self, tmp_path: Path) -> None:
        path = tmp_path / "token"
        path.write_text("from a file\n")
        assert Settings.from_env({"MENDLINE_TWILIO_AUTH_TOKEN_FILE": str(path)}).twilio_auth_token == "from a file"

    def test_a_missing_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(SettingError, match=r"MENDLINE_FHIR_KEY_FILE is '.*nowhere', which cannot be read"):
            Settings.from_env({"MENDLINE_FHIR_KEY_FILE": str(tmp_path / "nowhere")})


class TestLiveMode:
    def test_it_starts_with_everything_of_its_own(self) -> None:
        settings = Settings.from_env(LIVE)
        assert settings.listen_host == "0.0.0.0"  # noqa: S104 - compared, not bound
        assert settings.twilio_api == "https://api.twilio.com"
        assert settings.sms_per_second == 1.0

    @pytest.mark.parametrize("missing", sorted(set(LIVE) - {"MENDLINE_MODE"}))
    def test_it_refuses_each_demo_default_by_name(self, missing: str) -> None:
        with pytest.raises(SettingError, match=missing):
            Settings.from_env({name: value for name, value in LIVE.items() if name != missing})

    def test_it_refuses_a_moved_clock(self) -> None:
        with pytest.raises(SettingError, match="MENDLINE_NOW"):
            Settings.from_env({**LIVE, "MENDLINE_NOW": "2025-06-02T09:00:00-04:00"})

    def test_it_refuses_a_proxy_before_its_schedule(self) -> None:
        with pytest.raises(SettingError, match="MENDLINE_SCHEDULING_PROXY"):
            Settings.from_env({**LIVE, "MENDLINE_SCHEDULING_PROXY": "http://127.0.0.1:9001/fhir"})


def test_the_clock_starts_where_it_is_told() -> None:
    now = Settings.from_env({"MENDLINE_NOW": "2025-06-02T09:00:00-04:00"}).now
    assert now == datetime(2025, 6, 2, 9, tzinfo=timezone(timedelta(hours=-4)))


def test_names_that_are_no_settings_are_found() -> None:
    env = {"MENDLINE_PROT": "1", "MENDLINE_PORT": "1", "MENDLINE_FHIR_KEY_FILE": "x", "HOME": "/"}
    assert unknown_settings(env) == ["MENDLINE_PROT"]


def test_the_socket_of_redis_fits_however_deep_the_home_lies(tmp_path: Path) -> None:
    assert socket_path(tmp_path / "home") == (tmp_path / "home").resolve() / "redis.sock"
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    path = socket_path(deep)
    assert len(os.fsencode(path)) <= 107
    assert path == socket_path(deep)
    assert path != socket_path(deep / "other")
