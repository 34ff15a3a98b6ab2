from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from dockerfile_dlint.lint.engine.linter import MAX_BYTES

from ..runner import Done, dlint, environment, shell

LATEST = "FROM alpine:latest\n"
GOOD = b"FROM alpine:3.20\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file in which DL3007 is found, whatever lies beside it."""
    (tmp_path / "Dockerfile.zz").write_text(LATEST)
    return tmp_path


CASES = {
    "empty": (b"", 1, "SYN003", "the file is empty"),
    "blank": (b"\n  \n\n", 1, "SYN003", "the file contains no instructions"),
    "bom": (b"\xef\xbb\xbf", 1, "SYN003", "no instruction"),
    "comments": (b"# only\n\n# comments\n", 1, "SYN003", "the file contains no instructions"),
    "arg": (b"ARG A=1\n", 1, "SYN004", "no FROM"),
    "binary": (b"\x7fELF\x02\x01\x01\0\0\0" + bytes(range(256)), 2, "SYN001", "NUL byte"),
    "nul": (GOOD + b"RUN a\0b\n", 2, "SYN001", "line 2 contains a NUL byte"),
    "utf16": ("FROM alpine:3.20\nRUN x\n".encode("utf-16"), 2, "SYN001", "UTF-16; save it as UTF-8"),
    "utf16le": ("FROM alpine:3.20\nRUN x\n".encode("utf-16-le"), 2, "SYN001", "UTF-16"),
    "utf16be": ("FROM alpine:3.20\nRUN x\n".encode("utf-16-be"), 2, "SYN001", "UTF-16"),
    "utf32": ("FROM alpine:3.20\n".encode("utf-32"), 2, "SYN001", "save it as UTF-8"),
    "70k": (GOOD + b"RUN echo " + b"x" * 70_000 + b"\n", 1, "SYN003", "the line is longer than"),
    "words": (b"FROM a b\n", 1, "SYN003", "FROM requires either one or three arguments"),
    "page": (b"<!DOCTYPE html>\n<html></html>\n", 1, "SYN003", "unknown instruction `<!DOCTYPE`"),
    "marks": (GOOD + b"<<<<<<< HEAD\nRUN a\n=======\n", 1, "SYN003", "unknown instruction `<<<<<<<`"),
    "escapes": (GOOD + b"\x1b[31mRUN a\n", 1, "SYN003", "\\x1b[31mRUN"),
}


@pytest.mark.parametrize("name", CASES)
def test_odd_text(name: str, folder: Path) -> None:
    """A clear word with file and line, and the file beside it is linted."""
    text, status, code, said = CASES[name]
    (folder / "Dockerfile.a").write_bytes(text)
    done = dlint("-q", "--select", "DL3007,SYN", cwd=folder)
    first, *_, last = done.out.splitlines()
    assert done.status == status
    assert first.startswith("Dockerfile.a:")
    assert f": {code} error: " in first
    assert said in first
    assert last.startswith("Dockerfile.zz:1:6: DL3007 ")
    assert done.out.isprintable() or "\x1b" not in done.out


def test_the_line_of_a_long_line(folder: Path) -> None:
    (folder / "Dockerfile.a").write_bytes(CASES["70k"][0] + b"RUN apt-get install curl\n")
    done = dlint("Dockerfile.a", "--select", "DL3014", cwd=folder)
    assert done.out.startswith("Dockerfile.a:2:1: SYN003 ")
    assert done.codes == ["SYN003", "DL3014"], "what follows is linted too"


def test_latin_1_is_linted(folder: Path) -> None:
    (folder / "Dockerfile.zz").write_bytes(b"# caf\xe9\nFROM alpine:latest\nRUN echo caf\xe9 && apt-get install x\n")
    done = dlint("--select", "DL3007,DL3014", cwd=folder)
    assert (done.status, done.codes) == (1, ["DL3007", "DL3014"])
    assert "Dockerfile.zz:3:18: " in done.out


def test_long_lines_and_large_files(folder: Path) -> None:
    (folder / "Dockerfile.a").write_text("FROM alpine:3.20\nRUN echo " + "x" * 60_000 + " && apt-get install y\n")
    (folder / "Dockerfile.b").write_text(LATEST + "# 0123456789abcdef0123456789abcdef\n" * 300_000)
    (folder / "Dockerfile.c").write_text("FROM alpine:3.20\nRUN true " + "\\\n  0123456789abcdef " * 300_000 + "\n")
    done = dlint("-q", "--select", "DL3007,DL3014", cwd=folder)
    assert done.status == 1
    places = [line.split(": ")[0] for line in done.out.splitlines()]
    assert places == ["Dockerfile.a:2:60014", "Dockerfile.b:1:6", "Dockerfile.zz:1:6"]


