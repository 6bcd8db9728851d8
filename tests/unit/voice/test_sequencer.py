"""Sound that comes doubled, late, out of order or not at all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voice.media_stream import Media
from voice.sequencer import MOST_GAP_MS, MOST_HELD_MS, Gap, Sequencer, Sound

FRAME_MS = 20


def chunk(number: int, *, track: str = "inbound") -> Media:
    """The chunk of that number: 20 ms whose bytes tell which it is."""
    return Media(number + 1, "MZ1", track, number, (number - 1) * FRAME_MS, bytes([number % 256]) * 160)


def play(*numbers: int) -> tuple[Sequencer, list[Sound | Gap]]:
    """Give chunks in this order, 20 ms apart, then end the stream."""
    sequencer = Sequencer()
    found: list[Sound | Gap] = []
    for step, number in enumerate(numbers):
        found += sequencer.take(chunk(number), step * FRAME_MS)
    return sequencer, found + sequencer.finish()


def order(found: list[Sound | Gap]) -> list[int]:
    """The numbers of the sounds, from their bytes."""
    return [piece.sound[0] for piece in found if isinstance(piece, Sound)]


def test_sound_in_order_passes_at_once() -> None:
    sequencer = Sequencer()
    assert [order(sequencer.take(chunk(number), 0)) for number in (1, 2, 3)] == [[1], [2], [3]]


def test_a_double_is_dropped() -> None:
    sequencer, found = play(1, 2, 2, 1, 3)
    assert order(found) == [1, 2, 3]
    assert sequencer.losses.doubled == 2


def test_a_double_of_what_is_held_is_dropped() -> None:
    sequencer, found = play(1, 3, 3, 2)
    assert order(found) == [1, 2, 3]
    assert sequencer.losses.doubled == 1


def test_swapped_chunks_are_put_in_order() -> None:
    sequencer, found = play(1, 3, 2, 4)
    assert order(found) == [1, 2, 3, 4]
    assert not [piece for piece in found if isinstance(piece, Gap)]
    assert sequencer.losses.lost == 0


def test_a_lost_chunk_is_a_gap_of_its_length() -> None:
    sequencer, found = play(1, 3, 4, 5)
    assert order(found) == [1, 3, 4, 5]
    assert [piece for piece in found if isinstance(piece, Gap)] == [Gap(at_ms=40, chunks=1, length_ms=20)]
    assert sequencer.losses.lost == 1


def test_a_lost_chunk_is_given_up_after_three_further_ones() -> None:
    sequencer = Sequencer()
    sequencer.take(chunk(1), 0)
    assert sequencer.take(chunk(3), 1) == []
    assert sequencer.take(chunk(4), 2) == []
    assert order(sequencer.take(chunk(5), 3)) == [3, 4, 5]


def test_a_lost_chunk_is_given_up_when_nothing_further_comes() -> None:
    sequencer = Sequencer()
    sequencer.take(chunk(1), 0)
    assert sequencer.take(chunk(3), 100) == []
    assert sequencer.due(100 + MOST_HELD_MS - 1) == []
    assert order(sequencer.due(100 + MOST_HELD_MS)) == [3]


def test_what_comes_after_it_was_given_up_stays_out() -> None:
    sequencer, found = play(1, 3, 4, 5, 2, 6)
    assert order(found) == [1, 3, 4, 5, 6]
    assert (sequencer.losses.late, sequencer.losses.lost) == (1, 0)


def test_a_lost_beginning_is_a_gap_too() -> None:
    _, found = play(3, 4, 5)
    assert found[0] == Gap(at_ms=40, chunks=2, length_ms=40)


def test_a_leap_asks_for_no_more_silence_than_two_seconds() -> None:
    sequencer, found = play(1, 1_000_000_000)
    gap = found[1]
    assert isinstance(gap, Gap)
    assert gap.length_ms == MOST_GAP_MS
    assert sequencer.losses.lost == 999_999_998


def test_sound_of_our_own_track_is_not_taken() -> None:
    sequencer = Sequencer()
    assert sequencer.take(chunk(1, track="outbound"), 0) == []
    assert order(sequencer.take(chunk(1), 0)) == [1]


def test_the_end_lets_go_of_what_is_held() -> None:
    sequencer = Sequencer()
    sequencer.take(chunk(2), 0)
    assert order(sequencer.finish()) == [2]
    assert sequencer.finish() == []


@given(st.lists(st.integers(1, 12), max_size=40))
def test_whatever_the_order_every_sound_comes_once_in_order(numbers: list[int]) -> None:
    sequencer, found = play(*numbers)
    heard = order(found)
    assert heard == sorted(set(heard))
    assert len(heard) + sequencer.losses.doubled + sequencer.losses.late == len(numbers)
    assert sequencer.losses.lost == max(numbers, default=0) - len(set(numbers))


@given(st.tuples(*(st.permutations([block + 1, block + 2, block + 3]) for block in (0, 3, 6))))
def test_sound_that_strays_by_two_places_is_never_lost(blocks: tuple[list[int], ...]) -> None:
    _, found = play(*(number for block in blocks for number in block))
    assert found == [Sound((number - 1) * FRAME_MS, chunk(number).sound) for number in range(1, 10)]


@given(st.lists(st.integers(1, 30), unique=True, min_size=1))
def test_silence_in_the_gaps_makes_up_the_whole_time(numbers: list[int]) -> None:
    _, found = play(*sorted(numbers))
    length = sum(piece.length_ms if isinstance(piece, Gap) else FRAME_MS for piece in found)
    assert length == max(numbers) * FRAME_MS
