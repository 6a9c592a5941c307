"""Changes that carry the version they were made from, so that none is lost."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Header

from polyvox.errors import RequestError

ETAG = re.compile(r'(?:W/)?"(\d{1,18})"')
IfMatch = Annotated[
    str | None, Header(description="The ETag that was read; like `version` in the body.")
]


def expected_version(version: int | None, if_match: str | None) -> int | None:
    """The version the caller has read. Raises RequestError for an If-Match that is no ETag of ours."""
    if if_match is None or if_match.strip() == "*":
        return version
    tag = ETAG.fullmatch(if_match.strip())
    if tag is None or version not in (None, int(tag[1])):
        raise RequestError(
            "If-Match must be the ETag of one version, the same as 'version'.", param="If-Match"
        )
    return int(tag[1])


def etag(version: int) -> str:
    return f'"{version}"'
