"""`dlint optimize` and `dlint dockerignore` as they are called."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from dockerfile_dlint.lint.main import main
from dockerfile_dlint.lint.output.markdown import markdown_row, markdown_text

DOCKERFILE = "FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD python app.py\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project, and the current folder."""
    for name, text in {
        "Dockerfile": DOCKERFILE,
        "requirements.txt": "flask==3.0.3\n",
        "app.py": "",
        ".git/HEAD": "x",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_plan_comes_first_and_nothing_is_written(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["optimize"]) == 1
    out = capsys.readouterr().out
    assert "multi-stage: Install the dependencies in a separate stage" in out
    assert "nothing to do" not in out
    assert (project / "Dockerfile").read_text() == DOCKERFILE
    assert not (project / ".dockerignore").exists()


def test_write(project: Path) -> None:
    assert main(["optimize", "--write", "Dockerfile"]) == 0
    text = (project / "Dockerfile").read_text()
    assert text.startswith("FROM python:3.12 AS build\n")
    assert "pip install --prefix=/install --no-cache-dir -r requirements.txt" in text
    assert (project / ".dockerignore").read_text().startswith("# Version control\n.git\n")
    assert main(["optimize", "--write", "Dockerfile"]) == 0
    assert (project / "Dockerfile").read_text() == text


def test_the_table_says_what_runs_again(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["optimize"])
    rows = [line.split() for line in capsys.readouterr().out.partition("before  after")[2].splitlines()]
    figures = {" ".join(words[:-2]): (int(words[-2]), int(words[-1])) for words in rows if words}
    assert figures["stages"] == (1, 2)
    assert figures["RUNs rerun after a source change"] == (1, 0)
    assert "RUNs rerun after a manifest change" not in figures


def test_diff_and_only(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["optimize", "--diff", "--only", "order", "."]) == 1
    out = capsys.readouterr().out
    assert out.startswith("--- a/Dockerfile\n+++ b/Dockerfile\n")
    assert "+COPY requirements.txt ./\n" in out
    assert "AS build" not in out


def test_explain(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "requirements.txt").write_text("wand\n")
    assert main(["optimize", "--explain", "--only", "multi-stage"]) == 0
    out = capsys.readouterr().out
    assert "yes  the base image is an official Python image on Debian" in out
    assert "multi-stage: refused: `wand` needs the library of `libmagickwand-dev`" in out


def test_explain_shows_the_place_of_each_instruction(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["optimize", "--explain", "--only", "multi-stage"])
    out = capsys.readouterr().out
    assert "runtime: python:3.12-slim, the same version and release without build tools" in out
    assert "builder RUN pip install" in out
    assert ": installs packages\n" in out
    assert "copied  /install: the packages\n" in out


def test_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["optimize", "--format", "json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    (file,) = answer["files"]
    assert file["file"] == "Dockerfile"
    assert file["text"].startswith("FROM python:3.12 AS build\n")
    assert {rewrite["name"] for rewrite in file["rewrites"]} == {"layers", "multi-stage", "slim-base", "order"}
    plan = next(rewrite["plan"] for rewrite in file["rewrites"] if rewrite["name"] == "multi-stage")
    assert plan["artifacts"] == [{"path": "/install", "target": "/usr/local", "reason": "the packages"}]
    assert {each["place"] for each in plan["instructions"]} <= {"builder", "runtime", "both", "dropped"}
    assert answer["dockerignore"][0]["patterns"][0]["pattern"] == ".git"


@pytest.mark.parametrize("command", ["optimize", "dockerignore"])
def test_json_without_files(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--format", "json", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["files"] == []


def test_an_unknown_rewrite_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["optimize", "--only", "oder"]) == 2
    assert "non-root). Did you mean `order`?" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "FROM\n", "\xff\xfe", "RUN x\n", "FROM a AS b\nFROM b\nCOPY --from=9 a b\n"]
)
def test_files_that_cannot_be_optimized_stay(text: str, project: Path) -> None:
    (project / "Dockerfile").write_text(text)
    assert main(["optimize", "--write", "--skip", "dockerignore", "Dockerfile"]) in (0, 2)
    assert (project / "Dockerfile").read_text() == text


