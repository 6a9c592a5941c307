"""How a ``voice_config`` names a stored sample. Nothing here is ever opened or fetched."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from urllib.parse import urlsplit

from polyvox.errors import InvalidSetting

PREFIX = "smp_"
SAMPLE_ID = re.compile(rf"{PREFIX}[0-9a-f]{{32}}")
SCHEME = "polyvox"
_URL = f"{SCHEME}://samples/"
_PATH = re.compile(rf"/v1/personalities/[^/]+/samples/({SAMPLE_ID.pattern})(?:/audio)?")
_REMEDY = f"Write {_URL}ID, with an id that `polyvox samples list` shows."


def new_sample_id() -> str:
    return PREFIX + secrets.token_hex(16)


def sample_url(sample_id: str) -> str:
    return _URL + sample_id


def named_sample(url: str, own_hosts: Collection[str] = ()) -> str | None:
    """The id in ``polyvox://samples/{id}``, or in the path that this API serves the sample at, with
    one of ``own_hosts`` (lower case, without port) or none before it; None for an http address of
    somebody else.

    Raises InvalidSetting for what is neither: another scheme, a path of a file, no proper id.
    """
    if url.startswith(_URL) and SAMPLE_ID.fullmatch(url.removeprefix(_URL)):
        return url.removeprefix(_URL)
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").casefold()
    except ValueError:
        raise _bad() from None
    own = _PATH.fullmatch(parts.path)
    web = parts.scheme in ("http", "https")
    ours = host in own_hosts if web else not (parts.scheme or parts.netloc)
    if own is not None and ours:
        return own[1]
    if web and host and not ours:
        return None
    raise _bad()


def _bad() -> InvalidSetting:
    return InvalidSetting(
        "This names neither a stored sample nor an address of one.",
        param="voice_sample_url",
        remedy=_REMEDY,
    )
