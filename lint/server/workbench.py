"""The state of the server: open documents, settings, workspace folders and lint plans.

It does not use pygls, so the first diagnostics do not wait for its import.
"""

from __future__ import annotations

import os
import re
import time

from ..engine.diagnostic import describe_internal_error
from ..engine.linter import lint_source
from ..engine.report import Report
from ..engine.time_limit import DEFAULT_SECONDS, TimeLimitExceeded, run_limited
from ..terminal.streams import warn
from .documents import Document
from .positions import UNIT_LENGTHS, Text
from .request_plans import DocumentPlans, SettingsError
from .rule_links import RulePages
from .settings import Settings, as_list, as_object
from .uris import path_to_uri, uri_to_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..engine.lint_plan import LintPlan
    from .wire import MessageWriter

_LANGUAGES = frozenset(("dockerfile", "containerfile", "docker"))
_SETTINGS = "dlint-settings-"
_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+): (?P<message>.*)", re.DOTALL)
_WARNING, _INFO = 2, 3


class Workbench:
    """The state of the server. `client`: the client's capabilities as plain JSON."""

    def __init__(self, wire: MessageWriter, version: str) -> None:
        self.wire = wire
        self.version = version
        self.documents: dict[str, Document] = {}
        self.folders: dict[str, str] = {}
        self.plans = DocumentPlans(self.log)
        self.rule_pages = RulePages(version)
        self.client: dict[str, Any] = {}
        self.encoding = "utf-16"
        self.process: int | None = None
        self.is_shut_down = False
        self.was_set = False
        """Whether the client sent settings with `initialize`."""
        self.has_requested_settings = False
        self.waits_for_settings = False
        self._settings: dict[str, Settings] = {"": Settings()}
        self._requested: dict[str, list[str]] = {}
        self._request_count = 0
        self._warned: set[str] = set()
        self._config_errors: dict[str, str] = {}

    def initialize(self, params: Any) -> None:
        """Store the parameters of `initialize`: capabilities, position encoding, process, folders and settings."""
        params = as_object(params)
        self.client = as_object(params.get("capabilities"))
        wanted = self.client_capability("general", "positionEncodings") or ()
        self.encoding = next((each for each in wanted if each in UNIT_LENGTHS), "utf-16")
        process = params.get("processId")
        self.process = process if isinstance(process, int) else None
        folders: list[Any] = params.get("workspaceFolders") or []
        for folder in folders:
            self.add_folder(str(as_object(folder).get("uri", "")))
        if not folders and isinstance(params.get("rootUri"), str):
            self.add_folder(params["rootUri"])
        self.was_set = bool(as_object(params.get("initializationOptions")))
        self.store_settings("", params.get("initializationOptions"))

    def client_capability(self, *names: str) -> Any:
        """A capability of the client, by its path of names; None if it is missing."""
        value: Any = self.client
        for name in names:
            value = as_object(value).get(name)
        return value

    @property
    def pulls_diagnostics(self) -> bool:
        """Whether the client pulls diagnostics, so they are not published.

        It must also support refresh requests, without which it would miss later findings and changes of other files.
        """
        return self.client_capability("textDocument", "diagnostic") is not None and bool(
            self.client_capability("workspace", "diagnostics", "refreshSupport")
        )

    @property
    def resolves_actions(self) -> bool:
        """Whether the client resolves the edit of a code action when it is chosen."""
        return "edit" in (
            self.client_capability("textDocument", "codeAction", "resolveSupport", "properties") or ()
        ) and bool(self.client_capability("textDocument", "codeAction", "dataSupport"))

    @property
    def versions_edits(self) -> bool:
        """Whether the client supports edits with document versions, which can also change several files."""
        return bool(self.client_capability("workspace", "workspaceEdit", "documentChanges"))

    @property
    def creates_files(self) -> bool:
        """Whether the client supports edits that create a file."""
        return "create" in (self.client_capability("workspace", "workspaceEdit", "resourceOperations") or ())

    @property
    def takes_snippets(self) -> bool:
        """Whether the client supports edits with snippets."""
        return self.versions_edits and bool(self.client_capability("workspace", "workspaceEdit", "snippetEditSupport"))

    @property
    def shows_disabled(self) -> bool:
        """Whether the client shows disabled code actions with a reason."""
        return bool(self.client_capability("textDocument", "codeAction", "disabledSupport"))

    @property
    def previews_edits(self) -> bool:
        """Whether the client can preview and confirm edits."""
        return self.client_capability("workspace", "workspaceEdit", "changeAnnotationSupport") is not None

    def shut_down(self) -> None:
        """Accept no more requests."""
        self.is_shut_down = True

    # Documents --------------------------------------------------------------------------------------------------

    def opened(self, uri: str, language: str, version: int, text: str) -> Document:
        """Open a document; one that is already open with the same text is kept."""
        known = self.documents.get(uri)
        if known is not None and known.version == version and known.text.text == text:
            return known
        document = Document(uri, uri_to_path(uri), version, Text(text, self.encoding), language)
        self.documents[uri] = document
        self.plans.forget_contexts()
        return document

    def is_dockerfile(self, document: Document) -> bool:
        """Whether a document is a Dockerfile, by its language or its name."""
        if document.language.lower() in _LANGUAGES:
            return True
        from ..sources.discovery import is_dockerfile_name

        return is_dockerfile_name(document.uri.rpartition("/")[2])

    def invalidate(self) -> None:
        """Drop all cached results: settings or other files have changed."""
        self.plans.invalidate()
        for document in self.documents.values():
            document.invalidate()
        for uri, text in self._config_errors.items():
            self._warned.discard(text)
            self.wire.notify("textDocument/publishDiagnostics", {"uri": uri, "diagnostics": []})
        self._config_errors.clear()

    # Linting ----------------------------------------------------------------------------------------------------

    def lint(self, document: Document) -> Report:
        """The report of a document, linted if necessary; its snippets are still to be checked by ShellCheck."""
        if document.report is None:
            plan = self.prepare(document)
            if self._is_excluded(document):
                report = Report(document.name, [], failed=False)
            else:
                make_builds = document.builds if document.keeps_model else None
                report = lint_source(document.source, plan, document.find_context, make_builds)
                self.remove_known_findings(document, report)
            document.set_report(report)
            return report
        return document.report

    def prepare(self, document: Document) -> LintPlan:
        """Set the plan, build context and rule URL of a document, and return the plan.

        If there is no plan, because the configuration is invalid or what describes the build takes too long to read,
        that is reported and the last valid plan is kept.
        """
        try:
            return run_limited(DEFAULT_SECONDS, lambda: self._prepare(document))
        except SettingsError as error:
            self._report_config_error(str(error))
        except TimeLimitExceeded as error:
            self.warn_once(f"{document.name}: the files near it were not read: {error}")
        except Exception as error:  # noqa: BLE001 - the document is still linted
            self.log_internal_error(error)
        plan = document.plan or self.plans.default_plan()
        document.prepare(plan, document.find_context, document.rule_url)
        return plan

    def _prepare(self, document: Document) -> LintPlan:
        plan = self.plan(document)
        settings, roots = self.settings(document), self.roots(document)
        find_context = self.plans.context_finder(document.path, settings, roots)
        document.prepare(plan, find_context, self.plans.rule_url(document.path, settings))
        return plan

    def _is_excluded(self, document: Document) -> bool:
        try:
            return self.plans.excluded(document.path, self.settings(document))
        except SettingsError:
            return False  # Reported by `prepare`.

    def remove_known_findings(self, document: Document, report: Report) -> None:
        """Remove the findings that are in the baseline from a report."""
        try:
            self.plans.remove_known_findings(report, document.path, self.settings(document))
        except SettingsError as error:
            self._report_config_error(str(error))

    def plan(self, document: Document) -> LintPlan:
        """The plan for a document. Raises SettingsError."""
        return self.plans.of(document.path, self.settings(document), self.roots(document))

    def rule_url(self, document: Document, code: str) -> str:
        """The address of a rule's page, from the settings, the configuration or the user's cache; empty if none."""
        return self.rule_pages.url(code, self.settings(document).rule_url or document.rule_url)

    def roots(self, document: Document) -> list[str]:
        """The workspace folders that contain a document, which limit the search for build contexts."""
        containing = [path for path in self.folders.values() if _is_inside(document.path, path)]
        return containing or [document.path]

    # Folders and settings ---------------------------------------------------------------------------------------

    def add_folder(self, uri: str) -> None:
        """Add a workspace folder."""
        path = uri_to_path(uri)
        if path:
            self.folders[uri] = path

    def remove_folder(self, uri: str) -> None:
        """Remove a workspace folder and its settings."""
        self.folders.pop(uri, None)
        self._settings.pop(uri, None)

    def settings(self, document: Document) -> Settings:
        """The settings of the innermost folder that contains a document, otherwise the global ones."""
        best, found = "", self._settings[""]
        for uri, path in self.folders.items():
            if uri in self._settings and _is_inside(document.path, path) and len(path) > len(best):
                best, found = path, self._settings[uri]
        return found

    def store_settings(self, scope: str, values: Any) -> bool:
        """Store the settings of a folder URI, or the global ones if it is empty; returns whether they changed."""
        found = as_object(values)
        settings = Settings(as_object(found["dlint"]) if "dlint" in found else found)
        before = self._settings.get(scope, self._settings[""])
        self._settings[scope] = settings
        for problem in settings.problems:
            self.warn_once(problem)
        return before.all != settings.all

    def request_settings(self) -> None:
        """Request the global settings and those of each folder, if the client supports it."""
        if not self.client_capability("workspace", "configuration"):
            return
        scopes = ["", *self.folders]
        self._request_count += 1
        identity = f"{_SETTINGS}{self._request_count}"
        self._requested[identity] = scopes
        self.has_requested_settings = self.waits_for_settings = True
        items = [{"section": "dlint", **({"scopeUri": scope} if scope else {})} for scope in scopes]
        self.wire.request(identity, "workspace/configuration", {"items": items})

    def is_settings_response(self, message: dict[str, Any]) -> bool:
        """Whether a message is the response to a settings request."""
        return "method" not in message and message.get("id") in self._requested

    def apply_settings_response(self, message: dict[str, Any]) -> bool:
        """Store the settings of a response; returns whether they changed."""
        scopes = self._requested.pop(message["id"])
        self.waits_for_settings = bool(self._requested)
        changes = False
        for scope, value in zip(scopes, as_list(message.get("result")), strict=False):
            if value is not None:
                changes |= self.store_settings(scope, value)
        return changes

    # Messages to the user ---------------------------------------------------------------------------------------

    def log(self, text: str) -> None:
        """Write a message to the editor's log and to standard error."""
        warn(text)
        self.wire.notify("window/logMessage", {"type": _INFO, "message": f"{time.strftime('%H:%M:%S')} {text}"})

    def log_internal_error(self, error: Exception) -> None:
        """Log an unexpected error."""
        self.log(f"internal error ({describe_internal_error(error)}); this is a bug in dlint, please report it")

    def show_message(self, text: str) -> None:
        """Show a message to the user."""
        self.wire.notify("window/showMessage", {"type": _INFO, "message": f"dlint: {text}"})

    def warn(self, text: str) -> None:
        """Show a warning to the user."""
        self.wire.notify("window/showMessage", {"type": _WARNING, "message": f"dlint: {text}"})

    def warn_once(self, text: str) -> None:
        """Show a warning to the user, once for each text."""
        if text not in self._warned:
            self._warned.add(text)
            self.warn(text)

    def _report_config_error(self, text: str) -> None:
        """Show a configuration error, also as a diagnostic if it has a position in a file."""
        self.warn_once(text)
        place = _PLACE.match(text)
        path = os.path.abspath(place["file"]) if place is not None else ""
        if place is None or not os.path.isfile(path) or self._config_errors.get(path_to_uri(path)) == text:
            return
        line = max(0, int(place["line"]) - 1)
        where = {"start": {"line": line, "character": 0}, "end": {"line": line + 1, "character": 0}}
        found = {"range": where, "severity": 1, "source": "dlint", "message": place["message"]}
        self.wire.notify("textDocument/publishDiagnostics", {"uri": path_to_uri(path), "diagnostics": [found]})
        self._config_errors[path_to_uri(path)] = text


def _is_inside(path: str, folder: str) -> bool:
    return bool(path) and (path == folder or path.startswith(folder.rstrip(os.sep) + os.sep))
