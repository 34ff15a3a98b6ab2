"""Open documents: their text in the editor, and the report and model made of it."""

from __future__ import annotations

from ...model.build import Build
from ...syntax.parser import parse
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

    FindContext = Callable[[Build], Context | None]


class Document:
    """An open document.

    `path`: its file, empty if it is not saved yet; `report`: the report of this version, None if it was not linted;
    `sent`: the report that was published last; `shell`: the known ShellCheck findings; `rule_url`: the key `rule-url`;
    `rejected`: why code actions of this version, by title, are not possible; `keeps_model`: requests use the document,
    so its model is kept.
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
        self.find_context: FindContext | None = None
        self.plan: LintPlan | None = None
        self.rule_url = ""
        self.rejected: dict[str, str] = {}
        self._source: Source | None = None
        self.keeps_model = False
        self._builds: Sequence[Build] = ()

    def prepare(self, plan: LintPlan, find_context: FindContext | None, rule_url: str) -> None:
        """Set what the document is linted with."""
        self.plan, self.find_context, self.rule_url = plan, find_context, rule_url

    def set_report(self, report: Report) -> None:
        """Store the report of this version."""
        self.report = report

    def set_shellcheck_findings(self, found: list[Diagnostic]) -> None:
        """Store the known ShellCheck findings of this version."""
        self.shell = found

    def mark_sent(self) -> None:
        """Note that the report was sent to the client."""
        self.sent = self.report

    def keep_model(self) -> None:
        """Keep the model for further requests."""
        self.keeps_model = True

    @property
    def name(self) -> str:
        """The name of the file in diagnostics."""
        return self.path or self.uri

    def apply_changes(self, version: int, changes: Sequence[types.TextDocumentContentChangeEvent]) -> None:
        """Apply changes of the editor."""
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
        """Drop everything that was made of the text."""
        self.report = None
        self.shell = []
        self.rejected.clear()
        self._source = None
        self._builds = ()

    def drop_model(self) -> None:
        """Drop the model, which uses most of the memory; it is made again on demand."""
        self.keeps_model = False
        self._builds = ()

    @property
    def source(self) -> Source:
        """The text as a Source."""
        if self._source is None:
            self._source = Source(self.text.text, self.name)
        return self._source

    @property
    def build(self) -> Build:
        """The model of the text, for the first target."""
        return self.builds()[0]

    def builds(self) -> Sequence[Build]:
        """The model for each target, made once for each version."""
        if not self._builds:
            dockerfile = parse(self.source)
            if self.plan is None:
                self._builds = (Build(dockerfile),)
            else:
                self._builds = target_builds(dockerfile, self.plan, self.find_context)
        return self._builds

    @property
    def dockerfile(self) -> Dockerfile:
        """The syntax tree of the text."""
        return self.build.dockerfile

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """The known findings of this version, including those of ShellCheck, sorted."""
        found = [*(self.report.diagnostics if self.report else ()), *self.shell]
        return sorted(found, key=lambda d: d.sort_key)

    # Positions --------------------------------------------------------------------------------------------------

    def offset(self, position: types.Position) -> int:
        """The offset of an editor position."""
        return self.text.offset(position.line, position.character)

    def position(self, offset: int) -> types.Position:
        """The editor position of an offset."""
        from lsprotocol.types import Position

        return Position(*self.text.position(offset))

    def range(self, start: int, end: int) -> types.Range:
        """The editor range of a span."""
        from lsprotocol.types import Range

        return Range(self.position(start), self.position(end))

    def json_range(self, start: int, end: int) -> dict[str, dict[str, int]]:
        """The editor range of a span, as plain JSON."""
        (line, column), (last_line, last_column) = self.text.position(start), self.text.position(end)
        return {"start": {"line": line, "character": column}, "end": {"line": last_line, "character": last_column}}

    def span(self, diagnostic: Diagnostic) -> tuple[int, int]:
        """The start and end offsets of a diagnostic."""
        return self._offset(diagnostic.start), self._offset(diagnostic.end)

    def _offset(self, place: tuple[int, int]) -> int:
        starts = self.source.line_starts
        return min(starts[min(place[0], len(starts)) - 1] + place[1] - 1, len(self.text.text))

    def related_range(self, place: tuple[tuple[int, int], tuple[int, int], str]) -> dict[str, dict[str, int]]:
        """The range of a related place of a diagnostic, as plain JSON."""
        return self.json_range(self._offset(place[0]), self._offset(place[1]))

    def instruction_at(self, offset: int) -> Instruction | None:
        """The instruction at an offset; for an ONBUILD trigger, the ONBUILD."""
        for instruction in self.dockerfile.instructions:
            if instruction.start <= offset <= instruction.end:
                return instruction
        return None


def iter_instructions(dockerfile: Dockerfile) -> Iterator[Instruction]:
    """All instructions, each ONBUILD followed by its trigger."""
    for instruction in dockerfile.instructions:
        node: Instruction | None = instruction
        while node is not None:
            yield node
            node = node.trigger
