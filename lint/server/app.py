"""Creates the server and registers the handlers of all requests and commands."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from . import feature_table
from .capabilities import SERVER_COMMANDS
from .dlint_server import DlintServer
from .message_handlers import DocumentProtocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .workbench import Workbench


def create_server(
    workbench: Workbench, post: Callable[[Callable[[], object]], object], cancelled: set[int | str]
) -> DlintServer:
    """A server with all features and commands.

    `post` queues a job for the server's thread; `cancelled` holds the ids of cancelled requests.
    """
    server = DlintServer(workbench, post, cancelled, DocumentProtocol)
    for method, module, function in feature_table.FEATURES:
        server.feature(method)(_lazy(module, function))
    for command in SERVER_COMMANDS:
        server.command(command)(_command(command))
    return server


def _lazy(module: str, function: str) -> Callable[[DlintServer, Any], Any]:
    """A handler whose module is imported on its first call."""

    def handle(ls: DlintServer, params: Any) -> Any:
        found = import_module(f".{module}", __package__)
        return getattr(found, function)(ls, params)

    return handle


def _command(command: str) -> Callable[..., Any]:
    def handle(ls: DlintServer, *arguments: Any) -> Any:
        from .features.server_commands import execute_command

        return execute_command(ls, command, arguments)

    return handle
