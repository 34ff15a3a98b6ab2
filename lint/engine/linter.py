"""Lints one file: reads and parses it, builds the model, runs the rules, applies suppressions and sorts."""

from __future__ import annotations

import os
import stat
from bisect import bisect_right

from ...model.build import Build
from ...model.disk import NotReadable, OutsideBoundary, read_start
from ...rules.base import LOW
from ...syntax.parser import parse
from ...syntax.source import Source, SourceError
from ...syntax.swallowed import swallowed_instructions
from ..config.layer import ConfigError
from ..config.selection import ALWAYS_ON, UnknownRule
from .diagnostic import Diagnostic, describe_internal_error, diagnostic_from_finding
from .report import Report
from .suppressions import Suppressions
from .time_limit import TimeLimitExceeded, run_limited

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ...fixers.edits.edit import Fix
    from ...model.build import Stage
    from ...model.context import Context
    from ...rules.base import Finding, Rule
    from ...syntax.tree import Dockerfile, Instruction
    from .lint_plan import LintPlan
    from .relevance import Relevance
    from .shellcheck_snippet import Snippet

MAX_BYTES = 64 * 1024 * 1024
"""The size limit of a file: no Dockerfile is 64 MiB long, and reading it would only waste memory."""


USAGE_ERRORS = (UnknownRule, ConfigError)
"""Invalid options and configurations; the message is complete."""


def file_diagnostic(file: str, message: str, code: str = "SYN001", name: str = "unreadable-file") -> Diagnostic:
    """A diagnostic about a whole file."""
    return Diagnostic(file, None, code, name, "error", message, (1, 1), (1, 1))


def read_source(path: str, boundary: str | None = None) -> Source:
    """The text of a file, or of a named pipe that the user named. Raises SourceError.

    `boundary`: the directory that the file must be in; None if the user named the file, or `discover` found it.
    """
    try:
        data = read_start(path, MAX_BYTES + 1, boundary)
    except OutsideBoundary as error:
        raise SourceError(read_error_message(error)) from None
    except NotReadable as error:
        data = _read_special_file(path, error)
    except OSError as error:
        raise SourceError(read_error_message(error)) from None
    return Source.decode(check_size(data), path)


def _read_special_file(path: str, error: NotReadable) -> bytes:
    """The data of a named pipe. Raises SourceError for anything else that is not a regular file."""
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISFIFO(mode):
            from ..sources.named_pipe import read_pipe

            return read_pipe(path, MAX_BYTES + 1)
    except OSError as failure:
        raise SourceError(read_error_message(failure)) from None
    except ValueError:  # a null byte in the path
        raise SourceError(read_error_message(error)) from None
    if stat.S_ISDIR(mode):
        raise SourceError("is a directory, not a Dockerfile")
    raise SourceError("not a regular file; use `-` to read standard input")


def check_size(data: bytes) -> bytes:
    """The same bytes. Raises SourceError if there are more than MAX_BYTES."""
    if len(data) > MAX_BYTES:
        raise SourceError(f"the file is larger than the limit of {MAX_BYTES:,} bytes")
    return data


def read_error_message(error: OSError) -> str:
    """The message for a file that cannot be read."""
    if isinstance(error, FileNotFoundError):
        return "no such file"
    if isinstance(error, PermissionError):
        return "permission denied; make the file readable for the current user"
    return f"cannot read the file ({error.strerror or error})"


def lint_path(path: str, plan: LintPlan, find_context: Callable[[Build], Context | None] | None) -> Report:
    """Lint the file at `path`. Problems with the file become diagnostics."""
    try:
        source = read_source(path)
    except SourceError as error:
        return Report(path, [file_diagnostic(path, str(error))], failed=True)
    return lint_source(source, plan, find_context)


def run_guarded(file: str, work: Callable[[], Report]) -> Report:
    """The report that `work` returns on a file, or one that says why there is none: one file must not stop the others.

    Usage errors pass.
    """
    try:
        return work()
    except USAGE_ERRORS:
        raise
    except TimeLimitExceeded as error:
        return Report(file, [file_diagnostic(file, f"the file was not linted: {error}")], failed=True)
    except Exception as error:  # noqa: BLE001 - see above
        message = f"internal error ({describe_internal_error(error)}); this is a bug in dlint, please report it"
        return Report(file, [file_diagnostic(file, message, "SYN002", "internal-error")], failed=True)


