"""The summary, and the options that all commands share: -q, -v, --color, --show-files, --show-fixes, --isolated."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ..runner import dlint, plain, terminal

BAD = "from debian\nRUN apt-get update && apt-get install git\nRUN cd /app && sudo make\n"
CLEAN = "FROM alpine:3.23\n"
SELECT = ("--select", "BK002,BK004,DL3006,DL3014,DL3004,DL3015")
TEXT_FORMATS = ("full", "concise", "grouped")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "Dockerfile").write_text(BAD)
    (tmp_path / "clean.Dockerfile").write_text(CLEAN)
    return tmp_path


# The summary


@pytest.mark.parametrize("form", TEXT_FORMATS)
def test_text_formats_end_with_a_summary_in_a_pipe(form: str, folder: Path) -> None:
    lines = dlint(*SELECT, "--format", form, cwd=folder).out.splitlines()
    found = "Found 4 warnings and 1 info in 2 files."
    fixable = "[*] 2 fixable with `dlint --fix` (2 more with `--unsafe-fixes`)."
    assert [line for line in lines if line.startswith(("Found ", "[*] "))] == [found, fixable]
    assert lines[-1] == ("Run `dlint explain BK004` for details." if form == "full" else fixable)


@pytest.mark.parametrize("form", TEXT_FORMATS)
def test_fixable_findings_are_marked(form: str, folder: Path) -> None:
    lines = dlint(*SELECT, "-q", "--format", form, cwd=folder).out.splitlines()
    marked = [line for line in lines if "[*] " in line]
    assert len(marked) == 2
    assert ["BK004" in marked[0], "DL3014" in marked[1]] == [True, True]


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("FROM debian\n", "Found 1 warning in 1 file.\n"),
        ("FROM debian\nFROM node\n", "Found 2 warnings in 1 file.\n"),
        ("FROM debian:12\nRUN sudo a\n", "Found 1 warning in 1 file.\n1 fixable with `dlint --fix --unsafe-fixes`.\n"),
    ],
)
def test_plurals_agree(text: str, summary: str, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(text)
    done = dlint("--select", "DL3006,DL3004", cwd=tmp_path)
    assert done.out.endswith(f")\n{summary}")


def test_no_findings_no_summary_in_a_pipe(folder: Path) -> None:
    done = dlint("clean.Dockerfile", *SELECT, cwd=folder)
    assert (done.status, done.out, done.err) == (0, "", "")


def test_formats_for_programs_have_no_summary(folder: Path) -> None:
    for form in ("json", "jsonl", "sarif", "github", "gitlab", "junit", "checkstyle", "rdjson", "azure", "teamcity"):
        done = dlint(*SELECT, "--format", form, cwd=folder)
        assert "Found " not in done.out, form
        assert not done.err, form


@pytest.mark.parametrize("form", TEXT_FORMATS)
def test_after_fix_the_summary_counts_fixed_and_remaining(form: str, folder: Path) -> None:
    done = dlint(*SELECT, "--fix", "--format", form, cwd=folder)
    assert "Found 5 findings (2 fixed, 3 remaining).\n2 fixable with `dlint --fix --unsafe-fixes`.\n" in done.out
    assert not done.err


def test_after_fix_formats_for_programs_count_on_standard_error(folder: Path) -> None:
    done = dlint(*SELECT, "--fix", "--format", "json", cwd=folder)
    assert len(done.json["diagnostics"]) == 3
    assert done.err == "dlint: fixed 2 findings in 1 file\n"


def test_the_summary_in_a_file(folder: Path) -> None:
    dlint(*SELECT, "--output", "concise=out.txt", cwd=folder, FORCE_COLOR="1")
    text = (folder / "out.txt").read_text()
    assert "Found 4 warnings and 1 info in 2 files.\n" in text
    assert "\x1b" not in text


# --quiet


@pytest.mark.parametrize("word", ["-q", "--quiet"])
@pytest.mark.parametrize("form", TEXT_FORMATS)
def test_quiet_writes_findings_only(word: str, form: str, folder: Path) -> None:
    loud = dlint(*SELECT, "--format", form, cwd=folder)
    quiet = dlint(*SELECT, word, "--format", form, "--unsafe-fixes", cwd=folder)
    assert quiet.status == loud.status
    assert loud.out.startswith(quiet.out)
    assert "Found " not in quiet.out
    assert not quiet.err


def test_quiet_keeps_errors(folder: Path) -> None:
    assert dlint("-q", "--select", "XX", cwd=folder).err
    assert "--bogus" in dlint("-q", "--bogus", cwd=folder).err
    assert dlint("format", "-q", "nowhere", cwd=folder).err.startswith("dlint: nowhere: not formatted: ")


@pytest.mark.parametrize("command", ["check", "format", "optimize", "dockerignore", "baseline"])
def test_quiet_without_files(command: str, tmp_path: Path) -> None:
    done = dlint(command, "-q", cwd=tmp_path)
    assert (done.status, done.out, done.err) == (0, "", "")


def test_quiet_on_a_terminal(folder: Path) -> None:
    assert terminal("-q", "clean.Dockerfile", "--ignore", "SC", cwd=folder).out == ""


# --verbose


def test_verbose_says_what_applies_to_each_file(folder: Path) -> None:
    (folder / "dlint.toml").write_text('[dockerfiles."fixed.Dockerfile"]\ncontext = "src"\n')
    (folder / "src").mkdir()
    (folder / "src" / "main.py").write_text("")
    (folder / "api").mkdir()
    (folder / "api" / "Dockerfile").write_text("FROM alpine:3.20\nCOPY app.py /\n")
    (folder / "api" / "app.py").write_text("")
    (folder / "api" / ".dockerignore").write_text("*.md\n")
    (folder / "web").mkdir()
    (folder / "web" / "Dockerfile").write_text("FROM alpine:3.20\n")
    (folder / "compose.yml").write_text("services:\n  web:\n    build: web\n")
    (folder / "fixed.Dockerfile").write_text(CLEAN)
    done = dlint("-v", *SELECT, cwd=folder)
    lines = [line.removeprefix("dlint: ") for line in done.err.splitlines()]
    assert lines[0] == "found 5 files"
    assert "Dockerfile: configuration: dlint.toml" in lines
    api = "api/Dockerfile: build context: api (found from the files that are copied), ignore file: api/.dockerignore"
    assert api in lines
    assert "web/Dockerfile: build context: web (from compose.yml:3), no ignore file" in lines
    assert "fixed.Dockerfile: build context: src (from the key `context`), no ignore file" in lines
    assert done.out == dlint(*SELECT, cwd=folder).out


@pytest.mark.parametrize("command", ["format", "optimize", "dockerignore"])
def test_verbose_of_other_commands(command: str, folder: Path) -> None:
    done = dlint(command, "-v", "--isolated", "clean.Dockerfile", cwd=folder)
    assert "dlint: found 1 file\n" in done.err
    assert "dlint: clean.Dockerfile: configuration: none, using defaults\n" in done.err


# --color


@pytest.mark.parametrize("form", TEXT_FORMATS)
def test_color(form: str, folder: Path) -> None:
    words = (*SELECT, "--format", form)
    colored = dlint(*words, "--color", "always", cwd=folder)
    assert "\x1b[" in colored.out
    assert plain(colored.out) == dlint(*words, cwd=folder).out
    assert "\x1b[" in dlint(*words, "--color=always", cwd=folder, NO_COLOR="1").out
    assert "\x1b[" in dlint(*words, cwd=folder, FORCE_COLOR="1").out
    assert "\x1b[" not in dlint(*words, cwd=folder, FORCE_COLOR="1", NO_COLOR="1").out
    assert "\x1b[" not in dlint(*words, "--color", "never", cwd=folder, FORCE_COLOR="1").out
    assert "\x1b[" not in dlint(*words, "--color", "auto", cwd=folder).out
    assert "\x1b[" not in terminal(*words, "--color", "never", cwd=folder).out
    assert "\x1b[" in terminal(*words, cwd=folder).out


def test_color_overrides_the_configuration(folder: Path) -> None:
    (folder / "dlint.toml").write_text("color = false\n")
    assert "\x1b[" not in terminal(*SELECT, cwd=folder).out
    assert "\x1b[" not in terminal("format", "--diff", cwd=folder).out
    assert "\x1b[" in terminal(*SELECT, "--color", "always", cwd=folder).out


@pytest.mark.parametrize(
    "words", [["--diff"], ["format", "--diff"], ["optimize", "--only", "layers", "--diff", "Dockerfile"]]
)
def test_diffs_are_colored_too(words: list[str], folder: Path) -> None:
    if words[0] == "optimize":
        (folder / "Dockerfile").write_text("FROM debian:12\nRUN apt-get update\nRUN apt-get install -y curl\n")
    done = dlint(*words, "--color", "always", cwd=folder)
    assert "\x1b[" in done.out
    assert plain(done.out) == dlint(*words, cwd=folder).out


def test_formats_for_programs_are_never_colored(folder: Path) -> None:
    assert "\x1b" not in dlint(*SELECT, "--format", "json", "--color", "always", cwd=folder).out


# --show-files and --show-fixes


def test_show_files(folder: Path) -> None:
    (folder / "old").mkdir()
    (folder / "old" / "Dockerfile").write_text(BAD)
    done = dlint("--show-files", "--exclude", "old", cwd=folder)
    assert (done.status, done.out, done.err) == (0, "Dockerfile\nclean.Dockerfile\n", "")
    done = dlint("--show-files", "Dockerfile", "nowhere", cwd=folder)
    assert (done.status, done.out) == (2, "Dockerfile\n")
    assert done.err.startswith("dlint: nowhere: ")


def test_show_fixes(folder: Path) -> None:
    done = dlint(*SELECT, "--fix", "--show-fixes", cwd=folder)
    lines = done.out.splitlines()
    assert lines[0].startswith("Dockerfile:1: fixed BK004: ")
    assert lines[1].startswith("Dockerfile:2: fixed DL3014: ")
    assert lines[-2] == "Found 5 findings (2 fixed, 3 remaining)."


def test_show_fixes_beside_a_report_or_a_fixed_text(folder: Path) -> None:
    done = dlint(*SELECT, "--fix", "--show-fixes", "-", cwd=folder, stdin=BAD.encode())
    assert done.out.startswith("FROM debian\n")
    assert done.err.startswith("dlint: <stdin>:1: fixed BK004: ")
    done = dlint(*SELECT, "--fix", "--show-fixes", "--format", "json", cwd=folder)
    assert len(done.json["diagnostics"]) == 3
    assert "dlint: Dockerfile:2: fixed DL3014: " in done.err


# What all commands take


@pytest.mark.parametrize("command", ["check", "format", "optimize", "dockerignore", "baseline"])
def test_every_command_takes_the_common_options(command: str, folder: Path) -> None:
    (folder / "dlint.toml").write_text("nonsense = 1\n")
    (folder / "other.toml").write_text('exclude = ["*Dockerfile"]\n')
    assert dlint(command, cwd=folder).status == 2
    words = ("--no-cache", "--color", "never")
    for loudness in ("-q", "-v"):
        done = dlint(command, "--isolated", *words, loudness, "--exclude", "*Dockerfile", cwd=folder)
        assert (done.status, done.out) == (0, "")
    done = dlint(command, "--config", "other.toml", *words, cwd=folder)
    assert (done.status, done.out) == (0, "")
    assert "other.toml" not in done.err
    done = dlint(command, "--config", "nowhere.toml", cwd=folder)
    assert done.status == 2
    assert "nowhere.toml" in done.err


def test_exclude_of_format_and_optimize(folder: Path) -> None:
    for command in ("format", "optimize"):
        before = (folder / "Dockerfile").read_text()
        words = ("--write",) if command == "optimize" else ()
        assert dlint(command, *words, "--exclude", "Dockerfile", cwd=folder).status == 0
        assert (folder / "Dockerfile").read_text() == before


def test_tree_takes_the_options_of_output(folder: Path) -> None:
    assert dlint("tree", "-q", "--color", "never", "clean.Dockerfile", cwd=folder).status == 0


# format counts what it wrote


@pytest.mark.skipif(os.name == "nt", reason="hard links are another matter there")
def test_format_does_not_count_what_it_could_not_write(folder: Path) -> None:
    (folder / "second.Dockerfile").hardlink_to(folder / "Dockerfile")
    done = dlint("format", "Dockerfile", "clean.Dockerfile", cwd=folder)
    assert done.status == 2
    first, second = done.err.splitlines()
    assert first.startswith("dlint: Dockerfile: not formatted: it has several hard links")
    assert second == "dlint: 1 file already formatted"
    assert (folder / "Dockerfile").read_text() == BAD


# Severities of rules that are off


def test_a_severity_of_a_rule_that_is_off_is_noted(folder: Path) -> None:
    note = 'dlint: `severity` sets DL3008 to `error`, but DL3008 is off; enable it with `extend-select = ["DL3008"]`\n'
    words = ("--config", "severity.DL3008='error'")
    assert dlint(*words, cwd=folder).err == note
    assert not dlint(*words, "-q", cwd=folder).err
    assert not dlint(*words, "--ignore", "DL3008", cwd=folder).err
    assert not dlint(*words, "--select", "DL3006", cwd=folder).err
    done = dlint(*words, "--extend-select", "DL3008", cwd=folder)
    assert ": DL3008 error: " in done.out
    assert not done.err
    assert not dlint("--config", "severity.DL='error'", cwd=folder).err
    assert not dlint("--config", "severity.SC2086='error'", cwd=folder).err


def test_the_documented_severities_work(folder: Path) -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "configuration.md").read_text()
    (folder / "Dockerfile").write_text("FROM alpine:latest\nRUN apt-get update && apt-get install -y curl\n")
    (example,) = (line for line in page.splitlines() if line.startswith("severity = "))
    (folder / "dlint.toml").write_text(example + "\n")
    done = dlint(cwd=folder)
    assert " error: " in done.out
    assert not done.err
    (folder / "dlint.toml").unlink()
    options = [line for line in page.splitlines() if line.startswith("dlint --") and "severity." in line]
    assert options
    from ..runner import shell

    for line in options:
        done = shell(line, folder)
        assert (": DL3007 error: " in done.out, done.err) == (True, ""), line
