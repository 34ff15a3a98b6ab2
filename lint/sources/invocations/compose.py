"""The builds of a compose file. Source: docs.docker.com/reference/compose-file/: build, extends, include and so on."""

from __future__ import annotations

import os
import re

from ...config.yaml_nodes import YamlError, mapping_entries, parse_yaml, scalar_text, sequence_items
from .invocation import BuildInvocation, InlineDockerfile, is_remote_context, resolve_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    Services = dict[str, "ComposeService"]

_MAIN = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_VARIABLE = re.compile(r"\$(?:(\$)|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(:?[-+?])?)")
_MOST_STEPS = 20
"""Services that extend one another, and files that include one another."""


def read_compose(path: str, text: str) -> list[BuildInvocation]:
    """The builds of the compose file at `path`, and of the files that it includes; none when it is no YAML.

    A file such as docker-compose.prod.yml is laid over the main one of its folder, as with `-f main -f prod`.
    """
    return list(_Reader(path, text).invocations())


class ComposeService(dict[str, "Any"]):
    """The nodes of a service by their keys, and the line (from 0) where the service stands."""

    def __init__(self, keys: Mapping[str, Any], line: int) -> None:
        super().__init__(keys)
        self.line = line


class _Build:
    """The keys of a `build`, each with the files that say it, the last one first; `node` is where it is said."""

    __slots__ = ("keys", "node")

    def __init__(self, build: Any, file: str) -> None:
        self.node = build
        keys = {"context": build} if build.id == "scalar" else mapping_entries(build)
        self.keys: dict[str, list[tuple[Any, str]]] = {key: [(node, file)] for key, node in keys.items()}

    def over(self, below: _Build | None) -> _Build:
        """This build laid over another one of the service."""
        if below is not None:
            for key, said in below.keys.items():
                self.keys[key] = [*self.keys.get(key, ()), *said]
        return self


