"""dockerfile-parse as a second opinion: the same keywords on the same lines, but for what it is known to misread."""

from __future__ import annotations

import io
from collections.abc import Callable
from itertools import zip_longest

import pytest
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import WHITESPACE, Source
from dockerfile_dlint.syntax.tree import Dockerfile, Instruction
from dockerfile_parse import DockerfileParser

from ..conformance.shared import shared

Seen = tuple[str, int, int]


def ours(dockerfile: Dockerfile) -> list[Seen]:
    return [(i.name, i.start_line, i.end_line) for i in dockerfile.instructions]


def theirs(data: bytes) -> list[Seen]:
    found = DockerfileParser(fileobj=io.BytesIO(data)).structure
    return [(i["instruction"], i["startline"] + 1, i["endline"] + 1) for i in found if i["instruction"] != "COMMENT"]


# What BuildKit reads in another way than dockerfile-parse, seen from the first instruction on which the two differ.


def has_a_heredoc(instruction: Instruction, dockerfile: Dockerfile) -> bool:
    """Its body is more instructions to dockerfile-parse."""
    return bool(instruction.heredocs)


def has_a_blank_line_inside(instruction: Instruction, dockerfile: Dockerfile) -> bool:
    """A blank line ends a continuation to dockerfile-parse."""
    return instruction.empty_continuation > 0


def ends_with_the_file(instruction: Instruction, dockerfile: Dockerfile) -> bool:
    """An instruction whose continuation the file does not end is dropped by dockerfile-parse."""
    text = dockerfile.source.text
    return not text[instruction.end :].strip() and text[: instruction.end].rstrip().endswith(dockerfile.escape)


def ends_in_two_escapes(instruction: Instruction, dockerfile: Dockerfile) -> bool:
    """Two escapes at the end of a line continue it to dockerfile-parse."""
    text = dockerfile.source.text[instruction.start : instruction.end]
    return any(line.rstrip().endswith(dockerfile.escape * 2) for line in text.split("\n"))


def has_an_odd_keyword(instruction: Instruction, dockerfile: Dockerfile) -> bool:
    """Any Unicode space ends a keyword to dockerfile-parse, and a continuation does not go on with one."""
    text = dockerfile.source.text
    written = text[instruction.start : instruction.keyword_end]
    return any(char in WHITESPACE for char in written) or text[instruction.keyword_end :].startswith(dockerfile.escape)


def is_a_keyword_at_the_end(instruction: Instruction, dockerfile: Dockerfile) -> bool:
    """A keyword without arguments or line ending is none to dockerfile-parse."""
    return instruction.keyword_end == len(dockerfile.source.text)


def stands_behind_a_byte_order_mark(instruction: Instruction, dockerfile: Dockerfile) -> bool:
    """The mark is part of the keyword to dockerfile-parse."""
    return instruction.start == 1


def has_an_escape_that_is_not_seen(instruction: Instruction, dockerfile: Dockerfile) -> bool:
    """dockerfile-parse does not know the check directive, and looks for no escape behind it."""
    return dockerfile.escape != "\\" and dockerfile.directive("check") is not None


Misreading = Callable[[Instruction, Dockerfile], bool]
MISREADINGS: dict[Misreading, str] = {
    has_a_heredoc: "FROM a\nRUN <<EOF\necho b\nEOF\n",
    has_a_blank_line_inside: "FROM a\nRUN b \\\n\n  c\n",
    ends_with_the_file: "FROM a\nRUN b \\\n  c \\\n",
    ends_in_two_escapes: "FROM a\nENV B=c\\\\\nRUN d\n",
    has_an_odd_keyword: "FROM a\nCMD\xa0b\n",
    is_a_keyword_at_the_end: "FROM a\nCMD",
    stands_behind_a_byte_order_mark: "\ufeffFROM a\n",
    has_an_escape_that_is_not_seen: "# check=skip=all\n# escape=`\nFROM a\nRUN b `\n c\n",
}


def difference(data: bytes) -> tuple[Instruction, Dockerfile] | None:
    """The first instruction on which the two differ, or the last one where dockerfile-parse sees more."""
    dockerfile = parse(Source.decode(data))
    for number, (mine, other) in enumerate(zip_longest(ours(dockerfile), theirs(data))):
        if mine != other:
            return dockerfile.instructions[min(number, len(dockerfile.instructions) - 1)], dockerfile
    return None


@pytest.mark.parametrize("misreading", MISREADINGS, ids=lambda misreading: misreading.__name__)
def test_a_known_misreading_is_still_one(misreading: Misreading) -> None:
    """When this fails, dockerfile-parse has learned something: take the kind out of the list."""
    found = difference(MISREADINGS[misreading].encode())
    assert found is not None
    assert misreading(*found)


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\n",
        "ARG b=c\nFROM $b AS d\nFROM d\n",
        "from a\n\n\n  run b\n\tCMD c\n",
        "FROM a\r\nRUN b \\\r\n  c\r\nCMD d\r\n",
        "FROM a\nRUN b \\\n# a comment\n  && c \\\n  && d\n# another\nCMD e\n",
        "# escape=`\nFROM a\nCOPY C:\\ `\n  D:\\\nRUN b\n",
        "# syntax=docker/dockerfile:1\n# escape=`\nFROM a\nRUN b `\n  c\n",
        'FROM a\nONBUILD RUN b\nHEALTHCHECK NONE\nLABEL a=b \\\n      c=d\nSHELL ["e"]\n',
        "FROM a\nRUN echo caf\u00e9\nRUN \u65e5\u672c \\\n  b\n",
    ],
)
def test_both_read_the_same(text: str) -> None:
    assert ours(parse(Source(text))) == theirs(text.encode())


def test_real_files_differ_by_known_misreadings_alone() -> None:
    files = [path for path in shared("corpus/dockerfiles").rglob("*") if path.is_file()]
    assert files
    unexplained: list[str] = []
    differing = 0
    for path in files:
        found = difference(path.read_bytes())
        if found is not None:
            differing += 1
            if not any(misreading(*found) for misreading in MISREADINGS):
                unexplained.append(f"{path}: line {found[0].start_line}")
    assert not unexplained, "\n".join(unexplained)
    assert differing < len(files) / 10
