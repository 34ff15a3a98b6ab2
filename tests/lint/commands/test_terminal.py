from __future__ import annotations

import re
import socket
import sys
import unicodedata
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from dockerfile_dlint.lint.output.formats.full import visible_slice

from ..runner import dlint, plain, terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo terminal there")

FRAME = re.compile(r"^ +\d+ \| (?P<text>.*)\n +\| (?P<marks> *\^+)$", re.MULTILINE)


def cells(text: str) -> int:
    """Columns of a terminal: a second opinion to rich's."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def underlined(out: str) -> list[str]:
    """The words that stand over the marks of each frame."""
    words: list[str] = []
    for frame in FRAME.finditer(plain(out)):
        marks, column, word = frame["marks"], 0, ""
        for char in frame["text"]:
            if marks.find("^") <= column < len(marks):
                word += char
            column += cells(char)
        words.append(word)
    return words


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text("FROM alpine:latest\nRUN apt-get install \\\n  curl\n")
    return tmp_path


def test_a_terminal_gets_frames_and_a_pipe_lines(folder: Path) -> None:
    done = terminal("--select", "DL3007", cwd=folder)
    assert done.status == 1
    assert plain(done.out) == (
        "DL3007 warning  base image `alpine:latest` uses the tag `latest`; pin a version\n"
        "  at Dockerfile:1:6  latest-base\n"
        " 1 | FROM alpine:latest\n"
        "   |      ^^^^^^^^^^^^^\n"
        "\n"
        "Found 1 warning in 1 file.\n"
        "Run `dlint explain DL3007` for details.\n"
    )
    assert "\x1b[" in done.out
    lines = dlint("--select", "DL3007", cwd=folder)
    assert lines.out.startswith("Dockerfile:1:6: DL3007 warning: ")
    assert dlint("--select", "DL3007", "--format", "full", cwd=folder).out == plain(done.out)


def test_nothing_found(folder: Path) -> None:
    (folder / "Dockerfile").write_text("FROM alpine:3.20\n")
    done = terminal("--select", "DL3007", cwd=folder)
    assert (done.status, plain(done.out)) == (0, "No findings in 1 file.\n")


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": "unknown"}])
def test_no_escape_codes_where_none_are_wanted(env: dict[str, str], folder: Path) -> None:
    for words in ([], ["explain", "DL3007"], ["rules"], ["--help"], ["nowhere"]):
        assert "\x1b" not in terminal(*words, cwd=folder, **env).out


def test_colors_that_are_asked_for(folder: Path) -> None:
    assert "\x1b[" in dlint("--format", "full", cwd=folder, FORCE_COLOR="1").out
    assert "\x1b[" not in dlint("--format", "full", cwd=folder).out
    assert "\x1b[" not in dlint("--format", "json", cwd=folder, FORCE_COLOR="1").out


@pytest.mark.parametrize("columns", [20, 40, 80, 500])
def test_every_width(columns: int, folder: Path) -> None:
    (folder / "Dockerfile").write_text(
        f"FROM alpine:latest\nRUN {'echo a && ' * 30}apt-get install {'x ' * 100}&& echo 日本語{'日本語' * 40}\n"
    )
    out = plain(terminal("--select", "DL3007,DL3014", cwd=folder, columns=columns).out)
    for line in out.splitlines():
        fits = cells(line) <= columns
        assert fits or line.startswith(("  at ", "Run `dlint explain")), line  # what is copied is never folded
    words = underlined(out)
    assert len(words) == 2
    assert all("latest" in wide or columns == 20 for wide in words[:1])
    assert words[1].startswith("apt-get")
    if columns > 20:
        assert words == ["alpine:latest", "apt-get install"]


@pytest.mark.parametrize("columns", ["0", "-3", "wide"])
def test_a_width_that_is_none(columns: str, folder: Path) -> None:
    done = dlint("--select", "DL3007", "--format", "full", cwd=folder, COLUMNS=columns)
    assert done.out == dlint("--select", "DL3007", "--format", "full", cwd=folder).out


@pytest.mark.parametrize(
    "before",
    [
        'echo "日本語日本語" &&\t',
        "\t\techo é e\u0301 &&\t",
        "echo 😀 && ",
        "echo \\\n\t# 日本\n\t日 && ",
        "echo \x07 && ",
    ],
)
def test_the_marks_stand_under_the_words(before: str, folder: Path) -> None:
    (folder / "Dockerfile").write_text(f"FROM alpine:3.20\nRUN {before}apt-get install curl\n")
    done = terminal("--select", "DL3014", cwd=folder)
    assert underlined(done.out) == ["apt-get install"]
    assert "\x07" not in done.out


def test_odd_bytes_are_drawn_as_escapes(folder: Path) -> None:
    (folder / "Dockerfile").write_bytes(
        b"FROM alpine:3.20\nRUN echo \xff\x1b[31m \xe2\x80\xae && apt-get install curl\n"
    )
    done = terminal("--select", "DL3014", cwd=folder)
    assert " 2 | RUN echo \\xff\\x1b[31m \\u202e && apt-get install curl\n" in plain(done.out)
    assert underlined(done.out) == ["apt-get install"]


def test_crlf_is_not_drawn(folder: Path) -> None:
    (folder / "Dockerfile").write_bytes(b"FROM alpine:latest\r\nRUN apt-get install x\r\n")
    done = terminal("--select", "DL3007,DL3014", cwd=folder)
    assert "\r" not in done.out
    assert underlined(done.out) == ["alpine:latest", "apt-get install"]


def test_a_byte_order_mark_is_not_drawn(folder: Path) -> None:
    (folder / "Dockerfile").write_bytes(b"\xef\xbb\xbfFROM alpine:latest\n")
    out = terminal("--select", "DL3007", cwd=folder).out
    assert " 1 | FROM alpine:latest\n" in plain(out)
    assert underlined(out) == ["alpine:latest"]


def test_a_span_of_many_lines_is_cut(folder: Path) -> None:
    (folder / "Dockerfile").write_text("FROM alpine:3.20\nRUN <<EOF\n" + "a\n" * 20)
    out = plain(terminal("--select", "SYN003", cwd=folder).out)
    assert out.count("^") >= 1
    assert len(out.splitlines()) < 15


def test_findings_of_other_processes_have_frames(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"Dockerfile.{number:02}").write_text("FROM alpine:latest\n")
    out = terminal("--select", "DL3007", cwd=tmp_path).out
    assert underlined(out) == ["alpine:latest"] * 60


def test_progress_is_drawn_and_taken_away(tmp_path: Path) -> None:
    for number in range(400):
        (tmp_path / f"Dockerfile.{number:03}").write_text("FROM alpine:3.20\n" + "RUN echo a && echo b\n" * 30)
    out = terminal("--select", "DL3007", cwd=tmp_path).out
    assert "linting" in out
    assert plain(out).splitlines()[-1] == "No findings in 400 files."
    assert "linting" not in terminal("--select", "DL3007", cwd=tmp_path, TERM="dumb").out


def test_standard_input_on_a_terminal_says_so(folder: Path) -> None:
    import os
    import pty
    import subprocess

    from ..runner import COMMAND, environment

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "-", "--select", "DL3007"],
        cwd=folder,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    os.close(theirs)
    os.write(ours, b"FROM alpine:latest\n\x04")
    out, err = process.communicate(timeout=30)
    os.close(ours)
    assert err == b"dlint: reading from standard input; press Ctrl-D to end\n"
    assert out.startswith(b"<stdin>:1:6: DL3007 ")


# The other commands


@pytest.mark.parametrize("columns", [30, 80])
def test_pages_fit_the_terminal(columns: int, folder: Path) -> None:
    for words in (["explain", "DL3007", "SYN001"], ["rules"]):
        out = plain(terminal(*words, cwd=folder, columns=columns).out)
        folded = [line for line in out.splitlines() if not re.match(r"\w+\d+ \S+ \w+ (on|off|preview)$", line)]
        assert len(folded) > 20
        assert max(map(len, folded)) <= columns


def test_rules_are_folded_beside_their_names(folder: Path) -> None:
    lines = terminal("rules", cwd=folder).out.splitlines()
    assert lines[0].startswith("SYN001  ")
    assert lines[1].startswith(" " * 30)
    assert dlint("rules").out.splitlines()[1].startswith("SYN002  ")


# What is shown of a line


@pytest.mark.parametrize("width", [8, 15, 40, 200])
@pytest.mark.parametrize("text", ["RUN a", "x" * 300, "日" * 100, "\t" * 50 + "y" * 50, "", "a日\tb\x1b" * 30])
def test_a_window_holds_the_words(text: str, width: int) -> None:
    for first in range(0, max(len(text), 1), 7):
        for stop in (first + 1, first + 5, first + 400):
            shown, before, marked = visible_slice(text, first, stop, width)
            assert cells(shown) <= width
            assert marked >= 1
            assert before + marked <= max(width, 1)
            if text and first < len(text) and text[first].isascii() and text[first].isprintable() and marked < width:
                at = before  # every cell before the mark is one of the text
                assert "".join(char * max(1, cells(char)) for char in shown)[at] in (text[first], "…")


def test_a_line_that_fits_is_shown_whole() -> None:
    assert visible_slice("RUN apt-get update", 4, 18, 18) == ("RUN apt-get update", 4, 14)
    assert visible_slice("RUN apt-get update", 4, 11, 17) == ("RUN apt-get upda…", 4, 7)
    assert visible_slice("RUN apt-get update", 12, 18, 10) == ("…et update", 4, 6)


# Links

LINK = re.compile(r"\x1b\]8;;([^\x1b]*)\x1b\\(.*?)\x1b\]8;;\x1b\\")


def links(*words: str, cwd: Path, **env: str) -> list[tuple[str, str]]:
    done = terminal("--select", "DL3007", *words, cwd=cwd, XDG_CACHE_HOME=str(cwd / "cache"), **env)
    assert done.status == 1
    return [(address, plain(text)) for address, text in LINK.findall(done.out)]


KNOWING: list[dict[str, str]] = [
    {"TERM_PROGRAM": "WezTerm"},
    {"VTE_VERSION": "6800"},
    {"TERM": "xterm-kitty"},
    {"WT_SESSION": "1"},
    {"FORCE_HYPERLINK": "1"},
]
NOT_KNOWING: list[dict[str, str]] = [
    {},
    {"VTE_VERSION": "4800"},
    {"VTE_VERSION": "x"},
    {"TERM_PROGRAM": "Apple_Terminal"},
    {"TERM_PROGRAM": "WezTerm", "TERM": "tmux-256color"},
    {"TERM_PROGRAM": "WezTerm", "TMUX": "/tmp/x"},
    {"TERM_PROGRAM": "WezTerm", "NO_COLOR": "1"},
    {"TERM_PROGRAM": "WezTerm", "FORCE_HYPERLINK": "0"},
    {"TERM": "dumb", "FORCE_HYPERLINK": "1"},
]


@pytest.mark.parametrize("env", KNOWING)
def test_a_code_is_a_link_to_its_page(env: dict[str, str], folder: Path) -> None:
    ((address, text),) = links(cwd=folder, **env)
    assert text == "DL3007"
    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc) == ("file", socket.gethostname())
    assert Path(unquote(parts.path)).read_text().startswith("# DL3007 latest-base\n")


@pytest.mark.parametrize("env", NOT_KNOWING)
def test_no_link_where_a_terminal_may_not_know_it(env: dict[str, str], folder: Path) -> None:
    assert links(cwd=folder, **env) == []
    assert not (folder / "cache").exists()


def test_pages_that_are_published(folder: Path) -> None:
    (folder / "dlint.toml").write_text('rule-url = "https://example.org/r/{code}/"\n')
    for more in ({}, {"SSH_CONNECTION": "1.2.3.4"}):
        assert links(cwd=folder, TERM_PROGRAM="WezTerm", **more) == [("https://example.org/r/DL3007/", "DL3007")]
    assert not (folder / "cache").exists()


def test_a_file_of_another_machine_is_no_link(folder: Path) -> None:
    assert links(cwd=folder, TERM_PROGRAM="WezTerm", SSH_CONNECTION="1.2.3.4") == []


def test_a_cache_that_cannot_be_written_means_no_link(folder: Path) -> None:
    (folder / "cache").write_text("in the way")
    assert links(cwd=folder, TERM_PROGRAM="WezTerm") == []


def test_a_narrow_terminal_keeps_its_links(folder: Path) -> None:
    done = terminal("--select", "DL3007", cwd=folder, columns=40, FORCE_HYPERLINK="1", XDG_CACHE_HOME=str(folder / "c"))
    assert [plain(text) for _, text in LINK.findall(done.out)] == ["DL3007"]
    assert all(cells(plain(LINK.sub(r"\2", line))) <= 40 for line in done.out.splitlines())


def test_a_file_beside_a_terminal_gets_no_escapes(folder: Path) -> None:
    terminal("--select", "DL3007", "--output", "full=out.txt", cwd=folder, FORCE_HYPERLINK="1")
    assert "\x1b" not in (folder / "out.txt").read_text()
