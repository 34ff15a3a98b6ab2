"""The layout of one instruction: keyword case, spaces, line breaks, indentation."""

from __future__ import annotations

from ...model.state import is_windows_shell
from ...syntax.instruction_words import json_strings
from ..edits.edit import Edit
from ..edits.instructions import line_ending
from .indentation import indent_depths
from .line_breaks import LineBreak, find_line_breaks, fixed_spans, is_shell_form, move_operators_first, unwrap_onbuild

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build
    from ...model.packages.calls import PackageCall
    from ...syntax.tree import CommandLine, Instruction

INDENT = "    "
MAX_WORDS_PER_LINE = 3
"""The number of packages allowed on the line of the command."""
_TAB = 4

Span = tuple[int, int]


def format_instruction(build: Build, instruction: Instruction) -> Edit | None:
    """The edit that formats the lines of the instruction; None when nothing changes."""
    source = build.dockerfile.source.text
    start = source.rfind("\n", 0, instruction.start) + 1
    if source.startswith("\ufeff", start):
        start += 1
    end = instruction.heredocs[0].start - 1 if instruction.heredocs else instruction.end
    if source.endswith("\r", start, end):
        end -= 1
    written = _Layout(build, instruction).text()
    return Edit(start, end, written) if written is not None and written != source[start:end] else None


class _Layout:
    """The formatting of one instruction; indexes are those of its joined line."""

    def __init__(self, build: Build, instruction: Instruction) -> None:
        self.build = build
        self.instruction = instruction
        self.node = unwrap_onbuild(instruction)
        self.line = instruction.logical.text
        self.end = len(self.line.rstrip(" \t\r"))
        self.words = fixed_spans(instruction)
        self.whole = instruction.name in ("MAINTAINER",) or self._is_windows()
        if self.whole and self.node.arguments:
            first = self.node.arguments[0].start_index
            self.words = [*(span for span in self.words if span[0] < first), (first, self.end)]

    def _is_windows(self) -> bool:
        return is_shell_form(self.node) and is_windows_shell(self.build.state(self.instruction).shell)

    def text(self) -> str | None:
        """The formatted instruction; None where it ends in a continuation."""
        dockerfile = self.build.dockerfile
        cuts = find_line_breaks(dockerfile, self.instruction, self.words)
        if cuts and cuts[-1].end_index >= self.end:
            return None
        joined: list[Span] = []
        if is_shell_form(self.node) and not self.whole:
            cuts = self._with_lists(cuts)
            cuts, joined = move_operators_first(self.line, cuts)
        changes = [*self._keywords(), *self._blanks(cuts, joined)]
        return self._written(cuts, changes)

    # Changes within lines ---------------------------------------------------------------------------------------

    def _keywords(self) -> Iterator[tuple[Span, str]]:
        node: Instruction | None = self.instruction
        while node is not None:
            yield (node.start_index, node.start_index + len(node.keyword)), node.name
            node = node.trigger
        name, arguments = self.node.name, self.node.arguments
        if name == "FROM" and len(arguments) == 3:
            yield (arguments[1].start_index, arguments[1].end_index), arguments[1].text.upper()
        if name == "HEALTHCHECK" and arguments:
            yield (arguments[0].start_index, arguments[0].end_index), arguments[0].text.upper()

    def _blanks(self, cuts: Sequence[LineBreak], joined: Sequence[Span]) -> Iterator[tuple[Span, str]]:
        """One space instead of several between words of the instruction; spaces inside a script are kept."""
        for span in joined:
            yield span, " "
        taken = {cut.start_index for cut in cuts if not cut.mandatory} | {start for start, _ in joined}
        script = self.node.arguments[-1].start_index if is_shell_form(self.node) else self.end
        ends = [end for _, end in self.words]
        starts = [start for start, _ in self.words[1:]]
        for end, start in zip(ends, starts, strict=False):
            between = self.line[end:start]
            if start <= script and end not in taken and between not in ("", " ") and not between.strip(" \t"):
                yield (end, start), " "
        if self.node.json:
            yield from self._array(cuts)

    def _array(self, cuts: Sequence[LineBreak]) -> Iterator[tuple[Span, str]]:
        """`["a", "b"]`: no spaces inside the brackets, one after each comma; line breaks are kept."""
        strings = json_strings(self.line, self.node.arguments_index, self.end)
        if not strings:
            return
        places = [
            self.node.arguments_index,
            *(at for each in strings for at in (each.start - 1, each.end + 1)),
            self.end,
        ]
        breaks = [cut.end_index for cut in cuts]
        for number in range(0, len(places), 2):
            start, end = places[number], places[number + 1]
            if not any(start < at <= end for at in breaks):
                yield (start, end), "[" if not number else "]" if number == len(places) - 2 else ", "

    # Lists ------------------------------------------------------------------------------------------------------

    def _with_lists(self, cuts: list[LineBreak]) -> list[LineBreak]:
        """The line breaks, and those that put each package of a long list on a separate line."""
        broken = {cut.end_index for cut in cuts}
        for words, following, packages in self._lists():
            starts = [start for start, _ in words]
            split = any(at in broken for at in starts)
            if len(words) < 2 or (not split and packages <= MAX_WORDS_PER_LINE):
                continue
            for at in [*starts, *([following] if following else [])]:
                if at not in broken:
                    cuts.append(LineBreak(len(self.line[:at].rstrip(" \t")), at))
                    broken.add(at)
        return sorted(cuts, key=lambda cut: cut.end_index)

    def _lists(self) -> Iterator[tuple[list[Span], int, int]]:
        """The items of each install, the index of what follows them, and the number of packages.

        The index is 0 where no line break is allowed.
        """
        if self.node.name != "RUN" or self.instruction.heredocs:
            return
        run: CommandLine = self.node  # pyright: ignore[reportAssignmentType] - RUN is one
        script = self.node.arguments[-1].start_index
        starts = {start for start, _ in self.words}
        for call in self.build.package_calls(run):
            text = call.command.script.text
            if call.verb != "install" or len(call.packages) < 2 or text != self.line[script : script + len(text)]:
                continue
            if call.command.script.offset(0) != self.instruction.logical.offset(script):
                continue
            words = [(script + start, script + end) for start, end in _list_items(call)]
            if not all(start in starts for start, _ in words):
                continue
            end = words[-1][1]
            rest = self.line[end:].lstrip(" \t")
            at = len(self.line) - len(rest)
            can_break = at > end and at in starts and not rest.startswith((";", ")", "}", "#"))
            yield words, at if can_break else 0, len({each.word.start_index for each in call.packages})

    # Writing ----------------------------------------------------------------------------------------------------

    def _written(self, cuts: Sequence[LineBreak], changes: list[tuple[Span, str]]) -> str:
        source = self.build.dockerfile.source.text
        escape, ending = self.build.dockerfile.escape, line_ending(source)
        indents = self._indents(cuts)
        at = self.instruction.start_index
        pieces: list[str] = []
        for cut, indent in zip(cuts, indents, strict=True):
            pieces.append(_changed(self.line, at, cut.start_index, changes))
            comments = [source[each.start : each.end] for each in cut.comments]
            if cut.mandatory:
                comments = [source[_line_start(source, each.start) : each.end] for each in cut.comments]
                pieces.append(escape + ending + "".join([each + ending for each in comments]))
            else:
                pieces.append(f" {escape}{ending}" + "".join([indent + each + ending for each in comments]) + indent)
            at = cut.end_index
        pieces.append(_changed(self.line, at, self.end, changes))
        return "".join(pieces)

    def _indents(self, cuts: Sequence[LineBreak]) -> list[str]:
        if not is_shell_form(self.node) or self.instruction.heredocs:
            return [INDENT] * len(cuts)
        script = self.node.arguments[-1].start_index
        loose = [cut.end_index for cut in cuts if not cut.mandatory and cut.end_index > script]
        known = indent_depths(self.line[script : self.end], [at - script for at in loose])
        if known is None:
            return self._shifted(cuts)
        depth = dict(zip(loose, known, strict=True))
        flags = any(cut.end_index <= script for cut in cuts)
        if flags and loose and not any(known):
            again = indent_depths("true; " + self.line[script : self.end], [0, *(at - script + 6 for at in loose)])
            depth = dict(zip(loose, again[1:] if again else known, strict=True))
        return [INDENT * (1 + depth.get(cut.end_index, 0)) for cut in cuts]

    def _shifted(self, cuts: Sequence[LineBreak]) -> list[str]:
        """The present indentation, shifted so that the outermost line is indented once."""
        widths = [None if cut.mandatory or cut.line is None else self._width(cut.line) for cut in cuts]
        least = min((width for width in widths if width is not None), default=0)
        return [INDENT + " " * (0 if width is None else width - least) for width in widths]

    def _width(self, at: int) -> int | None:
        """The columns by which the line at an index is indented; None when no line starts there."""
        source = self.build.dockerfile.source.text
        offset = self.instruction.logical.offset(at)
        blanks = source[source.rfind("\n", 0, offset) + 1 : offset]
        return None if blanks.strip(" \t") else len(blanks.expandtabs(_TAB))


