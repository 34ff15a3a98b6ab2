"""`dlint format` as a user meets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..runner import dlint

BAD = "from debian:12\nrun a && \\\n  b\n"
GOOD = "FROM debian:12\nRUN a \\\n    && b\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text(BAD)
    (tmp_path / "good.Dockerfile").write_text(GOOD)
    return tmp_path


def test_files_are_written(folder: Path) -> None:
    done = dlint("format", ".", cwd=folder)
    assert (done.status, done.out) == (0, "")
    assert done.err == "dlint: 1 file reformatted, 1 file already formatted\n"
    assert (folder / "Dockerfile").read_text() == GOOD
    assert dlint("format", "--check", cwd=folder).status == 0


def test_check_and_diff_write_nothing(folder: Path) -> None:
    done = dlint("format", "--check", ".", cwd=folder)
    assert (done.status, done.out) == (1, "Dockerfile\n")
    done = dlint("format", "--diff", ".", cwd=folder)
    assert done.status == 1
    assert "-from debian:12\n" in done.out
    assert "+FROM debian:12\n" in done.out
    assert (folder / "Dockerfile").read_text() == BAD


def test_standard_input(folder: Path) -> None:
    assert dlint("format", "-", cwd=folder, stdin=BAD.encode()).out == GOOD
    assert dlint("format", "--check", "-", cwd=folder, stdin=BAD.encode()).status == 1


def test_what_a_configuration_excludes_is_left_alone(folder: Path) -> None:
    (folder / "dlint.toml").write_text('exclude = ["Dockerfile"]\n')
    assert dlint("format", ".", cwd=folder).status == 0
    assert (folder / "Dockerfile").read_text() == BAD
    (folder / "dlint.toml").write_text("exclude = 1\n")
    done = dlint("format", ".", cwd=folder)
    assert done.status == 2
    assert "dlint.toml:1" in done.err


def test_bytes_that_are_no_text_stay(folder: Path) -> None:
    (folder / "Dockerfile").write_bytes(b"from a\nCOPY \xff b\n")
    assert dlint("format", "Dockerfile", cwd=folder).status == 0
    assert (folder / "Dockerfile").read_bytes() == b"FROM a\nCOPY \xff b\n"


def test_what_cannot_be_formatted_is_left_as_it_is(folder: Path) -> None:
    (folder / "Dockerfile").write_text("from a\nFOO\n")
    done = dlint("format", "Dockerfile", "good.Dockerfile", "none", cwd=folder)
    assert done.status == 2
    assert "Dockerfile: not formatted: line 2: unknown instruction `FOO`" in done.err
    assert "none: not formatted: no such file or directory" in done.err
    assert (folder / "Dockerfile").read_text() == "from a\nFOO\n"
    assert dlint("format", "-", cwd=folder, stdin=b"FOO\n").out == "FOO\n"
