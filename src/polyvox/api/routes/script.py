"""What to read for a sample."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from polyvox.api.schemas import LanguageTag
from polyvox.domain.recording_script import FALLBACK, MAX_STORE, RecordingScript, recording_script

router = APIRouter(tags=["samples"])


@router.get("/v1/recording-script", summary="What to read for a sample")
async def script(
    language: Annotated[LanguageTag, Query(description="Of the sample.")] = FALLBACK,
    store: Annotated[
        str | None,
        Query(max_length=MAX_STORE, description="Takes the place of `[Store Name]`."),
    ] = None,
) -> RecordingScript:
    """Sentences in four moods, each with the seconds that reading it aloud takes, about. Where there
    is no script in the language, the English one comes with a note."""
    return recording_script(language, store)
