"""The builds in the steps of Google Cloud Build. Source: cloud.google.com/build/docs/build-config-file-schema."""

from __future__ import annotations

import os
import re

from ...config.yaml_nodes import YamlError, mapping_entries, parse_yaml, scalar_text, sequence_items
from .build_commands import ShellSource, read_build_commands
from .invocation import repository_top, resolve_path, run_directories

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .invocation import BuildInvocation

_SHELLS = frozenset(("bash", "sh", "/bin/bash", "/bin/sh"))
_SUBSTITUTION = re.compile(r"\$\$|\$(?:(_\w+)|\{(_\w+)\})")
_SPECIAL = re.compile(r'(["\\`])')


def read_cloudbuild(path: str, text: str) -> list[BuildInvocation]:
    """The builds in the cloudbuild.yaml at `path`; steps run in the uploaded directory, or in `dir` in it."""
    try:
        root = mapping_entries(parse_yaml(text))
    except YamlError:
        return []
    here = os.path.dirname(path)
    top = repository_top(here)
    entries = mapping_entries(root.get("substitutions")).items()
    values = {key: value for key, each in entries if (value := scalar_text(each)) is not None and "$" not in value}
    found: list[BuildInvocation] = []
    for node in sequence_items(root.get("steps")):
        keys = mapping_entries(node)
        directory = _replaced(scalar_text(keys.get("dir")) or "", values)
        script = _script(keys, values)
        if script and "$" not in directory:
            directories = [resolve_path(each, directory) for each in run_directories(path, top)]
            # The uploaded directory is /workspace.
            for each in directories:
                mounted = re.sub(r"(?<![\w.-])(?:dir://)?/workspace(?=[/\"\s]|$)", each.replace("\\", r"\\"), script)
                found += read_build_commands(mounted, ShellSource(path, node.start_mark.line + 1, top, (each,)))
    return _of_one_directory(found)


def _of_one_directory(found: list[BuildInvocation]) -> list[BuildInvocation]:
    """Without the builds whose Dockerfile does not exist, and those that several directories could mean."""
    existing = [each for each in found if os.path.isfile(each.dockerfile)]
    places: dict[int, set[tuple[str, str | None]]] = {}
    for each in existing:
        places.setdefault(each.line, set()).add((each.dockerfile, each.context))
    return [each for each in existing if len(places[each.line]) == 1]


def _script(keys: Mapping[str, Any], values: Mapping[str, str]) -> str:
    """The step as a shell script; empty if it builds nothing."""
    script = scalar_text(keys.get("script"))
    if script:
        return script
    name = os.path.basename((scalar_text(keys.get("name")) or "").partition("@")[0].partition(":")[0])
    entrypoint = scalar_text(keys.get("entrypoint"))
    program = os.path.basename(entrypoint) if entrypoint else name
    arguments = [_replaced(scalar_text(each) or "", values) for each in sequence_items(keys.get("args"))]
    if entrypoint in _SHELLS:
        return arguments[-1] if len(arguments) > 1 and arguments[0].endswith("c") else ""
    return " ".join([program, *('"' + _SPECIAL.sub(r"\\\1", each) + '"' for each in arguments)])


def _replaced(text: str, values: Mapping[str, str]) -> str:
    """A text with the known substitutions replaced."""
    return _SUBSTITUTION.sub(
        lambda found: "$" if found[0] == "$$" else values.get(found[1] or found[2], found[0]), text
    )
