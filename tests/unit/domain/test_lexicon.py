"""What a lexicon may hold; what is wrong is named by the entry's index."""

from __future__ import annotations

from typing import Any

import pytest

from polyvox.domain.lexicon import (
    MAX_ENTRIES,
    MAX_IPA,
    MAX_SPOKEN,
    MAX_WRITTEN,
    documents,
    parse_lexicon,
)
from polyvox.domain.voice_config import VoiceConfig
from polyvox.errors import InvalidSetting

WHOLE = {
    "written": "Xiaomi",
    "spoken": "shao mee",
    "language": "en",
    "ipa": "ʃaʊˈmiː",
    "case": True,
}
GIF = {"written": "GIF", "spoken": "jif"}


def test_an_entry_comes_back_with_what_was_given() -> None:
    given = [WHOLE, GIF, {"written": "H2O", "ipa": "eɪt͡ʃ"}]
    assert documents(parse_lexicon(given)) == given


def test_white_space_at_the_ends_and_blank_fields_are_not_given() -> None:
    given = [{"written": " GIF ", "spoken": " jif", "ipa": " ", "language": None, "case": False}]
    assert documents(parse_lexicon(given)) == [GIF]


@pytest.mark.parametrize(
    "ipa", ["ʃaʊˈmiː", "t͡ʃ", "ˌsɪn.taks", "ma˥˩", "ɑ̃", "pʰ", "bɔ̃.ʒuʁ", "ǃ", "n̩"]
)
def test_signs_of_the_international_phonetic_alphabet_are_taken(ipa: str) -> None:
    assert parse_lexicon([{"written": "x", "ipa": ipa}])[0].ipa == ipa


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"written": " ", "spoken": "x"}, "lexicon.1.written"),
        ({"written": "a\0b", "spoken": "x"}, "lexicon.1.written"),
        ({"written": "\ud800", "spoken": "x"}, "lexicon.1.written"),
        ({"written": "x" * (MAX_WRITTEN + 1), "spoken": "x"}, "lexicon.1.written"),
        ({"spoken": "x"}, "lexicon.1.written"),
        ({"written": "x"}, "lexicon.1"),
        ({"written": "x", "spoken": " "}, "lexicon.1"),
        ({"written": "x", "spoken": "x" * (MAX_SPOKEN + 1)}, "lexicon.1.spoken"),
        ({"written": "x", "ipa": "S{"}, "lexicon.1.ipa"),
        ({"written": "x", "ipa": "/ʃ/"}, "lexicon.1.ipa"),
        ({"written": "x", "ipa": "漢"}, "lexicon.1.ipa"),
        ({"written": "x", "ipa": "ˈ"}, "lexicon.1.ipa"),
        ({"written": "x", "ipa": "ʃ" * (MAX_IPA + 1)}, "lexicon.1.ipa"),
        ({"written": "x", "spoken": "y", "language": "klingon!"}, "lexicon.1.language"),
        ({"written": "x", "spoken": "y", "lang": "en"}, "lexicon.1.lang"),
        ({"written": "x", "spoken": 5}, "lexicon.1.spoken"),
        ("x", "lexicon.1"),
    ],
)
def test_a_wrong_entry_is_named_by_its_index(wrong: Any, where: str) -> None:
    with pytest.raises(InvalidSetting) as raised:
        parse_lexicon([GIF, wrong])
    assert raised.value.param == where
    assert str(raised.value).startswith(f"{where}: ")
    assert "klingon" not in str(raised.value)


@pytest.mark.parametrize("written", ["gif", "ＧＩＦ"])
def test_two_entries_for_the_same_word_are_refused(written: str) -> None:
    with pytest.raises(InvalidSetting, match="Entries 0 and 2 are for the same word"):
        parse_lexicon([GIF, WHOLE, {"written": written, "spoken": "ghif"}])


def test_a_word_may_have_an_entry_for_each_language_and_for_capitals() -> None:
    given = [GIF, {**GIF, "language": "de"}, {**GIF, "case": True}, {**GIF, "language": "de-AT"}]
    assert len(parse_lexicon(given)) == 4


def test_a_lexicon_has_a_limit() -> None:
    entries = [{"written": f"w{n}", "spoken": "x"} for n in range(MAX_ENTRIES + 1)]
    assert len(parse_lexicon(entries[:-1])) == MAX_ENTRIES
    with pytest.raises(InvalidSetting, match="2001 entries; the limit is 2000"):
        parse_lexicon(entries)


def test_a_voice_config_has_its_lexicon_judged_in_the_same_way() -> None:
    config = VoiceConfig.parse({"lexicon": [GIF]})
    assert documents(config.lexicon) == [GIF]
    with pytest.raises(InvalidSetting) as raised:
        VoiceConfig.parse({"lexicon": [GIF, {"written": " ", "spoken": "x"}]})
    assert raised.value.param == "voice_config.lexicon.1.written"
