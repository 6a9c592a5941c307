from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from polyvox.errors import ProviderError, QuotaExhausted, Refused, Throttled, Unavailable
from polyvox.provider.error_map import LONGEST_RETRY_AFTER_S, ErrorMap, MappedError, retry_after_s

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TABLE = ErrorMap(
    service="The service",
    by_code={
        429: MappedError(Throttled, "Too many.", "Wait."),
        "INVALID_ARGUMENT": MappedError(Refused, "Refused."),
    },
    by_words={
        (429, "quota"): MappedError(QuotaExhausted, "The quota is used up."),
        (429, "monthly"): MappedError(Refused, "Later rows lose."),
    },
)


@pytest.mark.parametrize(
    ("code", "said", "kind"),
    [
        (429, "", Throttled),
        (429, "Your QUOTA is gone", QuotaExhausted),
        (429, "the monthly quota", QuotaExhausted),
        (403, "quota", Unavailable),
        ("INVALID_ARGUMENT", "", Refused),
        ("DEADLINE_EXCEEDED", "", Unavailable),
    ],
)
def test_words_come_before_codes(code: int | str, said: str, kind: type[ProviderError]) -> None:
    error = TABLE.error(code, said=said, request_id="r-1")
    assert type(error) is kind
    assert error.request_id == "r-1"


def test_a_verdict_gives_its_words_and_its_remedy() -> None:
    error = TABLE.error(429, said="private words", retry_after=3.0)
    assert isinstance(error, Throttled)
    assert (error.message, error.remedy, error.retry_after) == ("Too many.", "Wait.", 3.0)
    assert TABLE.error(599).message == "The service answered with 599."


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("12", 12.0),
        (" 1.5 ", 1.5),
        ("-1", 0.0),
        ("inf", LONGEST_RETRY_AFTER_S),
        ("nan", None),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 14:00:30 +0200", 30.0),
        ("Sun, 01 Mar 2026 12:00:30 -0000", 30.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("Tue, 01 Mar 2095 12:00:00 GMT", LONGEST_RETRY_AFTER_S),
        ("Sun, 99 Mar 2026 12:00:30 GMT", None),
        ("tomorrow", None),
    ],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    assert retry_after_s(header, NOW) == seconds


dates = st.builds(
    "{}, {} {} {} {}:{}:{} {}".format,
    *[st.sampled_from(["Sun", "x"]), st.integers(0, 40), st.sampled_from(["Mar", "Foo", "2"])],
    *[st.integers(0, 100_000), st.integers(0, 30), st.integers(0, 70), st.integers(0, 70)],
    st.sampled_from(["GMT", "", "+9999", "-9999", "+99999999", "+99999999999999999999"]),
)


@given(st.text() | dates)
@example("0 MAR 0:0 2200000000")
@example("0 MAR 0 0:0 2400000000000")
def test_whatever_the_header_says_it_is_survived(header: str) -> None:
    seconds = retry_after_s(header, NOW)
    assert seconds is None or 0.0 <= seconds <= LONGEST_RETRY_AFTER_S


@given(st.integers(1, 3599))
def test_a_date_is_as_good_as_seconds(seconds: int) -> None:
    at = (NOW + timedelta(seconds=seconds)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert retry_after_s(at, NOW) == seconds
