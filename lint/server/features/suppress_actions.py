"""Suppression comments as code actions."""

from __future__ import annotations

from lsprotocol import types

from ....fixers.edits.instructions import line_ending

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...engine.diagnostic import Diagnostic
    from ..documents import Document

REASON_PLACEHOLDER = "TODO: say why"
_NOT_SUPPRESSIBLE = ("SYN",)


def suppression_edit(document: Document, d: Diagnostic) -> types.TextEdit | None:
    """The edit that adds `# dlint: ignore[CODE] reason` before the instruction of a finding, or the code to an existing
    comment; None if the finding cannot be suppressed.
    """
    if d.code.startswith(_NOT_SUPPRESSIBLE):
        return None
    dockerfile = document.dockerfile
    instruction = next((i for i in dockerfile.instructions if i.start_line == d.instruction_line), None)
    if instruction is None:
        return None
    for comment in instruction.comments:
        close = comment.text.find("]")
        if comment.text.startswith("dlint: ignore[") and close > 0:
            at = document.text.text.index("]", comment.start)
            return types.TextEdit(document.range(at, at), f", {d.code}")
    text = document.text.text
    start = text.rfind("\n", 0, instruction.start) + 1
    if text.startswith("\ufeff", start):
        start += 1
    indent = text[start : instruction.start]
    comment_line = f"{indent}# dlint: ignore[{d.code}] {REASON_PLACEHOLDER}{line_ending(text)}"
    return types.TextEdit(document.range(start, start), comment_line)


def escape_snippet(text: str) -> str:
    """Text with the special characters of snippets escaped."""
    return text.replace("\\", "\\\\").replace("$", "\\$").replace("}", "\\}")
