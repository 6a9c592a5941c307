"""A reply's segments share one style: whoever has spoken the earlier ones, and whoever comes anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from polyvox.providers.styletts2.engine import StyleTTS2Engine
from polyvox.providers.styletts2.network.model import StyleTTS2
from polyvox.providers.styletts2.styles import CARRIED, Manner, Styles, contexts
from tests.support.styletts2_checkpoint import made_once
from tests.unit.styletts2.engine_stage import Audio, alike, job, record, running, spoken

pytestmark = pytest.mark.heavy
TEXTS = ("It was late.", "Nobody came to the door.", "So she went in, alone.")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> str:
    return record(tmp_path_factory.mktemp("voice") / "low.wav")


@pytest.fixture
def engine(checkpoint: Path) -> Iterator[StyleTTS2Engine]:
    """That has spoken nothing yet."""
    with running(checkpoint, max_batch=3) as engine:
        yield engine


@pytest.fixture
def diffused(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Rows of each diffusion."""
    rows: list[int] = []
    real = StyleTTS2.diffuse

    def counted(model: StyleTTS2, embedded: Any, *others: Any) -> Any:
        rows.append(len(embedded.lengths))
        return real(model, embedded, *others)

    monkeypatch.setattr(StyleTTS2, "diffuse", counted)
    return rows


def one_by_one(engine: StyleTTS2Engine, *samples: str, **settings: Any) -> list[Audio]:
    return [
        spoken(engine, job(text, *samples, before=TEXTS[:place], **settings))
        for place, text in enumerate(TEXTS)
    ]


def test_a_style_made_anew_is_the_one_that_was_carried(
    checkpoint: Path, engine: StyleTTS2Engine, sample: str, diffused: list[int]
) -> None:
    carried = one_by_one(engine, sample)
    assert diffused == [1, 1, 1], "what was spoken is known"
    with running(checkpoint) as fresh:
        diffused.clear()
        assert alike(spoken(fresh, job(TEXTS[2], sample, before=TEXTS[:2])), carried[2])
    assert sum(diffused) == 3
    assert not alike(spoken(engine, job(TEXTS[2], sample)), carried[2])


def test_a_single_speaker_carries_its_style_too(diffused: list[int]) -> None:
    checkpoint = made_once(multispeaker=False, decoder="istftnet")
    with running(checkpoint) as engine, running(checkpoint) as fresh:
        diffused.clear()
        carried = one_by_one(engine, alpha=0.0, beta=0.0)
        assert diffused == [1, 1, 1], "its voice comes from diffusion alone"
        anew = spoken(fresh, job(TEXTS[2], before=TEXTS[:2], alpha=0.0, beta=0.0))
        assert alike(anew, carried[2])


def test_without_carrying_the_texts_before_change_nothing(
    engine: StyleTTS2Engine, sample: str, diffused: list[int]
) -> None:
    alone = spoken(engine, job(TEXTS[2], sample, carry=0.0))
    assert alike(spoken(engine, job(TEXTS[2], sample, before=TEXTS[:2], carry=0.0)), alone)
    assert diffused == [1, 1]


@pytest.mark.parametrize("other", [{"seed": 4}, {"alpha": 0.4}, {"voice": 300.0}])
def test_a_style_is_carried_only_where_all_else_is_equal(
    engine: StyleTTS2Engine,
    sample: str,
    tmp_path: Path,
    diffused: list[int],
    other: dict[str, Any],
) -> None:
    spoken(engine, job(TEXTS[0], sample))
    settings = dict(other)
    hz = settings.pop("voice", None)
    voice = record(tmp_path / "other.wav", hz=hz) if hz else sample
    diffused.clear()
    spoken(engine, job(TEXTS[1], voice, before=TEXTS[:1], **settings))
    assert diffused == [2]


def test_only_the_last_texts_are_made_anew(
    engine: StyleTTS2Engine, sample: str, diffused: list[int]
) -> None:
    before = tuple(f"Number {n}." for n in range(CARRIED + 4))
    anew = spoken(engine, job(TEXTS[0], sample, before=before))
    assert diffused == [3] * 3, "the text's own and eight more, by three"
    other = ("Something else.", *before[1:])
    assert not alike(spoken(engine, job(TEXTS[0], sample, before=other)), anew), (
        "the noise belongs to the whole reply"
    )


def test_the_style_of_a_text_in_parts_goes_from_part_to_part(
    checkpoint: Path, sample: str, engine: StyleTTS2Engine, diffused: list[int]
) -> None:
    long = "9876543 " * 10
    spoken(engine, job(long, sample, speed=4.0))
    parts = sum(diffused)
    assert parts > 1
    carried = spoken(engine, job(TEXTS[0], sample, before=(long,)))
    assert sum(diffused) == parts + 1
    with running(checkpoint) as fresh:
        diffused.clear()
        assert alike(spoken(fresh, job(TEXTS[0], sample, before=(long,))), carried)
    assert sum(diffused) == parts + 1


def test_the_mixture_is_the_published_one() -> None:
    torch.manual_seed(1)
    diffused, previous, reference = torch.randn(3, 256)
    manner = Manner(alpha=0.3, beta=0.7, carry=0.6)
    style = 0.6 * previous + 0.4 * diffused
    expected = torch.cat(
        [0.3 * style[:128] + 0.7 * reference[:128], 0.7 * style[128:] + 0.3 * reference[128:]]
    )
    torch.testing.assert_close(manner.mix(diffused, previous, reference), expected)
    torch.testing.assert_close(manner.mix(diffused, previous, None), style)
    torch.testing.assert_close(manner.mix(diffused, None, None), diffused)


def test_names_of_styles_tell_all_apart_and_hold_no_text() -> None:
    texts = [("en", ("ab", "c")), ("en", ("a", "bc")), ("en", ("abc",)), ("de", ("ab", "c"))]
    ends = [contexts(language, said)[-1] for language, said in texts]
    names = {
        Styles.name(end, voice, Manner(seed=seed))
        for end in ends
        for voice in (["1"], ["2"], ["1", "2"])
        for seed in (1, None)
    }
    assert len(names) == len(texts) * 3 * 2
    assert all(set(name) <= set("0123456789abcdef") for name in names)
