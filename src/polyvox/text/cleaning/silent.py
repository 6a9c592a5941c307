"""What a program folds away or never shows: thoughts, tool calls and control tokens.

The content of a thought or a tool call is silent, also where its beginning or its end was lost.
Wrappers of the reply and control tokens go alone. In code, and in prose that names a tag, they stay.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from polyvox.text.cleaning.code import Span, code_spans
from polyvox.text.cleaning.markup import LESS_THAN

_THOUGHTS: Final = (
    r"think(?:ing)?|thoughts?|thought_process|chain_of_thought|reason(?:ing)?|reflection|scratchpad"
    r"|inner_monologue|internal_monologue|internal_thoughts?|antthinking"
)
_TOOLS: Final = (
    r"tool[_-]?(?:calls?|responses?|results?|use|code|outputs?|requests?)"
    r"|function[_-]?(?:calls?|responses?|results?|outputs?)|function|invoke"
)
_WRAPPERS: Final = r"answer|final|final[_-]?answer|final[_-]?response|output|response|reply"
_ATTRIBUTES: Final = (
    r"(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"<>]{0,500}\"|'[^'<>]{0,500}'|[^\s\"'<>]{1,500}))*\s*"
)
_SILENT: Final = re.compile(
    rf"<(?P<a>/?)(?:[a-z]+:)?(?P<tag>{_THOUGHTS}|{_TOOLS})(?:=[\w.-]+)?{_ATTRIBUTES}>"
    r"|\[(?P<b>/?)(?P<bracket>think|thinking|reasoning|tool_call|tool_results)\]"
    r"|◁(?P<c>/?)(?P<ornate>think)▷"
    r"|<[|｜](?P<d>begin|start|end)[_▁](?:of[_▁])?(?P<edged>thought|thinking|action)[|｜]>"
    r"|<[|｜](?P<piped>tool[_▁]\w{1,30}?)[_▁](?P<e>begin|end)[|｜]>",
    re.I,
)
_EMPTY: Final = re.compile(rf"<(?:[a-z]+:)?(?:{_THOUGHTS}|{_TOOLS}){_ATTRIBUTES}/>", re.I)
_CHANNEL: Final = re.compile(
    r"<\|channel\|>\s*(?:analysis|commentary|thoughts?)\b|<\|python_tag\|>|\[TOOL_CALLS\]"
)
_CHANNEL_END: Final = re.compile(
    r"<\|(?:end|call|return|start|channel|eom_id|eot_id|im_end)\|>|</s>|\Z"
)
_ROLE: Final = r"(?:assistant|system|user|tool|model|developer|ipython)\b[ \t]*:?"
_TOKEN: Final = re.compile(
    rf"<[|｜](?:im_start|start|start_header_id)[|｜]>\s*(?:{_ROLE})?"
    r"|<\|channel\|>\s*final\b"
    rf"|<start_of_turn>\s*(?:{_ROLE})?|<end_of_turn>"
    r"|<[|｜][^<>|｜\n]{1,60}[|｜]>"
    r"|\[/?INST\]|<</?SYS>>|<(?:bos|eos|pad|unk|eot)>|\[(?:BOS|EOS|PAD|UNK)\]"
)
_SEQUENCE: Final = re.compile(r"</?s>")
"""The ends of a sequence; in SSML a sentence."""
_WRAPPER: Final = re.compile(rf"<(?P<a>/?)(?P<tag>{_WRAPPERS}){_ATTRIBUTES}>", re.I)
_CUSTOM: Final = re.compile(rf"<(?P<a>/?)(?P<tag>[A-Za-z]\w*_\w*){_ATTRIBUTES}>")
_AMONG_NAMES: Final = re.compile(
    r"\s*(?:[,/…]|\.\.\.|and|or|und|oder|y|o|et|ou|e|en|i|и|или|och|ve)\s*"
)
_PROSE_BEFORE: Final = re.compile(r"[\w,;:][ \t]+\Z")
_PROSE_AFTER: Final = re.compile(r"[ \t]+[^\W\dA-Z_]|[,.;]")
_CONTEXT: Final = 40


@dataclass(frozen=True, slots=True)
class _Tag:
    start: int
    end: int
    name: str
    closing: bool


def audible(text: str) -> str:
    """``text`` without what is silent, and without the tokens and wrappers around what is said."""
    text = _without_channels(text)
    text = _without(text, _silent_spans(text))
    text = _without(text, _spans(_EMPTY, text))
    text = _without(text, _spans(_TOKEN, text))
    if "<speak" not in text:
        text = _without(text, _spans(_SEQUENCE, text))
    for pattern in (_WRAPPER, _CUSTOM):
        text = _without(text, _wrapper_spans(text, pattern))
    # What is left of the first kind is spoken of in prose, so that it is no tag to anybody else.
    return _SILENT.sub(lambda m: m[0].replace("<", LESS_THAN), text)


def _without(text: str, spans: Sequence[Span]) -> str:
    if not spans:
        return text
    pieces: list[str] = []
    done = 0
    for start, end in spans:
        pieces.append(text[done:start])
        done = end
    return " ".join([*pieces, text[done:]])


def _outside_code(pattern: re.Pattern[str], text: str) -> Iterator[tuple[re.Match[str], bool]]:
    """Every match, and whether it stands in code."""
    if not pattern.search(text):
        return
    code = code_spans(text)
    at = 0
    for match in pattern.finditer(text):
        while at < len(code) and code[at][1] <= match.start():
            at += 1
        yield match, at < len(code) and code[at][0] <= match.start()


def _without_channels(text: str) -> str:
    """Channels that are not the final one, and calls without a closing tag."""
    spans: list[Span] = []
    for match, in_code in _outside_code(_CHANNEL, text):
        if not in_code and (not spans or match.start() >= spans[-1][1]):
            end = _CHANNEL_END.search(text, match.end())
            spans.append((match.start(), end.start() if end else len(text)))
    return _without(text, spans)


def _silent_spans(text: str) -> list[Span]:
    found = list(_outside_code(_SILENT, text))
    quoted = {m.start() for m, in_code in found if in_code}
    tags = [_tag(m) for m, _ in found]
    tags = [t for t in tags if t.start not in quoted or t.closing]
    outside = Counter(t.name for t in tags if t.closing and t.start not in quoted)
    tags = [t for t in tags if t.start not in quoted or not outside[t.name]]
    return _regions(text, tags, quoted)


def _tag(match: re.Match[str]) -> _Tag:
    groups = match.groupdict()
    edge = next((groups[g] for g in "abcde" if groups[g] is not None), "")
    names = ("tag", "bracket", "ornate", "edged", "piped")
    name = next(groups[g] for g in names if groups[g] is not None)
    return _Tag(match.start(), match.end(), name.lower(), edge.lower() in ("/", "end"))


def _regions(text: str, tags: Sequence[_Tag], quoted: set[int]) -> list[Span]:
    """From every opening tag to its end, from the text's start to a lone closing one."""
    spans: list[Span] = []
    ends = {tag.name: index for index, tag in enumerate(tags) if tag.closing}
    at = 0
    while at < len(tags):
        tag = tags[at]
        if tag.closing:
            if tag.start not in quoted and not _is_named(text, tag):
                spans = [(0, tag.end)]
            at += 1
            continue
        last = _closing(tags, at) if ends.get(tag.name, -1) > at else None
        if last is None:
            if not _is_named(text, tag):
                return [*spans, (tag.start, len(text))]
        elif not _are_named(text, tag, tags[last]):
            spans.append((tag.start, tags[last].end))
        at = at + 1 if last is None else last + 1
    return spans


