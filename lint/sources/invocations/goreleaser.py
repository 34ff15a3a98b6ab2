"""The builds of GoReleaser. Source: goreleaser.com/customization/docker/.

GoReleaser builds in a temporary directory that it fills with the binaries and `extra_files`, so the context is unknown.
"""

from __future__ import annotations

import os

from ...config.yaml_nodes import YamlError, mapping_entries, parse_yaml, scalar_text, sequence_items
from .invocation import BuildInvocation, resolve_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


def read_goreleaser(path: str, text: str) -> list[BuildInvocation]:
    """The builds in the .goreleaser.yaml at `path`; Dockerfiles are relative to its directory."""
    try:
        root = mapping_entries(parse_yaml(text))
    except YamlError:
        return []
    here = os.path.dirname(path)
    found: list[BuildInvocation] = []
    for key in ("dockers", "dockers_v2"):
        for node in sequence_items(root.get(key)):
            keys = mapping_entries(node)
            file = scalar_text(keys.get("dockerfile")) or "Dockerfile"
            if "{{" in file:
                continue
            flags = list(_texts(keys.get("build_flag_templates") or keys.get("flags")))
            given = [*_values(flags, "--build-arg"), *(f"{name}=" for name in mapping_entries(keys.get("build_args")))]
            images = [each.partition(":{{")[0] for each in _texts(keys.get("image_templates") or keys.get("images"))]
            platforms = [*_values(flags, "--platform"), *_texts(keys.get("platforms"))]
            targets = _values(flags, "--target")
            args = {name: value for name, _, value in (each.partition("=") for each in given) if "{{" not in value}
            found.append(
                BuildInvocation(
                    path, node.start_mark.line + 1, key, None, resolve_path(here, file), targets[-1] if targets else "",
                    {name: value for name, value in args.items() if value},
                    given=[each.partition("=")[0] for each in given],
                    images=[image for image in images if "{{" not in image],
                    platforms=[part for each in platforms if "{{" not in each for part in each.split(",")],
                )
            )  # fmt: skip
    return found


def _texts(node: Any) -> Iterator[str]:
    return (text for each in sequence_items(node) if (text := scalar_text(each)))


def _values(flags: list[str], name: str) -> list[str]:
    """The values of a flag, which are in the same entry or in the next."""
    found: list[str] = []
    for number, flag in enumerate(flags):
        if flag.startswith(name + "="):
            found.append(flag[len(name) + 1 :])
        elif flag == name and number + 1 < len(flags):
            found.append(flags[number + 1])
    return found
