"""In which numbers the model works: exact fp32, or what the device multiplies sooner.

Decoding is bound by reading the weights for every token, so the GPT gains from small weights (int8
on a CPU, half precision on a GPU); the vocoder is bound by arithmetic, and gains from bf16 units.
Sums, norms and logits are fp32 in every plan.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F  # noqa: N812 - torch's own name for it
from torch import Tensor

from polyvox.errors import Misconfigured

Linear = Callable[[Tensor], Tensor]
"""fp32 [rows, inputs] to fp32 [rows, outputs]."""
HALF = {"bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True, slots=True)
class Plan:
    """``cache`` is the type of the remembered keys and values, ``vocoder`` of its convolutions."""

    gpt: Literal["fp32", "bf16", "fp16", "int8"]
    cache: torch.dtype
    vocoder: torch.dtype

    @property
    def exact(self) -> bool:
        return self.gpt == "fp32"


def plan(asked: str, device: torch.device) -> Plan:
    """``asked`` is a value of XttsOptions.precision. Raises Misconfigured for what the device
    cannot do."""
    return _on_gpu(asked) if device.type == "cuda" else _on_cpu(asked)


def _on_cpu(asked: str) -> Plan:
    if asked == "fp32":
        return Plan("fp32", torch.float32, torch.float32)
    if asked == "bf16":
        return Plan("bf16", torch.bfloat16, torch.bfloat16)
    if asked == "fp16":
        raise Misconfigured(
            "Half precision (fp16) needs a GPU.", remedy="Set the precision to auto, bf16 or fp32."
        )
    # Attention over fp32 keys takes half the time of bf16 ones, which are widened at each step.
    return Plan("int8", torch.float32, torch.bfloat16 if _has_bf16_units() else torch.float32)


def _on_gpu(asked: str) -> Plan:
    """The vocoder stays fp32: a GPU makes a second of audio in a few milliseconds either way."""
    if asked == "fp32":
        return Plan("fp32", torch.float32, torch.float32)
    if asked == "int8":
        raise Misconfigured(
            "The int8 kernels are for the CPU.", remedy="Set the precision to auto, fp16 or bf16."
        )
    half: Literal["bf16", "fp16"] = "bf16" if asked == "bf16" else "fp16"
    return Plan(half, HALF[half], torch.float32)


def _has_bf16_units() -> bool:
    """Elsewhere bf16 is emulated, and slower than fp32."""
    has = torch.cpu.get_capabilities()
    return any(has.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def linear(weight: Tensor, bias: Tensor, kind: str) -> Linear:
    """``weight`` [inputs, outputs] is only read, and kept by the exact kind alone."""
    if kind == "fp32":
        return lambda rows: torch.addmm(bias, rows, weight)
    if kind == "int8":
        return int8_linear(*quantized(weight), bias)
    dtype = HALF[kind]
    narrow, short = weight.t().to(dtype).contiguous(), bias.to(dtype)
    return lambda rows: F.linear(rows.to(dtype), narrow, short).float()


def quantized(weight: Tensor) -> tuple[Tensor, Tensor]:
    """int8 [outputs, inputs] and the fp32 scale of each output, of ``weight`` [inputs, outputs]."""
    low, high = torch.aminmax(weight, dim=0)
    scale = torch.maximum(-low, high).clamp_min(1e-12) / 127
    return (weight / scale).round_().to(torch.int8).t().contiguous(), scale


def int8_linear(weight: Tensor, scale: Tensor, bias: Tensor) -> Linear:
    """Of what ``quantized`` gives. The activations of a call share one scale, made on the way."""
    if not _has_quantized_operators():
        return _weight_only(weight, scale, bias)
    zeros = torch.zeros_like(scale, dtype=torch.long)
    tensor = torch._make_per_channel_quantized_tensor(weight, scale.double(), zeros, 0)
    packed = torch.ops.quantized.linear_prepack(tensor, bias)
    # Without these instructions pairs of products are summed in 16 bits: a bit is kept free for it.
    narrow = not torch.cpu._is_vnni_supported()

    def multiply(rows: Tensor) -> Tensor:
        product: Tensor = torch.ops.quantized.linear_dynamic(rows, packed, narrow)
        return product

    return multiply


def _has_quantized_operators() -> bool:
    return hasattr(torch.ops.quantized, "linear_dynamic")


def _weight_only(weight: Tensor, scale: Tensor, bias: Tensor) -> Linear:
    """The kernel of torch's core, twice as slow: for a torch without the quantized operators."""
    short = scale.bfloat16()
    return lambda rows: torch._weight_int8pack_mm(rows.bfloat16(), weight, short).float() + bias
