"""A text taken apart by language."""

from __future__ import annotations

import pytest

from polyvox.text.clean import speakable
from polyvox.text.passages import passages

ENGLISH = "This is an English sentence, and a good one."
GERMAN = "Guten Morgen, wie geht es Ihnen heute?"
FRENCH = "Bonjour tout le monde, comment allez-vous ?"


def parts(text: str, *choices: str) -> list[tuple[str, str]]:
    return [(part.language, part.written.text) for part in passages(text, choices[0], choices)]


@pytest.mark.parametrize(
    ("text", "choices", "expected"),
    [
        (f"{ENGLISH} {GERMAN} Gut! {ENGLISH}", "en de", [ENGLISH, f"{GERMAN} Gut!", ENGLISH]),
        (f"{FRENCH} {GERMAN}", "en de fr", [FRENCH, GERMAN]),
        (f"# Titel\n\n{GERMAN}\n\n{ENGLISH}", "de en", [f"Titel.\n{GERMAN}", ENGLISH]),
        (f"- {ENGLISH}\n- {ENGLISH}", "en de", [f"{ENGLISH}\n{ENGLISH}"]),
        ("こんにちは。Hello. 元気ですか。", "en ja", ["こんにちは。", "Hello.", "元気ですか。"]),
        ("世界和平。これは日本語です。", "zh ja", ["世界和平。", "これは日本語です。"]),
        ("彼は「OK」と言った。", "en ja", ["彼は「OK」と言った。"]),
        (f"{GERMAN.upper()}", "en de", [GERMAN.upper()]),
        ("", "en de", []),
    ],
)
def test_sentences_of_one_language_stay_together(
    text: str, choices: str, expected: list[str]
) -> None:
    assert [said for _, said in parts(text, *choices.split())] == expected


@pytest.mark.parametrize(
    ("text", "choices", "language"),
    [
        (GERMAN, "en de", "de"),
        (FRENCH, "en-GB en-US fr fr-CA", "fr"),
        (ENGLISH, "de en-GB en-US", "en-GB"),
        ("Доброго ранку, як ваші справи сьогодні?", "ru uk en", "uk"),
        ("Доброе утро, как у вас дела сегодня?", "uk ru en", "ru"),
        ("Да.", "en ru", "ru"),
        ("Zdravo, kako ste danas, prijatelji moji?", "sr en", "sr"),
        ("Danke.", "en de", "en"),
        ("12 %", "de en", "de"),
        ("你好", "en", "en"),
        ("नमस्ते, आप कैसे हैं?", "en ja", "en"),
    ],
)
def test_the_script_decides_first_and_then_the_words(
    text: str, choices: str, language: str
) -> None:
    assert [tag for tag, _ in parts(text, *choices.split())] == [language]


def test_no_word_is_lost() -> None:
    text = f"{ENGLISH} {GERMAN}\n\n* {FRENCH}\n* **Ja.** {GERMAN}\n\n{ENGLISH} Ok"
    said = " ".join(said for _, said in parts(text, "en", "de", "fr"))
    assert said.split() == speakable(text, "en").split()
