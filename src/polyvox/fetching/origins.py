"""Where recordings may be fetched from: the operator's list, and whether an address is on it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from yarl import URL

from polyvox.errors import BadSample, ConfigError

MAX_URL: Final = 2048
"""Characters of an address."""
_LABEL: Final = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_NAME: Final = re.compile(rf"({_LABEL}\.)*(?=[a-z]){_LABEL}")
"""A host's name. Its last label begins with a letter, so that no way to write a number fits:
2130706433, 127.1, 0x7f.1."""


class Origin(NamedTuple):
    """A server: ``scheme`` is https or http, ``host`` a name in ASCII, ``port`` a number."""

    scheme: str
    host: str
    port: int


def allowed_origins(entries: Iterable[str]) -> frozenset[Origin]:
    """The operator's list: ``cdn.example.com`` means https on its port 443; ``host:8443`` another
    port; ``http://host`` allows it without TLS. Raises ConfigError."""
    return frozenset(_entry(entry) for entry in entries)


def check_url(text: str, allowed: frozenset[Origin]) -> URL:
    """The address, if it is on the list. Raises BadSample, which does not quote it."""
    try:
        url = URL(text) if len(text) <= MAX_URL else None
    except ValueError:
        url = None
    if url is None or not text.isprintable() or text != text.strip() or not url.raw_host:
        raise BadSample(f"The address is not a URL of at most {MAX_URL} characters.", param="url")
    if url.raw_user is not None or url.raw_password is not None:
        raise BadSample("The address must not hold a user or password.", param="url")
    if _origin(url) not in allowed:
        raise BadSample(
            "Recordings are not fetched from that host.",
            param="url",
            remedy="Upload the file, or have the operator allow its host (samples.fetch_hosts).",
        )
    return url.with_fragment(None)


def _entry(entry: str) -> Origin:
    text = entry if "://" in entry else f"https://{entry}"
    try:
        url = URL(text)
        origin = _origin(url)
    except ValueError:
        origin = Origin("", "", 0)
    named = _NAME.fullmatch(origin.host) and origin.scheme in ("http", "https") and origin.port
    if not named or url != url.origin():
        raise ConfigError(
            f"samples.fetch_hosts: '{entry[:100]}' is not the name of a host.",
            remedy="Write cdn.example.com, cdn.example.com:8443 or http://cdn.example.com. "
            "Addresses in numbers and wildcards are not possible.",
        )
    return origin


def _origin(url: URL) -> Origin:
    return Origin(url.scheme, url.raw_host or "", url.port or 0)
