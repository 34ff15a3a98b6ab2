from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from dockerfile_dlint.lint.sources.discovery import DiscoveredFile, discover, is_dockerfile_name
from hypothesis import given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Tree = Callable[..., None]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    """Makes files in an empty current folder: a name alone, or name=content, or a link name=@target."""
    monkeypatch.chdir(tmp_path)

    def make(*files: str, **contents: str) -> None:
        for name, content in {**dict.fromkeys(files, ""), **contents}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content.startswith("@"):
                path.symlink_to(content[1:])
            else:
                path.write_text(content)

    return make


def paths(*named: str, exclude: Sequence[str] = ()) -> list[str]:
    found = list(discover(named or ["."], exclude=exclude))
    assert [f.error for f in found] == [None] * len(found)
    return [f.path for f in found]


# Names


COUNT = """
    Dockerfile dockerfile DOCKERFILE DockerFile Containerfile containerfile Dockerfile.dev Dockerfile.prod.alpine
    Containerfile.dev dev.Dockerfile dev.dockerfile dev.Containerfile dev.containerfile Dockerfile-dev Dockerfile_dev
    Dockerfile.ubuntu-22.04 Dockerfile-3.9 dockerfile.local .Dockerfile my.app.Dockerfile api.go.Dockerfile
    Dockerfile.x86_64-unknown-linux-gnu Dockerfile-php7.4-fpm Dockerfile.php Containerfile-dev Dockerfile.example
"""
COUNT_NOT = """
    Dockerfile.dockerignore dev.Dockerfile.dockerignore .dockerignore Dockerfile.j2 Dockerfile.jinja Dockerfile.jinja2
    Dockerfile.tmpl Dockerfile.tpl Dockerfile.template Dockerfile-alpine.template Dockerfile.erb Dockerfile.in
    Dockerfile.mustache Dockerfile.ejs Dockerfile.template.alpine dev.Dockerfile.j2 Dockerfile~ Dockerfile.dev~
    .Dockerfile.swp Dockerfile.swp Dockerfile.orig Dockerfile.rej Dockerfile.bak Dockerfile.md Dockerfile-README.txt
    dockerfile.py dockerfile_parser.py Dockerfile-build.sh dockerfile.yml Dockerfile.yaml dockerfile.json dockerfile.js
    dockerfile.go Dockerfile_test.go Dockerfile.lock Dockerfiles Dockerfile2 dockerfileparse MyDockerfile
    Dockerfile.MD DOCKERFILE.J2 ._dev.Dockerfile ._Dockerfile #Dockerfile# .#Dockerfile Makefile docker-compose.yml
"""


@pytest.mark.parametrize("name", COUNT.split())
def test_dockerfile_names(name: str) -> None:
    assert is_dockerfile_name(name)


@pytest.mark.parametrize("name", COUNT_NOT.split())
def test_other_names(name: str) -> None:
    assert not is_dockerfile_name(name)


@settings(deadline=None)
@given(st.text())
def test_any_name_can_be_asked(name: str) -> None:
    assert is_dockerfile_name(name) in (True, False)
    assert is_dockerfile_name(f"{name}x.Dockerfile") == (not f"{name}x".lower().startswith("._"))


# Walking


def test_a_folder_is_walked_sorted(tree: Tree) -> None:
    tree(
        "b/Dockerfile", "a/x/Dockerfile", "a.Dockerfile", "Dockerfile", "a/Dockerfile.md", "a-b/Dockerfile", "a/go.mod"
    )
    assert paths() == ["Dockerfile", "a/x/Dockerfile", "a-b/Dockerfile", "a.Dockerfile", "b/Dockerfile"]


def test_a_folder_without_dockerfiles_yields_nothing(tree: Tree) -> None:
    tree("a/b.txt")
    assert paths("a") == []


