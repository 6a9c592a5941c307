"""Where a Piper voice's ONNX graph can be cut, found by its structure and not by names.

A voice is one VITS graph of three parts in a row, joined by tensors of frames (some 86 or 62
a second)::

    text    phoneme ids → durations → noisy prior, (1, channels, frames)   looks at the whole text
    flow    prior → latent, (1, channels, frames)                          sees a few frames around
    decoder latent → samples, (1, 1, frames x hop)                         sees a few frames around

All randomness is in the first. So flow and decoder give the same samples for a window of frames
as for all of them, when the window brings along the frames they see around it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import onnx

from polyvox.providers.piper.parts import GIVEN, Part, Parts


class Graph:
    """Who makes and who uses each tensor."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self.graph = graph
        self.shapes = {w.name: tuple(w.dims) for w in graph.initializer}
        self.makers = {name: node for node in graph.node for name in node.output}
        self.users: dict[str, list[onnx.NodeProto]] = {}
        for node in graph.node:
            for name in node.input:
                self.users.setdefault(name, []).append(node)

    def above(self, tensors: Iterable[str], stop: Iterable[str] = ()) -> set[str]:
        """All tensors that ``tensors`` are made from, themselves included, not beyond ``stop``."""
        found, todo, ends = set[str](), list(tensors), set(stop)
        while todo:
            name = todo.pop()
            if name and name not in found:
                found.add(name)
                maker = self.makers.get(name)
                todo += maker.input if maker is not None and name not in ends else ()
        return found

    def below(self, tensor: str) -> set[str]:
        """All tensors made from ``tensor``, itself included."""
        found, todo = set[str](), [tensor]
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo += [made for user in self.users.get(name, ()) for made in user.output]
        return found

    def between(self, start: str, end: str) -> list[onnx.NodeProto]:
        """The nodes on the ways from ``start`` to ``end``, in order."""
        on_the_way = (self.below(start) & self.above([end])) - {start}
        return [n for n in self.graph.node if on_the_way.intersection(n.output)]

    def sides(self, start: str, end: str) -> tuple[str, ...]:
        """What the nodes between need besides ``start`` and constants: the mask, the speaker."""
        given = {i.name for i in self.graph.input}.intersection(GIVEN)
        inside = self.below(start)
        needed = dict.fromkeys(n for node in self.between(start, end) for n in node.input if n)
        return tuple(n for n in needed if n not in inside and self.above([n]) & given)

    def context(self, start: str, end: str) -> int:
        """How far (frames, rounded up) the result at one frame sees to either side."""
        reach = {start: _Reach()}
        for node in self.between(start, end):
            widest = _widest(reach[n] for n in node.input if n in reach)
            through = widest.through(node, self.shapes)
            reach.update(dict.fromkeys(node.output, through))
        return math.ceil(max(reach[end].left, reach[end].right))


@dataclass(frozen=True, slots=True)
class _Reach:
    """Frames seen to the left and right of a point, and samples per frame there."""

    left: Fraction = Fraction(0)
    right: Fraction = Fraction(0)
    rate: int = 1

    def through(self, node: onnx.NodeProto, shapes: dict[str, tuple[int, ...]]) -> _Reach:
        if node.op_type not in {"Conv", "ConvTranspose"}:
            return self
        kernel = (_ints(node, "kernel_shape") or shapes[node.input[1]][2:])[-1]
        dilation = (_ints(node, "dilations") or (1,))[-1]
        stride = (_ints(node, "strides") or (1,))[-1]
        before = (_ints(node, "pads") or (0, 0))[0]
        span = (kernel - 1) * dilation
        if node.op_type == "Conv":
            # out[i] reads in[i - before … i - before + span]
            ahead, behind = before, span - before
        else:
            # out[i] reads in[(i + before - span)/stride … (i + before)/stride]
            ahead, behind = span - before, before
        rate = self.rate * (stride if node.op_type == "ConvTranspose" else 1)
        return _Reach(self.left + Fraction(ahead, rate), self.right + Fraction(behind, rate), rate)


