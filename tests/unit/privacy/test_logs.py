"""What reaches the log: our own words, of libraries and exceptions only where they come from."""

from __future__ import annotations

import logging
import sys
import warnings

import pytest
import redis

from tests.support.services import RedisServer
from tests.support.sinks import Sinks, everything_logged, found_in

WORD = "quetzalorb"


@pytest.fixture
def sinks() -> Sinks:
    return Sinks()


def written(sinks: Sinks) -> str:
    return "\n".join(sinks.written.get("the log", ()))


def test_our_own_words_are_written_whole(sinks: Sinks) -> None:
    with everything_logged(sinks):
        logging.getLogger("bot.sender").debug("message %s is tried again", "ob_1")
    assert written(sinks).endswith("Z DEBUG bot.sender: message ob_1 is tried again")


@pytest.mark.parametrize(
    "library", ["twilio.http_client", "rasa.core.processor", "sqlalchemy.engine.Engine", "aiohttp.server", "sometime.later"]
)
def test_a_library_is_told_apart_by_its_place_alone(sinks: Sinks, library: str) -> None:
    with everything_logged(sinks):
        other = logging.getLogger(library)
        other.setLevel(logging.DEBUG)
        other.debug("body: %s", WORD)
        other.info(f"body: {WORD}")
        other.warning("body: %s", WORD)
        other.error(f"body: {WORD}", extra={"body": WORD}, stack_info=True)
    lines = written(sinks).splitlines()
    assert [line.split()[1] for line in lines] == ["WARNING", "ERROR"]
    assert all("privacy/test_logs.py:" in line for line in lines)
    assert WORD not in written(sinks)


def test_an_exception_is_its_type_and_place(sinks: Sinks) -> None:
    with everything_logged(sinks):
        try:
            try:
                int(WORD)
            except ValueError as error:
                raise ExceptionGroup(WORD, [KeyError(WORD), OSError(98, "Address already in use", WORD)]) from error
        except ExceptionGroup:
            logging.getLogger("bot.planted").exception("it failed")
    text = written(sinks)
    assert WORD not in text
    for part in ("it failed", "ExceptionGroup at privacy/test_logs.py:", "KeyError", "ValueError at", "OSError (Address already in use)"):
        assert part in text


def test_warnings_and_the_end_of_a_process_are_written_the_same_way(sinks: Sinks) -> None:
    with everything_logged(sinks), warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"deprecated: {WORD}", stacklevel=1)
        try:
            raise RuntimeError(WORD)
        except RuntimeError:
            sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
    assert WORD not in written(sinks)
    assert "py.warnings" in written(sinks)
    assert "CRITICAL bot.cli.logs: the process ended" in written(sinks)
    assert "RuntimeError at" in written(sinks)


def test_the_handler_is_the_only_one(sinks: Sinks) -> None:
    before = list(logging.getLogger().handlers)
    with everything_logged(sinks):
        assert [type(one).__name__ for one in logging.getLogger().handlers] == ["StreamHandler", "_OwnWords"]
    assert logging.getLogger().handlers == before


@pytest.mark.parametrize(
    ("mark", "text"),
    [
        ("+12075550134", "To=%2B12075550134"),
        ("+12075550134", "from 207-555-0134"),
        ("+12075550134", "(207) 555-0134"),
        ("1991-04-09", "born 4/9/91"),
        ("1991-04-09", "birthdate=ge19910409"),
        ("1991-04-09", "April 9, 1991"),
        ("Torres", "Patient/maya-torres"),
        ("Ana Álvarez", "name=Ana+%C3%81lvarez"),
        ("Ana Álvarez", '{"name": "Ana \\u00c1lvarez"}'),
    ],
)
def test_a_mark_is_found_however_it_is_spelled(mark: str, text: str) -> None:
    assert found_in(text, [mark]) == [mark]


def test_an_id_is_no_mark() -> None:
    assert found_in("cv_tomb7f3 SM912075550134 ob_mei0", ["Tom", "Mei", "+12075550134"]) == []


def test_what_redis_holds_is_found(sinks: Sinks, redis_server: RedisServer) -> None:
    with redis.Redis.from_url(redis_server.url) as client:
        client.set("a", WORD)
        client.hset("b", "field", WORD)
        client.xadd("c", {"id": WORD})
        client.sadd("d", WORD)
        client.zadd("e", {WORD: 1})
        client.rpush("f", WORD)
        client.set(WORD, "1")
    sinks.add_redis(redis_server.url)
    assert len(sinks.leaks([WORD])) == 7
