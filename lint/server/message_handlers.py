"""The handlers of messages that pygls would otherwise handle itself."""

from __future__ import annotations

import sys
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import lsp_method

from .features.session import folders_changed
from .protocol import RequestProtocol
from .wire import INVALID_REQUEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .dlint_server import DlintServer


class DocumentProtocol(RequestProtocol):
    """The protocol with dlint's own documents."""

    @property
    def server(self) -> DlintServer:
        """The server of this protocol."""
        return self._server  # pyright: ignore[reportReturnType] - pygls sets it to the server that made it

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Any:
        """Store the capabilities for pygls; the request was answered before."""
        self.client_capabilities = params.capabilities

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *_: Any) -> Any:
        """Shut down; from now on only `exit` is accepted."""
        self.server.workbench.shut_down()

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> Any:
        """Open a document."""
        self.server.opened(params.text_document)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Any:
        """Apply changes to a document."""
        self.server.changed(params.text_document, params.content_changes)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> Any:
        """Close a document."""
        self.server.closed(params.text_document.uri)

    @lsp_method(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def lsp_workspace__did_change_workspace_folders(self, params: types.DidChangeWorkspaceFoldersParams) -> Any:
        """Add and remove workspace folders."""
        folders_changed(self.server, params)

    def receive(self, data: dict[str, Any]) -> None:
        """Handle one message. Errors are sent to the client or logged, never raised."""
        workbench = self.server.workbench
        if workbench.is_settings_response(data):
            if workbench.apply_settings_response(data):
                self.server.schedule_all()
            return
        identity = data.get("id") if "method" in data else None
        if workbench.is_shut_down and data.get("method") != types.EXIT:
            if identity is not None:
                workbench.wire.respond_error(identity, INVALID_REQUEST, "the server has shut down")
            return
        try:
            message: Any = self.structure_message(data)
        except JsonRpcException as error:
            if isinstance(identity, int | str):
                self._send_response(identity, error=error.to_response_error())
            else:
                workbench.log(f"invalid message: {error}")
            return
        self.handle_message(message)

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: Any) -> Any:
        """Exit with status 0 after a shutdown, otherwise 1, as the protocol requires."""
        sys.exit(0 if self.server.workbench.is_shut_down else 1)
