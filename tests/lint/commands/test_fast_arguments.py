"""What is read without argparse is read as argparse reads it."""

from __future__ import annotations

import pytest
from dockerfile_dlint.lint.commands.fast_arguments import parse_plain_arguments
from dockerfile_dlint.lint.commands.parsers import PARSERS

PLAIN = [
    "",
    "Dockerfile",
    "a b/c .",
    "-",
    "--select DL3008 Dockerfile",
    "--select=DL3008,OPT --ignore SEC x",
    "--select A --select B",
    "--format json .",
    "--format=concise --isolated --no-cache .",
    "--fix --unsafe-fixes --diff --fix-only .",
    "--exclude a* --config x=1 --fixable A --unfixable=B",
    "--select= .",
]
FOR_ARGPARSE = [
    "--help",
    "-h",
    "--format",
    "--format xml",
    "--formt json",
    "--",
    "--select --fix",
    "--profile strict",
    "-x",
]


@pytest.mark.parametrize("line", PLAIN)
def test_as_argparse(line: str) -> None:
    words = line.split()
    found = parse_plain_arguments(words)
    if found is not None:
        assert vars(found) == vars(PARSERS["check"]().parse_words(words))


def test_the_usual_ones_are_read() -> None:
    assert all(parse_plain_arguments(line.split()) is not None for line in PLAIN[:-1])


@pytest.mark.parametrize("line", FOR_ARGPARSE)
def test_the_rest_is_left_to_argparse(line: str) -> None:
    assert parse_plain_arguments(line.split()) is None
