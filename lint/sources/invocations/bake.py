"""The builds of a bake file, HCL or JSON. Source: docs.docker.com/build/bake/reference/."""

from __future__ import annotations

import os
from itertools import islice, product

from ....syntax.source import Source
from ...config.layer import display_path
from .hcl import HclBudget, HclError, HclExpression, HclFunction, UnknownValue, parse_hcl
from .invocation import BuildInvocation, InlineDockerfile, as_mapping, is_remote_context, resolve_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

_MAX_COMBINATIONS = 64
_TABLES = ("args", "contexts")
_MAX_TABLES = 100


class BakeTarget:
    """A target: its keys, whose values may be expressions, and its line."""

    def __init__(self, keys: Mapping[str, Any], line: int) -> None:
        self.keys = keys
        self.line = line


def read_bake(path: str, text: str, note: Callable[[str], object] | None = None) -> list[BuildInvocation]:
    """The builds in the bake file at `path`, none if it is invalid. Paths are relative to its directory.

    `note` gets a message if expressions are too expensive to evaluate.
    """
    source = Source(text)
    try:
        targets, variables = _json(text) if path.lower().endswith(".json") else _hcl(source)
    except (ValueError, RecursionError):  # HclError is a ValueError
        return []
    found: list[BuildInvocation] = []
    known: dict[str, dict[str, Any]] = {}
    for name, target in targets.items():
        keys = _inherited(name, targets, known)
        for values in _combinations(keys, variables):
            made = _invocation(path, name, target, keys, values, source)
            # By convention, a target that starts with `_` is only inherited from.
            if made is not None and (not name.startswith("_") or made.inline is not None):
                found.append(made)
    if note is not None and variables[HclBudget.KEY].is_exceeded:
        note(f"{display_path(path)}: its expressions are too expensive to evaluate; what depends on them is unknown")
    return found


def _json(text: str) -> tuple[dict[str, BakeTarget], dict[str, Any]]:
    import json

    document: Any = json.loads(text)
    written, variables = (
        as_mapping(as_mapping(document).get("target")),
        as_mapping(as_mapping(document).get("variable")),
    )
    lines = _lines_of_names(text)
    targets = {name: BakeTarget(as_mapping(keys), lines.get(name, 1)) for name, keys in written.items()}
    defaults = {name: as_mapping(value).get("default") for name, value in variables.items()}
    return targets, {HclBudget.KEY: HclBudget(), **defaults}


def _lines_of_names(text: str) -> dict[str, int]:
    """The line of what is first between two quotes of a JSON text, from 1."""
    found: dict[str, int] = {}
    line = 1
    first, *parts = text.split('"')
    line += first.count("\n")
    for part in parts:
        found.setdefault(part, line)
        line += part.count("\n")
    return found


def _hcl(source: Source) -> tuple[dict[str, BakeTarget], dict[str, Any]]:
    body = parse_hcl(source.text)
    targets: dict[str, BakeTarget] = {}
    variables: dict[str, Any] = {HclBudget.KEY: HclBudget()}
    defaults: dict[str, HclExpression] = dict(body.attributes)
    for kind, labels, block, at in body.blocks:
        if kind == "target" and labels:
            targets[labels[0]] = BakeTarget(block.attributes, source.line(at))
        elif kind == "variable" and labels and "default" in block.attributes:
            defaults[labels[0]] = block.attributes["default"]
        elif kind == "function" and labels and "result" in block.attributes:
            rest = _name(block.attributes.get("variadic_params"))
            variables[f"{labels[0]}()"] = HclFunction(
                _names(block.attributes.get("params")), rest, block.attributes["result"]
            )
    for _ in range(len(defaults)):
        before = len(variables)
        for name, node in defaults.items():
            if name not in variables:
                value = _value(node, variables)
                if value is not None:
                    variables[name] = value
        if len(variables) == before:
            break
    return targets, variables


def _names(node: HclExpression | None) -> list[str]:
    """The names in a list of names, such as a function's `params`."""
    return [name for part in node.parts[0] if (name := _name(part))] if node is not None and node.kind == "list" else []


def _name(node: HclExpression | None) -> str:
    return node.parts[0] if node is not None and node.kind == "variable" else ""


