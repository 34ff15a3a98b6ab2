"""Names and texts that are made to control a terminal or the CI service that reads a log: nothing of it gets there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from dockerfile_dlint.lint.config.arguments import OUTPUT_FORMATS
from dockerfile_dlint.lint.terminal.streams import log_safe, printable

from ..lint.runner import COMMAND, dlint, environment, terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such names there")

EVIL = "\x1b]0;title\x07\x1b[2J\x9b31m\u202etxt\u2066\r"
COMMANDS = "##vso[task.setvariable variable=a]b ##teamcity[x] ##[add-mask]c"
NAMES = (
    f"{EVIL}.Dockerfile",
    "x\n::error::injected\n.Dockerfile",
    "::add-mask::e.Dockerfile",
    f"{COMMANDS}.Dockerfile",
    b"\xff\xfe\xed\xa0\x80.Dockerfile",
    "]]>&\"'<|;%,:.Dockerfile",
)
TEXT = (
    f"from debian:latest as a\nMAINTAINER me {EVIL}\nCOPY --from={COMMANDS} {EVIL.strip()} /app\n"
    f"ENV A {EVIL} {COMMANDS}\n"
    f"RUN apt-get install a{EVIL} '\n::error::in the text\n{EVIL}{COMMANDS}\n"
)
VALID = f"from debian:12 as a\nMAINTAINER me {EVIL}\nADD a {COMMANDS} {EVIL}/app/\nRUN a {COMMANDS}\n  # ::error::x\n"
STYLE = re.compile("\x1b\\[[0-9;]*m|\x1b\\]8;;(?:file:|https:)[!-~]*\x1b\\\\|\x1b\\]8;;\x1b\\\\")
CONTROLS = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
ORDERS = re.compile(r"^\s*::|##vso\[|##teamcity\[|##\[add", re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile")
    (path / ".git").mkdir()
    for name in NAMES:
        with open(os.path.join(os.fsencode(path), os.fsencode(name)), "w") as file:
            file.write(TEXT)
    with open(path / f"{EVIL}{COMMANDS}.valid.Dockerfile", "w", newline="") as file:
        file.write(VALID)
    (path / "dlint.toml").write_text(f"trusted-registries = [{json.dumps(EVIL)}, {json.dumps(COMMANDS)}]\n")
    return path


CALLS = [
    *(["--select", "ALL", "--format", form] for form in OUTPUT_FORMATS),
    *(["--select", "ALL", "--output", f"{form}=-"] for form in ("sarif", "github")),
    ["--statistics"], ["--show-files"], ["--diff", "--unsafe-fixes"], ["-v"], ["format", "--check"],
    ["format", "--diff"],
    ["optimize"], ["optimize", "--explain"], ["optimize", "--diff"], ["optimize", "--format", "json"],
    ["dockerignore"], ["dockerignore", "--diff"], ["dockerignore", "--format", "json"],
    ["config", "show"], ["config", "show", NAMES[0]], ["config", "migrate", NAMES[1]],
    ["tree", NAMES[0]], ["tree", "--format", "json", NAMES[0]], ["tree", NAMES[1]], ["tree", f"{EVIL}{COMMANDS}"],
    ["explain", f"{EVIL}{COMMANDS}"], ["--select", f"{EVIL}{COMMANDS}"], ["--format", f"{EVIL}{COMMANDS}"],
    [f"{EVIL}{COMMANDS}"], ["--config", f"{EVIL}{COMMANDS}"], ["--baseline", f"{EVIL}{COMMANDS}"],
    ["--changed-since", f"{EVIL}{COMMANDS}"], ["optimize", "--only", f"{EVIL}{COMMANDS}"],
]  # fmt: skip
RAW = ("--diff",)
"""Byte-exact in a pipe."""
ORDERING = ("github", "github=-", "azure", "teamcity")


def offences(text: str, words: list[str]) -> list[str]:
    found = CONTROLS.findall(text)
    if set(words) & set(ORDERING):
        # One per line is dlint's own.
        lines = [re.sub(r"^(::(error|warning|notice) file=|##vso\[task.logissue |##teamcity\[inspection)", "", line)
                 for line in text.split("\n")]  # fmt: skip
        text = "\n".join(lines)
    return found + ORDERS.findall(text)


@pytest.mark.parametrize("words", CALLS, ids=lambda words: " ".join(words)[:40].encode("ascii", "ignore").decode())
def test_nothing_gets_into_a_log(words: list[str], folder: Path) -> None:
    done = dlint(*words, cwd=folder)
    assert done.status in (0, 1, 2)
    assert "internal error" not in done.err
    assert not offences(done.err, [])
    if not set(words) & set(RAW):
        assert done.out or done.err
        assert not offences(done.out, words)


@pytest.mark.parametrize("env", [{}, {"NO_COLOR": "1"}, {"FORCE_HYPERLINK": "1"}], ids=str)
@pytest.mark.parametrize(
    "words",
    [each for each in CALLS if set(each) & {"full", "concise", "github", "json", "--diff", "tree", "optimize", "show"}],
    ids=lambda words: " ".join(words)[:40].encode("ascii", "ignore").decode(),
)
def test_nothing_gets_to_a_terminal(words: list[str], env: dict[str, str], folder: Path) -> None:
    done = terminal(*words, cwd=folder, **env)
    text = done.out if env.get("NO_COLOR") else STYLE.sub("", done.out)
    assert "internal error" not in text
    assert not offences(text, words)


def test_a_diff_is_exact_in_a_pipe(folder: Path, tmp_path: Path) -> None:
    """git reads it, whatever the files are called."""
    for name in map(os.fsencode, NAMES):
        with open(os.path.join(os.fsencode(tmp_path), name), "w", newline="") as file:
            file.write(VALID)
    command = [*COMMAND, "--isolated", "--select", "BK004,DL3020,DL4000", "--diff", "."]
    diff = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, check=False).stdout
    assert EVIL.encode() in diff
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=diff, check=True)
    for name in map(os.fsencode, NAMES):
        with open(os.path.join(os.fsencode(tmp_path), name), newline="") as file:
            assert file.read().startswith("FROM debian")


def test_reports_are_valid_whatever_the_names(folder: Path) -> None:
    for form in ("json", "sarif", "gitlab", "rdjson", "hadolint"):
        text = dlint("--format", form, "--select", "ALL", cwd=folder).out
        assert form == "sarif" or COMMANDS in json.dumps(json.loads(text), ensure_ascii=False)
        assert json.loads(text)
    assert all(json.loads(line) for line in dlint("--format", "jsonl", cwd=folder).out.splitlines())
    for form in ("junit", "checkstyle"):
        ET.fromstring(dlint("--format", form, "--select", "ALL", cwd=folder).out)
    names = {row["file"] for row in dlint("--format", "json", cwd=folder).json["diagnostics"]}
    assert {name for name in NAMES if isinstance(name, str)} <= names
    assert tomllib.loads(dlint("config", "show", cwd=folder).out)["trusted-registries"] == [EVIL, COMMANDS]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", "\\x3a:error::x"),
        ("  ::error::x", "  \\x3a:error::x"),
        ("a\n::b", "a\n\\x3a:b"),
        ("cpanm A::B", "cpanm A::B"),
        ("${x##[0-9]} ${x##[a-z]}", "${x##[0-9]} ${x##[a-z]}"),
        ("a ##VSO[x", "a \\x23#VSO[x"),
        ("\x1b[31mx\ty", "\\x1b[31mx\ty"),
    ],
)
def test_what_is_escaped(text: str, shown: str) -> None:
    assert log_safe(text) == shown
    assert "\n" in text or "\t" in text or printable(text) == shown


def test_a_large_text_takes_no_time() -> None:
    import time

    text = "##::## ::x " * 1_000_000
    start = time.monotonic()
    log_safe(text + " " * 1_000_000)
    assert time.monotonic() - start < 3