def lint_source(
    source: Source,
    plan: LintPlan,
    find_context: Callable[[Build], Context | None] | None,
    make_builds: Callable[[], Sequence[Build]] | None = None,
) -> Report:
    """Lint a text. A rule that raises an error is reported as SYN002, and the others still run.

    `make_builds` returns the builds of the text as `target_builds` does, for callers that need them too.
    """

    def lint() -> Report:
        builds = target_builds(parse(source), plan, find_context) if make_builds is None else make_builds()
        return _lint_builds(source, builds, plan)

    return run_guarded(source.name, lambda: run_limited(plan.timeout, lint))


def _lint_builds(source: Source, builds: Sequence[Build], plan: LintPlan) -> Report:
    suppressions = Suppressions(builds[0].dockerfile, plan.comments)
    if plan.experimental_rules and suppressions.checks.enables_experimental:
        plan = plan.with_rules([*plan.rules, *plan.experimental_rules])
    whole, plan = plan, plan.for_text(source.text)
    diagnostics: list[Diagnostic] = []
    broken: dict[str, Diagnostic] = {}
    for number, build in enumerate(builds):
        found = list(_diagnostics(build, plan, suppressions, broken))
        if number:
            known = {d.sort_key for d in diagnostics}
            found = [d for d in found if d.sort_key not in known]
        diagnostics += found
    if plan.comments and "ignore" in source.text:
        diagnostics += _unused_ignores(builds[0], whole, suppressions, broken)
    diagnostics += broken.values()
    diagnostics.sort(key=lambda d: d.sort_key)
    snippets: Sequence[Snippet] = ()
    if plan.shell is not None:
        from .shellcheck import shell_snippets

        snippets = shell_snippets(builds[0], suppressions, plan)
    return Report(source.name, diagnostics, bool(broken), snippets)


def _unused_ignores(
    build: Build, plan: LintPlan, suppressions: Suppressions, broken: dict[str, Diagnostic]
) -> Sequence[Diagnostic]:
    """The diagnostics of the rules about unused comments, which need the findings of all other rules."""
    from ...rules.options import UNUSED_IGNORES
    from .unused_ignores import COMMENT_RULES, find_unused_ignores

    comment_rules = [rule for rule in plan.rules if rule.code in COMMENT_RULES]
    if not comment_rules:
        return ()

    def run(rules: Sequence[Rule]) -> object:
        return list(_diagnostics(build, plan.with_rules(rules), suppressions, {}))

    options = {**(plan.options or {}), UNUSED_IGNORES: find_unused_ignores(build, plan.rules, suppressions, run)}
    with_unused = Build(build.dockerfile, None, plan.build_args, build.target, options, plan.named_contexts)
    return list(_diagnostics(with_unused, plan.with_rules(comment_rules), suppressions, broken))


def target_builds(
    dockerfile: Dockerfile, plan: LintPlan, find_context: Callable[[Build], Context | None] | None
) -> Sequence[Build]:
    """The builds of the file, one for each final stage of the plan's targets."""
    builds = [
        Build(dockerfile, find_context, plan.build_args, target, plan.options, plan.named_contexts)
        for target in (plan.target, *plan.extra_targets)
    ]
    if len(builds) == 1:
        return builds
    by_stage = {build.final_stage.index if build.final_stage else -1: build for build in reversed(builds)}
    return list(by_stage.values())[::-1]


def _diagnostics(
    build: Build, plan: LintPlan, suppressions: Suppressions, broken: dict[str, Diagnostic]
) -> Iterator[Diagnostic]:
    """The findings of the plan's rules in a build; a rule that raises an error is added to `broken`, by its code."""
    locations = _Locations(build)
    for rules, nodes in _visits(build, plan):
        for rule in rules:
            try:
                for finding in rule.check(*nodes):
                    diagnostic = _diagnostic(rule, finding, plan, suppressions, locations)
                    if diagnostic is not None:
                        yield diagnostic
            except Exception as error:  # noqa: BLE001 - one broken rule must not stop the others
                if rule.code not in broken:
                    broken[rule.code] = _rule_error(rule, error, build.dockerfile.source.name)


