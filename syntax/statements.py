"""Finds the simple commands in a tree of tree-sitter-bash, with their context and the operators between them."""

from __future__ import annotations

from .quoting import overlaps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .bash import Node

    Context = tuple[str, ...]
    # A node still to be read, its context, the operators around it, and redirects for its last command.
    Task = tuple[Node, Context, str, str, Sequence[Node]]
    # The nodes of a simple command, its context, the operators around it, redirects after it, whether it is `[ ... ]`.
    Simple = tuple[Sequence[Node], Context, tuple[str, str], Sequence[Node], bool]

# Depth to which nested constructs are recorded; real scripts have two or three levels.
_MOST_LABELS = 64

MOST_SUBSTITUTIONS = 64
"""Depth to which nested substitutions are read: each level has the text of those in it, and real ones have two."""

WORD_KINDS = frozenset(
    (
        "ansi_c_string",
        "arithmetic_expansion",
        "brace_expression",
        "command_name",
        "command_substitution",
        "concatenation",
        "expansion",
        "extglob_pattern",
        "number",
        "process_substitution",
        "raw_string",
        "regex",
        "simple_expansion",
        "special_variable_name",
        "string",
        "subscript",
        "test_operator",
        "translated_string",
        "variable_name",
        "word",
    )
)
REDIRECT_KINDS = frozenset(("file_redirect", "herestring_redirect", "heredoc_redirect"))
_JOINERS = frozenset((";", "&", "&&", "||", "|", "|&"))
_SUBSTITUTIONS = frozenset(("command_substitution", "process_substitution"))
_FLOWS = frozenset(("list", "pipeline", "negated_command"))
_SIMPLE = frozenset(("command", "declaration_command", "unset_command", "variable_assignments"))
_LABELS = {
    "c_style_for_statement": "for",
    "case_statement": "case",
    "command_substitution": "substitution",
    "compound_statement": "group",
    "elif_clause": "else",
    "else_clause": "else",
    "for_statement": "for",
    "function_definition": "function",
    "if_statement": "if",
    "negated_command": "negated",
    "process_substitution": "substitution",
    "subshell": "subshell",
    "while_statement": "while",
}
_STATEMENTS = (
    (_LABELS.keys() - _SUBSTITUTIONS - {"elif_clause", "else_clause"})
    | _FLOWS
    | _SIMPLE
    | {"redirected_statement", "test_command", "variable_assignment"}
)
_CONDITIONAL = frozenset(("if_statement", "elif_clause", "while_statement"))
_CONDITIONS = frozenset(("if", "elif", "while", "until"))
_SWITCHES = _CONDITIONS | {"then", "do_group", "elif_clause", "else_clause"}
# A command begins after these.
_OPENERS = _JOINERS | {"(", ")", "$(", "`", "{", "!", ";;", "if", "then", "elif", "else", "while", "until", "do"}


