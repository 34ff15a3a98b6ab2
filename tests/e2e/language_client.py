"""A plain client of the Language Server Protocol: JSON over pipes, and a document that it edits as an editor does."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

COMMAND = [sys.executable, "-m", "dockerfile_dlint.lint", "server"]
PATIENCE = 30

CAPABILITIES: dict[str, Any] = {
    "general": {"positionEncodings": ["utf-16"]},
    "workspace": {
        "workspaceFolders": True,
        "workspaceEdit": {
            "documentChanges": True,
            "resourceOperations": ["create"],
            "changeAnnotationSupport": {"groupsOnLabel": True},
        },
    },
    "textDocument": {
        "publishDiagnostics": {
            "relatedInformation": True,
            "tagSupport": {"valueSet": [1, 2]},
            "versionSupport": True,
            "codeDescriptionSupport": True,
        },
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor", "source"]}},
            "resolveSupport": {"properties": ["edit"]},
            "dataSupport": True,
            "disabledSupport": True,
        },
        "hover": {"contentFormat": ["markdown"]},
        "completion": {"completionItem": {"snippetSupport": True}},
        "rename": {"prepareSupport": True},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
        "semanticTokens": {
            "requests": {"full": True},
            "tokenTypes": [],
            "tokenModifiers": [],
            "formats": ["relative"],
        },
    },
}


UNITS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
"""For each encoding of positions the codec, and the bytes of a unit."""


class Failed(Exception):
    """The server answered with an error."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(f"{error['code']}: {error['message']}")
        self.code = error["code"]


