"""The builds in the `scripts` of a package.json. Source: docs.npmjs.com/cli/using-npm/scripts."""

from __future__ import annotations

import json
import os

from .build_commands import ShellSource, has_build_command, read_build_commands
from .invocation import as_mapping, repository_top

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .invocation import BuildInvocation


def read_package_scripts(path: str, text: str) -> list[BuildInvocation]:
    """The builds in the package.json at `path`; scripts run in its directory."""
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError):
        return []
    scripts = as_mapping(as_mapping(document).get("scripts"))
    directory = os.path.dirname(path)
    top = repository_top(directory)
    found: list[BuildInvocation] = []
    for name, script in scripts.items():
        if isinstance(script, str) and has_build_command(script):
            line = text.count("\n", 0, max(text.find(json.dumps(name, ensure_ascii=False)), 0)) + 1
            found += read_build_commands(script, ShellSource(path, line, top, (directory,)))
    return found
