"""Load a StyleTTS 2 checkpoint quickly and safely, and never write to it.

The model is built without memory for its weights; those that need no folding are mapped from the
file, read when first touched and shared with every process that maps the same file.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from polyvox.errors import Misconfigured
from polyvox.providers.styletts2.model_files import CONFIG, checkpoint_in, read_config, read_plbert
from polyvox.providers.styletts2.network.folding import fold
from polyvox.providers.styletts2.network.model import StyleTTS2
from polyvox.providers.styletts2.network.sizes import read_sizes
from polyvox.providers.styletts2.unpickling import read_tensors

PARTS = (
    "bert",
    "bert_encoder",
    "predictor",
    "decoder",
    "text_encoder",
    "predictor_encoder",
    "style_encoder",
    "diffusion",
)
"""Of what a file holds; the others only served the training."""
PARALLEL = "module."
"""Before all names, where training ran on several GPUs."""
NETWORK, AGAIN = "unet.", "diffusion.net."
"""The diffusion's only part, and its other name."""
COUNTED = "embeddings.position_ids"
"""0, 1, 2 …: weights of older versions of transformers."""
REMEDY = "Fetch the files again from where they were published."

Net = Mapping[str, Mapping[str, Tensor]]


def load_model(
    folder: Path,
    device: torch.device | str = "cpu",
    decoder_dtype: torch.dtype = torch.float32,
) -> StyleTTS2:
    """The model of ``folder`` on ``device``, in evaluation mode; fp32 but for the decoder.

    Its weights are mapped: they may be replaced or copied, not written to in place. Raises
    Misconfigured, naming the file.
    """
    try:
        config, plbert = read_config(folder), read_plbert(folder)
        path = checkpoint_in(folder)
        model = assemble(_net(path), config, plbert, path.name)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise Misconfigured(f"{folder} cannot be loaded: {reason}.", remedy=REMEDY) from error
    model.decoder.in_precision(decoder_dtype)
    return model.to(device)


def assemble(
    net: Net, config: Mapping[str, Any], plbert: Mapping[str, Any], name: str = "net"
) -> StyleTTS2:
    """The model of weights as a checkpoint holds them, and of what ``read_config`` and
    ``read_plbert`` gave. ``name`` is for errors. Raises ValueError in plain words."""
    missing = [part for part in PARTS if part not in net]
    if missing:
        raise ValueError(f"{name} holds no {' and no '.join(missing)}")
    foreign = f"the weights in {name} are not those that {CONFIG} describes"
    try:
        parts = {part: fold(_cleaned(part, net[part])) for part in PARTS}
        sizes = read_sizes(parts, config, plbert)
    except (KeyError, IndexError, TypeError, AttributeError, RuntimeError) as error:
        raise ValueError(foreign) from error
    state = {f"{part}.{key}": value for part in PARTS for key, value in parts[part].items()}
    try:
        with torch.device("meta"):
            model = StyleTTS2(sizes)
        model.load_state_dict(state, assign=True)
    except (RuntimeError, ValueError) as error:  # it lists every key, over pages
        raise ValueError(foreign) from error
    model.requires_grad_(requires_grad=False)
    return model.eval()


def _net(path: Path) -> Net:
    net = read_tensors(path).get("net")
    if not isinstance(net, dict):
        raise ValueError(f"{path.name} holds no weights under `net`")
    return net


def _cleaned(part: str, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights of one part, under the model's names, in fp32. Raises TypeError."""
    named = {name.removeprefix(PARALLEL): value for name, value in state.items()}
    if not all(isinstance(value, Tensor) for value in named.values()):
        raise TypeError(f"{part} holds more than tensors")
    if part == "diffusion":
        named = {
            name.removeprefix(NETWORK): value
            for name, value in named.items()
            if not name.startswith(AGAIN)
        }
    named.pop(COUNTED, None)
    return {
        name: value.float() if value.is_floating_point() else value for name, value in named.items()
    }
