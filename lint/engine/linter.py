"""Lint one file: read, parse, model, rules, suppressions, order."""

from __future__ import annotations

import os
import stat
from bisect import bisect_right

from ...model.build import Build
from ...syntax.parser import parse_bash
from ...syntax.source import Source, SourceError
from ..config.selection import ALWAYS_ON
from .diagnostic import Diagnostic, describe_internal_error, diagnostic_from_finding
from .report import Report
from .suppressions import Suppressions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ...model.context import Context
    from ...rules.base import Rule
    from ...syntax.tree import Dockerfile, Instruction
    from .lint_plan import LintPlan
    from .snippet import Snippet

MAX_BYTES = 64 * 1024 * 1024
"""Larger files are refused: no Dockerfile is 64 MiB long, and reading one would only waste memory."""


def file_diagnostic(file: str, message: str, code: str = "SYN001", name: str = "unreadable-file") -> Diagnostic:
    """A diagnostic about a whole file."""
    return Diagnostic(file, None, code, name, "error", message, (1, 1), (1, 1))


def read_source(path: str) -> Source:
    """The text of a file; raises SourceError with what to do."""
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISREG(mode):
            with open(path, "rb") as file:
                return Source.decode(check_size(file.read(MAX_BYTES + 1)), path)
        if stat.S_ISDIR(mode):
            raise SourceError("this is a folder, not a Dockerfile")
        if stat.S_ISFIFO(mode):
            from ..sources.named_pipe import read_pipe

            return Source.decode(check_size(read_pipe(path, MAX_BYTES + 1)), path)
    except OSError as error:
        raise SourceError(read_error_message(error)) from None
    raise SourceError("this is a device or a socket, not a file; `-` reads standard input")


def check_size(data: bytes) -> bytes:
    """The bytes, when they are not too many for a Dockerfile; else raises SourceError."""
    if len(data) > MAX_BYTES:
        raise SourceError(f"the file has more than {MAX_BYTES:,} bytes, which no Dockerfile has")
    return data


