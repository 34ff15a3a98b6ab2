from __future__ import annotations

import re
import subprocess
import sys
import time
import warnings
from typing import TYPE_CHECKING

import pytest
from dockerfile_dlint.model.ignore_file import (
    IgnoreError,
    IgnoreFile,
    buildkit_regex,
    clean_path,
    find_ignore_file,
    go_glob_regex,
    python_regex,
    read_ignore_file,
)
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from pathlib import Path


def excluded(text: str, *paths: str) -> list[bool]:
    file = IgnoreFile.parse(text)
    return [file.excluded(path) for path in paths]


def patterns(text: str) -> list[tuple[str, bool]]:
    return [(rule.pattern, rule.negated) for rule in IgnoreFile.parse(text).rules]


# What a line says


def test_rules_know_their_line_and_text() -> None:
    file = IgnoreFile.parse("# a comment\r\n\r\n  /a//b/ \r\n! ./c\r\n", "x/.dockerignore")
    assert [(r.text, r.pattern, r.negated, r.line) for r in file.rules] == [
        ("  /a//b/ ", "a/b", False, 3),
        ("! ./c", "c", True, 4),
    ]
    assert file.path == "x/.dockerignore"
    assert file.has_exceptions


def test_a_comment_begins_in_the_first_column() -> None:
    assert patterns("#a\n #b\n") == [("#b", False)]


def test_a_byte_order_mark_is_no_part_of_the_first_pattern() -> None:
    assert patterns("\ufeffa\n\ufeffb") == [("a", False), ("\ufeffb", False)]
    assert patterns("\ufeff# comment") == []


def test_space_is_what_go_takes_for_space() -> None:
    assert patterns("\u00a0a\u2003\n\x1cb") == [("a", False), ("\x1cb", False)]


@pytest.mark.parametrize(
    ("line", "pattern", "negated"),
    [
        ("/!a", "a", True),  # the slash goes first, and the matcher then sees a `!`
        ("!../../a", "a", False),  # cleaned together with the `!`: `!..` is a name that `..` takes back
        ("!!a", "!a", True),
        ("/ a", "a", False),
        ("/", "/", False),
        ("a/..", ".", False),
        ("../a", "../a", False),
    ],
)
def test_cleaned_twice(line: str, pattern: str, negated: bool) -> None:
    assert patterns(line) == [(pattern, negated)]


@pytest.mark.parametrize("line", ["!", " ! ", "!/", "! /"])
def test_a_lone_exclamation_mark_is_refused(line: str) -> None:
    with pytest.raises(IgnoreError, match='illegal exclusion pattern: "!"') as caught:
        IgnoreFile.parse(f"a\n\n{line}\nb")
    assert caught.value.line == 3


@pytest.mark.parametrize(
    "line",
    [
        *("[", "a[", "[]a]", "[-]", "[a-]", "[^", "a\\", "[a-b-c]", "![", "[\udcff]"),  # Go's filepath.Match
        *("[z-a]", "a\\1", "a\\c", "src\\project", "[a-\\d]", "[[:no:]]", "a\\x4", "\\é", "a\\E"),  # Go's regexp
    ],
)
def test_a_bad_pattern_is_refused(line: str) -> None:
    with pytest.raises(IgnoreError, match="syntax error in pattern") as caught:
        IgnoreFile.parse("ok\n" + line)
    assert caught.value.line == 2
    assert ("use `/` between directories" in str(caught.value)) == ("\\" in line)


def test_a_line_that_go_cannot_read_is_refused() -> None:
    assert len(IgnoreFile.parse("a" * 65535).rules) == 1
    with pytest.raises(IgnoreError, match="token too long") as caught:
        IgnoreFile.parse("b\n" + "é" * 32768)
    assert caught.value.line == 2


# What a pattern matches


def test_patterns_are_anchored_and_reach_all_below() -> None:
    assert excluded("docs", "docs", "docs/a/b", "a/docs", "docs2") == [True, True, False, False]


def test_the_last_match_decides() -> None:
    file = IgnoreFile.parse("*.md\n!README*.md\nREADME-secret.md\n")
    rules = [file.deciding_rule(path) for path in ("README.md", "README-secret.md", "a.md", "a.txt")]
    assert [rule and rule.line for rule in rules] == [2, 3, 1, None]
    assert [file.excluded(path) for path in ("README.md", "README-secret.md", "a.md", "a.txt")] == [
        False,
        True,
        True,
        False,
    ]


