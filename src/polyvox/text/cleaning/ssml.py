"""SSML that somebody pasted into a text, and the pause tags of other servers: obeyed, never read."""

from __future__ import annotations

import re
from typing import Final

from polyvox.domain.written import MAX_PAUSE_MS, Pause
from polyvox.text.cleaning import styles
from polyvox.text.cleaning.in_band import InBand

_ATTRIBUTES: Final = (
    r"(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"<>]{0,500}\"|'[^'<>]{0,500}'|[^\s\"'<>/]+))*\s*"
)
_ATTRIBUTE: Final = re.compile(r"([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>/]+))")
_NAMES: Final = (
    r"speak|voice|prosody|emphasis|break|say-as|sub|phoneme|lang|p|s|w|token|mark|audio|desc|metadata|meta"
    r"|lexicon|lookup|pause|silence|(?:mstts|amazon|google|ibm|apple|emo|speechify):[\w-]+|express-as|emotion|effect"
    r"|bookmark"
)
_TAG: Final = re.compile(rf"<(/?)({_NAMES})({_ATTRIBUTES})(/?)>", re.I)
_FAMILIAR: Final = frozenset(["p", "s", "sub", "mark", "audio"])
"""Names of HTML, too: as there, but inside of ``speak`` or with SSML's attributes."""
_ALONE: Final = frozenset(
    ["break", "pause", "silence", "mstts:silence", "bookmark", "lexicon", "meta"]
)
_STYLES: Final = frozenset(
    [
        *("mstts:express-as", "express-as", "google:style", "emotion"),
        *(
            "amazon:emotion",
            "amazon:effect",
            "amazon:domain",
            "speechify:style",
            "speechify:emotion",
        ),
    ]
)
"""Elements that ask for a way to speak."""
_BLOCKS: Final = frozenset(["speak", "voice", "p", "s"])
_PROLOGUE: Final = re.compile(r"<\?xml[^<>]*\?>|<!DOCTYPE[^<>]*>", re.I)

_STRENGTHS: Final = {
    "none": 0,
    "x-weak": 100,
    "weak": 200,
    "medium": 400,
    "strong": 750,
    "x-strong": 1_000,
}
_DEFAULT_MS: Final = 400
"""A break without a length: as long as a comma's, or a little more."""
_LENGTH: Final = re.compile(r"\s*\+?(\d{1,9}(?:\.\d*)?|\.\d+)\s*(ms|s|)", re.I)
_PAUSE: Final = re.compile(
    r"\[(?P<kind>short|long)?\s?(?:pauses?|break|silence|wait|beat)"
    r"(?:(?:\s*[:=]\s*|\s+)(?P<time>\d{1,9}(?:\.\d+)?|\.\d+)\s*(?P<unit>ms|msec|milliseconds?|s|secs?|seconds?)?)?"
    r"\s*\](?![(:])"
    r"|\[\[slnc\s+(?P<slnc>\d{1,9})\]\]"
    r"|<#(?P<hash>\d{1,5}(?:\.\d+)?)#>",
    re.I,
)
_KINDS: Final = {"short": 250, "long": 1_000}
_SPELLED: Final = frozenset(
    ["characters", "character", "spell-out", "spell", "spellout", "verbatim", "letters"]
)
_BY_DIGIT: Final = frozenset(["digits", "digit", "telephone"])
_BLEEPED: Final = frozenset(["expletive", "bleep"])
_INNER_TAG: Final = re.compile(r"<[^<>]*>")


def obeyed(text: str, kept: InBand) -> str:
    """``text`` with marks for its pauses, and without the tags that ask for them."""
    text = _PAUSE.sub(lambda m: f" {kept.mark(_bracketed(m))} ", text)
    return _Document(_PROLOGUE.sub("", text), kept).read() if _TAG.search(text) else text