def read_error_message(error: OSError) -> str:
    """Why a file cannot be read, and what to do."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file; check the path"
    if isinstance(error, PermissionError):
        return "permission denied; make the file readable for this user"
    return f"the file cannot be read ({error.strerror or error})"


def lint_file(path: str, plan: LintPlan, find_context: Callable[[Build], Context | None] | None) -> Report:
    """Lint the file at `path`. Never raises for what is wrong with the file."""
    try:
        source = read_source(path)
    except SourceError as error:
        return Report(path, [file_diagnostic(path, str(error))], failed=True)
    return lint_source(source, plan, find_context)


def lint_source(
    source: Source,
    plan: LintPlan,
    find_context: Callable[[Build], Context | None] | None,
    make: Callable[[], Sequence[Build]] | None = None,
) -> Report:
    """Lint text. A rule that breaks is reported as a problem of dlint, and the others still run.

    `make` gives the builds of the text, as `builds_of` makes them, for a caller who needs them too.
    """
    try:
        builds = target_builds(parse_bash(source), plan, find_context) if make is None else make()
        suppressions = Suppressions(builds[0].dockerfile, plan.comments)
    except Exception as error:  # noqa: BLE001 - one odd file must not take the others along
        message = (
            f"dlint failed on this file ({describe_internal_error(error)}); this is a bug of dlint, please report it"
        )
        return Report(source.name, [file_diagnostic(source.name, message, "SYN002", "internal-error")], failed=True)
    if plan.experimental_rules and suppressions.checks.enables_experimental:
        plan = plan.of([*plan.rules, *plan.experimental_rules])
    whole, plan = plan, plan.for_text(source.text)
    diagnostics: list[Diagnostic] = []
    broken: dict[str, Diagnostic] = {}
    for number, build in enumerate(builds):
        found = list(_found(build, plan, suppressions, broken))
        if number:
            known = {d.sort_key for d in diagnostics}
            found = [d for d in found if d.sort_key not in known]
        diagnostics += found
    if plan.comments and "ignore" in source.text:
        diagnostics += _unused(builds[0], whole, suppressions, broken)
    diagnostics += broken.values()
    diagnostics.sort(key=lambda d: d.sort_key)
    snippets: Sequence[Snippet] = ()
    if plan.shell is not None:
        from .shellcheck import shell_snippets

        snippets = shell_snippets(builds[0], suppressions, plan)
    return Report(source.name, diagnostics, bool(broken), snippets)


def _unused(
    build: Build, plan: LintPlan, suppressions: Suppressions, broken: dict[str, Diagnostic]
) -> Sequence[Diagnostic]:
    """What the rules about comments say; they need to know what the others found."""
    from .unused_ignores import COMMENT_RULES, unused_ignores

    judges = [rule for rule in plan.rules if rule.code in COMMENT_RULES]
    if not judges:
        return ()

    def run(rules: Sequence[Rule]) -> object:
        return list(_found(build, plan.of(rules), suppressions, {}))

    build.unused_ignores = unused_ignores(build, plan.rules, suppressions, run)
    return list(_found(build, plan.of(judges), suppressions, broken))


def target_builds(
    dockerfile: Dockerfile, plan: LintPlan, find_context: Callable[[Build], Context | None] | None
) -> Sequence[Build]:
    """The builds of the file that are known to be made, one for each stage that is built as the last one."""
    builds = [
        Build(dockerfile, find_context, plan.build_args, target, plan.options, plan.named_contexts)
        for target in (plan.target, *plan.extra_targets)
    ]
    if len(builds) == 1:
        return builds
    return list({build.final_stage.index if build.final_stage else -1: build for build in reversed(builds)}.values())[
        ::-1
    ]


def _found(
    build: Build, plan: LintPlan, suppressions: Suppressions, broken: dict[str, Diagnostic]
) -> Iterator[Diagnostic]:
    """What the rules find in a build; a rule that breaks goes into `broken`, by its code."""
    source, places, profile = build.dockerfile.source, _Places(build), plan.profile
    for rule, node in _visits(build, plan):
        try:
            for finding in rule.check(build) if node is build else rule.check(node, build):
                line, stage = places.of(finding.start)
                aliases = rule.aliases if finding.aliases is None else finding.aliases
                if rule.code not in ALWAYS_ON and suppressions.hides(rule, line, aliases):
                    continue
                if rule in plan.experimental_rules and not suppressions.checks.is_enabled(aliases, line):
                    continue
                if profile is not None and not profile.includes(rule.code, aliases):
                    continue
                diagnostic = diagnostic_from_finding(finding, rule, source, line, stage)
                diagnostic.severity = plan.level(rule, suppressions.checks.is_error(aliases))
                yield diagnostic
        except Exception as error:  # noqa: BLE001 - one broken rule must not take the others along
            if rule.code not in broken:
                broken[rule.code] = _broken(rule, error, source.name)


def _broken(rule: Rule, error: Exception, file: str) -> Diagnostic:
    message = (
        f"dlint's rule {rule.code} ({rule.name}) failed on this file ({describe_internal_error(error)}); this is a bug of dlint, "
        f"please report it; --ignore {rule.code} goes on without the rule"
    )
    return file_diagnostic(file, message, "SYN002", "internal-error")


def _visits(build: Build, plan: LintPlan) -> Iterator[tuple[Rule, object]]:
    """Every pair of a rule and a node that it wants to see."""
    by_subject = plan.by_subject
    for rule in by_subject.get("Build", ()):
        yield rule, build
    for instruction in build.global_instructions:
        yield from _of_instruction(by_subject, instruction)
    for stage in build.stages:
        for rule in by_subject.get("Stage", ()):
            yield rule, stage
        yield from _of_instruction(by_subject, stage.from_)
        for instruction in stage.instructions:
            yield from _of_instruction(by_subject, instruction)


def _of_instruction(by_subject: dict[str, list[Rule]], instruction: Instruction) -> Iterator[tuple[Rule, object]]:
    for rule in by_subject.get(type(instruction).__name__, ()):
        yield rule, instruction
    trigger = instruction.trigger
    if trigger is not None:
        for rule in by_subject.get(type(trigger).__name__, ()):
            if rule.onbuild:
                yield rule, trigger


class _Places:
    """Tells in which instruction and stage a finding stands; made ready by the first question."""

    __slots__ = ("build", "instructions", "stages")

    def __init__(self, build: Build) -> None:
        self.build = build
        self.instructions: list[int] = []
        self.stages: list[int] = []

    def of(self, offset: int) -> tuple[int, str]:
        """The first line of the instruction at `offset`, its own line outside of any, and the name of the stage."""
        build = self.build
        instructions = build.dockerfile.instructions
        if len(self.instructions) != len(instructions):
            self.instructions = [instruction.start for instruction in instructions]
            self.stages = [stage.start for stage in build.stages]
        found = bisect_right(self.instructions, offset) - 1
        within = found >= 0 and offset <= instructions[found].end
        line = instructions[found].start_line if within else build.dockerfile.source.line(offset)
        stage = bisect_right(self.stages, offset) - 1
        return line, build.stages[stage].name if stage >= 0 else ""
