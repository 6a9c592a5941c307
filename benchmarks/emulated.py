"""An emulated cloud service in a process of its own: ``python -m benchmarks.emulated SERVICE``.

Prints the options of the provider for it as a line of JSON, and serves until its input ends.
"""

from __future__ import annotations

import json
import sys

from tests.emulators.services import SERVICES


def main(service: str) -> None:
    with SERVICES[service].running() as running:
        print(json.dumps(running.options), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
