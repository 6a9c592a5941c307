"""``polyvox lexicon``."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from polyvox.cli.asking import normalized, utf8
from polyvox.cli.documents import STDIN
from polyvox.cli.lexicon_files import read_entries
from polyvox.cli.options import Json
from polyvox.cli.output import done, print_json, put, table
from polyvox.cli.session import call
from polyvox.errors import RequestError

if TYPE_CHECKING:
    from polyvox.domain.lexicon import LexiconEntry
    from polyvox.services.lexicon import LexiconService
    from polyvox.services.ports import StoredLexicon

app = typer.Typer(
    name="lexicon",
    help="Words and how they are spoken, for the whole server or for one personality.",
    no_args_is_help=True,
)


class Format(StrEnum):
    JSON = "json"
    PLS = "pls"


Personality = Annotated[
    str | None,
    typer.Option(metavar="ID", help="Whose lexicon; default: that of the whole server."),
]
Written = Annotated[str, typer.Argument(metavar="WRITTEN", help="The word as it stands in texts.")]
Language = Annotated[
    str | None, typer.Option(help="The language it holds for; default: every one.")
]
Case = Annotated[bool, typer.Option("--case", help="Only with capitals as they are written here.")]


@app.command("list")
def list_(personality: Personality = None, as_json: Json = False) -> None:
    """List all words, the server's or a personality's own."""
    from polyvox.domain.lexicon import documents

    found = call(lambda services: services.lexicon.get(personality), providers=False)
    if as_json:
        print_json(documents(found.entries))
        return
    table(
        ("written", "spoken", "IPA", "language", "capitals"),
        (
            (e.written, e.spoken, e.ipa, e.language, "as written" if e.case else "")
            for e in found.entries
        ),
        empty="The lexicon is empty. Add a word: polyvox lexicon add Xiaomi 'shao mee'.",
    )


@app.command()
def add(
    written: Written,
    spoken: Annotated[
        str | None, typer.Argument(metavar="[SPOKEN]", help="The word spelled as it sounds.")
    ] = None,
    ipa: Annotated[str | None, typer.Option(help="Its sounds, in IPA, such as ʃaʊˈmiː.")] = None,
    language: Language = None,
    case: Case = False,
    personality: Personality = None,
    as_json: Json = False,
) -> None:
    """Add a word, or change how it is spoken."""
    given = {"written": utf8(written, "WRITTEN"), "spoken": spoken, "ipa": ipa}
    [entry] = _parsed([{**given, "language": normalized(language), "case": case}])

    async def added(lexicon: LexiconService) -> StoredLexicon:
        stored = await lexicon.get(personality)
        entries = [*_without(stored.entries, [entry]), entry]
        return await lexicon.replace(entries, personality, expected_version=stored.version)

    call(lambda services: added(services.lexicon), providers=False)
    done(entry.document(), f"'{entry.written}' is in the lexicon.", as_json=as_json)


@app.command()
def remove(
    written: Written,
    language: Annotated[
        str | None, typer.Option(help="Only the entry for this language; default: all of the word.")
    ] = None,
    personality: Personality = None,
    as_json: Json = False,
) -> None:
    """Remove a word, however its capitals are written."""
    from polyvox.domain.lexicon import folded

    tag, word = normalized(language), utf8(written, "WRITTEN")

    async def removed(lexicon: LexiconService) -> Sequence[LexiconEntry]:
        stored = await lexicon.get(personality)
        same = [e for e in stored.entries if folded(e.written) == folded(word)]
        gone = [e for e in same if tag in (None, e.language)]
        if not gone:
            raise RequestError("The lexicon does not have this word.", param="written")
        left = _without(stored.entries, gone)
        await lexicon.replace(left, personality, expected_version=stored.version)
        return gone

    gone = call(lambda services: removed(services.lexicon), providers=False)
    told = [entry.document() for entry in gone]
    done(told, f"'{gone[0].written}' is out of the lexicon.", as_json=as_json)


@app.command("import")
def import_(
    source: Annotated[
        Path, typer.Argument(metavar="FILE|-", help="JSON as `export` writes it, or W3C's PLS 1.0.")
    ],
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the words that the file does not have.")
    ] = False,
    personality: Personality = None,
    as_json: Json = False,
) -> None:
    """Replace all words by those of a file."""
    entries = read_entries(source)

    async def imported(lexicon: LexiconService) -> StoredLexicon:
        stored = await lexicon.get(personality)
        kept = _without(stored.entries, entries) if keep else []
        return await lexicon.replace(
            [*kept, *entries], personality, expected_version=stored.version
        )

    lexicon = call(lambda services: imported(services.lexicon), providers=False)
    told = {"entries": len(lexicon.entries), "version": lexicon.version}
    done(told, f"The lexicon has {_words(lexicon.entries)} now.", as_json=as_json)


@app.command()
def export(
    target: Annotated[
        Path, typer.Argument(metavar="[FILE|-]", help="Default: standard output.")
    ] = STDIN,
    format_: Annotated[
        Format | None,
        typer.Option("--format", help="Default: pls for a file .pls or .xml, else json."),
    ] = None,
    personality: Personality = None,
    as_json: Json = False,
) -> None:
    """Write all words to a file, as JSON or W3C's PLS 1.0."""
    from polyvox.cli.lexicon_files import as_text, write_text

    found = call(lambda services: services.lexicon.get(personality), providers=False)
    by_name = Format.PLS if target.suffix.casefold() in (".pls", ".xml") else Format.JSON
    text = as_text(found.entries, pls=(format_ or by_name) is Format.PLS)
    if target == STDIN:
        put(text.rstrip("\n"))
        return
    write_text(target, text)
    told = {"file": str(target), "entries": len(found.entries)}
    done(told, f"{_words(found.entries)} written to {target}.", as_json=as_json)


def _parsed(entries: Sequence[Any]) -> tuple[LexiconEntry, ...]:
    """Raises InvalidSetting."""
    from polyvox.domain.lexicon import parse_lexicon

    return parse_lexicon(entries)


def _without(entries: Sequence[LexiconEntry], gone: Sequence[LexiconEntry]) -> list[LexiconEntry]:
    from polyvox.domain.lexicon import identity

    out = set(map(identity, gone))
    return [entry for entry in entries if identity(entry) not in out]


def _words(entries: Sequence[LexiconEntry]) -> str:
    return "1 word" if len(entries) == 1 else f"{len(entries)} words"
