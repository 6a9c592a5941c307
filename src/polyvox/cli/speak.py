"""``polyvox speak``: a text becomes a file, or a stream on standard output."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from polyvox.cli.asking import addressed, read_text, spoken_in, utf8
from polyvox.cli.faults import UsageFault
from polyvox.cli.options import Json
from polyvox.cli.output import print_json, say
from polyvox.cli.progress import segment_bar
from polyvox.cli.session import opened, run
from polyvox.cli.sink import STDOUT, chosen_format, chosen_target, is_special, opened_sink
from polyvox.domain.audio import AudioFormat
from polyvox.errors import NoVoiceLeft

if TYPE_CHECKING:
    from polyvox.domain.speech import SpeechReport, SpeechRequest
    from polyvox.services.speech import Speech


Text = Annotated[
    str | None, typer.Argument(help="What to say; '-' or nothing: read standard input.")
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="File to write; '-' for standard output.")
]
Personality = Annotated[
    str | None, typer.Option(help="Who speaks. [default: the default personality]")
]
Language = Annotated[
    str | None,
    typer.Option(
        help="BCP 47 tag, or 'auto': chosen by the text. [default: the personality's primary]"
    ),
]
Provider = Annotated[str | None, typer.Option(help="Ask this provider first.")]
Voice = Annotated[str | None, typer.Option(help="A voice of the first provider asked, or of any.")]
Instructions = Annotated[
    str | None, typer.Option(help="How to speak, in words, for providers that take them.")
]
Format = Annotated[
    AudioFormat | None, typer.Option("--format", help="[default: by the file's ending, or wav]")
]
Speed = Annotated[float, typer.Option(min=0.25, max=4.0, help="1 is as usual.")]
NoFallback = Annotated[bool, typer.Option("--no-fallback", help="Try only the first candidate.")]
NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Neither read from the cache nor write to it.")
]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where the audio goes, in which container, and how its report is told."""

    target: Path
    format: AudioFormat
    as_json: bool

    @property
    def live(self) -> bool:
        """Somebody may be listening already: audio leaves as soon as it is made."""
        return self.target == STDOUT or is_special(self.target)


def speak(
    text: Text = None,
    output: Output = None,
    personality: Personality = None,
    language: Language = None,
    provider: Provider = None,
    voice: Voice = None,
    instructions: Instructions = None,
    format_: Format = None,
    speed: Speed = 1.0,
    no_fallback: NoFallback = False,
    no_cache: NoCache = False,
    as_json: Json = False,
) -> None:
    """Say a text.

    The file appears once it is whole: a reply that breaks off leaves none. --json prints the
    speech report, on standard error when the audio goes to standard output.
    """
    from polyvox.domain.speech import SpeechRequest

    if text is None and sys.stdin.isatty():
        raise UsageFault("There is nothing to say.", remedy="Give a TEXT, or pipe one in.")
    target = chosen_target(output)
    delivery = Delivery(target, chosen_format(format_, target), as_json)
    request = SpeechRequest(
        text=read_text(text),
        personality=personality,
        language=spoken_in(language),
        provider=provider,
        voice=voice,
        instructions=utf8(instructions, "--instructions") if instructions else None,
        speed=speed,
        fallback=not no_fallback,
        cache=not no_cache,
    )
    run(_carry_out(request, delivery))


async def _carry_out(request: SpeechRequest, delivery: Delivery) -> None:
    async with opened() as application:
        services = application.services
        try:
            asked = await addressed(request, services.addressing)
            speech = await services.speak.speak(asked)
        except NoVoiceLeft as error:
            if error.speech_id:
                _tell(delivery, await services.usage.report(error.speech_id))
            raise
        try:
            with opened_sink(delivery.target) as file:
                async with speech:
                    await _write(speech, delivery, file)
        finally:
            _tell(delivery, speech.report)


async def _write(speech: Speech, delivery: Delivery, file: BinaryIO) -> None:
    from polyvox.audio.containers import open_encoder

    encoder = open_encoder(delivery.format, speech.sample_rate)
    samples = 0
    try:
        with segment_bar(speech.report) as advance:
            async for chunk in speech if delivery.live else speech.patiently():
                samples += chunk.samples
                await asyncio.to_thread(_push, file, encoder.write(chunk.pcm))
                advance()
        await asyncio.to_thread(_push, file, encoder.close())
    except BaseException:
        encoder.abort()
        raise
    if delivery.format is AudioFormat.WAV and not delivery.live:
        exact = open_encoder(AudioFormat.WAV, speech.sample_rate, total_samples=samples)
        file.seek(0)
        file.write(exact.write(b""))
        exact.abort()


def _push(file: BinaryIO, data: bytes) -> None:
    file.write(data)
    file.flush()


def _tell(delivery: Delivery, report: SpeechReport) -> None:
    from polyvox.domain.speech import InstructionsUse, Outcome

    if delivery.as_json:
        stream = sys.stderr if delivery.target == STDOUT else sys.stdout
        print_json(report, file=stream)
    elif report.outcome is Outcome.OK:
        seconds = report.audio_ms / 1000
        spoken = [s.spoken_by for s in report.segments if s.spoken_by]
        speakers = dict.fromkeys(part.provider for part in spoken)
        by = f" by {', '.join(speakers)}" if speakers else ""
        say(f"{seconds:.1f} s of audio{by} in {report.latency_ms / 1000:.1f} s.")
        deaf = [part.provider for part in spoken if part.instructions is InstructionsUse.IGNORED]
        for provider in dict.fromkeys(deaf):
            say(f"{provider} takes no instructions: they were ignored.")
        for passed in report.out:
            say(f"Passed over {passed.provider}: {passed.reason}")
