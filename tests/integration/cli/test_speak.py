"""``polyvox speak`` makes the audio asked for, where it is asked for, and tells the truth about it."""

from __future__ import annotations

import io
import json
import wave
from pathlib import Path

import av
import pytest

from tests.integration.cli.conftest import Polyvox, unfinished, write_scripts
from tests.support.transcribe import closeness, words_of

TEXT = "The quick brown fox jumps over the lazy dog."
CUT_ALWAYS = ["cut"] * 20


def words_in(data: bytes) -> list[str]:
    with wave.open(io.BytesIO(data)) as reader:
        assert (reader.getnchannels(), reader.getsampwidth()) == (1, 2)
        return words_of(reader.readframes(reader.getnframes()), reader.getframerate())


def test_a_file_holds_the_words_and_a_header_of_its_exact_size(
    shell: Polyvox, tmp_path: Path
) -> None:
    ran = shell("speak", TEXT, "-o", "hello.wav")

    assert (ran.code, ran.out) == (0, "")
    assert "piper" in ran.err
    data = (tmp_path / "hello.wav").read_bytes()
    with wave.open(io.BytesIO(data)) as reader:
        assert reader.getnframes() * 2 == len(data) - 44
    assert int.from_bytes(data[4:8], "little") == len(data) - 8
    assert closeness(words_in(data), TEXT) > 0.8


def test_text_comes_from_standard_input_and_audio_goes_to_standard_output(
    polyvox: Polyvox, tmp_path: Path
) -> None:
    assert polyvox("speak", TEXT, "-o", "hello.pcm").code == 0

    for arguments in (["-o", "-"], ["-"]):
        ran = polyvox("speak", *arguments, "--format", "pcm", stdin=TEXT.encode())
        # From the cache, so the same to the last sample.
        assert (ran.code, ran.stdout) == (0, (tmp_path / "hello.pcm").read_bytes())

    assert {path.name for path in tmp_path.iterdir()} == {"home", "hello.pcm"}


def test_instructions_that_are_ignored_are_said_to_be(polyvox: Polyvox) -> None:
    told = ("--instructions", "Cheerfully.", "--provider", "fault_a")
    ran = polyvox("speak", "Hello.", "-o", "a.wav", *told)
    assert ran.code == 0
    assert "fault_a takes no instructions: they were ignored." in ran.err
    report = polyvox("speak", "Hello.", "-o", "a.wav", *told, "--json").json
    assert report["segments"][0]["attempts"][0]["instructions"] == "ignored"


@pytest.mark.parametrize("ending", ["mp3", "ogg", "pcm"])
def test_the_format_follows_the_ending(polyvox: Polyvox, tmp_path: Path, ending: str) -> None:
    name = f"hello.{ending}"

    report = polyvox("speak", "Hello there.", "-o", name, "--json").json

    with av.open(
        str(tmp_path / name),
        format="s16le" if ending == "pcm" else None,
        options={"sample_rate": "24000"} if ending == "pcm" else {},
    ) as opened:
        seconds = sum(frame.samples / frame.sample_rate for frame in opened.decode(audio=0))
        codec = opened.streams.audio[0].codec_context.name
    expected = {"pcm": "pcm_s16le", "ogg": "opus", "mp3": "mp3float"}
    assert codec.removeprefix("lib") == expected[ending]
    assert seconds == pytest.approx(report["audio_ms"] / 1000, abs=0.1)


def test_the_format_asked_for_wins_over_the_ending(polyvox: Polyvox, tmp_path: Path) -> None:
    assert polyvox("speak", "Hello.", "-o", "hello.wav", "--format", "flac").code == 0
    assert (tmp_path / "hello.wav").read_bytes().startswith(b"fLaC")


def test_json_is_the_report_and_the_cache_and_the_usage_are_shared(polyvox: Polyvox) -> None:
    first = polyvox("speak", "Hello there.", "-o", "a.wav", "--json").json
    again = polyvox("speak", "Hello there.", "-o", "b.wav", "--json").json

    assert first["outcome"] == again["outcome"] == "ok"
    assert [s["attempts"][0]["cached"] for s in (first["segments"][0], again["segments"][0])] == [
        False,
        True,
    ]
    assert {"provider", "voice", "ttfa_ms", "latency_ms"} <= set(
        first["segments"][0]["attempts"][0]
    )
    assert first["segments"][0]["characters"] == len("Hello there.")
    [row] = polyvox("stats", "--personality", "joe", "--json").json
    assert (row["requests"], row["cache_hits"]) == (2, 1)


def test_without_cache_it_is_made_anew(polyvox: Polyvox) -> None:
    reports = [
        polyvox("speak", "Hello.", "-o", "a.wav", "--no-cache", "--json").json for _ in range(2)
    ]
    assert not any(r["segments"][0]["attempts"][0]["cached"] for r in reports)


def test_beside_audio_on_standard_output_the_report_goes_to_standard_error(
    polyvox: Polyvox,
) -> None:
    ran = polyvox("speak", "Hello.", "--json")

    assert ran.stdout.startswith(b"RIFF")
    assert json.loads(ran.err)["outcome"] == "ok"


