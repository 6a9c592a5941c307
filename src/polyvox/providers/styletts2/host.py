"""The child process that StyleTTS 2 speaks in, as the provider sees it."""

from __future__ import annotations

from pathlib import Path

from polyvox.hosting.model_provider import process_host
from polyvox.hosting.process.host import ProcessHost
from polyvox.provider.model_store import CACHE_FOLDER
from polyvox.providers.styletts2.engine_options import StyleTTS2EngineOptions
from polyvox.providers.styletts2.settings import PROVIDER_ID, StyleTTS2Options
from polyvox.providers.styletts2.weights import Weights

ENGINE = "polyvox.providers.styletts2.engine:create"
REVISION = "1"
"""Of our own part in how it sounds; the weights have theirs."""


def make_host(weights: Weights, options: StyleTTS2Options, data_dir: Path) -> ProcessHost:
    told = StyleTTS2EngineOptions(
        folder=weights.folder,
        cache=data_dir / CACHE_FOLDER,
        device=options.device,
        decoder=options.decoder,
        max_batch=options.max_batch,
        threads=options.threads,
        voices=dict(weights.languages),
    )
    return process_host(PROVIDER_ID, ENGINE, told, options)


def revision_of(weights: Weights, options: StyleTTS2Options) -> str:
    return f"{REVISION}-{weights.revision}-{options.decoder}-{options.device}"
