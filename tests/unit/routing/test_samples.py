"""Which samples a provider clones from: by language, then by its own reference, then by quality."""

from __future__ import annotations

import pytest

from polyvox.domain.samples import Readiness, Verdict
from polyvox.domain.voice_config import ProviderConfig
from polyvox.routing.samples import TOGETHER, NoSample, SampleFacts, Shelf, choose

UNUSABLE = Verdict(
    engine="xtts_v2", state=Readiness.UNUSABLE, because=("It holds 2 s of speech.", "6 are needed.")
)


def facts(
    id_: str, language: str | None = "en", quality: float = 0.5, **more: object
) -> SampleFacts:
    made = {"consented": True, **more}
    return SampleFacts(id_, language, quality, **made)  # type: ignore[arg-type]  # plain keywords


def chosen(
    *samples: SampleFacts, language: str = "en", url: str | None = None, **config: object
) -> tuple[str, ...]:
    shelf = Shelf({s.id: s for s in samples}, meant={url: url} if url else {})
    document = ProviderConfig.model_validate({**config, "voice_sample_url": url})
    return choose("xtts_v2", document, language, shelf)


def test_without_samples_nothing_is_chosen() -> None:
    assert chosen() == ()


def test_the_best_of_the_personality_s_is_taken() -> None:
    assert chosen(facts("a", quality=0.4), facts("b", quality=0.9), facts("c")) == ("b",)


def test_the_language_comes_before_quality_and_reference() -> None:
    german, english = facts("de", "de-AT", 0.3), facts("en", "en", 0.9)
    assert chosen(german, english, language="de-DE") == ("de",)
    assert chosen(german, english, language="de", voice_samples=["en"]) == ("de",)
    assert chosen(german, english, language="fr") == ("en",)
    unknown = facts("x", None, 0.1)
    assert chosen(german, english, unknown, language="fr") == ("x",), "it may be French"


def test_the_provider_s_own_reference_comes_before_quality() -> None:
    plain, better = facts("a", quality=0.4), facts("b", quality=0.9)
    assert chosen(plain, better, voice_samples=["a"]) == ("a",)
    assert chosen(plain, better, url="a") == ("a",)


def test_several_that_are_named_go_together_in_their_order() -> None:
    samples = [facts(name, quality=0.1 * n) for n, name in enumerate("abcdef")]
    assert chosen(*samples, voice_samples=["d", "b", "d"]) == ("d", "b")
    assert chosen(*samples, voice_samples=list("fedcba")) == tuple("fedcba")[:TOGETHER]
    german = facts("g", "de", 1.0)
    assert chosen(german, *samples, voice_samples=["g", "b"]) == ("b",)


def test_without_consent_nobody_is_cloned() -> None:
    silent = facts("a", consented=False)
    for config in ({}, {"voice_samples": ["a"]}, {"url": "a"}):
        with pytest.raises(NoSample, match="Nobody's consent") as caught:
            chosen(silent, **config)
        assert caught.value.code == "consent"
        assert "--consent-by" in (caught.value.remedy or "")
    assert chosen(silent, facts("b", "fr")) == ("b",)
    with pytest.raises(NoSample, match="consent"):
        chosen(silent, facts("b"), voice_samples=["a"])


def test_what_the_engine_cannot_use_is_passed_over_and_says_why() -> None:
    short = facts("a", quality=0.9, verdicts={"xtts_v2": UNUSABLE})
    with pytest.raises(NoSample, match=r"a\. It holds 2 s of speech\. 6 are needed\.") as caught:
        chosen(short)
    assert caught.value.code == "sample"
    assert chosen(short, facts("b")) == ("b",)
    assert choose("other", ProviderConfig(), "en", Shelf({"a": short})) == ("a",)


def test_a_reference_that_leads_nowhere_is_told() -> None:
    with pytest.raises(NoSample, match="'gone' is not stored"):
        chosen(facts("a"), voice_samples=["gone"])
    config = ProviderConfig(voice_sample_url="https://elsewhere/x.wav")
    with pytest.raises(NoSample, match="far away"):
        choose("x", config, "en", Shelf(astray={"https://elsewhere/x.wav": "It is far away."}))
    with pytest.raises(NoSample, match="not stored here"):
        choose("x", config, "en", Shelf())
