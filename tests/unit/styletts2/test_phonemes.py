"""What the model is given to read: espeak-ng's phonemes, and marks only where there is a pause."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from polyvox.domain.written import Pronunciation
from polyvox.errors import Misconfigured
from polyvox.providers.styletts2.phonemes import Phonemizer
from polyvox.providers.styletts2.symbols import COUNT, IDS, PADDING
from polyvox.text.phonemes import in_band

SYMBOLS = {number: symbol for symbol, number in IDS.items()}
ENGLISH = Phonemizer("en-us")


def spelled(text: str, phonemizer: Phonemizer = ENGLISH) -> str:
    first, *ids = phonemizer.ids(text)
    assert first == PADDING
    return "".join(SYMBOLS[number] for number in ids)


def test_the_table_is_the_published_one() -> None:
    assert COUNT == 178
    assert max(IDS.values()) == COUNT - 1
    known = {"$": 0, ";": 1, " ": 16, "A": 17, "z": 68, "ɑ": 69, "ˈ": 156, "ː": 158, "'": 176}
    assert {symbol: IDS[symbol] for symbol in known} == known


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello, world!", "həlˈoʊ , wˈɜːld !"),
        ("Yes; no: maybe? Go.", "jˈɛs ; nˈoʊ : mˈeɪbiː ? ɡˈoʊ ."),
        ("Really?!", "ɹˈiəli ? !"),
        ("Well... yes… no", "wˈɛl ... jˈɛs … nˈoʊ"),
        ("Yes - no -- go—on – up", "jˈɛs — nˈoʊ — ɡˈoʊ — ˈɔn — ˈʌp"),
        ('"Stop!" he said.', '" stˈɑːp ! " hiː sˈɛd .'),
        ("“Stop,” he said.", "“ stˈɑːp , ” hiː sˈɛd ."),
        ("„Stop‟ and «go»", "“ stˈɑːp “ ænd « ɡˈoʊ »"),
        ("Don’t 'go' (now).", "dˈoʊnt ɡˌoʊ nˈaʊ ."),
        ("Hello\nworld", "həlˈoʊ wˈɜːld"),
        ("Hello 世界, world", "həlˈoʊ , wˈɜːld"),
        ("Hello Привет world", "həlˈoʊ wˈɜːld"),
        ("Hello\x00 \ud800world", "həlˈoʊ wˈɜːld"),
    ],
)
def test_marks_stand_between_spaces(text: str, said: str) -> None:
    assert spelled(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Dr. Smith met Mrs. Jones.", "dˈɑːktɚ smˈɪθ mˈɛt mˈɪsɪz dʒˈoʊnz ."),
        ("J. R. R. Tolkien", "dʒˈeɪ ˈɑːɹ ˈɑːɹ tolkˈiːn"),
        ("the U.S. army", "ðə jˌuːˈɛs ˈɑːɹmi"),
        ("fruit, e.g. in St. Louis", "fɹˈuːt , fˌɔːɹɛɡzˈæmpəl ɪn sənt lˈuːi"),
        ("woke at 6 a.m. and left", "wˈoʊk æt sˈɪks ˌeɪˈɛm ænd lˈɛft"),
        ("at 10:30", "æt tˈɛn θˈɜːɾi"),
        ("1,000,000 of them", "wˈʌn mˈɪliən ʌv ðˌɛm"),
        ("It is 3.5, or 4.", "ɪɾ ɪz θɹˈiː pɔɪnt fˈaɪv , ɔːɹ fˈɔːɹ ."),
        ("1, 2: go", "wˈʌn , tˈuː : ɡˈoʊ"),
        ("10% off", "tˈɛn pɚsˈɛnt ˈɔf"),
    ],
)
def test_inside_of_numbers_and_abbreviations_there_is_none(text: str, said: str) -> None:
    assert spelled(text) == said


def test_a_glide_between_vowels_is_not_in_what_checkpoints_learned() -> None:
    assert "ʲ" not in spelled("three of the eight are my own")


@pytest.mark.parametrize("text", ["", " \n ", "...", "?!", "()", '" "'])
def test_without_a_sound_there_is_nothing(text: str) -> None:
    assert ENGLISH.ids(text) == []
    assert ENGLISH.pieces(text, 512) == []


def test_checkpoints_that_never_saw_quotation_marks_get_none() -> None:
    plain = Phonemizer("en-us", quotes=False)
    assert spelled('"Stop!" he «said».', plain).split() == spelled("Stop! he said.").split()


def test_voices_of_one_process_do_not_get_into_each_other_s_way() -> None:
    german = Phonemizer("de")
    texts = ["Ich weiß, z.B. 3,5 Züge.", "The wind is kind."] * 20
    with ThreadPoolExecutor(8) as pool:
        both = list(pool.map(lambda t: (spelled(t, german), spelled(t)), texts))
    assert len(set(both)) == 2
    assert both[0][0].startswith("ɪç vˈaɪs , ts")
    assert both[1][1] == "ðə wˈɪnd ɪz kˈaɪnd ."


def test_other_scripts_bring_their_own_marks() -> None:
    chinese = Phonemizer("cmn")
    assert [c for c in spelled("你好，世界。你好吗？", chinese) if c in ",.?"] == [",", ".", "?"]


def test_an_unknown_voice_is_named() -> None:
    with pytest.raises(Misconfigured, match="no voice 'no-such'"):
        Phonemizer("no-such")


@pytest.mark.parametrize("longest", [512, 100, 20])
def test_what_is_too_long_is_cut_at_words_and_loses_nothing(longest: int) -> None:
    text = "The quick brown fox, it is said, jumps over the lazy dog again and again. " * 6
    pieces = ENGLISH.pieces(text, longest)
    assert all(1 < len(piece) <= longest for piece in pieces)
    words = [word for piece in pieces for word in _words(piece)]
    assert words == _words(ENGLISH.ids(text))


def _words(ids: list[int]) -> list[str]:
    """Without stress, which is espeak-ng's by clause."""
    letters = [SYMBOLS[number] for number in ids[1:] if SYMBOLS[number] not in "ˈˌ,."]
    split = itertools.groupby(letters, lambda letter: letter != " ")
    return ["".join(word) for within, word in split if within]


