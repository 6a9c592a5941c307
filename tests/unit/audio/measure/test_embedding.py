"""The voice encoder is Resemblyzer's: its spectrogram, its network, and what it is used for."""

from __future__ import annotations

import io
import pickle

import numpy as np
import pytest
import soxr

from polyvox.audio.measure import embedding
from polyvox.audio.measure.speaker_weights import read_weights, speaker_weights
from tests.support import corpus

pytestmark = pytest.mark.heavy
BANDS = [0, 5, 13, 14, 15, 30, 39]
MELS_OF_LIBROSA = [0.0138296, 0.026, 0.0110744, 0.00490449, 0.04308, 0.0308185, 0.033573]
"""librosa 0.11's ``melspectrogram`` (n_fft 400, hop 160, 40 mels) of the noise below, frame 7."""


def test_the_spectrogram_is_librosas() -> None:
    noise = np.random.default_rng(5).standard_normal(3200).astype(np.float32) * 0.1
    mel = embedding.mel_spectrogram(noise.astype(np.float32))
    assert mel.shape == (21, 40)
    assert mel[7, BANDS] == pytest.approx(MELS_OF_LIBROSA, rel=1e-4)


def test_the_network_is_torchs() -> None:
    torch = pytest.importorskip("torch")
    weights = speaker_weights()
    if weights is None:
        pytest.skip("Resemblyzer is not installed")
    lstm = torch.nn.LSTM(40, 256, 3)
    lstm.load_state_dict(
        {name[5:]: torch.tensor(w) for name, w in weights.items() if name.startswith("lstm.")}
    )
    mels = np.random.default_rng(0).random((160, 2, 40), dtype=np.float32)
    with torch.no_grad():
        hidden = lstm(torch.tensor(mels))[1][0][-1].numpy()
    raw = np.maximum(hidden @ weights["linear.weight"].T + weights["linear.bias"], 0)
    expected = raw / np.linalg.norm(raw, axis=1, keepdims=True)
    assert np.abs(embedding._encoded(mels, weights) - expected).max() < 1e-5


def test_a_voice_is_like_itself_and_unlike_another() -> None:
    if speaker_weights() is None:
        pytest.skip("Resemblyzer is not installed")
    first, second, other = (
        embedding.embedding(soxr.resample(part, corpus.RATE, 16_000).astype(np.float32))
        for part in (corpus.speech(8), corpus.speech()[8 * corpus.RATE :], corpus.other_speaker())
    )
    assert first is not None
    assert second is not None
    assert other is not None
    assert first @ second > 0.85
    assert first @ other < 0.7


def test_weights_run_no_code() -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return print, ("ran",)

    with pytest.raises(pickle.UnpicklingError):
        read_weights(io.BytesIO(pickle.dumps(Evil())), "model_state")
