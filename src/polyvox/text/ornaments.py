"""Letters and digits in fancy dress, made plain; signs that carry meaning keep it."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_COMPATIBLE: Final = re.compile(
    "["
    "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"  # full width
    "\u2460-\u249b\u249c-\u24ea"  # circled, in parentheses, with a full stop
    "\u2102\u210a-\u2115\u2119-\u211d\u2124\u2128\u212c\u212d\u212f-\u2131\u2133\u2134\u2139"
    "\u2160-\u217f"  # Roman numerals
    "\ufb00-\ufb06"  # ligatures
    "\U0001d400-\U0001d7ff\U0001f110-\U0001f12b\U0001f130-\U0001f149"
    "]+"
)
_FULL_WIDTH_SPACED: Final = re.compile(r"(?<=[\uff21-\uff5a])\u3000(?=[\uff21-\uff5a])")
_SMALL_WORD: Final = re.compile(r"[\u02b0-\u02b8\u02e0-\u02e4\u1d2c-\u1d61\u2071\u207f]{2,}")
"""Two raised letters are a word or an ending (1ˢᵗ); one alone is a power."""
_OVERLAY: Final = re.compile(r"[\u0334-\u0338\u20d0-\u20dc\u20e5\u20e6]+")

_SMALL_CAPITALS: Final = dict(
    zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz", strict=True)
)
_SMALL_CAPITAL_WORD: Final = re.compile(
    f"[{''.join(_SMALL_CAPITALS)}]{{2,}}[sx]?|(?<=[a-z])[ᴀʙᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢ]"
)
_SOLID: Final = {
    **{0x1F150 + i: chr(65 + i) for i in range(26)},
    **{0x1F170 + i: chr(65 + i) for i in range(26)},
    **{0x2776 + i: str(i + 1) for i in range(10)},
    **{0x2780 + i: str(i + 1) for i in range(10)},
    **{0x278A + i: str(i + 1) for i in range(10)},
    **{0x24EB + i: str(i + 11) for i in range(10)},
    0x24FF: "0",
}
_SOLID_RUN: Final = re.compile(
    "[\U0001f150-\U0001f169]{2,}|[\U0001f170-\U0001f189\ufe0f]{3,}|[\u2776-\u2793\u24eb-\u24f4\u24ff]"
)


def plain_letters(text: str) -> str:
    """``text`` with ornamental letters and digits as usual ones."""
    text = _FULL_WIDTH_SPACED.sub(" ", _OVERLAY.sub("", text))
    text = _COMPATIBLE.sub(lambda m: unicodedata.normalize("NFKC", m[0]), text)
    text = _SMALL_WORD.sub(lambda m: unicodedata.normalize("NFKC", m[0]), text)
    text = _SOLID_RUN.sub(lambda m: m[0].replace("\ufe0f", "").translate(_SOLID), text)
    return _SMALL_CAPITAL_WORD.sub(lambda m: "".join(_SMALL_CAPITALS.get(c, c) for c in m[0]), text)
