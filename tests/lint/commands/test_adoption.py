"""What helps an old repository to begin: comments written for it, statistics, pull requests."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from dockerfile_dlint.lint.commands.add_ignore import add_ignore_comments
from dockerfile_dlint.lint.config.selection import select_rules
from dockerfile_dlint.lint.engine.lint_plan import LintPlan
from dockerfile_dlint.lint.engine.linter import lint_source
from dockerfile_dlint.syntax.source import Source

from ..runner import dlint

RULES = ("--isolated", "--select", "DL3003,DL3004,DL3006")


# --add-ignore -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("FROM debian\nRUN cd /a\n", "# dlint: ignore[DL3006]\nFROM debian\n# dlint: ignore[DL3003]\nRUN cd /a\n"),
        ("FROM debian:12\n\n  RUN cd /a\n", "FROM debian:12\n\n  # dlint: ignore[DL3003]\n  RUN cd /a\n"),
        ("# escape=`\nFROM debian\n", "# escape=`\n# dlint: ignore[DL3006]\nFROM debian\n"),
        (
            "FROM debian:12\n# dlint: ignore[DL3004] we need it\nRUN cd /a; sudo b; cd /a\n",
            "FROM debian:12\n# dlint: ignore[DL3003, DL3004] we need it\nRUN cd /a; sudo b; cd /a\n",
        ),
        ("FROM debian:12\r\nRUN cd /a\r\n", "FROM debian:12\r\n# dlint: ignore[DL3003]\r\nRUN cd /a\r\n"),
        (
            "FROM debian:12\nRUN a \\\n  # why\n  && cd /a\n",
            "FROM debian:12\n# dlint: ignore[DL3003]\nRUN a \\\n  # why\n  && cd /a\n",
        ),
        ("\ufeffFROM debian\n", "\ufeff# dlint: ignore[DL3006]\nFROM debian\n"),
        ("FROM debian:12\nRUN <<E\ncd /a\nE", "FROM debian:12\n# dlint: ignore[DL3003]\nRUN <<E\ncd /a\nE"),
    ],
)
def test_comments_switch_off_what_was_found(text: str, wanted: str) -> None:
    plan = LintPlan(select_rules(["DL3003", "DL3004", "DL3006"], []))
    source = Source(text)
    made, left, _ = add_ignore_comments(source, lint_source(source, plan, None).diagnostics)
    assert (made, left) == (wanted, [])
    assert lint_source(Source(made), plan, None).diagnostics == []


def test_add_ignore_writes_and_leaves_syntax_errors(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian:12\nRUN sudo a\nNONSENSE\n")
    done = dlint(*RULES, "--add-ignore", "Dockerfile", cwd=tmp_path)
    assert (done.status, done.codes) == (1, ["SYN003"])
    assert "added 1 comment to 1 file" in done.err
    assert dlint(*RULES, "Dockerfile", cwd=tmp_path).codes == ["SYN003"]
    assert dlint("--add-ignore", "-", cwd=tmp_path).status == 2


# --statistics -----------------------------------------------------------------------------------------------------


def test_statistics(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian:12\nRUN sudo a\nRUN sudo b\nRUN cd /c\nMAINTAINER a\n")
    rules = ("--isolated", "--select", "DL3003,DL3004,DL4000")
    done = dlint(*rules, "--statistics", ".", cwd=tmp_path)
    assert done.out == "2  DL3004  sudo-in-run\n1  DL3003  cd-in-run\n1  DL4000  maintainer (1 fixable)\n" or (
        done.out.splitlines()[0].startswith("2  DL3004  sudo-in-run")
    )
    assert done.status == 1
    rows = dlint(*rules, "--statistics", "--format", "json", ".", cwd=tmp_path).json
    assert [(row["code"], row["count"]) for row in rows["statistics"]] == [("DL3004", 2), ("DL3003", 1), ("DL4000", 1)]


# --changed-since --------------------------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "Dockerfile").write_text(f"FROM debian:12\nRUN sudo {name}\nRUN cd /{name}\n")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "one")
    return tmp_path


def git(folder: Path, *words: str) -> None:
    env = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        **{f"GIT_{who}_{what}": "x@y.invalid" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    subprocess.run(["git", *words], cwd=folder, env=env, check=True, capture_output=True)


def test_a_pull_request_tells_what_it_brings(repository: Path) -> None:
    git(repository, "checkout", "-qb", "branch")
    (repository / "a" / "Dockerfile").write_text("FROM debian:12\n# moved\nRUN cd /a\nRUN sudo a\nRUN sudo new\n")
    git(repository, "mv", "c", "d")
    git(repository, "commit", "-qam", "two")
    (repository / "e.Dockerfile").write_text("FROM debian:12\nRUN cd /e\n")
    git(repository, "checkout", "-q", "main")
    (repository / "b" / "Dockerfile").write_text("FROM debian:12\nRUN sudo later\n")
    git(repository, "commit", "-qam", "three")
    git(repository, "checkout", "-q", "branch")
    done = dlint(*RULES, "-q", "--changed-since", "main", ".", cwd=repository)
    assert sorted(line.split(" ")[0] for line in done.out.splitlines()) == ["a/Dockerfile:5:5:", "e.Dockerfile:2:5:"]
    assert done.status == 1
    below = dlint(*RULES, "--changed-since", "main", "Dockerfile", cwd=repository / "a")
    assert below.codes == ["DL3004"]


def test_nothing_changed_is_clean(repository: Path) -> None:
    done = dlint(*RULES, "--changed-since", "HEAD", ".", cwd=repository)
    assert (done.status, done.out, done.err) == (0, "", "")


def test_a_revision_that_is_none(repository: Path) -> None:
    done = dlint(*RULES, "--changed-since", "nowhere", ".", cwd=repository)
    assert done.status == 2
    assert "unknown revision" in done.err
    outside = repository.parent / "outside"
    outside.mkdir(exist_ok=True)
    (outside / "Dockerfile").write_text("FROM debian:12\n")
    done = dlint(*RULES, "--changed-since", "HEAD", ".", cwd=outside, GIT_CEILING_DIRECTORIES=str(outside.parent))
    assert done.status == 2
    assert "git" in done.err