def _closing(tags: Sequence[_Tag], at: int) -> int | None:
    """The tag that closes the one at ``at``; the last of its name where they do not balance."""
    depth, last, name = 0, None, tags[at].name
    for index in range(at, len(tags)):
        if tags[index].name == name:
            depth += -1 if tags[index].closing else 1
            last = index if tags[index].closing else last
            if depth == 0:
                break
    return last


def _is_named(text: str, tag: _Tag) -> bool:
    """Whether a tag without a partner is spoken of in the middle of a sentence."""
    before = text[max(tag.start - _CONTEXT, 0) : tag.start]
    after = text[tag.end : tag.end + _CONTEXT]
    return bool(_PROSE_BEFORE.search(before) and _PROSE_AFTER.match(after))


def _are_named(text: str, opening: _Tag, closing: _Tag) -> bool:
    """Whether a pair is spoken of: *the tags <think> and </think>*."""
    if closing.start - opening.end > _CONTEXT:
        return False
    listed = _AMONG_NAMES.fullmatch(text, opening.end, closing.start)
    return bool(listed) or (_is_named(text, opening) and _is_named(text, closing))


def _spans(pattern: re.Pattern[str], text: str) -> list[Span]:
    return [m.span() for m, in_code in _outside_code(pattern, text) if not in_code]


def _wrapper_spans(text: str, pattern: re.Pattern[str]) -> list[Span]:
    """Wrappers in pairs, a lone end, and a lone beginning of a line."""
    tags = [_tag_of(m) for m, in_code in _outside_code(pattern, text) if not in_code]
    opened = {t.name for t in tags if not t.closing}
    paired = opened & {t.name for t in tags if t.closing}
    return [(t.start, t.end) for t in tags if t.name in paired or _is_half(text, t)]


def _tag_of(match: re.Match[str]) -> _Tag:
    return _Tag(match.start(), match.end(), match["tag"].lower(), bool(match["a"]))


def _is_half(text: str, tag: _Tag) -> bool:
    """Whether a tag without a partner encloses text, rather than being spoken of."""
    if tag.closing:
        return not _is_named(text, tag)
    before, after = text[max(tag.start - 1, 0) : tag.start], text[tag.end : tag.end + 1]
    return before in ("", "\n") or (not before.isalnum() and after.isalnum())
