"""The builds of the artifacts in a skaffold.yaml. Source: skaffold.dev/docs/references/yaml/."""

from __future__ import annotations

import os
import re

from ...config.yaml_nodes import YamlError, mapping_entries, parse_yaml, scalar_text, sequence_items
from .build_commands import ShellSource, read_build_commands
from .invocation import BuildInvocation, repository_top, resolve_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_DOCUMENT = re.compile(r"^---[ \t]*$", re.MULTILINE)
_BUILDERS = frozenset(("bazel", "jib", "jibMaven", "jibGradle", "buildpacks", "buildpack", "ko", "custom"))


def read_skaffold(path: str, text: str) -> list[BuildInvocation]:
    """The builds in the skaffold.yaml at `path`; contexts are relative to its directory."""
    found: list[BuildInvocation] = []
    line = 0
    for document in _DOCUMENT.split(text):
        try:
            root = mapping_entries(parse_yaml(document))
        except YamlError:
            root = {}
        for keys in (root, *map(mapping_entries, sequence_items(root.get("profiles")))):
            for node in sequence_items(mapping_entries(keys.get("build")).get("artifacts")):
                found += _artifact(path, node, line)
        line += document.count("\n")
    return found


def _artifact(path: str, node: Any, line: int) -> Iterator[BuildInvocation]:
    keys = mapping_entries(node)
    here = os.path.dirname(path)
    written = scalar_text(keys.get("context") or keys.get("workspace")) or "."
    number = line + node.start_mark.line + 1
    if "{{" in written or "$" in written:
        return
    context = resolve_path(here, written)
    custom = scalar_text(mapping_entries(keys.get("custom")).get("buildCommand"))
    if custom:
        yield from read_build_commands(custom, ShellSource(path, number, repository_top(here), (context,)))
    if not _BUILDERS.isdisjoint(keys):
        return
    options = mapping_entries(keys.get("docker") or keys.get("kaniko"))
    file = scalar_text(options.get("dockerfile")) or "Dockerfile"
    if "{{" in file or "$" in file:
        return
    dockerfile = resolve_path(context, file)
    if not os.path.isfile(dockerfile):
        dockerfile = resolve_path(here, file)
    given = {key: scalar_text(value) for key, value in mapping_entries(options.get("buildArgs")).items()}
    required = [mapping_entries(each) for each in sequence_items(keys.get("requires"))]
    aliases = [scalar_text(each.get("alias") or each.get("image")) or "" for each in required]
    yield BuildInvocation(
        path, number, scalar_text(keys.get("image")) or "artifact", context, dockerfile,
        scalar_text(options.get("target")) or "",
        {key: value for key, value in given.items() if value is not None and "{{" not in value},
        given=[*given, *aliases], images=[scalar_text(keys.get("image"))],
        platforms=[text for each in sequence_items(keys.get("platforms")) if (text := scalar_text(each))],
    )  # fmt: skip
