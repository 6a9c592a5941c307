"""Scene: lexicons, of the server and of a personality."""

from __future__ import annotations

from polyvox.services.pls import MEDIA_TYPE, PLS
from tests.integration.kept.recorder import Recorder
from tests.integration.kept.scenes import scene
from tests.support.server import RunningServer

SERVER, OWN = "/v1/lexicon", "/v1/personalities/joe/lexicon"
ENTRIES = [
    {"written": "Xiaomi", "spoken": "shao mee", "language": "en", "ipa": "ʃaʊˈmiː"},
    {"written": "GIF", "spoken": "jif", "case": True},
]
DOCUMENT = (
    f'<lexicon version="1.0" xmlns="{PLS}" alphabet="ipa" xml:lang="en"><lexeme>'
    "<grapheme>Xiaomi</grapheme><phoneme>ʃaʊˈmiː</phoneme></lexeme></lexicon>"
)
AS_PLS = {"content-type": MEDIA_TYPE}


@scene("lexicons", exact=True)
async def lexicons(record: Recorder, _: RunningServer) -> None:
    for whose, at in {"server": SERVER, "personality": OWN}.items():
        await record.get(f"{whose}: get", at)
        await record.call(f"{whose}: replace", "PUT", at, json=ENTRIES)
        stale = {"if-match": '"0"'}
        await record.call(f"{whose}: a stale version", "PUT", at, json=ENTRIES, headers=stale)
        body = DOCUMENT.encode()
        await record.call(
            f"{whose}: replace by PLS", "PUT", at, data=body, shown=DOCUMENT, headers=AS_PLS
        )
        await record.get(f"{whose}: get as PLS", at, headers={"accept": MEDIA_TYPE})
    await _refused(record)


async def _refused(record: Recorder) -> None:
    wrong = [*ENTRIES, {"written": " ", "spoken": "x"}]
    await record.call("a wrong entry", "PUT", SERVER, json=wrong)
    await record.call("no entries", "PUT", SERVER, json={"words": []})
    await record.call("no PLS", "PUT", SERVER, data=b"<a/>", shown="<a/>", headers=AS_PLS)
    config = {"lexicon": [{"written": "x"}]}
    await record.patch(
        "a wrong entry of a personality", "/v1/personalities/joe", json={"voice_config": config}
    )
    await record.get("nobody's", "/v1/personalities/nobody/lexicon")
