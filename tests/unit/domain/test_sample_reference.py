from __future__ import annotations

import pytest

from polyvox.domain.sample_reference import SAMPLE_ID, named_sample, new_sample_id, sample_url
from polyvox.errors import InvalidSetting

ID = "smp_" + "0a" * 16
PATH = f"/v1/personalities/joe/samples/{ID}"
OWN = ("127.0.0.1", "localhost", "voices.home")


def test_ids_are_opaque_and_never_the_same() -> None:
    ids = {new_sample_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(SAMPLE_ID.fullmatch(name) for name in ids)


@pytest.mark.parametrize(
    "url",
    [
        sample_url(ID),
        PATH,
        f"{PATH}/audio",
        f"{PATH}/audio?version=original",
        f"http://127.0.0.1:8765{PATH}",
        f"https://Voices.Home{PATH}/audio",
    ],
)
def test_our_own_addresses_name_the_sample(url: str) -> None:
    assert named_sample(url, OWN) == ID


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.example/sample.wav",
        f"https://evil.example{PATH}",
        f"http://127.0.0.1.evil.example{PATH}",
        "http://2130706433/x.wav",
        "https://.../sample.wav",
    ],
)
def test_addresses_of_others_name_none(url: str) -> None:
    """Whether they may be asked is the fetcher's to say."""
    assert named_sample(url, OWN) is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        ID,
        "/etc/passwd",
        "../../etc/passwd",
        "file:///etc/passwd",
        "polyvox://samples/",
        "polyvox://samples/../../etc/passwd",
        f"polyvox://samples/{ID}/../x",
        f"polyvox://samples/{ID.upper()}",
        f"polyvox://samples/{ID}\n",
        f"polyvox://elsewhere/{ID}",
        f"file://{PATH}",
        f"file://localhost{PATH}",
        f"javascript:{PATH}",
        f"//evil.example{PATH}",
        "http://127.0.0.1/metrics",
        f"http://localhost/v1/personalities/joe/samples/../{ID}",
        "http://[::1",
        "s3://bucket/key",
    ],
)
def test_what_names_nothing_is_refused(url: str) -> None:
    with pytest.raises(InvalidSetting, match="neither a stored sample"):
        named_sample(url, OWN)
