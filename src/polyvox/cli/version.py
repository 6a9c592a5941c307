"""``polyvox version`` and ``polyvox --version``."""

from __future__ import annotations

import platform
from importlib.metadata import version

from polyvox.cli.options import Json
from polyvox.cli.output import print_json, put


def installed_version() -> str:
    return version("polyvox")


def show_version(as_json: Json = False) -> None:
    """Print the version."""
    if as_json:
        print_json({"polyvox": installed_version(), "python": platform.python_version()})
    else:
        put(f"polyvox {installed_version()}")