def _widest(reaches: Iterable[_Reach]) -> _Reach:
    seen = list(reaches)
    return _Reach(max(r.left for r in seen), max(r.right for r in seen), max(r.rate for r in seen))


def _ints(node: onnx.NodeProto, name: str) -> Sequence[int]:
    return next((tuple(a.ints) for a in node.attribute if a.name == name), ())


def find_parts(model: onnx.ModelProto) -> Parts | None:
    """The parts of a voice, or None where the graph is built otherwise."""
    graph = Graph(model.graph)
    given = tuple(i.name for i in model.graph.input if i.name in GIVEN)
    audio = model.graph.output[0].name
    latent = _latent(graph, audio)
    prior = _prior(graph, latent) if latent else None
    if latent is None or prior is None:
        return None
    flow_sides, decoder_sides = graph.sides(prior, latent), graph.sides(latent, audio)
    carried = dict.fromkeys((prior, *flow_sides, *decoder_sides))
    return Parts(
        text=Part(given, tuple(carried)),
        flow=Part((prior, *flow_sides), (latent,), graph.context(prior, latent)),
        decoder=Part((latent, *decoder_sides), (audio,), graph.context(latent, audio)),
    )


def _noise(graph: Graph, below: set[str]) -> Iterator[onnx.NodeProto]:
    return (
        n
        for n in graph.graph.node
        if n.op_type == "RandomNormalLike" and below.intersection(n.output)
    )


def _latent(graph: Graph, audio: str) -> str | None:
    """What the decoder's first convolution reads: the one before the first upsampling that
    noise reaches (the other, if any, brings the speaker)."""
    upward = graph.above([audio])
    first = next(
        (
            n
            for n in graph.graph.node
            if n.op_type == "ConvTranspose" and upward.intersection(n.output)
        ),
        None,
    )
    todo = [first.input[0]] if first is not None else []
    while todo:
        maker = graph.makers.get(todo.pop(0))
        if maker is None:
            continue
        if maker.op_type != "Conv":
            todo += maker.input
        elif any(_noise(graph, graph.above([maker.input[0]]))):
            return str(maker.input[0])
    return None


def _prior(graph: Graph, latent: str) -> str | None:
    """Mean plus scaled noise: the first sum below the last noise above ``latent``."""
    noise = list(_noise(graph, graph.above([latent])))
    tensor = noise[-1].output[0] if noise else ""
    while users := graph.users.get(tensor):
        if len(users) != 1 or users[0].op_type not in {"Mul", "Add"}:
            return None
        tensor = users[0].output[0]
        if users[0].op_type == "Add":
            return str(tensor)
    return None


def extract(model: onnx.ModelProto, part: Part) -> onnx.ModelProto:
    """A model of that part alone; only its own weights are copied."""
    graph = Graph(model.graph)
    wanted = graph.above(part.outputs, stop=part.inputs)
    made = wanted - set(part.inputs)
    alone = onnx.ModelProto(ir_version=model.ir_version, opset_import=model.opset_import)
    alone.graph.name = "part"
    alone.graph.node.extend(n for n in model.graph.node if made.intersection(n.output))
    alone.graph.initializer.extend(w for w in model.graph.initializer if w.name in made)
    known = {v.name: v for v in (*model.graph.input, *model.graph.value_info, *model.graph.output)}
    alone.graph.input.extend(_described(known, name) for name in part.inputs)
    alone.graph.output.extend(_described(known, name) for name in part.outputs)
    return alone


def _described(known: dict[str, onnx.ValueInfoProto], name: str) -> onnx.ValueInfoProto:
    """Type only: the shapes that exporters write down are those of their example."""
    kind = known[name].type.tensor_type.elem_type if name in known else onnx.TensorProto.FLOAT
    return onnx.helper.make_tensor_value_info(name, kind, None)
