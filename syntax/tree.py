"""The lossless tree of a Dockerfile: instructions, their flags, arguments and heredocs, comments and errors.

Spans are offsets in the file. `tokenize` in tokens.py also yields what is not in a node (white space, continuations);
the texts of all tokens together are the file.
"""

from __future__ import annotations

from sys import intern

from .instruction_words import json_string_pieces
from .source import MappedText, Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class Comment:
    """A comment line; `text` is what follows the `#`, trimmed. `in_continuation`: it is inside an instruction."""

    __slots__ = ("end", "in_continuation", "line", "start", "text")

    def __init__(self, text: str, line: int, start: int, end: int, inside: bool) -> None:
        self.text = text
        self.line = line
        self.start = start
        self.end = end
        self.in_continuation = inside


class Directive:
    """A parser directive, `# name=value`, at the top of the file; `name` is in lower case."""

    __slots__ = ("end", "line", "name", "start", "value")

    def __init__(self, name: str, value: str, line: int, start: int, end: int) -> None:
        self.name = name
        self.value = value
        self.line = line
        self.start = start
        self.end = end


class ParseError:
    """Why BuildKit rejects the file: `message` says what is wrong and what to do, `line` is the line that it reports.

    `phase`: 0 for errors while splitting lines, 1 for those while reading instructions, which BuildKit reports later
    """

    __slots__ = ("end", "line", "message", "phase", "start")

    def __init__(self, message: str, line: int, start: int, end: int, phase: int) -> None:
        self.message = message
        self.line = line
        self.start = start
        self.end = end
        self.phase = phase


class Argument:
    """One word of an instruction.

    `text`: the word with quotes, but with JSON escapes resolved
    `start_index`, `end_index`: its place in the logical line, `start`, `end`: its span in the file
    """

    __slots__ = ("end", "end_index", "start", "start_index", "text")

    def __init__(self, text: str, at: int, to: int, start: int, end: int) -> None:
        self.text = text
        self.start_index = at
        self.end_index = to
        self.start = start
        self.end = end


class Flag(Argument):
    """A flag, `--name=value`; `value` is None without `=`."""

    __slots__ = ("name", "value")

    def __init__(self, text: str, at: int, to: int, start: int, end: int) -> None:
        super().__init__(text, at, to, start, end)
        name, equals, value = text[2:].partition("=")
        self.name = name
        self.value = value if equals else None


class KeyValuePair:
    """`key=value` of ENV, LABEL or ARG; `value` is None for a bare `ARG key`. `legacy` is `ENV key value`."""

    __slots__ = ("key", "legacy", "value")

    def __init__(self, key: Argument, value: Argument | None, legacy: bool) -> None:
        self.key = key
        self.value = value
        self.legacy = legacy


class Heredoc:
    """A heredoc.

    `body`: the text as written, including tabs of `<<-`; `start`, `end`: its span
    `terminator_end`: end of the closing line, without its line ending
    `fd`: the file descriptor (`3<<EOF`), `expand`: variables are expanded, `chomp`: it is `<<-`
    """

    __slots__ = ("body", "chomp", "end", "expand", "fd", "name", "start", "terminator_end")

    def __init__(
        self, name: str, body: str, start: int, terminator_end: int, fd: int, expand: bool, chomp: bool
    ) -> None:
        self.name = name
        self.body = body
        self.start = start
        self.end = start + len(body)
        self.terminator_end = terminator_end
        self.fd = fd
        self.expand = expand
        self.chomp = chomp

    def mapped(self) -> MappedText:
        """The body as the build sees it, without the leading tabs of `<<-`."""
        if not self.chomp:
            return MappedText(self.body, (0,), (self.start,))
        pieces: list[tuple[str, int]] = []
        at = self.start
        for line in self.body.split("\n"):
            kept = line.lstrip("\t")
            at += len(line) + 1
            pieces.append((kept + "\n", at - 1 - len(kept)))
        text, offset = pieces.pop()
        if text != "\n":
            pieces.append((text[:-1], offset))
        return MappedText.join(pieces)


class Instruction:
    """One instruction. Subclasses (Run, Copy, …) add what only that instruction has.

    `logical`: the logical line, without continuations and comments
    `start_index`, `arguments_index`: where the keyword and the arguments begin in it
    `start`, `end`: span in the file, including heredocs, without the last line ending
    `comments`: the comment lines above the instruction
    `empty_continuation`: the last line, if there are empty lines in it; otherwise 0
    `trigger`: the instruction after ONBUILD, `parent`: the ONBUILD before it
    """

    __slots__ = (
        "_script",
        "arguments",
        "arguments_index",
        "comments",
        "empty_continuation",
        "end",
        "end_line",
        "flags",
        "heredocs",
        "json",
        "keyword",
        "logical",
        "name",
        "pairs",
        "parent",
        "start",
        "start_index",
        "start_line",
        "trigger",
    )

    def __init__(self, keyword: str, logical: MappedText, at: int, start: int, start_line: int) -> None:
        self.keyword = intern(keyword)
        self.name = intern(keyword.upper())
        self.logical = logical
        self.start_index = at
        self.start = start
        self.start_line = start_line
        self.end = start
        self.end_line = start_line
        self.arguments_index = len(logical.text)
        self.flags: Sequence[Flag] = ()
        self.arguments: Sequence[Argument] = ()
        self.pairs: Sequence[KeyValuePair] = ()
        self.json = False
        self.heredocs: Sequence[Heredoc] = ()
        self.comments: Sequence[Comment] = ()
        self.empty_continuation = 0
        self.parent: Instruction | None = None
        self.trigger: Instruction | None = None

    @property
    def keyword_end(self) -> int:
        """Offset in the file of the end of the keyword."""
        return self.logical.end_offset(self.start_index + len(self.keyword))

    @property
    def arguments_text(self) -> str:
        """The arguments as one text, without flags, trimmed."""
        return self.logical.text[self.arguments_index :].rstrip()

    def flag(self, name: str) -> Flag | None:
        """The first flag `--name`, or None."""
        for flag in self.flags:
            if flag.name == name:
                return flag
        return None

    def mapped(self, argument: Argument) -> MappedText:
        """The text of the argument with its offsets in the file; JSON escapes are resolved."""
        logical = self.logical
        if self.json and argument.text != logical.text[argument.start_index : argument.end_index]:
            return MappedText.concat(
                [
                    MappedText(text, (0,), (logical.offset(at),), (logical.end_offset(to),))
                    if text != logical.text[at:to]
                    else logical.slice(at, to)
                    for text, at, to in json_string_pieces(logical.text, argument.start_index, argument.end_index)
                ]
            )
        return logical.slice(argument.start_index, argument.end_index)


