"""An extract of Azure's list of voices, in its own form and order."""

from __future__ import annotations

from typing import Any

import langcodes

_PLAIN = """
ar-EG-SalmaNeural ar-SA-HamedNeural ar-SA-ZariyahNeural bn-BD-NabanitaNeural bn-IN-TanishaaNeural
cs-CZ-VlastaNeural de-DE-AmalaNeural de-DE-KatjaNeural en-AU-NatashaNeural en-GB-LibbyNeural
en-GB-SoniaNeural en-US-AnaNeural en-US-GuyNeural en-US-JennyNeural es-AR-ElenaNeural
es-ES-ElviraNeural es-MX-DaliaNeural es-US-PalomaNeural fil-PH-AngeloNeural fil-PH-BlessicaNeural
fr-CA-SylvieNeural fr-FR-DeniseNeural he-IL-HilaNeural hi-IN-SwaraNeural hu-HU-NoemiNeural
id-ID-GadisNeural it-IT-ElsaNeural ja-JP-NanamiNeural ko-KR-SunHiNeural ms-MY-YasminNeural
nb-NO-PernilleNeural nl-NL-FennaNeural pl-PL-AgnieszkaNeural pt-BR-FranciscaNeural
pt-PT-RaquelNeural ru-RU-SvetlanaNeural sw-KE-ZuriNeural sw-TZ-RehemaNeural ta-IN-PallaviNeural
te-IN-ShrutiNeural th-TH-PremwadeeNeural tr-TR-EmelNeural vi-VN-HoaiMyNeural wuu-CN-XiaotongNeural
yue-CN-XiaoMinNeural zh-CN-XiaoxiaoNeural zh-CN-YunxiNeural zh-HK-HiuMaanNeural
zh-TW-HsiaoChenNeural
"""
_STYLES = {
    "en-US-JennyNeural": ["assistant", "chat", "cheerful", "sad", "whispering"],
    "zh-CN-XiaoxiaoNeural": ["calm", "cheerful", "lyrical"],
}
_MALE = ("Hamed", "Guy", "Angelo", "Yunxi", "Yundeng", "Andrew")


def _entry(name: str, locale: str, **more: Any) -> dict[str, Any]:
    own = name.removeprefix(f"{locale}-")
    shown = own.split(":")[0].removesuffix("Neural").replace("Multilingual", " Multilingual")
    return {
        "Name": f"Microsoft Server Speech Text to Speech Voice ({locale}, {own})",
        "DisplayName": shown,
        "LocalName": shown,
        "ShortName": name,
        "Gender": "Male" if shown.split()[0] in _MALE else "Female",
        "Locale": locale,
        "LocaleName": langcodes.Language.get(locale).display_name(),
        "SampleRateHertz": "24000",
        "VoiceType": "Neural",
        "Status": "GA",
        **({"StyleList": _STYLES[name]} if name in _STYLES else {}),
        **more,
    }


LISTED: tuple[dict[str, Any], ...] = (
    _entry("de-DE-KatjaOldNeural", "de-DE", Status="Deprecated"),
    _entry("en-US-Ava:DragonHDLatestNeural", "en-US", SampleRateHertz="48000"),
    _entry("en-US-Nova:DragonHDLatestNeural", "en-US", Status="Preview"),
    _entry("en-US-BlueNeural", "en-US", Status="Preview"),
    _entry(
        "en-US-AvaMultilingualNeural",
        "en-US",
        SecondaryLocaleList=["de-DE", "es-MX", "fil-PH", "uk-UA", "zh-CN", "zh-CN-shaanxi"],
    ),
    *(_entry(name, name.rsplit("-", 1)[0]) for name in _PLAIN.split()),
    _entry("zh-CN-henan-YundengNeural", "zh-CN-henan"),
)
