"""The builds of a Tiltfile. Source: docs.tilt.dev/api.html (docker_build, custom_build, local_resource).

A Tiltfile is written in Starlark, whose syntax is that of Python; arguments that are no literals are unknown.
"""

from __future__ import annotations

import ast
import os
from collections import Counter

from .build_commands import ShellSource, read_build_commands
from .invocation import BuildInvocation, is_remote_context, repository_top, resolve_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_POSITIONAL = ("ref", "context", "build_args", "dockerfile")
_COMMANDS = {"custom_build": ("ref", "command"), "local_resource": ("name", "cmd"), "local": ("command",)}


def read_tiltfile(path: str, text: str) -> list[BuildInvocation]:
    """The builds in the Tiltfile at `path`; paths are relative to its directory."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    here = os.path.dirname(path)
    texts = _constants(tree)
    found: list[BuildInvocation] = []
    for node in ast.walk(tree):
        name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        if isinstance(node, ast.Call) and name.startswith("docker_build"):
            made = _docker_build(path, here, node, texts)
            if made is not None:
                found.append(made)
        elif isinstance(node, ast.Call) and name in _COMMANDS:
            command = _text(_arguments(node, _COMMANDS[name]).get(_COMMANDS[name][-1]), texts)
            if command:
                source = ShellSource(path, node.lineno, repository_top(here), (here,))
                found += read_build_commands(command, source)
    return sorted(found, key=lambda build: build.line)


def _docker_build(path: str, here: str, node: ast.Call, texts: Mapping[str, str]) -> BuildInvocation | None:
    values = _arguments(node, _POSITIONAL)
    written = _text(values.get("context"), texts)
    if written is None or is_remote_context(written) or "dockerfile_contents" in values:
        return None
    context = resolve_path(here, written)
    dockerfile = os.path.join(context, "Dockerfile")
    if "dockerfile" in values:
        file = _text(values["dockerfile"], texts)
        if file is None:
            return None
        dockerfile = resolve_path(here, file)
    given: dict[str, str | None] = {}
    arguments = values.get("build_args")
    if isinstance(arguments, ast.Dict):
        for key, value in zip(arguments.keys, arguments.values, strict=True):
            name = _text(key, texts)
            if name:
                given[name] = _text(value, texts)
    platform, target = _text(values.get("platform"), texts), _text(values.get("target"), texts)
    return BuildInvocation(
        path, node.lineno, "docker_build", context, dockerfile, target or "",
        {key: value for key, value in given.items() if value is not None},
        given=given, images=[_text(values.get("ref"), texts)], platforms=platform.split(",") if platform else (),
    )  # fmt: skip


def _arguments(node: ast.Call, names: tuple[str, ...]) -> dict[str, ast.expr]:
    """The arguments of a call by name; `names` are those of the positional ones."""
    positional = dict(zip(names, node.args, strict=False))
    return {**positional, **{each.arg: each.value for each in node.keywords if each.arg}}


def _constants(tree: ast.Module) -> dict[str, str]:
    """The variables of the file that are assigned once, a text."""
    stored = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    counts = Counter(stored)
    texts: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            name, value = node.targets[0].id, _text(node.value, {})
            if value is not None and counts[name] == 1:
                texts[name] = value
    return texts


def _text(node: ast.expr | None, texts: Mapping[str, str]) -> str | None:
    """The text of an expression; None if it is unknown."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    return texts.get(node.id) if isinstance(node, ast.Name) else None
