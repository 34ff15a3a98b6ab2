"""The parts of a shell script that `&&`, `;` and line breaks join: simple commands, pipelines and compound commands."""

from __future__ import annotations

from .bash import parse_bash

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node


class ScriptPart:
    """A part of a script, `text[start_index:end_index]`.

    `operator_before`: `&&`, `;`, a line feed, or "" for the first part
    `kind`: `command` for a simple command, `||` for a list with `||`, otherwise the name of the construct in the
    grammar, such as `if_statement`
    """

    __slots__ = ("end_index", "kind", "operator_before", "start_index")

    def __init__(self, start: int, end: int, kind: str, operator_before: str) -> None:
        self.start_index = start
        self.end_index = end
        self.kind = kind
        self.operator_before = operator_before


def script_parts(text: str) -> list[ScriptPart] | None:
    """The parts of a script, in order; None if it has syntax errors, or runs a part in the background."""
    root, kinds, _ = parse_bash(text)
    if root.has_error:
        return None
    found: list[ScriptPart] = []
    operator = ""
    for node in root.children:
        kind = kinds[node.kind_id]
        if kind == "&":
            return None
        if kind in (";", ";;"):
            operator = ";"
        elif kind != "comment" and node.end_byte > node.start_byte:
            if found and not operator:
                operator = "\n"
            found += _parts(node, kinds, operator if found else "")
            operator = ""
    return found


def _parts(node: Node, kinds: dict[int, str], operator: str) -> list[ScriptPart]:
    """The parts of a statement. A redirect after a list is that of its last command, whatever the grammar says."""
    found: list[ScriptPart] = []
    todo: list[tuple[Node, int]] = [(node, node.end_byte)]
    while todo:
        each, end = todo.pop()
        kind = kinds[each.kind_id]
        inner = each.children
        if kind == "redirected_statement" and kinds[inner[0].kind_id] == "list":
            todo.append((inner[0], end))
        elif kind == "list" and kinds[inner[1].kind_id] == "&&":
            todo += [(inner[2], end), (inner[0], inner[0].end_byte)]
        else:
            if kind == "list":
                kind = "||"
            elif kind in ("declaration_command", "unset_command", "test_command", "variable_assignment"):
                kind = "command"
            elif kind == "redirected_statement":
                kind = "command" if kinds[inner[0].kind_id] in ("command", "file_redirect") else kinds[inner[0].kind_id]
            found.append(ScriptPart(each.start_byte, end, kind, "&&" if found else operator))
    return found
