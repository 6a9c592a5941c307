"""Which personality may narrate for which."""

from __future__ import annotations

from polyvox.domain.voice_config import VoiceConfig
from polyvox.errors import InvalidSetting, UnknownPersonality
from polyvox.services.ports import PersonalityReader

FIELD = "voice_config.narrator"


async def check_narrator(
    personality: str, config: VoiceConfig, personalities: PersonalityReader
) -> None:
    """Raises InvalidSetting for a narrator of ``personality`` that there is not, or whose own narrators lead
    back to it."""
    passed = [personality]
    name = config.narrator
    while name:
        if name == personality:
            raise InvalidSetting(_circle(passed), param=FIELD, remedy="Name another personality.")
        if name in passed:
            return  # a circle of others, which is theirs to mend
        try:
            found = await personalities.get(name)
        except UnknownPersonality:
            if len(passed) > 1:
                return  # so is a narrator's own
            raise InvalidSetting(
                f"There is no personality '{name[:100]}' to narrate.",
                param=FIELD,
                remedy="`polyvox personalities list` shows those there are.",
            ) from None
        passed.append(name)
        name = found.voice_config.narrator


def _circle(passed: list[str]) -> str:
    if len(passed) == 1:
        return f"'{passed[0]}' cannot be its own narrator."
    return f"'{passed[1]}' cannot narrate for '{passed[0]}', which narrates for it."
