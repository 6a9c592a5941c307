"""What a personality may set for Azure, and what the operator must."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, Field

from polyvox.provider.base import VoiceSettings
from polyvox.provider.options import ApiKey, CloudUrl, ProviderOptions
from polyvox.provider.speed import SpeedRange

PROVIDER_ID = "azure_tts"
SPEEDS = SpeedRange("Azure", 0.5, 2.0)
MIN_PITCH, MAX_PITCH = 0.5, 1.5
VARIABLES = {
    "key": "AZURE_SPEECH_KEY",
    "region": "AZURE_SPEECH_REGION",
    "endpoint": "AZURE_SPEECH_ENDPOINT",
}
_PERCENT = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*%\s*")


def _factor(value: Any) -> Any:
    """``"+10%"``, as SSML has relative changes, is 1.1; everything else stays."""
    percent = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    return 1 + float(percent[1]) / 100 if percent else value


Factor = Annotated[float, BeforeValidator(_factor)]


class AzureSettings(VoiceSettings):
    """How Azure speaks for a personality. HD voices take neither rate nor pitch."""

    voice_name: str | None = Field(
        default=None,
        title="Voice",
        description="A voice of the resource's region, such as en-US-JennyNeural; default: the usual"
        " one of the language.",
    )
    style: str | None = Field(
        default=None,
        min_length=1,
        title="Speaking style",
        description="One that the voice has, such as cheerful; many voices have none. Empty: the "
        "neutral one.",
    )
    style_degree: float = Field(
        default=1.0,
        ge=0.01,
        le=2.0,
        title="Strength of the style",
        description="How much of the style is heard: 0.01 is a touch of it, 2 is twice as much. It has "
        "no effect without a style.",
    )
    rate: Factor = SPEEDS.field(
        '. The API takes "+10%" for 1.1, too. HD voices take no other than 1.'
    )
    pitch: Factor = Field(
        default=1.0,
        ge=MIN_PITCH,
        le=MAX_PITCH,
        title="Pitch",
        description="How high it speaks: 1 is the voice's own pitch, 1.5 half as high again. The API "
        'takes "-10%" for 0.9, too. HD voices take no other than 1.',
    )

    def at_speed(self, factor: float) -> Self:
        return self.model_copy(update={"rate": SPEEDS.scaled(self.rate, factor)})


class AzureOptions(ProviderOptions):
    """The operator's options (``providers.azure_tts``); what is not given comes from VARIABLES."""

    provider: ClassVar[str] = PROVIDER_ID
    variables: ClassVar[Mapping[str, str]] = VARIABLES

    key: ApiKey | None = Field(default=None, description="Key of the Speech resource.")
    region: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9]+$",
        description="Region of the Speech resource, such as westeurope.",
    )
    endpoint: CloudUrl | None = Field(
        default=None,
        description="Instead of a region: the address before /cognitiveservices/v1, such as"
        " https://NAME.cognitiveservices.azure.com/tts.",
    )

    @property
    def base_url(self) -> str | None:
        """Without a slash at the end; None where neither region nor endpoint is set."""
        if self.endpoint:
            return self.endpoint
        return f"https://{self.region}.tts.speech.microsoft.com" if self.region else None