def test_a_file_of_absurd_size_is_not_read(folder: Path) -> None:
    with open(folder / "Dockerfile.a", "wb") as file:
        file.truncate(MAX_BYTES + 1)
    done = dlint(".", cwd=folder)
    assert done.status == 2
    assert f"Dockerfile.a:1:1: SYN001 error: the file is larger than the limit of {MAX_BYTES:,} bytes" in done.out


def test_endless_standard_input(folder: Path) -> None:
    if not os.path.exists("/dev/zero"):
        pytest.skip("no /dev/zero here")
    done = shell("dlint - < /dev/zero", folder)
    assert (done.status, done.codes) == (2, ["SYN001"])


# What is no file


def test_a_folder_named_dockerfile(folder: Path) -> None:
    (folder / "Dockerfile").mkdir()
    (folder / "Dockerfile" / "Dockerfile").write_text(LATEST)
    assert dlint("--select", "DL3007", cwd=folder).codes == ["DL3007", "DL3007"]
    assert dlint("Dockerfile", "--select", "DL3007", cwd=folder).out.startswith("Dockerfile/Dockerfile:1:6: ")


def test_links_in_circles(folder: Path) -> None:
    (folder / "Dockerfile.loop").symlink_to("Dockerfile.loop")
    (folder / "Dockerfile.lost").symlink_to("nowhere")
    (folder / "sub").mkdir()
    (folder / "sub" / "up").symlink_to("..")
    done = dlint(".", "--select", "DL3007", cwd=folder)
    assert "DL3007" in done.codes
    done = dlint("Dockerfile.loop", "Dockerfile.lost", ".", "--select", "DL3007", cwd=folder)
    assert done.status == 2
    assert sorted(done.codes) == ["DL3007", "SYN001", "SYN001"]
    assert dlint("sub/up/sub/up", "--select", "DL3007", cwd=folder).codes == ["DL3007"]


@pytest.mark.skipif(sys.platform == "win32", reason="no FIFO there")
def test_a_pipe_without_a_writer_does_not_hang(folder: Path) -> None:
    os.mkfifo(folder / "Dockerfile")
    done = dlint("Dockerfile", ".", "--select", "DL3007", cwd=folder)
    assert done.status == 2
    assert sorted(done.codes) == ["DL3007", "SYN001"]
    assert "the pipe has no writer" in done.out


@pytest.mark.skipif(sys.platform == "win32", reason="no bash there")
def test_what_another_program_writes_is_linted(folder: Path) -> None:
    done = shell("dlint <(sleep 0.3; echo FROM alpine:latest; sleep 0.3; echo EXPOSE x) --select DL3007,SYN", folder)
    assert done.codes == ["DL3007", "SYN004"]
    done = shell("cat Dockerfile.zz | dlint /dev/stdin --select DL3007", folder)
    assert done.codes == ["DL3007"]


