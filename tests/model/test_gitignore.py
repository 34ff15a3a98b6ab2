"""Patterns of .gitignore are matched as pathspec and git match them, in linear time."""

from __future__ import annotations

import re
import subprocess
import time
import warnings
from typing import TYPE_CHECKING

import pytest
from dockerfile_dlint.model.gitignore import GitignoreFile, linear_regex
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

if TYPE_CHECKING:
    from pathlib import Path

PATTERNS = st.lists(
    st.sampled_from(("a", "b", "/", "/", "*", "*", "**", "/**/", "?", "[ab]", "[!a]", "[^b]", "[+-0]", "\\*", ".", "+"))
    , max_size=9,
).map("".join)  # fmt: skip
NAMES = st.lists(st.text("ab*.+", min_size=1, max_size=5), min_size=1, max_size=6).map("/".join)


def expression_of(pattern: str) -> str | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return GitIgnoreSpecPattern.pattern_to_regex(pattern)[0]
        except ValueError:
            return None


@settings(max_examples=3_000, deadline=None)
@given(PATTERNS, NAMES)
@example("**/a/**/a/**/b", "a/a/b/a/b")
@example("a*b*a", "abaaba")
@example("**/*a/**/*b*/a", "ba/b/ab/a/b/a")
@example("a/**", "a")
def test_the_answer_is_that_of_pathspec(pattern: str, name: str) -> None:
    expression = expression_of(pattern)
    assume(expression is not None)
    assert expression is not None
    # A bracket of git never matches a slash.
    original = re.compile(re.sub(r"(?<!\\)\[(?!\^/\])", r"(?!/)[", expression))
    theirs = original.fullmatch(name) if original.groups else original.search(name)
    assert (re.match(linear_regex(expression), name) is not None) == (theirs is not None)


HOSTILE = [
    ("*a*a*a*a*a*a*b", "a" * 3_000),
    ("**/*a*a*a*a*/b", "/".join(["a" * 50] * 40)),
    ("**/a/**/a/**/a/**/a/**/a/**/b", "/".join("a" * 500)),
    ("a/**/*a/**/*a/**/*a/**/b", "a/" + "/".join(["aaa"] * 300)),
    ("?*?*?*?*?*?*?*?*b", "a" * 2_000),
    ("[!b]*[!b]*[!b]*[!b]*[!b]*[!b]*b", "a" * 2_000),
    ("a*" * 1_000 + "b", "a" * 2_000),
    ("**/" * 500 + "b", "/".join("a" * 500)),
    ("a/**/" * 200 + "b", "/".join("a" * 500)),
]


@pytest.mark.parametrize(("pattern", "name"), HOSTILE)
def test_no_number_of_wildcards_makes_matching_slow(pattern: str, name: str) -> None:
    ignore = GitignoreFile("", [pattern])
    start = time.process_time()
    assert ignore.verdict(name, is_directory=False) is None
    assert ignore.verdict(name + ("/b" if "/" in name else "b"), is_directory=False) is True
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "patterns",
    [["*a*a*b"], ["**/a/**/b"], ["a/**"], ["a/**/b", "!b"], ["a[!b]c"], ["[+-0]"], ["*.a", "!x.a"], ["?/*/b"], ["**"]],
)
def test_the_answer_is_that_of_git(tmp_path: Path, patterns: list[str]) -> None:
    names = ["a", "b", "ab", "aab", "x.a", "a/b", "a/a/b", "b/a/b", "c/a/x/b", "a/x", "a/c/b", "abc", "a.c", "x/x.a"]
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text("\n".join(patterns) + "\n")
    called = subprocess.run(
        ["git", "check-ignore", "--no-index", "--stdin"],
        cwd=tmp_path, input="\n".join(names), capture_output=True, text=True, check=False,
    )  # fmt: skip
    ignore = GitignoreFile("", patterns)

    def is_ignored(name: str) -> bool:
        parts = name.split("/")
        parents = ("/".join(parts[:count]) for count in range(1, len(parts)))
        return any(ignore.verdict(each, is_directory=True) for each in parents) or bool(
            ignore.verdict(name, is_directory=False)
        )

    assert [name for name in names if is_ignored(name)] == called.stdout.split()
