"""The functions and values of the library interface; `dockerfile_dlint` exports them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from ..fixers.edits import edit as internal
from ..model.context import Context
from ..syntax.source import Source, SourceError
from .config.layer import ConfigError
from .config.resolver import ConfigResolver
from .config.selection import UnknownRule
from .engine.linter import lint_source, read_source
from .engine.planning import LintPlans, default_configurations
from .engine.time_limit import DEFAULT_SECONDS, TimeLimitExceeded, run_limited

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..model.build import Build
    from .engine import diagnostic as engine
    from .engine.lint_plan import LintPlan

    FindContext = Callable[[Build], Context | None]

Path: TypeAlias = "str | os.PathLike[str]"
Config: TypeAlias = "Mapping[str, Any] | str | os.PathLike[str]"
Position: TypeAlias = tuple[int, int]
"""Line and column, both from 1. A column counts characters (code points)."""


class DlintError(ValueError):
    """An invalid configuration, a file that cannot be read, or a text that cannot be formatted.

    The message says what is wrong and how to fix it.
    """


@dataclass(frozen=True, slots=True)
class Edit:
    """Replaces the text from `start` up to `end` with `text`.

    `start_offset` and `end_offset` are the same positions as offsets in the whole text, in characters from 0.
    """

    start: Position
    end: Position
    text: str
    start_offset: int
    end_offset: int


@dataclass(frozen=True, slots=True)
class Fix:
    """The edits that resolve a finding. They are applied together or not at all.

    `title` describes the fix in the imperative. `safety` is "safe" (the build stays the same except for the
    change in the title), "unsafe" (the build may change in other ways) or "display" (a suggestion that dlint never
    applies).
    """

    title: str
    safety: str
    edits: tuple[Edit, ...]

    def apply(self, text: str) -> str:
        """The text with the edits applied; `text` must be the one that was linted.

        Raises ValueError if an edit lies outside the text. Unlike `fix_text`, this does not check the result.
        """
        return internal.apply_edits(
            text, [internal.Edit(edit.start_offset, edit.end_offset, edit.text) for edit in self.edits]
        )


@dataclass(frozen=True, slots=True)
class Related:
    """Another place in the file that is related to a finding, with an explanation."""

    start: Position
    end: Position
    message: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A finding.

    `path` is the path that was passed. `code` and `name` identify the rule, `aliases` are its names in other tools
    ("hadolint:DL3006", "buildkit:StageNameCasing"). `severity` is "error", "warning", "info" or "style", `confidence`
    ("high", "medium" or "low") how sure dlint is that the finding is right. `start` and
    `end` enclose the text that the message is about; `instruction_line` is the first line of its instruction. `stage`
    is the name of the build stage, empty for a stage without a name and outside of stages.
    """

    path: str
    code: str
    name: str
    severity: str
    message: str
    start: Position
    end: Position
    instruction_line: int
    stage: str
    aliases: tuple[str, ...]
    related: tuple[Related, ...]
    fix: Fix | None
    confidence: str = "high"


def lint_text(
    text: str,
    *,
    path: Path | None = None,
    context: Path | None = None,
    config: Config | None = None,
) -> list[Diagnostic]:
    """The findings in the text of a Dockerfile, in the order of the text.

    `path` is the file name in messages; the file need not exist and is not read. `context` is the build context
    directory; without it, rules about the context report nothing and no file is read. `config` is a mapping with the
    keys of dlint.toml (`{"select": ["DL3008"], "severity": {"DL3008": "error"}}`), or the path of a configuration file;
    without it, the defaults apply, and configuration files and environment variables are ignored. ShellCheck does not
    run.

    Raises DlintError if the configuration is invalid or `context` is not a directory.
    """
    name = _name(path)
    plan = _plan(name, config)
    return _diagnostics(Source(text, name), plan, _finder(context, name))


def lint_file(path: Path, *, context: Path | None = None, config: Config | None = None) -> list[Diagnostic]:
    """The findings in a Dockerfile, as `dlint PATH` reports them.

    The configuration file, the environment variables and the build context are found as on the command line unless
    `config` or `context` is given; see `lint_text` for both. ShellCheck does not run.

    Raises DlintError if the file cannot be read, the configuration is invalid, or `context` is not a directory.
    """
    name = os.fspath(path)
    try:
        source = read_source(name)
        plans = LintPlans(default_configurations() if config is None else _resolver(config), _ignore, shellcheck="")
        plan = plans.of(name, [name])
        find = plans.context_finder(name, [name]) if context is None else _finder(context, name)
    except SourceError as error:
        raise DlintError(f"{name}: {error}") from None
    except (ConfigError, UnknownRule) as error:
        raise DlintError(str(error)) from None
    return _diagnostics(source, plan, find)


def fix_text(
    text: str,
    *,
    path: Path | None = None,
    context: Path | None = None,
    config: Config | None = None,
    unsafe: bool = False,
    on_rejected: Callable[[str], object] | None = None,
) -> str:
    """The text after all safe fixes, and with `unsafe` also the unsafe ones, as `dlint --fix` applies them.

    Every fix must pass the same checks as on the command line; `on_rejected` is called with a message for each fix
    that does not. The text is returned unchanged if nothing can be fixed. The keys `fixable` and `unfixable` of
    `config` select rules. The other parameters and the errors are those of `lint_text`.
    """
    from .commands.fix import FixRequest, fix_source

    name = _name(path)
    try:
        plans = _plans(config)
        plan, settings = plans.for_text(name), plans.config(name)
        request = FixRequest(
            unsafe=unsafe,
            diff=False,
            fix_only=False,
            fixable=settings.get("fixable", ()),
            unfixable=settings.get("unfixable", ()),
        )
    except (ConfigError, UnknownRule) as error:
        raise DlintError(str(error)) from None
    find = _finder(context, name)
    try:
        _, result = fix_source(Source(text, name), plan, find, request)
    except TimeLimitExceeded as error:
        raise DlintError(f"{name}: {error}") from None
    for rejected in result.rejected:
        if on_rejected is not None:
            on_rejected(f"{name}:{rejected.line}: the fix for {rejected.code} was skipped: {rejected.reason}")
    return result.text


