"""The gate lets pass what a fix declares, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from dockerfile_dlint.fixers.edits.edit import SAFE, UNSAFE, Edit, Fix
from dockerfile_dlint.fixers.repair import MAX_PASSES, FixResult, apply_fixes


class Found:
    """A finding as the gate sees it."""

    def __init__(self, code: str, severity: str, line: int, fix: Fix | None) -> None:
        self.code = code
        self.severity = severity
        self.message = f"{code} is wrong"
        self.start = (line, 1)
        self.fix = fix


class Replacer:
    """A rule that finds a word and replaces it by another; `declares` tells whether its fix says so."""

    def __init__(
        self, word: str, other: str, *, safety: str = SAFE, declares: bool = True, code: str = "X1", level: str = "info"
    ) -> None:
        self.word = word
        self.other = other
        self.safety = safety
        self.declares = declares
        self.code = code
        self.level = level

    def __call__(self, text: str) -> list[Found]:
        found: list[Found] = []
        at = text.find(self.word)
        while at >= 0:
            edit = Edit(at, at + len(self.word), self.other)
            fix = Fix("replace", self.safety, [edit], declare_edits=self.declares)
            found.append(Found(self.code, self.level, text.count("\n", 0, at) + 1, fix))
            at = text.find(self.word, at + 1)
        return found


def fixed(text: str, *rules: Replacer) -> FixResult:
    def find(now: str) -> Sequence[Found]:
        return [found for rule in rules for found in rule(now)]

    return apply_fixes(text, find, lambda found: found.fix is not None)


def reasons(result: FixResult) -> list[tuple[str, int, str]]:
    return [(r.code, r.line, r.reason) for r in result.rejected]


def test_a_declared_change_goes_in() -> None:
    result = fixed("FROM a\nRUN foo && \\\n  # why\n  foo\n", Replacer("foo", "bar"))
    assert result.text == "FROM a\nRUN bar && \\\n  # why\n  bar\n"
    assert (result.applied, result.passes) == (["X1", "X1"], 1)


def test_an_undeclared_change_does_not() -> None:
    result = fixed("FROM a\nRUN foo\n", Replacer("foo", "bar", declares=False))
    assert result.text == "FROM a\nRUN foo\n"
    assert reasons(result) == [("X1", 2, "the build would change beyond what the fix declares")]


def test_an_unsafe_fix_need_not_declare() -> None:
    assert fixed("FROM a\nRUN foo\n", Replacer("foo", "bar", safety=UNSAFE, declares=False)).text == "FROM a\nRUN bar\n"


@pytest.mark.parametrize(
    ("text", "word", "other"),
    [
        ("FROM a\nRUN  foo\n", "RUN  foo", "RUN foo"),
        ("FROM a\nrun foo\n", "run", "RUN"),
        ("FROM a\nRUN a \\\n\n  b\n", "a \\\n\n", "a \\\n"),
        ("FROM a\nENV a b c\n", "a b c", 'a="b c"'),
        ("FROM a AS Build\nFROM b\nCOPY --from=Build x y\n", "Build", "build"),
        ("FROM a\nWORKDIR /a\nWORKDIR b\n", "WORKDIR b", "WORKDIR /a/b"),
    ],
)
def test_what_means_nothing_to_a_build_needs_no_word(text: str, word: str, other: str) -> None:
    result = fixed(text, Replacer(word, other, declares=False))
    assert result.text == text.replace(word, other), reasons(result)


@pytest.mark.parametrize(
    ("text", "word", "other"),
    [
        ("FROM a\nENV a b  c\n", "b  c", "b c"),
        ("FROM a\nRUN echo 'a  b'\n", "a  b", "a b"),
        ("FROM a\nRUN <<EOF\n  a\nEOF\n", "  a", "a"),
        ("FROM a\nADD x.tar y\n", "ADD", "COPY"),
        ('FROM a\nCMD a\nSHELL ["b"]\n', 'CMD a\nSHELL ["b"]', 'SHELL ["b"]\nCMD a'),
        ("FROM a\nCMD java $X\n", "java $X", '["java", "$X"]'),
        ("FROM a\nRUN a && \\\n  b \\\n c\n", "b \\\n", "b\n"),
    ],
)
def test_what_means_something_is_seen(text: str, word: str, other: str) -> None:
    result = fixed(text, Replacer(word, other, declares=False))
    assert result.text == text
    assert len(result.rejected) == 1


def test_a_file_that_does_not_parse_is_not_written() -> None:
    result = fixed("FROM a\nRUN foo\n", Replacer("RUN foo", "RIN foo", safety=UNSAFE))
    assert result.text == "FROM a\nRUN foo\n"
    assert "line 2 would no longer parse" in result.rejected[0].reason


def test_a_file_with_errors_is_left_alone() -> None:
    result = fixed("FROM a\nRIN x\nRUN foo\n", Replacer("foo", "bar"))
    assert (result.text, result.applied) == ("FROM a\nRIN x\nRUN foo\n", [])


def test_no_comment_is_lost() -> None:
    text = "FROM a\nRUN foo \\\n# why\n  b\n"
    result = fixed(text, Replacer("foo \\\n# why\n", "bar ", safety=UNSAFE))
    assert result.text == text
    assert reasons(result) == [("X1", 2, "the comment `# why` would be lost")]


def test_a_fix_that_leaves_its_finding_is_refused() -> None:
    result = fixed("FROM a\nRUN foo\n", Replacer("foo", "foo foo"))
    assert reasons(result) == [("X1", 2, "X1 would still be reported")]


def test_a_fix_that_brings_an_error_is_refused() -> None:
    grave = Replacer("bar", "baz", code="X2", level="error", safety="display")
    result = apply_fixes(
        "FROM a\nRUN foo\n",
        lambda now: [*Replacer("foo", "bar")(now), *grave(now)],
        lambda found: found.code == "X1",
    )
    assert reasons(result) == [("X1", 2, "it would introduce X2 on line 2: X2 is wrong")]


def test_the_others_still_go_in() -> None:
    result = fixed(
        "FROM a\nRUN foo\nRUN baz\n", Replacer("foo", "bar", declares=False), Replacer("baz", "qux", code="X2")
    )
    assert result.text == "FROM a\nRUN foo\nRUN qux\n"
    assert [r.code for r in result.rejected] == ["X1"]


def test_fixes_that_undo_each_other_end() -> None:
    result = fixed("FROM a\nRUN foo\n", Replacer("foo", "bar"), Replacer("bar", "foo", code="X2"))
    assert result.text == "FROM a\nRUN bar\n"
    assert result.passes <= MAX_PASSES
    assert fixed(result.text, Replacer("foo", "bar")).text == result.text


def test_fixes_of_one_place_take_turns() -> None:
    first, second = Replacer("foo x", "foo y"), Replacer("x", "z", code="X2")
    assert fixed("FROM a\nRUN foo x\n", first, second).text == "FROM a\nRUN foo y\n"
