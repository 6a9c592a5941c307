"""The operator's options for a provider, read the same way for all of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, SecretStr, ValidationError

from polyvox.errors import ConfigError

OptionsT = TypeVar("OptionsT", bound=BaseModel)


def _key(given: SecretStr) -> SecretStr:
    key = given.get_secret_value().strip()
    if not key.isascii() or not key.isprintable():
        raise ValueError("it holds characters that no key has")
    return SecretStr(key)


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
