"""When a patient has finished writing, and that texts in a row become one turn."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.store.turns import StoredMessage
from bot.turns.bursts import Quiet, looks_unfinished
from bot.turns.worker import SWEEP_S, Worker
from bot.types import TurnRequest, TurnResult
from tests.support.scripted import HandClock, Line, ScriptedDialogue, says

NOON = datetime(2025, 6, 2, 12, tzinfo=UTC)


def text(body: str, seconds: float = 0.0) -> StoredMessage:
    return StoredMessage(f"SM{seconds}", body, (), NOON + timedelta(seconds=seconds), screen_only=False)


@pytest.mark.parametrize(
    "body", ["hey", "Hi there!", "Good morning", "hola", "so tomorrow", "I can't come because", "Thursday, or", "wait..."]
)
def test_more_may_follow(body: str) -> None:
    assert looks_unfinished(body, asked=False)


@pytest.mark.parametrize(
    "body", ["cancel my visit", "move it to Friday?", "fri?", "CONFIRM 1", "Can I come in at 4", "Hi, can I move my visit?", ""]
)
def test_nothing_more_is_awaited(body: str) -> None:
    assert not looks_unfinished(body, asked=False)


@pytest.mark.parametrize("body", ["yes", "no thanks", "Dana", "Mei"])
def test_two_words_answer_an_open_question(body: str) -> None:
    assert not looks_unfinished(body, asked=True)


class TestHowLongIsWaited:
    quiet = Quiet(short=0.25, unfinished=1.5, longest=4.0)

    def test_shortly_after_a_whole_sentence(self) -> None:
        assert self.quiet.rest([text("move my visit please")], asked=False, now=NOON) == pytest.approx(0.25)

    def test_not_at_all_once_it_was_quiet(self) -> None:
        assert self.quiet.rest([text("move my visit please")], asked=False, now=NOON + timedelta(seconds=0.3)) == 0.0

    def test_longer_after_a_beginning(self) -> None:
        assert self.quiet.rest([text("hey")], asked=False, now=NOON + timedelta(seconds=0.3)) == pytest.approx(1.2)

    def test_from_the_last_text_on(self) -> None:
        waiting = [text("hey"), text("i cant come tomorrow", 1.0)]
        assert self.quiet.rest(waiting, asked=False, now=NOON + timedelta(seconds=1.1)) == pytest.approx(0.15)

    def test_never_longer_than_the_longest(self) -> None:
        waiting = [text("hey", second) for second in (0.0, 1.0, 2.0, 3.0)]
        assert self.quiet.rest(waiting, asked=False, now=NOON + timedelta(seconds=3.5)) == pytest.approx(0.5)
        assert self.quiet.rest(waiting, asked=False, now=NOON + timedelta(seconds=4.0)) == 0.0

    def test_a_clock_that_was_moved_back_holds_nothing_up(self) -> None:
        assert self.quiet.rest([text("hey", 3600.0)], asked=False, now=NOON) <= self.quiet.unfinished


class Typist(HandClock):
    """While the line waits, the patient goes on writing: each text comes when the clock reaches its time (seconds from the start)."""

    worker: Worker

    def __init__(self, line: Line, texts: dict[float, str]) -> None:
        super().__init__()
        self.line, self.texts, self.start = line, dict(texts), self.at

    async def sleep(self, seconds: float) -> None:
        if seconds == SWEEP_S:
            await asyncio.Event().wait()  # one clock for two who wait would run twice as fast
        end = self.at + timedelta(seconds=seconds)
        for after in sorted(self.texts):
            due = self.start + timedelta(seconds=after)
            if due <= end:
                self.at = due
                self.worker.offer(self.line.text(self.texts.pop(after)).conversation_id)
        self.at = end
        await asyncio.sleep(0)


async def _answered(line: Line, texts: dict[float, str]) -> list[str]:
    """Return what the dialogue is given when the patient types these texts, each so many seconds after the first."""
    heard: list[str] = []
    everything = asyncio.Event()

    async def hear(request: TurnRequest) -> TurnResult:
        heard.append(request.text or "")
        clock.at = max(clock.at, clock.start + timedelta(seconds=min(clock.texts, default=0.0)))
        for after in [each for each in clock.texts if clock.start + timedelta(seconds=each) <= clock.at]:
            worker.offer(line.text(clock.texts.pop(after)).conversation_id)
        if not clock.texts and len("\n".join(heard).splitlines()) == total:
            everything.set()
        return says("all right")

    total = len(texts)
    first = texts.pop(0.0)
    clock = line.clock = Typist(line, texts)
    line.dialogue = ScriptedDialogue(*[hear] * total)
    worker = clock.worker = line.worker(quiet=Quiet())
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    await asyncio.sleep(0)
    worker.offer(line.text(first).conversation_id)
    await asyncio.wait_for(everything.wait(), 20)
    stop.set()
    await running
    return heard


async def test_texts_in_a_row_are_answered_once(line: Line) -> None:
    texts = {0.0: "heyy", 0.9: "so tmrw", 1.8: "cant", 2.6: "fri?"}
    assert await _answered(line, texts) == ["heyy\nso tmrw\ncant\nfri?"]
    assert len(line.sent()) == 1


async def test_a_whole_sentence_is_not_held_back_for_one_that_comes_later(line: Line) -> None:
    assert await _answered(line, {0.0: "please move my visit", 0.6: "to friday please"}) == ["please move my visit", "to friday please"]