def test_paths_are_shown_as_given(tree: Tree, tmp_path: Path) -> None:
    tree("a/Dockerfile")
    assert paths("a") == paths("a/") == ["a/Dockerfile"]
    assert paths("./a") == ["./a/Dockerfile"]
    assert paths(".") == paths("./") == ["a/Dockerfile"]
    assert paths("../" + tmp_path.name) == [f"../{tmp_path.name}/a/Dockerfile"]
    assert paths(str(tmp_path)) == [str(tmp_path / "a/Dockerfile")]


def test_a_named_file_is_always_linted(tree: Tree) -> None:
    tree("x.md", "build/Dockerfile.j2", **{".gitignore": "build\n"})
    assert paths("x.md", "build/Dockerfile.j2", exclude=["*"]) == ["build/Dockerfile.j2", "x.md"]


def test_each_file_once(tree: Tree, tmp_path: Path) -> None:
    tree("a/Dockerfile", "a/b/Dockerfile", link="@a")
    assert paths("a", "a/b", "./a/b/Dockerfile", "a/Dockerfile", "a/../a/Dockerfile", str(tmp_path), "link") == [
        str(tmp_path / "a/Dockerfile"),
        str(tmp_path / "a/b/Dockerfile"),
    ]


def test_the_order_of_arguments_does_not_matter(tree: Tree) -> None:
    tree("a/Dockerfile", "b/Dockerfile", "c.Dockerfile")
    assert paths("c.Dockerfile", "b", "a") == paths("a", "b", "c.Dockerfile")


def test_a_folder_named_dockerfile_is_a_folder(tree: Tree) -> None:
    tree("Dockerfile/Dockerfile", "x.Dockerfile/nothing")
    assert paths() == paths("Dockerfile") == ["Dockerfile/Dockerfile"]


def test_what_is_no_regular_file_is_no_dockerfile(tree: Tree) -> None:
    tree("a/Dockerfile")
    os.mkfifo("Dockerfile")
    assert paths() == ["a/Dockerfile"]


def test_some_folders_are_never_walked_unless_named(tree: Tree) -> None:
    tree(".git/Dockerfile", "node_modules/x/Dockerfile", "a/node_modules/Dockerfile", ".devcontainer/Dockerfile")
    assert paths() == [".devcontainer/Dockerfile"]
    assert paths("node_modules") == ["node_modules/x/Dockerfile"]


# Links


def test_folders_behind_links_are_not_walked(tree: Tree) -> None:
    tree("a/Dockerfile", **{"a/loop": "@..", "link": "@a", "self": "@self"})
    assert paths() == ["a/Dockerfile"]


def test_a_named_link_to_a_folder_is_walked(tree: Tree) -> None:
    tree("a/Dockerfile", link="@a")
    assert paths("link") == ["link/Dockerfile"]


def test_a_file_and_its_link_are_one(tree: Tree) -> None:
    tree("docker/Dockerfile", Dockerfile="@docker/Dockerfile")
    assert paths() == ["Dockerfile"]


def test_links_that_lead_nowhere_are_passed_over(tree: Tree) -> None:
    tree(**{"Dockerfile": "@missing", "x.Dockerfile": "@x.Dockerfile", "y.Dockerfile": "@."})
    assert paths() == []


# Errors


def test_a_missing_path(tree: Tree) -> None:
    tree("Dockerfile")
    missing, found = discover(["nope/Dockerfile", "Dockerfile", "./nope/Dockerfile"])
    assert missing.path == "./nope/Dockerfile"
    assert "no such file or directory" in str(missing.error)
    assert found == DiscoveredFile("Dockerfile")


def test_other_errors_say_what_is_wrong(tree: Tree) -> None:
    tree("file", loop="@loop")
    errors = {f.path: str(f.error) for f in discover(["file/x", "loop", "x" * 300])}
    assert "Not a directory" in errors["file/x"]
    assert "symbolic links" in errors["loop"]
    assert "too long" in errors["x" * 300]


