"""A session with the language server in this process: a document is opened, changed, and asked about everything."""

from __future__ import annotations

import json
import re
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from dockerfile_dlint.fixers.format.layout import FormatError, format_source
from dockerfile_dlint.lint.server.app import create_server
from dockerfile_dlint.lint.server.capabilities import SERVER_COMMANDS
from dockerfile_dlint.lint.server.early import StartupHandler
from dockerfile_dlint.lint.server.wire import MessageWriter
from dockerfile_dlint.lint.server.workbench import Workbench
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source

from tests.syntax import pieces

from .case import Fault
from .grammar import expand

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockerfile_dlint.lint.server.dlint_server import DlintServer

    from .case import Case

_INTERNAL_ERROR = -32603
_UNITS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
"""For each encoding of positions the codec, and the bytes of a unit."""
_LINE_END = re.compile(r"\r\n|\n|\r")
_AT_POSITION = (
    "hover", "completion", "definition", "references", "documentHighlight", "prepareRename", "rename",
)  # fmt: skip
_OF_DOCUMENT = (
    "documentSymbol", "foldingRange", "selectionRange", "semanticTokens/full", "inlayHint", "diagnostic",
)  # fmt: skip


class Session:
    """A server and a client with one document, whose text both must agree on."""

    def __init__(self, case: Case, text: str) -> None:
        self.case = case
        self.random = case.random
        self.uri = (case.folder / "Dockerfile").as_uri()
        self.text = text
        self.version = 1
        self.encoding = self.random.choice(tuple(_UNITS))
        self.workbench = Workbench(MessageWriter(self._receive), "0")
        self._early = StartupHandler(self.workbench)
        self._app: DlintServer | None = None
        self._jobs: list[Callable[[], object]] = []
        self._answers: dict[Any, dict[str, Any]] = {}
        self._last = 0

    # Messages ---------------------------------------------------------------------------------------------------

    def _receive(self, data: bytes) -> None:
        message = json.loads(data.partition(b"\r\n\r\n")[2])
        if "method" not in message:
            self._answers[message["id"]] = message
        elif message["method"] == "window/logMessage" and "bug in dlint" in message["params"]["message"]:
            self.case.no_internal_error()
            raise Fault(f"internal error\n{message['params']['message']}")

    def send(self, message: dict[str, Any]) -> None:
        """Let the server handle a message and what it queues because of it. Raises Fault."""
        # As it comes over the wire.
        message = json.loads(json.dumps({"jsonrpc": "2.0", **message}))
        start = time.process_time()
        if self._app is None:
            self._early.handle(message)
        else:
            self._app.protocol.receive(message)
        self._work()
        self.case.no_internal_error()
        self.case.took(time.process_time() - start)

    def _work(self) -> None:
        while self._jobs:
            self._jobs.pop(0)()

    def idle(self) -> None:
        """Give the server the time to lint."""
        start = time.process_time()
        if self._app is None:
            self._early.idle()
        else:
            self._app.idle()
            self._work()
        self.case.no_internal_error()
        self.case.took(time.process_time() - start)

    def start(self) -> None:
        """Go on with the whole server, as the transport does after the first messages."""
        self._app = create_server(self.workbench, self._jobs.append, set())
        self._app.protocol.answered.update(self._early.answered)
        for message in self._early.kept:
            self._app.protocol.receive(message)
        self._work()
        self.case.no_internal_error()

    def notify(self, method: str, params: Any) -> None:
        self.send({"method": method, "params": params})

    def request(self, method: str, params: Any) -> Any:
        """The result of a request, None if the server refuses it. Raises Fault."""
        self.case.runs.append(f"{method} {json.dumps(params)}")
        self._last += 1
        self.send({"id": self._last, "method": method, "params": params})
        answer = self._answers.pop(self._last, None)
        if answer is None:
            raise Fault(f"no answer to {method}")
        error = answer.get("error")
        if error is None:
            return answer["result"]
        if error["code"] == _INTERNAL_ERROR:
            raise Fault(f"{method}: internal error\n{error}")
        return None

    # The document -----------------------------------------------------------------------------------------------

    @property
    def document(self) -> dict[str, Any]:
        return {"textDocument": {"uri": self.uri}}

    def open(self) -> None:
        item = {"uri": self.uri, "languageId": "dockerfile", "version": 1, "text": self.text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self) -> None:
        """One or several edits in one message, each of the text that the one before left."""
        changes: list[dict[str, Any]] = []
        text = self.text
        for _ in range(self.random.choice((1, 1, 3))):
            start = self.random.randrange(len(text) + 1)
            end = min(len(text), start + self.random.choice((0, 0, 1, 30)))
            if "\r\n" in (text[start - 1 : start + 1], text[end - 1 : end + 1]):
                continue  # No position is between the two.
            new = self.random.choice(
                (*pieces.WORDS, *pieces.SHELL, "\n", "\r\n", "😀", expand("instruction", self.random))
            )
            new = new.encode("utf-8", "replace").decode()
            changes.append(
                {"range": {"start": self.position(start, text), "end": self.position(end, text)}, "text": new}
            )
            text = text[:start] + new + text[end:]
        self._changed(changes, text)

    def replace(self, text: str) -> None:
        self._changed([{"text": text}], text)

    def _changed(self, changes: list[dict[str, Any]], text: str) -> None:
        self.version += 1
        self.text = text
        identity = {"uri": self.uri, "version": self.version}
        self.notify("textDocument/didChange", {"textDocument": identity, "contentChanges": changes})
        if self._app is not None and self.workbench.documents[self.uri].text.text != text:
            raise Fault(f"the server has another text\n{changes}")

    def position(self, offset: int, text: str) -> dict[str, int]:
        line, begin = 0, 0
        for found in _LINE_END.finditer(text, 0, offset):
            line, begin = line + 1, found.end()
        codec, size = _UNITS[self.encoding]
        return {"line": line, "character": len(text[begin:offset].encode(codec, "surrogatepass")) // size}

    def offset(self, position: dict[str, int]) -> int:
        """The offset of a position of the server. Raises Fault if there is no such place."""
        begin, lines = 0, _LINE_END.finditer(self.text)
        for _ in range(position["line"]):
            found = next(lines, None)
            if found is None:
                raise Fault(f"no such line: {position}")
            begin = found.end()
        found = next(lines, None)
        codec, size = _UNITS[self.encoding]
        units = self.text[begin : found.start() if found else len(self.text)].encode(codec, "surrogatepass")
        if position["character"] * size > len(units):
            raise Fault(f"a position after the end of its line\n{position} {self.text!r}")
        return begin + len(units[: position["character"] * size].decode(codec, "surrogatepass"))

    def edited(self, edits: list[dict[str, Any]]) -> str:
        """The text after edits of the server. Raises Fault if they overlap or lie outside."""
        spans = sorted((self.offset(e["range"]["start"]), self.offset(e["range"]["end"]), e["newText"]) for e in edits)
        if any(end > start for (_, end, _), (start, _, _) in pairwise(spans)):
            raise Fault(f"edits overlap\n{edits}")
        text = self.text
        for start, end, new in reversed(spans):
            text = text[:start] + new + text[end:]
        return text

    def place(self) -> dict[str, int]:
        """A position, now and then one that does not exist."""
        if self.random.random() < 0.03:
            return {"line": self.random.choice((0, 3, 10_000)), "character": self.random.choice((0, 7, 10_000))}
        return self.position(self.random.randrange(len(self.text) + 1), self.text)

    def range(self) -> dict[str, dict[str, int]]:
        first, second = sorted((self.place(), self.place()), key=lambda place: (place["line"], place["character"]))
        return {"start": first, "end": second}

    # Requests ---------------------------------------------------------------------------------------------------

    def initialize(self) -> None:
        features: dict[str, Any] = {
            "codeAction": {
                "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor", "source"]}},
                "resolveSupport": {"properties": ["edit"]},
                "dataSupport": True,
                "disabledSupport": True,
            },
            "rename": {"prepareSupport": True},
            "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
            "completion": {"completionItem": {"snippetSupport": True}},
        }
        if self.random.random() < 0.3:
            features["diagnostic"] = {}
        if self.random.random() < 0.1:
            features = {}
        workspace = {"workspaceEdit": {"documentChanges": self.random.random() < 0.8, "resourceOperations": ["create"]}}
        settings = {
            "inlayHints": True,
            "select": ["ALL"] if self.random.random() < 0.5 else [expand("code", self.random)],
        }
        self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": self.case.folder.as_uri(),
                "capabilities": {
                    "general": {"positionEncodings": [self.encoding]},
                    "workspace": workspace,
                    "textDocument": features,
                },
                "initializationOptions": settings,
            },
        )
        self.notify("initialized", {})

    def ask_at_position(self) -> None:
        method = self.random.choice(_AT_POSITION)
        more = {"newName": expand("name", self.random)} if method == "rename" else {}
        if method == "references":
            more = {"context": {"includeDeclaration": True}}
        self.request(f"textDocument/{method}", {**self.document, "position": self.place(), **more})

    def ask_of_document(self) -> None:
        method = self.random.choice(_OF_DOCUMENT)
        more: dict[str, Any] = {}
        if method == "selectionRange":
            more = {"positions": [self.place(), self.place()]}
        elif method == "inlayHint":
            more = {"range": self.range()}
        self.request(f"textDocument/{method}", {**self.document, **more})

    def format(self) -> None:
        options = {"options": {"tabSize": 4, "insertSpaces": True}}
        if self.random.random() < 0.4:
            edits = self.request("textDocument/rangeFormatting", {**self.document, "range": self.range(), **options})
            self.edited(edits or [])
            return
        edits = self.request("textDocument/formatting", {**self.document, **options})
        try:
            wanted = format_source(self.text)
        except FormatError:
            wanted = self.text
        text = self.edited(edits or [])
        if text != wanted:
            raise Fault(f"the edits do not give the formatted text\n{text!r}\n{wanted!r}")
        self.replace(text)
        again = self.request("textDocument/formatting", {**self.document, **options})
        if self.edited(again or []) != text:
            raise Fault("formatting again changes the text")

    def act(self) -> None:
        """Ask for the code actions, resolve some, and apply one."""
        params = {**self.document, "range": self.range(), "context": {"diagnostics": []}}
        if self.random.random() < 0.5:
            whole = {"start": {"line": 0, "character": 0}, "end": self.position(len(self.text), self.text)}
            params["range"] = whole
        actions = self.request("textDocument/codeAction", params) or []
        for action in self.random.sample(actions, min(3, len(actions))):
            whole = action
            if "edit" not in action and "data" in action and "disabled" not in action:
                whole = self.request("codeAction/resolve", action) or action
            text = self._applied(whole.get("edit") or {})
            if text is not None and not parse(Source(self.text)).errors and parse(Source(text)).errors:
                raise Fault(f"a code action breaks the file: {action['title']}\n{text!r}")

    def _applied(self, edit: dict[str, Any]) -> str | None:
        edits = list(edit.get("changes", {}).get(self.uri, []))
        for change in edit.get("documentChanges") or ():
            if change.get("textDocument", {}).get("uri") == self.uri:
                edits += change["edits"]
        return self.edited(edits) if edits else None

    def command(self) -> None:
        name = self.random.choice(SERVER_COMMANDS)
        arguments: list[Any] = [self.uri]
        if name.endswith("explain"):
            arguments = [expand("code", self.random)]
        elif name.endswith(("rewritten", "optimize")):
            arguments.append(self.random.choice((["layers"], ["order", "multi-stage"], ["x"], None)))
        elif name.endswith("act"):
            arguments = [{"title": "x"}]
        self.request("workspace/executeCommand", {"command": name, "arguments": arguments})

    def settings(self) -> None:
        values = {"select": expand("code", self.random), "inlayHints": True, "profile": expand("profile", self.random)}
        self.notify("workspace/didChangeConfiguration", {"settings": {"dlint": values}})
        self.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": self.uri, "type": 2}]})
        self.notify("textDocument/didSave", self.document)


def serve(case: Case) -> None:
    """A session with a random document, settings and requests. Raises Fault."""
    text = case.files["Dockerfile"].decode("utf-8", "replace")
    session = Session(case, text)
    session.initialize()
    session.open()
    session.idle()
    session.start()
    steps = (session.change, session.ask_at_position, session.ask_at_position, session.ask_of_document, session.format,
             session.act, session.act, session.command, session.settings, session.idle)  # fmt: skip
    for _ in range(case.random.randrange(4, 14)):
        case.random.choice(steps)()
    session.notify("textDocument/didClose", session.document)
    session.request("shutdown", None)
