"""What an engine's torch computes on."""

from __future__ import annotations

import torch

from polyvox.errors import Misconfigured

CPU = torch.device("cpu")


def device_for(asked: str, provider: str) -> torch.device:
    """``asked``: the device of ``provider``'s options. Raises Misconfigured for a GPU that is none."""
    there = torch.cuda.is_available()
    if asked == "cuda" and not there:
        raise Misconfigured(
            "No CUDA GPU can be used here.",
            remedy=f"Set the device of {provider} to auto or cpu.",
        )
    return torch.device("cuda") if there and asked != "cpu" else CPU
