"""What a document is linted with: what `dlint check` would take for its file, and above it the editor's settings."""

from __future__ import annotations

import os

from ..commands.fix import Wish
from ..commands.lint_files import MISTAKES
from ..config.arguments import Arguments
from ..config.layers import Configurations
from ..engine.lint_plans import Plans as PlansOfFiles
from ..engine.lint_plans import configurations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...model.build import Build
    from ...model.context import Context
    from ..engine.lint_plan import Plan
    from ..engine.report import Report
    from .settings import Settings

    FindContext = Callable[[Build], Context | None]

SHELLCHECK = "SC"


class BadSettings(ValueError):
    """Settings or a configuration that cannot be used; the message says what to do."""


class Plans:
    """Makes plans; files with the same configuration and the same settings share one."""

    def __init__(self, tell: Callable[[str], object]) -> None:
        self._tell = tell
        self._known: dict[object, PlansOfFiles] = {}

    def forget(self) -> None:
        """Configuration files may have changed."""
        self._known.clear()

    def of(self, path: str, settings: Settings, roots: Sequence[str]) -> Plan:
        """The plan for the file at `path`, empty for none. Raises BadSettings."""
        try:
            return self._plans(settings).of(path or "-", roots)
        except MISTAKES as error:
            raise BadSettings(str(error)) from None

    def usual(self) -> Plan:
        """The plan without settings and configuration files."""
        return PlansOfFiles(Configurations(isolated=True), self._tell).of("-")

    def finder(self, path: str, settings: Settings, roots: Sequence[str]) -> FindContext | None:
        """What finds the build context of the file at `path`; None where there is none. Raises BadSettings."""
        if not path or not os.path.isdir(os.path.dirname(path)):
            return None
        try:
            return self._plans(settings).finder(path, roots)
        except MISTAKES as error:
            raise BadSettings(str(error)) from None

    def rule_url(self, path: str, settings: Settings) -> str:
        """Where the configuration says that the rules' pages are published. Raises BadSettings."""
        try:
            return self._plans(settings).config(path or "-").get("rule-url", "")
        except MISTAKES as error:
            raise BadSettings(str(error)) from None

    def excluded(self, path: str, settings: Settings) -> bool:
        """Whether a configuration leaves the file out. Raises BadSettings."""
        try:
            return bool(path) and self._plans(settings).leaves_out(path)
        except MISTAKES as error:
            raise BadSettings(str(error)) from None

    def wish(self, path: str, settings: Settings, codes: Sequence[str], *, unsafe: bool) -> Wish:
        """What is to be fixed: of some rules or of all that the configuration wants fixed. Raises BadSettings."""
        try:
            config = self._plans(settings).config(path or "-")
            fixable = codes or config.get("fixable", ())
            unfixable = () if codes else config.get("unfixable", ())
            return Wish(unsafe=unsafe, diff=False, only=False, fixable=fixable, unfixable=unfixable)
        except MISTAKES as error:
            raise BadSettings(str(error)) from None

    def quiet(self, report: Report, path: str, settings: Settings) -> None:
        """Take out the findings that a baseline holds. Raises BadSettings."""
        try:
            baseline = self._plans(settings).config(path or "-").path("baseline")
            if baseline is not None:
                from ..engine.known_findings import Baseline

                Baseline.read(baseline).quiet(report)
        except MISTAKES as error:
            raise BadSettings(str(error)) from None

    def shellcheck(self, settings: Settings) -> str:
        """The path of ShellCheck, empty when there is none."""
        return self._plans(settings).shellcheck or ""

    def _plans(self, settings: Settings) -> PlansOfFiles:
        found = self._known.get(settings.selection)
        if found is None:
            arguments = Arguments()
            arguments.select, arguments.profile = list(settings.select), settings.profile or None
            arguments.ignore = [*settings.ignore, *(() if settings.shellcheck else (SHELLCHECK,))]
            found = self._known[settings.selection] = PlansOfFiles(configurations(arguments), self._tell)
        return found
