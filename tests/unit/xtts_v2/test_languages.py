from __future__ import annotations

import logging
import random
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from polyvox.errors import Misconfigured, TextTooLong, UnsupportedLanguage
from polyvox.provider.packages import is_there
from polyvox.providers.xtts_v2 import torchaudio_standin
from polyvox.providers.xtts_v2.languages import LANGUAGES, TAGS
from polyvox.providers.xtts_v2.spelling import hindi, hindi_words, plain_digits
from polyvox.providers.xtts_v2.tokens import MAX_TOKENS, pieces, tokens

pytestmark = pytest.mark.heavy
if TYPE_CHECKING:
    from TTS.tts.layers.xtts.tokenizer import VoiceBpeTokenizer

SENTENCES = {
    "en": "Dr. Jones paid $20.15 on the 3rd, at 50% off.",
    "es": "El Sr. García pagó 20,15€ el 1º de mayo.",
    "fr": "Mme. Moreau a payé 20,15€ le 1er mai.",
    "de": "Am 3. Mai kostet es 20,15€ & 50% mehr.",
    "it": "La Sig. Rossi ha 1.000 libri, il 1° è mio.",
    "pt": "A Dra. Costa pagou 20€ no 2º dia.",
    "pl": "Dr. Nowak ma 50 książek i 12,5 zł.",
    "tr": "Dr. Ayşe 1. sırada, %14 İndirim.",
    "ru": "Д-р Смирнов заплатил $20, это 12.5%.",
    "nl": "Dhr. Jansen betaalt 20€ voor de 1ste.",
    "cs": "Dr. Novák má 50 knih a 14% slevu.",
    "ar": "كان هناك 50 جنديًا في 14%.",
    "zh": "在12.5秒内，有50名士兵。",
    "hu": "Dr. Szabó 12,5 másodperc alatt, az 1. teszt.",
    "ko": "이것은 1 번째 테스트입니다, 50%.",
    "ja": "東京で1つのテストです。",
    "hi": "नमस्ते दुनिया, यह एक परीक्षण है।",
}
ODD = [
    *["", " ", "!", "…", "\n\t", "\x00", "\u200b", "\ufeff", "\ue000", "\ud800", "\u0301", "\\"],
    *["😀", "👨‍👩‍👧", "[STOP]", "[en]", "[SPACE]", "<s>", "İıßﬁ", "x²½", "²", "ㅋㅋ", "\u1100", "뷁", "ไทย"],
    *["漢字", "カタカナ", "한글", "हिन्दी", "العربية", "русский", "ελληνικά", "עברית", "\u202eabc"],
    *["0", "007", "3.", "3. ", "0º", "0st", "0번째", "0-й", "12.5", ".5", "5.", "1,,2", "1..2", "1,000,000.5"],
    *["1.123456789012345678", "$.", "$,5", "€1.2.3", "1.2.3€", "£", "%", "#@&°", "-5", "3/4", "1e10"],
    *["192.168.0.1", "12:30", "2024-05-06", "+49 171 1234567", "٣", "०१२", "５", "一二三", "2023年5月6日"],
    *["9" * 20, "9" * 31, "9" * 70, "9" * 250, "1" * 240 + ".5", "9" * 30 + "th", "9" * 30 + "."],
    *[f"{number}{suffix}" for number in ("1", "12", "1000000000000", "9" * 30) for suffix in
      ("st", "º", "er", "ème", ".", "inci", "adik", "번째", "-й", "ون", "e", "€", "$")],
]  # fmt: skip


@pytest.fixture(scope="module")
def tokenizer(checkpoint: Path) -> VoiceBpeTokenizer:
    torchaudio_standin.install()
    from TTS.tts.layers.xtts.tokenizer import VoiceBpeTokenizer

    return VoiceBpeTokenizer(str(checkpoint / "vocab.json"))


@pytest.fixture(params=TAGS)
def language(request: pytest.FixtureRequest) -> str:
    tag: str = request.param
    if not all(map(is_there, LANGUAGES[tag].modules)):
        pytest.skip(f"the extra {LANGUAGES[tag].extra} is not installed")
    return tag


def words(tokenizer: VoiceBpeTokenizer, text: str, language: str) -> str:
    return str(tokenizer.decode(tokens(tokenizer, text, language)))


def test_the_table_is_that_of_coqui(tokenizer: VoiceBpeTokenizer) -> None:
    from TTS.tts.configs.xtts_config import XttsConfig

    assert [spoken.name for spoken in LANGUAGES.values()] == XttsConfig().languages
    limits = {tag: spoken.characters for tag, spoken in LANGUAGES.items()}
    assert limits == tokenizer.char_limits
    assert len(TAGS) == 17


def test_tokens_are_those_of_coqui(tokenizer: VoiceBpeTokenizer, language: str) -> None:
    text = f"  {SENTENCES[language]} "
    assert tokens(tokenizer, text, language) == tokenizer.encode(text.strip().lower(), language)


