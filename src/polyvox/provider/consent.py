"""A licence of weights that must be accepted before they load, and the operator's word that it was."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from polyvox.errors import ConfigError

RECORD = "licence.json"


@dataclass(frozen=True, slots=True)
class Consent:
    """What has to be accepted, once: the word is kept in the provider's folder.

    ``licence`` by its SPDX name; ``terms`` say what it demands, as the rest of a sentence. With ``1``
    in the environment ``variable`` the operator has said so, too.
    """

    licence: str
    terms: str
    text_url: str
    variable: str

    def is_given(self, data_dir: Path) -> bool:
        """Never raises."""
        return self._said() or self._recorded(data_dir)

    def keep_said(self, data_dir: Path) -> None:
        """Record what the environment says. Raises ConfigError when it cannot be written."""
        if self._said():
            self.record(data_dir, by=self.variable)

    def record(self, data_dir: Path, *, by: str) -> None:
        """Keep that the licence was accepted, when and ``by`` which means; once is enough.

        Raises ConfigError when it cannot be written.
        """
        if self._recorded(data_dir):
            return
        path = data_dir / RECORD
        now = datetime.now(UTC).isoformat(timespec="seconds")
        record = {"licence": self.licence, "text": self.text_url, "accepted_at": now, "by": by}
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f".{path.name}.part")
            part.write_text(json.dumps(record, indent=2) + "\n")
            part.replace(path)
        except OSError as error:
            raise ConfigError(f"{path} cannot be written ({error.strerror}).") from error

    def _said(self) -> bool:
        return os.environ.get(self.variable) == "1"

    def _recorded(self, data_dir: Path) -> bool:
        try:
            record = json.loads((data_dir / RECORD).read_bytes())
            return bool(record["licence"] == self.licence and record["accepted_at"])
        except (OSError, ValueError, TypeError, KeyError):
            return False
