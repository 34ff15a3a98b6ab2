"""What `dlint completions` writes, in the shells themselves."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from dockerfile_dlint.lint.commands.completions import command_options, completion_script
from dockerfile_dlint.lint.commands.parsers import PARSERS, SHELLS
from dockerfile_dlint.lint.main import COMMANDS, main

CHECKOUT = Path(__file__).resolve().parents[2]
SHIPPED = {
    "bash": "share/bash-completion/completions/dlint",
    "zsh": "share/zsh/site-functions/_dlint",
    "fish": "share/fish/vendor_completions.d/dlint.fish",
}

# What was typed, a word that is offered, and one that is not.
OFFERED = [
    ("dlint opti", "optimize", "check"),
    ("dlint expl", "explain", "server"),
    ("dlint --form", "--format", "--fix"),
    ("dlint check --fix", "--fix-only", "--format"),
    ("dlint check --format js", "jsonl", "sarif"),
    ("dlint --format js", "json", "sarif"),
    ("dlint --fail-level ", "warning", "json"),
    ("dlint --select DL300", "DL3008", "DL4006"),
    ("dlint --select DL3007,DL300", "DL3007,DL3008", "DL3007,DL4006"),
    ("dlint explain SEC00", "SEC001", "DL3008"),
    ("dlint optimize --only lay", "layers", "order"),
    ("dlint optimize --ver", "--verify", "--select"),
    ("dlint baseline --pr", "--prune", "--fix"),
    ("dlint baseline --f", "--force-exclude", "--fix"),
    ("dlint config mi", "migrate", "show"),
    ("dlint config show Doc", "Dockerfile", "migrate"),
    ("dlint --config fail", "fail-level=", "format="),
    ("dlint --output sar", "sarif=", "json="),
    ("dlint completions ", "fish", "Dockerfile"),
    ("dlint help fo", "format", "check"),
    ("dlint Doc", "Dockerfile", "optimize"),
    ("dlint optimize a", "a b/", "Dockerfile"),
    ("dlint --baseline Doc", "Dockerfile", "check"),
    ("dlint --changed-since ma", "main", "HEAD"),
    ("dlint optimize --builder ", "buildah", "Dockerfile"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a commit on `main`, a Dockerfile and a folder whose name holds a blank."""
    path = tmp_path_factory.mktemp("completions")
    (path / "Dockerfile").write_text("FROM scratch\n")
    (path / "a b").mkdir()
    someone = ["-c", "user.name=a", "-c", "user.email=a@example.invalid"]
    for words in (["init", "-qb", "main"], ["add", "Dockerfile"], [*someone, "commit", "-qm", "one"]):
        subprocess.run(["git", *words], cwd=path, check=True)
    for shell in SHELLS:
        (path / f"c.{shell}").write_text(completion_script(shell))
    return path


def shell(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@pytest.mark.parametrize(("typed", "offered", "left_out"), OFFERED)
def test_bash(typed: str, offered: str, left_out: str, folder: Path) -> None:
    words = typed.split(" ")
    lines = [
        "source c.bash",
        f"COMP_WORDS=({' '.join(map(repr, words))}); COMP_CWORD={len(words) - 1}",
        "_dlint; printf '%s\\n' \"${COMPREPLY[@]}\"",
    ]
    command = [shell("bash"), "--norc", "-uc", "\n".join(lines)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=20, check=True)
    assert not done.stderr
    found = {word.rstrip("/") for word in done.stdout.splitlines()}
    assert offered.rstrip("/") in found
    assert left_out not in found


def test_bash_takes_an_equals_sign_for_a_word(folder: Path) -> None:
    for words in ("dlint --format = js", "dlint check --format = js"):
        typed = words.split()
        code = f"source c.bash; COMP_WORDS=({words}); COMP_CWORD={len(typed) - 1}; _dlint; echo ${{COMPREPLY[@]}}"
        done = subprocess.run(
            [shell("bash"), "--norc", "-c", code], cwd=folder, capture_output=True, text=True, timeout=20, check=True
        )
        assert done.stdout.split() == ["json", "jsonl"]


@pytest.mark.parametrize(("typed", "offered", "left_out"), OFFERED)
def test_fish(typed: str, offered: str, left_out: str, folder: Path) -> None:
    command = [shell("fish"), "--no-config", "-c", f"source c.fish; complete -C {typed!r}"]
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "HOME": str(folder), "TERM": "dumb"},
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    assert not done.stderr
    found = {line.partition("\t")[0].replace("\\ ", " ") for line in done.stdout.splitlines()}
    assert offered in found
    assert left_out not in found