class Client:
    """A server process and what it sent. `diagnostics` are the last ones that were pushed, by URI.

    `settings` are those of all, or with a key "" those of each folder by its URI.
    """

    def __init__(
        self,
        folders: list[Path],
        *,
        capabilities: dict[str, Any] | None = None,
        options: Any = None,
        start: bool = True,
        command: list[str] | None = None,
        settings: Any = None,
        env: dict[str, str] | None = None,
    ) -> None:
        self.process = subprocess.Popen(
            command or COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **(env or {})},
        )
        self.settings = settings
        self.diagnostics: dict[str, Any] = {}
        self.versions: dict[str, int] = {}
        self.notes: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self.errors = b""
        self._inbox: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._answers: dict[int, dict[str, Any]] = {}
        self._last = 0
        threading.Thread(target=self._read, daemon=True).start()
        self._drain = threading.Thread(target=self._read_errors, daemon=True)
        self._drain.start()
        self.server: dict[str, Any] = {}
        if start:
            self.initialize(folders, capabilities, options)

    @property
    def encoding(self) -> str:
        """In which units the server counts columns."""
        return self.server.get("capabilities", {}).get("positionEncoding", "utf-16")

    def initialize(self, folders: list[Path], capabilities: dict[str, Any] | None, options: Any) -> None:
        self.server = self.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": folders[0].as_uri() if folders else None,
                "workspaceFolders": [{"uri": f.as_uri(), "name": f.name} for f in folders] or None,
                "capabilities": CAPABILITIES if capabilities is None else capabilities,
                "initializationOptions": options,
            },
        )
        self.notify("initialized", {})

    # Messages ---------------------------------------------------------------------------------------------------

    def send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.send_raw(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def send_raw(self, data: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def notify(self, method: str, params: Any) -> None:
        self.send({"method": method, "params": params})

    def begin(self, method: str, params: Any) -> int:
        """Send a request; its id."""
        self._last += 1
        self.send({"id": self._last, "method": method, "params": params})
        return self._last

    def answer(self, identity: int) -> Any:
        """The answer to a request. Raises Failed."""
        end = time.monotonic() + PATIENCE
        while identity not in self._answers:
            self.pump(end - time.monotonic())
        found = self._answers.pop(identity)
        if "error" in found:
            raise Failed(found["error"])
        return found["result"]

    def request(self, method: str, params: Any) -> Any:
        return self.answer(self.begin(method, params))

    def pump(self, seconds: float) -> None:
        """Take the next message in."""
        try:
            message = self._inbox.get(timeout=max(0.0, seconds))
        except queue.Empty:
            raise TimeoutError(self.errors.decode(errors="replace")[-2000:]) from None
        if message is None:
            raise EOFError(self.errors.decode(errors="replace")[-2000:])
        if "method" not in message:
            self._answers[message["id"]] = message
        elif "id" in message:
            self.asked.append(message)
            self.send({"id": message["id"], "result": self._reply(message)})
        elif message["method"] == "textDocument/publishDiagnostics":
            params = message["params"]
            self.diagnostics[params["uri"]] = params["diagnostics"]
            self.versions[params["uri"]] = params.get("version", -1)
        else:
            self.notes.append(message)

    def _reply(self, message: dict[str, Any]) -> Any:
        if message["method"] == "workspace/configuration":
            scoped = self.settings if isinstance(self.settings, dict) and "" in self.settings else {"": self.settings}
            return [scoped.get(item.get("scopeUri", "")) for item in message["params"]["items"]]
        if message["method"] == "workspace/applyEdit":
            return {"applied": True}
        return None

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream
        while True:
            length = 0
            while (line := stream.readline().strip()) != b"":
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if not length:
                self._inbox.put(None)
                return
            self._inbox.put(json.loads(stream.read(length)))

    def _read_errors(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.errors += line

    # Life -------------------------------------------------------------------------------------------------------

    def stop(self) -> int:
        """Shut the server down; its exit status."""
        self.request("shutdown", None)
        self.notify("exit", None)
        return self.process.wait(PATIENCE)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                stream.close()


class Buffer:
    """An open document: the text as the editor has it, kept equal to the server's by incremental changes."""

    def __init__(self, client: Client, uri: str, text: str, language: str = "dockerfile") -> None:
        self.client = client
        self.uri = uri
        self.text = text
        self.version = 1
        item = {"uri": uri, "languageId": language, "version": 1, "text": text}
        client.notify("textDocument/didOpen", {"textDocument": item})

    @property
    def identifier(self) -> dict[str, Any]:
        return {"uri": self.uri}

    def edit(self, start: int, end: int, new: str) -> None:
        """Replace `text[start:end]`."""
        self.edits([(start, end, new)])

    def edits(self, wanted: list[tuple[int, int, str]]) -> None:
        """Several edits in one message, each of the text that the one before left."""
        changes: list[dict[str, Any]] = []
        for start, end, new in wanted:
            changes.append({"range": {"start": self.position(start), "end": self.position(end)}, "text": new})
            self.text = self.text[:start] + new + self.text[end:]
        self._changed(changes)

    def replace(self, text: str) -> None:
        self.text = text
        self._changed([{"text": text}])

    def _changed(self, changes: list[dict[str, Any]]) -> None:
        self.version += 1
        identity = {"uri": self.uri, "version": self.version}
        self.client.notify("textDocument/didChange", {"textDocument": identity, "contentChanges": changes})

    def apply(self, edits: list[dict[str, Any]]) -> None:
        """Make the edits that the server proposed, the last one first."""
        spans = sorted((self.offset(e["range"]["start"]), self.offset(e["range"]["end"]), e["newText"]) for e in edits)
        for (_, end, _), (start, _, _) in pairwise(spans):
            assert end <= start, "edits overlap"
        for start, end, new in reversed(spans):
            self.edit(start, end, new)

    def apply_workspace(self, edit: dict[str, Any]) -> None:
        for change in edit.get("documentChanges", ()):
            if "textDocument" in change and change["textDocument"]["uri"] == self.uri:
                self.apply(change["edits"])
        self.apply(edit.get("changes", {}).get(self.uri, []))

    def settle(self) -> list[dict[str, Any]]:
        """The diagnostics that were pushed for this version."""
        end = time.monotonic() + PATIENCE
        while self.client.versions.get(self.uri) != self.version:
            self.client.pump(end - time.monotonic())
        return self.client.diagnostics[self.uri]

    def ask(self, method: str, at: int, **more: Any) -> Any:
        """A request about a place in the text."""
        params = {"textDocument": self.identifier, "position": self.position(at), **more}
        return self.client.request(method, params)

    # Places, in the units that the server wants ----------------------------------------------------------------------

    def position(self, offset: int) -> dict[str, int]:
        before = self.text[:offset].replace("\r\n", "\n\n" if self.text[offset - 1 : offset] == "\r" else "\n")
        line = before.count("\n")
        column = before[before.rfind("\n") + 1 :]
        codec, size = UNITS[self.client.encoding]
        return {"line": line, "character": len(column.encode(codec)) // size}

    def range(self, words: str) -> dict[str, dict[str, int]]:
        """Where some words stand first."""
        at = self.text.index(words)
        return {"start": self.position(at), "end": self.position(at + len(words))}

    def offset(self, position: dict[str, int]) -> int:
        at = 0
        for _ in range(position["line"]):
            at = self.text.index("\n", at) + 1
        end = self.text.find("\n", at)
        line = self.text[at : len(self.text) if end < 0 else end].removesuffix("\r")
        codec, size = UNITS[self.client.encoding]
        units = line.encode(codec)
        assert size * position["character"] <= len(units), f"{position} is behind the end of the line {line!r}"
        return at + len(units[: size * position["character"]].decode(codec))
