"""Puts the caller's sound back in order: drops doubles, waits a moment for what is late, and reports what is lost.

A WebSocket keeps the order of what it carries, but proxies and Twilio's own retries lose, double and delay frames. What is missing is
waited for until three further chunks are there or 60 ms have passed, which costs an interruption no more than three frames; then it
counts as lost. A gap is told by its length, so that silence can be put in its place and the recogniser's time stays right.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from voice.media_stream import Media
from voice.mulaw import milliseconds

# Three usual frames of 20 ms: what a reordered frame is late by, when it comes at all. Ours; barge-in has 200 ms in all.
MOST_HELD = 3
MOST_HELD_MS = 60
# No gap asks for more silence than this: what is longer is a stream that stood still, and its length says nothing.
MOST_GAP_MS = 2000


@dataclass(frozen=True)
class Sound:
    """Sound in its place. `at_ms` counts from the start of the stream."""

    at_ms: int
    sound: bytes = field(repr=False)


@dataclass(frozen=True)
class Gap:
    """`chunks` chunks before `at_ms` are lost; `length_ms` is the sound that is missing, at most `MOST_GAP_MS`."""

    at_ms: int
    chunks: int
    length_ms: int


@dataclass
class Losses:
    """What went wrong on the way so far, in chunks: came twice, came after it was given up, never came."""

    doubled: int = 0
    late: int = 0
    lost: int = 0


class Sequencer:
    """The order of one track. Chunks of other tracks are not taken."""

    def __init__(self, track: str = "inbound") -> None:
        self.losses = Losses()
        self._track = track
        self._next = 1
        self._end_ms = 0
        self._held: dict[int, tuple[Media, int]] = {}
        self._given_up: set[int] = set()

    def take(self, media: Media, now_ms: int) -> list[Sound | Gap]:
        """Return what is in order once this chunk has come at `now_ms`: nothing while something before it is waited for."""
        if media.track != self._track:
            return []
        if media.chunk < self._next or media.chunk in self._held:
            self._count_needless(media.chunk)
            return self.due(now_ms)
        self._held[media.chunk] = (media, now_ms)
        return self._in_order() + self._give_up(now_ms)

    def due(self, now_ms: int) -> list[Sound | Gap]:
        """Return what has been held for long enough at `now_ms`, with the gap before it."""
        return self._give_up(now_ms)

    def finish(self) -> list[Sound | Gap]:
        """Return all that is still held, because the stream has ended."""
        found: list[Sound | Gap] = []
        while self._held:
            found += self._skip()
        return found

    def _count_needless(self, chunk: int) -> None:
        if chunk in self._given_up:
            self._given_up.discard(chunk)
            self.losses.late += 1
            self.losses.lost -= 1
        else:
            self.losses.doubled += 1

    def _in_order(self) -> list[Sound | Gap]:
        found: list[Sound | Gap] = []
        while self._next in self._held:
            media, _ = self._held.pop(self._next)
            self._next += 1
            self._end_ms = media.at_ms + milliseconds(media.sound)
            found.append(Sound(media.at_ms, media.sound))
        return found

    def _give_up(self, now_ms: int) -> list[Sound | Gap]:
        found: list[Sound | Gap] = []
        while self._held and (len(self._held) >= MOST_HELD or now_ms - min(came for _, came in self._held.values()) >= MOST_HELD_MS):
            found += self._skip()
        return found

    def _skip(self) -> list[Sound | Gap]:
        """Give up what is missing before the first chunk held, and return from there on."""
        first = min(self._held)
        media, _ = self._held[first]
        missing = first - self._next
        self.losses.lost += missing
        # Only the newest are remembered: a stream of nothing but gaps must not grow.
        self._given_up = {chunk for chunk in self._given_up if chunk > first - 100} | set(range(max(self._next, first - 100), first))
        length_ms = min(max(0, media.at_ms - self._end_ms), MOST_GAP_MS)
        self._next = first
        return [Gap(media.at_ms, missing, length_ms), *self._in_order()]
