"""Trackers in SQL, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, SlotSet, UserUttered

from bot.settings import Settings
from bot.store.trackers import tracker_url
from channels.rasa_turn.tracker_store import MendlineTrackerStore, TrackerChanged

DOMAIN = Domain.from_yaml('version: "3.1"\nslots: {day: {type: text, mappings: [{type: custom}]}}')


@pytest.fixture
def store(bare_database_url: str) -> Iterator[MendlineTrackerStore]:
    opened = MendlineTrackerStore(DOMAIN, host=bare_database_url)
    yield opened
    opened.close()


async def saved(store: Any, *events: Any, conversation: str = "cv_1") -> Any:
    tracker = await store.get_or_create_tracker(conversation, append_action_listen=False)
    for event in events:
        tracker.update(event)
    await store.save(tracker)
    return tracker


async def texts(store: Any, conversation: str = "cv_1") -> list[str]:
    tracker = await store.retrieve(conversation)
    return [event.text for event in tracker.events if isinstance(event, UserUttered | BotUttered)]


async def test_what_is_saved_comes_back(store: MendlineTrackerStore) -> None:
    assert await store.retrieve("cv_1") is None
    await saved(store, SessionStarted(), UserUttered("hello", message_id="SM1"), SlotSet("day", "friday"))
    await saved(store, BotUttered("Hi.", {"custom": {"record": "audit"}}, {"utter_action": "utter_hi"}))
    tracker = await store.retrieve("cv_1")
    assert tracker is not None
    assert tracker.get_slot("day") == "friday"
    assert [type(event) for event in tracker.events] == [SessionStarted, UserUttered, SlotSet, BotUttered]
    assert tracker.events[1].message_id == "SM1"
    assert list(await store.keys()) == ["cv_1"]


async def test_a_session_begins_at_its_last_start(store: MendlineTrackerStore) -> None:
    await saved(store, SessionStarted(), UserUttered("first"))
    tracker = await saved(store, ActionExecuted("action_session_start"), SessionStarted(), UserUttered("second"))
    tracker.update(UserUttered("third"))
    await store.save(tracker)  # the same tracker once more
    await saved(store, UserUttered("fourth"))
    assert await texts(store) == ["second", "third", "fourth"]
    whole = await store.retrieve_full_tracker("cv_1")
    assert whole is not None
    assert [event.text for event in whole.events if isinstance(event, UserUttered)] == ["first", "second", "third", "fourth"]


async def test_no_event_is_lost_when_the_clock_goes_back(store: MendlineTrackerStore, tmp_path: Any) -> None:
    stock = SQLTrackerStore(DOMAIN, db=str(tmp_path / "stock.db"))
    for each in (stock, store):
        await saved(each, SessionStarted(timestamp=2000.0), UserUttered("hello", timestamp=2000.5))
        await saved(each, BotUttered("Your $80 is off.", metadata={"author": "staff"}, timestamp=1000.0))
    assert await texts(stock) == ["hello"]
    assert await texts(store) == ["hello", "Your $80 is off."]


async def test_the_slower_of_two_turns_is_void(store: MendlineTrackerStore, tmp_path: Any) -> None:
    stock = SQLTrackerStore(DOMAIN, db=str(tmp_path / "stock.db"))
    for each in (stock, store):
        await saved(each, SessionStarted(), UserUttered("hello"))
        slow, fast = await each.retrieve("cv_1"), await each.retrieve("cv_1")
        fast.update(UserUttered("friday"))
        fast.update(BotUttered("Is that right?"))
        await each.save(fast)
        slow.update(UserUttered("monday"))
        slow.update(BotUttered("Which time?"))
        slow.update(BotUttered("Morning?"))
        if each is stock:
            await each.save(slow)  # Rasa skips as many events as are stored and writes the rest
        else:
            with pytest.raises(TrackerChanged):
                await each.save(slow)
    assert await texts(stock) == ["hello", "friday", "Is that right?", "Morning?"]
    assert await texts(store) == ["hello", "friday", "Is that right?"]


async def test_two_first_turns_do_not_mix(store: MendlineTrackerStore) -> None:
    one, other = [await store.get_or_create_tracker("cv_1", append_action_listen=False) for _ in range(2)]
    for tracker, text in ((one, "hello"), (other, "hi")):
        tracker.update(SessionStarted())
        tracker.update(UserUttered(text))
    await store.save(one)
    with pytest.raises(TrackerChanged):
        await store.save(other)
    assert await texts(store) == ["hello"]


async def test_replicas_share_one_store_and_open_it_at_once(store: MendlineTrackerStore, bare_database_url: str) -> None:
    replica = MendlineTrackerStore(DOMAIN, host=bare_database_url)
    await saved(store, SessionStarted(), UserUttered("hello"))
    assert await texts(replica) == ["hello"]
    replica.close()


async def test_an_error_of_the_database_is_raised(store: MendlineTrackerStore) -> None:
    await saved(store, SessionStarted())
    schema = "rasa." if store.engine.dialect.name == "postgresql" else ""
    with store.engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TABLE {schema}events")
    with pytest.raises(sa.exc.DBAPIError):
        await store.retrieve("cv_1")


async def test_trackers_stand_apart_from_the_lines_tables(store: MendlineTrackerStore) -> None:
    if store.engine.dialect.name == "postgresql":
        assert sa.inspect(store.engine).get_table_names(schema="rasa") == ["events"]
        assert sa.inspect(store.engine).get_table_names(schema="public") == []
    else:
        with store.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 15_000


def test_the_address_follows_the_settings(tmp_path: Any) -> None:
    assert tracker_url(Settings(home=tmp_path)) == f"sqlite:///{tmp_path.resolve()}/trackers.db"
    assert (
        tracker_url(Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path}/line.db")) == f"sqlite:///{tmp_path.resolve()}/trackers.db"
    )
    assert tracker_url(Settings(database_url="postgresql://u:p@db/line")) == "postgresql://u:p@db/line"
