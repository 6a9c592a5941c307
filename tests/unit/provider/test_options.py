from __future__ import annotations

import pytest
from pydantic import BaseModel, ConfigDict, Field

from polyvox.errors import ConfigError
from polyvox.provider.options import read_options


class Options(BaseModel):
    model_config = ConfigDict(extra="forbid")

    region: str = "west"
    limit: int = Field(default=1, ge=1)


VARIABLES = {"region": "A_REGION", "limit": "A_LIMIT"}


def read(**given: object) -> Options:
    return read_options(Options, given, provider="tone", variables=VARIABLES)


def test_given_comes_before_the_environment_and_that_before_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("A_REGION", "east")
    monkeypatch.setenv("A_LIMIT", "")
    assert read() == Options(region="east", limit=1)
    assert read(region="north") == Options(region="north")


@pytest.mark.parametrize("given", [{"limit": "secret"}, {"limit": 0}, {"colour": "secret"}])
def test_a_wrong_option_is_named_without_its_value(given: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="options of tone are wrong") as caught:
        read(**given)
    assert next(iter(given)) in caught.value.message
    assert "region, limit" in str(caught.value.remedy)
    assert "secret" not in str(caught.value)


def test_a_wrong_variable_is_a_wrong_option(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_LIMIT", "many")
    with pytest.raises(ConfigError, match="limit"):
        read()
