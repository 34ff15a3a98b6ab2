"""Configuration discovery and precedence: the nearest file, the files it extends, the environment, the command line.

This module finds configuration files; reader.py and hadolint_config.py read them.
"""

from __future__ import annotations

import os

from ...model.disk import MAX_CONFIG_BYTES, boundary_of, is_inside, read_found, stays_inside
from .layer import ENVIRONMENT_PREFIX, ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from .layer import ConfigLayer
    from .reader import ConfigurationReader

CONFIG_FILE_NAMES = ("dlint.toml", ".dlint.toml", "pyproject.toml")
"""Configuration files; the first one in a directory is used, pyproject.toml only if it has a `tool.dlint` table."""

HADOLINT_FILE_NAMES = (".hadolint.yaml", ".hadolint.yml")
"""Configuration files that are read if there is no dlint configuration."""


_MERGED_TABLES = frozenset(("per-file-ignores", "severity", "build-args", "dockerfiles"))


class Config:
    """The configuration of the files in a directory.

    `layers`: the sources of keys, the last one wins; `file`: the nearest configuration file, empty if there is none.
    """

    __slots__ = ("_known", "file", "layers")

    def __init__(self, layers: Sequence[ConfigLayer], file: str = "") -> None:
        self.layers = layers
        self.file = file
        self._known: dict[object, Any] = {}

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, from the last layer that sets it; tables are merged over all layers."""
        if key in _MERGED_TABLES:
            merged: dict[str, Any] = {}
            for layer in self.layers_setting(key):
                merged |= layer.values[key]
            return merged or default
        last = None
        for layer in self.layers_setting(key):
            last = layer
        return default if last is None else last.values[key]

    def layers_setting(self, key: str) -> Iterator[ConfigLayer]:
        """The layers that set a key, in order of precedence."""
        for layer in self.layers:
            if key in layer.values:
                yield layer

    def path(self, key: str) -> str | None:
        """The value of a key that holds a path, resolved against the directory of its layer; None if it is not set."""
        value = last = None
        for last in self.layers_setting(key):
            value = last.values[key]
        return None if last is None or value is None else os.path.join(last.folder, value)

    def baseline(self, roots: Sequence[str] = ()) -> str | None:
        """The path of the baseline. Raises ConfigError if a configuration file leads out of its repository to it.

        `roots`: the paths of the command line; see `boundary_of`.
        """
        path = self.path("baseline")
        layer = next(reversed(list(self.layers_setting("baseline"))), None)
        if path is None or layer is None or not layer.lines or stays_inside(path, layer.folder, roots):
            return path
        origin, written = layer.origin("baseline"), layer.values["baseline"]
        raise ConfigError(f"{origin}: `{written}` is outside of the repository; to use it, pass `--baseline FILE`")

    def selection(self) -> tuple[list[str], list[str], list[str], str | None]:
        """The selectors of select, extend-select and ignore, and the profile.

        A layer with `select` or `profile` replaces what earlier layers select. If layers select and ignore the same
        selector, the later layer wins; other conflicts are resolved by `select_rules`.
        """
        select: list[str] = []
        extend: list[str] = []
        ignore: list[str] = []
        profile: str | None = None
        for layer in self.layers:
            values = layer.values
            if "select" in values or "profile" in values:
                select, extend = list(values.get("select", ())), []
                profile = values.get("profile")
            added: list[str] = values.get("extend-select", [])
            extend += added
            again = {name.lower() for name in (*added, *values.get("select", ()))}
            ignore = [name for name in ignore if name.lower() not in again]
            ignore += values.get("ignore", [])
        return select, extend, ignore, profile

    def ignored_in(self, path: str) -> list[str]:
        """The selectors that `per-file-ignores` ignores in the file at `path`."""
        found: list[str] = []
        for layer in self.layers_setting("per-file-ignores"):
            table: dict[str, list[str]] = layer.values["per-file-ignores"]
            found += [
                s for pattern, selectors in table.items() if self._matches(layer, pattern, path) for s in selectors
            ]
        return found

    def context(self, path: str, roots: Sequence[str] = ()) -> tuple[str | None, str]:
        """The build context that is set for the file at `path`, None if none is; and its origin if it may not be used.

        That is when a configuration file names a directory outside of the repository. `roots`: the paths of the command
        line; see `boundary_of`.
        """
        settings = self.dockerfile_settings(path)
        root: str | None = settings.get("context")
        layer: ConfigLayer | None = settings.get("context-layer")
        if root is None or layer is None or not layer.lines:
            return root, ""
        here = os.path.dirname(os.path.abspath(path))
        if stays_inside(root, layer.folder, roots) or is_inside(root, boundary_of(here)):
            return root, ""
        return root, layer.origin("context" if "context" in layer.lines else "dockerfiles")

    def dockerfile_settings(self, path: str) -> dict[str, Any]:
        """The keys context (a resolved path), target and build-args for the file at `path`; unset ones are missing.

        With `context` there is also `context-layer`, its layer.
        """
        found: dict[str, Any] = {}
        arguments: dict[str, str] = {}
        for layer in self.layers:
            values = layer.values
            tables = [values]
            for pattern, table in values.get("dockerfiles", {}).items():
                if self._matches(layer, pattern, path):
                    tables.append(table)
            for table in tables:
                arguments |= table.get("build-args", {})
                if "target" in table:
                    found["target"] = table["target"]
                if "context" in table:
                    found["context"] = os.path.join(layer.folder, table["context"])
                    found["context-layer"] = layer
        if arguments:
            found["build-args"] = arguments
        return found

    def excludes(self, path: str, is_directory: bool) -> bool:
        """Whether `exclude` or `extend-exclude` excludes the file or directory at `path`."""
        layers = list(self.layers_setting("exclude"))[-1:]
        lists = [(layer, "exclude") for layer in layers]
        lists += [(layer, "extend-exclude") for layer in self.layers_setting("extend-exclude")]
        if not lists:
            return False
        real = os.path.abspath(path).replace(os.sep, "/")
        return any(self._patterns(layer, layer.values[key]).verdict(real, is_directory) for layer, key in lists)

    def _matches(self, layer: ConfigLayer, pattern: str, path: str) -> bool:
        """Whether a pattern of a layer matches a file or one of its parent directories."""
        patterns = self._patterns(layer, [pattern])
        here, is_directory = os.path.abspath(path).replace(os.sep, "/"), False
        top = layer.folder.replace(os.sep, "/").rstrip("/")
        while here.startswith(top + "/"):
            if patterns.verdict(here, is_directory):
                return True
            here, is_directory = here.rpartition("/")[0], True
        return False

    def _patterns(self, layer: ConfigLayer, patterns: Sequence[str]) -> Any:
        key = (id(layer), *patterns)
        if key not in self._known:
            from ...model.gitignore import GitignoreFile

            self._known[key] = GitignoreFile(layer.folder.replace(os.sep, "/"), patterns)
        return self._known[key]


class ConfigResolver:
    """Finds the configuration of each file of a run, and reads each configuration file once.

    `outer`: layers of the command line, which win over files and environment variables; `isolated`: do not read
    configuration files; `file`: the only configuration file to use; `roots`: the paths of the command line.
    """

    def __init__(
        self,
        outer: Sequence[ConfigLayer] = (),
        *,
        isolated: bool = False,
        file: str | None = None,
        environment: Mapping[str, str] = os.environ,
        roots: Sequence[str] = (),
    ) -> None:
        self._outer = list(outer)
        self._roots = roots
        self._environment = environment
        self._environment_layers: list[ConfigLayer] | None = None
        self._personal: str | None = None
        self._isolated = isolated
        self._file = file
        self._places: dict[str, tuple[str, str]] = {}
        self._reader: ConfigurationReader | None = None
        self._read: dict[str, Config] = {}

    def of(self, path: str) -> Config:
        """The configuration for the Dockerfile at `path`. Raises ConfigError."""
        return self.of_folder(os.path.dirname(path) or ".")

    def of_folder(self, folder: str) -> Config:
        """The configuration for the files in a directory: the nearest one in it or its parents. Raises ConfigError."""
        found = ""
        if self._file is not None:
            file = os.path.abspath(self._file)
        elif self._isolated:
            file = ""
        else:
            own, hadolint = self._find_files(os.path.abspath(folder))
            found = own or hadolint
            file = found or self._user_config()
        config = self._read.get(file)
        if config is None:
            layers = self._layers(file, named=not found) or [] if file else []
            config = self._read[file] = Config([*layers, *self._variables(), *self._outer], file)
        return config

    def _user_config(self) -> str:
        if self._personal is None:
            self._personal = _user_config()
        return self._personal

    def _variables(self) -> list[ConfigLayer]:
        if self._environment_layers is None:
            self._environment_layers = []
            if any(name.startswith(ENVIRONMENT_PREFIX) for name in self._environment):
                from .reader import layers_from_environment

                self._environment_layers = layers_from_environment(self._environment)
        return self._environment_layers

    def _find_files(self, folder: str) -> tuple[str, str]:
        """The nearest dlint and hadolint configuration files in a directory or its parents, up to the repository."""
        todo: list[str] = []
        places = self._places
        while folder not in places:
            todo.append(folder)
            above = os.path.dirname(folder)
            if above == folder or os.path.lexists(os.path.join(folder, ".git")):
                places[folder] = found = self._files_in(folder)
                todo.pop()
                break
            folder = above
        found = places[folder]
        for each in reversed(todo):
            own, hadolint = self._files_in(each)
            found = places[each] = (own or found[0], hadolint or found[1])
        return found

    def _layers(self, path: str, *, named: bool = False) -> list[ConfigLayer] | None:
        if self._reader is None:
            from .reader import ConfigurationReader

            self._reader = ConfigurationReader(self._roots)
        return self._reader.read(path, named=named)

    def _has_table(self, path: str) -> bool:
        """Whether a pyproject.toml has a `tool.dlint` table. Raises ConfigError."""
        return _mentions_dlint(path) and self._layers(path) is not None

    def _files_in(self, folder: str) -> tuple[str, str]:
        own = hadolint = ""
        for name in CONFIG_FILE_NAMES:
            path = os.path.join(folder, name)
            if os.path.isfile(path) and (name != "pyproject.toml" or self._has_table(path)):
                own = path
                break
        for name in HADOLINT_FILE_NAMES:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                hadolint = path
                break
        return own, hadolint


def _mentions_dlint(path: str) -> bool:
    """Whether a pyproject.toml may have a `tool.dlint` table; most do not, which saves importing the TOML parser."""
    try:
        return b"dlint" in read_found(path, MAX_CONFIG_BYTES)
    except OSError:
        return False


def _user_config() -> str:
    """hadolint's configuration in the home directory, in the places where hadolint looks; empty if there is none."""
    home = os.path.expanduser("~")
    folder = os.environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    for place in (os.path.join(folder, "hadolint"), os.path.join(home, ".hadolint", "hadolint"), home + "/.hadolint"):
        for ending in (".yaml", ".yml"):
            if os.path.isfile(place + ending):
                return place + ending
    return ""