def test_every_odd_text_has_tokens(
    tokenizer: VoiceBpeTokenizer, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    begin = tokenizer.tokenizer.token_to_id(f"[{LANGUAGES[language].name}]")
    chance = random.Random(4)
    letters = "0123456789.,-$€£%º°ª:/&@#'\"!? stehrdoa번째차йе年月日[]"
    random_ones = ["".join(chance.choices(letters, k=chance.randint(1, 14))) for _ in range(300)]
    caplog.set_level(logging.DEBUG)

    for text in (*ODD, *(f"abc {odd} def" for odd in ODD), *random_ones):
        for piece in pieces(tokenizer, text, language):
            assert piece[0] == begin, text
            assert len(piece) <= MAX_TOKENS, text

    assert "abc" not in caplog.text, "coqui logs the text that it finds long"


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("cs", "Je mi 12. Ahoj 3.", "[cs]je mi dvanáct . ahoj tři ."),
        ("ko", "0번째", "[ko]yeong beon-jjae"),
        ("pl", "0º", "[pl]zero º"),
        ("es", "1" * 31, "[es]" + " ".join(["uno"] * 31)),
        ("tr", "9" * 25 + " ev", "[tr]" + " ".join(["dokuz"] * 25) + " ev"),
        ("en", "١٢", "[en]twelve"),
    ],
)
def test_numbers_that_coqui_cannot_say_are_said(
    tokenizer: VoiceBpeTokenizer, language: str, text: str, said: str
) -> None:
    assert words(tokenizer, text, language) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0", "शून्य"),
        ("50 सैनिक थे।", "पचास सैनिक थे।"),
        ("१४% बैटरी", "चौदह प्रतिशत बैटरी"),
        ("12.5 सेकंड", "बारह दशमलव पाँच सेकंड"),
        ("$20", "बीस डॉलर"),
        ("1,00,000 ₹", "एक लाख रुपये"),
        ("12:30 बजे", "बारह : तीस बजे"),
    ],
)
def test_hindi_numbers_are_spelled(tokenizer: VoiceBpeTokenizer, text: str, said: str) -> None:
    ids = tokens(tokenizer, text, "hi")
    assert ids == tokenizer.encode(said, "hi")
    assert not any(c.isdecimal() for c in tokenizer.decode(ids))


@pytest.mark.parametrize(
    ("digits", "said"),
    [
        ("0", "शून्य"),
        ("19", "उन्नीस"),
        ("100", "एक सौ"),
        ("101", "एक सौ एक"),
        ("2024", "दो हज़ार चौबीस"),
        ("100000", "एक लाख"),
        ("12345678", "एक करोड़ तेईस लाख पैंतालीस हज़ार छह सौ अठहत्तर"),
        ("999999999", "निन्यानवे करोड़ निन्यानवे लाख निन्यानवे हज़ार नौ सौ निन्यानवे"),
        ("9876543210", "नौ आठ सात छह पाँच चार तीन दो एक शून्य"),
        ("007", "शून्य शून्य सात"),
    ],
)
def test_hindi_words(digits: str, said: str) -> None:
    assert hindi_words(digits) == said


def test_every_hindi_number_below_a_hundred_has_its_word() -> None:
    said = [hindi_words(str(number)) for number in range(100)]
    assert len(set(said)) == 100
    assert not any(" " in word for word in said)


def test_text_without_numbers_is_left_as_it_is() -> None:
    text = "नमस्ते, $ € %"
    assert hindi(text) == plain_digits(text) == text


def test_the_users_brackets_are_no_commands(tokenizer: VoiceBpeTokenizer) -> None:
    """Else a text could change its language, or end itself."""
    ids = tokens(tokenizer, "a [de] b [STOP] c [SPACE]", "en")
    space = tokenizer.tokenizer.token_to_id("[SPACE]")
    special = {t for t in tokenizer.tokenizer.get_added_tokens_decoder() if t != space}
    assert special.isdisjoint(ids[1:])


def test_a_text_that_grows_too_long_is_cut_between_words(tokenizer: VoiceBpeTokenizer) -> None:
    text = "begin " + "777777 " * 12 + "end"
    with pytest.raises(TextTooLong, match="takes 401 at once"):
        tokens(tokenizer, text, "en")

    parts = [tokenizer.decode(piece) for piece in pieces(tokenizer, text, "en")]

    assert len(parts) > 1
    joined = " ".join(part.removeprefix("[en]").strip() for part in parts)
    assert joined.split() == str(tokenizer.preprocess_text(text, "en")).split()


@pytest.mark.parametrize(("language", "extra"), [("ja", "xtts-ja"), ("zh", "xtts-zh")])
def test_a_missing_extra_is_named(
    tokenizer: VoiceBpeTokenizer, monkeypatch: pytest.MonkeyPatch, language: str, extra: str
) -> None:
    nothing: Callable[[str], bool] = lambda _: False  # noqa: E731
    monkeypatch.setattr("polyvox.providers.xtts_v2.tokens.is_there", nothing)

    with pytest.raises(Misconfigured, match=language) as caught:
        tokens(tokenizer, "text", language)

    assert f'pip install "polyvox[{extra}]"' in (caught.value.remedy or "")


def test_an_unknown_language_is_refused(tokenizer: VoiceBpeTokenizer) -> None:
    with pytest.raises(UnsupportedLanguage, match="does not speak sv, only en, es"):
        tokens(tokenizer, "hej", "sv")
