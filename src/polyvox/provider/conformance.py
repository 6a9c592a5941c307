"""What every provider promises, as checks to run on yours.

With pytest, say::

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
    async def test_keeps_its_promises(check: Check, tmp_path: Path) -> None:
        await check(Subject(lambda: MyProvider(ProviderContext(tmp_path)), my_utterance))

or, without it, ``await run_all(subject)``. A broken promise raises ContractBroken, which says which.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from polyvox.provider.conformance_claims import (
    claims_real_languages,
    describes_every_setting,
    keeps_its_revision,
    lists_voices_of_its_languages,
    refuses_unknown_settings,
    says_who_it_is,
    tells_its_availability_at_any_time,
)
from polyvox.provider.conformance_leaving import (
    leaves_nothing_running,
    may_be_stopped_at_any_time,
    stops_when_cancelled_before_audio,
    stops_when_the_listener_leaves,
)
from polyvox.provider.conformance_speech import (
    changes_its_speed_or_says_it_cannot,
    follows_instructions_or_claims_none,
    keeps_two_listeners_apart,
    refuses_an_unknown_voice,
    says_what_it_is_given,
    speaks,
    speaks_the_longest_text,
)
from polyvox.provider.trial import ContractBroken, Subject

__all__ = ["CHECKS", "Check", "ContractBroken", "Subject", "run_all"]

Check = Callable[[Subject], Awaitable[None]]

CHECKS: tuple[Check, ...] = (
    says_who_it_is,
    describes_every_setting,
    refuses_unknown_settings,
    tells_its_availability_at_any_time,
    claims_real_languages,
    lists_voices_of_its_languages,
    keeps_its_revision,
    speaks,
    says_what_it_is_given,
    speaks_the_longest_text,
    keeps_two_listeners_apart,
    stops_when_the_listener_leaves,
    stops_when_cancelled_before_audio,
    leaves_nothing_running,
    refuses_an_unknown_voice,
    changes_its_speed_or_says_it_cannot,
    follows_instructions_or_claims_none,
    may_be_stopped_at_any_time,
)


async def run_all(subject: Subject) -> None:
    """Every check in turn. Raises ContractBroken at the first promise not kept."""
    for check in CHECKS:
        await check(subject)