def test_dockerignore(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dockerignore"]) == 1
    assert ".git" in capsys.readouterr().out
    assert main(["dockerignore", "--diff"]) == 1
    assert "+.git\n" in capsys.readouterr().out
    assert main(["dockerignore", "--write"]) == 0
    assert (project / ".dockerignore").read_text().startswith("# Version control\n.git\n")
    assert main(["dockerignore", "--write"]) == 0
    capsys.readouterr()
    assert main(["dockerignore", "--format", "json"]) == 0
    (answer,) = json.loads(capsys.readouterr().out)["files"]
    assert (answer["changed"], answer["files_before"], answer["patterns"]) == (False, 2, [])


def test_dockerignore_of_a_new_file_is_a_patch(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dockerignore", "--diff", "Dockerfile"]) == 1
    assert capsys.readouterr().out.startswith("--- /dev/null\n+++ b/.dockerignore\n@@ -0,0 +1,")


def test_dockerignore_keeps_mode_and_line_endings(project: Path) -> None:
    (project / ".dockerignore").write_bytes(b"*.log\r\n")
    (project / ".dockerignore").chmod(0o640)
    assert main(["dockerignore", "--write"]) == 0
    assert (project / ".dockerignore").read_bytes().startswith(b"*.log\r\n\r\n# Version control\r\n.git\r\n")
    assert (project / ".dockerignore").stat().st_mode & 0o777 == 0o640


def test_dockerignore_that_buildkit_refuses(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / ".dockerignore").write_text("a\n[\n")
    assert main(["dockerignore", "--write"]) == 2
    assert ".dockerignore:2: " in capsys.readouterr().err
    assert (project / ".dockerignore").read_text() == "a\n[\n"


def test_each_dockerfile_of_a_context_is_asked(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "docs").mkdir()
    (project / "docs" / "a.md").write_text("x")
    (project / "docs.Dockerfile").write_text("FROM nginx:1.27\nCOPY docs /srv\n")
    assert main(["dockerignore", "--write", "."]) == 0
    assert "docs\n" not in (project / ".dockerignore").read_text()
    assert "# Documentation\ndocs\n" in (project / "Dockerfile.dockerignore").read_text()
    capsys.readouterr()
    assert main(["dockerignore", "."]) == 0


def test_a_broken_file_is_told_with_its_line_and_the_others_go_on(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "broken.Dockerfile").write_text("FROM a\nFRMO b\n")
    assert main(["optimize", "."]) == 2
    captured = capsys.readouterr()
    assert "broken.Dockerfile:2: unknown instruction" in captured.err
    assert "multi-stage: Install the dependencies" in captured.out


def test_caches_are_emptied_where_they_would_be_shipped(project: Path) -> None:
    (project / "package.json").write_text('{"dependencies": {"express": "4.19.2"}}')
    (project / "index.js").write_text("require('express')\n")
    text = "FROM node:22-alpine\nWORKDIR /app\nCOPY package.json ./\nRUN npm install\nCOPY . .\nCMD node index.js\n"
    (project / "Dockerfile").write_text(text)
    assert main(["optimize", "--write", "Dockerfile"]) == 0
    new = text.replace("RUN npm install", "RUN npm install && npm cache clean --force")
    assert (project / "Dockerfile").read_text() == new
    (project / "Dockerfile").write_text(text.replace("-alpine", ""))
    assert main(["optimize", "--write", "Dockerfile"]) == 0
    new = (project / "Dockerfile").read_text()
    assert "AS build" in new
    assert "cache clean" not in new, "the cache stays in the builder"


def test_each_rewrite_is_asked_for(project: Path) -> None:
    """On a terminal: the ignore file is left, the layers and the second stage are taken, what follows is left."""
    new, shown = asked(project, b"n\n?\ny\ny\nq\n")
    assert new.startswith("FROM python:3.12 AS build\n")
    assert not (project / ".dockerignore").exists()
    assert "y: yes, n: no, " in shown
    assert shown.count("Make this change?") >= 3
    assert "multi-stage: Install the dependencies in a separate stage" in shown


def test_nothing_is_written_where_nothing_is_taken(project: Path) -> None:
    new, _ = asked(project, b"q\n")
    assert new == DOCKERFILE


def test_without_a_terminal_nobody_is_asked(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["optimize", "--interactive"]) == 2
    assert "--interactive requires a terminal" in capsys.readouterr().err
    assert main(["optimize", "--interactive", "--format", "json"]) == 2
    assert (project / "Dockerfile").read_text() == DOCKERFILE


def asked(project: Path, answers: bytes) -> tuple[str, str]:
    """The Dockerfile and what was shown after `dlint optimize --interactive` with these answers on a terminal."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "dockerfile_dlint.lint", "optimize", "--interactive", "Dockerfile"]
    process = subprocess.Popen(command, cwd=project, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    os.write(ours, answers)
    shown = b""
    try:
        while part := os.read(ours, 65536):
            shown += part
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert process.wait(60) == 0
    return (project / "Dockerfile").read_text(), shown.decode()


def test_lines_are_those_of_the_file_as_it_is(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = DOCKERFILE.replace("CMD", "RUN pip install -e .\nCMD")
    (project / "Dockerfile").write_text(text.replace("COPY . .", "COPY . .\nRUN apt-get install -y gcc\n"))
    main(["optimize", "--format", "json"])
    answer = json.loads(capsys.readouterr().out)
    refusals = {each["name"]: each["refused"] for each in answer["files"][0]["rewrites"] if each["refused"]}
    assert refusals["multi-stage"]["line"] == 7


def test_refusals_quote_the_commands_of_the_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "requirements.txt").write_text("-e ./lib\n")
    (project / "Dockerfile").write_text(
        'FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["python", "app.py"]\n'
    )
    main(["optimize", "--explain"])
    out = capsys.readouterr().out
    assert "layers: Fix DL3042" in out
    assert "slim-base: refused (line 4): `pip install -r requirements.txt` may need the compilers" in out
    assert "--no-cache-dir" not in out


def test_the_base_image_of_a_new_stage_is_not_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "go.mod").write_text("module example.org/a\n\ngo 1.22\n")
    (project / "main.go").write_text("package main\n\nfunc main() {}\n")
    (project / "Dockerfile").write_text(
        'FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /app/a\nCMD ["/app/a"]\n'
    )
    main(["optimize"])
    out = capsys.readouterr().out
    assert "multi-stage: " in out
    assert "refused" not in out


def test_cache_mounts_do_not_prevent_non_root(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "Dockerfile").write_text(
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\n"
        'CMD ["python", "app.py"]\n'
    )
    main(["optimize", "--add", "cache-mounts", "--add", "non-root"])
    out = capsys.readouterr().out
    assert "cache-mounts: Keep downloads" in out
    assert "non-root: Run as `app`" in out


def test_writing_twice_is_writing_once(project: Path) -> None:
    (project / "Dockerfile").write_text(
        "FROM python:2.7\nWORKDIR /usr/src/app\nCOPY . /usr/src/app\nRUN pip install -r requirements.txt \n"
        "RUN pip install --upgrade pip\nCOPY . /usr/src/app\nRUN pip install -r requirements.txt \n"
        "RUN pip install flask[async]\nWORKDIR /usr/local/samples\nRUN make\nCOPY app.py /\nCMD app.py --help\n"
    )
    main(["optimize", "--write"])
    once = (project / "Dockerfile").read_text()
    main(["optimize", "--write"])
    assert (project / "Dockerfile").read_text() == once


def test_markdown_for_a_pull_request(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app.py").write_text("import a_b\n")
    assert main(["optimize", "--format", "markdown"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "```"
    assert lines[1].startswith("./.dockerignore: the build context shrinks from")
    assert "### `Dockerfile`" in lines
    assert "| rewrite | step | why |" in lines
    assert any(line.startswith("| multi-stage | Install the dependencies in a separate stage | ") for line in lines)
    assert "| | before | after |" in lines
    assert all(line.count("|") - line.count("\\|") in (0, 4, 5) for line in lines)


def test_markdown_escapes_what_a_file_says() -> None:
    assert markdown_row(["a|b", "<i> `c|*d*`", "*e*"]) == "| a\\|b | \\<i\\> `c\\|*d*` | \\*e\\* |\n"
    assert markdown_text("one ` and <b>") == "one ' and \\<b\\>"
