"""What a refusal of IBM means: the tables for the speech service and for IAM, its door."""

from __future__ import annotations

from polyvox.errors import BadOutput, Misconfigured, QuotaExhausted, Refused, Throttled
from polyvox.provider.error_map import ErrorMap, MappedError
from polyvox.providers.ibm_watson.settings import PROVIDER_ID, VARIABLES

SET_KEY = (
    f"Set {VARIABLES['api_key']} and {VARIABLES['url']}, or the options api_key and url of"
    f" providers.{PROVIDER_ID}."
)
MOVED = (301, 302, 303, 307, 308)
CHECK_KEY = (
    "Check IBM_WATSON_API_KEY (option api_key) and IBM_WATSON_URL (option url): they belong"
    " together, and the service's Manage page shows both."
)
CHECK_URL = "Check IBM_WATSON_URL (option url): the service's Manage page shows it."
CHECK_IAM_URL = "Check the option iam_url."


class Unauthorized(Misconfigured):
    """The service took neither token nor key. A token may have run out before its time."""


_SPENT = MappedError(
    QuotaExhausted,
    "The characters of IBM Watson's plan are used up.",
    "Wait for the next month, or upgrade the plan.",
)
_OF_A_PLAN = ("quota", "lite plan limit", "limit of the", "usage limit", "your limit", "allotted")
"""IBM documents neither status nor words for a plan that is used up, but that it is a 4xx which
says so. The limit of one text's length is none of these."""

ERRORS = ErrorMap(
    service="IBM Watson",
    by_code={
        **dict.fromkeys(MOVED, MappedError(Misconfigured, "IBM Watson has moved.", CHECK_URL)),
        400: MappedError(Refused, "IBM Watson refused the request."),
        401: MappedError(Unauthorized, "IBM Watson refused the API key.", CHECK_KEY),
        402: _SPENT,
        403: MappedError(
            Misconfigured, "The API key has no right to this service of IBM Watson.", CHECK_KEY
        ),
        404: MappedError(Misconfigured, "IBM Watson is not at this URL.", CHECK_URL),
        **dict.fromkeys((406, 415), MappedError(BadOutput, "IBM Watson does not make this audio.")),
        413: MappedError(Refused, "The text is too long for IBM Watson."),
        429: MappedError(Throttled, "IBM Watson is asked too often."),
    },
    by_words={
        (404, "model"): MappedError(
            Refused, "IBM Watson no longer has this voice.", "Choose another voice."
        ),
        **{(code, words): _SPENT for code in (400, 403, 429) for words in _OF_A_PLAN},
    },
)

IAM_ERRORS = ErrorMap(
    service="IBM Cloud's IAM",
    by_code={
        **dict.fromkeys(
            MOVED, MappedError(Misconfigured, "IBM Cloud's IAM has moved.", CHECK_IAM_URL)
        ),
        **dict.fromkeys(
            (400, 401, 403),
            MappedError(Misconfigured, "IBM Cloud does not know the API key.", CHECK_KEY),
        ),
        404: MappedError(Misconfigured, "IBM Cloud's IAM is not at this URL.", CHECK_IAM_URL),
        429: MappedError(Throttled, "IBM Cloud's IAM is asked too often."),
    },
)
