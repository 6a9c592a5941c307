"""What XTTS v2 can do with the weights and packages that are here."""

from __future__ import annotations

from polyvox.domain.capabilities import Capabilities, Published, SampleNeeds, TextLimit
from polyvox.domain.remedy import Remedy, RemedyKind
from polyvox.provider.packages import is_there
from polyvox.providers.xtts_v2.languages import LANGUAGES, Language
from polyvox.providers.xtts_v2.licence import LICENCE
from polyvox.providers.xtts_v2.weights import Weights


def capabilities_of(weights: Weights | None) -> Capabilities:
    """Without weights, those of the published ones."""
    known = {
        tag: language
        for tag, language in LANGUAGES.items()
        if weights is None or language.name in weights.languages
    }
    needs = {tag: need for tag, language in known.items() if (need := _need(language))}
    return Capabilities(
        name="XTTS v2",
        languages=tuple(tag for tag in known if tag not in needs),
        licence=LICENCE,
        streaming=True,
        cloning=SampleNeeds(
            min_s=6,
            max_s=30,
            best_min_s=15,
            best_max_s=20,
            required=weights is not None and not weights.speakers,
            sample_rate=22_050,
        ),
        limits={tag: TextLimit(characters=language.characters) for tag, language in known.items()},
        needs=needs,
        published=Published(quality=5, speed="2 to 5 s on a GPU, 20 to 30 s on a CPU"),
    )


def _need(language: Language) -> Remedy | None:
    if all(map(is_there, language.modules)):
        return None
    command = f'pip install "polyvox[{language.extra}]"'
    text = f"Install what it reads this language with: {command}"
    return Remedy(RemedyKind.RUN, text, command)