class _Reader:
    """The compose file at `path`, and the files that it names; each is read once."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._text = text
        self._files: dict[str, tuple[Services, list[Any]]] = {path: _parsed(text)}

    def invocations(self) -> list[BuildInvocation]:
        """The builds, those of this file first."""
        found = self._of(self._path)
        seen = {self._path}
        todo = list(self._included(self._path))
        while todo and len(seen) <= _MOST_STEPS:
            path = todo.pop(0)
            if path not in seen:
                seen.add(path)
                found += self._of(path)
                todo += self._included(path)
        return found

    def _of(self, path: str) -> list[BuildInvocation]:
        folder = os.path.dirname(path)
        values = _dot_env(folder)
        # A main file counts also for what other files say of its services.
        main = [resolve_path for each in _MAIN if os.path.isfile(resolve_path := os.path.join(folder, each))]
        beside = path == self._path and bool(main) and os.path.basename(path) not in _MAIN
        found: list[BuildInvocation] = []
        for name, service in self._services(path).items():
            build = self._build(path, name)
            if build is not None and beside and "build" in service:
                build.over(self._build(main[0], name))
            if build is not None:
                made = self._invocation(path, name, build, values)
                if made is not None:
                    found.append(made)
        return found

    def _services(self, path: str) -> Services:
        return self._read(path)[0]

    def _read(self, path: str) -> tuple[Services, list[Any]]:
        if path not in self._files:
            try:
                with open(path, encoding="utf-8-sig", errors="replace") as file:
                    self._files[path] = _parsed(file.read())
            except OSError:
                self._files[path] = {}, []
        return self._files[path]

    def _included(self, path: str) -> list[str]:
        """The files that a file includes: a path, or a mapping with one or several."""
        folder = os.path.dirname(path)
        values = _dot_env(folder)
        written: list[str | None] = []
        for node in self._read(path)[1]:
            inner = mapping_entries(node).get("path") if node.id == "mapping" else node
            written += [scalar_text(each) for each in sequence_items(inner)] or [scalar_text(inner)]
        known = [_expanded(each, values) for each in written]
        return [resolve_path(folder, each) for each in known if each and not is_remote_context(each)]

    def _build(self, path: str, name: str, steps: int = 0) -> _Build | None:
        """The build of a service, with what it takes from the service that it extends; None when it has none."""
        service = self._services(path).get(name)
        if service is None or steps > _MOST_STEPS:
            return None
        below = None
        extended = service.get("extends")
        if extended is not None:
            keys = mapping_entries(extended)
            file, other = scalar_text(keys.get("file")), scalar_text(keys.get("service")) or scalar_text(extended)
            if other is not None:
                there = resolve_path(os.path.dirname(path), file) if file is not None else path
                below = self._build(there, other, steps + 1)
        build = service.get("build")
        if build is not None:
            return _Build(build, path).over(below)
        if below is not None:
            below.node = extended
        return below

    def _invocation(self, path: str, name: str, build: _Build, values: Mapping[str, str]) -> BuildInvocation | None:
        here = os.path.dirname(path)

        def value(key: str, default: str) -> tuple[str | None, str]:
            said = build.keys.get(key)
            if not said:
                return default, here
            return _expanded(scalar_text(said[0][0]), values), os.path.dirname(said[0][1])

        written, folder = value("context", ".")
        if written is None:
            return None
        context = None if is_remote_context(written) else resolve_path(folder, written)
        inline = None
        if "dockerfile_inline" in build.keys:
            node, file = build.keys["dockerfile_inline"][0]
            inline = _inline(node, self._text) if file == self._path else None
            if inline is None:
                return None
        dockerfile = value("dockerfile", "Dockerfile")[0]
        if inline is None and (context is None or dockerfile is None):
            return None
        file = "" if inline is not None or context is None else resolve_path(context, dockerfile or "")
        # A build behind an alias stands where its anchor is; it is said in the service.
        line = max(build.node.start_mark.line, self._services(path)[name].line) + 1
        target = value("target", "")[0] or ""
        args, contexts = (_all_pairs(build.keys.get(key, ()), values) for key in ("args", "additional_contexts"))
        return BuildInvocation(path, line, name, context, file, target, args, contexts, inline)


def _parsed(text: str) -> tuple[Services, list[Any]]:
    """The keys of each service, and the nodes of `include`."""
    try:
        root = mapping_entries(parse_yaml(text))
    except YamlError:
        return {}, []
    node = root.get("services")
    services = {
        name: ComposeService(mapping_entries(each), each.start_mark.line)
        for name, each in mapping_entries(node).items()
    }
    for key, _ in node.value if services and node is not None else ():
        if key.id == "scalar" and key.value in services:
            services[key.value].line = key.start_mark.line
    return services, sequence_items(root.get("include"))


def _all_pairs(said: Any, values: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for node, _ in said:
        found = {**_pairs(node, values), **found}
    return found


def _pairs(node: Any, values: Mapping[str, str]) -> dict[str, str]:
    """What a mapping, or a list of `KEY=value`, says; without what has no known value."""
    written: dict[str, str | None] = {key: scalar_text(value) for key, value in mapping_entries(node).items()}
    for each in sequence_items(node):
        key, equals, value = (scalar_text(each) or "").partition("=")
        written[key] = value if equals else None
    found: dict[str, str] = {}
    for key, value in written.items():
        known = _expanded(value, values)
        if key and known is not None:
            found[key] = known
    return found


def _inline(node: Any, text: str) -> InlineDockerfile | None:
    """An inline Dockerfile; `$$` is a `$` of the Dockerfile, and its place is told by the literal style only."""
    value = scalar_text(node)
    if not value:
        return None
    line = node.start_mark.line + 1
    lines = text.split("\n")
    if node.style != "|":
        return InlineDockerfile(value.replace("$$", "$"), line, node.start_mark.column, exact=False)
    blank = len(value) - len(value.lstrip("\n"))
    first = value.lstrip("\n").split("\n")[0]
    for number in range(line + blank, min(line + blank + 3, len(lines))):
        if lines[number].endswith((first, first + "\r")) and lines[number].strip() == first.strip():
            # A `$$` is one character longer in the file; its line is right all the same.
            return InlineDockerfile(
                value.replace("$$", "$"), number - blank + 1, lines[number].index(first), exact=True
            )
    return InlineDockerfile(value.replace("$$", "$"), line, node.start_mark.column, exact=False)


def _expanded(text: str | None, values: Mapping[str, str]) -> str | None:
    """A text with its variables replaced; None when one has no known value."""
    if text is None or "$" not in text:
        return text
    return _interpolated(text, 0, "", values)[0]


def _interpolated(text: str, at: int, end: str, values: Mapping[str, str]) -> tuple[str | None, int]:
    """The text from `at` up to `end`, and where it goes on behind that; None for a variable without a known value."""
    parts: list[str] = []
    known = True
    while at < len(text):
        if end and text[at] == end:
            return "".join(parts) if known else None, at + 1
        found = _VARIABLE.match(text, at)
        if found is None:
            parts.append(text[at])
            at += 1
            continue
        at = found.end()
        value, word = values.get(found[2] or found[3]), None
        if found[3]:
            # `${NAME}`, or an operator and the word that it is about, which may hold variables too.
            word, at = _interpolated(text, at, "}", values)
        replaced = "$" if found[1] else _operated(found[4] or "", value, word)
        known = known and replaced is not None
        parts.append(replaced or "")
    return "".join(parts) if known else None, at


def _operated(operator: str, value: str | None, word: str | None) -> str | None:
    """What stands for a variable: its value, or the word that an operator such as `:-` puts in its place."""
    if operator.endswith("+"):
        return word if value or (value is not None and operator == "+") else ""
    if operator.endswith("-") and (value is None or (operator == ":-" and not value)):
        return word
    return value


def _dot_env(folder: str) -> dict[str, str]:
    """The variables of the file .env beside a compose file, which compose reads too."""
    found: dict[str, str] = {}
    try:
        with open(os.path.join(folder, ".env"), encoding="utf-8", errors="replace") as file:
            for line in file:
                key, equals, value = line.strip().partition("=")
                if equals and key.isidentifier():
                    found[key] = value.strip().strip("\"'")
    except OSError:
        return {}
    return found
