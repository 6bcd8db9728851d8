"""The doctor finds what is wrong, each thing by itself, and says what to do; and it says that all is well when it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.cli.doctor import examine
from bot.doctor.findings import Finding, report
from bot.settings import Settings
from bot.store.database import Database
from tests.support.services import RedisServer, free_port
from tests.unit.doctor.neighbours import ACCOUNT, TOKEN, Neighbour, neighbour

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
async def around() -> AsyncIterator[Neighbour]:
    async with neighbour() as one:
        yield one


@pytest.fixture
def settings(around: Neighbour, redis_server: RedisServer, database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        home=tmp_path / "home",
        port=around.port,
        clinic=ROOT / "data" / "clinic.yml",
        database_url=database_url,
        redis_url=redis_server.url,
        scheduling_url=f"{around.url}/fhir",
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TOKEN,
        twilio_api_url=around.url,
    )


async def examined(settings: Settings, *, trained: bool = True, **env: str) -> Sequence[Finding]:
    return await examine(settings, env, Path("models/0123.tar.gz"), trained)


async def failures(settings: Settings, *, trained: bool = True, **env: str) -> dict[str, Finding]:
    """What failed, by subject."""
    return {finding.subject: finding for finding in await examined(settings, trained=trained, **env) if finding.is_failure}


async def test_a_sound_line_is_told_so_and_every_subject_was_looked_at(settings: Settings) -> None:
    findings = await examined(settings)
    assert [finding for finding in findings if finding.is_failure] == []
    subjects = {
        "settings",
        "clinic",
        "disk",
        "port",
        "model",
        "database",
        "redis",
        "public address",
        "webhook",
        "twilio",
        "whatsapp",
        "scheduling",
    }
    assert {finding.subject for finding in findings} == subjects
    assert report(findings).endswith("All is well.")


class TestEachFault:
    async def test_a_misspelt_setting(self, settings: Settings) -> None:
        found = await failures(settings, MENDLINE_PROT="8081")
        assert set(found) == {"settings"}
        assert "MENDLINE_PROT" in found["settings"].sentence

    async def test_a_clinic_file_that_is_not_there(self, settings: Settings, tmp_path: Path) -> None:
        found = await failures(replace(settings, clinic=tmp_path / "none.yml"))
        assert set(found) == {"clinic"}
        assert "none.yml" in found["clinic"].sentence

    async def test_a_home_that_is_a_file(self, settings: Settings, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        found = await failures(replace(settings, home=tmp_path / "file"))
        assert "MENDLINE_HOME" in found["disk"].remedy

    async def test_a_missing_model(self, settings: Settings) -> None:
        found = await failures(settings, trained=False)
        assert set(found) == {"model"}
        assert found["model"].remedy == "run: python -m bot train"

    async def test_an_old_schema(self, settings: Settings) -> None:
        opened = Database(settings.database)
        with opened.write() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '0000_before'"))
        opened.close()
        found = await failures(settings)
        assert set(found) == {"database"}
        assert "0000_before" in found["database"].sentence

    async def test_a_database_that_is_away(self, settings: Settings) -> None:
        found = await failures(replace(settings, database_url=f"postgresql://line:hunter2@127.0.0.1:{free_port()}/line"))
        assert "MENDLINE_DATABASE_URL" in found["database"].remedy
        assert "hunter2" not in report(list(found.values()))

    async def test_a_redis_that_is_away(self, settings: Settings, redis_server: RedisServer) -> None:
        redis_server.kill()
        assert set(await failures(settings)) == {"redis"}

    async def test_a_public_address_that_leads_nowhere(self, settings: Settings) -> None:
        found = await failures(replace(settings, public_url=f"http://127.0.0.1:{free_port()}"))
        assert set(found) == {"public address", "webhook"}
        assert "MENDLINE_PUBLIC_URL" in found["public address"].remedy

    async def test_a_line_that_runs_with_another_token(self, settings: Settings, around: Neighbour) -> None:
        around.edge_token = "the token before it was rotated"
        found = await failures(settings)
        assert set(found) == {"webhook"}
        assert "MENDLINE_TWILIO_AUTH_TOKEN" in found["webhook"].remedy

    async def test_something_in_between_that_answers_everything(self, settings: Settings, around: Neighbour) -> None:
        around.checks_signatures = False
        found = await failures(settings)
        assert "unsigned" in found["webhook"].sentence

    async def test_keys_that_the_carrier_refuses(self, settings: Settings, around: Neighbour) -> None:
        around.carrier_token = "rotated"
        found = await failures(settings)
        assert set(found) == {"twilio"}
        assert "401" in found["twilio"].sentence

    async def test_a_scheduling_system_of_another_version(self, settings: Settings, around: Neighbour) -> None:
        around.fhir_version = "3.0.2"
        found = await failures(settings)
        assert "3.0.2" in found["scheduling"].sentence

    async def test_a_profile_that_does_not_exist(self, settings: Settings) -> None:
        found = await failures(replace(settings, scheduling_profile="epic"))
        assert "MENDLINE_SCHEDULING_PROFILE" in found["scheduling"].sentence

    async def test_a_line_that_does_not_run(self, settings: Settings) -> None:
        findings = await examined(replace(settings, port=free_port(), public_url=settings.base_url))
        port = next(finding for finding in findings if finding.subject == "port")
        assert port.warning
        assert "make run" in port.remedy


class TestLiveNumber:
    @pytest.fixture
    def live(self, settings: Settings, around: Neighbour) -> Settings:
        return replace(settings, mode="live", host="127.0.0.1", sms_number="+12075550777")

    async def test_texts_that_go_elsewhere_are_found(self, live: Settings, around: Neighbour) -> None:
        around.sms_url = "https://old.example.org/sms"
        found = await failures(live)
        assert "https://old.example.org/sms" in found["twilio number"].sentence
        assert f"{around.url}/twilio/sms" in found["twilio number"].remedy

    async def test_texts_that_come_here_are_well(self, live: Settings, around: Neighbour) -> None:
        around.sms_url = f"{around.url}/twilio/sms"
        assert await failures(live) == {}

    async def test_a_number_of_another_account(self, live: Settings, around: Neighbour) -> None:
        around.has_number = False
        found = await failures(live)
        assert "+12075550777" in found["twilio number"].sentence
