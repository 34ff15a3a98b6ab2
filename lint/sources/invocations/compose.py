"""The builds of a compose file. Source: docs.docker.com/reference/compose-file/ (build, extends, include)."""

from __future__ import annotations

import os
import re

from ....model.disk import MAX_CONFIG_BYTES, OutsideBoundary, read_file, stays_inside
from ...config.layer import display_path
from ...config.yaml_nodes import YamlError, YamlLimit, mapping_entries, parse_yaml, scalar_text, sequence_items
from .invocation import BuildInvocation, InlineDockerfile, is_remote_context, resolve_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    Services = dict[str, "ComposeService"]

_MAIN = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_VARIABLE = re.compile(r"\$(?:(\$)|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(:?[-+?])?)")
_MAX_STEPS = 20
"""The limit for chains of `extends` and `include`, which may be cyclic."""
_MAX_LENGTH = 1_000_000
_MAX_VARIABLES = 200
"""The limit for `${…}` in one text, which may be nested."""


def read_compose(
    path: str, text: str, roots: Sequence[str] = (), note: Callable[[str], object] | None = None
) -> list[BuildInvocation]:
    """The builds in the compose file at `path` and the files that it includes; none if it is not valid YAML.

    Files outside of the repository are not read; `note` gets a message for each. `roots`: see `boundary_of`.

    A file such as docker-compose.prod.yml is merged with the main one of its directory, as with `-f main -f prod`.
    """
    return list(_Reader(path, text, roots, note).invocations())


class ComposeService(dict[str, "Any"]):
    """The nodes of a service by key, and its line, from 0."""

    def __init__(self, keys: Mapping[str, Any], line: int) -> None:
        super().__init__(keys)
        self.line = line


class _Build:
    """A `build`: the values of each key with their files, the last one first; `node`: the node for its position."""

    __slots__ = ("keys", "node")

    def __init__(self, build: Any, file: str) -> None:
        self.node = build
        keys = {"context": build} if build.id == "scalar" else mapping_entries(build)
        self.keys: dict[str, list[tuple[Any, str]]] = {key: [(node, file)] for key, node in keys.items()}

    def moved_to(self, node: Any) -> _Build:
        """This build at the position of another node."""
        self.node = node
        return self

    def merged_over(self, base: _Build | None) -> _Build:
        """This build with the values of another one as defaults."""
        if base is not None:
            for key, values in base.keys.items():
                self.keys[key] = [*self.keys.get(key, ()), *values]
        return self