def format_text(text: str) -> str:
    """The text formatted as by `dlint format`; the build stays the same.

    Raises DlintError if the text has a syntax error, or if it takes too long.
    """
    from ..fixers.format.layout import FormatError, format_source

    try:
        return run_limited(DEFAULT_SECONDS, lambda: format_source(text))
    except (FormatError, TimeLimitExceeded) as error:
        raise DlintError(str(error)) from None


def optimize_text(
    text: str,
    *,
    path: Path | None = None,
    context: Path | None = None,
    rewrites: Sequence[str] | None = None,
    on_rejected: Callable[[str], object] | None = None,
) -> str:
    """The text after all possible rewrites of `dlint optimize`.

    `context` is the build context directory; most rewrites need it to determine what an instruction copies. `rewrites`
    are the names of the rewrites to try, by default those of `dlint optimize`. `on_rejected` is called with a message
    for each rewrite that does not apply. Nothing is written: the .dockerignore of the context is unchanged.

    Raises DlintError if a name in `rewrites` is unknown or `context` is not a directory.
    """
    from ..fixers.optimize.pipeline import DEFAULT_REWRITES, OPTIONAL_REWRITES, optimize
    from .commands.optimize import apply_layer_fixes

    name = _name(path)
    wanted = DEFAULT_REWRITES if rewrites is None else tuple(rewrites)
    for each in wanted:
        if each not in (*DEFAULT_REWRITES, *OPTIONAL_REWRITES):
            known = ", ".join((*DEFAULT_REWRITES, *OPTIONAL_REWRITES))
            raise DlintError(f"unknown rewrite `{each}` (expected one of {known})")
    directory = _context(context, name)
    starts = (
        LintPlans(default_configurations(), _ignore).container_starts(name, [name]) if directory is not None else ()
    )
    result = optimize(
        text, name, directory, lambda now, last: apply_layer_fixes(now, name, last=last), wanted, starts=starts
    )
    for outcome in result.outcomes:
        if on_rejected is not None and outcome.rejection is not None:
            line = f"{outcome.rejection.line}: " if outcome.rejection.line else ""
            on_rejected(f"{name}:{line or ' '}{outcome.name}: {outcome.rejection}")
    return result.text


def parse_text(text: str) -> dict[str, Any]:
    """The syntax tree of the text as plain values, as printed by `dlint tree --format json`.

    It does not raise for an invalid text: syntax errors are listed under "errors", each with its line.
    """
    from ..syntax.parser import parse as parse
    from .commands.print_tree import tree_json

    return tree_json(parse(Source(text)))


# Shared by the functions above


def _ignore(_: str) -> None:
    """Ignore a note of the engine: the library prints nothing."""


def _name(path: Path | None) -> str:
    return "Dockerfile" if path is None else os.fspath(path)


def _resolver(config: Config | None) -> ConfigResolver:
    """The resolver for the `config` argument. Raises ConfigError."""
    if config is None:
        return ConfigResolver(isolated=True, environment={})
    if isinstance(config, str | os.PathLike):
        if not os.path.isfile(config):
            raise ConfigError(f"no such configuration file: {os.fspath(config)}")
        return ConfigResolver(file=os.fspath(config), environment={})
    from .config.reader import layer_from_values

    return ConfigResolver([layer_from_values("config", config)], isolated=True, environment={})


def _plans(config: Config | None) -> LintPlans:
    """The lint plans under the `config` argument. Raises ConfigError."""
    return LintPlans(_resolver(config), _ignore, shellcheck="")


def _plan(name: str, config: Config | None) -> LintPlan:
    """The lint plan for a text called `name`. Raises DlintError."""
    try:
        return _plans(config).for_text(name)
    except (ConfigError, UnknownRule) as error:
        raise DlintError(str(error)) from None


def _context(context: Path | None, name: str) -> Context | None:
    """The build context in a directory. Raises DlintError."""
    if context is None:
        return None
    if not os.path.isdir(context):
        raise DlintError(f"the build context `{os.fspath(context)}` is not a directory")
    return Context(os.fspath(context), name)


def _finder(context: Path | None, name: str) -> FindContext | None:
    """A function that returns the build context, for the engine. Raises DlintError."""
    found = _context(context, name)
    return None if found is None else lambda _: found


def _diagnostics(source: Source, plan: LintPlan, find: FindContext | None) -> list[Diagnostic]:
    report = lint_source(source, plan, find)
    return [_public(each, source) for each in report.diagnostics]


def _public(found: engine.Diagnostic, source: Source) -> Diagnostic:
    fix = None
    if found.fix is not None:
        edits = tuple(
            Edit(source.position(each.start), source.position(each.end), each.text, each.start, each.end)
            for each in found.fix.edits
        )
        fix = Fix(found.fix.title, found.fix.safety, edits)
    return Diagnostic(
        found.file,
        found.code,
        found.name,
        found.severity,
        found.message,
        found.start,
        found.end,
        found.instruction_line,
        found.stage,
        tuple(found.aliases),
        tuple(Related(start, end, note) for start, end, note in found.related),
        fix,
        found.confidence,
    )
