from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from dockerfile_dlint.lint.sources.context_search import ContextFinder
from dockerfile_dlint.model.build import Build
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from dockerfile_dlint.model.context import Context

    Make = Callable[..., None]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes files in an empty current folder; a name that ends in `/` is a folder."""
    monkeypatch.chdir(tmp_path)

    def build(*names: str) -> None:
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if name.endswith("/"):
                path.mkdir(exist_ok=True)
            else:
                path.write_text("x")

    return build


def context(path: str, text: str, roots: Sequence[str] = (".",), finder: ContextFinder | None = None) -> Context | None:
    text = text if "FROM" in text else "FROM debian:12-slim\n" + text
    return (finder or ContextFinder()).locate(path, Build(parse(Source.decode(text.encode(), path))), roots)


def root(path: str, text: str, roots: Sequence[str] = (".",)) -> str | None:
    found = context(path, text, roots)
    return None if found is None else os.path.relpath(found.root)


def assumed(path: str, text: str, roots: Sequence[str] = (".",)) -> str | None:
    build = Build(parse(Source.decode(f"FROM debian:12-slim\n{text}".encode(), path)))
    found = ContextFinder().assumed(path, build, roots)
    return None if found is None else os.path.relpath(found)


# Told by what is copied


def test_the_folder_of_the_dockerfile_holds_the_sources(make: Make) -> None:
    make("Dockerfile", "app.py", "web/main.py")
    assert root("Dockerfile", "COPY app.py /") == "."
    assert root("web/Dockerfile", "COPY main.py /") == "web"


def test_two_folders_that_hold_all_of_them_prove_nothing(make: Make) -> None:
    make("Dockerfile", "app.py", "web/app.py")
    assert root("web/Dockerfile", "COPY app.py /") is None
    assert assumed("web/Dockerfile", "COPY app.py /") == "web"
    make("web/dist/a.js")
    assert root("web/Dockerfile", "COPY app.py dist /") == "web", "what may be generated decides if it is there"


def test_a_folder_above_holds_them(make: Make) -> None:
    make("docker/prod/Dockerfile", "app.py", "lib/a.py")
    assert root("docker/prod/Dockerfile", "COPY app.py lib /x/") == "."


def test_the_only_folder_that_holds_all_of_them(make: Make) -> None:
    make("package.json", "apps/package.json", "apps/src/i.js", "apps/web/package.json", "apps/web/Dockerfile")
    assert root("apps/web/Dockerfile", "COPY package.json .") is None
    assert root("apps/web/Dockerfile", "COPY package.json .\nCOPY src src") == "apps"
    assert root("apps/web/Dockerfile", "COPY package.json .\nCOPY apps/web apps/web") == "."


def test_the_only_folder_that_holds_any_and_most_of_them(make: Make) -> None:
    make("docker/Dockerfile", "a.py", "b.py")
    assert root("docker/Dockerfile", "COPY a.py b.py c.py /") == "."
    assert root("docker/Dockerfile", "COPY a.py c.py /") is None, "a coincidence"
    make("docker/c.py")
    assert root("docker/Dockerfile", "COPY a.py b.py c.py /") is None
    assert assumed("docker/Dockerfile", "COPY a.py b.py c.py /") == "."


def test_nothing_is_told_when_two_folders_hold_as_many(make: Make) -> None:
    make("docker/Dockerfile", "docker/run.sh", "a.py")
    assert root("docker/Dockerfile", "COPY a.py run.sh /") is None
    make(".dockerignore")
    assert root("docker/Dockerfile", "COPY a.py run.sh /") is None


def test_a_folder_beside(make: Make) -> None:
    make(".git/", "docker/web.Dockerfile", "web/package.json", "web/src/i.js", "api/package.json")
    assert root("docker/web.Dockerfile", "COPY package.json /\nCOPY src /src") == "web"
    assert root("docker/web.Dockerfile", "COPY package.json /") is None
    make("old/package.json", "old/src/i.js")
    assert root("docker/web.Dockerfile", "COPY package.json /\nCOPY src /src") is None


def test_none_of_the_sources_is_anywhere(make: Make) -> None:
    make("Dockerfile", "app.py")
    assert root("Dockerfile", "COPY other.py /") is None
    assert root("Dockerfile", "COPY other.py /\nCOPY . .") == ".", "no other folder can be meant"
    make("web/other.py")
    assert root("Dockerfile", "COPY other.py /\nCOPY . .") is None


@pytest.mark.parametrize(
    "source", ["dist", "target/app.jar", "server.crt", "*.toml", "$FILE", "https://example.com/a", "<<EOF"]
)
def test_what_is_made_later_does_not_have_to_be_there(make: Make, source: str) -> None:
    make("Dockerfile", "app.py")
    end = "\nEOF" if source == "<<EOF" else ""
    assert root("Dockerfile", f"ARG FILE=a.txt\nADD {source} /x/{end}\nCOPY . .") == "."


def test_but_it_tells_when_it_is_there(make: Make) -> None:
    make("ci/Dockerfile", "ci/x.sh", "dist/a.js", "conf/a.toml")
    assert root("ci/Dockerfile", "COPY dist /x") == "."
    assert root("ci/Dockerfile", "COPY conf/*.toml /x") == "."
    assert root("ci/Dockerfile", "ARG D=dist\nCOPY $D /x") == "."


def test_sources_of_other_stages_and_images_do_not_count(make: Make) -> None:
    make("Dockerfile", "app.py", "a/app.py")
    text = "FROM debian:12 AS b\nFROM debian:12\nCOPY --from=b /none /x\nCOPY app.py /"
    assert root("Dockerfile", text) == "."


def test_a_windows_path_is_a_path(make: Make) -> None:
    make("win/Dockerfile", "src/app/a.cs", "win/b")
    text = "# escape=`\nFROM mcr.microsoft.com/windows/servercore:ltsc2022\nCOPY src\\app C:\\app"
    assert root("win/Dockerfile", text) == "."


def test_a_folder_of_nothing_but_dockerfiles_proves_nothing(make: Make) -> None:
    make("tools/Dockerfile", "tools/sub/Dockerfile.dev")
    assert root("tools/Dockerfile", "COPY tools /x") is None
    make("tools/run.sh")
    assert root("tools/Dockerfile", "COPY tools /x") == "."


# Without evidence


def test_in_a_folder_of_the_project_nothing_is_certain(make: Make) -> None:
    make("web/Dockerfile", "web/app.py", "a.py")
    assert root("web/Dockerfile", "COPY . .") is None
    assert assumed("web/Dockerfile", "COPY . .") == "web"


def test_in_its_root_docker_build_is_run(make: Make) -> None:
    make("Dockerfile", "a.py", "prod.Dockerfile", "web.Dockerfile", "web/x")
    assert root("Dockerfile", "COPY . .") == "."
    assert root("prod.Dockerfile", "COPY . .") == "."
    assert root("web.Dockerfile", "COPY . .") is None, "it may be built from web/"


@pytest.mark.parametrize("roots", [["web"], ["."], ["web/Dockerfile"]])
def test_the_root_is_the_repository_or_the_folder_that_was_named(make: Make, roots: list[str]) -> None:
    make("web/Dockerfile", "web/app.py", "a.py")
    assert root("web/Dockerfile", "COPY . .", roots) == ("web" if roots == ["web"] else None)
    make("web/.git/")
    assert root("web/Dockerfile", "COPY . .", roots) == "web"


def test_a_folder_of_nothing_but_dockerfiles_is_not_even_assumed(make: Make) -> None:
    make("web/Dockerfile", "web/Dockerfile.dev", "web/README.md", "a.py")
    assert assumed("web/Dockerfile", "COPY . .") is None


@pytest.mark.parametrize("folder", ["docker", "Docker/prod", ".docker", "deploy/docker", "ci", "web"])
def test_the_name_of_a_folder_proves_nothing(make: Make, folder: str) -> None:
    make(f"{folder}/Dockerfile", f"{folder}/run.sh", "a.py")
    assert root(f"{folder}/Dockerfile", "COPY . .") is None
    make(".dockerignore")
    assert root(f"{folder}/Dockerfile", "COPY . .") is None


def test_a_repository_may_be_called_docker(make: Make) -> None:
    make("docker/.git/", "docker/Dockerfile", "docker/run.sh")
    assert root("docker/Dockerfile", "COPY . .") == "docker"


def test_an_ignore_file_of_the_folder_settles_it(make: Make) -> None:
    make("docker/Dockerfile", "docker/.dockerignore", "a.py", "web/x.Dockerfile", "web/x.Dockerfile.dockerignore")
    assert root("docker/Dockerfile", "COPY . .") == "docker"
    assert root("docker/Dockerfile", "COPY a.txt b.txt .") == "docker"
    assert root("docker/Dockerfile", "COPY a.py .") == ".", "the copied files win"
    assert root("web/x.Dockerfile", "COPY . .") is None, "the ignore file of a Dockerfile is read in any context"


# How far up


def test_not_beyond_the_repository(make: Make) -> None:
    make("a.py", "repo/.git/", "repo/web/Dockerfile", "repo/web/b")
    assert root("repo/web/Dockerfile", "COPY a.py /", ["."]) is None
    make("repo/a.py")
    assert root("repo/web/Dockerfile", "COPY a.py /", ["repo/web"]) == "repo", "whatever was named"
    assert root("repo/web/Dockerfile", "COPY a.py /", ["repo/web/Dockerfile"]) == "repo"


def test_a_worktree_is_a_repository(make: Make) -> None:
    make("a.py", "repo/.git", "repo/web/Dockerfile", "repo/web/b")
    assert root("repo/web/Dockerfile", "COPY a.py /", ["."]) is None


def test_without_a_repository_not_beyond_the_named_folder(make: Make) -> None:
    make("a.py", "x/a.py", "x/web/Dockerfile", "x/web/b")
    assert root("x/web/Dockerfile", "COPY a.py /", ["x"]) == "x"
    assert root("x/web/Dockerfile", "COPY a.py /", ["x/web"]) is None


def test_a_file_alone_has_only_its_own_folder(make: Make) -> None:
    make("a.py", "b.py", "x/a.py", "x/b.py", "web/Dockerfile", "web/c/a.py", "web/c/b.py")
    assert root("web/Dockerfile", "COPY a.py b.py /", ["web/Dockerfile"]) is None


def test_paths_stay_as_they_were_written(make: Make, tmp_path: Path) -> None:
    make("docker/Dockerfile", "a.py")
    found = context("docker/Dockerfile", "COPY a.py /")
    assert found is not None
    assert found.root == "."
    found = context(str(tmp_path / "docker/Dockerfile"), "COPY a.py /", [str(tmp_path)])
    assert found is not None
    assert found.root == str(tmp_path)


# One context for many Dockerfiles


def test_dockerfiles_of_one_context_share_it(make: Make) -> None:
    make("a.py", "web/Dockerfile", "api/Dockerfile", "own/Dockerfile", "own/Dockerfile.dockerignore")
    finder = ContextFinder()
    first = context("web/Dockerfile", "COPY a.py /", finder=finder)
    assert first is context("api/Dockerfile", "COPY a.py /", finder=finder)
    assert first is not context("own/Dockerfile", "COPY a.py /", finder=finder)
    assert first is not context("web/Dockerfile", "COPY a.py /")


def test_a_changed_ignore_file_makes_another(make: Make) -> None:
    make("a.py", "Dockerfile")
    finder = ContextFinder()
    first = context("Dockerfile", "COPY a.py /", finder=finder)
    assert first is not None
    assert first.ignore_file is None
    make(".dockerignore")
    second = context("Dockerfile", "COPY a.py /", finder=finder)
    assert second is not None
    assert second.ignore_file is not None
