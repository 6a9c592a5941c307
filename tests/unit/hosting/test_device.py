from __future__ import annotations

import pytest
import torch

from polyvox.errors import Misconfigured
from polyvox.hosting.device import device_for

pytestmark = pytest.mark.heavy


@pytest.mark.parametrize(
    ("asked", "there", "expected"),
    [
        ("auto", True, "cuda"),
        ("auto", False, "cpu"),
        ("cuda", True, "cuda"),
        ("cpu", True, "cpu"),
        ("cpu", False, "cpu"),
    ],
)
def test_a_gpu_is_used_where_there_is_one_and_nobody_says_otherwise(
    asked: str, there: bool, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    assert device_for(asked, "xtts_v2") == torch.device(expected)


def test_a_gpu_that_is_not_there_is_told_with_whose_setting_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(Misconfigured, match=r"No CUDA GPU.*device of xtts_v2 to auto or cpu"):
        device_for("cuda", "xtts_v2")
