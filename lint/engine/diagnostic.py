"""Diagnostics: findings with their file, position, rule and severity."""

from __future__ import annotations

from ...rules.base import HIGH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...fixers.edits.edit import Fix
    from ...rules.base import Finding, Rule
    from ...syntax.source import Source

Position = tuple[int, int]


class Diagnostic:
    """One finding in one file. Positions are (line, column), both from 1, columns in code points.

    `instruction_line`: the first line of the instruction, or that of the finding; `related`: start, end and text of
    related places; `url`: the published page of the rule, empty if the configuration does not set `rule-url`;
    `confidence`: how sure dlint is that the finding is right, one of CONFIDENCES.
    """

    __slots__ = (
        "aliases",
        "code",
        "confidence",
        "end",
        "file",
        "fix",
        "instruction_line",
        "message",
        "name",
        "related",
        "severity",
        "source",
        "stage",
        "start",
        "url",
    )

    def __init__(
        self,
        file: str,
        source: Source | None,
        code: str,
        name: str,
        severity: str,
        message: str,
        start: Position,
        end: Position,
        aliases: tuple[str, ...] = (),
        instruction_line: int = 0,
        stage: str = "",
        fix: Fix | None = None,
        related: tuple[tuple[Position, Position, str], ...] = (),
        url: str = "",
        confidence: str = HIGH,
    ) -> None:
        self.file = file
        self.source = source
        self.code = code
        self.name = name
        self.severity = severity
        self.message = message
        self.start = start
        self.end = end
        self.aliases = aliases
        self.instruction_line = instruction_line or start[0]
        self.stage = stage
        self.fix = fix
        self.related = related
        self.url = url
        self.confidence = confidence

    def with_url(self, url: str) -> Diagnostic:
        """The diagnostic with the published page of its rule."""
        return Diagnostic(
            self.file, self.source, self.code, self.name, self.severity, self.message, self.start, self.end,
            self.aliases, self.instruction_line, self.stage, self.fix, self.related, url,
            self.confidence,
        )  # fmt: skip

    def with_places(self, message: str, places: tuple[tuple[Position, Position, str], ...]) -> Diagnostic:
        """The diagnostic with another message and further related places."""
        return Diagnostic(
            self.file, self.source, self.code, self.name, self.severity, message, self.start, self.end,
            self.aliases, self.instruction_line, self.stage, self.fix, (*self.related, *places), self.url,
            self.confidence,
        )  # fmt: skip

    @property
    def sort_key(self) -> tuple[Position, str, Position, str]:
        """The sort key of the findings of a file; it also identifies duplicates."""
        return self.start, self.code, self.end, self.message


def diagnostic_from_finding(
    finding: Finding,
    rule: Rule,
    severity: str,
    confidence: str,
    source: Source,
    instruction_line: int,
    stage: str,
    fix: Fix | None,
) -> Diagnostic:
    """The diagnostic for a finding of a rule in `source`; `fix` is that of the finding, or None to offer none."""
    position = source.position
    return Diagnostic(
        source.name,
        source,
        rule.code,
        rule.name,
        severity,
        finding.message,
        position(finding.start),
        position(finding.end),
        rule.aliases if finding.aliases is None else tuple(finding.aliases),
        instruction_line,
        stage,
        fix,
        tuple((position(start), position(end), note) for start, end, note in finding.related),
        confidence=confidence,
    )


def describe_internal_error(error: Exception) -> str:
    """An unexpected error on one line, with its place in dlint's code, for a bug report."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    text = type(error).__name__ + (f": {error}" if str(error) else "")
    if at is None:
        return text
    directory, _, name = at.tb_frame.f_code.co_filename.replace("\\", "/").rpartition("/")
    return f"{text}, in {directory.rpartition('/')[2]}/{name} line {at.tb_lineno}"
