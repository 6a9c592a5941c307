"""Logs and metrics. The user's text never enters either."""

from __future__ import annotations

import asyncio
import logging
import sys
from functools import partial

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from polyvox.domain.speech import SpeechReport

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 10.0, 30.0)

LAG_EVERY_S = 0.05
LAG_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 1.0)


def configure_logging(level: str = "INFO", *, json: bool = False) -> None:
    """Lines for people on a terminal, JSON for machines; always on stderr."""
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer()
        if json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
        ),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


class Metrics:
    """Prometheus figures of one application; a registry of its own, so that tests stay apart."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        counter = partial(Counter, registry=self.registry)
        histogram = partial(Histogram, registry=self.registry, buckets=SECONDS)
        self._replies = counter("polyvox_replies_total", "Replies, by outcome.", ["outcome"])
        self._attempts = counter(
            "polyvox_attempts_total",
            "Attempts to speak a segment.",
            ["provider", "outcome", "cached"],
        )
        self._characters = counter("polyvox_characters_total", "Characters spoken.", ["provider"])
        self._ttfa = histogram(
            "polyvox_ttfa_seconds", "From the request to the first audio the listener gets."
        )
        self._synthesis = histogram(
            "polyvox_synthesis_first_audio_seconds",
            "From an attempt's start to its first audible audio, cache hits left out.",
            ["provider"],
        )
        self.listeners = Gauge(
            "polyvox_listeners", "Replies being sent now.", registry=self.registry
        )
        self._lag = histogram(
            "polyvox_event_loop_lag_seconds",
            f"How late a timer of {LAG_EVERY_S} s fires: what blocks the loop delays every listener.",
            buckets=LAG_SECONDS,
        )

    async def watch_loop(self) -> None:
        """Measure the running loop's lag until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LAG_EVERY_S
            await asyncio.sleep(LAG_EVERY_S)
            self._lag.observe(max(0.0, loop.time() - due))

    def observe(self, report: SpeechReport) -> None:
        self._replies.labels(report.outcome.value).inc()
        if report.ttfa_ms is not None:
            self._ttfa.observe(report.ttfa_ms / 1000)
        for segment in report.segments:
            for entry in segment.attempts:
                cached = "yes" if entry.cached else "no"
                self._attempts.labels(entry.provider, entry.outcome.value, cached).inc()
                if entry.ttfa_ms is not None and not entry.cached:
                    self._synthesis.labels(entry.provider).observe(entry.ttfa_ms / 1000)
            spoken = segment.spoken_by
            if spoken is not None:
                self._characters.labels(spoken.provider).inc(segment.characters)