class From(Instruction):
    """FROM base [AS alias]."""

    __slots__ = ()

    @property
    def base(self) -> Argument | None:
        """The word that names the base image or an earlier stage."""
        return self.arguments[0] if self.arguments else None

    @property
    def alias(self) -> Argument | None:
        """The stage's name, as written."""
        arguments = self.arguments
        return arguments[2] if len(arguments) == 3 and arguments[1].text.lower() == "as" else None


class CopyOrAdd(Instruction):
    """COPY or ADD."""

    __slots__ = ()

    @property
    def sources(self) -> Sequence[Argument]:
        """All arguments except the last; including heredocs."""
        return self.arguments[:-1]

    @property
    def destination(self) -> Argument | None:
        """The last argument, if there are at least two."""
        return self.arguments[-1] if len(self.arguments) > 1 else None


class Copy(CopyOrAdd):
    """COPY."""

    __slots__ = ()


class Add(CopyOrAdd):
    """ADD."""

    __slots__ = ()


class CommandLine(Instruction):
    """RUN, CMD, ENTRYPOINT, HEALTHCHECK or SHELL: a command in exec or shell form."""

    __slots__ = ()

    @property
    def words(self) -> Sequence[Argument]:
        """The command: the strings of the exec form, or one word that is the whole shell-form text."""
        return self.arguments


class Run(CommandLine):
    """RUN."""

    __slots__ = ()


class Cmd(CommandLine):
    """CMD."""

    __slots__ = ()


class Entrypoint(CommandLine):
    """ENTRYPOINT."""

    __slots__ = ()


class Shell(CommandLine):
    """SHELL."""

    __slots__ = ()


class Healthcheck(CommandLine):
    """HEALTHCHECK NONE, or HEALTHCHECK CMD command."""

    __slots__ = ()

    @property
    def kind(self) -> str:
        """`CMD` or `NONE`, in upper case; empty if it is missing."""
        return self.arguments[0].text.upper() if self.arguments else ""

    @property
    def words(self) -> Sequence[Argument]:
        """The command after `CMD`."""
        return self.arguments[1:]


class Env(Instruction):
    """ENV."""

    __slots__ = ()


class Arg(Instruction):
    """ARG."""

    __slots__ = ()


class Label(Instruction):
    """LABEL."""

    __slots__ = ()


class SingleArgument(Instruction):
    """An instruction with one argument."""

    __slots__ = ()

    @property
    def value(self) -> Argument | None:
        """The argument."""
        return self.arguments[0] if self.arguments else None


class Workdir(SingleArgument):
    """WORKDIR."""

    __slots__ = ()


class User(SingleArgument):
    """USER."""

    __slots__ = ()


class Stopsignal(SingleArgument):
    """STOPSIGNAL."""

    __slots__ = ()


class Maintainer(SingleArgument):
    """MAINTAINER."""

    __slots__ = ()


class Expose(Instruction):
    """EXPOSE."""

    __slots__ = ()


class Volume(Instruction):
    """VOLUME."""

    __slots__ = ()


class Onbuild(Instruction):
    """ONBUILD; the deferred instruction is `trigger`."""

    __slots__ = ()


INSTRUCTION_CLASSES: dict[str, type[Instruction]] = {
    "ADD": Add,
    "ARG": Arg,
    "CMD": Cmd,
    "COPY": Copy,
    "ENTRYPOINT": Entrypoint,
    "ENV": Env,
    "EXPOSE": Expose,
    "FROM": From,
    "HEALTHCHECK": Healthcheck,
    "LABEL": Label,
    "MAINTAINER": Maintainer,
    "ONBUILD": Onbuild,
    "RUN": Run,
    "SHELL": Shell,
    "STOPSIGNAL": Stopsignal,
    "USER": User,
    "VOLUME": Volume,
    "WORKDIR": Workdir,
}


class Dockerfile:
    """A parsed file. `errors` are in BuildKit's order; BuildKit reports the first one."""

    __slots__ = ("comments", "directives", "errors", "escape", "instructions", "source")

    def __init__(
        self,
        source: Source,
        escape: str,
        directives: Sequence[Directive],
        instructions: Sequence[Instruction],
        comments: Sequence[Comment],
        errors: Sequence[ParseError],
    ) -> None:
        self.source = source
        self.escape = escape
        self.directives = directives
        self.instructions = instructions
        self.comments = comments
        self.errors = errors

    def directive(self, name: str) -> Directive | None:
        """The parser directive `name`, or None."""
        for directive in self.directives:
            if directive.name == name:
                return directive
        return None
