"""The child process that XTTS v2 speaks in, as the provider sees it."""

from __future__ import annotations

import math
from pathlib import Path

from polyvox.domain.capabilities import Availability
from polyvox.hosting.engine import Host
from polyvox.hosting.process.host import HostState, ProcessHost
from polyvox.hosting.process.spec import EngineSpec
from polyvox.providers.xtts_v2.engine_options import XttsEngineOptions
from polyvox.providers.xtts_v2.settings import PROVIDER_ID, XttsOptions
from polyvox.providers.xtts_v2.store import CACHE_FOLDER
from polyvox.providers.xtts_v2.weights import Weights

ENGINE = "polyvox.providers.xtts_v2.engine:create"
TRIED_AGAIN = "It is tried again after a while; the log says more."
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
    return ProcessHost(
        EngineSpec(ENGINE, told.model_dump(mode="json")),
        name=PROVIDER_ID,
        workers=options.max_batch,
        queue_limit=options.queue_limit,
        idle_exit_s=options.idle_exit_s if math.isfinite(options.idle_exit_s) else None,
        prewarm=options.prewarm,
    )


def availability_of(host: Host | None) -> Availability:
    """Without a child it is ready, too: a request starts one."""
    if not isinstance(host, ProcessHost):
        return Availability.ready()
    if host.state is HostState.LOADING:
        return Availability.loading("The model is being loaded.")
    refusal = host.refusal()
    if refusal is None:
        return Availability.ready()
    return Availability.unavailable(refusal.message, refusal.remedy or TRIED_AGAIN)


def revision_of(weights: Weights, options: XttsOptions) -> str:
    return f"{REVISION}-{weights.revision}-{options.precision}-{options.device}"
