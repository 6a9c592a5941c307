"""Source text before Markdown is parsed: addresses made short, and plain prose kept from being
taken for markup. What must stay literal is swapped for a noncharacter and put back by ``restore``.
"""

from __future__ import annotations

import re
from typing import Final

_LITERAL: Final = {"<": "\ufdd1", "*": "\ufdd2", "[": "\ufdd3"}
_MAX_BRACKETS: Final = 2_000
"""With more, brackets are literal: looking for their partners would take quadratic time."""

_RESERVED: Final = re.compile(r"[\ufdd0-\ufdef]")
_LINE_BREAK: Final = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_FOOTNOTE: Final = re.compile(r"\[\^[\w-]{1,20}\]:?")
_DEEP: Final = re.compile(r"^(?:[ \t]*(?:[>*+]|-(?=[ \t]))){20,}", re.M)
"""A line that opens twenty blocks in one another is an ornament, not a structure."""

_NOT_A_DEFINITION: Final = re.compile(
    r"(?<!\])\[(?=[^\]\n]{1,200}\]:(?!\s*<?(?:https?://|www\.|mailto:|/|#)))"
)
_PRODUCT: Final = re.compile(
    r"(?<![\w*.])[A-Za-z0-9_.]+(?:\*{1,2}[A-Za-z0-9_.]+)+(?![\w*])", re.ASCII
)
"""Stars inside what reads as one word: 2*3*4 is no emphasis."""

_TAG_SHAPE: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)((?:[^<>\"'`]|\"[^\"<]*\"|'[^'<]*')*)>")
_ATTRIBUTES: Final = re.compile(
    r"(?:\s+(?:[\w:@.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+)"
    r"|checked|disabled|hidden|open|required|selected|controls|autoplay|loop|muted|async|defer))*\s*/?"
)
_UNPAIRED_NAMES: Final = "br hr img input wbr p li td th tr dt dd option source col"
_PAIRED_NAMES: Final = (
    "a abbr address article aside audio b bdi bdo big blockquote body button caption center cite code"
    " colgroup data del details dfn dialog div dl em fieldset figcaption figure font footer form h1 h2 h3"
    " h4 h5 h6 head header html i iframe ins kbd label legend main mark nav object ol pre q s samp"
    " script section select small span strike strong style sub summary sup svg table tbody template"
    " textarea tfoot thead time title tt u ul var video"
)
_INLINE_NAMES: Final = (
    "a abbr b bdi bdo big cite code del dfn em font i ins kbd label mark q s samp small span strike"
    " strong sub sup time tt u var wbr"
)
_UNPAIRED: Final = frozenset(_UNPAIRED_NAMES.split())
_PAIRED: Final = frozenset(_PAIRED_NAMES.split())
_INLINE: Final = frozenset(_INLINE_NAMES.split())
_HIDDEN: Final = re.compile(
    r"<!--.*?(?P<end>-->|\Z)"
    r"|<(script|style|pre|template|svg|head)\b[^<>]*>.*?(?P<close></\2\s*>|\Z)",
    re.S | re.I,
)
"""What a page does not show; its end is empty where it is missing, and nothing is hidden then."""

_HOST_CHARACTER: Final = (
    r"[^\W\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\U0003fffd]"
)
_HOST: Final = rf"(?:{_HOST_CHARACTER}|-)+(?:\.(?:{_HOST_CHARACTER}|-)+)*"
_URL_CHARACTER: Final = r"[!#-';*-;=?-Z^_a-z|~]"  # ASCII without space, quotes, brackets, backslash
_URL: Final = re.compile(
    r"<?(?<![A-Za-z0-9])(?:(?:https?|ftp)://(?:[\w.%+~:-]{1,200}@)?|(?=www\.\w))"
    rf"(?:www\.)?(?P<host>{_HOST})(?::\d+)?"
    rf"(?:[/?#](?P<rest>(?:{_URL_CHARACTER}|\((?:{_URL_CHARACTER})*\))*))?>?",
    re.I,
)
_TRAILING: Final = ".,;:!?'*_~"


def guard(source: str) -> str:
    """``source`` with URLs as their hosts and with everything literal that is no markup."""
    source = _LINE_BREAK.sub("\n", _RESERVED.sub("", source))
    source = _DEEP.sub("", _FOOTNOTE.sub("", source))
    source = _NOT_A_DEFINITION.sub(_LITERAL["["], source)
    source = _URL.sub(_host, source)
    source = _PRODUCT.sub(lambda m: m[0].replace("*", _LITERAL["*"]), source)
    if source.count("[") - source.count("](") > _MAX_BRACKETS:
        source = source.replace("[", _LITERAL["["])
    return _keep_plain_brackets(source)


def restore(text: str) -> str:
    for character, stand_in in _LITERAL.items():
        text = text.replace(stand_in, character)
    return text


def without_tags(html: str) -> str:
    """The text of an HTML block; block elements become paragraphs."""
    shown = _HIDDEN.sub(lambda m: "" if m["end"] or m["close"] else m[0], html)
    return _TAG_SHAPE.sub(lambda m: tag_space(m[2], "\n\n"), shown)


def tag_space(name: str, space: str = " ") -> str:
    """What a dropped tag leaves behind: nothing inside a line, ``space`` between blocks."""
    return "" if name.lower() in _INLINE else space


def _host(match: re.Match[str]) -> str:
    address = match[0].removeprefix("<").removesuffix(">")
    opened, closed = match[0].startswith("<"), match[0].endswith(">")
    said = match["host"].rstrip("_") + address[len(address.rstrip(_TRAILING)) :]
    return said if opened and closed else "<" * opened + said + ">" * closed


def _keep_plain_brackets(source: str) -> str:
    """``a<b and c>d``, ``<name>`` and a lone ``<b>`` are prose, not HTML."""
    shapes = [(m[1], m[2].lower()) for m in _TAG_SHAPE.finditer(source)]
    opened = {name for slash, name in shapes if not slash}
    closed = {name for slash, name in shapes if slash}
    pairs = (opened & closed & _PAIRED) | _UNPAIRED

    def keep(match: re.Match[str]) -> str:
        is_tag = match[2].lower() in pairs and _ATTRIBUTES.fullmatch(match[3])
        is_mail = "@" in match[3] and not match[1]
        return match[0] if is_tag or is_mail else _LITERAL["<"] + match[0][1:]

    return _TAG_SHAPE.sub(keep, source)
