"""What StyleTTS 2 can do with the weights that are here."""

from __future__ import annotations

from dataclasses import replace

from polyvox.domain.capabilities import (
    Capabilities,
    Licence,
    Published,
    SampleNeeds,
    TextForm,
    TextLimit,
)
from polyvox.domain.language import best_match
from polyvox.providers.styletts2.licence import LICENCE, OWN_NOTE
from polyvox.providers.styletts2.manifest import ENGLISH, MANIFEST
from polyvox.providers.styletts2.weights import Weights

MAX_CHARACTERS = 300
"""Of one text: 20 s of speech. Its phonemes stay well below the 512 of the text's network."""
WITHOUT_CHECKPOINT = (
    *("es", "fr", "de", "it", "pt", "pl", "tr", "ru", "nl", "ar", "zh", "ja", "ko", "hi", "bn"),
    *("ta", "te", "mr", "gu"),
)
"""Spoken by nothing that was published; somebody may train it."""
NEED = (
    "The published checkpoints speak English only. Add one that was trained on this language, with its"
    f" espeak-ng voice in {MANIFEST}: polyvox models add styletts2 FOLDER"
)
SAMPLE = SampleNeeds(min_s=3, max_s=10, best_min_s=5, best_max_s=8)


def capabilities_of(weights: Weights | None) -> Capabilities:
    """Without weights, those of the published checkpoint for many voices."""
    spoken = tuple(ENGLISH if weights is None else weights.languages)
    return Capabilities(
        name="StyleTTS 2",
        languages=spoken,
        licence=_licence(weights),
        streaming=False,
        cloning=SAMPLE if weights is None or weights.multispeaker else None,
        limits={"*": TextLimit(characters=MAX_CHARACTERS)},
        needs={tag: NEED for tag in WITHOUT_CHECKPOINT if best_match(tag, spoken) is None},
        carries_style=True,
        text=TextForm.VERBALIZED,
        takes_pronunciations=True,
        published=Published(quality=5, speed="1 to 3 s on a GPU, 15 to 25 s on a CPU"),
    )


def _licence(weights: Weights | None) -> Licence:
    """Of weights that somebody else made it is not known whether they may be used commercially."""
    if weights is None or weights.licence is None:
        return LICENCE
    return replace(LICENCE, weights=weights.licence, commercial_use=False, note=OWN_NOTE)
