"""The child process that XTTS v2 speaks in, as the provider sees it."""

from __future__ import annotations

from pathlib import Path

from polyvox.hosting.model_provider import process_host
from polyvox.hosting.process.host import ProcessHost
from polyvox.provider.model_store import CACHE_FOLDER
from polyvox.providers.xtts_v2.engine_options import XttsEngineOptions
from polyvox.providers.xtts_v2.settings import PROVIDER_ID, XttsOptions
from polyvox.providers.xtts_v2.weights import Weights

ENGINE = "polyvox.providers.xtts_v2.engine:create"
REVISION = "1"
"""Of our own part in how it sounds; the weights have theirs."""


def make_host(weights: Weights, options: XttsOptions, data_dir: Path) -> ProcessHost:
    told = XttsEngineOptions(
        folder=weights.folder,
        cache=data_dir / CACHE_FOLDER,
        device=options.device,
        precision=options.precision,
        max_batch=options.max_batch,
        threads=options.threads,
    )
    return process_host(PROVIDER_ID, ENGINE, told, options)


def revision_of(weights: Weights, options: XttsOptions) -> str:
    return f"{REVISION}-{weights.revision}-{options.precision}-{options.device}"
