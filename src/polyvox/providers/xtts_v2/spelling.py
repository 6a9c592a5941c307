"""Numbers as words, where coqui's own way to them raises or knows no word."""

from __future__ import annotations

import re
import unicodedata

NUMBER = re.compile(r"[0-9]+")
HINDI_DIGITS_TO_NAME = 9
"""Digits from which on a number is read digit by digit, as telephone numbers are."""
_HINDI_NUMBER = re.compile(
    r"(?P<before>[$£€₹]\s?)?(?P<whole>[0-9]+(?:,[0-9]{2,3})*)"
    r"(?:\.(?P<part>[0-9]+))?(?P<after>\s?[$£€₹])?"
)
_HINDI_MONEY = {"$": "डॉलर", "£": "पाउंड", "€": "यूरो", "₹": "रुपये"}
_HINDI_SIZES = ((10_000_000, "करोड़"), (100_000, "लाख"), (1_000, "हज़ार"), (100, "सौ"))
_HINDI_WORDS = (
    "शून्य एक दो तीन चार पाँच छह सात आठ नौ "
    "दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस "
    "बीस इक्कीस बाईस तेईस चौबीस पच्चीस छब्बीस सत्ताईस अट्ठाईस उनतीस "
    "तीस इकतीस बत्तीस तैंतीस चौंतीस पैंतीस छत्तीस सैंतीस अड़तीस उनतालीस "
    "चालीस इकतालीस बयालीस तैंतालीस चवालीस पैंतालीस छियालीस सैंतालीस अड़तालीस उनचास "
    "पचास इक्यावन बावन तिरपन चौवन पचपन छप्पन सत्तावन अट्ठावन उनसठ "
    "साठ इकसठ बासठ तिरसठ चौंसठ पैंसठ छियासठ सड़सठ अड़सठ उनहत्तर "
    "सत्तर इकहत्तर बहत्तर तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उनासी "
    "अस्सी इक्यासी बयासी तिरासी चौरासी पचासी छियासी सत्तासी अट्ठासी नवासी "
    "नब्बे इक्यानवे बानवे तिरानवे चौरानवे पंचानवे छियानवे सत्तानवे अट्ठानवे निन्यानवे"
)
"""Zero to ninety-nine: each has a word of its own."""
_HINDI = tuple(_HINDI_WORDS.split())


def plain_digits(text: str) -> str:
    """Every script's decimal digits as 0 to 9."""
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def hindi(text: str) -> str:
    """``text`` with its numbers in words, by lakh and crore, and money named after its amount."""
    return _HINDI_NUMBER.sub(_hindi_number, text)


def _hindi_number(match: re.Match[str]) -> str:
    whole, part = match["whole"].replace(",", ""), match["part"]
    words = [hindi_words(whole)]
    if part:
        words += ["दशमलव", _hindi_digits(part)]
    words += [_HINDI_MONEY[sign.strip()] for sign in match.group("before", "after") if sign]
    return f" {' '.join(words)} "


def hindi_words(digits: str) -> str:
    """The number of ``digits``, or the digits one by one where they are not read as a number."""
    if len(digits) > HINDI_DIGITS_TO_NAME or (len(digits) > 1 and digits[0] == "0"):
        return _hindi_digits(digits)
    number, words = int(digits), []
    for size, name in _HINDI_SIZES:
        count, number = divmod(number, size)
        words += [_HINDI[count], name] if count else []
    return " ".join([*words, _HINDI[number]] if number or not words else words)


def _hindi_digits(digits: str) -> str:
    return " ".join(_HINDI[int(digit)] for digit in digits)


def spelled(text: str, language: str) -> str:
    """``text`` with every run of digits in words: as a number where num2words can, else by digit."""
    return NUMBER.sub(lambda match: f" {_words(match[0], language)} ", text)


def _words(digits: str, language: str) -> str:
    from num2words import num2words

    try:
        return str(num2words(int(digits), lang=language))
    except Exception:  # noqa: BLE001 - it raises a different one for every language
        return " ".join(str(num2words(int(digit), lang=language)) for digit in digits)
