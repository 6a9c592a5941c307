"""Every container, whole and streamed, decoded by others and compared."""

from __future__ import annotations

import gc
import io
import resource
import struct
import wave
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile  # type: ignore[import-untyped]  # it ships no types
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from polyvox.audio.containers import UNKNOWN_SIZE, encode, open_encoder
from polyvox.domain.audio import MEDIA_TYPES, AudioFormat
from tests.unit.audio.tones import as_array, level_db, loudest_hz, speechlike, tone

RATE = 24_000
FORMATS = list(AudioFormat)
CODECS = [AudioFormat.MP3, AudioFormat.OPUS, AudioFormat.AAC, AudioFormat.FLAC]
LOSSLESS = [AudioFormat.PCM, AudioFormat.WAV, AudioFormat.FLAC]
# What a stream's decoder cannot know and so plays: the encoder's start and the last frame's filling
# (LAME fills at least 288 samples).
START = {AudioFormat.MP3: 1105 + 288, AudioFormat.AAC: 1024}
FRAME = {AudioFormat.MP3: 1152, AudioFormat.AAC: 1024}
FIRST_AUDIO_MS = {"pcm": 10, "wav": 10, "flac": 20, "opus": 40, "mp3": 50, "aac": 90}


def streamed(
    format: AudioFormat, pcm: bytes, rate: int, samples: int, total: int | None = None
) -> bytes:
    encoder = open_encoder(format, rate, total_samples=total)
    size = 2 * samples
    parts = [encoder.write(pcm[i : i + size]) for i in range(0, len(pcm), size)]
    return b"".join([*parts, encoder.close()])


def decoded(format: AudioFormat, data: bytes, rate: int) -> tuple[NDArray[np.float64], int]:
    """Samples in int16 units, shape (samples,), and their rate in Hz, by FFmpeg."""
    if format is AudioFormat.PCM:
        return as_array(data), rate
    # Told, as by a media type: one or two frames are too little to guess from.
    told = "ogg" if format is AudioFormat.OPUS else format.value
    with av.open(io.BytesIO(data), "r", format=told) as file:
        frames = [frame.to_ndarray() for frame in file.decode(audio=0)]
        found = file.streams.audio[0].rate
    samples = np.concatenate(frames or [np.zeros((1, 0))], axis=-1)[0]
    scale = 1.0 if samples.dtype == np.int16 else 32_768.0
    return samples.astype(np.float64) * scale, found


def resampled(samples: NDArray[np.float64], step: float, count: int) -> NDArray[np.float64]:
    """Good enough for comparing sound far below half the rate; silence behind the end."""
    wanted = np.arange(count) * step
    return np.asarray(np.interp(wanted, np.arange(len(samples)), samples, right=0), np.float64)


def similarity(a: NDArray[np.float64], b: NDArray[np.float64], *, within: int) -> float:
    """Highest correlation of the two at a shift of up to ``within`` samples."""
    size = 1 << (len(a) + len(b)).bit_length()
    cross = np.fft.irfft(np.fft.rfft(b, size) * np.conj(np.fft.rfft(a, size)), size)
    near = np.roll(cross, within)[: 2 * within + 1]
    return float(near.max() / (np.linalg.norm(a) * np.linalg.norm(b)))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("rate", [8000, 16_000, 22_050, 24_000, 48_000])
