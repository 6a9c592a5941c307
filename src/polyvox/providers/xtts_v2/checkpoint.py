"""Load an XTTS checkpoint quickly and safely, and never write to it.

The model is built without memory for its weights, which are then mapped from the file: they are
read when first touched, and shared with every process that maps the same file. The file is read
by torch's own restricted unpickler; of classes it does not know, those that checkpoints are known
to hold (the training's configuration) become inert, and any other is refused.
"""

from __future__ import annotations

import logging
import pickle
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from polyvox.errors import Misconfigured
from polyvox.provider.inert import Inert
from polyvox.providers.xtts_v2 import torchaudio_standin
from polyvox.providers.xtts_v2.weights import CONFIG, MODEL, VOCABULARY, read_weights

if TYPE_CHECKING:
    from TTS.tts.models.xtts import Xtts

TRAINING = ("dvae", "torch_mel_spectrogram_style_encoder", "torch_mel_spectrogram_dvae")
"""Parts of a fine-tuned checkpoint that only training needs."""
TWICE = ("gpt.gpt_inference.", "gpt.gpt.wte.")
"""In checkpoints saved after inference: weights that are there under their own names too."""
HARMLESS = frozenset({"TTS", "trainer", "coqpit", "collections", "pathlib", "numpy"})
"""Packages whose classes checkpoints hold, as configuration and records of the training."""
AGAIN = "Fetch the files again from where they were published."


def load_model(folder: Path) -> Xtts:
    """The model of ``folder``: on the CPU, fp32, in evaluation mode, set up for inference.

    Its weights are mapped: they may be replaced or copied, not written to in place. Raises
    Misconfigured, naming the file.
    """
    try:
        read_weights(folder)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise Misconfigured(f"{folder} cannot be loaded: {reason}.", remedy=AGAIN) from error
    model = _built(folder)
    state = _cleaned(read_tensors(folder / MODEL), folder / MODEL)
    try:
        model.load_state_dict(state, assign=True)
    except RuntimeError as error:  # it lists every key, over pages
        raise Misconfigured(
            f"The weights in {folder / MODEL} are not those that {CONFIG} beside it describes.",
            remedy=AGAIN,
        ) from error
    model.requires_grad_(requires_grad=False)
    model.eval()
    return model


def read_tensors(path: Path) -> Mapping[str, Any]:
    """What ``torch.save`` wrote, memory-mapped, running nothing of it. Raises Misconfigured."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Detected pickle protocol")  # it reads or refuses it
            saved = _unpickled(path)
    except (pickle.UnpicklingError, OSError, RuntimeError, ValueError, EOFError) as error:
        raise Misconfigured(
            f"{path} is not read: it is damaged, or holds more than a checkpoint does.",
            remedy=AGAIN,
        ) from error
    if not isinstance(saved, dict):
        raise Misconfigured(f"{path} is not a checkpoint.", remedy=AGAIN)
    return saved


def _unpickled(path: Path) -> Any:
    zipped = zipfile.is_zipfile(path)  # not by torch before 1.6: it holds tensors, or is refused
    with torch.serialization.safe_globals(_inert(path) if zipped else []):
        return torch.load(path, map_location="cpu", weights_only=True, mmap=zipped)


def _inert(path: Path) -> list[Any]:
    """Stand-ins for the classes that ``path`` names beyond tensors. Raises Misconfigured."""
    named = torch.serialization.get_unsafe_globals_in_checkpoint(path)
    for name in named:
        if name.split(".")[0] not in HARMLESS:
            raise Misconfigured(
                f"{path} would run {name}, which no checkpoint needs: it may be malicious.",
                remedy="Delete it, and fetch it again from where it was published.",
            )
    return [(Inert, name) for name in named]


def _built(folder: Path) -> Xtts:
    """The model without memory for its weights, and its tokenizer. Raises Misconfigured."""
    torchaudio_standin.install()
    import transformers
    from TTS.tts.configs.xtts_config import XttsConfig
    from TTS.tts.layers.xtts.tokenizer import VoiceBpeTokenizer
    from TTS.tts.models.xtts import Xtts

    transformers.logging.set_verbosity(logging.ERROR)  # it warns of the ids that XTTS does not use
    name = CONFIG
    try:
        config = XttsConfig()
        config.load_json(str(folder / CONFIG))
        config.model_args.gpt_number_text_tokens = None  # else all is built here, and then again
        with torch.device("meta"):
            model = Xtts(config)
            name = VOCABULARY
            model.tokenizer = VoiceBpeTokenizer(str(folder / VOCABULARY))
            model.init_models()
    except Exception as error:  # whatever odd values provoke
        raise Misconfigured(
            f"{folder / name} describes no model that coqui-tts can build.", remedy=AGAIN
        ) from error
    return model


def _cleaned(checkpoint: Mapping[str, Any], path: Path) -> dict[str, Tensor]:
    """The weights, under the model's names, in fp32."""
    state = checkpoint.get("model")
    if not (isinstance(state, Mapping) and all(isinstance(v, Tensor) for v in state.values())):
        raise Misconfigured(f"{path} holds no weights under `model`.", remedy=AGAIN)
    named = {name.removeprefix("xtts."): value for name, value in state.items()}
    return {
        name: value.float() if value.is_floating_point() else value
        for name, value in named.items()
        if name.split(".")[0] not in TRAINING and not name.startswith(TWICE)
    }
