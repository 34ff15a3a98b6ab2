"""The builds in the commands of a Taskfile. Source: taskfile.dev/docs/reference/schema."""

from __future__ import annotations

import os
import re

from ...config.yaml_nodes import YamlError, mapping_entries, parse_yaml, scalar_text, sequence_items
from .build_commands import UNKNOWN, ShellSource, has_build_command, read_build_commands
from .invocation import repository_top, resolve_path, run_directories

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .invocation import BuildInvocation

_TEMPLATE = re.compile(r"\{\{\s*\.(\w+)\s*\}\}|\{\{.*?\}\}", re.DOTALL)


def read_taskfile(path: str, text: str) -> list[BuildInvocation]:
    """The builds in the Taskfile at `path`; commands run in its directory, that of an including file, or `dir`."""
    try:
        root = mapping_entries(parse_yaml(text))
    except YamlError:
        return []
    here = os.path.dirname(path)
    top = repository_top(here)
    values = {"TASKFILE_DIR": here, "ROOT_DIR": here, **_values(root.get("vars"))}
    found: list[BuildInvocation] = []
    for node in mapping_entries(root.get("tasks")).values():
        keys = mapping_entries(node)
        inner = {**values, **_values(keys.get("vars"))}
        written = scalar_text(keys.get("dir"))
        directories = run_directories(path, top)
        if written is not None:
            plain = _replaced(written, inner)
            if "$" in plain:
                continue
            directories = [resolve_path(each, plain) for each in directories]
        commands = keys.get("cmds") or keys.get("cmd") or (None if keys else node)
        for command in sequence_items(commands) or [commands]:
            script = mapping_entries(command).get("cmd", command)
            template = scalar_text(script)
            if template is None:
                continue  # a call of another task
            line = script.start_mark.line + (2 if script.style in ("|", ">") else 1)
            shell = _replaced(template, inner)
            if has_build_command(shell):
                found += read_build_commands(shell, ShellSource(path, line, top, directories, inner, usual=True))
    return found


def _values(node: Any) -> dict[str, str]:
    """The variables whose value is a plain text."""
    entries = mapping_entries(node).items()
    return {key: value for key, each in entries if (value := scalar_text(each)) is not None and "{{" not in value}


def _replaced(text: str, values: Mapping[str, str]) -> str:
    return _TEMPLATE.sub(lambda found: values.get(found[1] or "", UNKNOWN), text)
