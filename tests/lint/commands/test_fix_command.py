"""`--fix`, `--unsafe-fixes`, `--diff`, `--fix-only` as a user meets them."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from dockerfile_dlint.lint.main import main

BAD = "from debian:12-slim\nRUN make\nCOPY a b\n"
GOOD = "FROM debian:12-slim\nRUN make\nCOPY a b\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Dockerfile").write_text(BAD)
    return tmp_path


def run(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main(["check", "--isolated", "--select", "BK002,BK004", *words])
    out, err = capfd.readouterr()
    return status, out, err


def test_fix_writes_the_file(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capfd, "--fix", "Dockerfile")
    assert (status, out, err) == (0, "Found 1 finding (1 fixed, 0 remaining).\n", "")
    assert (folder / "Dockerfile").read_text() == GOOD
    assert run(capfd, "--fix", "Dockerfile") == (0, "", "")


def test_line_endings_and_marks_stay(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = b"\xef\xbb\xbf" + BAD.replace("\n", "\r\n").encode().rstrip() + b" # \xff"
    (folder / "Dockerfile").write_bytes(data)
    run(capfd, "--fix", "Dockerfile")
    assert (folder / "Dockerfile").read_bytes() == data.replace(b"from", b"FROM")


def test_diff_writes_nothing(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capfd, "--diff", ".")
    assert (status, err) == (1, "dlint: would fix 1 finding in 1 file\n")
    assert (folder / "Dockerfile").read_text() == BAD
    assert out == (
        "--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1,3 +1,3 @@\n"
        "-from debian:12-slim\n+FROM debian:12-slim\n RUN make\n COPY a b\n"
    )
    (folder / "Dockerfile").write_text(GOOD)
    assert run(capfd, "--diff", ".") == (0, "", "")


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@pytest.mark.parametrize("text", [BAD, BAD.rstrip(), BAD.replace("\n", "\r\n"), BAD + "# \xe9\n"])
@pytest.mark.parametrize("name", ["Dockerfile", "a b/Dockerfile", "é.Dockerfile"])
def test_git_takes_the_diff(folder: Path, capfdbinary: pytest.CaptureFixture[bytes], text: str, name: str) -> None:
    (folder / "Dockerfile").unlink()
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode("latin-1"))
    main(["check", "--isolated", "--select", "BK004", "--diff", "."])
    diff = capfdbinary.readouterr().out
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "apply", "-"], input=diff, check=True)
    assert path.read_bytes() == text.replace("from", "FROM").encode("latin-1")


def test_fix_only_says_nothing_of_the_rest(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "Dockerfile").write_text("from debian\nRUN make\nCOPY a b\n")
    assert main(["check", "--isolated", "--select", "BK004,DL3006", "--fix-only", "Dockerfile"]) == 0
    assert capfd.readouterr().out == ""
    assert main(["check", "--isolated", "--select", "BK004,DL3006", "--fix", "Dockerfile"]) == 1


def test_unfixable_and_fixable(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(capfd, "--fix", "--unfixable", "BK004", "Dockerfile")[0] == 1
    assert run(capfd, "--fix", "--fixable", "BK002", "Dockerfile")[0] == 1
    assert (folder / "Dockerfile").read_text() == BAD
    assert run(capfd, "--fix", "--fixable", "nope", "Dockerfile")[0] == 2
    assert run(capfd, "--fix", "--fixable", "BK", "Dockerfile")[0] == 0


def test_standard_input_to_standard_output(
    folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BAD.encode())))
    assert run(capfd, "--fix", "-") == (0, GOOD, "dlint: fixed 1 finding in 1 file\n")


def test_a_read_only_file_is_not_touched(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    other = folder / "other"
    (folder / "Dockerfile").rename(other)
    (folder / "Dockerfile").hardlink_to(other)
    status, out, _ = run(capfd, "--fix", "Dockerfile")
    assert status == 2
    assert "the file was not fixed: it has several hard links" in out
    assert "BK004" in out
    assert other.read_text() == BAD


def test_one_bad_file_does_not_stop_the_others(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "a.Dockerfile").write_bytes(b"\xff\xfeF\0R\0")
    status, out, _ = run(capfd, "--fix", ".")
    assert status == 2
    assert "UTF-16" in out
    assert (folder / "Dockerfile").read_text() == GOOD


def test_unsafe_fixes_alone(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capfd, "--unsafe-fixes", "Dockerfile")
    assert status == 1
    assert err == "dlint: --unsafe-fixes has no effect without --fix or --diff\n"
    assert (folder / "Dockerfile").read_text() == BAD


def test_the_summary_counts_what_can_be_fixed(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    lines = run(capfd, "Dockerfile")[1].splitlines()
    assert lines[0].startswith("Dockerfile:1:1: BK004 warning: [*] ")
    assert lines[1:] == ["Found 1 warning in 1 file.", "[*] 1 fixable with `dlint --fix`."]
