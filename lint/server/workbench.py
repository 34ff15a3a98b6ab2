"""What is open, what is set, and with what each document is linted.

Needs nothing of pygls, so that the first findings do not wait for its import.
"""

from __future__ import annotations

import os
import re
import time

from ..engine.linter import lint_source
from ..engine.report import Report
from ..terminal.streams import warn
from .documents import Document
from .positions import UNIT_LENGTHS, Text
from .request_plans import DocumentPlans, SettingsError
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
    """The state of a server. `client` are the client's capabilities as it sent them."""

    def __init__(self, wire: MessageWriter, version: str) -> None:
        self.wire = wire
        self.version = version
        self.documents: dict[str, Document] = {}
        self.folders: dict[str, str] = {}
        self.plans = DocumentPlans(self.log)
        self.client: dict[str, Any] = {}
        self.encoding = "utf-16"
        self.process: int | None = None
        self.is_shut_down = False
        self.was_set = False
        """Whether the client gave settings when it began."""
        self.has_asked = False
        self.waits_for_settings = False
        self._settings: dict[str, Settings] = {"": Settings()}
        self._asked: dict[str, list[str]] = {}
        self._questions = 0
        self._told: set[str] = set()
        self._faulty: dict[str, str] = {}

    def initialize(self, params: Any) -> None:
        """Take in what the client says of itself when it begins: what it can do, its folders, its first settings."""
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
        """A capability of the client; None when it does not say."""
        value: Any = self.client
        for name in names:
            value = as_object(value).get(name)
        return value

    @property
    def pulls_diagnostics(self) -> bool:
        """Whether the client asks for diagnostics itself, so that they are not pushed.

        It must also take the word that it is to ask again: else it would not see what comes later, or changes with a
        file beside the document.
        """
        return self.client_capability("textDocument", "diagnostic") is not None and bool(
            self.client_capability("workspace", "diagnostics", "refreshSupport")
        )

    @property
    def resolves_actions(self) -> bool:
        """Whether the client asks for the edit of a code action when it is chosen."""
        return "edit" in (
            self.client_capability("textDocument", "codeAction", "resolveSupport", "properties") or ()
        ) and bool(self.client_capability("textDocument", "codeAction", "dataSupport"))

    @property
    def versions_edits(self) -> bool:
        """Whether the client takes edits of several files, with the version that each was made for."""
        return bool(self.client_capability("workspace", "workspaceEdit", "documentChanges"))

    @property
    def creates_files(self) -> bool:
        """Whether the client takes edits that make a file."""
        return "create" in (self.client_capability("workspace", "workspaceEdit", "resourceOperations") or ())

    @property
    def takes_snippets(self) -> bool:
        """Whether the client takes edits with places to fill in."""
        return self.versions_edits and bool(self.client_capability("workspace", "workspaceEdit", "snippetEditSupport"))

    @property
    def shows_disabled(self) -> bool:
        """Whether the client shows why a code action cannot be taken."""
        return bool(self.client_capability("textDocument", "codeAction", "disabledSupport"))

    @property
    def previews_edits(self) -> bool:
        """Whether the client can show edits and ask before it makes them."""
        return self.client_capability("workspace", "workspaceEdit", "changeAnnotationSupport") is not None

    # Documents --------------------------------------------------------------------------------------------------

    def opened(self, uri: str, language: str, version: int, text: str) -> Document:
        """Take a document in; one that is there already with this text stays."""
        known = self.documents.get(uri)
        if known is not None and known.version == version and known.text.text == text:
            return known
        document = Document(uri, uri_to_path(uri), version, Text(text, self.encoding), language)
        self.documents[uri] = document
        from ..sources.context_search import clear_context_cache

        clear_context_cache()
        return document

    def is_dockerfile(self, document: Document) -> bool:
        """Whether a document is one by its language or its name."""
        if document.language.lower() in _LANGUAGES:
            return True
        from ..sources.discovery import is_dockerfile_name

        return is_dockerfile_name(document.uri.rpartition("/")[2])

    def invalidate(self) -> None:
        """Files beside the documents have changed: nothing is known any more."""
        from ..sources.context_search import clear_context_cache

        clear_context_cache()
        self.plans.invalidate()
        for document in self.documents.values():
            document.invalidate()
        for uri, text in self._faulty.items():
            self._told.discard(text)
            self.wire.notify("textDocument/publishDiagnostics", {"uri": uri, "diagnostics": []})
        self._faulty.clear()

    # Linting ----------------------------------------------------------------------------------------------------

    def lint(self, document: Document) -> Report:
        """The report of a document, made unless it is there. ShellCheck's part of it is left to be asked for."""
        if document.report is None:
            plan = self.prepare(document)
            if self._is_excluded(document):
                document.report = Report(document.name, [], failed=False)
            else:
                make = document.builds if document.is_asked else None
                document.report = lint_source(document.source, plan, document.find_context, make)
                self.remove_known_findings(document, document.report)
        return document.report

    def prepare(self, document: Document) -> LintPlan:
        """Tell a document with what it is linted, and where its build context is; the plan.

        With a configuration that cannot be used it is the plan that the document had before.
        """
        try:
            document.plan = self.plan(document)
            settings, roots = self.settings(document), self.roots(document)
            document.find_context = self.plans.context_finder(document.path, settings, roots)
            document.rule_url = self.plans.rule_url(document.path, settings)
        except SettingsError as error:
            self._tell_fault(str(error))
            document.plan = document.plan or self.plans.default_plan()
        return document.plan

    def _is_excluded(self, document: Document) -> bool:
        try:
            return self.plans.excluded(document.path, self.settings(document))
        except SettingsError:
            return False  # It is told by `prepare`.

    def remove_known_findings(self, document: Document, report: Report) -> None:
        """Take out of a report what a baseline holds."""
        try:
            self.plans.remove_known_findings(report, document.path, self.settings(document))
        except SettingsError as error:
            self._tell_fault(str(error))

    def plan(self, document: Document) -> LintPlan:
        """The plan for a document. Raises BadSettings."""
        return self.plans.of(document.path, self.settings(document), self.roots(document))

    def roots(self, document: Document) -> list[str]:
        """The folders above which no build context is looked for: as if they were the paths of `dlint check`."""
        above = [path for path in self.folders.values() if _is_below(document.path, path)]
        return above or [document.path]

    # Folders and settings ---------------------------------------------------------------------------------------

    def add_folder(self, uri: str) -> None:
        """Take in a folder of the workspace."""
        path = uri_to_path(uri)
        if path:
            self.folders[uri] = path

    def remove_folder(self, uri: str) -> None:
        """Forget a folder of the workspace and what is set for it."""
        self.folders.pop(uri, None)
        self._settings.pop(uri, None)

    def settings(self, document: Document) -> Settings:
        """The settings for a document: of the innermost folder that holds it and has some, else those of all."""
        best, found = "", self._settings[""]
        for uri, path in self.folders.items():
            if uri in self._settings and _is_below(document.path, path) and len(path) > len(best):
                best, found = path, self._settings[uri]
        return found

    def store_settings(self, scope: str, values: Any) -> bool:
        """Take over the settings of a folder (its URI), or with an empty scope of all; whether that changes any."""
        found = as_object(values)
        settings = Settings(as_object(found["dlint"]) if "dlint" in found else found)
        before = self._settings.get(scope, self._settings[""])
        self._settings[scope] = settings
        for problem in settings.problems:
            self.warn_once(problem)
        return before.all != settings.all

    def request_settings(self) -> None:
        """Ask the client for the settings of all and of each folder, when it can be asked."""
        if not self.client_capability("workspace", "configuration"):
            return
        scopes = ["", *self.folders]
        self._questions += 1
        identity = f"{_SETTINGS}{self._questions}"
        self._asked[identity] = scopes
        self.has_asked = self.waits_for_settings = True
        items = [{"section": "dlint", **({"scopeUri": scope} if scope else {})} for scope in scopes]
        self.wire.request(identity, "workspace/configuration", {"items": items})

    def is_settings_response(self, message: dict[str, Any]) -> bool:
        """Whether a message answers what the workbench asked."""
        return "method" not in message and message.get("id") in self._asked

    def apply_settings_response(self, message: dict[str, Any]) -> bool:
        """Take over the settings for which the client was asked; whether that changes any."""
        scopes = self._asked.pop(message["id"])
        self.waits_for_settings = bool(self._asked)
        changes = False
        for scope, value in zip(scopes, as_list(message.get("result")), strict=False):
            if value is not None:
                changes |= self.store_settings(scope, value)
        return changes

    # Words to the user ------------------------------------------------------------------------------------------

    def log(self, text: str) -> None:
        """Say something for who looks for it: the editor's log, and standard error."""
        warn(text)
        self.wire.notify("window/logMessage", {"type": _INFO, "message": f"{time.strftime('%H:%M:%S')} {text}"})

    def show_message(self, text: str) -> None:
        """Say something that the user wants to know now."""
        self.wire.notify("window/showMessage", {"type": _INFO, "message": f"dlint: {text}"})

    def warn(self, text: str) -> None:
        """Say something that the user has to know."""
        self.wire.notify("window/showMessage", {"type": _WARNING, "message": f"dlint: {text}"})

    def warn_once(self, text: str) -> None:
        """Say something that the user has to know, once."""
        if text not in self._told:
            self._told.add(text)
            self.warn(text)

    def _tell_fault(self, text: str) -> None:
        """Say what is wrong with a configuration, also where it is wrong when that is a place in a file."""
        self.warn_once(text)
        place = _PLACE.match(text)
        path = os.path.abspath(place["file"]) if place is not None else ""
        if place is None or not os.path.isfile(path) or self._faulty.get(path_to_uri(path)) == text:
            return
        line = max(0, int(place["line"]) - 1)
        where = {"start": {"line": line, "character": 0}, "end": {"line": line + 1, "character": 0}}
        found = {"range": where, "severity": 1, "source": "dlint", "message": place["message"]}
        self.wire.notify("textDocument/publishDiagnostics", {"uri": path_to_uri(path), "diagnostics": [found]})
        self._faulty[path_to_uri(path)] = text


def _is_below(path: str, folder: str) -> bool:
    return bool(path) and (path == folder or path.startswith(folder.rstrip(os.sep) + os.sep))