def test_a_stream_holds_the_same_sound(format: AudioFormat, rate: int) -> None:
    count = rate // 2 + 7
    pcm = speechlike(count, rate)
    out, found = decoded(format, streamed(format, pcm, rate, rate // 50), rate)
    start, frame = START.get(format, 0), FRAME.get(format, 0)
    assert -1 <= len(out) - count * found / rate <= start + frame + found / rate + 1
    said = resampled(as_array(pcm), rate / found, len(out))
    assert similarity(said, out, within=start + frame) > 0.95


@pytest.mark.parametrize("format", FORMATS)
def test_a_whole_file_has_its_exact_length_and_sound(format: AudioFormat) -> None:
    pcm = speechlike(RATE + 13, RATE)
    out, found = decoded(format, encode(format, pcm, RATE), RATE)
    extra = len(out) / found * RATE - (RATE + 13)
    assert 0 <= extra <= (2 * FRAME[format] if format is AudioFormat.AAC else 1)
    said = resampled(as_array(pcm), RATE / found, len(out))
    assert similarity(said, out, within=START[format] if format is AudioFormat.AAC else 0) > 0.97


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("whole", [True, False])
def test_a_tone_keeps_its_pitch_and_level(format: AudioFormat, whole: bool) -> None:
    pcm = tone(RATE, RATE)
    data = encode(format, pcm, RATE) if whole else streamed(format, pcm, RATE, 240)
    out, rate = decoded(format, data, RATE)
    middle = out[rate // 5 : rate * 4 // 5]
    assert loudest_hz(middle, rate) == pytest.approx(1000, abs=2)
    assert level_db(middle) == pytest.approx(0, abs=0.5)


@pytest.mark.parametrize("format", LOSSLESS)
@pytest.mark.parametrize("samples", [1, 240, 3001])
@pytest.mark.parametrize("known", [True, False])
def test_lossless_formats_give_every_sample_back(
    format: AudioFormat, samples: int, known: bool
) -> None:
    pcm = speechlike(3001, RATE)
    data = streamed(format, pcm, RATE, samples, total=3001 if known else None)
    assert np.array_equal(decoded(format, data, RATE)[0], as_array(pcm))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    format=st.sampled_from(FORMATS),
    count=st.integers(0, 3000),
    samples=st.sampled_from([1, 13, 479, 24_000]),
    rate=st.sampled_from([8000, 11_025, 22_050, 24_000, 44_100, 96_000]),
)
def test_any_length_in_any_pieces_is_a_valid_file(
    format: AudioFormat, count: int, samples: int, rate: int
) -> None:
    pcm = speechlike(count, rate)
    out, found = decoded(format, streamed(format, pcm, rate, samples), rate)
    spare = START.get(format, 0) + FRAME.get(format, 0)
    unit = 1 + found / rate
    assert -unit <= len(out) - count * found / rate <= spare + unit


@pytest.mark.parametrize("format", FORMATS)
def test_pieces_do_not_change_a_stream(format: AudioFormat) -> None:
    pcm = speechlike(5000, RATE)
    outs = [decoded(format, streamed(format, pcm, RATE, n), RATE)[0] for n in (1, 333, 5000)]
    assert all(np.array_equal(outs[0], other) for other in outs[1:])


@pytest.mark.parametrize("format", FORMATS)
def test_empty_audio_is_a_valid_file(format: AudioFormat) -> None:
    for data in (encode(format, b"", RATE), open_encoder(format, RATE).close()):
        if format is AudioFormat.PCM:
            assert data == b""
        else:
            with av.open(io.BytesIO(data), "r") as file:
                heard = sum(frame.samples for frame in file.decode(audio=0))
                assert heard / file.streams.audio[0].rate < 0.1


@pytest.mark.parametrize(
    "format", [f for f in FORMATS if f not in (AudioFormat.PCM, AudioFormat.AAC)]
)
def test_libsndfile_reads_whole_files_too(format: AudioFormat) -> None:
    data, rate = soundfile.read(io.BytesIO(encode(format, tone(RATE + 1, RATE), RATE)))
    assert (len(data), rate) == (RATE + 1, RATE)
    assert loudest_hz(data, rate) == pytest.approx(1000, abs=2)


@pytest.mark.parametrize("format", FORMATS)
def test_audio_leaves_as_early_as_the_codec_allows(format: AudioFormat) -> None:
    encoder = open_encoder(format, RATE)
    header = len(encoder.write(b"")) if format in (AudioFormat.OPUS, AudioFormat.FLAC) else 0
    ms = 0
    while not encoder.write(speechlike(RATE // 100, RATE, seed=ms)):
        ms += 10
    encoder.abort()
    assert ms + 10 == FIRST_AUDIO_MS[format]
    assert header < 200


@pytest.mark.parametrize("format", CODECS)
def test_a_listener_can_decode_what_has_come_so_far(format: AudioFormat) -> None:
    encoder = open_encoder(format, RATE)
    so_far = b"".join(encoder.write(tone(RATE // 50, RATE)) for _ in range(25))
    out, rate = decoded(format, so_far, RATE)
    encoder.abort()
    assert len(out) / rate > 0.35


@pytest.mark.parametrize("format", FORMATS)
def test_the_media_type_is_the_format_s(format: AudioFormat) -> None:
    assert open_encoder(format, RATE).media_type == MEDIA_TYPES[format]


def test_a_known_length_is_in_the_wav_header() -> None:
    data = streamed(AudioFormat.WAV, tone(1001, RATE), RATE, 100, total=1001)
    assert struct.unpack_from("<I", data, 4)[0] == len(data) - 8
    with wave.open(io.BytesIO(data)) as file:
        assert file.getparams()[:4] == (1, 2, RATE, 1001)
        assert file.readframes(2000) == tone(1001, RATE)


def test_an_unknown_length_is_the_placeholder_twice_and_never_wraps() -> None:
    data = streamed(AudioFormat.WAV, tone(1001, RATE), RATE, 100)
    assert struct.unpack_from("<I", data, 4)[0] == UNKNOWN_SIZE
    assert struct.unpack_from("<I", data, 40)[0] == UNKNOWN_SIZE
    with wave.open(io.BytesIO(data)) as file:
        assert file.readframes(2000) == tone(1001, RATE)


def test_a_length_beyond_four_gibibytes_is_the_placeholder_too() -> None:
    encoder = open_encoder(AudioFormat.WAV, RATE, total_samples=2**31 - 10)
    header = encoder.write(b"")
    assert (
        struct.unpack_from("<I", header, 4)[0]
        == struct.unpack_from("<I", header, 40)[0]
        == UNKNOWN_SIZE
    )


@pytest.mark.parametrize("format", [AudioFormat.WAV, AudioFormat.FLAC, AudioFormat.MP3])
def test_a_whole_file_tells_its_length_in_the_header(format: AudioFormat) -> None:
    with av.open(io.BytesIO(encode(format, tone(RATE, RATE), RATE)), "r") as file:
        assert file.duration == 1_000_000


def test_a_flac_stream_tells_a_known_length() -> None:
    data = streamed(AudioFormat.FLAC, tone(4321, RATE), RATE, 100, total=4321)
    assert soundfile.info(io.BytesIO(data)).frames == 4321


def test_a_live_mp3_claims_no_length() -> None:
    data = streamed(AudioFormat.MP3, tone(RATE, RATE), RATE, 480)
    assert data[:2] == b"\xff\xf3"
    assert not any(tag in data for tag in (b"Xing", b"Info"))


def test_wav_holds_the_caller_to_the_promised_length() -> None:
    encoder = open_encoder(AudioFormat.WAV, RATE, total_samples=2)
    with pytest.raises(ValueError, match="More audio"):
        encoder.write(bytes(6))
    encoder = open_encoder(AudioFormat.WAV, RATE, total_samples=2)
    encoder.write(bytes(2))
    with pytest.raises(ValueError, match="Less audio"):
        encoder.close()
    assert encoder.close() == b""


@pytest.mark.parametrize("format", FORMATS)
def test_closing_twice_gives_nothing_more_and_writing_then_is_refused(format: AudioFormat) -> None:
    encoder = open_encoder(format, RATE)
    encoder.write(tone(500, RATE))
    encoder.close()
    assert encoder.close() == b""
    encoder.abort()
    with pytest.raises(ValueError, match="closed"):
        encoder.write(bytes(2))


@pytest.mark.parametrize("format", FORMATS)
def test_an_aborted_stream_stays_broken_off(format: AudioFormat) -> None:
    encoder = open_encoder(format, RATE)
    encoder.write(tone(500, RATE))
    encoder.abort()
    encoder.abort()
    assert encoder.close() == b""
    with pytest.raises(ValueError, match="closed"):
        encoder.write(bytes(2))


@pytest.mark.parametrize("format", FORMATS)
def test_half_a_sample_is_refused(format: AudioFormat) -> None:
    with pytest.raises(ValueError, match="whole 16-bit samples"):
        open_encoder(format, RATE).write(b"\0")


def test_an_impossible_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        open_encoder(AudioFormat.WAV, 0)


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="measured on Linux")
@pytest.mark.parametrize("format", CODECS)
def test_encoders_give_their_memory_back(format: AudioFormat) -> None:
    def use(times: int) -> None:
        for number in range(times):
            encoder = open_encoder(format, 22_050)
            encoder.write(bytes(8820))
            encoder.abort() if number % 2 else encoder.close()
        gc.collect()

    use(30)
    before = resident_bytes()
    use(200)
    assert resident_bytes() - before < 8 * 2**20
