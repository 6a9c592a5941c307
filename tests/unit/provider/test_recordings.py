from __future__ import annotations

from pathlib import Path

from polyvox.provider.recordings import forget, kept_name

A, B, C = ("a" * 64, "b" * 64, "c" * 64)


def test_what_was_made_of_a_recording_goes_and_nothing_else(tmp_path: Path) -> None:
    names = [kept_name("0" * 64, recordings) for recordings in ([A], [B], [C, A], [B, C])]
    names.append(A)  # a file of another kind, whose name is a digest, too
    for name in names:
        (tmp_path / name).touch()
    forget(tmp_path, [A])
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([names[1], names[3], A])
    forget(tmp_path, [B, C])
    assert [p.name for p in tmp_path.iterdir()] == [A]
    forget(tmp_path / "missing", [A])


def test_names_of_several_recordings_fit_into_a_file_system() -> None:
    assert len(kept_name("0" * 64, [A] * 8)) < 255
