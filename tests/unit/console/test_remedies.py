from __future__ import annotations

from pathlib import Path

import pytest

from polyvox.console.personality import PARTS
from polyvox.console.remedies import IN_FORM, on_system
from polyvox.domain.remedy import Remedy, RemedyKind
from polyvox.provider.base import ProviderContext
from polyvox.providers.piper.provider import INSTALL_REMEDY
from polyvox.providers.styletts2.provider import StyleTTS2Provider
from polyvox.providers.xtts_v2.provider import XttsProvider
from polyvox.services.found import START

CATALOGUES = ["piper"]


def _link(provider: str, remedy: Remedy | None) -> tuple[str, str] | None:
    """Where it leads, which must not depend on its words."""
    found = on_system(provider, remedy, CATALOGUES)
    if remedy is not None:
        reworded = Remedy(remedy.kind, "In other words.", remedy.command)
        assert on_system(provider, reworded, CATALOGUES) == found
        assert on_system(provider, Remedy.of(remedy.text), CATALOGUES) is None
    return found


@pytest.mark.parametrize("kind", [XttsProvider, StyleTTS2Provider])
def test_a_model_that_is_not_there_is_installed_on_the_page_system(
    kind: type[XttsProvider | StyleTTS2Provider], tmp_path: Path
) -> None:
    provider = kind(ProviderContext(tmp_path))
    remedy = provider.model().remedy
    expected = ("Install it on the System page", f"/system#model-{provider.id}")
    assert _link(provider.id, remedy) == expected


def test_a_voice_is_installed_there_where_there_is_a_catalogue() -> None:
    expected = ("Install it on the System page", "/system#voices-piper")
    assert _link("piper", INSTALL_REMEDY) == expected
    missing = Remedy(RemedyKind.INSTALL_VOICE, "Install it (polyvox voices install azure_tts X).")
    assert _link("azure_tts", missing) is None


def test_a_provider_that_was_stopped_is_started_there() -> None:
    expected = ("Start it on the System page", "/system#provider-piper")
    assert _link("piper", START) == expected


@pytest.mark.parametrize(
    "remedy",
    [
        None,
        Remedy(RemedyKind.RUN, 'Install them: pip install "polyvox[xtts]"'),
        Remedy.of("Set AZURE_SPEECH_KEY and AZURE_SPEECH_REGION."),
        Remedy.of("Take model_dir out of the configuration."),
    ],
)
def test_what_is_done_elsewhere_stays_words(remedy: Remedy | None) -> None:
    assert _link("xtts_v2", remedy) is None


def test_every_button_opens_a_part_that_the_form_has() -> None:
    assert {part for _, part in IN_FORM.values()} <= PARTS.keys()
