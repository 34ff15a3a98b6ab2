from __future__ import annotations

import fnmatch
import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from dockerfile_dlint.model import context as module
from dockerfile_dlint.model.context import Context
from dockerfile_dlint.model.git_usage import tracked_directories, tracked_files
from dockerfile_dlint.model.ignore_file import IgnoreFile
from hypothesis import given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Make = Callable[..., Context]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A context with the given files (sizes in bytes, or links) and .dockerignore."""

    def build(files: dict[str, int | str], ignore: str | None = None) -> Context:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, str):
                path.symlink_to(content)
            elif name.endswith("/"):
                path.mkdir()
            else:
                path.write_bytes(b"x" * content)
        if ignore is not None:
            (tmp_path / ".dockerignore").write_text(ignore)
        return Context(str(tmp_path))

    return build


def fail_on(monkeypatch: pytest.MonkeyPatch, name: str, error: type[OSError]) -> None:
    """Listing a folder of this base name fails."""
    real = os.scandir

    def scandir(path: str) -> object:
        if os.path.basename(path) == name:
            raise error(1, "no", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)


# The ignore file


def test_without_an_ignore_file_everything_is_sent(make: Make) -> None:
    context = make({"a": 1, "b/c": 2})
    assert context.ignore_file is None
    assert context.ignore_error is None
    assert dict(context.files()) == {"a": 1, "b/c": 2}
    assert context.includes("b")
    assert not context.includes("missing")


def test_a_refused_ignore_file_is_told_and_ignores_nothing(make: Make) -> None:
    context = make({"a": 1}, "a\n!\n")
    assert context.ignore_file is None
    assert context.ignore_error is not None
    assert context.ignore_error.line == 2
    assert context.includes("a")


def test_the_ignore_file_of_the_dockerfile_is_taken(tmp_path: Path, make: Make) -> None:
    make({"a": 1, "b": 1, "docker/prod.Dockerfile": 1}, "a\n")
    (tmp_path / "docker/prod.Dockerfile.dockerignore").write_text("b\n")
    assert not Context(str(tmp_path), str(tmp_path / "docker/prod.Dockerfile")).includes("b")
    assert not Context(str(tmp_path)).includes("a")


def test_nothing_is_read_before_it_is_asked_for(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    context = make({"a": 1}, "a\n")
    fail_on(monkeypatch, os.path.basename(context.root), PermissionError)
    assert context.exists("a")
    assert not context.includes("a")
    assert context.unreadable == 0
    assert context.files() == {}
    assert context.unreadable == 1


# Files and sizes


def test_files_and_size(make: Make) -> None:
    context = make({"a/x": 5, "a/y/z": 7, "ab": 11, "b": 13, "c/x": 17}, "b\nc\n.dockerignore")
    assert dict(context.files()) == {"a/x": 5, "a/y/z": 7, "ab": 11}
    assert context.size() == context.size(".") == context.size("/") == 23
    assert [context.size(p) for p in ("a", "./a/", "a/y", "ab", "b", "c", "missing")] == [12, 12, 7, 11, 0, 0, 0]


def test_one_walk_serves_all(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    context = make({"a/x": 5})
    files = context.files()
    fail_on(monkeypatch, "a", PermissionError)
    assert context.files() is files
    assert context.size("a") == 5


def test_an_ignored_folder_is_not_entered(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    context = make({"node_modules/x": 5, "a": 1}, "node_modules\n!src/*.md\n.dockerignore")
    fail_on(monkeypatch, "node_modules", PermissionError)
    assert dict(context.files()) == {"a": 1}
    assert context.unreadable == 0


def test_an_ignored_folder_is_entered_for_an_exception(make: Make) -> None:
    context = make({"a/keep/x": 1, "a/lose": 2, "b": 4}, "*\n!a/keep\n")
    assert dict(context.files()) == {"a/keep/x": 1}
    assert context.includes("a")
    assert context.includes("a/keep")
    assert not context.includes("a/lose")
    assert not context.includes("b")


def test_links_are_not_followed_and_have_no_size(make: Make) -> None:
    context = make({"a/x": 5, "loop": ".", "to_file": "a/x", "dangling": "nowhere"})
    assert dict(context.files()) == {"a/x": 5, "dangling": 0, "loop": 0, "to_file": 0}


def test_a_walk_has_an_end(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    context = make({f"d{n}/f": 1 for n in range(10)})
    monkeypatch.setattr(module, "MAX_ENTRIES", 10)
    assert not context.truncated
    assert len(context.files()) == 0  # the ten folders come first
    assert context.truncated


def test_exactly_the_limit_is_not_truncated(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    context = make({f"f{n}": 1 for n in range(10)})
    monkeypatch.setattr(module, "MAX_ENTRIES", 10)
    assert len(context.files()) == 10
    assert not context.truncated


def test_unreadable_folders_are_counted_once(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    context = make({"secret/x": 5, "a": 1})
    fail_on(monkeypatch, "secret", PermissionError)
    assert dict(context.files()) == {"a": 1}
    assert context.find_by_name(["a"]) == [("a", 1, False)]
    assert context.unreadable == 1


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read every folder")
def test_a_really_unreadable_folder(make: Make) -> None:
    context = make({"secret/x": 5, "a": 1})
    os.chmod(os.path.join(context.root, "secret"), 0)
    try:
        assert dict(context.files()) == {"a": 1}
        assert context.unreadable == 1
    finally:
        os.chmod(os.path.join(context.root, "secret"), 0o700)


def test_a_folder_that_is_gone_is_not_unreadable(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    context = make({"gone/x": 5})
    fail_on(monkeypatch, "gone", FileNotFoundError)
    assert context.files() == {}
    assert context.unreadable == 0


# Asking for one path


def test_paths_do_not_leave_the_root(make: Make) -> None:
    context = make({"a": 1})
    assert all(context.exists(path) for path in ("a", "./a", "/a", "../a", "x/../../a", "", ".", "/"))
    assert not context.exists("../" + os.path.basename(context.root))
    assert context.exists("dangling") is False


def test_the_root_is_always_sent(make: Make) -> None:
    context = make({"a": 1}, "*\n")
    assert context.includes("")
    assert context.includes(".")
    assert not context.includes("a")


def test_a_folder_with_ignored_content_is_sent_empty(make: Make) -> None:
    context = make({"a/x": 1}, "a/*\n")
    assert context.includes("a")
    assert not context.includes("a/x")


def test_an_ignored_folder_with_nothing_brought_back_is_not_sent(make: Make) -> None:
    context = make({"a/x.txt": 1, "b/x.md": 1}, "a\nb\n!**/*.md\n")
    assert not context.includes("a")
    assert context.includes("b")


def test_below_a_link_the_link_and_its_target_count(make: Make) -> None:
    context = make({"real/x": 1, "lost/x": 1, "to_real": "real", "to_lost": "lost", "out": ".."}, "lost\n")
    assert context.includes("to_real/x")
    assert not context.includes("to_lost/x")
    assert context.includes("to_lost")
    assert context.exists("out/" + os.path.basename(context.root))
    make({}, "to_real\n")
    assert not Context(context.root).includes("to_real/x")
    assert not Context(context.root).includes("out/" + os.path.basename(context.root))


# Sources of a COPY


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a.txt", ["a.txt"]),
        ("./sub/", ["sub"]),
        (".", ["."]),
        ("missing", []),
        ("*.txt", ["[x].txt", "a.txt", "b.txt", "ignored.txt"]),
        ("?.txt", ["a.txt", "b.txt"]),
        ("[a-b].txt", ["a.txt", "b.txt"]),
        ("[^a].txt", ["b.txt"]),
        ("[!a].txt", ["a.txt"]),  # Go knows no `!` in brackets: it is one of the characters
        ("*", [".dockerignore", ".env", "[x].txt", "a.txt", "b.txt", "ignored.txt", "link", "sub"]),
        ("[[]x].txt", ["[x].txt"]),
        ("s*/*", ["sub/c.txt", "sub/deep"]),
        ("sub/*/d.txt", ["sub/deep/d.txt"]),
        ("*/deep", ["sub/deep"]),
        ("link/*", ["link/c.txt", "link/deep"]),
        ("l*/*", []),
        ("*/missing", []),
        ("[a", []),
        ("*\\", []),
        ("a.txt/*", []),
        ("*.tx\\t", ["[x].txt", "a.txt", "b.txt", "ignored.txt"]),
    ],
)
def test_match(make: Make, pattern: str, expected: list[str]) -> None:
    files: dict[str, int | str] = dict.fromkeys(
        ["a.txt", "b.txt", "ignored.txt", ".env", "[x].txt", "sub/c.txt", "sub/deep/d.txt"], 1
    )
    context = make({**files, "link": "sub"}, "ignored.txt\n")
    assert context.match(pattern) == expected
    assert context.unreadable == 0


def test_a_backslash_without_a_wildcard_is_a_backslash(make: Make) -> None:
    context = make({"a\\*b": 1, "a*b": 1})
    assert context.match("a\\*b") == ["a\\*b"]


def test_match_has_an_end(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    context = make({f"f{n}": 1 for n in range(10)})
    monkeypatch.setattr(module, "MAX_ENTRIES", 3)
    assert len(context.match("*")) == 3
    assert context.truncated


# What lies around


def test_found_measures_the_topmost(make: Make) -> None:
    context = make(
        {"node_modules/x": 5, "node_modules/y/node_modules/z": 7, "app/node_modules/x": 11, "app/.git": 13, "a": 1},
        "/node_modules\n",
    )
    assert context.find_by_name([".git", "node_modules"]) == [
        ("app/.git", 13, False),
        ("app/node_modules", 11, False),
        ("node_modules", 12, True),
    ]


def test_found_tells_what_is_really_sent(make: Make) -> None:
    context = make(
        {"content/.venv/x": 5, "part/.venv/lib": 7, "part/.venv/bin": 11, "back/.venv/x": 13, "empty/.venv/": 0},
        "content/.venv/**\npart/.venv/lib\nback/.venv\n!back/.venv/x\nempty\n",
    )
    assert context.find_by_name([".venv"]) == [
        ("back/.venv", 13, False),
        ("content/.venv", 5, True),
        ("empty/.venv", 0, True),
        ("part/.venv", 11, False),
    ]


def test_found_in_an_ignored_folder(make: Make) -> None:
    assert make({"a/.git/x": 5}, "a\n").find_by_name([".git"]) == [("a/.git", 5, True)]


# Against a plain model

NAMES = st.sampled_from(["a", "b", "ab", "c.md"])
TREES = st.sets(st.lists(NAMES, min_size=1, max_size=3).map("/".join), min_size=1, max_size=8)
LINES = st.lists(
    st.sampled_from(["a", "*", "**/b", "a/*", "*.md", "!a", "!**/*.md", "!a/b", "a/**", "!b/a*", "ab", "!ab/*"]),
    max_size=5,
)


@settings(deadline=None)
@given(TREES, LINES)
def test_files_sent_and_found_agree(tmp_path_factory: pytest.TempPathFactory, tree: set[str], lines: list[str]) -> None:
    root = tmp_path_factory.mktemp("context")
    files = [path for path in tree if not any(other.startswith(path + "/") for other in tree)]
    for path in files:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"x" * 3)
    (root / "Dockerfile.dockerignore").write_text("\n".join([*lines, "*.dockerignore"]))
    context = Context(str(root))
    sent = {path for path in files if walked(IgnoreFile.parse("\n".join(lines)), path)}
    assert set(context.files()) == sent
    assert {path for path in files if context.includes(path)} == sent
    assert context.size() == 3 * len(sent)
    for path, size, lost in context.find_by_name(["a", "b", "ab", "c.md"]):
        inside = [f for f in files if f == path or f.startswith(path + "/")]
        kept = sent.intersection(inside)
        assert (size, lost) == (3 * len(kept or inside), not kept)
        if kept:
            assert context.includes(path)


def walked(ignore: IgnoreFile, path: str) -> bool:
    parts, left_out, above = path.split("/"), False, ()
    for n in range(1, len(parts) + 1):
        left_out, above = ignore.match_using_parent("/".join(parts[:n]), above)
    return not left_out


@settings(deadline=None)
@given(st.sets(st.text("ab[]*.-", min_size=1, max_size=4).filter(lambda n: n not in (".", "..")), max_size=6))
def test_a_star_matches_every_name(tmp_path_factory: pytest.TempPathFactory, names: set[str]) -> None:
    root = tmp_path_factory.mktemp("context")
    for name in names:
        (root / name).touch()
    context = Context(str(root))
    assert context.match("*") == sorted(names)
    assert context.match("a*") == sorted(n for n in names if fnmatch.fnmatchcase(n, "a*"))


def test_files_that_git_tracks(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    for name in (".env", "web/.env", "web/.env.local"):
        (tmp_path / name).write_text("A=1")
    assert tracked_files(str(tmp_path), [".env"]) == set()
    for words in (["init", "-q"], ["add", "web/.env"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    assert tracked_files(str(tmp_path), [".env", "web/.env", "web/.env.local"]) == {"web/.env"}
    assert tracked_files(str(tmp_path / "web"), [".env", ".env.local"]) == {".env"}


def test_directories_in_which_git_tracks_a_file(tmp_path: Path) -> None:
    tracked = ("vendor/a.php", "web/node_modules/x/y.js", "xvendor/a")
    for name in (*tracked, "node_modules/x.js", "web/vendor/b"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    paths = ["vendor", "node_modules", "web/node_modules", "web/vendor", "endor", "web", "we"]
    assert tracked_directories(str(tmp_path), paths) == set()
    for words in (["init", "-q"], ["add", *tracked]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    assert tracked_directories(str(tmp_path), paths) == {"vendor", "web/node_modules", "web"}
    assert tracked_directories(str(tmp_path / "web"), ["node_modules", "vendor"]) == {"node_modules"}