def test_an_endless_word_is_cut_too() -> None:
    pieces = ENGLISH.pieces("la" * 600, 100)
    assert len(pieces) > 5
    assert max(map(len, pieces)) <= 100


@pytest.mark.parametrize(
    ("ipa", "said"),
    [
        ("ʃaʊˈmiː", "ʃaʊˈmiː"),
        ("t͡ʃa.ˈgo", "tʃaˈɡo"),
        ("ʃa᷄ʊˈmiː", "ʃˈaʊ mˈiː"),  # a tone that the model does not know: all is spelled by letters
        (None, "ʃˈaʊ mˈiː"),
    ],
)
def test_a_word_of_known_sounds_is_spelled_by_them(ipa: str | None, said: str) -> None:
    word = Pronunciation("Xiaomi", "shao mee", ipa)
    [text] = in_band(["Buy the ", word, "! Or a ", word, ", please."])
    assert spelled(str(text)) == f"bˈaɪ ðə {said} ! ɔːɹ ɐ {said} , plˈiːz ."


def test_such_a_word_is_not_cut() -> None:
    word = Pronunciation("Xiaomi", "shao mee", "ʃaʊˈmiː")
    [text] = in_band([part for _ in range(20) for part in (word, " and ")])
    pieces = ENGLISH.pieces(str(text), 40)
    names = ["".join(SYMBOLS[number] for number in ids) for ids in pieces]
    assert sum(name.count("ʃaʊˈmiː") for name in names) == 20
    assert max(map(len, pieces)) <= 40
