"""The operator's settings: environment (``POLYVOX_…``), then ``config.toml`` in the home folder.

Built once by the command or the library and passed in; nothing reads it as a global.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from polyvox.errors import ConfigError

DEFAULT_PORT = 8765
Origin = Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.\-]+(:[0-9]{1,5})?$")]
"""Scheme, host and port, with nothing after them."""
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")


def default_home() -> Path:
    """``POLYVOX_HOME``, or the platform's data folder."""
    named = os.environ.get("POLYVOX_HOME")
    return Path(named) if named else Path(platformdirs.user_data_dir("polyvox", appauthor=False))


class DeadlineSettings(BaseModel):
    """Seconds to the first audible audio, and between two chunks after it."""

    first_audio_s: float = Field(default=10.0, gt=0)
    stall_s: float = Field(default=10.0, gt=0)


class QuotaSettings(BaseModel):
    """What one provider may use a month, by tier of its tariff: ``limits`` in characters instead of
    the free ones, ``prices`` in US dollars a million instead of the published ones."""

    model_config = ConfigDict(extra="forbid")

    policy: Literal["stop", "warn", "allow"] = "stop"
    limits: dict[str, Annotated[int, Field(ge=0, le=10**15)]] = Field(default_factory=dict)
    prices: dict[str, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)


class SampleSettings(BaseModel):
    """Recordings to clone voices from: where they lie, and how much of them is taken."""

    model_config = ConfigDict(extra="forbid")

    store: str | None = Field(
        default=None,
        description="Where recordings lie: a folder, or an fsspec URL such as s3://bucket/folder.",
    )
    max_bytes: int = Field(
        default=50 << 20, ge=1024, le=50 << 20, description="Largest recording that is taken in."
    )
    max_samples: int = Field(default=100, ge=1, description="Most samples of a personality.")
    fetch_hosts: list[str] = Field(
        default_factory=list,
        description="Hosts that recordings may be fetched from: cdn.example.com, or with port or http://.",
    )
    fetch_s: float = Field(
        default=60.0, gt=0, description="Seconds until a recording must have been fetched."
    )


class Settings(BaseSettings):
    """Every limit has its name here; nested names use two underscores (POLYVOX_DEADLINES__PIPER__STALL_S)."""

    model_config = SettingsConfigDict(
        env_prefix="POLYVOX_", env_nested_delimiter="__", extra="ignore"
    )

    home: Path = Field(default_factory=default_home, description="Where data lives.")
    host: str = Field(default="127.0.0.1", description="Beyond loopback an API key is needed.")
    port: int = Field(default=DEFAULT_PORT, ge=0, le=65_535, description="0 takes a free one.")
    database_url: str | None = Field(
        default=None, description="SQLAlchemy URL; default: SQLite in the home folder."
    )
    default_personality: str = Field(
        default="joe", description="Speaks when a caller names nobody."
    )
    voice_aliases: dict[str, str] = Field(
        default_factory=dict, description="Names of voices (alloy, …) to ids of personalities."
    )
    text_max_characters: int = Field(default=20_000, ge=1, description="Longest text of a request.")
    body_max_bytes: int = Field(
        default=1_048_576, ge=1024, description="Largest body of a request."
    )
    reply_timeout_s: float = Field(
        default=3600.0,
        gt=0,
        description="Seconds until a reply is cut off, however slow its listener.",
    )
    cache_max_mb: int = Field(default=512, ge=0, description="0 switches the cache off.")
    reports_kept: int = Field(default=10_000, ge=0, description="Speech reports in the database.")
    deadline: DeadlineSettings = DeadlineSettings()
    deadline_local: DeadlineSettings = DeadlineSettings(first_audio_s=30.0, stall_s=20.0)
    deadlines: dict[str, DeadlineSettings] = Field(
        default_factory=dict, description="Per provider id, instead of the two above."
    )
    providers: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="Options per provider id."
    )
    quotas: dict[str, QuotaSettings] = Field(
        default_factory=dict,
        description="Per provider id: what happens at a limit, limits and prices by tier (quota.md).",
    )
    samples: SampleSettings = SampleSettings()
    cors_origins: list[str] = Field(
        default_factory=list, description="Pages that may call the API."
    )
    embed_origins: list[Origin] = Field(
        default_factory=list,
        description="Sites that may show a personality's form in a frame: https://shop.example.com.",
    )
    allowed_hosts: list[str] = Field(
        default_factory=list, description="Further Host headers accepted on loopback."
    )
    require_key: bool = Field(default=False, description="Ask for an API key on loopback too.")
    anonymous_listing: bool = Field(
        default=False, description="Let voices and models be listed without a key (Open WebUI)."
    )
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")
    log_json: bool = Field(default=False, description="One JSON object per line, for machines.")

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.home / 'polyvox.db'}"

    @property
    def on_loopback(self) -> bool:
        return self.host in LOOPBACK_NAMES or self.host.startswith("127.")

    def deadline_for(self, provider: str, *, local: bool) -> DeadlineSettings:
        """A local engine's is longer: waiting for its turn counts, too."""
        return self.deadlines.get(provider, self.deadline_local if local else self.deadline)

    @classmethod
    def load(cls, **overrides: Any) -> Self:
        """Settings of this process; ``overrides`` that are not None win. Raises ConfigError."""
        given = {name: value for name, value in overrides.items() if value is not None}
        try:
            return cls(**given)
        except ValidationError as error:
            wrong = "; ".join(
                f"{'.'.join(map(str, e['loc']))}: {e['msg']}"
                for e in error.errors(include_input=False, include_url=False)
            )
            raise ConfigError(
                f"The configuration is wrong: {wrong}.",
                remedy="Correct the POLYVOX_… variable or config.toml.",
            ) from error
        except (ValueError, OSError) as error:
            raise ConfigError(
                f"config.toml could not be read ({type(error).__name__}).",
                remedy=f"Check {default_home() / 'config.toml'}.",
            ) from error

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        toml = TomlConfigSettingsSource(settings_cls, default_home() / "config.toml")
        return init_settings, env_settings, toml
