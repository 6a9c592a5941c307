"""A formula in LaTeX, read in words of a language, or in plain signs where it has none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from polyvox.text.punctuation import base_language
from polyvox.text.tables import table

_TOKEN: Final = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:[.,]\d+)*|[^\W\d_]|\s+|.", re.S)
_MAX_DEPTH: Final = 30
_WITHOUT_BRACES: Final = re.compile(r"[\\{}$^_&~]+")
_FUNCTIONS: Final = frozenset(
    [
        "sin",
        "cos",
        "tan",
        "log",
        "ln",
        "exp",
        "min",
        "max",
        "gcd",
        "det",
        "dim",
        "arg",
        "sinh",
        "cosh",
        "tanh",
        "arcsin",
        "arccos",
        "arctan",
    ]
)
_VERBATIM: Final = frozenset(
    [
        "text",
        "textbf",
        "textit",
        "textrm",
        "texttt",
        "emph",
        "mbox",
        "operatorname",
        "mathrm",
        "mathit",
        "tag",
        "href",
        "url",
    ]
)
_TRANSPARENT: Final = frozenset(
    [
        "boxed",
        "mathbf",
        "mathbb",
        "mathcal",
        "mathsf",
        "mathfrak",
        "boldsymbol",
        "bm",
        "vec",
        "hat",
        "bar",
        "overline",
        "underline",
        "tilde",
        "dot",
        "widehat",
        "underbrace",
        "overbrace",
        "cancel",
        "fbox",
        "ensuremath",
    ]
)
_WITH_LIMITS: Final = frozenset(["∑", "∏", "∫", "lim"])
_ENVIRONMENTS: Final = frozenset(["begin", "end", "label", "color", "vspace", "hspace"])
_SUPERSCRIPTS: Final = str.maketrans("0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ")
_SUBSCRIPTS: Final = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")
_SPACE_BEFORE_MARK: Final = re.compile(r" +(?=[,.;:)\]…])|(?<=[(\[]) +")

COMMANDS: Final = (
    _FUNCTIONS
    | _VERBATIM
    | _TRANSPARENT
    | _ENVIRONMENTS
    | {"frac", "dfrac", "tfrac", "sqrt", "binom", "left", "right", "quad", "qquad", "displaystyle"}
)


def is_command(name: str) -> bool:
    return name in COMMANDS or name in table("formula")["symbols"]


def has_words(language: str) -> bool:
    return base_language(language) in table("formula")["words"]


def read(source: str, language: str) -> str:
    """``source`` as somebody would say it; it holds no delimiter and no command any more."""
    words = table("formula")["words"].get(base_language(language), {})
    said = " ".join(_Reader(source, words).read())
    return _SPACE_BEFORE_MARK.sub("", " ".join(_WITHOUT_BRACES.sub(" ", said).split()))


class _Reader:
    def __init__(self, source: str, words: Mapping[str, str]) -> None:
        self._tokens: list[str] = _TOKEN.findall(source)
        self._at = 0
        self._words = words
        self._symbols: Mapping[str, str] = table("formula")["symbols"]
        self._greek: Mapping[str, str] = table("formula")["greek"] if words else {}
        self._depth = 0

    def read(self, until: str = "") -> list[str]:
        """What is said up to the token ``until``, which is taken, too."""
        said: list[str] = []
        while (part := self._next()) and part != until:
            said += self._one(part, said)
        return said

    def _next(self) -> str:
        part = self._tokens[self._at] if self._at < len(self._tokens) else ""
        self._at += 1
        return part

    def _one(self, part: str, before: list[str]) -> list[str]:
        if part.isspace():
            return []
        if part == "{":
            return self._group()
        if part in "^_":
            return self._script(part, before)
        if part.startswith("\\"):
            return self._command(part[1:], before)
        if part in "}&~$":
            return []
        if part == "'":
            return [self._word("′")]
        return [self._word({"−": "-", "*": "×", "·": "×"}.get(part, part))]

    def _group(self) -> list[str]:
        if self._depth >= _MAX_DEPTH:
            return []
        self._depth += 1
        said = self.read("}")
        self._depth -= 1
        return said

    def _argument(self, *, verbatim: bool = False) -> str:
        while self._at < len(self._tokens) and self._tokens[self._at].isspace():
            self._at += 1
        part = self._next()
        if verbatim and part == "{":
            return self._verbatim()
        return " ".join(self._one(part, [])) if part and part != "}" else ""

    def _half(self) -> str:
        """An argument of a fraction; \\frac12 is a half."""
        at = self._at
        if at < len(self._tokens) and self._tokens[at].isdigit():
            self._tokens[at : at + 1] = self._tokens[at]
        return self._argument()

    def _verbatim(self) -> str:
        pieces, depth = [], 1
        while part := self._next():
            depth += (part == "{") - (part == "}")
            if not depth:
                break
            pieces.append(part.removeprefix("\\") if len(part) == len("\\%") else part)
        return "".join(pieces).strip()

    def _word(self, sign: str) -> str:
        return self._words.get(sign) or self._greek.get(sign) or sign

    def _command(self, name: str, before: list[str]) -> list[str]:
        if name in ("frac", "dfrac", "tfrac", "binom"):
            kind = "binom" if name == "binom" else "fraction"
            return [self._phrase(kind, "{a} / {b}", self._half(), self._half())]
        if name == "sqrt":
            return [self._root()]
        if name in _VERBATIM:
            return [self._argument(verbatim=True)]
        if name in _ENVIRONMENTS:
            self._argument(verbatim=True)
            return []
        if name in self._symbols:
            sign = self._symbols[name]
            return self._with_limits(sign) if sign in _WITH_LIMITS else [self._word(sign)]
        if name in _FUNCTIONS:
            return [self._word(name)]
        if name == "\\":
            return [","] if before else []
        return [self._word(name)] if name in "%$#" else []

    def _root(self) -> str:
        order = ""
        if self._at < len(self._tokens) and self._tokens[self._at] == "[":
            self._at += 1
            order = " ".join(self.read("]"))
        inner = self._argument()
        kind = "root_of" if order else "root"
        return self._phrase(kind, "√{a}", inner, order)

    def _phrase(self, kind: str, plain: str, a: str, b: str = "") -> str:
        return self._words.get(kind, plain).replace("{a}", a, 1).replace("{b}", b, 1)

    def _script(self, sign: str, before: list[str]) -> list[str]:
        inner = self._argument()
        if not inner:
            return []
        if inner in ("°", self._word("°"), self._word("′")):
            return [inner]
        if not self._words:
            return self._plain_script(sign, inner, before)
        if sign == "_":
            return [self._phrase("index", "{a}", inner)]
        short = {"2": "squared", "3": "cubed"}.get(inner, "")
        return [self._words[short]] if short else [self._phrase("power", "{a}", inner)]

    def _plain_script(self, sign: str, inner: str, before: list[str]) -> list[str]:
        small = inner.translate(_SUPERSCRIPTS if sign == "^" else _SUBSCRIPTS)
        if before and all(not c.isascii() for c in small):
            before[-1] += small
            return []
        return [inner]

    def _limit(self, sign: str) -> str:
        limit = self._argument()
        towards = self._words.get("towards", "") if sign == "lim" else ""
        return limit.replace(f" {self._word('→')} ", f" {towards} ") if towards else limit

    def _with_limits(self, sign: str) -> list[str]:
        """A sum, product, integral or limit with what stands below and above it."""
        said = [self._word(sign)]
        bounded = False
        while self._at < len(self._tokens) and self._tokens[self._at] in (
            "_",
            "^",
            "\\limits",
            " ",
        ):
            part = self._next()
            if part in "_^":
                below = "as" if sign == "lim" else "from"
                kind = {"_": below, "^": "up_to"}[part]
                said.append(self._phrase(kind, "{a}", self._limit(sign)))
                bounded = True
        return [*said, self._words["of"]] if self._words and (bounded or sign != "lim") else said
