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
_COMMANDS = frozenset(("command", "declaration_command", "unset_command", "redirected_statement", "test_command"))
_CLOSING = re.compile(r"(?:(?:then|elif|else|fi|do|done|esac)(?![\w=-])|\}|\)|;[ \t]*(?:do|then)(?![\w=-]))")


def depths(script: str, starts: Sequence[int]) -> list[int] | None:
    """The depth of each line that begins at an index of the script; None when the grammar cannot read the script.

    0 is where a command of the script stands; the words of a command stand deeper when there is more than one command.
    """
    from ..syntax.bash import parse

    root, kinds, _ = parse(script)
    if root.has_error:
        return None
    found: list[int] = []
    only_words = True
    for start in starts:
        depth, in_words = _place(root, kinds, start)
        if _CLOSING.match(script, start):
            depth = max(0, depth - 1)
        only_words = only_words and in_words and not depth
        found.append(depth + in_words)
    return [0] * len(found) if only_words else found


def _place(root: Node, kinds: dict[int, str], at: int) -> tuple[int, bool]:
    """How many constructs the character at an index stands in, and whether it is within the words of a command."""
    depth, in_words = 0, False
    node: Node | None = root
    while node is not None:
        kind = kinds[node.kind_id]
        if node.start_byte < at:
            if kind in _CONSTRUCTS:
                depth, in_words = depth + 1, False
            elif kind in _COMMANDS:
                in_words = True
        node = next((child for child in node.children if child.start_byte <= at < child.end_byte), None)
    return depth, in_words
