"""How far each line of a shell command is indented: by the constructs around it, and within the words of a command."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

_CONSTRUCTS = frozenset(
    ("if_statement", "for_statement", "c_style_for_statement", "while_statement", "case_statement", "case_item",
     "compound_statement", "subshell", "command_substitution", "process_substitution")
)  # fmt: skip
_COMMANDS = frozenset(("command", "declaration_command", "unset_command", "test_command"))
_REDIRECTED = "redirected_statement"
_PIPES = frozenset(("|", "|&"))
_BODIES = frozenset(("program", "do_group", "compound_statement", "subshell", "command_substitution"))
_GROUP, _GROUP_END = ("\\(", "'('", '"("'), ("\\)", "')'", '")"')
"""Words that put arguments of a command into a group, as `find` and `test` read them."""
_CLOSING = re.compile(r"(?:(?:then|elif|else|fi|do|done|esac)(?![\w=-])|\}|\)|;[ \t]*(?:do|then)(?![\w=-]))")


def indent_depths(script: str, starts: Sequence[int]) -> list[int] | None:
    """The depth of each line that begins at an index of the script; None when the grammar cannot read the script.

    0 is where a command of the script stands; the words of a command stand deeper when there is more than one command.
    """
    from ...syntax.bash import parse_bash

    root, kinds, _ = parse_bash(script)
    if root.has_error:
        return None
    found: list[int] = []
    only_words = True
    begins = {0, *starts}
    for start in starts:
        depth, command = _place(root, kinds, start, begins)
        if _CLOSING.match(script, start):
            depth = max(0, depth - 1)
        only_words = only_words and command is not None and not depth
        found.append(depth + (0 if command is None else 1 + _groups(script, command, start)))
    return [0] * len(found) if only_words else found


def _place(root: Node, kinds: dict[int, str], at: int, begins: set[int]) -> tuple[int, int | None]:
    """How deep the character at an index stands, and where the command begins whose word it begins, None for none.

    `begins` are the indexes at which lines begin.
    """
    depth: int = 0
    command: int | None = None
    node: Node | None = root
    parent: Node | None = None
    while node is not None:
        kind = kinds[node.kind_id]
        if node.start_byte < at:
            if kind in _CONSTRUCTS:
                depth, command = depth + 1, None
            elif kind in _COMMANDS or (kind == _REDIRECTED and _is_redirection(node, kinds, at)):
                command = node.start_byte
            elif parent is not None and _goes_on(node, parent, kinds, at, begins):
                depth += 1
        parent, node = node, next((child for child in node.children if child.start_byte <= at < child.end_byte), None)
    return depth, command


def _goes_on(node: Node, parent: Node, kinds: dict[int, str], at: int, begins: set[int]) -> bool:
    """Whether an index is on a line of a pipe, or of `&&` and `||`, that goes on with one statement among several."""
    kind, around = kinds[node.kind_id], kinds[parent.kind_id]
    if kind == "pipeline":
        operators = [child.start_byte for child in node.children if kinds[child.kind_id] in _PIPES]
        among = around == "list" or (around in _BODIES and _statements(parent) > 1)
        return among and any(operator <= at and operator in begins for operator in operators)
    return kind == "list" and around in _BODIES and node.start_byte in begins and _statements(parent) > 1


def _statements(body: Node) -> int:
    """How many statements stand in a script or a group."""
    return sum(child.is_named for child in body.children)


def _is_redirection(node: Node, kinds: dict[int, str], at: int) -> bool:
    """Whether an index is in a redirection. The grammar has `a && b > c` as the redirection of `a && b`."""
    body = node.children[0]
    return at >= body.end_byte or kinds[body.kind_id] in _COMMANDS


def _groups(script: str, start: int, at: int) -> int:
    """How many groups are open before a word of the command that begins at `start`; a closing word is outside."""
    words = script[start:at].split()
    opened = sum(word in _GROUP for word in words) - sum(word in _GROUP_END for word in words)
    return max(0, opened - script.startswith(_GROUP_END, at))
