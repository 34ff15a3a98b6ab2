"""The open documents: their text as the editor has it, and what is known of it."""

from __future__ import annotations

from ...model.build import Build
from ...syntax.parser import parse_bash
from ...syntax.source import Source
from ..engine.linter import target_builds
from .positions import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lsprotocol import types

    from ...model.context import Context
    from ...syntax.tree import Dockerfile, Instruction
    from ..engine.diagnostic import Diagnostic
    from ..engine.lint_plan import LintPlan
    from ..engine.report import Report


class Document:
    """An open document. `path` is its file, empty for one that is not saved yet.

    `report` is what linting this version gave, None before; `shell` are those of ShellCheck's findings on it that are
    known. `sent` is the report that the client was told last. `rule_url` is the key `rule-url` of the configuration.
    `is_asked` tells that somebody asks about the document, so that its model is worth keeping. `refused` tells why
    refactorings that were chosen on this version, by title, could not be made.
    """

    def __init__(self, uri: str, path: str, version: int, text: Text, language: str) -> None:
        self.uri = uri
        self.path = path
        self.version = version
        self.text = text
        self.language = language
        self.report: Report | None = None
        self.sent: Report | None = None
        self.shell: list[Diagnostic] = []
        self.find_context: Callable[[Build], Context | None] | None = None
        self.plan: LintPlan | None = None
        self.rule_url = ""
        self.rejected: dict[str, str] = {}
        self._source: Source | None = None
        self.is_asked = False
        self._builds: Sequence[Build] = ()

    @property
    def name(self) -> str:
        """What findings call the file."""
        return self.path or self.uri

    def apply_changes(self, version: int, changes: Sequence[types.TextDocumentContentChangeEvent]) -> None:
        """Take over what was typed."""
        for change in changes:
            where: types.Range | None = getattr(change, "range", None)
            if where is not None:
                start, end = where.start, where.end
                self.text = self.text.replaced((start.line, start.character), (end.line, end.character), change.text)
            else:
                self.text = Text(change.text, self.text.encoding)
        self.version = version
        self.invalidate()

    def invalidate(self) -> None:
        """Nothing is known of the text any more."""
        self.report = None
        self.shell = []
        self.rejected.clear()
        self._source = None
        self._builds = ()

    def drop_model(self) -> None:
        """Give up the model, which is made again when it is asked for: it takes more memory than all else."""
        self.is_asked = False
        self._builds = ()

    @property
    def source(self) -> Source:
        """The text as dlint reads it."""
        if self._source is None:
            self._source = Source(self.text.text, self.name)
        return self._source

    @property
    def build(self) -> Build:
        """The model of the text."""
        return self.builds()[0]

    def builds(self) -> Sequence[Build]:
        """The model for each stage that is built, made once for each version."""
        if not self._builds:
            dockerfile = parse_bash(self.source)
            if self.plan is None:
                self._builds = (Build(dockerfile),)
            else:
                self._builds = target_builds(dockerfile, self.plan, self.find_context)
        return self._builds

    @property
    def dockerfile(self) -> Dockerfile:
        """The tree of the text."""
        return self.build.dockerfile

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What is known to be wrong with this version, ShellCheck's findings included when they are there."""
        found = [*(self.report.diagnostics if self.report else ()), *self.shell]
        return sorted(found, key=lambda d: d.sort_key)

    # Places -----------------------------------------------------------------------------------------------------

    def offset(self, position: types.Position) -> int:
        """The offset of a position of the editor."""
        return self.text.offset(position.line, position.character)

    def position(self, offset: int) -> types.Position:
        """The editor's position of an offset."""
        from lsprotocol.types import Position

        return Position(*self.text.position(offset))

    def range(self, start: int, end: int) -> types.Range:
        """The editor's range of a span."""
        from lsprotocol.types import Range

        return Range(self.position(start), self.position(end))

    def json_range(self, start: int, end: int) -> dict[str, dict[str, int]]:
        """The same as an object of JSON."""
        (line, column), (last, behind) = self.text.position(start), self.text.position(end)
        return {"start": {"line": line, "character": column}, "end": {"line": last, "character": behind}}

    def span(self, diagnostic: Diagnostic) -> tuple[int, int]:
        """The offsets of a finding."""
        return self._offset(diagnostic.start), self._offset(diagnostic.end)

    def _offset(self, place: tuple[int, int]) -> int:
        starts = self.source.line_starts
        return min(starts[min(place[0], len(starts)) - 1] + place[1] - 1, len(self.text.text))

    def related(self, place: tuple[tuple[int, int], tuple[int, int], str]) -> dict[str, dict[str, int]]:
        """The range of a place that belongs to a finding."""
        return self.json_range(self._offset(place[0]), self._offset(place[1]))

    def instruction_at(self, offset: int) -> Instruction | None:
        """The instruction, ONBUILD's own included, on whose lines an offset lies."""
        for instruction in self.dockerfile.instructions:
            if instruction.start <= offset <= instruction.end:
                return instruction
        return None


def iter_instructions(dockerfile: Dockerfile) -> Iterator[Instruction]:
    """All instructions, each ONBUILD followed by what it keeps for later."""
    for instruction in dockerfile.instructions:
        node: Instruction | None = instruction
        while node is not None:
            yield node
            node = node.trigger
