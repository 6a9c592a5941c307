"""Weights of a checkpoint, with the normalizations of its training taken into them."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

LENGTH, DIRECTION = ".weight_g", ".weight_v"
"""Weight norm (Salimans & Kingma 2016): g v / |v|, the norm over all axes but the first."""
ORIGINAL, LEFT, RIGHT = ".weight_orig", ".weight_u", ".weight_v"
"""Spectral norm (Miyato et al. 2018): W / (u · W · v), with u and v as they are stored."""


def fold(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """``state`` with plain weights in place of normalized ones. Raises KeyError."""
    folded: dict[str, Tensor] = {}
    for name, value in state.items():
        if name.endswith(LENGTH):
            base = name.removesuffix(LENGTH)
            folded[f"{base}.weight"] = _weight_norm(value, state[base + DIRECTION])
        elif name.endswith(ORIGINAL):
            base = name.removesuffix(ORIGINAL)
            folded[f"{base}.weight"] = _spectral_norm(
                value, state[base + LEFT], state[base + RIGHT]
            )
        elif not name.endswith((DIRECTION, LEFT)):
            folded[name] = value
    return folded


def _weight_norm(length: Tensor, direction: Tensor) -> Tensor:
    norm: Tensor = direction.flatten(1).norm(dim=1).reshape(length.shape)
    return direction * (length / norm)


def _spectral_norm(weight: Tensor, left: Tensor, right: Tensor) -> Tensor:
    sigma: Tensor = left.dot(weight.flatten(1).mv(right))
    return weight / sigma
