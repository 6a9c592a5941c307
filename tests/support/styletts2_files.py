"""Folders with StyleTTS 2 checkpoints as far as the server looks at them: made without torch."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from tests.support.xtts_files import archive

GOLDEN = Path(__file__).parents[1] / "data/styletts2/styletts2.npz"
CHECKPOINT = "epochs_2nd_00020.pth"
CONFIG = """\
{{ASR_config: Utils/ASR/config.yml, PLBERT_dir: Utils/PLBERT/, max_len: 300, model_params: {{
    decoder: {{type: hifigan, upsample_rates: [10, 5, 3, 2]}}, diffusion: {{dist: {{mean: -3.0,
        sigma_data: 0.19926648961191362}}, transformer: {{num_heads: 8}}}}, multispeaker: {several}}},
  preprocess_params: {{spect_params: {{hop_length: 300, n_fft: 2048, win_length: 1200}},
    sr: 24000}}, pretrained_model:,
  save_freq: 1}}
"""
"""As training writes it, an empty value included."""


def weights_folder(
    folder: Path,
    *,
    multispeaker: bool = True,
    manifest: str = "",
    checkpoint: str = CHECKPOINT,
    tensors: bytes = bytes(range(256)) * 2_000,
) -> Path:
    """Returns ``folder``. ``tensors`` stand in the checkpoint."""
    folder.mkdir(parents=True, exist_ok=True)
    several = "true" if multispeaker else "false"
    (folder / "config.yml").write_text(CONFIG.format(several=several))
    archive(folder / checkpoint, {"net": {}}, tensors)
    if manifest:
        (folder / "manifest.toml").write_text(manifest)
    return folder


def sample(path: Path) -> Path:
    """The three seconds of the golden vectors' reference, as WAV. Returns ``path``."""
    with np.load(GOLDEN) as arrays:
        samples = (arrays["ref_wave"] * 32_767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 24_000, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return path
