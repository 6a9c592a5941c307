from __future__ import annotations

import pytest

from polyvox.domain.language import (
    BadLanguageTag,
    best_match,
    distance,
    most_written,
    normalize,
    script_name,
    scripts,
)


@pytest.mark.parametrize(
    ("wanted", "offered"),
    [
        ("en-GB", "en"),
        ("en", "en-US"),
        ("zh", "zh-CN"),
        ("zh-TW", "zh"),
        ("pt-BR", "pt-PT"),
        ("no", "nb-NO"),
        ("fil", "tl"),
        ("iw", "he-IL"),
        ("cmn", "zh"),
        ("es-MX", "es"),
        ("zh-HK", "yue"),
        ("zh-TW", "zh-CN"),
        ("zh-Hans", "zh-TW"),
        ("sr-Latn", "sr-Cyrl"),
        ("sr-Latn", "sr-RS"),
        ("nn", "nb"),
        ("nn", "no-NO"),
    ],
)
def test_is_served_by(wanted: str, offered: str) -> None:
    assert distance(wanted, offered) is not None


@pytest.mark.parametrize(
    ("wanted", "offered"),
    [
        ("da", "nb"),
        ("hr", "sr"),
        ("uk", "ru"),
        ("zh-HK", "zh-CN"),
        ("yue", "zh"),
        ("af", "nl"),
        ("en", "fr"),
        ("gsw", "de"),
        ("uz-Latn", "uz-Cyrl"),
    ],
)
def test_another_language_never_serves_in_silence(wanted: str, offered: str) -> None:
    assert distance(wanted, offered) is None


def test_the_nearest_wins() -> None:
    assert best_match("en-GB", ["en-US", "en-AU", "en-GB", "en"]) == "en-GB"
    assert best_match("en", ["en-GB", "en-US"]) == "en-US"
    assert best_match("pt", ["pt-PT", "pt-BR"]) == "pt-BR"
    assert best_match("de", ["en", "fr"]) is None
    assert best_match("zh-TW", ["zh-CN", "zh-TW"]) == "zh-TW"
    assert best_match("zh-Hant", ["zh-CN", "zh-TW"]) == "zh-TW"
    assert best_match("nn", ["nb", "nn"]) == "nn"


@pytest.mark.parametrize("tag", ["", "english please", "e", "x_" * 40])
def test_what_is_no_tag_is_refused(tag: str) -> None:
    with pytest.raises(BadLanguageTag):
        normalize(tag)


@pytest.mark.parametrize(
    ("tag", "standard"), [("en_us", "en-US"), ("iw", "he"), ("ZH-hans-cn", "zh-Hans-CN")]
)
def test_tags_are_spelled_the_standard_way(tag: str, standard: str) -> None:
    assert normalize(tag) == standard


@pytest.mark.parametrize(
    ("tag", "written"),
    [
        ("en-US", {"Latn"}),
        ("en-us", {"Latn"}),
        ("sr-RS", {"Cyrl", "Latn"}),
        ("sr-Latn", {"Cyrl", "Latn"}),
        ("ja", {"Hani", "Hira", "Kana"}),
        ("ko-KR", {"Hang", "Hani"}),
        ("zh-TW", {"Hani", "Bopo"}),
        ("cmn", {"Hani", "Bopo"}),
        ("uk", {"Cyrl"}),
        ("ur", {"Arab"}),
        ("und", set()),
    ],
)
def test_how_a_language_is_written(tag: str, written: set[str]) -> None:
    assert scripts(tag) == written


@pytest.mark.parametrize(
    ("script", "name", "language"),
    [("Cyrl", "Cyrillic", "ru"), ("Hani", "Chinese", "zh"), ("Kana", "Katakana", "ja")],
)
def test_a_script_has_a_name_and_a_language(script: str, name: str, language: str) -> None:
    assert (script_name(script), most_written(script)) == (name, language)
