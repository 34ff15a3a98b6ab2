"""The indentation of the lines of a shell script: by the enclosing constructs, and inside a command."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...syntax.bash import Node

_CONSTRUCTS = frozenset(
    ("if_statement", "for_statement", "c_style_for_statement", "while_statement", "case_statement", "case_item",
     "compound_statement", "subshell", "command_substitution", "process_substitution")
)  # fmt: skip
_COMMANDS = frozenset(("command", "declaration_command", "unset_command", "test_command"))
_REDIRECTED = "redirected_statement"
_PIPES = frozenset(("|", "|&"))
_BODIES = frozenset(("program", "do_group", "compound_statement", "subshell", "command_substitution"))
_GROUP, _GROUP_END = ("\\(", "'('", '"("'), ("\\)", "')'", '")"')
"""Words that group arguments of `find` and `test`."""
_CLOSING = re.compile(r"(?:(?:then|elif|else|fi|do|done|esac)(?![\w=-])|\}|\)|;[ \t]*(?:do|then)(?![\w=-]))")


def indent_depths(script: str, starts: Sequence[int]) -> list[int] | None:
    """The depth of the lines that start at these indexes of the script; None when the script does not parse.

    0 is the depth of outermost commands; arguments are deeper, unless the script is a single command.
    """
    from ...syntax.bash import parse_bash

    root, kinds, _ = parse_bash(script)
    if root.has_error:
        return None
    found: list[int] = []
    only_words = True
    begins = {0, *starts}
    for start in starts:
        depth, command = _depth_at(root, kinds, start, begins)
        if _CLOSING.match(script, start):
            depth = max(0, depth - 1)
        only_words = only_words and command is not None and not depth
        found.append(depth + (0 if command is None else 1 + _groups(script, command, start)))
    return [0] * len(found) if only_words else found


def _depth_at(root: Node, kinds: dict[int, str], at: int, begins: set[int]) -> tuple[int, int | None]:
    """The number of constructs around an index, and the start of the command it is an argument of, None for none.

    `begins` are the indexes at which lines start.
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
            elif parent is not None and _continues_statement(node, parent, kinds, at, begins):
                depth += 1
        parent, node = node, next((child for child in node.children if child.start_byte <= at < child.end_byte), None)
    return depth, command


def _continues_statement(node: Node, parent: Node, kinds: dict[int, str], at: int, begins: set[int]) -> bool:
    """Whether an index is on a line that continues a pipeline or `&&` list which is one of several statements."""
    kind, around = kinds[node.kind_id], kinds[parent.kind_id]
    if kind == "pipeline":
        operators = [child.start_byte for child in node.children if kinds[child.kind_id] in _PIPES]
        among = around == "list" or (around in _BODIES and _statements(parent) > 1)
        return among and any(operator <= at and operator in begins for operator in operators)
    return kind == "list" and around in _BODIES and node.start_byte in begins and _statements(parent) > 1


def _statements(body: Node) -> int:
    """The number of statements in a script or a group."""
    return sum(child.is_named for child in body.children)


def _is_redirection(node: Node, kinds: dict[int, str], at: int) -> bool:
    """Whether an index is in a redirection. The grammar parses `a && b > c` as a redirection of `a && b`."""
    body = node.children[0]
    return at >= body.end_byte or kinds[body.kind_id] in _COMMANDS


def _groups(script: str, start: int, at: int) -> int:
    """The number of groups around the word at `at` of the command at `start`; a closing word is outside its group."""
    words = script[start:at].split()
    opened = sum(word in _GROUP for word in words) - sum(word in _GROUP_END for word in words)
    return max(0, opened - script.startswith(_GROUP_END, at))
