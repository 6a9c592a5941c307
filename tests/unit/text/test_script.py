"""Which scripts a text is in, and what of it a language can read."""

from __future__ import annotations

import pytest

from polyvox.text.script import letters_of, unread, without_foreign


@pytest.mark.parametrize(
    ("text", "language", "script"),
    [
        ("你好，世界。", "en", "Hani"),
        ("Привет, как дела?", "en-US", "Cyrl"),
        ("안녕하세요", "ja", "Hang"),
        ("こんにちは、元気ですか。", "zh-CN", "Hira"),
        ("नमस्ते दुनिया", "de", "Deva"),
        ("สวัสดีครับ", "vi", "Thai"),
        ("שלום עולם", "ar", "Hebr"),
        ("Здраво, како сте?", "hr", "Cyrl"),
        ("Καλημέρα κόσμε", "en", "Grek"),
        ("OK，我们走吧", "en", "Hani"),
    ],
)
def test_a_text_mostly_in_another_script_cannot_be_read(
    text: str, language: str, script: str
) -> None:
    assert unread(letters_of(text), language) == script


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello 世界, how are you?", "en"),
        ("日本語のテキスト", "ja"),
        ("漢字만 있는 문장", "ko"),
        ("Здраво, како сте?", "sr-Latn"),
        ("Zdravo, kako ste?", "sr-RS"),
        ("繁體中文", "zh-CN"),
        ("iPhone 15 Pro Max", "zh-CN"),
        ("Google", "uk"),
        ("π", "en"),
        ("5 µm, 10 Ω", "de"),
        ("Łódź, Þórr, Ærø", "fr"),
        ("25 %", "en"),
        ("", "en"),
        ("Ж", "und"),
        ("Ж", "not a tag at all"),
    ],
)
def test_other_texts_can(text: str, language: str) -> None:
    assert unread(letters_of(text), language) is None


@pytest.mark.parametrize(
    ("text", "language", "left"),
    [
        ("Hello 世界, how are you?", "en", "Hello, how are you?"),
        ("Say Привет to Мария-Анна.", "en", "Say to."),
        ("I like नमस्ते दुनिया, really.", "en-us", "I like, really."),
        ("Она слушает 한국어 сегодня", "ru", "Она слушает сегодня"),
        ("The angle α is 2π, in 5 kΩ.", "en", "The angle α is 2π, in 5 kΩ."),
        ("Он знает Python", "ru", "Он знает Python"),
        ("café", "en", "café"),
        ("Tシャツ", "en", "T"),
        ("Привет!", "sr", "Привет!"),
        ("世界。", "en", "。"),
    ],
)
def test_words_of_another_script_are_left_out(text: str, language: str, left: str) -> None:
    assert without_foreign(text, language) == left