def test_a_folder_that_cannot_be_listed(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree("a/Dockerfile", "b/Dockerfile")
    real = os.scandir

    def scandir(path: str) -> object:
        if path == "a":
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    first, second = discover(["."])
    assert first.path == "a"
    assert str(first.error).startswith("permission denied; fix the permissions")
    assert second == DiscoveredFile("b/Dockerfile")


def test_a_named_file_that_may_not_be_read(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree("Dockerfile")
    monkeypatch.setattr(os, "access", lambda *_: False)
    (found,) = discover(["Dockerfile"])
    assert "permission denied" in str(found.error)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read every folder and file")
def test_really_unreadable(tree: Tree) -> None:
    tree("a/Dockerfile", "Dockerfile")
    os.chmod("a", 0)
    os.chmod("Dockerfile", 0)
    try:
        assert ["permission denied" in str(f.error) for f in discover(["a", "Dockerfile", "a/Dockerfile"])] == [
            True
        ] * 3
    finally:
        os.chmod("a", 0o700)


def test_found_is_a_value() -> None:
    assert DiscoveredFile("a", "b") == DiscoveredFile("a", "b") != DiscoveredFile("a")
    assert len({DiscoveredFile("a"), DiscoveredFile("a")}) == 1
    assert repr(DiscoveredFile("a")) == "DiscoveredFile('a', None)"


# Ignore files of git


def test_gitignore_outside_of_a_repository(tree: Tree) -> None:
    tree("a/Dockerfile", "b/Dockerfile", "b/c/Dockerfile", **{".gitignore": "/a\nc/\n"})
    assert paths() == ["b/Dockerfile"]
    assert paths("b") == ["b/Dockerfile", "b/c/Dockerfile"]  # nothing says that a file above the named folder counts


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        ("a", []),
        ("/a", ["b/a/Dockerfile"]),
        ("b/a", ["a/Dockerfile"]),
        ("**/a/", []),
        ("a/**", ["b/a/Dockerfile"]),
        ("*\n!*/\n!Dockerfile", ["a/Dockerfile", "b/a/Dockerfile"]),
        ("*\n!/b/", []),
        ("/*\n!/b/", ["b/a/Dockerfile"]),
        ("a\n!a/Dockerfile", []),
        ("a/*\n!a/Dockerfile", ["a/Dockerfile", "b/a/Dockerfile"]),
        ("Dockerfile/", ["a/Dockerfile", "b/a/Dockerfile"]),
        ("a/\n#a\n!b/a", ["b/a/Dockerfile"]),
        ("[z-a]\n!\n/\n\\\n \n", ["a/Dockerfile", "b/a/Dockerfile"]),
        ("[[a]\r\n", []),
        ("\ufeffa\r\n", []),
    ],
)
def test_gitignore(tree: Tree, lines: str, kept: list[str]) -> None:
    tree("a/Dockerfile", "b/a/Dockerfile", **{".gitignore": lines, ".git/HEAD": ""})
    assert paths() == kept


def test_nested_gitignore_files_go_first(tree: Tree) -> None:
    tree(
        "a/x.Dockerfile",
        "a/y.Dockerfile",
        "b/x.Dockerfile",
        **{".gitignore": "x.*\n", "a/.gitignore": "!x.*\n/y.*\n"},
    )
    assert paths() == ["a/x.Dockerfile"]


def test_gitignore_files_above_a_named_folder_count_in_a_repository(tree: Tree) -> None:
    tree(
        "a/b/Dockerfile", "a/b/x.Dockerfile", "a/b/y.Dockerfile", "a/b/z.Dockerfile",
        **{".git/info/exclude": "z.*\n", ".gitignore": "x.*\n", "a/.gitignore": "/b/y.*\n"},
    )  # fmt: skip
    assert paths("a/b") == ["a/b/Dockerfile"]
    os.chdir("a/b")
    assert paths(".") == ["Dockerfile"]


def test_a_named_folder_that_is_ignored_is_walked(tree: Tree) -> None:
    tree("build/x/Dockerfile", **{".git/HEAD": "", ".gitignore": "build\n"})
    assert paths() == []
    assert paths("build") == paths("build/x") == ["build/x/Dockerfile"]