class _Document:
    def __init__(self, text: str, kept: InBand) -> None:
        self._text = text
        self._kept = kept
        self._tags = list(_TAG.finditer(text))
        opened = {m[2].lower() for m in self._tags if not m[1]}
        self._paired = opened & {m[2].lower() for m in self._tags if m[1]}
        self._spoken = "speak" in opened
        self._styles: list[str] = []

    def read(self) -> str:
        pieces: list[str] = []
        done = at = 0
        while at < len(self._tags):
            tag = self._tags[at]
            if self._is_ssml(tag):
                pieces.append(self._text[done : tag.start()])
                at, done, said = self._replaced(at)
                pieces.append(said)
            at += 1
        return "".join([*pieces, self._text[done:]])

    def _is_ssml(self, tag: re.Match[str]) -> bool:
        name = tag[2].lower()
        if name in _FAMILIAR:
            return self._spoken or "alias" in tag[3] or bool(name == "mark" and tag[4])
        if name in _ALONE:
            return bool(tag[3].strip() or tag[4] or name == "break" or name in self._paired)
        return name in self._paired or bool(tag[3].strip() or tag[4])

    def _replaced(self, at: int) -> tuple[int, int, str]:
        """What is said of the element or tag at ``at``: its last tag, its end, its text."""
        tag = self._tags[at]
        name, attributes = tag[2].lower(), _attributes(tag[3])
        if name in _STYLES:
            return at, tag.end(), self._style(tag, attributes)
        if tag[1]:
            return at, tag.end(), "\n\n" if name in _BLOCKS else ""
        if name in ("break", "pause", "silence", "mstts:silence"):
            return at, tag.end(), f" {self._kept.mark(_pause(attributes))} "
        if not tag[4] and name in ("sub", "say-as", "desc", "metadata"):
            last = self._end(at, name)
            if last is not None:
                content = self._text[tag.end() : self._tags[last].start()]
                return last, self._tags[last].end(), _said(name, attributes, content)
        return at, tag.end(), "\n\n" if name in _BLOCKS else ""

    def _style(self, tag: re.Match[str], attributes: dict[str, str]) -> str:
        """A mark where a style begins, which holds to where its element ends."""
        if tag[1]:
            run = self._styles.pop() if self._styles else ""
            return self._kept.end_of(run) if run else ""
        wanted = (attributes.get(name, "") for name in ("style", "name", "emotion", "value"))
        style = styles.of_element(next(filter(None, wanted), ""))
        run = self._kept.mark(style) if style else ""
        if not tag[4]:
            self._styles.append(run)
        return run

    def _end(self, at: int, name: str) -> int | None:
        """The next closing tag of ``name``; these elements do not nest."""
        for index in range(at + 1, len(self._tags)):
            if self._tags[index][2].lower() == name:
                return index if self._tags[index][1] else None
        return None


def _attributes(source: str) -> dict[str, str]:
    return {m[1].lower(): m[2] or m[3] or m[4] or "" for m in _ATTRIBUTE.finditer(source)}


def _said(name: str, attributes: dict[str, str], content: str) -> str:
    plain = " ".join(_INNER_TAG.sub("", content).split())
    if name == "sub":
        return attributes.get("alias") or plain
    if name in ("desc", "metadata"):
        return ""
    kind = attributes.get("interpret-as", "").lower()
    if kind in _BLEEPED:
        return ""
    if kind in _SPELLED:
        return " ".join(plain.replace(" ", ""))
    if kind in _BY_DIGIT:
        return re.sub(r"(?<=\d)(?=\d)", " ", plain)
    return plain


def _pause(attributes: dict[str, str]) -> Pause:
    wanted = attributes.get("time") or attributes.get("length") or attributes.get("value") or ""
    if length := _LENGTH.fullmatch(wanted):
        return _bounded(float(length[1]) * (1 if length[2].lower() == "ms" else 1_000))
    return Pause(_STRENGTHS.get(attributes.get("strength", "").lower(), _DEFAULT_MS))


def _bracketed(match: re.Match[str]) -> Pause:
    if match["slnc"]:
        return _bounded(float(match["slnc"]))
    if match["hash"]:
        return _bounded(float(match["hash"]) * 1_000)
    if not match["time"]:
        return Pause(_KINDS.get((match["kind"] or "").lower(), _DEFAULT_MS))
    unit = (match["unit"] or "").lower()
    in_ms = unit.startswith("m") or (not unit and float(match["time"]) >= _BARE_MS)
    return _bounded(float(match["time"]) * (1 if in_ms else 1_000))


_BARE_MS: Final = 20
"""A number without a unit: seconds below this, milliseconds from it on."""


def _bounded(ms: float) -> Pause:
    return Pause(min(round(ms), MAX_PAUSE_MS))