class StatementWalker:
    """Iterates over the simple commands in `root`, in source order except for redirects and errors.

    The caller passes the words of a command that may contain commands to `visit`. `outer` are the places of expansions
    that the outer shell makes. Uses a stack instead of recursion, for any depth of nesting.
    """

    __slots__ = ("_kinds", "_outer", "_tasks", "_text")

    def __init__(
        self, root: Node, kinds: dict[int, str], text: str, context: Context, outer: Sequence[tuple[int, int]]
    ) -> None:
        self._kinds = kinds
        self._text = text
        self._outer = outer
        self._tasks: list[Task] = [(root, context, "", "", ())]

    def visit(self, nodes: Sequence[Node], context: Context) -> None:
        """Visit the commands in `nodes` next."""
        self._tasks += [(node, context, "", "", ()) for node in reversed(nodes)]

    def __iter__(self) -> Iterator[Simple]:
        kinds, tasks = self._kinds, self._tasks
        while tasks:
            node, context, before, after, redirects = tasks.pop()
            kind = kinds[node.kind_id]
            if kind in _SIMPLE:
                yield node.children, context, (before, after), redirects, False
            elif kind == "variable_assignment":
                yield (node,), context, (before, after), redirects, False
            elif kind == "test_command":
                yield self._leaves(node), context, (before, after), redirects, True
            elif kind == "redirected_statement":
                body, redirects = self._redirected(node, context, redirects)
                if body:
                    tasks.append((body, context, before, after, redirects))
                else:
                    yield (), context, (before, after), redirects, False
            elif kind == "ERROR":
                loose, rest = self._broken(node)
                yield from [(run, context, ("", ""), (), False) for run in loose]
                self._spread(rest, kind, context, before, after, ())
            elif kind not in _SUBSTITUTIONS or (
                context.count("substitution") < MOST_SUBSTITUTIONS
                and not overlaps(self._outer, node.start_byte, node.end_byte)
            ):
                self._spread(node.children, kind, context, before, after, redirects)

    def _spread(
        self, nodes: Iterable[Node], kind: str, context: Context, before: str, after: str, redirects: Sequence[Node]
    ) -> None:
        """Add tasks for the statements and the words with substitutions in `nodes`, the children of a `kind`."""
        kinds = self._kinds
        flows = kind in _FLOWS
        base = inner = extend_context(context, _LABELS.get(kind, ""))
        joiner = before if flows else ""
        last: tuple[Node, Context, str] | None = None
        tasks: list[Task] = []
        for node in nodes:
            name = kinds[node.kind_id]
            if name in _JOINERS:
                joiner = name
                if last:
                    tasks.append((*last, joiner, ()))
                    last = None
            elif kind == "function_definition" and name == "compound_statement":
                self._spread(node.children, "", inner, "", "", ())
            elif kind == "c_style_for_statement" and name == "variable_assignment":
                tasks += [(part, inner, "", "", ()) for part in node.children if part.child_count]
            elif name in _STATEMENTS:
                if last:
                    joiner = "\n"
                    tasks.append((*last, joiner, ()))
                last = (node, inner, joiner)
                joiner = ""
                if kind == "pipeline" and name == "negated_command":
                    # `! a | b` negates the pipeline; in the grammar the `!` belongs to its first command.
                    inner = extend_context(base, "negated")
            else:
                if kind in _CONDITIONAL and name in _SWITCHES:
                    inner = extend_context(base, "condition") if name in _CONDITIONS else base
                    joiner = ""
                elif name == ")":
                    joiner = ""  # the `|` before it separates patterns
                if node.child_count:
                    tasks.append((node, inner, "", "", ()))
        if last:
            tasks.append((*last, after, redirects) if flows else (*last, "", ()))
        if redirects and not (last and flows):
            tasks += [(node, context, "", "", ()) for node in redirects]
        tasks.reverse()
        self._tasks += tasks

    def _redirected(self, node: Node, context: Context, trailing: Sequence[Node]) -> tuple[Node | None, Sequence[Node]]:
        """A redirected statement and its redirects; in the grammar those of `a && b > f` belong to the list."""
        body: Node | None = None
        redirects: list[Node] = []
        for child in node.children:
            if self._kinds[child.kind_id] in REDIRECT_KINDS:
                redirects.append(child)
            elif body is None:
                body = child
            else:
                self.visit([child], context)
        return body, [*redirects, *trailing]

    def _broken(self, node: Node) -> tuple[list[list[Node]], list[Node]]:
        """Sequences of words that form commands in what the grammar could not parse, and the other nodes."""
        runs: list[list[Node]] = []
        rest: list[Node] = []
        open_run = False
        begins = True
        for child in node.children:
            kind = self._kinds[child.kind_id]
            # A word with a blank in it was skipped by the grammar.
            if kind in WORD_KINDS and (begins or open_run) and " " not in self._text[child.start_byte : child.end_byte]:
                if not open_run:
                    runs.append([])
                runs[-1].append(child)
                open_run = True
            else:
                rest.append(child)
                open_run = False
            begins = kind in _OPENERS
        return runs, rest

    def _leaves(self, node: Node) -> list[Node]:
        """The words of `[ ... ]` or `[[ ... ]]`, which is an expression in the grammar."""
        leaves: list[Node] = []
        stack = [node]
        while stack:
            node = stack.pop()
            if node.child_count and self._kinds[node.kind_id] not in WORD_KINDS:
                stack += reversed(node.children)
            else:
                leaves.append(node)
        return leaves


def extend_context(context: Context, label: str) -> Context:
    """`context` with one more construct, unless it is too deep."""
    return (*context, label) if label and len(context) < _MOST_LABELS else context
