"""What patients want of the line, read together from their own wishes and those of their number."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from bot.store.database import Database
from bot.store.patient_tables import preference
from bot.store.preferences import Preferences, preferences_of

NOW = datetime(2025, 6, 2, 12, tzinfo=UTC)
MAYA = "Patient/maya-torres"


async def kept(database: Database, *rows: tuple[str, str, Any]) -> None:
    """Store wishes, each a minute after the one before."""

    def write(connection: Any) -> None:
        for minutes, (subject, name, value) in enumerate(rows):
            at = NOW + timedelta(minutes=minutes)
            connection.execute(preference.insert().values(subject=subject, name=name, value=value, source="SM1", changed_at=at))

    await database.writing(write)


async def test_nothing_said_allows_everything(database: Database) -> None:
    wanted = await database.reading(preferences_of, [MAYA, "cv1"])
    assert wanted == Preferences()
    assert wanted.allows("reminder")
    assert wanted.suits(time(5))


async def test_a_number_and_its_patient_count_together(database: Database) -> None:
    await kept(
        database,
        (MAYA, "channel", "sms"),
        (MAYA, "outreach", {"off": ["survey"]}),
        ("cv1", "channel", "call"),
        ("cv1", "outreach", {"off": ["reminder"]}),
        ("cv2", "outreach", {"stopped": "wrong_person"}),
    )
    wanted = await database.reading(preferences_of, [MAYA, "cv1"])
    assert (wanted.channel, wanted.off, wanted.stopped) == ("call", frozenset({"survey", "reminder"}), "")
    assert [topic for topic in ("survey", "reminder", "waitlist") if wanted.allows(topic)] == ["waitlist"]


async def test_what_is_stopped_is_stopped_for_every_topic(database: Database) -> None:
    await kept(database, ("cv1", "outreach", {"stopped": "death_reported", "off": []}))
    wanted = await database.reading(preferences_of, [MAYA, "cv1"])
    assert wanted.stopped == "death_reported"
    assert not wanted.allows("reminder")


async def test_hours_bound_the_day(database: Database) -> None:
    await kept(database, (MAYA, "hours", {"earliest": "09:00", "latest": "18:30"}), (MAYA, "language", "es"))
    wanted = await database.reading(preferences_of, [MAYA])
    assert [wanted.suits(at) for at in (time(8, 59), time(9), time(18, 29), time(18, 30))] == [False, True, True, False]
    assert wanted.language == "es"