def test_paths_are_cleaned() -> None:
    assert excluded("a/b", "./a/b", "a//b/", "/a/b", "a/x/../b") == [True] * 4


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("a[*]b", ["a/]b", "a[[^]b"], ["a*b", "aab"]),  # BuildKit translates the star inside the brackets too
        ("[!a]", ["!", "a"], ["b"]),
        ("x[^a]y", ["x/y", "xby"], ["xay"]),
        ("[[:alpha:]]1", ["a1", "Z1"], ["11", ":1"]),
        ("[[:^alpha:]]1", ["11"], ["a1"]),
        ("v\\d", ["v1"], ["vd"]),
        ("v\\D", ["vd"], ["v1"]),
        ("v[\\w]", ["v_", "va"], ["vé", "v-"]),
        ("v\\S", ["v\v"], ["v ", "v\t"]),
        ("a\\x41", ["aA"], ["ax41"]),
        ("a\\101\\0", ["aA\0"], ["a101"]),
        ("a\\Q.*", ["a\\.[^/]*$", "a\\.[^/]*$xyz"], ["a."]),
        ("a\\Qb\\E*", ["ab", "abc"], ["aQb"]),
        ("a\\bb*", [], ["ab", "a b"]),
        ("a\\b*", ["a", "a-b"], ["ab"]),
        ("a\\z*", ["a"], ["ab"]),
        ("\\pLa", ["éa"], ["1a"]),
        ("\\PLa", ["1a"], ["éa"]),
        ("a^b*", [], ["a^b", "ab"]),
        ("a^b", ["a^b"], ["ab"]),
        ("**^a*", ["ab"], ["x/ab"]),
        ("a&&b|[&&]", ["a&&b|&"], ["a"]),
        ("\ufffd?", ["\udcffx", "\ufffdx"], ["ax"]),
        ("?\udcff", ["a\ufffd"], ["aa"]),
        ("**/**/**/a?", ["ab", "x/ab", "x/y/ab"], ["a"]),
        ("***", ["a", "a/b"], []),
        ("**/foo/**", ["foo/a", "x/foo/a/b"], ["foo", "x/foo"]),
        ("*a*b*c", ["aXbXc", "abcbc"], ["ac", "a/bc", "abcx"]),
        ("a?*", ["ab"], ["a"]),
    ],
)
def test_matches_as_go_would(pattern: str, matching: list[str], other: list[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert excluded(pattern, *matching, *other) == [True] * len(matching) + [False] * len(other)


def test_no_number_of_stars_makes_matching_slow() -> None:
    began = time.perf_counter()
    assert excluded("*a" * 30 + "b", "a" * 200) == [False]
    assert excluded("*?" * 30 + "b", "a" * 200) == [False]
    assert re.fullmatch(go_glob_regex("*" * 40 + "b"), "a" * 200) is None
    assert excluded("**/a/" * 30 + "b", "/".join("a" * 300)) == [False]
    assert excluded("**/*a*a/" * 30 + "b", "/".join(["aa"] * 300)) == [False]
    assert excluded("**/a/" * 30 + "b", "/".join("a" * 300) + "/b") == [True]
    assert time.perf_counter() - began < 2


def test_parsing_imports_no_pathspec() -> None:
    code = (
        "import sys; from dockerfile_dlint.model.ignore_file import IgnoreFile as f; "
        "g = f.parse('a*\\n![b]\\n'); assert 'pathspec' not in sys.modules; "
        "assert g.excluded('ab') and 'pathspec' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


# Properties

NAMES = st.sampled_from(["a", "b", "ab", "c.d"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
PARTS = st.sampled_from(["a", "b", "ab", "c.d", "*", "**", "?", "a*", "*b", "[ab]", "[^a]", "**b", "a**", "c.\\d"])
PATTERNS = st.builds(
    lambda mark, parts: mark + "/".join(parts), st.sampled_from(["", "", "!"]), st.lists(PARTS, min_size=1, max_size=3)
)
FILES = st.lists(PATTERNS, max_size=6).map("\n".join).map(IgnoreFile.parse)


@settings(deadline=None)
@given(st.text())
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        file = IgnoreFile.parse(text)
    except IgnoreError as error:
        assert 1 <= error.line <= text.count("\n") + 1
        return
    for rule in file.rules:
        re.compile(python_regex(rule.pattern))
    assert all(file.excluded(path) in (True, False) for path in ("a", "a/b"))


@settings(deadline=None)
@given(st.text("ab/.-_ é", min_size=1), st.lists(NAMES, min_size=1).map("/".join))
def test_a_plain_pattern_excludes_its_path_and_all_below(text: str, below: str) -> None:
    file = IgnoreFile.parse(text)
    if not file.rules or file.rules[0].pattern in (".", "/") or "/ " in text or " /" in text:
        return
    path = file.rules[0].pattern
    assert file.excluded(path)
    assert file.excluded(f"{path}/{below}")
    assert not file.excluded(path + "x")


def matched_by(pattern: str, path: str) -> bool:
    return re.fullmatch(python_regex(pattern), path) is not None


@settings(deadline=None)
@given(FILES, PATHS)
def test_excluded_is_the_last_rule_that_matches_the_path_or_a_parent(file: IgnoreFile, path: str) -> None:
    parts = path.split("/")
    parents = ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
    matching = [rule for rule in file.rules if any(matched_by(rule.pattern, p) for p in parents)]
    assert file.deciding_rule(path) is (matching[-1] if matching else None)
    assert file.excluded(path) == bool(matching and not matching[-1].negated)


@settings(max_examples=3_000, deadline=None)
@given(
    st.lists(st.sampled_from(("a", "b", "/", "*", "**/", "**/", "/**", "?")), max_size=10).map("".join),
    st.lists(st.text("ab\n", min_size=1, max_size=3), min_size=1, max_size=6).map("/".join),
)
@example("**/a*/**/b/**/a", "ab/b/b/a")
@example("**/*/**/b", "a/b\na/b")
def test_wildcards_that_stop_early_match_what_the_expression_of_buildkit_does(pattern: str, path: str) -> None:
    kind, made = buildkit_regex(clean_path(pattern))
    assume(kind == "regexp")
    theirs = re.fullmatch(made.removesuffix("$") if made.endswith("$") else made + "(?s:.*)", path)
    assert matched_by(clean_path(pattern), path) == (theirs is not None)


@settings(deadline=None)
@given(FILES, PATHS)
def test_descend_is_the_walk_of_buildkit_rule_by_rule(file: IgnoreFile, path: str) -> None:
    """Against MatchesUsingParentResults without the grouping of rules."""
    parts = path.split("/")
    state, ours, plain = [False] * len(file.rules), False, False
    above = ()
    for n in range(1, len(parts) + 1):
        at = "/".join(parts[:n])
        plain = False
        for number, rule in enumerate(file.rules):
            if not state[number] and rule.negated == plain:
                state[number] = matched_by(rule.pattern, at)
            if state[number]:
                plain = not rule.negated
        ours, above = file.match_using_parent(at, above)
    assert ours == (plain or file.excluded(path))


@settings(deadline=None)
@given(FILES, PATHS, PATHS)
def test_a_folder_that_is_not_walked_holds_nothing_to_send(file: IgnoreFile, folder: str, below: str) -> None:
    left_out, above = False, ()
    parts = folder.split("/")
    for n in range(1, len(parts) + 1):
        left_out, above = file.match_using_parent("/".join(parts[:n]), above)
    if not left_out or file.may_reinclude(folder):
        return
    parts = below.split("/")
    for n in range(1, len(parts) + 1):
        left_out, above = file.match_using_parent("/".join([folder, *parts[:n]]), above)
        assert left_out


def test_an_exception_does_not_bring_back_what_is_ignored_inside_a_folder_that_was_not() -> None:
    """What fsutil sends differs here from what MatchesOrParentMatches answers."""
    file = IgnoreFile.parse("**/*.log\n!logs\n")
    assert not file.excluded("logs/x.log")
    _, above = file.match_using_parent("logs", ())
    assert file.match_using_parent("logs/x.log", above)[0]


@pytest.mark.parametrize(
    ("rules", "folder", "expected"),
    [
        ("*", "a", False),
        ("*\n!a/b", "a", True),
        ("*\n!a/b", "b", False),
        ("*\n!a", "a", False),
        ("*\n!*.md", "a", True),
        ("*\n!src/*.md", "a", False),
        ("*\n!src/*.md", "src/deep", True),
        ("*\n!ab", "a", False),
    ],
)
def test_may_reinclude(rules: str, folder: str, expected: bool) -> None:
    assert IgnoreFile.parse(rules).may_reinclude(folder) is expected


@settings(deadline=None)
@given(st.text("ab/."))
def test_clean_is_idempotent_and_leaves_nothing_to_clean(path: str) -> None:
    cleaned = clean_path(path)
    assert clean_path(cleaned) == cleaned
    assert "//" not in cleaned
    assert "/./" not in f"{cleaned}/"
    assert cleaned in ("", ".", "/") or not cleaned.endswith("/")


# Finding the file


def test_the_ignore_file_beside_the_dockerfile_wins_even_when_empty(tmp_path: Path) -> None:
    context, other = tmp_path / "context", tmp_path / "docker"
    context.mkdir()
    other.mkdir()
    dockerfile = str(other / "app.Dockerfile")
    assert find_ignore_file(dockerfile, str(context)) is None
    (context / ".dockerignore").write_text("*\n")
    assert find_ignore_file(dockerfile, str(context)) == str(context / ".dockerignore")
    (other / "app.Dockerfile.dockerignore").write_text("")
    assert find_ignore_file(dockerfile, str(context)) == str(other / "app.Dockerfile.dockerignore")


def test_read_ignore_file(tmp_path: Path) -> None:
    path = tmp_path / ".dockerignore"
    path.write_bytes(b"\xef\xbb\xbfa\r\n\xff*\n")
    file = read_ignore_file(str(path))
    assert [rule.pattern for rule in file.rules] == ["a", "\udcff*"]
    assert file.path == str(path)
    with pytest.raises(IgnoreError, match="cannot be read"):
        read_ignore_file(str(tmp_path / "missing"))