class _Reader:
    """Reads the compose file at `path` and the files that it includes or extends, each once."""

    def __init__(self, path: str, text: str, roots: Sequence[str], note: Callable[[str], object] | None) -> None:
        self._path = path
        self._text = text
        self._roots = roots
        self._note = note
        self._variables: dict[str, dict[str, str]] = {}
        self._files: dict[str, tuple[Services, list[Any]]] = {path: self._parsed(path, text)}

    def invocations(self) -> list[BuildInvocation]:
        """The builds, those of this file first."""
        found = self._of(self._path)
        seen = {self._path}
        todo = list(self._included(self._path))
        while todo and len(seen) <= _MAX_STEPS:
            path = todo.pop(0)
            if path not in seen:
                seen.add(path)
                found += self._of(path)
                todo += self._included(path)
        return found

    def _of(self, path: str) -> list[BuildInvocation]:
        directory = os.path.dirname(path)
        values = self._dot_env(directory)
        # A file next to a main file overrides its services.
        main = next((file for each in _MAIN if os.path.isfile(file := os.path.join(directory, each))), "")
        is_override = path == self._path and bool(main) and os.path.basename(path) not in _MAIN
        found: list[BuildInvocation] = []
        for name, service in self._services(path).items():
            build = self._build(path, name)
            if build is not None and is_override and "build" in service:
                build.merged_over(self._build(main, name))
            if build is not None:
                made = self._invocation(path, name, build, values)
                if made is not None:
                    found.append(made)
        return found

    def _services(self, path: str) -> Services:
        return self._read(path)[0]

    def _read(self, path: str) -> tuple[Services, list[Any]]:
        if path not in self._files:
            self._files[path] = self._parsed(path, self._content(path, "utf-8-sig"))
        return self._files[path]

    def _parsed(self, path: str, text: str) -> tuple[Services, list[Any]]:
        """As `_parsed`; a file that describes too much has no services, which is noted."""
        try:
            return _parsed(text)
        except YamlLimit as error:
            if self._note is not None:
                self._note(f"{display_path(path)}:{error.line}: {error}; the builds in this file are unknown")
            return {}, []

    def _content(self, path: str, encoding: str = "utf-8") -> str:
        """The text of another file; empty if it cannot be read, or is outside of the repository, which is noted."""
        folder = os.path.dirname(self._path)
        try:
            if not stays_inside(path, folder, self._roots):
                raise OutsideBoundary(0, "", path)
            return read_file(path, MAX_CONFIG_BYTES).decode(encoding, "replace")
        except OutsideBoundary:
            if self._note is not None and os.path.exists(path):
                self._note(f"{display_path(self._path)}: `{display_path(path)}` is outside of the repository; not read")
        except OSError:
            pass
        return ""

    def _dot_env(self, directory: str) -> dict[str, str]:
        """The variables of the .env file in the directory of a compose file."""
        if directory not in self._variables:
            found = self._variables[directory] = dict[str, str]()
            for line in self._content(os.path.join(directory, ".env")).split("\n"):
                key, equals, value = line.strip().partition("=")
                if equals and key.isidentifier():
                    found[key] = value.strip().strip("\"'")
        return self._variables[directory]

    def _included(self, path: str) -> list[str]:
        """The files that a file includes; an entry of `include` is a path, or a mapping with one or more paths."""
        directory = os.path.dirname(path)
        values = self._dot_env(directory)
        written: list[str | None] = []
        for node in self._read(path)[1]:
            inner = mapping_entries(node).get("path") if node.id == "mapping" else node
            written += [scalar_text(each) for each in sequence_items(inner)] or [scalar_text(inner)]
        known = [_expanded(each, values) for each in written]
        return [resolve_path(directory, each) for each in known if each and not is_remote_context(each)]

    def _build(self, path: str, name: str, steps: int = 0) -> _Build | None:
        """The build of a service, merged with that of the service it extends; None if it has none."""
        service = self._services(path).get(name)
        if service is None or steps > _MAX_STEPS:
            return None
        base = None
        extended = service.get("extends")
        if extended is not None:
            keys = mapping_entries(extended)
            file, other = scalar_text(keys.get("file")), scalar_text(keys.get("service")) or scalar_text(extended)
            if other is not None:
                extended_file = resolve_path(os.path.dirname(path), file) if file is not None else path
                base = self._build(extended_file, other, steps + 1)
        build = service.get("build")
        if build is not None:
            return _Build(build, path).merged_over(base)
        return base.moved_to(extended) if base is not None else None

    def _invocation(self, path: str, name: str, build: _Build, values: Mapping[str, str]) -> BuildInvocation | None:
        here = os.path.dirname(path)

        def value(key: str, default: str) -> tuple[str | None, str]:
            found = build.keys.get(key)
            if not found:
                return default, here
            return _expanded(scalar_text(found[0][0]), values), os.path.dirname(found[0][1])

        written, directory = value("context", ".")
        if written is None:
            return None
        context = None if is_remote_context(written) else resolve_path(directory, written)
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
        # The node of an alias has the position of its anchor; the build belongs to the service.
        line = max(build.node.start_mark.line, self._services(path)[name].line) + 1
        target = value("target", "")[0] or ""
        args, contexts = (_all_pairs(build.keys.get(key, ()), values) for key in ("args", "additional_contexts"))
        tags = [scalar_text(self._services(path)[name].get("image"))]
        for node, _ in build.keys.get("tags", ())[:1]:
            tags += map(scalar_text, sequence_items(node))
        platforms = [
            known
            for node, _ in build.keys.get("platforms", ())[:1]
            for each in sequence_items(node)
            if (known := _expanded(scalar_text(each), values))
        ]
        return BuildInvocation(
            path, line, name, context, file, target, args, contexts, inline,
            given=[key for node, _ in build.keys.get("args", ()) for key in _names(node)],
            images=[_expanded(each, values) or _literal_name(each) for each in tags], platforms=platforms,
            needs_root=_needs_root(self._services(path)[name]),
            code_mounts=_code_mounts(self._services(path)[name], here, context or here, values),
        )  # fmt: skip


