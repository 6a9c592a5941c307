"""The weights of this installation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from polyvox.provider.model_store import ModelKind, ModelStore
from polyvox.provider.packages import Packages
from polyvox.providers.styletts2 import published
from polyvox.providers.styletts2.licence import LICENCE
from polyvox.providers.styletts2.settings import PROVIDER_ID, StyleTTS2Options
from polyvox.providers.styletts2.weights import LAYOUT, Weights

KIND = ModelKind(
    provider=PROVIDER_ID,
    name="StyleTTS 2",
    licence=LICENCE,
    layout=LAYOUT,
    packages=Packages(
        {"torch": "torch", "transformers": "transformers"},
        extra="styletts2",
    ),
)


def open_store(data_dir: Path, options: StyleTTS2Options) -> ModelStore[Weights]:
    release = published.RELEASES[options.checkpoint]
    if options.base_url is not None:
        release = replace(release, base_url=options.base_url)
    return ModelStore(KIND, release, data_dir, options.model_dir)