def _inherited(name: str, targets: Mapping[str, BakeTarget], known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The keys of a target, including inherited ones; args and contexts become lists of tables, the last one wins.

    `known` has the targets that are done; each is visited once, and one that inherits itself has nothing to give.
    """
    if name in known:
        return known[name]
    known[name] = {}
    merged: dict[str, Any] = {}
    target = targets[name]
    for base in _list(_value(target.keys.get("inherits"), {})):
        if isinstance(base, str) and base in targets:
            _join(merged, _inherited(base, targets, known))
    _join(merged, {key: [value] if key in _TABLES else value for key, value in target.keys.items()})
    known[name] = merged
    return merged


def _join(base: dict[str, Any], keys: Mapping[str, Any]) -> None:
    for key, value in keys.items():
        if key in _TABLES:
            added = set(map(id, value))
            kept = [table for table in base.get(key, ()) if id(table) not in added]
            base[key] = [*kept, *value][-_MAX_TABLES:]
        else:
            base[key] = value


def _combinations(keys: Mapping[str, Any], variables: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The variables for each combination of a matrix."""
    matrix: Any = _value(keys.get("matrix"), variables)
    if not isinstance(matrix, dict):
        yield variables
        return
    axes = [[(name, value) for value in _list(values)] for name, values in as_mapping(matrix).items()]
    for combination in islice(product(*axes), _MAX_COMBINATIONS):
        yield {**variables, **dict(combination)}


def _invocation(
    path: str, name: str, target: BakeTarget, keys: Mapping[str, Any], variables: Mapping[str, Any], source: Source
) -> BuildInvocation | None:
    directory = os.path.dirname(path)

    def word(key: str, default: str) -> str | None:
        if key not in keys:
            return default
        value = _value(keys[key], variables)
        return value if isinstance(value, str) else None

    written, dockerfile, stage = word("context", "."), word("dockerfile", "Dockerfile"), word("target", "")
    inline = _inline(keys.get("dockerfile-inline"), variables, source)
    if written is None or (dockerfile is None and inline is None):
        return None
    context = None if is_remote_context(written) else resolve_path(directory, written)
    if context is None and inline is None:
        return None
    file = "" if inline is not None or context is None else resolve_path(context, dockerfile or "")
    args, contexts = _pairs(keys.get("args"), variables), _pairs(keys.get("contexts"), variables)
    shown = word("name", name) or name
    tables = [as_mapping(_value(table, variables)) for table in keys.get("args", ())]
    return BuildInvocation(
        path, target.line, shown, context, file, stage or "", args, contexts, inline,
        given=[name for table in tables for name in table],
        images=_texts(keys.get("tags"), variables), platforms=_texts(keys.get("platforms"), variables),
    )  # fmt: skip


def _texts(node: Any, variables: Mapping[str, Any]) -> list[str]:
    """The known texts of a list."""
    return [each for each in _list(_value(node, variables)) if isinstance(each, str)]


def _inline(node: Any, variables: Mapping[str, Any], source: Source) -> InlineDockerfile | None:
    value = _value(node, variables)
    if not isinstance(value, str) or not value.strip():
        return None
    if not isinstance(node, HclExpression):
        return InlineDockerfile(value, source.line(max(source.text.find('"dockerfile-inline"'), 0)), 0, exact=False)
    line = source.line(node.at)
    if not source.text.startswith("<<", node.at):
        return InlineDockerfile(value, line, 0, exact=False)
    first = source.line_text(line + 1)
    indent = len(first) - len(first.lstrip()) if source.text.startswith("<<-", node.at) else 0
    return InlineDockerfile(value, line + 1, indent, exact=node.kind == "literal")


def _pairs(tables: Any, variables: Mapping[str, Any]) -> dict[str, str]:
    """The entries of args or contexts with known values; `tables` has the inherited ones first."""
    found: dict[str, str] = {}
    for table in _list(tables):
        value = _value(table, variables)
        for key, written in as_mapping(value).items():
            entry = written if isinstance(table, HclExpression) else _value(written, variables)
            if isinstance(entry, (str, int, float)):
                found[key] = str(entry).lower() if isinstance(entry, bool) else str(entry)
    return found


def _value(node: Any, variables: Mapping[str, Any]) -> Any:
    """The value of an HCL expression or a JSON value; None if it is unknown."""
    try:
        if isinstance(node, str) and "${" in node:
            node = parse_hcl(f'a = "{node}"').attributes["a"]
        return node.value(variables) if isinstance(node, HclExpression) else node
    except (HclError, UnknownValue, RecursionError):
        return None


def _list(value: Any) -> list[Any]:
    found: Any = value
    return found if isinstance(value, list) else []
