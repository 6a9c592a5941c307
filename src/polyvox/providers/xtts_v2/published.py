"""The published files: where they lie, and what they are known by.

They are pinned to a commit of their repository at Hugging Face: what is there never changes. Sizes and
digests are those of that commit. The hub's own page of ``model.pth`` states its SHA-256; those of all four
are on record in many independent places.
"""

from __future__ import annotations

from polyvox.provider.model_store import PublishedFile, Release

PUBLISHED_URL = (
    "https://huggingface.co/coqui/XTTS-v2/resolve/6c2b0d75eae4b7047358e3b6bd9325f857d43f77"
)
PUBLISHED = (
    PublishedFile(
        "config.json",
        4_368,
        "ef262b1454dd2a77e1461b0b2cd53e19b8a7624cc131b837d36df67356bc75e8",
    ),
    PublishedFile(
        "vocab.json",
        361_219,
        "928260878a59da8a72a2a5b7687fea29d5106137669d90945430fe17e415304a",
    ),
    PublishedFile(
        "speakers_xtts.pth",
        7_754_818,
        "f0f6137c19a4eab0cbbe4c99b5babacf68b1746e50da90807708c10e645b943b",
    ),
    PublishedFile(
        "model.pth",
        1_867_929_118,
        "c7ea20001c6a0a841c77e252d8409f6a74fb423e79b3206a0771ba5989776187",
    ),
)


def release_at(base_url: str) -> Release:
    return Release(base_url, PUBLISHED, sum(file.size or 0 for file in PUBLISHED))