def _parsed(text: str) -> tuple[Services, list[Any]]:
    """The keys of each service, and the nodes of `include`. Raises YamlLimit."""
    try:
        root = mapping_entries(parse_yaml(text))
    except YamlLimit:
        raise
    except YamlError:
        return {}, []
    node = root.get("services")
    entries = mapping_entries(node)
    pairs: Any = node.value if node is not None and entries else ()
    lines = {key.value: key.start_mark.line for key, _ in pairs if key.id == "scalar"}
    services = {
        name: ComposeService(mapping_entries(each), lines.get(name, each.start_mark.line))
        for name, each in entries.items()
    }
    return services, sequence_items(root.get("include"))


def _needs_root(service: ComposeService) -> bool:
    """Whether a service runs as a user that it names, has privileges that only root can use, or Docker's socket."""
    if scalar_text(service.get("privileged")) == "true" or sequence_items(service.get("cap_add")):
        return True
    user = scalar_text(service.get("user")) or ""
    if user.partition(":")[0] not in ("", "0", "root"):
        return True
    volumes = sequence_items(service.get("volumes"))
    return any("docker.sock" in (scalar_text(each) or _mount_source(each)) for each in volumes)


def _code_mounts(service: ComposeService, here: str, context: str, values: Mapping[str, str]) -> list[str]:
    """The directories in the container over which a service mounts the build context, or a directory around it."""
    found: list[str] = []
    for node in sequence_items(service.get("volumes")):
        keys = mapping_entries(node)
        if keys:
            source, target = _mount_source(node), scalar_text(keys.get("target")) or ""
        else:
            source, _, rest = (_expanded(scalar_text(node), values) or "").partition(":")
            target = rest.partition(":")[0]
        if source.startswith(".") and target.startswith("/"):
            mounted = resolve_path(here, source)
            if f"{context}/".startswith(f"{mounted.rstrip('/')}/"):
                found.append(target)
    return found


def _mount_source(node: Any) -> str:
    """The source of a volume in the long form."""
    return scalar_text(mapping_entries(node).get("source")) or ""


def _all_pairs(nodes: Any, values: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for node, _ in nodes:
        found = {**_pairs(node, values), **found}
    return found


def _names(node: Any) -> list[str]:
    """The keys of a mapping or a list of `KEY=value`, also those without a known value."""
    return [*mapping_entries(node), *((scalar_text(each) or "").partition("=")[0] for each in sequence_items(node))]


def _literal_name(image: str | None) -> str | None:
    """The name of an image if only its tag has an unknown value."""
    name, colon, _ = (image or "").partition(":")
    return name if colon and "$" not in name else None


def _pairs(node: Any, values: Mapping[str, str]) -> dict[str, str]:
    """The entries with known values of a mapping or a list of `KEY=value`."""
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
    """An inline Dockerfile, with `$$` replaced by `$`; exact positions are known only in literal style (`|`)."""
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
            # Each `$$` is one character longer in the file, so columns after it are off; lines are right.
            return InlineDockerfile(
                value.replace("$$", "$"), number - blank + 1, lines[number].index(first), exact=True
            )
    return InlineDockerfile(value.replace("$$", "$"), line, node.start_mark.column, exact=False)


def _expanded(text: str | None, values: Mapping[str, str]) -> str | None:
    """A text with its variables replaced; None if a value is unknown, or longer than what can be a path or argument."""
    if text is None or "$" not in text:
        return text
    if text.count("$") * max(map(len, values.values()), default=0) > _MAX_LENGTH or text.count("${") > _MAX_VARIABLES:
        return None
    return _interpolated(text, 0, "", values)[0]


def _interpolated(text: str, at: int, end: str, values: Mapping[str, str]) -> tuple[str | None, int]:
    """The expanded text from `at` up to `end`, None if a value is unknown, and the offset after `end`."""
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
            # `${NAME}`, possibly with an operator and its word, which may contain variables.
            word, at = _interpolated(text, at, "}", values)
        replaced = "$" if found[1] else _operated(found[4] or "", value, word)
        known = known and replaced is not None
        parts.append(replaced or "")
    return "".join(parts) if known else None, at


def _operated(operator: str, value: str | None, word: str | None) -> str | None:
    """The replacement of a variable: its value, or the word of an operator such as `:-`."""
    if operator.endswith("+"):
        return word if value or (value is not None and operator == "+") else ""
    if operator.endswith("-") and (value is None or (operator == ":-" and not value)):
        return word
    return value
