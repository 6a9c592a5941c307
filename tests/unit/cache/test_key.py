from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from polyvox.cache.key import compute_segment_key
from polyvox.domain.written import Pronunciation, Style
from polyvox.errors import BadSample
from polyvox.provider import Utterance, VoiceSettings


class Free(VoiceSettings):
    """Any settings at all."""

    values: dict[str, str | int | float | bool | None] = Field(default_factory=dict)


def utterance(
    text: str = "Hello.", language: str = "en", voice: str | None = "joe", **values: Any
) -> Utterance[Free]:
    return Utterance(text, language, voice, Free(values=values))


def key_of(
    spoken: Utterance[Free], provider: str = "piper", revision: str = "r1", normaliser: str = "n1"
) -> str:
    return asyncio.run(
        compute_segment_key(
            provider=provider, revision=revision, utterance=spoken, normaliser=normaliser
        )
    )


words = st.text(alphabet=st.one_of(st.sampled_from('ab",:{}[]\\\0é'), st.characters()), max_size=6)
parts = st.tuples(words, words, words, words, words, st.none() | words)


def key_of_parts(values: tuple[str, str, str, str, str, str | None]) -> str:
    provider, revision, normaliser, text, language, voice = values
    return key_of(utterance(text, language, voice), provider, revision, normaliser)


@given(parts, parts)
def test_keys_are_equal_exactly_when_all_parts_are(
    one: tuple[str, str, str, str, str, str | None],
    other: tuple[str, str, str, str, str, str | None],
) -> None:
    assert (key_of_parts(one) == key_of_parts(other)) is (one == other)


@given(words, st.integers(0, 6), st.integers(0, 6))
def test_moving_a_character_to_the_next_field_changes_the_key(text: str, i: int, j: int) -> None:
    cuts = {(text[:cut], text[cut:]) for cut in (i, j)}
    assert len({key_of(utterance(text=a, language=b)) for a, b in cuts}) == len(cuts)
    assert len({key_of(utterance(), provider=a, revision=b) for a, b in cuts}) == len(cuts)


@given(st.dictionaries(words, st.none() | st.booleans() | st.integers() | words, max_size=5))
def test_the_order_of_settings_is_irrelevant(values: dict[str, Any]) -> None:
    backwards = dict(reversed(values.items()))
    one = Utterance("Hello.", "en", None, Free(values=values))
    other = Utterance("Hello.", "en", None, Free(values=backwards))
    assert key_of(one) == key_of(other)


def test_every_part_matters(tmp_path: Path) -> None:
    sample = tmp_path / "sample.wav"
    sample.write_bytes(b"voice")
    base = utterance(speed=1.0)
    keys = [
        key_of(base),
        key_of(base, provider="xtts_v2"),
        key_of(base, revision="r2"),
        key_of(base, normaliser="n2"),
        key_of(replace(base, text="Hello")),
        key_of(replace(base, language="de")),
        key_of(replace(base, voice=None)),
        key_of(replace(base, voice="None")),
        key_of(replace(base, settings=Free(values={"speed": 1.1}))),
        key_of(replace(base, settings=Free(values={"Speed": 1.0}))),
        key_of(replace(base, samples=(sample,))),
        key_of(replace(base, samples=(sample, sample))),
        key_of(replace(base, before=("Hello.",))),
        key_of(replace(base, before=("Hel", "lo."))),
        key_of(replace(base, instructions="Hello.")),
        key_of(replace(base, instructions="Calm.")),
    ]
    assert len(set(keys)) == len(keys)
    assert all(len(key) == 64 and set(key) <= set("0123456789abcdef") for key in keys)


def test_what_has_no_instructions_keeps_the_key_it_had_before_there_were_any() -> None:
    kept = "5030ba9bfe5766cdf7a6a39ff12260c15881f80e1ea2aee13737023ff2562735"
    assert key_of(utterance()) == kept, "or raise SCHEMA_VERSION"


def test_lone_surrogates_differ_from_the_character_they_spell() -> None:
    texts = ("\ud83d\ude00", "\U0001f600", "\ud83d", "\ud83e", "?")
    assert len({key_of(utterance(text)) for text in texts}) == len(texts)


def test_samples_count_by_content_and_order_not_by_path(tmp_path: Path) -> None:
    one, copy, other = (tmp_path / name for name in ("one", "copy", "other"))
    one.write_bytes(b"one")
    copy.write_bytes(b"one")
    other.write_bytes(b"two")

    def key(*samples: Path) -> str:
        return key_of(replace(utterance(), samples=samples))

    assert key(one) == key(copy)
    assert key(one) != key(other)
    assert key(one, other) == key(copy, other) != key(other, one)


def test_a_sample_changed_in_place_changes_the_key(tmp_path: Path) -> None:
    sample = tmp_path / "sample.wav"
    spoken = replace(utterance(), samples=(sample,))
    sample.write_bytes(b"before")
    os.utime(sample, ns=(1, 1))
    before = key_of(spoken)
    sample.write_bytes(b"behind")
    os.utime(sample, ns=(2, 2))
    assert key_of(spoken) != before


def test_an_unchanged_sample_is_read_once(tmp_path: Path) -> None:
    sample = tmp_path / "sample.wav"
    sample.write_bytes(b"before")
    os.utime(sample, ns=(1, 1))
    spoken = replace(utterance(), samples=(sample,))
    before = key_of(spoken)
    sample.write_bytes(b"behind")  # unseen: same size, same time, same file
    os.utime(sample, ns=(1, 1))
    assert key_of(spoken) == before


async def test_a_missing_sample_is_named_without_its_path(tmp_path: Path) -> None:
    spoken = replace(utterance(), samples=(tmp_path / "secret-name.wav",))
    with pytest.raises(BadSample) as caught:
        await compute_segment_key(
            provider="piper", revision="r1", utterance=spoken, normaliser="n1"
        )
    assert "secret-name" not in str(caught.value)
    assert caught.value.param == "voice_samples"


def test_a_style_counts_and_is_not_taken_for_a_word() -> None:
    plain = utterance()
    keys = {
        key_of(replace(plain, parts=parts))
        for parts in ((), (Style("sad"), "Hello."), (Style("calm"), "Hello."), ("sad", "Hello."))
    }
    assert len(keys) == 4


def test_how_a_word_is_spoken_is_part_of_it_and_no_other_word() -> None:
    def key(spoken: str, ipa: str | None) -> str:
        word = Pronunciation("Xiaomi", spoken, ipa)
        return key_of(replace(utterance("A shao mee."), parts=("A ", word, ".")))

    alike = key_of(utterance("A shao mee."))
    keys = {key("shao mee", "ʃaʊˈmiː"), key("shao mee", "ʃaʊ"), key("shao mee", None), alike}
    assert len({*keys, key("shyao mee", None)}) == 5
    assert key("shao mee", "ʃaʊ") == key("shao mee", "ʃaʊ")