def _diagnostic(
    rule: Rule, finding: Finding, plan: LintPlan, suppressions: Suppressions, locations: _Locations
) -> Diagnostic | None:
    """The diagnostic of a finding; None if it is suppressed, or not wanted."""
    line, stage = locations.of(finding.start)
    aliases = rule.aliases if finding.aliases is None else finding.aliases
    if rule.code not in ALWAYS_ON and suppressions.hides(rule, line, aliases):
        return None
    if rule in plan.experimental_rules and not suppressions.checks.is_enabled(aliases, line):
        return None
    if plan.profile is not None and not plan.profile.includes(rule.code, aliases):
        return None
    confidence = locations.confidence(rule, finding)
    if not plan.reports(rule, confidence):
        return None
    severity = plan.severity(rule, suppressions.checks.is_error(aliases))
    fix = None if finding.fix and locations.is_in_mistake(finding.fix) else finding.fix
    return diagnostic_from_finding(
        finding, rule, severity, confidence, locations.build.dockerfile.source, line, stage, fix
    )


def _rule_error(rule: Rule, error: Exception, file: str) -> Diagnostic:
    message = (
        f"rule {rule.code} ({rule.name}) failed ({describe_internal_error(error)}); this is a bug in dlint, please "
        f"report it; use `--ignore {rule.code}` to skip the rule"
    )
    return file_diagnostic(file, message, "SYN002", "internal-error")


def _visits(build: Build, plan: LintPlan) -> Iterator[tuple[Sequence[Rule], tuple[object, ...]]]:
    """The rules that check a node, and the arguments of their checks."""
    by_subject = plan.by_subject
    yield by_subject.get("Build", ()), (build,)
    for instruction in build.global_instructions:
        yield from _instruction_visits(by_subject, instruction, build)
    for stage in build.stages:
        yield by_subject.get("Stage", ()), (stage, build)
        yield from _instruction_visits(by_subject, stage.from_, build)
        for instruction in stage.instructions:
            yield from _instruction_visits(by_subject, instruction, build)


def _instruction_visits(
    by_subject: Mapping[str, Sequence[Rule]], instruction: Instruction, build: Build
) -> Iterator[tuple[Sequence[Rule], tuple[object, ...]]]:
    yield by_subject.get(type(instruction).__name__, ()), (instruction, build)
    trigger = instruction.trigger
    if trigger is not None:
        rules = by_subject.get(type(trigger).__name__, ())
        yield [rule for rule in rules if rule.onbuild], (trigger, build)


class _Locations:
    """Maps offsets to instructions and stages; the index is made on first use."""

    __slots__ = ("_mistakes", "_relevance", "build", "instructions", "stages")

    def __init__(self, build: Build) -> None:
        self.build = build
        self._mistakes: list[Instruction] | None = None
        self._relevance: Relevance | None = None
        self.instructions: list[int] = []
        self.stages: list[int] = []

    def is_in_mistake(self, fix: Fix) -> bool:
        """Whether a fix changes an instruction that swallows the next one: it would make the mistake look intended."""
        if self._mistakes is None:
            dockerfile = self.build.dockerfile
            self._mistakes = [each for each in dockerfile.instructions if swallowed_instructions(dockerfile, each)]
        return any(each.start <= edit.start <= each.end for each in self._mistakes for edit in fix.edits)

    def confidence(self, rule: Rule, finding: Finding) -> str:
        """The confidence of the finding: that of the rule or its own, or low where it rarely matters."""
        confidence = finding.confidence or rule.confidence
        if confidence == LOW:
            return confidence
        if self._relevance is None:
            from .relevance import Relevance

            self._relevance = Relevance(self.build)
        instruction, stage = self._around(finding.start)
        return LOW if self._relevance.is_minor(rule, finding, instruction, stage) else confidence

    def of(self, offset: int) -> tuple[int, str]:
        """The first line of the instruction at `offset`, or its own line outside instructions, and the stage name."""
        instruction, stage = self._around(offset)
        line = self.build.dockerfile.source.line(offset) if instruction is None else instruction.start_line
        return line, "" if stage is None else stage.name

    def _around(self, offset: int) -> tuple[Instruction | None, Stage | None]:
        """The instruction and the stage that contain `offset`."""
        build = self.build
        instructions = build.dockerfile.instructions
        if len(self.instructions) != len(instructions):
            self.instructions = [instruction.start for instruction in instructions]
            self.stages = [stage.start for stage in build.stages]
        found = bisect_right(self.instructions, offset) - 1
        is_inside = found >= 0 and offset <= instructions[found].end
        stage = bisect_right(self.stages, offset) - 1
        return instructions[found] if is_inside else None, build.stages[stage] if stage >= 0 else None