def test_what_is_ignored_around_a_repository_does_not_count_in_it(tree: Tree) -> None:
    tree(
        "sub/Dockerfile", "sub/x.Dockerfile", "Dockerfile",
        **{".git/HEAD": "", ".gitignore": "Dockerfile\n", "sub/.git": "gitdir: ../.git/modules/sub\n",
           ".git/modules/sub/info/exclude": "x.*\n"},
    )  # fmt: skip
    assert paths() == paths("sub") == ["sub/Dockerfile"]


def test_a_worktree_takes_the_excludes_of_its_repository(tree: Tree) -> None:
    tree(
        "work/Dockerfile", "work/x.Dockerfile",
        **{"work/.git": "gitdir: ../main/.git/worktrees/work\n", "main/.git/worktrees/work/commondir": "../..\n",
           "main/.git/info/exclude": "x.*\n"},
    )  # fmt: skip
    assert paths("work") == ["work/Dockerfile"]


def test_an_unreadable_gitignore_ignores_nothing(tree: Tree) -> None:
    tree("Dockerfile", **{".gitignore/x": "", "a/.gitignore": "@missing", "a/Dockerfile": ""})
    assert paths() == ["Dockerfile", "a/Dockerfile"]


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@pytest.mark.parametrize(
    "lines",
    [
        "f*\n!foo/\n/foo/b\n",
        "**/b\n!foo/b/\n",
        "foo/**\n!foo/**/\n!foo/**/*.dev\n",
        "x\\ y\n\\!a\n?oo/b\n",
        "*\n!*/\n!*.dev\n/a\n",
        "[!ab]*/\n!x*\n",
        "foo/*\n!foo/b\n",
        "b/Dockerfile\n/*/b/*.dev\n",
    ],
)
def test_the_answers_are_those_of_git(tree: Tree, tmp_path: Path, lines: str) -> None:
    folders = ["", "a/", "foo/", "foo/b/", "foo/b/a/", "b/", "x y/", "!a/", "a/foo/b/"]
    tree(*(f + name for f in folders for name in ("Dockerfile", "Dockerfile.dev")), **{".gitignore": lines})
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for command in (["init", "-q"], ["ls-files", "--others", "--exclude-standard", "-z"]):
        done = subprocess.run(
            ["git", *command], cwd=tmp_path, env={**os.environ, **settings}, capture_output=True, check=True, text=True
        )
    shown = [path for path in done.stdout.split("\0") if path and path != ".gitignore"]
    assert sorted(paths()) == sorted(shown)


# Excluding


def test_exclude(tree: Tree, tmp_path: Path) -> None:
    tree("lib/Dockerfile", "a/lib/Dockerfile", "a/Dockerfile", "b/x.Dockerfile")
    assert paths(exclude=["lib"]) == ["a/Dockerfile", "b/x.Dockerfile"]
    assert paths(exclude=["/lib", "b/"]) == ["a/Dockerfile", "a/lib/Dockerfile"]
    assert paths("a", exclude=["a/lib"]) == ["a/Dockerfile"]
    assert paths(str(tmp_path), exclude=["x.*", "a"]) == [str(tmp_path / "lib/Dockerfile")]
    os.chdir("b")
    assert paths("..", exclude=["lib"]) == ["../a/Dockerfile", "../b/x.Dockerfile"]


def test_exclude_does_not_undo_what_git_ignores(tree: Tree) -> None:
    tree("a/Dockerfile", **{".gitignore": "a\n"})
    assert paths(exclude=["!a"]) == []


# Start-up


def test_pathspec_is_imported_only_for_an_ignore_file(tree: Tree) -> None:
    tree("a/Dockerfile", **{"a/.gitignore": "# nothing\n\n", "b/.gitignore": "x\n"})
    code = (
        "import sys; from dockerfile_dlint.lint.sources.discovery import discover; "
        "assert list(discover(['a'])); assert 'pathspec' not in sys.modules; "
        "list(discover(['b'])); assert 'pathspec' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
