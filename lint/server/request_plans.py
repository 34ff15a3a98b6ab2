"""The lint plans of documents: as in `dlint check`, with the editor's settings on top."""

from __future__ import annotations

import os

from ..commands.fix import FixRequest
from ..config.arguments import CheckArguments
from ..config.resolver import ConfigResolver
from ..engine.linter import USAGE_ERRORS
from ..engine.planning import LintPlans as PlansOfFiles
from ..engine.planning import command_line_configurations

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
    """Invalid settings or configuration; the message says what is wrong and how to fix it."""


class DocumentPlans:
    """Makes lint plans; documents with the same configuration and settings share one."""

    def __init__(self, report_warning: Callable[[str], object]) -> None:
        self._report_warning = report_warning
        self._plans_by_selection: dict[object, PlansOfFiles] = {}

    def invalidate(self) -> None:
        """Read configuration files again: they may have changed."""
        self._plans_by_selection.clear()

    def forget_contexts(self) -> None:
        """Read build contexts again: their files may have changed."""
        for plans in self._plans_by_selection.values():
            plans.forget_contexts()

    def of(self, path: str, settings: Settings, roots: Sequence[str]) -> LintPlan:
        """The plan for the file at `path`, empty for an unsaved document. Raises SettingsError."""
        try:
            return self._plans(settings).of(path or "-", roots)
        except USAGE_ERRORS as error:
            raise SettingsError(str(error)) from None

    def default_plan(self) -> LintPlan:
        """The plan without settings and configuration files."""
        return PlansOfFiles(ConfigResolver(isolated=True), self._report_warning).of("-")

    def context_finder(self, path: str, settings: Settings, roots: Sequence[str]) -> FindContext | None:
        """A function that finds the build context of a file; None if it is not saved. Raises SettingsError."""
        if not path or not os.path.isdir(os.path.dirname(path)):
            return None
        try:
            return self._plans(settings).context_finder(path, roots)
        except USAGE_ERRORS as error:
            raise SettingsError(str(error)) from None

    def rule_url(self, path: str, settings: Settings) -> str:
        """The key `rule-url` of the configuration. Raises SettingsError."""
        try:
            return self._plans(settings).config(path or "-").get("rule-url", "")
        except USAGE_ERRORS as error:
            raise SettingsError(str(error)) from None

    def excluded(self, path: str, settings: Settings) -> bool:
        """Whether the configuration excludes the file. Raises SettingsError."""
        try:
            return bool(path) and self._plans(settings).is_excluded(path)
        except USAGE_ERRORS as error:
            raise SettingsError(str(error)) from None

    def fix_request(self, path: str, settings: Settings, codes: Sequence[str], *, unsafe: bool) -> FixRequest:
        """The request to fix the rules `codes`, or all fixable rules if it is empty. Raises SettingsError."""
        try:
            config = self._plans(settings).config(path or "-")
            fixable = codes or config.get("fixable", ())
            unfixable = () if codes else config.get("unfixable", ())
            return FixRequest(unsafe=unsafe, diff=False, fix_only=False, fixable=fixable, unfixable=unfixable)
        except USAGE_ERRORS as error:
            raise SettingsError(str(error)) from None

    def remove_known_findings(self, report: Report, path: str, settings: Settings) -> None:
        """Remove the findings that are in the baseline. Raises SettingsError."""
        try:
            baseline = self._plans(settings).config(path or "-").baseline()
            if baseline is not None:
                from ..engine.known_findings import Baseline

                Baseline.read(baseline).remove_known_findings(report)
        except USAGE_ERRORS as error:
            raise SettingsError(str(error)) from None

    def shellcheck(self, settings: Settings) -> str:
        """The path of ShellCheck, empty if it is not installed."""
        return self._plans(settings).shellcheck or ""

    def _plans(self, settings: Settings) -> PlansOfFiles:
        found = self._plans_by_selection.get(settings.selection)
        if found is None:
            ignore = [*settings.ignore, *(() if settings.shellcheck else (SHELLCHECK_PREFIX,))]
            arguments = CheckArguments(settings.select, ignore, settings.profile or None)
            found = self._plans_by_selection[settings.selection] = PlansOfFiles(
                command_line_configurations(arguments), self._report_warning
            )
        return found
