from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from polyvox.domain.written import Pronunciation
from polyvox.errors import Refused
from polyvox.providers.piper.spelling import Speller
from polyvox.text.phonemes import in_band

from .stage import JOE_CONFIG, write_voice


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(JOE_CONFIG)


def ids(speller: Speller, text: str) -> list[list[int]]:
    return list(speller.sentences(text))


def test_each_sentence_is_spelled_by_itself(speller: Speller) -> None:
    assert len(ids(speller, "One. Two! Three?")) == 3


def test_double_brackets_are_read_as_text(speller: Speller) -> None:
    assert ids(speller, "I said [[hello]] to you.") == ids(speller, "I said hello to you.")
    assert ids(speller, "[[[hello]]]") == ids(speller, "hello")
    assert ids(speller, "[[ hello, never closed") == ids(speller, "hello, never closed")


def test_control_characters_are_spaces(speller: Speller) -> None:
    assert ids(speller, "one\x00two\x07\nthree") == ids(speller, "one two  three")


@pytest.mark.parametrize("text", ["", " ", "...", "—", "\x00"])
def test_a_text_without_sounds_has_no_sentences(speller: Speller, text: str) -> None:
    assert ids(speller, text) == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Hello 世界, how are you?", "Hello, how are you?"),
        ("She said Привет to me.", "She said to me."),
        ("I heard नमस्ते today.", "I heard today."),
    ],
)
def test_foreign_words_are_left_out_not_named(speller: Speller, text: str, left: str) -> None:
    assert ids(speller, text) == ids(speller, left)


def test_a_greek_letter_is_a_sign_with_a_name(speller: Speller) -> None:
    assert ids(speller, "the angle α") == ids(speller, "the angle alpha")


@pytest.mark.parametrize("text", ["你好，世界。", "Привет!", "こんにちは"])
def test_a_text_of_another_script_has_no_sounds(speller: Speller, text: str) -> None:
    assert ids(speller, text) == []


@pytest.mark.parametrize(("voice", "text"), [("ja", "今日は世界"), ("ko", "漢字")])
def test_letters_that_espeak_has_but_names_for_are_refused(
    tmp_path: Path, voice: str, text: str
) -> None:
    model = write_voice(tmp_path, "x", language={"code": voice}, espeak={"voice": voice})
    own = Speller(model.with_name("x.onnx.json"))
    with pytest.raises(Refused, match="Chinese letters"):
        ids(own, text)


def test_japanese_is_read_with_its_package(tmp_path: Path) -> None:
    pytest.importorskip("pyopenjtalk")
    model = write_voice(
        tmp_path,
        "ja_JP-x-medium",
        phoneme_type="japanese",
        language={"code": "ja_JP"},
        phoneme_id_map={k: [n] for n, k in enumerate("_^$ !,.?↑↓#abdeɡhijkmnopstvwzɯɕɸɾɴʔʑʲ")},
    )
    own = Speller(model.with_name("ja_JP-x-medium.onnx.json"))
    assert ids(own, "今日は良い天気です。") == ids(own, "きょうは良い天気です。") != []
    assert len(ids(own, "はい。そうです。")) == 2


def test_nothing_of_the_text_is_logged(speller: Speller, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        ids(speller, "Secret 日本 ₿ ∞ ѫ text")
    assert caplog.records == []


def test_threads_do_not_disturb_one_another(speller: Speller) -> None:
    texts = [f"This is number {n}, and it is not number {n + 1}." for n in range(50)]
    alone = [ids(speller, text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: ids(speller, text), texts)) == alone


def test_a_word_of_known_sounds_is_spelled_by_them(speller: Speller) -> None:
    def said(ipa: str | None) -> list[str]:
        word = Pronunciation("Xiaomi", "shao mee", ipa)
        [text] = in_band(["Buy the ", word, "! Or a (", word, "), please."])
        return [phonemes(speller, each) for each in ids(speller, str(text))]

    assert said("ʃaʊˈmiː") == ["bˈaɪ ðə ʃaʊˈmiː!", "ɔːɹ ɐ ʃaʊˈmiː, plˈiːz."]
    assert said("t͡ʃa.ˈgo") == ["bˈaɪ ðə tʃaˈɡo!", "ɔːɹ ɐ tʃaˈɡo, plˈiːz."]
    letters = ["bˈaɪ ðə ʃˈaʊ mˈiː!", "ɔːɹ ɐ ʃˈaʊ mˈiː, plˈiːz."]
    assert said(None) == letters
    assert said("ʃa˥ʊ˩ˈmiː") == letters  # joe has no tones: all of the word is spelled by letters


def test_what_stands_in_for_such_a_word_may_be_in_the_text_too(speller: Speller) -> None:
    [text] = in_band(["Kabokabo and ", Pronunciation("Xiaomi", "shao mee", "ʃaʊˈmiː")])
    [spelled] = ids(speller, str(text))
    assert phonemes(speller, spelled) == "kˌæbəkˈɑːboʊ ænd ʃˈaʊ mˈiː"


def phonemes(speller: Speller, ids: list[int]) -> str:
    names = {numbers[0]: name for name, numbers in speller.config.phoneme_id_map.items()}
    return "".join(names[each] for each in ids if names[each] not in "_^$")
