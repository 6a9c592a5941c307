"""``polyvox samples``: recordings to clone a personality's voice from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from polyvox.cli.asking import normalized
from polyvox.cli.deleting import Yes, ask_to_delete, say_deleted
from polyvox.cli.faults import UsageFault
from polyvox.cli.options import Json
from polyvox.cli.output import done, listing, print_json, put, say, table
from polyvox.cli.recording_script import script
from polyvox.cli.session import T, call, load_settings, run

if TYPE_CHECKING:
    from polyvox.domain.samples import Consent, SampleReport
    from polyvox.services.sample_ports import PreparedSample, StoredSample
    from polyvox.services.samples import SampleNotes, SampleService

app = typer.Typer(
    name="samples",
    help="Look after samples: recordings to clone a personality's voice from.",
    no_args_is_help=True,
)
app.command()(script)

Sample = Annotated[str, typer.Argument(metavar="SAMPLE", help="Its id, such as smp_….")]
Owner = Annotated[str, typer.Argument(metavar="PERSONALITY", help="Its id, such as joe.")]
Language = Annotated[str | None, typer.Option(help="What is spoken in it, such as en.")]
Notes = Annotated[str | None, typer.Option(help="Anything worth remembering.")]
ConsentBy = Annotated[
    str | None, typer.Option(help="Who is heard and agreed to be cloned. Needed to clone.")
]
ConsentStatement = Annotated[str | None, typer.Option(help="In what words they agreed.")]


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A recording, of any common format.")],
    as_json: Json = False,
) -> None:
    """Measure a recording: what is good, what is not, and how to do better. Nothing is kept."""
    from polyvox.bootstrap import check_recording

    source = _file(file)
    report = run(check_recording(source, load_settings()))
    if as_json:
        print_json(report)
    else:
        _print_report(report)


@app.command()
def add(
    personality: Owner,
    source: Annotated[
        str, typer.Argument(metavar="FILE|URL", help="A recording, of any common format.")
    ],
    language: Language = None,
    notes: Notes = None,
    consent_by: ConsentBy = None,
    consent_statement: ConsentStatement = None,
    as_json: Json = False,
) -> None:
    """Measure a recording and keep it. An address is fetched only if its host is allowed."""
    consent = _consent(consent_by, consent_statement)

    async def added(samples: SampleService) -> StoredSample:
        said = _said(language, notes, consent)
        if source.startswith(("http://", "https://")):
            return await samples.fetch(personality, source, said)
        return await samples.add(personality, _file(Path(source)), said)

    sample = _call(added)
    if as_json:
        print_json(sample)
        return
    _print_report(sample.report)
    say(f"{sample.meta.id} is added to {personality}.")
    if sample.meta.consent is None:
        say(
            "Nobody's voice is cloned without consent: "
            f"polyvox samples edit {sample.meta.id} --consent-by NAME --consent-statement TEXT"
        )


@app.command("list")
def list_(personality: Owner, as_json: Json = False) -> None:
    """List a personality's."""
    listing(
        _call(lambda samples: samples.list(personality)),
        ("id", "seconds", "language", "quality", "ready for", "consent", "notes"),
        lambda sample: (
            sample.meta.id,
            f"{sample.report.duration_s:.1f}",
            sample.meta.language,
            f"{sample.report.quality_score:.2f}",
            ", ".join(n for n, v in sample.report.verdicts.items() if v.state == "ready"),
            sample.meta.consent.who if sample.meta.consent else None,
            sample.meta.notes,
        ),
        empty=f"There are no samples. Add one: polyvox samples add {personality} FILE.",
        as_json=as_json,
    )


@app.command()
def show(sample: Sample, as_json: Json = False) -> None:
    """Show one: its report, and what was made of it."""
    found = _call(lambda samples: samples.get(sample))
    if as_json:
        print_json(found)
        return
    meta = found.meta
    put(f"{meta.id} of {meta.personality_id}, {meta.size} bytes, SHA-256 {meta.sha256}")
    put(f"Language: {meta.language or 'not told'}. Notes: {meta.notes or 'none'}.")
    put(_told(meta.consent))
    _print_report(found.report)
    for provider, prepared in found.prepared.items():
        _print_prepared(provider, prepared)