def _line_start(source: str, at: int) -> int:
    """The start of the line of a comment, which only blanks precede."""
    return source.rfind("\n", 0, at) + 1


def _list_items(call: PackageCall) -> list[Span]:
    """The packages of an install and the options between them, which each get a line, in the script of the call.

    An option and its value are one item, as in `-e .` and `-t bookworm-backports`.
    """
    packages = {each.word.start_index for each in call.packages}
    values = {word.start_index for _, value, word in call.options if value is not None and word.value == value}
    items: list[Span] = []
    last = max(packages)
    words = [word for word in call.command.words if word.start_index <= last]
    for number, word in enumerate(words):
        is_value = word.start_index in values and words[number - 1].text[:1] == "-"
        following = words[number + 1] if number + 1 < len(words) else None
        takes = following is not None and following.start_index in values
        if is_value:
            if items and items[-1][0] == words[number - 1].start_index:
                items[-1] = (items[-1][0], word.end_index)
        elif word.start_index in packages or (
            word.text[:1] == "-" and (items or (takes and following is not None and following.start_index in packages))
        ):
            items.append((word.start_index, word.end_index))
    return items


def _changed(text: str, start: int, end: int, changes: Sequence[tuple[Span, str]]) -> str:
    pieces: list[str] = []
    at = start
    for (first, last), new in sorted(changes):
        if at <= first and last <= end:
            pieces += (text[at:first], new)
            at = last
    pieces.append(text[at:end])
    return "".join(pieces)
