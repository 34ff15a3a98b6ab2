"""What a document is linted with: what `dlint check` would take for its file, and the editor's own settings."""

from __future__ import annotations

from ..checks import on_request
from ..engine import Plan
from ..profiles import NAMES, profile
from ..select import UnknownRule, asks_for_hadolint, choose, shell_codes
from ..settings import BadSetting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...model.build import Build
    from ...model.context import Context
    from ..engine import Report
    from .settings import Settings

    FindContext = Callable[[Build], Context | None]


class BadSettings(ValueError):
    """Settings that cannot be used; the message says what to do."""


class Plans:
    """Makes plans, one for each set of settings."""

    def __init__(self) -> None:
        self._known: dict[object, Plan] = {}
        self._shellcheck: str | None = None

    def forget(self) -> None:
        """Configuration files have changed."""
        self._known.clear()
        self._shellcheck = None

    def of(self, path: str, settings: Settings) -> Plan:
        """The plan for the file at `path`, empty for none. Raises BadSettings."""
        del path
        key = settings.selection
        plan = self._known.get(key)
        if plan is None:
            try:
                plan = self._known[key] = self._make(settings)
            except (UnknownRule, BadSetting) as error:
                raise BadSettings(str(error)) from None
        return plan

    def finder(self, path: str, roots: Sequence[str]) -> FindContext | None:
        """What finds the build context of the file at `path`; None for a document that is no file."""
        if not path:
            return None
        from ..check import finder

        return finder(path, roots)

    def _make(self, settings: Settings) -> Plan:
        if settings.profile and settings.profile not in NAMES:
            raise BadSettings(f"there is no profile `{settings.profile}`; there are {', '.join(NAMES)}")
        chosen = profile(settings.profile) if settings.profile else None
        rules = choose(settings.select, settings.ignore, len, chosen.codes if chosen else None)
        shell = self._shell(settings, chosen is None or chosen.shell)
        options: dict[str, object] = {}
        if asks_for_hadolint(settings.select) or (chosen is not None and chosen.pedantic):
            options["pedantic"] = True
        return Plan(rules, on_request(settings.select, settings.ignore), shell, options, chosen)

    def _shell(self, settings: Settings, usual: bool) -> Callable[[str], bool] | None:
        wanted = shell_codes(settings.select, settings.ignore, usual) if settings.shellcheck else None
        return wanted if wanted is not None and self.shellcheck else None

    @property
    def shellcheck(self) -> str:
        """The path of ShellCheck, empty when there is none."""
        if self._shellcheck is None:
            from ..shellcheck import program

            self._shellcheck = program()
        return self._shellcheck

    def add_shell_findings(self, report: Report, plan: Plan) -> str:
        """Put ShellCheck's findings into a report; a word on what went wrong, else empty."""
        from ..shellcheck import add_findings

        assert plan.shell is not None
        return add_findings([report], self.shellcheck, plan.shell)
