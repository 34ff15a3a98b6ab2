"""YAML with positions: the nodes that PyYAML composes, each with the mark of its start."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


_MAX_LEVELS = 500
"""PyYAML's C loader has no recursion limit and crashes the process at about 10,000 levels."""
_MAX_MERGES = 20


class YamlError(ValueError):
    """Invalid YAML; `line` is the line of the error, from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def parse_yaml(text: str) -> Any:
    """The root node of the first document; None if it is empty. Raises YamlError."""
    import yaml

    if _depth(text) > _MAX_LEVELS:
        raise YamlError(f"more than {_MAX_LEVELS} levels of nesting", 1)
    parser: Any = yaml
    loader: Any = getattr(parser, "CSafeLoader", parser.SafeLoader)
    try:
        return parser.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        raise YamlError(error.problem or str(error), error.problem_mark.line + 1 if error.problem_mark else 1) from None
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise YamlError(str(error).splitlines()[0], 1) from None


def _depth(text: str) -> int:
    """An upper bound on the nesting levels: open brackets, and the indentation and dashes of a line."""
    most = depth = 0
    for char in text:
        if char in "[{":
            depth += 1
            most = max(most, depth)
        elif char in "]}":
            depth = max(0, depth - 1)
    lines = max((len(line) - len(line.lstrip(" -?:\t")) for line in text.split("\n")), default=0)
    return max(most, lines)


def mapping_entries(node: Any, depth: int = 0) -> dict[str, Any]:
    """The nodes of a mapping by key, including those merged with `<<`; empty for other nodes."""
    found: dict[str, Any] = {}
    merged: dict[str, Any] = {}
    if node is None or node.id != "mapping" or depth > _MAX_MERGES:
        return found
    for key, value in node.value:
        if key.value == "<<" and key.tag.endswith((":merge", ":str")):
            for each in value.value if value.id == "sequence" else [value]:
                merged = {**mapping_entries(each, depth + 1), **merged}
        elif key.id == "scalar":
            found[str(key.value)] = value
    return {**merged, **found}


def sequence_items(node: Any) -> list[Any]:
    """The nodes of a sequence; empty for other nodes."""
    return list(node.value) if node is not None and node.id == "sequence" else []


def scalar_text(node: Any) -> str | None:
    """The text of a scalar; None for null and for other nodes."""
    if node is None or node.id != "scalar" or node.tag.endswith(":null"):
        return None
    return str(node.value)