@app.command()
def edit(
    sample: Sample,
    language: Language = None,
    notes: Notes = None,
    consent_by: ConsentBy = None,
    consent_statement: ConsentStatement = None,
    withdraw_consent: Annotated[
        bool, typer.Option("--withdraw-consent", help="Nobody is cloned from it any more.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Change what is given."""
    given = _consent(consent_by, consent_statement)
    if withdraw_consent and given is not None:
        raise UsageFault("Consent is either given or withdrawn.")
    if language is None and notes is None and given is None and not withdraw_consent:
        raise UsageFault("Nothing is to be changed.", remedy="Give --language, --notes or consent.")

    async def edited(samples: SampleService) -> StoredSample:
        meta = (await samples.get(sample)).meta
        consent = None if withdraw_consent else given or meta.consent
        kept = meta.notes if notes is None else notes
        return await samples.edit(sample, _said(language or meta.language, kept, consent))

    changed = _call(edited)
    done(changed, f"{sample} is changed. {_told(changed.meta.consent)}", as_json=as_json)


@app.command()
def prepare(
    sample: Sample,
    provider: Annotated[str, typer.Argument(help="Who shall clone from it, such as xtts_v2.")],
    denoise: Annotated[
        bool | None,
        typer.Option(help="Take noise out, which costs some of the voice.", show_default=False),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make it ready for a provider, and tell what was changed."""
    made = _call(lambda samples: samples.prepare(sample, provider, denoise=denoise))
    if as_json:
        print_json(made)
    else:
        _print_prepared(provider, made)


@app.command()
def remove(
    sample: Sample,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Delete one, with all that was made of it."""
    ask_to_delete(sample, yes=yes)
    _call(lambda samples: samples.delete(sample))
    say_deleted(sample, as_json=as_json)


def _call(work: Callable[[SampleService], Awaitable[T]]) -> T:
    return call(lambda services: work(services.samples), providers=False)


def _file(path: Path) -> Path:
    if not path.is_file():
        raise UsageFault(f"There is no file '{path}'.")
    return path


def _consent(who: str | None, statement: str | None) -> Consent | None:
    """Raises UsageFault for half of one."""
    from datetime import UTC, datetime

    from pydantic import ValidationError

    from polyvox.domain.samples import Consent

    if who is None and statement is None:
        return None
    try:
        return Consent(who=who or "", statement=statement or "", when=datetime.now(UTC))
    except ValidationError as error:
        raise UsageFault(
            "A consent needs both --consent-by (up to 200 characters) and --consent-statement "
            "(up to 2000)."
        ) from error


def _said(language: str | None, notes: str | None, consent: Consent | None) -> SampleNotes:
    from polyvox.services.samples import SampleNotes

    return SampleNotes(normalized(language), notes, consent)


def _told(consent: Consent | None) -> str:
    if consent is None:
        return "Nobody's consent is recorded: it is not cloned from."
    return f"Consent of {consent.who}, {consent.when:%Y-%m-%d}: {consent.statement}"


def _print_report(report: SampleReport) -> None:
    bits = f", {report.bit_depth} bit" if report.bit_depth else ""
    put(
        f"{report.duration_s:.1f} s, of which {report.speech_s:.1f} s speech; {report.format} "
        f"({report.codec}), {report.sample_rate} Hz, {report.channels} channel(s){bits}"
    )
    table(
        ("figure", "value", "good", "verdict", "advice"),
        ((m.name, m.told or None, m.threshold, m.verdict.value, m.advice) for m in report.measures),
        empty="Nothing was measured.",
    )
    put(f"Quality: {report.quality_score:.2f} of 1")
    table(
        ("provider", "verdict", "because"),
        ((v.engine, v.state.value, " ".join(v.because)) for v in report.verdicts.values()),
        empty="No provider was considered.",
    )


def _print_prepared(provider: str, prepared: PreparedSample) -> None:
    put(f"For {provider}: {prepared.duration_s:.1f} s{', denoised' * prepared.denoised}.")
    for repair in prepared.done:
        put(f"- {repair.get('sentence', repair)}")
