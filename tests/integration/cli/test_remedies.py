"""The commands that remedies name are commands of ours, with what they ask for."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
import typer.main

from polyvox.cli.app import app
from polyvox.domain.remedy import Remedy, RemedyKind
from polyvox.domain.voice_config import ProviderConfig
from polyvox.provider.base import ProviderContext
from polyvox.providers.piper.provider import INSTALL_REMEDY
from polyvox.providers.styletts2.provider import StyleTTS2Provider
from polyvox.providers.xtts_v2.provider import XttsProvider
from polyvox.routing.samples import NoSample, SampleFacts, Shelf, choose


def _a_voice(_: Path) -> str | None:
    return INSTALL_REMEDY


def _xtts(home: Path) -> str | None:
    return XttsProvider(ProviderContext(home)).model().remedy


def _styletts2(home: Path) -> str | None:
    return StyleTTS2Provider(ProviderContext(home)).model().remedy


def _consent(_: Path) -> str | None:
    shelf = Shelf({"smp_1": SampleFacts("smp_1", "en", 0.9, consented=False)})
    with pytest.raises(NoSample) as caught:
        choose("xtts_v2", ProviderConfig(), "en", shelf)
    return caught.value.remedy


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (_a_voice, RemedyKind.INSTALL_VOICE),
        (_xtts, RemedyKind.INSTALL_MODEL),
        (_styletts2, RemedyKind.INSTALL_MODEL),
        (_consent, RemedyKind.RUN),
    ],
)
def test_the_command_of_a_remedy_is_one_that_there_is(
    told: Callable[[Path], str | None], kind: RemedyKind, tmp_path: Path
) -> None:
    remedy = told(tmp_path)
    assert isinstance(remedy, Remedy)
    assert (remedy.kind, remedy.command is None) == (kind, False)
    assert str(remedy.command) in remedy.text
    program, group, name, *arguments = shlex.split(str(remedy.command))
    assert program == "polyvox"
    command = typer.main.get_command(app).commands[group].commands[name]  # type: ignore[attr-defined]
    assert command.make_context(name, arguments).params
