"""The build of a devcontainer.json. Source: containers.dev/implementors/json_reference/#image-specific."""

from __future__ import annotations

import json
import os
import re

from .invocation import BuildInvocation, as_mapping, resolve_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_COMMENT = re.compile(r'("(?:[^"\\\n]|\\.)*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING_COMMA = re.compile(r'("(?:[^"\\\n]|\\.)*")|,(?=\s*[}\]])')


def read_devcontainer(path: str, text: str) -> list[BuildInvocation]:
    """The build in the devcontainer.json at `path`; its Dockerfile and context are relative to its directory."""
    plain = _TRAILING_COMMA.sub(lambda found: found[1] or "", _COMMENT.sub(lambda found: found[1] or " ", text))
    try:
        document: Any = json.loads(plain)
    except (ValueError, RecursionError):
        return []
    keys = as_mapping(document)
    build = as_mapping(keys.get("build"))
    # `dockerFile` and `context` at the top are the older form.
    file: Any = build.get("dockerfile") or build.get("dockerFile") or keys.get("dockerFile")
    written: Any = build.get("context") or keys.get("context") or "."
    target: Any = build.get("target") or ""
    if not isinstance(file, str) or not isinstance(written, str) or "${" in file + written:
        return []
    here = os.path.dirname(path)
    given = as_mapping(build.get("args"))
    known = {key: value for key, value in given.items() if isinstance(value, str) and "${" not in value}
    line = text.count("\n", 0, max(text.find(json.dumps(file)), 0)) + 1
    return [
        BuildInvocation(
            path, line, "devcontainer", resolve_path(here, written), resolve_path(here, file),
            target if isinstance(target, str) else "", known, given=given,
        )
    ]  # fmt: skip
