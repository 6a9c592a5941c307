"""The licence of the weights, and the operator's word that it was accepted."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from polyvox.domain.capabilities import Licence
from polyvox.errors import ConfigError

CODE, WEIGHTS = "MPL-2.0", "CPML-1.0"
TEXT_URL = "https://huggingface.co/coqui/XTTS-v2/blob/main/LICENSE.txt"
VARIABLE = "COQUI_TOS_AGREED"
"""What coqui's own downloader asks for."""
RECORD = "licence.json"

LICENCE = Licence(
    code=CODE,
    weights=WEIGHTS,
    commercial_use=False,
    note=(
        "coqui-tts is under the MPL. The Coqui Public Model License allows non-commercial use only,"
        f" of the weights and of what they speak: {TEXT_URL}"
    ),
)


def agreed_by_environment() -> bool:
    return os.environ.get(VARIABLE) == "1"


def is_accepted(data_dir: Path) -> bool:
    """Recorded earlier, or said by the environment. Never raises."""
    return agreed_by_environment() or _recorded(data_dir)


def _recorded(data_dir: Path) -> bool:
    try:
        record = json.loads((data_dir / RECORD).read_bytes())
        return bool(record["licence"] == WEIGHTS and record["accepted_at"])
    except (OSError, ValueError, TypeError, KeyError):
        return False


def record_acceptance(data_dir: Path, *, by: str) -> None:
    """Keep that the licence was accepted, when and ``by`` which means; once is enough.

    Raises ConfigError when it cannot be written.
    """
    if _recorded(data_dir):
        return
    path = data_dir / RECORD
    now = datetime.now(UTC).isoformat(timespec="seconds")
    record = {"licence": WEIGHTS, "text": TEXT_URL, "accepted_at": now, "by": by}
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        part.write_text(json.dumps(record, indent=2) + "\n")
        part.replace(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written ({error.strerror}).") from error
