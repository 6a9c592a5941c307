"""Speed that is kept to: VITS alone rounds each phoneme's length up, after scaling it.

So asked for twice the speed a Piper voice gives 1.6 times (measured, joe). Here the lengths of
the voice's own pace are scaled until their sum is right; what rounding takes from one phoneme the
next one gets. Every phoneme keeps one frame at least, for without it words get lost: that bounds
the speed, at about 2 for joe.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import helper, numpy_helper

from polyvox.providers.piper.parts import PACE

_OWN, _ONE, _AXIS = f"{PACE}.own", f"{PACE}.one", f"{PACE}.axis"
_STEPS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    # operator, inputs, output; names without a dot in them get the prefix of PACE
    ("Min", (_OWN, _ONE), "least"),
    ("Sub", (_OWN, "least"), "excess"),
    ("ReduceSum", ("least",), "phonemes"),
    ("ReduceSum", ("excess",), "over"),
    ("ReduceSum", (_OWN,), "total"),
    ("Div", ("total", PACE), "wanted"),
    ("Max", ("wanted", "phonemes"), "sum"),
    # One frame each, and what is wanted beyond, in proportion to what each has beyond.
    ("Sub", ("sum", "phonemes"), "beyond"),
    ("Max", ("over", _ONE), "divisor"),
    ("Div", ("beyond", "divisor"), "stretch"),
    ("Mul", ("excess", "stretch"), "rest"),
    ("Add", ("least", "rest"), "scaled"),
    ("CumSum", ("scaled", _AXIS), "ends"),
    ("Round", ("ends",), "end"),
    ("Round", ("starts",), "start"),
)


def add_pace(model: onnx.ModelProto) -> bool:
    """Give the graph an input PACE, shape (1,), 1 being the voice's own pace; in place.

    False, and nothing changed, where the lengths are not to be found: the one Ceil of the graph.
    """
    graph = model.graph
    found = [i for i, node in enumerate(graph.node) if node.op_type == "Ceil"]
    if len(found) != 1:
        return False
    place = found[0]
    lengths = graph.node[place].output[0]
    graph.node[place].output[0] = _OWN
    for offset, node in enumerate(_nodes(lengths)):
        graph.node.insert(place + 1 + offset, node)
    graph.initializer.append(numpy_helper.from_array(np.array(2, np.int64), _AXIS))
    graph.initializer.append(numpy_helper.from_array(np.array(1, np.float32), _ONE))
    graph.input.append(helper.make_tensor_value_info(PACE, onnx.TensorProto.FLOAT, [1]))
    return True


def _nodes(lengths: str) -> list[onnx.NodeProto]:
    """``lengths`` = whole ends - whole starts of phonemes laid out one after the other."""
    # Sums of the same numbers in the same order: each start is the end before, to the bit.
    starts = helper.make_node("CumSum", [_named("scaled"), _AXIS], [_named("starts")], exclusive=1)
    nodes = [helper.make_node(op, list(map(_named, of)), [_named(to)]) for op, of, to in _STEPS]
    sub = helper.make_node("Sub", [_named("end"), _named("start")], [lengths])
    return [*nodes[:-2], starts, *nodes[-2:], sub]


def _named(tensor: str) -> str:
    return tensor if "." in tensor else f"{PACE}.{tensor}"
