"""Lexicons as W3C's Pronunciation Lexicon Specification 1.0 has them, in XML.

https://www.w3.org/TR/2008/REC-pronunciation-lexicon-20081014/

PLS has one language for a whole document, and no word for ``case``. Where entries have other languages, or
``case``, they carry it in attributes of a namespace of our own, which other programs pass over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from polyvox.domain.lexicon import LexiconEntry, identity, parse_lexicon
from polyvox.errors import InvalidSetting, RequestError

MEDIA_TYPE: Final = "application/pls+xml"
PLS: Final = "http://www.w3.org/2005/01/pronunciation-lexicon"
OWN: Final = "urn:polyvox:lexicon"
XML: Final = "http://www.w3.org/XML/1998/namespace"
NO_LANGUAGE: Final = "und"
"""A document must name a language; this one names none (BCP 47)."""
IPA: Final = "ipa"


class BadDocument(RequestError):
    """What was sent is not a lexicon in PLS."""


def written_as_pls(entries: Sequence[LexiconEntry]) -> str:
    """A document that ``read_pls`` makes the same entries of."""
    tags = Counter(entry.language or NO_LANGUAGE for entry in entries)
    language = tags.most_common(1)[0][0] if tags else NO_LANGUAGE
    own = f" xmlns:polyvox={quoteattr(OWN)}"
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<lexicon version="1.0" xmlns={quoteattr(PLS)}{own} alphabet="{IPA}"'
        f" xml:lang={quoteattr(language)}>\n"
    )
    return head + "".join(_lexeme(entry, language) for entry in entries) + "</lexicon>\n"


def _lexeme(entry: LexiconEntry, language: str) -> str:
    attributes = ' polyvox:case="true"' if entry.case else ""
    if (entry.language or NO_LANGUAGE) != language:
        attributes += f" polyvox:language={quoteattr(entry.language or NO_LANGUAGE)}"
    lines = [f"  <lexeme{attributes}>", f"    <grapheme>{escape(entry.written)}</grapheme>"]
    if entry.ipa:
        lines.append(f"    <phoneme>{escape(entry.ipa)}</phoneme>")
    if entry.spoken:
        lines.append(f"    <alias>{escape(entry.spoken)}</alias>")
    return "\n".join([*lines, "  </lexeme>\n"])


def read_pls(document: bytes) -> tuple[LexiconEntry, ...]:
    """The entries of a document in PLS: one for each grapheme, with the preferred alias and the preferred
    phoneme in IPA, else the first of each. Where a grapheme comes again, the first lexeme counts.

    Raises BadDocument for what is not PLS or declares entities, InvalidSetting for an entry that is wrong.
    """
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.EntityDeclHandler = _refuse_entities
    parser.ExternalEntityRefHandler = _refuse_entities
    try:
        parser.Parse(document, True)
    except expat.ExpatError as error:
        raise BadDocument(f"The document is not well-formed XML (line {error.lineno}).") from None
    except (ValueError, LookupError):  # an encoding that nobody knows
        raise BadDocument("The document is not XML in a known encoding.") from None
    return parse_lexicon(list(reader.entries()))


def _refuse_entities(*_: Any) -> int:
    raise BadDocument(
        "The document declares entities.", remedy="Write what they stand for in their place."
    )


@dataclass(slots=True)
class _Said:
    """An alias or a phoneme. What is not ``usable``, such as another alphabet, is passed over."""

    text: str = ""
    prefer: bool = False
    usable: bool = True


@dataclass(slots=True)
class _Lexeme:
    language: str | None
    case: bool
    graphemes: list[_Said] = field(default_factory=list)
    aliases: list[_Said] = field(default_factory=list)
    phonemes: list[_Said] = field(default_factory=list)

    def documents(self) -> Iterator[dict[str, Any]]:
        told = {
            "spoken": _preferred(self.aliases),
            "ipa": _preferred(self.phonemes),
            "language": self.language,
            "case": self.case,
        }
        for grapheme in self.graphemes:
            yield {"written": " ".join(grapheme.text.split()), **told}

    def lack(self) -> str | None:
        """Why nothing of it can be spoken."""
        if self.aliases or any(phoneme.usable for phoneme in self.phonemes):
            return None
        return f"It has neither an alias nor a phoneme in the alphabet {IPA}."


def _preferred(said: list[_Said]) -> str | None:
    usable = sorted((each for each in said if each.usable), key=lambda each: not each.prefer)
    return " ".join(usable[0].text.split()) if usable else None


class _Reader:
    """Takes the events of the parser."""

    def __init__(self) -> None:
        self._alphabet = IPA
        self._language: str | None = None
        self._lexemes: list[_Lexeme] = []
        self._open: _Said | None = None
        self._depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1:
            self._root(name, attributes)
        elif name == f"{PLS} lexeme":
            own = attributes.get(f"{OWN} language")
            language = self._language if own is None else _language(own)
            case = attributes.get(f"{OWN} case") == "true"
            self._lexemes.append(_Lexeme(language, case))
        elif self._lexemes:
            self._part(name, attributes, self._lexemes[-1])

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        if name != f"{PLS} lexicon":
            raise BadDocument(f"The document is not a lexicon of the namespace {PLS}.")
        self._alphabet = attributes.get("alphabet", IPA)
        self._language = _language(attributes.get(f"{XML} lang", NO_LANGUAGE))

    def _part(self, name: str, attributes: dict[str, str], lexeme: _Lexeme) -> None:
        said = _Said(prefer=attributes.get("prefer") == "true")
        if name == f"{PLS} grapheme":
            lexeme.graphemes.append(said)
        elif name == f"{PLS} alias":
            lexeme.aliases.append(said)
        elif name == f"{PLS} phoneme":
            said.usable = attributes.get("alphabet", self._alphabet) == IPA
            lexeme.phonemes.append(said)
        else:
            said = _Said()  # an example, or of somebody else's namespace
        self._open = said

    def end(self, _: str) -> None:
        self._depth -= 1
        self._open = None

    def characters(self, text: str) -> None:
        if self._open is not None:
            self._open.text += text

    def entries(self) -> Iterator[LexiconEntry]:
        """Raises InvalidSetting, naming the lexeme by its number from 1."""
        known: set[object] = set()
        for number, lexeme in enumerate(self._lexemes, start=1):
            for document in lexeme.documents():
                try:
                    [entry] = parse_lexicon([document])
                except InvalidSetting as error:
                    why = lexeme.lack() or error.message.partition(": ")[2]
                    raise InvalidSetting(
                        f"Lexeme {number}: {why}", param=f"lexeme.{number}"
                    ) from None
                if identity(entry) not in known:
                    known.add(identity(entry))
                    yield entry


def _language(tag: str) -> str | None:
    return None if tag in (NO_LANGUAGE, "mul", "") else tag