class Zsh:
    """A zsh on a terminal of its own; `list` makes it tell what it would offer instead of drawing it."""

    SETUP = """\
        PROMPT='' RPROMPT='' zle_bracketed_paste=()
        unsetopt zle prompt_sp beep list_beep; setopt zle
        autoload -Uz compinit && compinit -D -u
        source c.zsh
        zstyle ':completion:*' menu no
        compadd() {
            local -a hits; local opt
            [[ " $* " == *' -O '* || " $* " == *' -A '* || " $* " == *' -D '* ]] || {
                builtin compadd -O hits "$@"
                (($#hits)) && print -rl -- $IPREFIX${^hits} >>offered
            }
            builtin compadd "$@"
        }
        told() { zle list-choices; zle kill-whole-line; print done >>offered }
        zle -N told; bindkey '^T' told
        print ready >>offered
    """

    def __init__(self, program: str, folder: Path) -> None:
        self.answers = folder / "offered"
        self.answers.write_text("")
        env = {**os.environ, "HOME": str(folder), "ZDOTDIR": str(folder), "TERM": "vt100"}
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            os.execve(program, [program, "-f", "-i"], env)
        os.write(self.terminal, re.sub(r"(?m)^ {8}", "", self.SETUP).encode())
        self._wait("ready")

    def offers(self, typed: str) -> set[str]:
        self.answers.write_text("")
        os.write(self.terminal, typed.encode() + b"\x14")
        return set(self._wait("done"))

    def _wait(self, word: str) -> list[str]:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            if select.select([self.terminal], [], [], 0.02)[0]:
                os.read(self.terminal, 65536)
            lines = self.answers.read_text().splitlines()
            if word in lines:
                return lines[: lines.index(word)]
        pytest.fail(f"zsh does not answer: {self.answers.read_text()}")

    def close(self) -> None:
        os.close(self.terminal)
        os.waitpid(self.process, 0)


@pytest.fixture(scope="module")
def zsh(folder: Path) -> object:
    running = Zsh(shell("zsh"), folder)
    yield running
    running.close()


@pytest.mark.parametrize(("typed", "offered", "left_out"), OFFERED)
def test_zsh(typed: str, offered: str, left_out: str, zsh: Zsh) -> None:
    found = {word.replace("\\ ", " ").rstrip("/") for word in zsh.offers(typed)}
    # `compadd -S =` puts the sign behind the word.
    assert offered.rstrip("/=") in found
    assert left_out.rstrip("=") not in found


def test_every_command_and_option_is_known() -> None:
    assert set(PARSERS) == set(COMMANDS)
    for text in map(completion_script, SHELLS):
        for name, make in PARSERS.items():
            assert name in text
            for option in command_options(make()):
                assert option.name.lstrip("-") in text
                assert option.help, f"{name} {option.name} says nothing"
        assert "clientProcessId" not in text


def test_the_command_writes_them(capsys: pytest.CaptureFixture[str]) -> None:
    for name in SHELLS:
        assert main(["completions", name]) == 0
        assert capsys.readouterr().out == completion_script(name)
    assert main(["completions", "tcsh"]) == 2
    assert "tcsh" in capsys.readouterr().err


def test_the_shipped_files_are_current() -> None:
    for name, path in SHIPPED.items():
        assert (CHECKOUT / path).read_text("utf-8") == completion_script(name), "run python tools/make_docs.py"


@pytest.mark.parametrize("name", SHELLS)
def test_the_lines_of_the_help(name: str, folder: Path) -> None:
    """`eval "$(dlint completions bash)"` and its like end well in a shell that has nothing else set."""
    (line,) = [command for command, _ in PARSERS["completions"]().examples if f"completions {name}" in command]
    command = [shell(name), *{"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[name], "-c", line]
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(folder)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
