from __future__ import annotations

import torch

from polyvox.providers.styletts2.network.model import StyleTTS2


def same(ours: StyleTTS2, theirs: StyleTTS2) -> None:
    mine, other = ours.state_dict(), theirs.state_dict()
    assert list(mine) == list(other)
    for name, value in other.items():
        assert mine[name].dtype == value.dtype, name
        assert torch.equal(mine[name], value), name
