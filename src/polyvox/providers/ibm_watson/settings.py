"""What a personality may set for IBM Watson, and what the operator may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal, Self

from pydantic import Field

from polyvox.provider.base import VoiceSettings
from polyvox.provider.options import ApiKey, CloudUrl, ProviderOptions
from polyvox.provider.speed import SpeedRange

PROVIDER_ID = "ibm_watson"
VARIABLES = {"api_key": "IBM_WATSON_API_KEY", "url": "IBM_WATSON_URL"}
DEFAULT_URL = "https://api.us-south.text-to-speech.watson.cloud.ibm.com"
DEFAULT_IAM_URL = "https://iam.cloud.ibm.com"

MIN_PERCENTAGE, MAX_PERCENTAGE = -50, 100
"""Of rate and pitch. IBM states no bounds, but that -50 is where speech suffers, and that 100 is the
most that can be told apart."""
SPEEDS = SpeedRange("IBM Watson", 1 + MIN_PERCENTAGE / 100, 1 + MAX_PERCENTAGE / 100)


class WatsonSettings(VoiceSettings):
    """How IBM Watson speaks for a personality."""

    voice_name: str | None = Field(
        default=None,
        title="Voice",
        description="A voice of the service, such as en-US_EllieNatural; default: the best of the "
        "language.",
    )
    rate_percentage: int = Field(
        default=0,
        ge=MIN_PERCENTAGE,
        le=MAX_PERCENTAGE,
        title="Speed",
        description="Faster or slower than the voice's own pace, in percent: 100 is twice as fast, "
        "-50 half as fast.",
    )
    pitch_percentage: int = Field(
        default=0,
        ge=MIN_PERCENTAGE,
        le=MAX_PERCENTAGE,
        title="Pitch",
        description="Higher or lower than the voice's own, in percent: 100 is an octave up, -50 an "
        "octave down.",
    )

    def at_speed(self, factor: float) -> Self:
        speed = SPEEDS.scaled(1 + self.rate_percentage / 100, factor)
        return self.model_copy(update={"rate_percentage": round(100 * (speed - 1))})


class WatsonOptions(ProviderOptions):
    """The operator's options (``providers.ibm_watson`` in the configuration)."""

    provider: ClassVar[str] = PROVIDER_ID
    variables: ClassVar[Mapping[str, str]] = VARIABLES

    api_key: ApiKey | None = Field(
        default=None, description="Of the service's credentials, on its Manage page."
    )
    url: CloudUrl = Field(
        default=DEFAULT_URL,
        description="Of the service's credentials; a key is good for its own URL only. Default: "
        "Dallas.",
    )
    auth: Literal["iam", "basic"] = Field(
        default="iam",
        description="How the key is shown: `iam` exchanges it for tokens, `basic` sends it itself.",
    )
    iam_url: CloudUrl = Field(default=DEFAULT_IAM_URL, description="Where tokens are given out.")
