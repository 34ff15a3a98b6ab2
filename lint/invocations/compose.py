"""The builds of a compose file. Source: docs.docker.com/reference/compose-file/build/ and …/interpolation/."""

from __future__ import annotations

import os
import re

from ..yaml_nodes import BadYaml, compose, entries, items, scalar
from . import Inline, Invocation, place, remote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_MAIN = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_VARIABLE = re.compile(r"\$(?:\$|(\w+)|\{(\w+)(?:(:?[-+?])([^{}]*))?\})")


def read_compose(path: str, text: str) -> list[Invocation]:
    """The builds of the compose file at `path`; none when it is no YAML.

    A file such as docker-compose.prod.yml is laid over the main one of its folder, as with `-f main -f prod`.
    """
    services = _services(text)
    folder = os.path.dirname(path)
    if os.path.basename(path) not in _MAIN and services:
        services = {name: _over(_main_service(folder, name), node) for name, node in services.items()}
    values = _dot_env(folder)
    found: list[Invocation] = []
    for name, service in services.items():
        build = service.get("build")
        if build is not None:
            made = _invocation(path, name, build, values, text)
            if made is not None:
                found.append(made)
    return found


def _services(text: str) -> dict[str, dict[str, Any]]:
    try:
        root = compose(text)
    except BadYaml:
        return {}
    return {name: entries(node) for name, node in entries(entries(root).get("services")).items()}


def _main_service(folder: str, name: str) -> dict[str, Any]:
    for main in _MAIN:
        path = os.path.join(folder, main)
        if os.path.isfile(path):
            with open(path, encoding="utf-8-sig", errors="replace") as file:
                return _services(file.read()).get(name, {})
    return {}


class _Laid:
    """The keys of a `build` that two files describe, the later over the earlier; a node as far as it is asked."""

    def __init__(self, values: dict[str, Any], over: Any) -> None:
        self.values = values
        self.start_mark = over.start_mark


def _over(main: Mapping[str, Any], service: dict[str, Any]) -> dict[str, Any]:
    """A service of a file that is laid over the main one."""
    below, build = main.get("build"), service.get("build")
    if below is None or build is None:
        return service
    return {**service, "build": _Laid({**_keys(below), **_keys(build)}, build)}


def _keys(build: Any) -> dict[str, Any]:
    """The nodes of the keys of a build; of the short form its context."""
    if isinstance(build, _Laid):
        return build.values
    return {"context": build} if build.id == "scalar" else entries(build)


def _invocation(path: str, name: str, build: Any, values: Mapping[str, str], text: str) -> Invocation | None:
    keys = _keys(build)
    folder = os.path.dirname(path)

    def value(key: str, default: str) -> str | None:
        node = keys.get(key)
        return default if node is None else _expanded(scalar(node), values)

    written, dockerfile, target = value("context", "."), value("dockerfile", "Dockerfile"), value("target", "")
    if written is None:
        return None
    context = None if remote(written) else place(folder, written)
    inline = _inline(keys["dockerfile_inline"], text) if "dockerfile_inline" in keys else None
    if inline is None and (context is None or dockerfile is None):
        return None
    file = "" if inline is not None or context is None else place(context, dockerfile or "")
    line = build.start_mark.line + 1
    args, contexts = _pairs(keys.get("args"), values), _pairs(keys.get("additional_contexts"), values)
    return Invocation(path, line, name, context, file, target or "", args, contexts, inline)


def _pairs(node: Any, values: Mapping[str, str]) -> dict[str, str]:
    """What a mapping, or a list of `KEY=value`, says; without what has no known value."""
    written: dict[str, str | None] = {key: scalar(value) for key, value in entries(node).items()}
    for each in items(node):
        key, equals, value = (scalar(each) or "").partition("=")
        written[key] = value if equals else None
    found: dict[str, str] = {}
    for key, value in written.items():
        known = _expanded(value, values)
        if key and known is not None:
            found[key] = known
    return found


def _inline(node: Any, text: str) -> Inline | None:
    """An inline Dockerfile; `$$` is a `$` of the Dockerfile, and its place is told by the literal style only."""
    value = scalar(node)
    if not value:
        return None
    line = node.start_mark.line + 1
    lines = text.split("\n")
    if node.style != "|":
        return Inline(value.replace("$$", "$"), line, node.start_mark.column, exact=False)
    first = value.split("\n")[0]
    for number in range(line, min(line + 3, len(lines))):
        if lines[number].endswith((first, first + "\r")) and lines[number].strip() == first.strip():
            # A `$$` is one character longer in the file; its line is right all the same.
            return Inline(value.replace("$$", "$"), number + 1, lines[number].index(first), exact=True)
    return Inline(value.replace("$$", "$"), line, node.start_mark.column, exact=False)


def _expanded(text: str | None, values: Mapping[str, str]) -> str | None:
    """A text with its variables replaced; None when one has no known value."""
    if text is None or "$" not in text:
        return text
    unknown = False

    def replaced(match: re.Match[str]) -> str:
        nonlocal unknown
        if match[0] == "$$":
            return "$"
        known = values.get(match[1] or match[2])
        operator, word = match[3] or "", match[4] or ""
        if operator.endswith("+"):
            return word if known else ""
        if operator.endswith("-") and (known is None or (operator == ":-" and not known)):
            return word
        unknown = unknown or known is None
        return known or ""

    expanded = _VARIABLE.sub(replaced, text)
    return None if unknown else expanded


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
