"""The server: what is open, what is set, what is still to do."""

from __future__ import annotations

import os
import time
from importlib import import_module
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInternalError
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from ...syntax.source import Source
from ..diagnostic import what_broke
from ..engine import Report, lint_source
from ..output import note
from . import features
from .documents import Document
from .plans import BadSettings, Plans
from .protocol import Protocol
from .settings import Settings, as_object
from .text import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..engine import Plan

_USUAL_TEXT = "FROM debian\nRUN apt-get install curl && cd /srv\nCOPY a b\nENV A=$B\nCMD c\n"
_LANGUAGES = frozenset(("dockerfile", "containerfile", "docker"))


class App(LanguageServer):
    """dlint's language server. One thread does all work; other threads hand in jobs through `post`."""

    protocol: Protocol  # pyright: ignore[reportIncompatibleVariableOverride] - made from protocol_cls

    def __init__(self, version: str) -> None:
        self.documents: dict[str, Document] = {}
        self.folders: dict[str, str] = {}
        self.plans = Plans(self.log)
        self.post: Callable[[Any], object] = len
        self._settings: dict[str, Settings] = {"": Settings()}
        self._dirty: dict[str, None] = {}
        self._told: set[str] = set()
        self._asked: Document | None = None
        self.is_cold = False
        """Whether the client has begun, and no text was linted: rules are then imported while nobody waits."""
        super().__init__("dlint", version, protocol_cls=Protocol)  # pyright: ignore[reportUnknownMemberType]
        self.encoding = "utf-16"
        for method, module, function, options in features.ALL:
            self.feature(method, options)(_lazy(module, function))
        for command in features.COMMANDS:
            self.command(command)(_command(command))

    # Documents --------------------------------------------------------------------------------------------------

    def opened(self, item: types.TextDocumentItem) -> None:
        """Take a document in."""
        text = Text(item.text, self.encoding)
        document = Document(item.uri, _path(item.uri), item.version, text, item.language_id)
        self.documents[item.uri] = document
        from ..locate import forget

        forget()
        self.touch(document)

    def changed(
        self, item: types.VersionedTextDocumentIdentifier, changes: Sequence[types.TextDocumentContentChangeEvent]
    ) -> None:
        """Take over what was typed."""
        document = self.documents.get(item.uri)
        if document is not None:
            document.change(item.version, changes)
            self.touch(document)

    def closed(self, uri: str) -> None:
        """Forget a document, and what the editor shows of it."""
        self._dirty.pop(uri, None)
        if self.documents.pop(uri, None) is not None and not self.pulls:
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def document(self, uri: str) -> Document | None:
        """An open document that is a Dockerfile."""
        document = self.documents.get(uri)
        if document is None or not self._is_dockerfile(document):
            return None
        if self._asked is not None and self._asked is not document:
            self._asked.release()
        self._asked = document
        if document.plan is None:
            self.prepare(document)
        return document

    def _is_dockerfile(self, document: Document) -> bool:
        if document.language.lower() in _LANGUAGES:
            return True
        from ..discover import is_dockerfile_name

        return is_dockerfile_name(document.uri.rpartition("/")[2])

    def touch(self, document: Document) -> None:
        """Lint a document when there is time."""
        if self._is_dockerfile(document):
            self._dirty[document.uri] = None

    def touch_all(self) -> None:
        """Files beside the documents have changed: everything is looked at anew."""
        from ..locate import forget

        forget()
        self.plans.forget()
        for document in self.documents.values():
            document.forget()
            self.touch(document)
        if self.pulls and self.refreshes and self.documents:
            self.workspace_diagnostic_refresh(None)

    # Linting ----------------------------------------------------------------------------------------------------

    def idle(self) -> None:
        """Do what is to be done when no message waits: lint one document, and say what was found."""
        while self._dirty:
            uri = next(reversed(self._dirty))
            del self._dirty[uri]
            document = self.documents.get(uri)
            if document is None or self.pulls:
                continue
            self.lint(document)
            from .diagnostics import publish

            publish(self, document)
            break
        if self._dirty:
            self.post(self.idle)
        elif self.is_cold:
            self.is_cold = False
            lint_source(Source(_USUAL_TEXT), self.plans.usual(), None)

    def lint(self, document: Document) -> None:
        """Make the report of a document unless it is there; ShellCheck is asked in a thread of its own."""
        if document.report is not None:
            return
        self.is_cold = False
        plan = self.prepare(document)
        if self._is_excluded(document):
            document.report, document.shell = Report(document.name, [], failed=False), []
            return
        report = lint_source(document.source, plan, document.find_context)
        self.quiet(document, report)
        document.report = report
        if report.snippets and plan.shell is not None:
            from .shell import ask

            ask(self, document, report)
        else:
            document.shell = []

    def prepare(self, document: Document) -> Plan:
        """Tell a document with what it is linted, and where its build context is; the plan."""
        try:
            document.plan = self.plan(document)
            settings, roots = self.settings(document), self.roots(document)
            document.find_context = self.plans.finder(document.path, settings, roots)
        except BadSettings as error:
            self.tell_once(f"dlint: {error}")
            document.plan = self.plans.usual()
        return document.plan

    def _is_excluded(self, document: Document) -> bool:
        try:
            return self.plans.excluded(document.path, self.settings(document))
        except BadSettings:
            return False  # It is told by `prepare`.

    def quiet(self, document: Document, report: Report) -> None:
        """Take out of a report what a baseline holds."""
        try:
            self.plans.quiet(report, document.path, self.settings(document))
        except BadSettings as error:
            self.tell_once(f"dlint: {error}")

    def plan(self, document: Document) -> Plan:
        """The plan for a document. Raises BadSettings."""
        return self.plans.of(document.path, self.settings(document), self.roots(document))

    def roots(self, document: Document) -> list[str]:
        """The folders above which no build context is looked for: as if they were the paths of `dlint check`."""
        above = [path for path in self.folders.values() if _is_below(document.path, path)]
        return above or [document.path]

    # Settings ---------------------------------------------------------------------------------------------------

    def settings(self, document: Document) -> Settings:
        """The settings for a document: of the innermost folder that holds it and has some, else those of all."""
        best, found = "", self._settings[""]
        for uri, path in self.folders.items():
            if uri in self._settings and _is_below(document.path, path) and len(path) > len(best):
                best, found = path, self._settings[uri]
        return found

    def set(self, scope: str, values: Any) -> None:
        """Take over the settings of a folder (its URI), or with an empty scope of all."""
        found = as_object(values)
        settings = Settings(as_object(found["dlint"]) if "dlint" in found else found)
        self._settings[scope] = settings
        for problem in settings.problems:
            self.tell_once(f"dlint: {problem}")

    # The client -------------------------------------------------------------------------------------------------

    @property
    def pulls(self) -> bool:
        """Whether the client asks for diagnostics itself, so that they are not pushed."""
        document = self.client_capabilities.text_document
        return document is not None and document.diagnostic is not None

    @property
    def refreshes(self) -> bool:
        """Whether the client can be told to ask for diagnostics again."""
        workspace = self.client_capabilities.workspace
        return bool(workspace and workspace.diagnostics and workspace.diagnostics.refresh_support)

    @property
    def is_shut_down(self) -> bool:
        """Whether the client said `shutdown`."""
        return self.protocol.is_shut_down

    def log(self, text: str) -> None:
        """Say something for who looks for it: the editor's log, and standard error."""
        note(text)
        self.window_log_message(types.LogMessageParams(types.MessageType.Info, f"{_clock()} {text}"))

    def tell_once(self, text: str) -> None:
        """Say something that the user has to know, once."""
        if text not in self._told:
            self._told.add(text)
            self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, text))

    def unreadable(self, why: str) -> None:
        """Answer to a message that is no JSON."""
        error = types.ResponseError(code=types.ErrorCodes.ParseError.value, message=f"this is no message: {why}")
        self.protocol.answer_unreadable(error)

    def guarded(self, job: Callable[[], object]) -> None:
        """Do a job; what breaks in it is told and never ends the server."""
        try:
            job()
        except (BrokenPipeError, SystemExit):
            raise
        except Exception as error:  # noqa: BLE001 - the server must live on
            self.report_server_error(error, type(error))

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log what broke; an answer to a request tells the client itself."""
        del source
        if isinstance(error, JsonRpcException) and not isinstance(error, JsonRpcInternalError):
            return  # It is an answer.
        self.log(f"internal error ({what_broke(error)}); this is a bug of dlint, please report it")


def _lazy(module: str, function: str) -> Callable[[App, Any], Any]:
    """A handler whose module is imported when it is first needed."""

    def handle(ls: App, params: Any) -> Any:
        found = import_module(f".{module}", __package__)
        return getattr(found, function)(ls, params)

    return handle


def _command(command: str) -> Callable[..., Any]:
    def handle(ls: App, *arguments: Any) -> Any:
        from .commands import run

        return run(ls, command, arguments)

    return handle


def _path(uri: str) -> str:
    """The path of a file, or empty for what is none."""
    return (to_fs_path(uri) or "") if uri.startswith("file:") else ""


def _is_below(path: str, folder: str) -> bool:
    return bool(path) and (path == folder or path.startswith(folder.rstrip(os.sep) + os.sep))


def _clock() -> str:
    return time.strftime("%H:%M:%S")
