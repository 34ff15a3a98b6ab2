"""YAML with positions: the nodes that PyYAML composes, each with the mark of its start."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


_MAX_LEVELS = 500
"""PyYAML's C loader has no recursion limit and crashes the process at about 10,000 levels."""
_MAX_NODES = 100_000
"""How many nodes aliases and merges may add; a document of a few lines can describe more than memory holds."""


class YamlError(ValueError):
    """Invalid YAML; `line` is the line of the error, from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class YamlLimit(YamlError):
    """The document may be valid, but it is too deep or repeats too much."""


def parse_yaml(text: str) -> Any:
    """The root node of the first document, with merges (`<<`) resolved; None if it is empty. Raises YamlError."""
    import yaml

    if _depth(text) > _MAX_LEVELS:
        raise YamlLimit(f"more than {_MAX_LEVELS} levels of nesting", 1)
    parser: Any = yaml
    loader: Any = getattr(parser, "CSafeLoader", parser.SafeLoader)
    try:
        root: Any = parser.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        raise YamlError(error.problem or str(error), error.problem_mark.line + 1 if error.problem_mark else 1) from None
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise YamlError(str(error).splitlines()[0], 1) from None
    if root is not None:
        _Resolver().resolve(root)
    return root


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


class _Resolver:
    """Replaces each `<<` in a document by the entries that it merges, and counts nodes as often as they are used."""

    def __init__(self) -> None:
        self._sizes: dict[int, int] = {}
        self._room = _MAX_NODES

    def resolve(self, root: Any) -> None:
        """Visit each node once, after those in it. Raises YamlError for too many nodes."""
        todo: list[tuple[Any, bool]] = [(root, False)]
        while todo:
            node, is_done = todo.pop()
            if is_done:
                self._finish(node)
            elif id(node) not in self._sizes:
                self._sizes[id(node)] = 1  # also what an alias in the node itself counts
                if node.id != "scalar":
                    todo.append((node, True))
                    todo += [(inner, False) for inner in reversed(_inner(node))]
        self._charge(self._sizes[id(root)] - 10 * len(self._sizes), root)

    def _finish(self, node: Any) -> None:
        if node.id == "mapping" and any(_is_merge(key) for key, _ in node.value):
            node.value[:] = self._merged(node)
        self._sizes[id(node)] = 1 + sum(self._sizes.get(id(inner), 1) for inner in _inner(node))

    def _merged(self, node: Any) -> list[Any]:
        """The entries of a mapping after those that it merges; of merged mappings the first one wins."""
        merged: dict[str, Any] = {}
        for key, value in node.value:
            if _is_merge(key):
                for each in value.value if value.id == "sequence" else [value]:
                    if each.id == "mapping":
                        self._charge(len(each.value), node)
                        pairs = {str(k.value): (k, v) for k, v in each.value if k.id == "scalar" and not _is_merge(k)}
                        merged = {**pairs, **merged}
        return [*merged.values(), *(pair for pair in node.value if not _is_merge(pair[0]))]

    def _charge(self, count: int, node: Any) -> None:
        self._room -= max(count, 0)
        if self._room < 0:
            raise YamlLimit("aliases and merges repeat too many nodes", node.start_mark.line + 1)


def _inner(node: Any) -> list[Any]:
    return [each for pair in node.value for each in pair] if node.id == "mapping" else list(node.value)


def _is_merge(key: Any) -> bool:
    return key.value == "<<" and key.tag.endswith((":merge", ":str"))


def mapping_entries(node: Any) -> dict[str, Any]:
    """The nodes of a mapping by key; empty for other nodes."""
    if node is None or node.id != "mapping":
        return {}
    return {str(key.value): value for key, value in node.value if key.id == "scalar"}


def sequence_items(node: Any) -> list[Any]:
    """The nodes of a sequence; empty for other nodes."""
    return list(node.value) if node is not None and node.id == "sequence" else []


def scalar_text(node: Any) -> str | None:
    """The text of a scalar; None for null and for other nodes."""
    if node is None or node.id != "scalar" or node.tag.endswith(":null"):
        return None
    return str(node.value)
