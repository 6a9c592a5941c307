"""The weights of this installation."""

from __future__ import annotations

from pathlib import Path

from polyvox.provider.model_store import ModelKind, ModelStore, Release
from polyvox.provider.packages import Packages
from polyvox.providers.xtts_v2 import published
from polyvox.providers.xtts_v2.licence import CONSENT, LICENCE
from polyvox.providers.xtts_v2.settings import PROVIDER_ID, XttsOptions
from polyvox.providers.xtts_v2.weights import LAYOUT, Weights

KIND = ModelKind(
    provider=PROVIDER_ID,
    name="XTTS v2",
    licence=LICENCE,
    layout=LAYOUT,
    packages=Packages({"torch": "torch", "TTS": "coqui-tts", "six": "six"}, extra="xtts"),
    consent=CONSENT,
)
"""coqui-tts needs six without saying so."""


def open_store(data_dir: Path, options: XttsOptions) -> ModelStore[Weights]:
    files = published.PUBLISHED
    release = Release(options.base_url, files, sum(file.size or 0 for file in files))
    return ModelStore(KIND, release, data_dir, options.model_dir)
