"""Finds all commands of a shell script, including nested ones, with their places in the file."""

from __future__ import annotations

from .bash import parse_bash
from .command import Command, Redirect, Script, Word
from .quoting import join_with_spaces, overlaps, unquote_word
from .statements import REDIRECT_KINDS, WORD_KINDS, StatementWalker, extend_context
from .wrappers import (
    COMMAND_RUNNERS,
    SCRIPT_RUNNERS,
    WRAPPERS,
    nested_command_words,
    nested_script,
    reads_script_from_stdin,
    strip_wrappers,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .bash import Node, ShellHeredoc
    from .source import MappedText
    from .statements import Context

__all__ = ["Command", "Redirect", "Script", "Word", "dialect_of", "parse_exec", "parse_script", "shebang_dialect"]

DIALECTS = frozenset(("sh", "bash", "ash", "dash", "zsh", "ksh"))
_DIALECT_OF = {"powershell": "powershell", "pwsh": "powershell", "cmd": "cmd", "mksh": "ksh", "rbash": "bash"}

# Depth to which nested scripts are read; real ones have two or three levels.
_MOST_SCRIPTS = 8

_NO_WORDS = frozenset(("subshell", "ERROR", "comment"))
# What the grammar may read as a program in an invalid script, or after `time`.
_RESERVED = frozenset(
    ("!", "{", "}", "case", "do", "done", "elif", "else", "esac", "fi", "for", "if", "in", "then", "until", "while")
)


def parse_script(script: MappedText, dialect: str = "sh") -> Script:
    """Parse a script: the text of a shell-form instruction or of a heredoc. Never raises.

    The result has no commands if the dialect is not a Unix shell.
    """
    if dialect not in DIALECTS:
        return Script((), dialect, False, script.text)
    reader = _Reader(script)
    error = reader.read(())
    return Script(reader.ordered(), dialect, error, script.text)


def parse_exec(words: Sequence[tuple[str, MappedText]]) -> Script:
    """Parse an exec form, given as values with their places: one command, and the scripts in it. Never raises."""
    script = join_with_spaces([mapped for _, mapped in words])
    reader = _Reader(script)
    found: list[Word] = []
    at = 0
    for value, mapped in words:
        found.append(Word(script, at, at + len(mapped.text), value, False))
        at += len(mapped.text) + 1
    if found:
        reader.emit(found, (), (), ("", ""), (), (0, len(script.text)))
    dialect = dialect_of([value for value, _ in words])
    return Script(reader.ordered(), dialect if dialect in DIALECTS else "sh", False, script.text)


def dialect_of(shell: Sequence[str]) -> str:
    """The language of a shell, given as the words of a SHELL instruction or of a `#!` line.

    One of "sh", "bash", "ash", "dash", "zsh", "ksh", "powershell", "cmd", "python", "other".
    """
    for word in shell:
        name = word.replace("\\", "/").rpartition("/")[2].lower().removesuffix(".exe")
        if name == "env" or name[:1] == "-" or "=" in name:
            continue
        if name == "busybox":
            return "ash"
        name = name.rstrip("0123456789.-")
        if name in DIALECTS or name == "python":
            return name
        return _DIALECT_OF.get(name, "other")
    return "other"


def shebang_dialect(body: str) -> str | None:
    """The dialect in the `#!` line of `body`, or None if there is none."""
    return dialect_of(body[2:].partition("\n")[0].split()) if body.startswith("#!") else None


class _Reader:
    """Reads the commands of one script, and of the scripts in it.

    `outer`: the places in the script of expansions that the outer shell makes
    """

    __slots__ = ("commands", "depth", "heredocs", "kinds", "nested", "odd", "outer", "script", "substitutes")

    def __init__(
        self,
        script: MappedText,
        commands: list[Command] | None = None,
        depth: int = 0,
        outer: Sequence[tuple[int, int]] = (),
    ) -> None:
        text = script.text
        self.script = script
        self.commands: list[Command] = [] if commands is None else commands
        self.depth = depth
        self.outer = outer
        self.nested = False
        # Words need more checks: one may be in two nodes, two may be in one, or the outer shell may expand it.
        self.odd = bool(outer) or "\\\n" in text or "\\\r" in text or "[ " in text or "{ " in text
        self.substitutes = "$(" in text or "`" in text or "<(" in text or ">(" in text
        self.kinds: dict[int, str] = {}
        self.heredocs: dict[int, ShellHeredoc] = {}

    def read(self, context: Context) -> bool:
        """Read all commands; returns whether there was a syntax error."""
        text = self.script.text
        root, self.kinds, self.heredocs = parse_bash(text)
        statements = StatementWalker(root, self.kinds, text, context, self.outer)
        error = self.nested = root.has_error
        # A node keeps its children once they are read: the walker alone decides how long.
        del root
        for nodes, inner, joined, trailing, whole in statements:
            parts = self._command(nodes, inner, joined, trailing, whole)
            if parts:
                statements.visit(parts, inner)
        return error

    def ordered(self) -> list[Command]:
        """The commands in source order; nested ones may have been read out of order."""
        if self.nested:
            self.commands.sort(key=lambda command: command.start)
        return self.commands

    def _command(
        self, nodes: Sequence[Node], context: Context, joined: tuple[str, str], trailing: Sequence[Node], whole: bool
    ) -> list[Node]:
        """Read a simple command and the redirects after it; returns the nodes that may contain other commands."""
        kinds, script = self.kinds, self.script
        odd, substitutes = self.odd, self.substitutes
        words: list[Word] = []
        assignments: list[tuple[str, Word]] = []
        redirects: list[Node] = []
        parts: list[Node] = []
        end = -1
        for node in nodes:
            kind = kinds[node.kind_id]
            if kind in REDIRECT_KINDS:
                redirects.append(node)
            elif kind == "variable_assignment" and not words:
                assignments.append(self._assignment(node))
                parts += node.children if substitutes else ()
            elif kind in _NO_WORDS:
                parts.append(node)
            else:
                at = node.start_byte
                if odd or at == end:
                    self._add(node, kind, words, whole)
                    end = node.end_byte
                elif at < (end := node.end_byte):
                    words.append(Word(script, at, end))
                if substitutes and node.child_count:
                    parts += node.children if kind == "variable_assignment" else (node,)
        redirects += trailing
        if not nodes and not redirects:
            return parts
        bodies: list[tuple[ShellHeredoc, Word]] = []
        read = [self._redirect(node, words, parts, bodies) for node in redirects] if redirects else ()
        first = (nodes or redirects)[0].start_byte
        last = max([(nodes or redirects)[-1].end_byte, *[node.end_byte for node in redirects]])
        command = self.emit(words, assignments, read, joined, context, (first, last))
        for heredoc, target in bodies:
            self._body(command, heredoc, target, context)
        return parts

    def _add(self, node: Node, kind: str, words: list[Word], whole: bool) -> None:
        """Add a word that needs more checks; `whole` keeps adjacent words separate."""
        script = self.script
        at, to = node.start_byte, node.end_byte
        if words and not whole:
            between = script.text[words[-1].end_index : at]
            if not between.replace("\\\n", "").replace("\\\r\n", ""):
                # The grammar splits `$"x"`, and a word with a continuation.
                words[-1] = self._word(words[-1].start_index, to)
                return
        if kind == "word" and " " in script.text[at:to]:
            # The grammar does not split `[ ]` and `{ x`; `a\ b` is one word.
            text = script.text[at:to].replace("\\ ", "..")
            end = 0
            for part in text.split():
                start = text.index(part, end)
                end = start + len(part)
                words.append(self._word(at + start, at + end))
        elif at < to:
            words.append(self._word(at, to))

    def _word(self, at: int, to: int) -> Word:
        return Word(self.script, at, to, None, True if overlaps(self.outer, at, to) else None)

    def _assignment(self, node: Node) -> tuple[str, Word]:
        """Read `NAME=value`, `NAME+=value` or `NAME[i]=value`."""
        at = to = node.start_byte
        for child in node.children:
            if self.kinds[child.kind_id] in ("=", "+="):
                at, to = child.start_byte, child.end_byte
                break
        name = self.script.text[node.start_byte : at].partition("[")[0]
        return name, self._word(to, node.end_byte)

    def _redirect(
        self, node: Node, words: list[Word], parts: list[Node], bodies: list[tuple[ShellHeredoc, Word]]
    ) -> Redirect:
        """Read a redirect; the grammar reads the arguments after its target as further targets."""
        text, script = self.script.text, self.script
        at = operator_end = node.start_byte
        heredoc: ShellHeredoc | None = None
        target: Word | None = None
        for child in node.children:
            kind = self.kinds[child.kind_id]
            if kind in WORD_KINDS or kind == "heredoc_start":
                if target or text[operator_end - 1] == "-":
                    self._add(child, kind, words, whole=False)
                else:
                    target = self._word(child.start_byte, child.end_byte)
            elif not target and not child.child_count:
                operator_end = child.end_byte
                heredoc = heredoc or self.heredocs.get(child.start_byte)
            if child.child_count:
                parts.append(child)
        operator = text[at:operator_end]
        if heredoc:
            operator = operator.rstrip("<") + heredoc.operator
            if target:
                bodies.append((heredoc, target))
        end = target.end if target else script.span(at, operator_end).end
        return Redirect(operator, target, script.offset(at), end)

    def emit(
        self,
        words: Sequence[Word],
        assignments: Sequence[tuple[str, Word]],
        redirects: Sequence[Redirect],
        joined: tuple[str, str],
        context: Context,
        place: tuple[int, int],
    ) -> Command | None:
        """Add the command in `words`, without its wrappers, and the commands that it runs."""
        while words and words[0].text in _RESERVED:
            words = words[1:]
            place = (words[0].start_index if words else place[0], place[1])
        wrappers: Sequence[str] = ()
        name = ""
        if words:
            name = words[0].base_name()
            if name in WRAPPERS:
                first, wrappers, assigned = strip_wrappers(words)
                assignments = [*assignments, *assigned]
                words = words[first:]
                name = words[0].base_name()
        elif not assignments and not redirects:
            return None
        command = Command(
            name,
            tuple(words),
            tuple(wrappers),
            tuple(assignments),
            tuple(redirects),
            joined,
            context,
            (self.script, *place),
        )
        self.commands.append(command)
        if name in COMMAND_RUNNERS and self.depth < _MOST_SCRIPTS:
            self._nested(command, context)
        return command

    def _nested(self, command: Command, context: Context) -> None:
        """Read the commands and scripts in the arguments of `command`."""
        self.nested = True
        if command.name in SCRIPT_RUNNERS:
            found = nested_script(command)
            if found:
                label, script, outer = found
                self._inside(script, extend_context(context, label), outer)
            return
        self.depth += 1
        for label, words in nested_command_words(command):
            self.emit(
                words, (), (), ("", ""), extend_context(context, label), (words[0].start_index, words[-1].end_index)
            )
        self.depth -= 1

    def _body(self, command: Command | None, heredoc: ShellHeredoc, target: Word, context: Context) -> None:
        """Read a script that a heredoc passes to a shell, and the substitutions that the outer shell makes in it."""
        runs = command is not None and reads_script_from_stdin(command)
        context = extend_context(context, "heredoc")
        if heredoc.operator == "<<<":
            if runs:
                script, outer = unquote_word(self.script, target.start_index, target.end_index)
                self._inside(script, context, outer)
            return
        body = self.script.text[heredoc.start_index : heredoc.end_index]
        if heredoc.quoted or not ("$(" in body or "`" in body or (runs and "$" in body)):
            script, outer = self.script.slice(heredoc.start_index, heredoc.end_index), []
        else:
            script, outer = unquote_word(self.script, heredoc.start_index, heredoc.end_index, heredoc=True)
        if runs:
            self._inside(script, context, outer)
        for start, end in outer:
            opener = 1 if script.text[start] == "`" else 2
            if opener == 1 or script.text.startswith("$(", start):
                self._inside(script.slice(start + opener, end - 1), extend_context(context, "substitution"))

    def _inside(self, script: MappedText, context: Context, outer: Sequence[tuple[int, int]] = ()) -> None:
        self.nested = True
        if script.text and self.depth < _MOST_SCRIPTS:
            _Reader(script, self.commands, self.depth + 1, outer).read(context)
