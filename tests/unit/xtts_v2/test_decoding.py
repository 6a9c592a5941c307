"""Our decoding against coqui-tts's own, with the same weights, in fp32 where nothing else is said."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import Tensor

from polyvox.errors import Misconfigured
from polyvox.hosting.device import CPU
from polyvox.providers.xtts_v2 import precision
from polyvox.providers.xtts_v2.checkpoint import load_model
from polyvox.providers.xtts_v2.decoding import PLACEHOLDER, Decoder, Row, Step
from polyvox.providers.xtts_v2.graphs import GraphDecoder
from polyvox.providers.xtts_v2.precision import plan
from polyvox.providers.xtts_v2.sampling import Sampler, Sampling
from polyvox.providers.xtts_v2.vocoder import CONTEXT, WINDOWS, Stream, Vocoder

if TYPE_CHECKING:
    from TTS.tts.models.xtts import Xtts

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor:UserWarning"),
]

TEXTS = ("Hello there.", "How are you today, my friend?", "One, two, three.")
SPOKEN = Sampling(seed=3)
GREEDY = Sampling(top_k=1)
TOLERANCE = 1e-5
"""Of full scale: what fp32 sums in another order differ by."""


@pytest.fixture(scope="module")
def model(checkpoint: Path) -> Xtts:
    torch.set_num_threads(1)
    return load_model(checkpoint)


@pytest.fixture(scope="module")
def decoder(model: Xtts) -> Decoder:
    return Decoder(model.gpt, plan("fp32", CPU))


@pytest.fixture(scope="module")
def vocoder(model: Xtts) -> Vocoder:
    return Vocoder(model.hifigan_decoder, torch.float32)


@pytest.fixture(scope="module")
def voice(checkpoint: Path) -> dict[str, Tensor]:
    speakers: dict[str, dict[str, Tensor]] = torch.load(checkpoint / "speakers_xtts.pth")
    return speakers["Ana Tiny"]


class Reading:
    """One text decoded step by step."""

    def __init__(
        self, decoder: Decoder, voice: dict[str, Tensor], ids: Sequence[int], sampling: Sampling
    ) -> None:
        self.decoder = decoder
        self.sampler = Sampler(sampling, decoder.vocabulary, (PLACEHOLDER, decoder.start))
        self.tokens: list[int] = []
        self.latents: list[Tensor] = []
        row, step = decoder.join(voice["gpt_cond_latent"], ids, decoder.longest)
        self.row: Row = row
        self.hear(step, 0)

    def hear(self, step: Step, place: int) -> None:
        self.latents.append(step.latents[place])
        self.tokens.append(self.sampler.next(step.logits[place]))

    @property
    def over(self) -> bool:
        return self.tokens[-1] == self.decoder.stop or len(self.tokens) == self.decoder.longest


def go_on(readings: Sequence[Reading], steps: int = 1_000) -> None:
    """All that are not over, in one batch."""
    for _ in range(steps):
        rows = [reading for reading in readings if not reading.over]
        if not rows:
            return
        step = rows[0].decoder.step([r.row for r in rows], [r.tokens[-1] for r in rows])
        for place, reading in enumerate(rows):
            reading.hear(step, place)


def read(
    decoder: Decoder, voice: dict[str, Tensor], ids: Sequence[int], sampling: Sampling = SPOKEN
) -> Reading:
    reading = Reading(decoder, voice, ids, sampling)
    go_on([reading])
    return reading


def ids_of(stock: Xtts, text: str) -> list[int]:
    ids: list[int] = stock.tokenizer.encode(text.lower(), lang="en")
    return ids


def stock_options(sampling: Sampling) -> dict[str, Any]:
    return {
        "do_sample": sampling.top_k != 1,
        "temperature": sampling.temperature,
        "top_k": sampling.top_k,
        "top_p": sampling.top_p,
        "repetition_penalty": sampling.repetition_penalty,
        "num_beams": 1,
        "length_penalty": 1.0,
    }


def stock_tokens(
    stock: Xtts, voice: dict[str, Tensor], ids: Sequence[int], sampling: Sampling
) -> list[int]:
    with torch.random.fork_rng(devices=[]), torch.inference_mode():
        torch.manual_seed(sampling.seed or 0)
        said = stock.gpt.generate(
            voice["gpt_cond_latent"], torch.IntTensor([ids]), **stock_options(sampling)
        )
    tokens: list[int] = said[0].tolist()
    return tokens


def streamed(stream: Stream, latents: Sequence[Tensor]) -> list[Tensor]:
    windows = []
    for latent in latents:
        stream.add(latent)
        while stream.due:
            windows.append(stream.take())
    stream.end()
    while stream.due:
        windows.append(stream.take())
    return windows


def apart(one: Tensor, other: Tensor) -> float:
    assert one.shape == other.shape
    return float((one - other).abs().max())


@pytest.mark.parametrize(
    "sampling",
    [
        GREEDY,
        Sampling(top_k=1, repetition_penalty=1.0),
        Sampling(seed=1),
        Sampling(seed=2, temperature=1.3, top_k=0, top_p=1.0, repetition_penalty=2.0),
        Sampling(seed=3, temperature=0.5, top_k=10, top_p=0.5, repetition_penalty=10.0),
    ],
)
@pytest.mark.parametrize("text", TEXTS[:2])
def test_the_tokens_are_stock_ones(
    stock: Xtts, decoder: Decoder, voice: dict[str, Tensor], text: str, sampling: Sampling
) -> None:
    ids = ids_of(stock, text)
    assert read(decoder, voice, ids, sampling).tokens == stock_tokens(stock, voice, ids, sampling)


@pytest.mark.parametrize("speed", [1.0, 0.8, 1.7])
def test_streamed_audio_is_the_whole_of_stock_inference(
    stock: Xtts, decoder: Decoder, vocoder: Vocoder, voice: dict[str, Tensor], speed: float
) -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        whole = stock.inference(
            TEXTS[1],
            "en",
            voice["gpt_cond_latent"],
            voice["speaker_embedding"],
            speed=speed,
            **stock_options(SPOKEN),
        )
    reading = read(decoder, voice, ids_of(stock, TEXTS[1]))
    windows = streamed(vocoder.stream(voice["speaker_embedding"], speed), reading.latents)
    assert apart(torch.cat(windows), torch.from_numpy(whole["wav"])) < TOLERANCE
    assert len(windows) > 1


def test_windows_cost_what_the_length_costs(vocoder: Vocoder, voice: dict[str, Tensor]) -> None:
    """A window is decoded with its context and nothing else, however late it comes."""
    decoded: list[int] = []

    class Counting(Vocoder):
        def __init__(self) -> None:
            vars(self).update(vars(vocoder))

        def samples(self, frames: Tensor, speaker: Tensor) -> Tensor:
            decoded.append(len(frames))
            return torch.zeros(len(frames) * self.hop)

    stream = Counting().stream(voice["speaker_embedding"])
    latents = list(torch.zeros(400, 64))
    windows = streamed(stream, latents)
    assert sum(len(w) for w in windows) == int(400 * 4 * 24_000 / 22_050) * 256
    assert [len(w) // 256 for w in windows[:5]] == [*WINDOWS, WINDOWS[-1]]
    assert max(decoded) <= WINDOWS[-1] * 1.5 + 2 * CONTEXT


def test_a_row_of_a_batch_is_the_row_alone(
    stock: Xtts, decoder: Decoder, voice: dict[str, Tensor]
) -> None:
    """Rows of different texts and settings, which join and leave while others are under way."""
    wishes = [(t, s) for t in TEXTS for s in (SPOKEN, GREEDY, Sampling(seed=9, temperature=1.2))]
    alone = [read(decoder, voice, ids_of(stock, text), how) for text, how in wishes]
    together: list[Reading] = []
    for text, how in wishes:
        together.append(Reading(decoder, voice, ids_of(stock, text), how))
        go_on(together, steps=2)
    go_on(together)
    assert [r.tokens for r in together] == [r.tokens for r in alone]
    for one, other in zip(together, alone, strict=True):
        assert apart(torch.stack(one.latents), torch.stack(other.latents)) < TOLERANCE
    assert len({tuple(r.tokens) for r in alone}) > len(TEXTS)


def test_a_fixed_batch_decodes_the_same(
    stock: Xtts, model: Xtts, decoder: Decoder, voice: dict[str, Tensor]
) -> None:
    """The step that a GPU would replay; a place is given to a new row when its own has left."""
    fixed = GraphDecoder(model.gpt, plan("fp32", CPU), CPU, slots=2, room=200)
    alone = [read(decoder, voice, ids_of(stock, text)) for text in TEXTS]
    first = [Reading(fixed, voice, ids_of(stock, text), SPOKEN) for text in TEXTS[:2]]
    go_on(first[:1], steps=4)  # the other sits these out
    go_on(first)
    fixed.leave(first[0].row)
    third = read(fixed, voice, ids_of(stock, TEXTS[2]))
    assert [r.tokens for r in (*first, third)] == [r.tokens for r in alone]
    assert apart(torch.stack(third.latents), torch.stack(alone[2].latents)) < TOLERANCE


@pytest.mark.parametrize(
    "sampling",
    [
        Sampling(),
        Sampling(temperature=0.1, top_p=0.1),
        Sampling(top_k=1, top_p=1.0),
        Sampling(top_k=1024, top_p=0.99, repetition_penalty=1.0),
        Sampling(temperature=2.0, top_k=3, top_p=0.3, repetition_penalty=20.0),
    ],
)
def test_the_distribution_is_that_of_transformers(sampling: Sampling) -> None:
    from transformers.generation import logits_process as theirs

    chain = theirs.LogitsProcessorList(
        [
            theirs.RepetitionPenaltyLogitsProcessor(sampling.repetition_penalty),
            theirs.TemperatureLogitsWarper(sampling.temperature),
            theirs.TopKLogitsWarper(sampling.top_k),
            theirs.TopPLogitsWarper(sampling.top_p),
        ]
    )
    made, drawn = torch.Generator().manual_seed(5), torch.Generator().manual_seed(7)
    ours = Sampler(Sampling(**{**_fields(sampling), "seed": 7}), 1026, (1, 1024))
    said = [1, 1, 1024]
    for _ in range(30):
        logits = 4 * torch.randn(1026, generator=made)
        scores = chain(torch.LongTensor([said]), torch.FloatTensor(logits[None].clone()))
        token = torch.multinomial(scores.softmax(-1), 1, generator=drawn).item()
        assert ours.next(logits) == token
        said.append(int(token))


def _fields(sampling: Sampling) -> dict[str, Any]:
    return {name: getattr(sampling, name) for name in Sampling.__dataclass_fields__}


def test_nobody_else_hears_of_a_row_s_dice() -> None:
    logits = torch.zeros(1026)
    before = torch.get_rng_state()
    seeded = [Sampler(Sampling(seed=5), 1026, ()) for _ in range(2)]
    free = [Sampler(Sampling(), 1026, ()) for _ in range(2)]
    drawn = [[sampler.next(logits) for _ in range(20)] for sampler in (*seeded, *free)]
    assert drawn[0] == drawn[1]
    assert len({tuple(tokens) for tokens in drawn}) == 3
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(("kind", "off"), [("int8", 0.05), ("bf16", 0.03)])
def test_smaller_numbers_stay_near(
    stock: Xtts,
    model: Xtts,
    decoder: Decoder,
    voice: dict[str, Tensor],
    kind: str,
    off: float,
) -> None:
    exact = read(decoder, voice, ids_of(stock, TEXTS[1]), GREEDY)
    small = Decoder(model.gpt, plan(kind, CPU))
    row, step = small.join(voice["gpt_cond_latent"], ids_of(stock, TEXTS[1]), len(exact.tokens))
    steps = [step, *(small.step([row], [token]) for token in exact.tokens[:-1])]
    made, right = torch.cat([s.latents for s in steps]), torch.stack(exact.latents)
    assert 0 < float((made - right).norm() / right.norm()) < off


def test_int8_without_the_quantized_operators(monkeypatch: pytest.MonkeyPatch) -> None:
    made = torch.Generator().manual_seed(1)
    weight, bias = torch.randn(64, 96, generator=made), torch.randn(96, generator=made)
    rows = torch.randn(3, 64, generator=made)
    usual = precision.linear(weight, bias, "int8")(rows)
    monkeypatch.setattr(precision, "_has_quantized_operators", lambda: False)
    instead = precision.linear(weight, bias, "int8")(rows)
    right = torch.addmm(bias, rows, weight)
    for product in (usual, instead):
        assert 0 < float((product - right).norm() / right.norm()) < 0.02


def test_a_precision_the_device_lacks_says_what_to_set() -> None:
    with pytest.raises(Misconfigured, match=r"needs a GPU.*auto, bf16 or fp32"):
        plan("fp16", CPU)
    with pytest.raises(Misconfigured, match=r"for the CPU.*auto, fp16 or bf16"):
        plan("int8", torch.device("cuda"))
    assert plan("fp32", CPU).exact
    assert plan("auto", CPU).gpt == "int8"
