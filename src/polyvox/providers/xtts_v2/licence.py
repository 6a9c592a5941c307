"""The licences of XTTS v2, and what the operator has to accept."""

from __future__ import annotations

from polyvox.domain.capabilities import Licence
from polyvox.provider.consent import Consent

CONSENT = Consent(
    licence="CPML-1.0",
    terms="the Coqui Public Model License: non-commercial use only, of the model and of what it speaks",
    text_url="https://huggingface.co/coqui/XTTS-v2/blob/main/LICENSE.txt",
    variable="COQUI_TOS_AGREED",  # what coqui's own downloader asks for
)
LICENCE = Licence(
    code="MPL-2.0",
    weights=CONSENT.licence,
    commercial_use=False,
    note=(
        "coqui-tts is under the MPL. The Coqui Public Model License allows non-commercial use only,"
        f" of the weights and of what they speak: {CONSENT.text_url}"
    ),
)
