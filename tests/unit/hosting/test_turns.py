"""Who runs dry first goes first."""

from __future__ import annotations

from collections.abc import Iterator

from polyvox.domain.audio import AudioChunk
from polyvox.hosting.cancel import CancelToken
from polyvox.hosting.turns import Turn, Turns

SECOND = AudioChunk(bytes(2 * 8000), 8000)


def seconds_of_audio(count: int, name: str, told: list[str]) -> Turn:
    def speak(cancelled: CancelToken) -> Iterator[AudioChunk]:
        for _ in range(count):
            told.append(name)
            yield SECOND

    return Turn(name, speak, lambda: None)


def worked(turns: Turns, steps: int) -> None:
    """What a thread does, one step at a time."""
    for _ in range(steps):
        turn = turns._next()
        assert turn is not None
        turns._settle(turn, turn.step())


def test_who_pauses_gives_way_to_who_listens() -> None:
    """However much was made for somebody, a listener who comes then waits for one chunk at most."""
    turns, told = Turns(), list[str]()
    turns.add(seconds_of_audio(8, "paused", told))
    worked(turns, 5)
    turns.add(seconds_of_audio(4, "listening", told))
    worked(turns, 4)
    assert told == ["paused"] * 5 + ["listening"] * 4


def test_a_new_listener_comes_before_those_who_have_audio_ahead() -> None:
    turns, told = Turns(), list[str]()
    turns.add(seconds_of_audio(4, "old", told))
    worked(turns, 2)
    turns.add(seconds_of_audio(4, "new", told))
    worked(turns, 3)
    assert told == ["old", "old", "new", "new", "old"]


def test_ever_new_listeners_do_not_starve_one_who_is_dry() -> None:
    turns, told = Turns(), list[str]()
    turns.add(seconds_of_audio(2, "first", told))
    for number in range(5):
        turns.add(seconds_of_audio(2, f"new {number}", told))
    worked(turns, 6)
    assert told == ["first", *(f"new {number}" for number in range(5))]
