"""The build in a fly.toml. Source: fly.io/docs/reference/configuration/#the-build-section."""

from __future__ import annotations

import os

from .invocation import BuildInvocation, as_mapping, resolve_path

TYPE_CHECKING = False


_OTHER_BUILDERS = frozenset(("image", "builder", "buildpacks"))


def read_fly(path: str, text: str) -> list[BuildInvocation]:
    """The build in the fly.toml at `path`: the context is its directory, where `fly deploy` is run."""
    import tomllib

    try:
        document = tomllib.loads(text)
    except ValueError:
        return []
    keys = as_mapping(document.get("build"))
    file, target, given = (
        keys.get("dockerfile", "Dockerfile"),
        keys.get("build-target", ""),
        as_mapping(keys.get("args")),
    )
    if not isinstance(file, str) or not isinstance(target, str) or not _OTHER_BUILDERS.isdisjoint(keys):
        return []
    here = os.path.dirname(path)
    line = text.count("\n", 0, max(text.find("[build]"), 0)) + 1
    args = {key: value for key, value in given.items() if isinstance(value, str)}
    return [BuildInvocation(path, line, "fly deploy", here, resolve_path(here, file), target, args, given=given)]
