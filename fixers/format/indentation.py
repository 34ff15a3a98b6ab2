"""The indentation of the lines of a shell script: by the enclosing constructs, and inside a command."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import islice
from math import inf

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
    nesting = _Nesting(script, root, kinds, {0, *starts})
    found: list[int] = []
    only_words = True
    for start in starts:
        depth, command = nesting.depth_at(start)
        if _CLOSING.match(script, start):
            depth = max(0, depth - 1)
        only_words = only_words and command is not None and not depth
        found.append(depth + (0 if command is None else 1 + nesting.groups(command, start)))
    return [0] * len(found) if only_words else found


class _Nesting:
    """The constructs and commands around the places of a script; the children of a node are listed once.

    `begins` are the indexes at which lines start.
    """

    def __init__(self, script: str, root: Node, kinds: dict[int, str], begins: set[int]) -> None:
        self._script = script
        self._root = root
        self._kinds = kinds
        self._begins = begins
        self._children: dict[int, tuple[list[Node], list[int]]] = {}
        self._breaks: dict[int, float] = {}
        # The last command for which groups were counted, up to where, and how many are open there.
        self._counted = (-1, 0, 0)

    def depth_at(self, at: int) -> tuple[int, int | None]:
        """The number of constructs around an index, and the start of the command it is an argument of or None."""
        depth: int = 0
        command: int | None = None
        node: Node | None = self._root
        parent: Node | None = None
        while node is not None:
            kind = self._kinds[node.kind_id]
            if node.start_byte < at:
                if kind in _CONSTRUCTS:
                    depth, command = depth + 1, None
                elif kind in _COMMANDS or (kind == _REDIRECTED and self._is_redirection(node, at)):
                    command = node.start_byte
                elif parent is not None and self._continues_statement(node, parent, at):
                    depth += 1
            parent, node = node, self._child_at(node, at)
        return depth, command

    def groups(self, command: int, at: int) -> int:
        """The number of groups around the word at `at` of the command; a closing word is outside its group."""
        last, start, opened = self._counted
        if last != command or start > at:
            start, opened = command, 0
        words = self._script[start:at].split()
        opened += sum(word in _GROUP for word in words) - sum(word in _GROUP_END for word in words)
        self._counted = (command, at, opened)
        return max(0, opened - self._script.startswith(_GROUP_END, at))

    def _listed(self, node: Node) -> tuple[list[Node], list[int]]:
        """The children of a node, and where they start."""
        known = self._children.get(node.id)
        if known is None:
            children = node.children
            known = self._children[node.id] = (children, [child.start_byte for child in children])
        return known

    def _child_at(self, node: Node, at: int) -> Node | None:
        children, starts = self._listed(node)
        index = bisect_right(starts, at) - 1
        # Children of the same start: all but one are empty.
        while index >= 0 and children[index].end_byte <= at and starts[index] == at:
            index -= 1
        return children[index] if index >= 0 and at < children[index].end_byte else None

    def _continues_statement(self, node: Node, parent: Node, at: int) -> bool:
        """Whether an index is on a line that continues a pipeline or `&&` list which is one of several statements."""
        kind, around = self._kinds[node.kind_id], self._kinds[parent.kind_id]
        if kind == "pipeline":
            among = around == "list" or (around in _BODIES and self._statements(parent) > 1)
            return among and self._first_broken_pipe(node) <= at
        return kind == "list" and around in _BODIES and node.start_byte in self._begins and self._statements(parent) > 1

    def _first_broken_pipe(self, pipeline: Node) -> float:
        """Where the first `|` of a pipeline stands that begins a line; infinite for none."""
        if pipeline.id not in self._breaks:
            pipes = (child for child in self._listed(pipeline)[0] if self._kinds[child.kind_id] in _PIPES)
            self._breaks[pipeline.id] = next(
                (pipe.start_byte for pipe in pipes if pipe.start_byte in self._begins), inf
            )
        return self._breaks[pipeline.id]

    def _statements(self, body: Node) -> int:
        """The number of statements in a script or a group, counted to 2."""
        return sum(1 for _ in islice((child for child in self._listed(body)[0] if child.is_named), 2))

    def _is_redirection(self, node: Node, at: int) -> bool:
        """Whether an index is in a redirection. The grammar parses `a && b > c` as a redirection of `a && b`."""
        body = self._listed(node)[0][0]
        return at >= body.end_byte or self._kinds[body.kind_id] in _COMMANDS
