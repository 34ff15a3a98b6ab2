"""A repository that someone else wrote: nothing in it leads dlint out of it, or lets it read without end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from dockerfile_dlint.lint.config.arguments import OUTPUT_FORMATS

from ..lint.runner import COMMAND, Done, dlint, environment
from .language_client import Buffer, Client

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no named pipes there")

DOCKERFILE = "FROM python:3.12\nCOPY . /app\nRUN pip install -r requirements.txt\nCMD python /app/a.py\n"
SECRET = "verysecret123"
SECONDS = 20
MEMORY = 1_500_000
"""In kB of address space; a run without hostile files needs a third of it."""


def run(*words: str, cwd: Path) -> Done:
    """Run dlint with bounds of time and memory."""
    script = f'ulimit -v {MEMORY}; exec "$@"'
    done = subprocess.run(
        ["sh", "-c", script, "sh", *COMMAND, *words],
        cwd=cwd, capture_output=True, timeout=SECONDS, env=environment(), check=False,
    )  # fmt: skip
    result = Done(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "internal error" not in result.out + result.err, result.err
    return result


def make_repository(top: Path) -> Path:
    """A repository next to a directory `outside`, which holds what must stay there."""
    outside = top / "outside"
    outside.mkdir(parents=True)
    (outside / "Dockerfile").write_text(f"FROM debian:12\nMAINTAINER {SECRET}\nRUN   a\n")
    (outside / "credentials").write_text(f"[default]\nAWS_SECRET={SECRET}\n{SECRET} = x\n")
    (outside / "ignore").write_text(f"a\n{SECRET} [\n")
    (outside / "team.toml").write_text(f'{SECRET} = "{SECRET}"\n')
    (outside / "compose.yaml").write_text("services: {a: {build: .}}\n")
    (outside / "baseline.json").write_text(json.dumps({"version": 1, "files": {SECRET: [{}]}}))
    root = top / "repository"
    (root / ".git").mkdir(parents=True)
    (root / ".git" / "config").write_text(f"[http]\n{SECRET} = {SECRET}\n")
    (root / "Dockerfile").write_text(DOCKERFILE)
    return root


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_repository(tmp_path)


def link(name: str, target: str) -> Callable[[Path], None]:
    """Replaces a file by a symbolic link."""

    def make(root: Path) -> None:
        (root / name).unlink(missing_ok=True)
        (root / name).symlink_to(target)

    return make


def links(target: str, *names: str) -> Callable[[Path], None]:
    """Makes several links, and a compose file, which has a .env."""

    def make(root: Path) -> None:
        (root / "compose.yaml").write_text("services: {a: {build: .}}\n")
        for name in names:
            (root / name).symlink_to(target)

    return make


def text(name: str, content: str) -> Callable[[Path], None]:
    def make(root: Path) -> None:
        (root / name).write_text(content.replace("ROOT", str(root)))

    return make


def pipes(*names: str) -> Callable[[Path], None]:
    def make(root: Path) -> None:
        for name in names:
            os.mkfifo(root / name)

    return make


HOSTILE: dict[str, tuple[Callable[[Path], None], bool]] = {
    "Dockerfile out": (link("Dockerfile", "../outside/Dockerfile"), True),
    "Dockerfile to credentials": (link("Dockerfile", "../outside/credentials"), True),
    "Dockerfile into .git": (link("x.Dockerfile", ".git/config"), True),
    "Dockerfile without end": (link("Dockerfile", "/dev/zero"), False),
    "compose dockerfile": (
        text("compose.yaml", "services: {a: {build: {context: ., dockerfile: ../outside/Dockerfile}}}\n"), False,
    ),
    "compose into .git": (
        text("compose.yaml", "services: {a: {build: {context: ., dockerfile: .git/config}}}\n"), False,
    ),
    "compose context": (
        text("compose.yaml", "services: {a: {build: {context: /, dockerfile: ROOT/Dockerfile}}}\n"), True,
    ),
    "compose include": (text("compose.yaml", "include: [/dev/zero]\n"), True),
    "compose include out": (text("compose.yaml", "include: [../outside/compose.yaml]\n"), True),
    "compose extends": (
        text("compose.yaml", "services: {a: {extends: {file: /dev/zero, service: x}, build: .}}\n"), True,
    ),
    "compose out": (link("compose.yaml", "../outside/compose.yaml"), True),
    "bake dockerfile": (
        text("docker-bake.hcl", 'target "a" {\n  context = "."\n  dockerfile = "../outside/Dockerfile"\n}\n'), False,
    ),
    "bake context": (
        text("docker-bake.hcl", 'target "a" {\n  context = "/"\n  dockerfile = "ROOT/Dockerfile"\n}\n'), True,
    ),
    "ignore file out": (link(".dockerignore", "../outside/ignore"), True),
    "ignore file without end": (link(".dockerignore", "/dev/zero"), False),
    "configured context": (text("dlint.toml", 'context = "/"\n'), True),
    "extend out": (text("dlint.toml", 'extend = ["../outside/team.toml"]\n'), True),
    "baseline out": (text("dlint.toml", 'baseline = "../outside/baseline.json"\n'), False),
    "configuration out": (link("dlint.toml", "../outside/team.toml"), True),
    "hadolint out": (link(".hadolint.yaml", "../outside/credentials"), True),
    "gitignore without end": (link(".gitignore", "/dev/zero"), False),
    "env without end": (links("/dev/zero", ".env"), False),
    "sources without end": (links("/dev/zero", "a.py", "requirements.txt", "package.json", ".env"), False),
    "directories out": (links("/", "app", "docker", ".github", "scripts"), False),
    "pipes": (
        pipes(".gitignore", "compose.yaml", "docker-bake.hcl", ".env", "requirements.txt", "a.py", "package.json",
              "x.Dockerfile", "dlint.toml", "pyproject.toml", ".hadolint.yaml", ".dockerignore"), False,
    ),
}  # fmt: skip
"""What a repository may hold, and whether linting it has something to note about it."""

CHANGING = (
    ["--fix", "--unsafe-fixes", "."],
    ["format", "."],
    ["optimize", "--write", "."],
    ["dockerignore", "--write", "."],
    ["baseline", "."],
)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("name", HOSTILE)
def test_linting_stays_inside(repository: Path, name: str) -> None:
    make, is_noted = HOSTILE[name]
    make(repository)
    done = run("--format", "full", "--select", "ALL", ".", cwd=repository)
    assert SECRET not in done.out + done.err
    if is_noted:
        assert "outside of the repository" in done.out + done.err


@pytest.mark.parametrize("words", CHANGING, ids=lambda words: words[0])
def test_writing_stays_inside(tmp_path: Path, words: list[str]) -> None:
    """All of it in one run, and what ends a run on its own."""
    for name, (make, _) in HOSTILE.items():
        make(make_repository(tmp_path / name))
    outside = [tmp_path / name / "outside" for name in HOSTILE]
    before = [content(each) for each in outside]
    alone = [name for name in HOSTILE if name.startswith(("extend", "baseline", "configuration", "hadolint"))]
    together = [name for name in HOSTILE if name not in alone]
    runs = [run(*words[:-1], *(f"{name}/repository" for name in together), cwd=tmp_path)]
    runs += [run(*words, cwd=tmp_path / name / "repository") for name in alone]
    for done in runs:
        assert SECRET not in done.out + done.err
    assert [content(each) for each in outside] == before


def test_the_server_stays_inside(tmp_path: Path) -> None:
    roots = {name: make_repository(tmp_path / name) for name in HOSTILE}
    for name, root in roots.items():
        HOSTILE[name][0](root)
    with Client(list(roots.values()), options={"shellcheck": False}) as client:
        for root in roots.values():
            uri = (root / "Dockerfile").as_uri()
            buffer = Buffer(client, uri, DOCKERFILE)
            position = {"line": 0, "character": 6}
            client.request("textDocument/hover", {"textDocument": buffer.identifier, "position": position})
            while uri not in client.diagnostics:
                client.pump(SECONDS)
        assert SECRET not in json.dumps([client.diagnostics, client.notes])


def test_what_is_named_is_linted(repository: Path) -> None:
    """The user decides; a link is written where it leads."""
    outside = repository.parent / "outside"
    link("Dockerfile", "../outside/Dockerfile")(repository)
    assert run("--fix", "Dockerfile", cwd=repository).status in (0, 1)
    assert "LABEL" in (outside / "Dockerfile").read_text()
    text("compose.yaml", "services: {a: {build: {context: ../outside}}}\n")(repository)
    done = run("--select", "ALL", ".", "../outside", cwd=repository)
    assert "outside of the repository" not in done.err
    assert "Dockerfile:1" in done.out


def test_links_inside_are_followed(repository: Path) -> None:
    (repository / "Dockerfile").rename(repository / "real")
    link("Dockerfile", "real")(repository)
    (repository / "shared").mkdir()
    text("shared/ignore", "a\n[\n")(repository)
    link(".dockerignore", "shared/ignore")(repository)
    text("shared/team.toml", 'ignore = ["CTX001"]\n')(repository)
    (repository / "api").mkdir()
    text("api/dlint.toml", 'extend = ["../shared/team.toml"]\nextend-select = ["DL3007"]\n')(repository)
    text("api/Dockerfile", "FROM debian:latest\nCOPY . /app\n")(repository)
    done = run(".", cwd=repository)
    assert not done.err
    assert "invalid .dockerignore, line 2" in done.out
    assert "api/Dockerfile:1:6: DL3007" in done.out


def test_a_directory_without_repository_is_its_boundary(tmp_path: Path) -> None:
    folder = tmp_path / "top" / "api"
    folder.mkdir(parents=True)
    text("Dockerfile", "FROM debian:latest\n")(folder)
    text("dlint.toml", 'extend = ["../team.toml"]\n')(folder)
    text("team.toml", 'ignore = ["DL3007"]\n')(tmp_path / "top")
    done = run(".", cwd=folder)
    assert done.status == 2
    assert "dlint.toml:1: `../team.toml` is outside of" in done.err
    assert "pass a directory that contains both" in done.err
    done = run(".", cwd=tmp_path / "top")
    assert "DL3007" not in done.out
    assert not done.err


@pytest.mark.parametrize("form", OUTPUT_FORMATS)
def test_what_is_no_dockerfile_is_not_quoted(repository: Path, form: str) -> None:
    """The file is named by its user, for instance by mistake, and the log may be public."""
    secrets = repository.parent / "secrets"
    secrets.write_text(f"TOKEN={SECRET}\n{SECRET} x\nlongwordwithoutanybreak{SECRET} {SECRET}\n")
    done = run("--format", form, str(secrets), cwd=repository)
    assert done.status == 1
    assert "unknown instruction" in done.out
    assert SECRET not in done.out + done.err


@pytest.mark.parametrize("option", ["--config", "--baseline"])
@pytest.mark.parametrize("kind", ["pipe", "device", "directory", "huge"])
def test_named_files_that_cannot_be_read(repository: Path, option: str, kind: str) -> None:
    path = repository.parent / f"{kind}.toml"
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "directory":
            path.mkdir()
        case _:
            with path.open("wb") as file:
                file.truncate(20_000_000_000)
    done = run(option, str(path), ".", cwd=repository)
    assert done.status == 2
    assert path.name in done.err
    assert done.err.count("\n") == 1


def test_huge_files_beside_a_dockerfile(repository: Path) -> None:
    """Sparse files, which an archive can hold in a few bytes."""
    for name in (".gitignore", ".dockerignore", "compose.yaml", "docker-bake.hcl", ".env", "a.py", "requirements.txt"):
        with (repository / name).open("wb") as file:
            file.truncate(20_000_000_000)
    for words in (["."], *CHANGING):
        run(*words, cwd=repository)


def test_changed_since_runs_no_monitor_of_the_repository(tmp_path: Path) -> None:
    """An archive of a repository can bring a .git/config that names a program."""
    (tmp_path / "Dockerfile").write_text("FROM debian\n")
    monitor = tmp_path / "monitor.sh"
    monitor.write_text("#!/bin/sh\ntouch ran\n")
    monitor.chmod(0o755)
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for words in (("init", "-q"), ("add", "."), (*identity, "commit", "-qm", "a")):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    subprocess.run(["git", "config", "core.fsmonitor", str(monitor)], cwd=tmp_path, check=True)
    assert dlint("--changed-since", "HEAD", ".", cwd=tmp_path).status == 0
    assert not (tmp_path / "ran").exists()
