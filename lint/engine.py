"""Lint one file: read, parse, model, rules, suppressions, order."""

from __future__ import annotations

import os

from ..model.build import Build, Stage
from ..syntax.parser import parse
from ..syntax.source import Source, SourceError
from .diagnostic import Diagnostic, from_finding
from .select import ALWAYS
from .suppress import Suppressions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..model.context import Context
    from ..rules.base import Finding, Rule
    from ..syntax.tree import Instruction

MAX_BYTES = 64 * 1024 * 1024
"""Larger files are refused: no Dockerfile is 64 MiB long, and reading one would only waste memory."""


class Plan:
    """The rules that run, by the class of node that each wants to see."""

    __slots__ = ("by_subject", "rules")

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self.by_subject: dict[str, list[Rule]] = {}
        for rule in rules:
            for subject in rule.subjects:
                self.by_subject.setdefault(subject, []).append(rule)


class Report:
    """What linting one file gave. `failed` tells that it could not be read or that a rule broke."""

    __slots__ = ("diagnostics", "failed", "file")

    def __init__(self, file: str, diagnostics: list[Diagnostic], failed: bool) -> None:
        self.file = file
        self.diagnostics = diagnostics
        self.failed = failed


def problem(file: str, message: str, code: str = "SYN001", name: str = "unreadable-file") -> Diagnostic:
    """A diagnostic about a whole file."""
    return Diagnostic(file, None, code, name, "error", message, (1, 1), (1, 1))


def read_source(path: str) -> Source:
    """The text of a file; raises SourceError with what to do."""
    try:
        size = os.stat(path).st_size
        if size > MAX_BYTES:
            raise SourceError(f"the file has {size:,} bytes; Dockerfiles of more than {MAX_BYTES:,} are not read")
        with open(path, "rb") as file:
            return Source.decode(file.read(), path)
    except FileNotFoundError:
        raise SourceError("no such file; check the path") from None
    except IsADirectoryError:
        raise SourceError("this is a folder, not a Dockerfile") from None
    except PermissionError:
        raise SourceError("permission denied; make the file readable for this user") from None
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror or error}") from None


def lint_file(path: str, plan: Plan, find_context: Callable[[Build], Context | None] | None) -> Report:
    """Lint the file at `path`. Never raises for what is wrong with the file."""
    try:
        source = read_source(path)
    except SourceError as error:
        return Report(path, [problem(path, str(error))], failed=True)
    return lint_source(source, plan, find_context)


def lint_source(source: Source, plan: Plan, find_context: Callable[[Build], Context | None] | None) -> Report:
    """Lint text. A rule that breaks is reported as a problem of dlint, and the others still run."""
    dockerfile = parse(source)
    diagnostics: list[Diagnostic] = []
    build = Build(dockerfile, find_context)
    suppressions = Suppressions(dockerfile)
    failed = False
    for rule, node, instruction, stage in _visits(build, plan):
        try:
            for finding in rule.check(build) if node is build else rule.check(node, build):
                line = instruction.start_line if instruction else _instruction_line(build, finding)
                if rule.code == ALWAYS or not suppressions.hides(rule, line):
                    diagnostics.append(from_finding(finding, rule, source, line, stage.name if stage else ""))
        except Exception as error:  # noqa: BLE001 - one broken rule must not take the others along
            failed = True
            at = type(error).__name__ + (f": {error}" if str(error) else "")
            diagnostics.append(
                problem(
                    source.name,
                    f"dlint's rule {rule.code} ({rule.name}) failed on this file ({at}); this is a bug of dlint, "
                    f"please report it; --ignore {rule.code} goes on without the rule",
                    "SYN002",
                    "internal-error",
                )
            )
    diagnostics.sort(key=lambda d: d.order)
    return Report(source.name, diagnostics, failed)


Visit = tuple["Rule", object, "Instruction | None", "Stage | None"]


def _visits(build: Build, plan: Plan) -> Iterator[Visit]:
    """Every pair of a rule and a node that it wants to see, with the instruction and the stage it stands in."""
    by_subject = plan.by_subject
    for rule in by_subject.get("Build", ()):
        yield rule, build, None, None
    for instruction in build.head:
        yield from _of_instruction(by_subject, instruction, None)
    for stage in build.stages:
        for rule in by_subject.get("Stage", ()):
            yield rule, stage, None, stage
        yield from _of_instruction(by_subject, stage.from_, stage)
        for instruction in stage.instructions:
            yield from _of_instruction(by_subject, instruction, stage)


def _of_instruction(
    by_subject: dict[str, list[Rule]], instruction: Instruction, stage: Stage | None
) -> Iterator[Visit]:
    for rule in by_subject.get(type(instruction).__name__, ()):
        yield rule, instruction, instruction, stage
    trigger = instruction.trigger
    if trigger is not None:
        for rule in by_subject.get(type(trigger).__name__, ()):
            if rule.onbuild:
                yield rule, trigger, instruction, stage


def _instruction_line(build: Build, finding: Finding) -> int:
    """The first line of the instruction in which the finding stands; its own line outside of any."""
    for instruction in build.dockerfile.instructions:
        if instruction.start <= finding.start <= instruction.end:
            return instruction.start_line
    return build.dockerfile.source.line(finding.start)