@pytest.mark.skipif(sys.platform == "win32", reason="no FIFO there")
def test_a_silent_writer_is_not_waited_for_for_ever(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dockerfile_dlint.lint.sources import named_pipe as pipe

    monkeypatch.setattr(pipe, "READ_TIMEOUT", 0.05)
    path = str(folder / "pipe")
    os.mkfifo(path)
    # Opened for both, so that a writer is there.
    held = os.open(path, os.O_RDWR)
    try:
        with pytest.raises(OSError, match="no data from the pipe"):
            pipe.read_pipe(path, 100)
        os.write(held, b"FROM a")
        with pytest.raises(OSError, match="no data from the pipe"):
            pipe.read_pipe(path, 100)
        os.write(held, b"FROM a")
        assert pipe.read_pipe(path, 6) == b"FROM a"
    finally:
        os.close(held)


@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero", "/dev/tty"])
def test_devices(device: str, folder: Path) -> None:
    if not os.path.exists(device):
        pytest.skip(f"no {device} here")
    done = dlint(device, "Dockerfile.zz", "--select", "DL3007", cwd=folder)
    assert done.status == 2
    assert sorted(done.codes) == ["DL3007", "SYN001"]


def test_missing_files_and_empty_folders(folder: Path) -> None:
    (folder / "empty").mkdir()
    done = dlint("nowhere", "no/where/Dockerfile", "", "empty", ".", "--select", "DL3007", cwd=folder)
    assert done.status == 2
    assert sorted(done.codes) == ["DL3007", "SYN001", "SYN001", "SYN001"]
    assert "nowhere:1:1: SYN001 error: no such file or directory" in done.out
    assert dlint("empty", cwd=folder).status == 0


# Rights


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user reaches, as pytest's own folders are not."""
    path = Path(tempfile.mkdtemp(prefix="dlint-test-"))
    path.chmod(0o755)
    yield path
    for each in path.rglob("*"):
        if not each.is_symlink():
            each.chmod(0o755)
    shutil.rmtree(path)


def test_what_may_not_be_read(open_folder: Path) -> None:
    (open_folder / "Dockerfile").write_text(LATEST)
    (open_folder / "Dockerfile.a").write_text(LATEST)
    (open_folder / "Dockerfile.a").chmod(0)
    (open_folder / "closed").mkdir()
    (open_folder / "closed" / "Dockerfile").write_text(LATEST)
    (open_folder / "closed").chmod(0)
    if os.geteuid() == 0:
        done = _as_nobody(open_folder)
    else:
        done = dlint(".", "Dockerfile.a", "closed/Dockerfile", "--select", "DL3007", cwd=open_folder)
    assert done.status == 2
    assert "Dockerfile:1:6: DL3007 " in done.out
    assert "Dockerfile.a:1:1: SYN001 error: permission denied" in done.out
    assert "closed:1:1: SYN001 error: permission denied" in done.out
    assert "closed/Dockerfile:1:1: SYN001 error: " in done.out


def _as_nobody(folder: Path) -> Done:
    """Root may read everything: once all is imported, the process becomes a user who may not."""
    words = "['.', 'Dockerfile.a', 'closed/Dockerfile', '--select', 'DL3007']"
    script = (
        "import os, sys\n"
        "from dockerfile_dlint.lint.commands import parsers as options\n"
        "from dockerfile_dlint.lint.main import main\n"
        "told, sys.stdout = sys.stdout, open(os.devnull, 'w')\n"
        f"main({words})\n"
        "sys.stdout = told\n"
        "os.setuid(65534)\n"
        f"sys.exit(main({words}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, env=environment(), timeout=60, check=False
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


# Names


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"Dockerfile.with space", "Dockerfile.with space"),
        (b"Dockerfile.new\nline", "Dockerfile.new\\nline"),
        (b"Dockerfile.\x1b[31mred", "Dockerfile.\\x1b[31mred"),
        ("Dockerfile.größe".encode(), "Dockerfile.größe"),
        (b"Dockerfile.\xff\xfe", "Dockerfile.\\xff\\xfe"),
        ("Dockerfile.\u202egnp".encode(), "Dockerfile.\\u202egnp"),
        (b"Dockerfile.*?[a]", "Dockerfile.*?[a]"),
        (b"Dockerfile.'\"$(x)", "Dockerfile.'\"$(x)"),
    ],
)
def test_odd_names(name: bytes, shown: str, tmp_path: Path) -> None:
    try:
        with open(os.path.join(os.fsencode(tmp_path), name), "w") as file:
            file.write(LATEST)
    except OSError:
        pytest.skip("the file system does not take such a name")
    for words in (["."], [name]):
        done = dlint(*words, "-q", "--select", "DL3007", cwd=tmp_path)
        assert done.out.startswith(f"{shown}:1:6: DL3007 warning: ")
        assert done.out.count("\n") == 1
    full = dlint(".", "--select", "DL3007", "--format", "full", cwd=tmp_path)
    assert f"  at {shown}:1:6  latest-base\n" in full.out


def test_files_that_are_no_dockerfiles_by_their_name(folder: Path) -> None:
    (folder / "Dockerfile.j2").write_text("FROM {{ base }}\n")
    (folder / "Dockerfile.dockerignore").write_text("node_modules\n*.log\n")
    assert dlint(".", "--select", "DL3007", cwd=folder).codes == ["DL3007"], "a folder is searched for Dockerfiles"
    done = dlint("Dockerfile.j2", "Dockerfile.dockerignore", ".", "--select", "DL3007", cwd=folder)
    assert sorted(done.codes) == ["DL3007", "SYN003", "SYN003"]
    assert "`Dockerfile.j2` was passed explicitly and parsed as a Dockerfile" in done.err
    assert "`Dockerfile.dockerignore` was passed explicitly and parsed as a Dockerfile" in done.err


# Line ends


def test_crlf_has_the_places_of_lf(folder: Path) -> None:
    text = "FROM alpine:latest\nRUN apt-get update && \\\n  # why\n  apt-get install x\nENV a=b c\n"
    (folder / "Dockerfile.zz").write_text(text)
    wanted = dlint(".", "--select", "DL3007,DL3014", "--format", "json", cwd=folder).json
    assert len(wanted["diagnostics"]) == 3
    (folder / "Dockerfile.zz").write_bytes(text.replace("\n", "\r\n").encode())
    assert dlint(".", "--select", "DL3007,DL3014", "--format", "json", cwd=folder).json == wanted


def test_everything_at_once(folder: Path) -> None:
    """Every file is linted, whatever happens to another."""
    for name, (text, *_) in CASES.items():
        (folder / f"Dockerfile.{name}").write_bytes(text)
    done = dlint(".", "nowhere", "--select", "DL3007,SYN", "--format", "json", cwd=folder)
    assert done.status == 2
    assert done.json["files"] == len(CASES) + 2
    seen = {diagnostic["file"] for diagnostic in done.json["diagnostics"]}
    assert seen == {f"Dockerfile.{name}" for name in CASES} | {"Dockerfile.zz", "nowhere"}
