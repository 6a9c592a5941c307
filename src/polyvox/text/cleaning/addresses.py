"""What nobody reads out to its last character: addresses, digests and identifiers."""

from __future__ import annotations

import re
from typing import Final

_HOST_CHARACTER: Final = (
    r"[^\W\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\U0003fffd]"
)
_HOST: Final = rf"(?:{_HOST_CHARACTER}|-)+(?:\.(?:{_HOST_CHARACTER}|-)+)*"
_URL_CHARACTER: Final = r"[!#-';*-;=?-Z^_a-z|~]"  # ASCII without space, quotes, brackets, backslash
_REST: Final = rf"(?:{_URL_CHARACTER}|\((?:{_URL_CHARACTER})*\))*"
_URL: Final = re.compile(
    r"<?(?<![A-Za-z0-9])(?:(?:https?|ftp)://(?:[\w.%+~:-]{1,200}@)?|(?=www\.\w))"
    rf"(?:www\.)?(?P<host>{_HOST})(?::\d+)?"
    rf"(?:[/?#](?P<rest>{_REST}))?>?",
    re.I,
)
_TRAILING: Final = ".,;:!?'*_~"

_DOMAINS: Final = (
    "com org net edu gov mil int info biz io dev app ai co me tv xyz online site shop store blog cloud tech news eu"
    " de uk fr it es pt nl pl ru ua cz se tr at ch be dk no fi ie us ca au nz jp cn kr in br mx ar cl gr hu ro bg hr si"
    " sk lt lv ee is il za tw hk sg"
)
_BARE: Final = re.compile(
    rf"(?<![^\W_])(?<![@/.:\\-])(?P<host>(?:[a-z0-9-]{{1,63}}\.){{1,5}}(?:{'|'.join(_DOMAINS.split())}))"
    rf"(?::\d{{1,5}})?[/?#](?P<rest>{_REST})",
    re.I,
)
"""An address without a scheme; without a path it is short enough to be read."""
_FILE: Final = re.compile(r"(?<![A-Za-z0-9])file://([^\s<>\"'()\]]*)", re.I)

_UUID: Final = re.compile(r"(?<![\w-])([0-9a-f]{8})(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-])", re.I)
_DIGEST: Final = re.compile(
    r"(?<!\w)(?:0x)?(?=[0-9]*[a-f])(?=[a-f]*[0-9])([0-9a-f]{16,128})(?!\w)", re.I
)
_KEPT_CHARACTERS: Final = 4
"""Of a digest or an identifier: enough to tell it from the next."""


def shortened(text: str) -> str:
    """``text`` with URLs as their hosts and digests as their first characters, each by itself."""
    text = _FILE.sub(_file, _URL.sub(_host, text))
    text = _BARE.sub(_host, text)
    return _DIGEST.sub(_first, _UUID.sub(_first, text))


def _host(match: re.Match[str]) -> str:
    address = match[0].removeprefix("<").removesuffix(">")
    opened, closed = match[0].startswith("<"), match[0].endswith(">")
    said = match["host"].rstrip("_") + address[len(address.rstrip(_TRAILING)) :]
    return said if opened and closed else "<" * opened + said + ">" * closed


def _file(match: re.Match[str]) -> str:
    return match[1].rstrip("/").rpartition("/")[2]


def _first(match: re.Match[str]) -> str:
    return " ".join(match[1][:_KEPT_CHARACTERS])