def test_a_broken_off_reply_leaves_no_file_and_the_one_before_untouched(
    polyvox: Polyvox, home: Path, tmp_path: Path
) -> None:
    write_scripts(home, fault_a=CUT_ALWAYS)
    (tmp_path / "hello.wav").write_bytes(b"from before")

    for name in ("hello.wav", "new.wav"):
        ran = polyvox(
            *("speak", "One two three four five six.", "-o", name, "--json"),
            *("--provider", "fault_a", "--no-fallback"),
        )
        assert ran.code == 4
        assert ran.json["outcome"] in ("failed", "interrupted")
        assert ran.json["segments"][0]["attempts"][0]["provider"] == "fault_a"
        assert ran.error["exit_code"] == 4

    assert (tmp_path / "hello.wav").read_bytes() == b"from before"
    assert not (tmp_path / "new.wav").exists()
    assert unfinished(tmp_path) == []


def test_a_stand_in_speaks_and_the_report_says_so(
    polyvox: Polyvox, home: Path, tmp_path: Path
) -> None:
    write_scripts(home, fault_a=["cut", "cut"])
    settings = ("--set", "active_provider=fault_a", "--set", 'fallback_chain=["piper"]')
    assert polyvox("personalities", "create", "ann", *settings).code == 0

    ran = polyvox("speak", TEXT, "-o", "a.wav", "--personality", "ann", "--json")

    assert ran.code == 0
    spoken = [a["provider"] for s in ran.json["segments"] for a in s["attempts"]]
    assert spoken[0] == "fault_a"
    assert spoken[-1] == "piper"
    # Patiently written: nothing of the interrupted attempts is in the file.
    assert closeness(words_in((tmp_path / "a.wav").read_bytes()), TEXT) > 0.8


def test_nobody_left_is_a_provider_fault_with_its_report(polyvox: Polyvox, home: Path) -> None:
    write_scripts(home, fault_a=["misconfigured"])

    ran = polyvox("speak", "Hi.", "-o", "a.wav", "--provider", "fault_a", "--no-fallback", "--json")

    assert ran.code == 4
    assert ran.json["outcome"] == "failed"
    assert ran.error["code"] == "no_voice_left"
    assert ran.error["speech_id"] == ran.json["id"]


def test_the_text_may_choose_its_language(polyvox: Polyvox) -> None:
    report = polyvox("speak", "Hello.", "-o", "a.wav", "--language", "AUTO", "--json").json
    assert [segment["language"] for segment in report["segments"]] == ["en"]


def test_a_voice_may_be_named_alone(polyvox: Polyvox) -> None:
    ran = polyvox("speak", "Hi.", "-o", "a.wav", "--voice", "fault_b-voice", "--json")
    assert ran.json["segments"][0]["attempts"][0]["provider"] == "fault_b"


def test_speed_changes_the_length(polyvox: Polyvox) -> None:
    slow, fast = (
        polyvox("speak", TEXT, "-o", "a.wav", "--speed", speed, "--json").json["audio_ms"]
        for speed in ("0.8", "1.6")
    )
    assert slow > 1.5 * fast


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "told"),
    [
        (["Hi.", "-o", "a.wav", "--personality", "nobody"], b"", 3, "nobody"),
        (["Hi.", "-o", "a.wav", "--provider", "nobody"], b"", 3, "fault_a"),
        (["Hi.", "-o", "a.wav", "--voice", "nobody"], b"", 3, "nobody"),
        (["Hi.", "-o", "a.wav", "--language", "klingon!"], b"", 3, "language tag"),
        (["Hi.", "-o", "a.wav", "--language", "ja"], b"", 3, "Nobody speaks 'ja'"),
        (
            ["你好，世界。", "-o", "a.wav"],
            b"",
            3,
            "Nobody can read the text. piper: The text is in",
        ),
        (["x" * 20_001, "-o", "a.wav"], b"", 3, "text_max_characters"),
        (["-", "-o", "a.wav"], b"x" * 20_001, 3, "text_max_characters"),
        (["-", "-o", "a.wav"], b"x" * 200_000, 3, "text_max_characters"),
        (["-", "-o", "a.wav"], b"\xff\xfe\xff", 2, "UTF-8"),
        (["Hi.", "-o", "a.xyz"], b"", 2, ".mp3"),
        (["Hi.", "-o", "no/such/a.wav"], b"", 2, "does not exist"),
        (["Hi.", "-o", "home"], b"", 2, "is a folder"),
        (["Hi.", "-o", "a.wav", "--speed", "9"], b"", 2, "--speed"),
        (["Hi.", "-o", "a.wav", "--format", "midi"], b"", 2, "--format"),
    ],
)
def test_each_mistake_has_its_exit_code_and_one_clear_line(
    polyvox: Polyvox, tmp_path: Path, arguments: list[str], stdin: bytes, code: int, told: str
) -> None:
    ran = polyvox("speak", *arguments, stdin=stdin)

    assert (ran.code, ran.out) == (code, "")
    assert told in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_a_text_of_nothing_but_marks_is_a_short_silence(polyvox: Polyvox, tmp_path: Path) -> None:
    assert polyvox("speak", "🙂 ***", "-o", "a.wav").code == 0
    with wave.open(str(tmp_path / "a.wav")) as reader:
        assert set(reader.readframes(reader.getnframes())) == {0}


def test_a_full_disk_is_told_in_a_line(polyvox: Polyvox) -> None:
    ran = polyvox("speak", "Hello.", "-o", "/dev/full")

    assert ran.code == 1
    assert "No space left" in ran.err
