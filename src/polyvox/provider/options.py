"""The operator's options for a provider, read the same way for all of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Annotated, Any, ClassVar, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr, ValidationError

from polyvox.errors import ConfigError

OptionsT = TypeVar("OptionsT", bound=BaseModel)


def _key(given: SecretStr) -> SecretStr:
    key = given.get_secret_value().strip()
    if not key.isascii() or not key.isprintable():
        raise ValueError("it holds characters that no key has")
    return SecretStr(key)


def _url(given: str) -> str:
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("it must be a URL such as https://api.example.com/v1")
    if parts.username or parts.password:
        raise ValueError("it must hold no user and password; the key is an option of its own")
    if parts.query or parts.fragment:
        raise ValueError("it must end with its path, without '?' or '#'")
    return given.rstrip("/")


def _encrypted(given: str) -> str:
    parts = urlsplit(given)
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise ValueError(
            "http://, which sends text and key without encryption, is only for this machine's own "
            "addresses, such as 127.0.0.1; say https://"
        )
    return given


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


ServiceUrl = Annotated[str, AfterValidator(_url)]
"""An address before the paths of a service, without a slash at its end."""
CloudUrl = Annotated[ServiceUrl, AfterValidator(_encrypted)]
"""One that a key may be sent to over the internet: https, or a server on this machine."""
ApiKey = Annotated[SecretStr, AfterValidator(_key)]
"""A key as it may stand in a header, without the line break that came with its file."""


def read_options(
    kind: type[OptionsT],
    given: Mapping[str, Any],
    *,
    provider: str,
    variables: Mapping[str, str],
) -> OptionsT:
    """``given`` as ``kind``. What is not given comes from the environment: ``variables`` maps an
    option to its variable; an empty one is as good as none.

    Raises ConfigError, which names the wrong options and not their values.
    """
    named = {option: os.environ.get(variable) for option, variable in variables.items()}
    try:
        return kind.model_validate({**{o: v for o, v in named.items() if v}, **given})
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, e['loc']))}: {e['msg']}"
            for e in error.errors(include_input=False, include_url=False)
        )
        raise ConfigError(
            f"The options of {provider} are wrong: {wrong}.",
            remedy=f"Known options: {', '.join(kind.model_fields)}.",
        ) from error


class ProviderOptions(BaseModel):
    """Base of the operator's options for one provider: ``providers.ID`` in the configuration.

    ``variables`` maps an option to the environment variable that it comes from where it is not given.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    provider: ClassVar[str]
    variables: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """The options as ``given`` and the environment have them. Raises ConfigError."""
        return read_options(cls, given, provider=cls.provider, variables=cls.variables)
