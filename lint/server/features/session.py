"""Handlers for initialization, settings, workspace folders, and changed files."""

from __future__ import annotations

from lsprotocol import types

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..dlint_server import DlintServer

WATCHED_FILES = (
    "**/{.dockerignore,*.dockerignore,.containerignore}",
    "**/{dlint.toml,.dlint.toml,pyproject.toml,.hadolint.yaml,.hadolint.yml}",
    "**/{compose,docker-compose}*.{yml,yaml}",
    "**/docker-bake*.{hcl,json}",
    "**/.github/workflows/*.{yml,yaml}",
    "**/{requirements*.txt,package.json,package-lock.json,go.mod,go.sum}",
)
"""Files other than Dockerfiles that affect findings."""


def initialized(server: DlintServer, params: types.InitializedParams) -> None:
    """Request settings, and notifications of changed files and settings, if the client supports that."""
    del params
    workbench = server.workbench
    registrations: list[types.Registration] = []
    if workbench.client_capability("workspace", "didChangeWatchedFiles", "dynamicRegistration"):
        watchers = [types.FileSystemWatcher(pattern) for pattern in WATCHED_FILES]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        registrations.append(types.Registration("dlint-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options))
    if workbench.client_capability("workspace", "didChangeConfiguration", "dynamicRegistration"):
        section = types.DidChangeConfigurationRegistrationOptions(section="dlint")
        registrations.append(types.Registration("dlint-settings", types.WORKSPACE_DID_CHANGE_CONFIGURATION, section))
    if registrations:
        server.client_register_capability(types.RegistrationParams(registrations))
    if not workbench.has_requested_settings:
        workbench.request_settings()


def configuration_changed(server: DlintServer, params: types.DidChangeConfigurationParams) -> None:
    """Request the changed settings, or use those in the notification."""
    workbench = server.workbench
    if workbench.client_capability("workspace", "configuration"):
        workbench.request_settings()
    elif workbench.store_settings("", params.settings):
        server.schedule_all()


def files_changed(server: DlintServer, params: types.DidChangeWatchedFilesParams) -> None:
    """Lint again after watched files have changed."""
    if params.changes:
        server.schedule_all()


def folders_changed(server: DlintServer, params: types.DidChangeWorkspaceFoldersParams) -> None:
    """Add and remove workspace folders."""
    for folder in params.event.removed:
        server.workbench.remove_folder(folder.uri)
    for folder in params.event.added:
        server.workbench.add_folder(folder.uri)
    server.workbench.request_settings()
    server.schedule_all()


def document_saved(server: DlintServer, params: types.DidSaveTextDocumentParams) -> None:
    """Lint again after a save: other documents may depend on it, and files may have appeared."""
    del params
    server.schedule_all()
