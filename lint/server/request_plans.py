"""What a document is linted with: what `dlint check` would take for its file, and above it the editor's settings."""

from __future__ import annotations

import os

from ..commands.fix import FixRequest
from ..commands.lint_files import USAGE_ERRORS
from ..config.arguments import CheckArguments
from ..config.layers import ConfigResolver
from ..engine.lint_plans import LintPlans as PlansOfFiles
from ..engine.lint_plans import command_line_configurations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...model.build import Build
    from ...model.context import Context
    from ..engine.lint_plan import LintPlan
    from ..engine.report import Report
    from .settings import Settings

    FindContext = Callable[[Build], Context | None]

SHELLCHECK_PREFIX = "SC"


class SettingsError(ValueError):
    """Settings or a configuration that cannot be used; the message says what to do."""


class DocumentPlans:
    """Makes plans; files with the same configuration and the same settings share one."""

    def __init__(self, tell: Callable[[str], object]) -> None:
        self._tell = tell
        self._known: dict[object, PlansOfFiles] = {}

    def invalidate(self) -> None:
        """Configuration files may have changed."""
        self._known.clear()

    def of(self, path: str, settings: Settings, roots: Sequence[str]) -> LintPlan:
        """The plan for the file at `path`, empty for none. Raises BadSettings."""
        try:
            return self._plans(settings).of(path or "-", roots)
        except USAGE_ERRORS as error:
            raise SettingsError(str(error)) from None

    def default_plan(self) -> LintPlan:
        """The plan without settings and configuration files."""
        return PlansOfFiles(ConfigResolver(isolated=True), self._tell).of("-")

    def context_finder(self, path: str, settings: Settings, roots: Sequence[str]) -> FindContext | None:
        """What finds the build context of the file at `path`; None where there is none. Raises BadSettings."""
        if not path or not os.path.isdir(os.path.dirname(path)):
            return None
        try:
            return self._plans(settings).context_finder(path, roots)
        except USAGE_ERRORS as error:
            raise SettingsError(str(error)) from None

    def rule_url(self, path: str, settings: Settings) -> str:
        """Where the configuration says that the rules' pages are published. Raises BadSettings."""
        try:
            return self._plans(settings).config(path or "-").get("rule-url", "")
        except USAGE_ERRORS as error:
            raise SettingsError(str(error)) from None

    def excluded(self, path: str, settings: Settings) -> bool:
        """Whether a configuration leaves the file out. Raises BadSettings."""
        try:
            return bool(path) and self._plans(settings).is_excluded(path)
        except USAGE_ERRORS as error:
            raise SettingsError(str(error)) from None

    def fix_request(self, path: str, settings: Settings, codes: Sequence[str], *, unsafe: bool) -> FixRequest:
        """What is to be fixed: of some rules or of all that the configuration wants fixed. Raises BadSettings."""
        try:
            config = self._plans(settings).config(path or "-")
            fixable = codes or config.get("fixable", ())
            unfixable = () if codes else config.get("unfixable", ())
            return FixRequest(unsafe=unsafe, diff=False, fix_only=False, fixable=fixable, unfixable=unfixable)
        except USAGE_ERRORS as error:
            raise SettingsError(str(error)) from None

    def remove_known_findings(self, report: Report, path: str, settings: Settings) -> None:
        """Take out the findings that a baseline holds. Raises BadSettings."""
        try:
            baseline = self._plans(settings).config(path or "-").path("baseline")
            if baseline is not None:
                from ..engine.known_findings import Baseline

                Baseline.read(baseline).remove_known_findings(report)
        except USAGE_ERRORS as error:
            raise SettingsError(str(error)) from None

    def shellcheck(self, settings: Settings) -> str:
        """The path of ShellCheck, empty when there is none."""
        return self._plans(settings).shellcheck or ""

    def _plans(self, settings: Settings) -> PlansOfFiles:
        found = self._known.get(settings.selection)
        if found is None:
            arguments = CheckArguments()
            arguments.select, arguments.profile = list(settings.select), settings.profile or None
            arguments.ignore = [*settings.ignore, *(() if settings.shellcheck else (SHELLCHECK_PREFIX,))]
            found = self._known[settings.selection] = PlansOfFiles(command_line_configurations(arguments), self._tell)
        return found
