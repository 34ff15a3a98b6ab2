"""Beginning, settings, folders, and files that change beside the documents."""

from __future__ import annotations

from typing import Any

from lsprotocol import types
from pygls.uris import to_fs_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .app import App

WATCHED = (
    "**/{.dockerignore,*.dockerignore,.containerignore}",
    "**/{dlint.toml,.dlint.toml,pyproject.toml,.hadolint.yaml,.hadolint.yml}",
    "**/{compose,docker-compose}*.{yml,yaml}",
    "**/docker-bake*.{hcl,json}",
    "**/.github/workflows/*.{yml,yaml}",
    "**/{requirements*.txt,package.json,package-lock.json,go.mod,go.sum}",
)
"""Files that decide over findings and lie beside Dockerfiles."""


def initialize(ls: App, params: types.InitializeParams) -> None:
    """Take in what the client can do, its folders and its first settings."""
    encoding = ls.workspace.position_encoding
    ls.encoding = encoding.value if isinstance(encoding, types.PositionEncodingKind) else str(encoding or "utf-16")
    folders = params.workspace_folders or []
    for folder in folders:
        _add(ls, folder.uri)
    if not folders and params.root_uri:
        _add(ls, params.root_uri)
    ls.set("", params.initialization_options)


def _add(ls: App, uri: str) -> None:
    path = to_fs_path(uri) if uri.startswith("file:") else None
    if path:
        ls.folders[uri] = path


def initialized(ls: App, params: types.InitializedParams) -> None:
    """Ask for settings, and to be told of files and settings that change, when the client can do that."""
    del params
    ls.is_cold = True
    workspace = ls.client_capabilities.workspace
    if workspace is None:
        return
    registrations: list[types.Registration] = []
    watching = workspace.did_change_watched_files
    if watching is not None and watching.dynamic_registration:
        watchers = [types.FileSystemWatcher(pattern) for pattern in WATCHED]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        registrations.append(types.Registration("dlint-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options))
    changing = workspace.did_change_configuration
    if changing is not None and changing.dynamic_registration:
        section = types.DidChangeConfigurationRegistrationOptions(section="dlint")
        registrations.append(types.Registration("dlint-settings", types.WORKSPACE_DID_CHANGE_CONFIGURATION, section))
    if registrations:
        ls.client_register_capability(types.RegistrationParams(registrations))
    if workspace.configuration:
        _ask(ls)


def _ask(ls: App) -> None:
    """Ask for the settings of all and of each folder."""
    scopes = ["", *ls.folders]
    items = [types.ConfigurationItem(scope_uri=scope or None, section="dlint") for scope in scopes]

    def take(answer: Sequence[Any]) -> None:
        for scope, values in zip(scopes, answer, strict=False):
            if values is not None:
                ls.set(scope, values)
        ls.touch_all()

    ls.workspace_configuration(types.ConfigurationParams(items), take)


def configuration_changed(ls: App, params: types.DidChangeConfigurationParams) -> None:
    """The settings have changed: ask for them, or take those that came along."""
    workspace = ls.client_capabilities.workspace
    if workspace is not None and workspace.configuration:
        _ask(ls)
        return
    ls.set("", params.settings)
    ls.touch_all()


def files_changed(ls: App, params: types.DidChangeWatchedFilesParams) -> None:
    """Files beside the documents have changed."""
    if params.changes:
        ls.touch_all()


def folders_changed(ls: App, params: types.DidChangeWorkspaceFoldersParams) -> None:
    """Folders came or went."""
    for folder in params.event.removed:
        ls.folders.pop(folder.uri, None)
    for folder in params.event.added:
        _add(ls, folder.uri)
    ls.touch_all()


def saved(ls: App, params: types.DidSaveTextDocumentParams) -> None:
    """A document was saved; others may depend on it, and files may have come meanwhile."""
    del params
    ls.touch_all()
