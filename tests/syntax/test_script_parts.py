"""The parts of a script that operators join."""

from __future__ import annotations

import pytest
from dockerfile_dlint.syntax.script_parts import script_parts


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("a && b; c", [("", "command", "a"), ("&&", "command", "b"), (";", "command", "c")]),
        ("a\nb # x\n\n# y\nc", [("", "command", "a"), ("\n", "command", "b"), ("\n", "command", "c")]),
        ("a || b && c", [("", "||", "a || b"), ("&&", "command", "c")]),
        ("a && b || c", [("", "||", "a && b || c")]),
        ("a && b > f 2>&1", [("", "command", "a"), ("&&", "command", "b > f 2>&1")]),
        ("a > f && b", [("", "command", "a > f"), ("&&", "command", "b")]),
        ("(a && b) > f && c", [("", "subshell", "(a && b) > f"), ("&&", "command", "c")]),
        ("if a; then b; fi && c | d", [("", "if_statement", "if a; then b; fi"), ("&&", "pipeline", "c | d")]),
        ("A=1 && [[ x ]]", [("", "command", "A=1"), ("&&", "command", "[[ x ]]")]),
        ("export B=2\n[ x ]", [("", "command", "export B=2"), ("\n", "command", "[ x ]")]),
        ("", []),
        ("a & b", None),
        ("a; (", None),
    ],
)  # fmt: skip
def test_parts(script: str, expected: list[tuple[str, str, str]] | None) -> None:
    parts = script_parts(script)
    found = parts and [(part.operator_before, part.kind, script[part.start_index : part.end_index]) for part in parts]
    assert found == expected
