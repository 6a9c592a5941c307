"""An emulated cloud service in a process of its own: ``python -m benchmarks.emulated SERVICE``.

Prints the options of the provider for it as a line of JSON, and serves until its input ends.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from tests.emulators import azure, google, openai, watson

Options = Mapping[str, object]


@contextmanager
def _azure() -> Iterator[Options]:
    with azure.running_azure() as emulator:
        yield {"key": azure.KEY, "endpoint": emulator.url}


@contextmanager
def _google() -> Iterator[Options]:
    with google.running_google() as emulator:
        yield {"api_key": google.KEY, "endpoint": emulator.endpoint}


@contextmanager
def _watson() -> Iterator[Options]:
    with watson.running_watson() as emulator:
        yield {"api_key": watson.KEY, "url": emulator.url, "iam_url": emulator.iam_url}


@contextmanager
def _openai() -> Iterator[Options]:
    with openai.running_openai() as emulator:
        yield {"api_key": openai.KEY, "base_url": emulator.base_url, "languages": ["en"]}


SERVICES: Mapping[str, Callable[[], AbstractContextManager[Options]]] = {
    "azure_tts": _azure,
    "google_tts": _google,
    "ibm_watson": _watson,
    "openai_speech": _openai,
}


def main(service: str) -> None:
    with SERVICES[service]() as options:
        print(json.dumps(options), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
