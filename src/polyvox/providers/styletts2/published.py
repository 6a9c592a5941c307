"""The published checkpoints: where they lie, and what their files are known by.

Each is pinned to a commit of its repository at Hugging Face, so that what is there never changes.

LibriTTS: size and SHA-256 of the weights are on record in several independent places; those of
``config.yml`` too, and they are those of the text itself.

LJSpeech: the commit is on the hub's own page. Digests of its files were found nowhere, so they are
those that the hub states for this commit: the download is whole and unchanged since it was
published there, but nobody else vouches for it. What was fetched is recorded (``fetched.json``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from polyvox.provider.model_store import PublishedFile, Release

Checkpoint = Literal["LibriTTS", "LJSpeech"]

RELEASES: dict[Checkpoint, Release] = {
    "LibriTTS": Release(
        "https://huggingface.co/yl4579/StyleTTS2-LibriTTS/resolve/"
        "3aa7ba7f8f275ec13dce21682a61494c35089e2a/Models/LibriTTS",
        (
            PublishedFile(
                "config.yml",
                1_859,
                "0bbe2ea77a05b1f10d11144c68c1148a56d50d49b3b3660a1e8ffbef2041310e",
            ),
            PublishedFile(
                "epochs_2nd_00020.pth",
                771_390_526,
                "1164ffe19a17449d2c722234cecaf2836b35a698fb8ffd42562d2663657dca0a",
            ),
        ),
        size=771_392_385,
    ),
    "LJSpeech": Release(
        "https://huggingface.co/yl4579/StyleTTS2-LJSpeech/resolve/"
        "359e81ba0dc3756215905fa8e1f4ddbab6438a22/Models/LJSpeech",
        (PublishedFile("config.yml"), PublishedFile("epoch_2nd_00100.pth")),
        size=750_000_000,
    ),
}
"""Without PL-BERT's configuration: the values of all published checkpoints are the engine's own."""


def release_at(checkpoint: Checkpoint, base_url: str | None) -> Release:
    """The files of ``checkpoint``, at the mirror ``base_url`` where that is not None."""
    release = RELEASES[checkpoint]
    return replace(release, base_url=base_url or release.base_url)
