"""What a personality may set for Google Cloud Text-to-Speech, and what the operator may."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, FilePath

from polyvox.provider.base import VoiceSettings
from polyvox.provider.options import ApiKey, CloudUrl, ProviderOptions, read_options
from polyvox.provider.speed import SpeedRange

PROVIDER_ID = "google_tts"
SPEEDS = SpeedRange("Google", 0.25, 2.0)
HOST = "texttospeech.googleapis.com"
VARIABLES = {"credentials_file": "GOOGLE_APPLICATION_CREDENTIALS", "api_key": "GOOGLE_API_KEY"}
_CREDENTIALS = {*VARIABLES, "application_default"}


class EffectsProfile(StrEnum):
    """Devices that Google can tune the audio for.

    https://cloud.google.com/text-to-speech/docs/audio-profiles
    """

    WEARABLE = "wearable-class-device"
    HANDSET = "handset-class-device"
    HEADPHONE = "headphone-class-device"
    SMALL_SPEAKER = "small-bluetooth-speaker-class-device"
    MEDIUM_SPEAKER = "medium-bluetooth-speaker-class-device"
    HOME_ENTERTAINMENT = "large-home-entertainment-class-device"
    AUTOMOTIVE = "large-automotive-class-device"
    TELEPHONY = "telephony-class-application"


class GoogleSettings(VoiceSettings):
    """How Google speaks for a personality. Names and ranges are those of its AudioConfig."""

    voice_name: str | None = Field(
        default=None,
        title="Voice",
        description="A voice such as en-US-Chirp3-HD-Kore; default: the best of the language.",
    )
    pitch: float = Field(
        default=0.0,
        ge=-20.0,
        le=20.0,
        title="Pitch",
        description="Higher or lower than the voice's own, in semitones, of which an octave has 12. "
        "Chirp3-HD and Studio voices take no other than 0.",
    )
    speaking_rate: float = SPEEDS.field()
    volume_gain_db: float = Field(
        default=0.0,
        ge=-96.0,
        le=16.0,
        title="Loudness",
        description="Louder or quieter than the voice's own, in decibels (dB): 6 is clearly louder, "
        "-6 clearly quieter. With any other than 0, Chirp3-HD voices start later: a sentence is "
        "heard only once all of it is made.",
    )
    effects_profile_id: tuple[EffectsProfile, ...] = Field(
        default=(),
        title="Tuned for",
        description="Devices that the sound is tuned for, one after the other in this order. With "
        "any, Chirp3-HD voices start later: a sentence is heard only once all of it is made.",
    )

    def at_speed(self, factor: float) -> Self:
        return self.model_copy(update={"speaking_rate": SPEEDS.scaled(self.speaking_rate, factor)})


def _without_path(given: str) -> str:
    if urlsplit(given).path:
        raise ValueError(f"it must be a URL without a path, such as https://{HOST}")
    return given


class GoogleOptions(ProviderOptions):
    """The operator's options (``providers.google_tts`` in the configuration)."""

    provider: ClassVar[str] = PROVIDER_ID
    variables: ClassVar[Mapping[str, str]] = VARIABLES

    credentials_file: Path | None = Field(
        default=None, description="JSON key of a service account; used before an api_key."
    )
    api_key: ApiKey | None = Field(default=None, description="An API key of the project.")
    application_default: bool = Field(
        default=False,
        description="Look for Application Default Credentials, as gcloud and Google's own machines "
        "have them. Off, because asking for a machine's may take seconds where there are none.",
    )
    endpoint: Annotated[CloudUrl, AfterValidator(_without_path)] = Field(
        default=f"https://{HOST}",
        description="Another endpoint, such as https://eu-texttospeech.googleapis.com; http:// only "
        "for an emulator on this machine, with an api_key.",
    )
    root_certificates: FilePath | None = Field(
        default=None, description="PEM file of the authorities to trust, for a private endpoint."
    )

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """Credentials come from the environment where ``given`` names none. Raises ConfigError."""
        variables = {} if _CREDENTIALS & given.keys() else cls.variables
        return read_options(cls, given, provider=cls.provider, variables=variables)

    @property
    def plain(self) -> bool:
        """Whether the endpoint is spoken to without encryption: an emulator on this machine."""
        return self.endpoint.startswith("http://")

    @property
    def target(self) -> str:
        """Host and port, as gRPC wants them."""
        return urlsplit(self.endpoint).netloc
