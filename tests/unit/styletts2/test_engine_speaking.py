"""One request of the engine: what it says, in which style, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from polyvox.domain.written import Pronunciation
from polyvox.errors import BadOutput, BadSample, Misconfigured, Unavailable, UnsupportedLanguage
from polyvox.hosting.cancel import CancelToken
from polyvox.providers.styletts2.engine import StyleTTS2Engine, create
from polyvox.providers.styletts2.network.model import StyleTTS2
from polyvox.text.phonemes import in_band
from tests.support.styletts2_checkpoint import made_once
from tests.unit.styletts2.engine_stage import (
    RATE,
    Audio,
    alike,
    batch_of,
    job,
    record,
    running,
    speaking,
    spoken,
)

pytestmark = pytest.mark.heavy
TEXT = "Good morning, my friend."


@pytest.fixture(scope="module")
def engine(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StyleTTS2Engine]:
    own = tmp_path_factory.mktemp("own") / "model"
    with running(speaking(checkpoint, own, en="en-us", de="de")) as engine:
        yield engine


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> str:
    return record(tmp_path_factory.mktemp("voice") / "low.wav")


class Counter:
    """Calls of one stage of the model, with the rows of each."""

    def __init__(self, patched: pytest.MonkeyPatch, stage: str) -> None:
        self.rows: list[int] = []
        real = getattr(StyleTTS2, stage)

        def counted(model: StyleTTS2, first: Any, *others: Any) -> Any:
            self.rows.append(len(getattr(first, "lengths", first)))
            return real(model, first, *others)

        patched.setattr(StyleTTS2, stage, counted)


def test_a_word_of_known_sounds_is_spoken_by_them(engine: StyleTTS2Engine, sample: str) -> None:
    def said(ipa: str | None) -> Audio:
        [text] = in_band(["A ", Pronunciation("Xiaomi", "shao mee", ipa), "."])
        return spoken(engine, replace(job("A shao mee.", sample), parts=(str(text),)))

    letters = spoken(engine, job("A shao mee.", sample))
    assert alike(said(None), letters)
    assert alike(said("ʃˈaʊ mˈiː"), letters)  # which is how espeak-ng spells them
    assert not alike(said("ʃˈaʊmˈiː"), letters)


def test_a_seed_makes_speech_repeatable(engine: StyleTTS2Engine, sample: str) -> None:
    once, again = (spoken(engine, job(TEXT, sample, seed=7)) for _ in range(2))
    assert len(once) > RATE
    assert np.abs(once).max() > 0.05
    assert alike(once, again)
    assert not alike(once, spoken(engine, job(TEXT, sample, seed=8)))


def test_without_a_seed_no_two_readings_are_alike(engine: StyleTTS2Engine, sample: str) -> None:
    once, again = (spoken(engine, job(TEXT, sample, seed=None)) for _ in range(2))
    assert not alike(once, again)


def test_with_nothing_from_the_text_diffusion_is_left_out(
    engine: StyleTTS2Engine, sample: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    diffusions, embeddings = Counter(monkeypatch, "diffuse"), Counter(monkeypatch, "embed")
    plain = job(TEXT, sample, before=("Earlier, there was more.",), alpha=0.0, beta=0.0)
    assert len(spoken(engine, plain)) > RATE
    assert (diffusions.rows, embeddings.rows) == ([], [1])
    for alpha, beta in ((0.1, 0.0), (0.0, 0.1)):
        spoken(engine, job(TEXT, sample, alpha=alpha, beta=beta))
    assert diffusions.rows == [1, 1]


@pytest.mark.parametrize(
    "other", [{"alpha": 0.9}, {"beta": 0.1}, {"diffusion_steps": 4}, {"embedding_scale": 2.0}]
)
def test_each_setting_is_heard(engine: StyleTTS2Engine, sample: str, other: dict[str, Any]) -> None:
    assert not alike(spoken(engine, job(TEXT, sample)), spoken(engine, job(TEXT, sample, **other)))


def test_speed(engine: StyleTTS2Engine, sample: str) -> None:
    once, twice = (
        spoken(engine, job(TEXT, sample, speed=speed, alpha=0.0, beta=0.0)) for speed in (1.0, 2.0)
    )
    assert len(twice) == pytest.approx(len(once) / 2, rel=0.2)


def test_a_voice_of_two_samples_lies_between_them(
    engine: StyleTTS2Engine, sample: str, tmp_path: Path
) -> None:
    high = record(tmp_path / "high.wav", hz=290)
    low_, high_, both = (
        spoken(engine, job(TEXT, *of)) for of in ((sample,), (high,), (sample, high))
    )
    assert not alike(low_, both)
    assert not alike(high_, both)


def test_a_checkpoint_of_one_speaker_needs_no_sample(sample: str) -> None:
    with running(made_once(multispeaker=False, decoder="istftnet")) as engine:
        once, again = (spoken(engine, job(TEXT)) for _ in range(2))
        assert len(once) > RATE
        assert alike(once, again)
        with pytest.raises(BadSample, match="takes no sample"):
            spoken(engine, job(TEXT, sample))


def test_languages_are_read_by_their_own_espeak_voice(engine: StyleTTS2Engine, sample: str) -> None:
    english, german = (spoken(engine, job("Wind", sample, language=tag)) for tag in ("en", "de"))
    assert not alike(english, german)
    with pytest.raises(UnsupportedLanguage, match="do not speak fr"):
        spoken(engine, job(TEXT, sample, language="fr"))


def test_a_text_of_more_symbols_than_the_model_takes_is_spoken_in_parts(
    engine: StyleTTS2Engine, sample: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded = Counter(monkeypatch, "decode")
    longest: list[int] = []
    real = StyleTTS2.embed

    def measured(model: StyleTTS2, ids: Any, lengths: Any) -> Any:
        longest.append(int(lengths.max()))
        return real(model, ids, lengths)

    monkeypatch.setattr(StyleTTS2, "embed", measured)
    spoken(engine, job("9876543 " * 10, sample, speed=4.0))
    assert len(decoded.rows) > 1
    assert 100 < max(longest) <= 512


@pytest.mark.parametrize("text", ["...", "?! —", "\ud83d"])
def test_a_text_without_sounds_is_no_silence(
    engine: StyleTTS2Engine, sample: str, text: str
) -> None:
    with pytest.raises(BadOutput, match="nothing"):
        spoken(engine, job(text, sample))


def test_what_is_no_sound_is_not_played(
    engine: StyleTTS2Engine, sample: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = StyleTTS2.decode
    with monkeypatch.context() as patched:
        patched.setattr(StyleTTS2, "decode", lambda *a: real(*a) * float("nan"))
        with pytest.raises(BadOutput, match="no sound"):
            spoken(engine, job(TEXT, sample))
    assert len(spoken(engine, job(TEXT, sample))) > RATE
    assert batch_of(engine).thread.under_way == 0


def test_bf16_sounds_nearly_the_same(
    checkpoint: Path, engine: StyleTTS2Engine, sample: str
) -> None:
    exact = spoken(engine, job(TEXT, sample))
    with running(checkpoint, decoder="bf16") as other:
        quick = spoken(other, job(TEXT, sample))
    assert exact.shape == quick.shape
    assert 0 < np.std(quick - exact) < 0.2 * np.std(exact)


@pytest.mark.parametrize(
    ("voice", "options", "said"),
    [
        ("en-us", {"decoder": "fp16"}, "fp16"),
        ("no-such", {}, "no voice 'no-such'"),
        ("en-us", {"folder": Path("/nowhere")}, "nowhere"),
    ],
)
def test_what_cannot_be_is_told_when_it_is_loaded(
    checkpoint: Path, tmp_path: Path, voice: str, options: dict[str, Any], said: str
) -> None:
    folder = speaking(checkpoint, tmp_path / "model", en=voice)
    with pytest.raises(Misconfigured, match=said), running(**{"folder": folder, **options}):
        pass


def test_before_loading_and_after_closing_it_says_so(checkpoint: Path, sample: str) -> None:
    unloaded = create({"folder": str(checkpoint)})
    with pytest.raises(Misconfigured, match="not been loaded"):
        spoken(unloaded, job(TEXT, sample))
    with running(checkpoint) as engine:
        batch = batch_of(engine)
        listening = engine.synthesize(job("One, two, three. " * 9, sample), CancelToken())
        next(listening)
        batch.thread.close()
        assert len(list(listening)) > 0, "what was made is heard"
        with pytest.raises(Unavailable, match="stopped"):
            spoken(engine, job(TEXT, sample))
