"""What Azure makes of the styles in a text."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from polyvox.domain.written import NEUTRAL, Part, Pause, Style
from polyvox.provider.trial import hear
from polyvox.providers.azure_tts.provider import ABOUT
from polyvox.text.cleaning.styles import vocabulary
from tests.emulators.azure import AzureEmulator
from tests.emulators.azure_voices import LISTED
from tests.unit.azure_tts.stage import HD, JENNY, options_for, started, utterance

SAD = '<mstts:express-as style="sad">{}</mstts:express-as>'


@pytest.mark.parametrize(
    ("parts", "settings", "expected"),
    [
        (
            (Style("sad"), "I miss you.", Style(NEUTRAL), "But well."),
            {},
            SAD.format("I miss you.") + " But well.",
        ),
        (
            ("Well,", Style("sad"), "no", Pause(300), "never.", Style(NEUTRAL), "Yes."),
            {},
            "Well, " + SAD.format('no<break time="300ms"/>never.') + " Yes.",
        ),
        (
            (Style("sad"), "I miss you.", Style(NEUTRAL), "But well."),
            {"style": "cheerful", "style_degree": 1.5},
            '<mstts:express-as style="sad" styledegree="1.5">I miss you.</mstts:express-as> '
            '<mstts:express-as style="cheerful" styledegree="1.5">But well.</mstts:express-as>',
        ),
        (
            (Style("sad"), "I miss you.", Style(NEUTRAL), "But well."),
            {"rate": 1.2},
            SAD.format('<prosody rate="1.2">I miss you.</prosody>')
            + ' <prosody rate="1.2">But well.</prosody>',
        ),
        ((Style("angry"), "Go.", Style(NEUTRAL), "Now."), {}, "Go. Now."),
        (("I miss you.", Style("sad")), {}, "I miss you."),
        ((Style("sad"), Style("whispering"), "R & B."), {}, None),
    ],
)
async def test_a_style_is_an_element_around_what_it_holds_for(
    parts: tuple[Part, ...],
    settings: dict[str, Any],
    expected: str | None,
    emulator: AzureEmulator,
    tmp_path: Path,
) -> None:
    said = replace(utterance("unused", JENNY, **settings), parts=parts)
    async with started(tmp_path, **options_for(emulator)) as provider:
        charge = provider.charge(said)
        await hear(provider, said)
    (ssml,) = emulator.behaviour.synthesized
    inside = ssml.split(f'<voice name="{JENNY}">')[1].removesuffix("</voice></speak>")
    assert inside == (
        expected or '<mstts:express-as style="whispering">R &amp; B.</mstts:express-as>'
    )
    assert charge is not None
    assert charge.characters == len(inside)


async def test_an_hd_voice_takes_the_style_that_it_lists_and_no_breaks(
    emulator: AzureEmulator, tmp_path: Path
) -> None:
    emulator.voices = [
        {**entry, "StyleList": ["sad"]} if entry["ShortName"] == HD else entry for entry in LISTED
    ]
    parts = (Style("sad"), "Wait,", Pause(500), "no.", Style(NEUTRAL), "Yes.")
    async with started(tmp_path, **options_for(emulator)) as provider:
        await hear(provider, replace(utterance("Wait... no. Yes.", HD), parts=parts))
        await hear(
            provider, replace(utterance("Wait... no.", HD), parts=("Wait,", Pause(500), "no."))
        )
    styled, plain = emulator.behaviour.synthesized
    assert f"{SAD.format('Wait, no.')} Yes.</voice>" in styled
    assert ">Wait... no.</voice>" in plain


def test_the_table_is_dated_and_of_the_vocabulary() -> None:
    table = tomllib.loads(files("polyvox.providers.azure_tts").joinpath("styles.toml").read_text())
    assert table["checked"] >= date(2026, 11, 28)
    assert table["source"].startswith("https://learn.microsoft.com/")
    assert ABOUT.styles.names == table["names"]
    assert set(table["names"]) <= vocabulary()
    assert all(table["names"].values())
