"""The licences of StyleTTS 2. Nothing has to be accepted first; the condition is shown."""

from __future__ import annotations

from polyvox.domain.capabilities import Licence

CONDITION = (
    "Tell listeners that the speech is synthetic, unless the speaker has permitted the use of the"
    " voice. This is what the authors of the published weights ask:"
    " https://github.com/yl4579/StyleTTS2#license"
)
LICENCE = Licence(
    code="Apache-2.0",
    weights="LicenseRef-StyleTTS2",
    commercial_use=True,
    note=f"Polyvox runs the weights by code of its own, with espeak-ng (GPL-3.0). {CONDITION}",
)
OWN_NOTE = "These are weights of your own: what their licence allows is yours to know."
