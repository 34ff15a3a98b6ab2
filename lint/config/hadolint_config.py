"""Reads hadolint's configuration (`.hadolint.yaml`) as a dlint configuration.

The keys follow hadolint's README and its behavior: the threshold `ignore` or `none` fails on every finding, the default
threshold is `info`; a rule in several lists of `override` gets the most severe level; a rule that is off by default
runs if `override` lists it; unknown keys are ignored. dlint's own rules are off, except those that report errors.
"""

from __future__ import annotations

import os

from ...rules import RULES
from ...rules.base import ERROR, INFO, LEVELS, STYLE
from .arguments import OUTPUT_FORMATS
from .keys import LABEL_TYPES
from .layer import ConfigError, ConfigLayer, display_path, or_list
from .selection import OFF_IN_HADOLINT, UnknownRule, matching_rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_FORMATS = {"json": "hadolint", "gnu": "concise", "codeclimate": "gitlab", "gitlab_codeclimate": "gitlab"}
"""hadolint's output formats that have another name in dlint."""

HADOLINT_KEYS = (
    "failure-threshold", "format", "ignored", "label-schema", "no-color", "no-fail", "override", "strict-labels",
    "disable-ignore-pragma", "trustedRegistries",
)  # fmt: skip


def read_hadolint_config(path: str, data: bytes) -> ConfigLayer:
    """The configuration layer equivalent to `data`, hadolint's file at `path`. Raises ConfigError."""
    name = display_path(path)
    nodes = _top(data, name)
    reader = _Reader(name, os.path.dirname(path))
    for key, node in nodes.items():
        reader.read(key, node)
    layer = reader.layer
    layer.values.setdefault("fail-level", INFO)
    return layer


def _top(data: bytes, name: str) -> dict[str, Any]:
    """The nodes of the top-level keys of a YAML file. Raises ConfigError."""
    from .yaml_nodes import YamlError, mapping_entries, parse_yaml

    try:
        node = parse_yaml(data.decode("utf-8-sig"))
    except YamlError as error:
        raise ConfigError(f"{name}:{error.line}: invalid YAML: {error}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{name}: not valid UTF-8, which YAML requires") from None
    if node is not None and node.id != "mapping" and not node.tag.endswith(":null"):
        raise ConfigError(f"{name}:1: expected keys such as `ignored:`")
    return mapping_entries(node)


def own_errors() -> list[str]:
    """dlint's rules that hadolint does not have and that report errors: they stay on."""
    return [
        rule.code for rule in RULES if rule.level == ERROR and rule.default and not rule.code.startswith(("DL", "SYN"))
    ]


class _Reader:
    """Translates hadolint's keys, one by one, into a layer."""

    def __init__(self, name: str, folder: str) -> None:
        self.name = name
        self.layer = ConfigLayer(name, folder, {"profile": "hadolint", "extend-select": own_errors()})

    def read(self, key: str, node: Any) -> None:
        """Translate one key. Raises ConfigError."""
        match key:
            case "ignored":
                self._set("ignore", self._codes(self._strings(key, node)), node)
            case "override":
                self._override(node)
            case "trustedRegistries":
                self._set("trusted-registries", self._strings(key, node), node)
            case "label-schema":
                self._set("label-schema", self._labels(node), node)
            case "strict-labels":
                self._set("strict-labels", self._switch(key, node), node)
            case "disable-ignore-pragma":
                self._set("ignore-comments", not self._switch(key, node), node)
            case "no-fail":
                self._set("exit-zero", self._switch(key, node), node)
            case "no-color":
                self._set("color", not self._switch(key, node), node)
            case "failure-threshold":
                self._set("fail-level", self._threshold(node), node)
            case "format":
                self._format(self._text(key, node).lower(), node)
            case _:
                self._warn_unknown(key, node)

    def _set(self, key: str, value: Any, node: Any) -> None:
        self.layer.values[key] = value
        self.layer.lines[key] = node.start_mark.line + 1

    def _wrong(self, message: str, node: Any) -> ConfigError:
        return ConfigError(f"{self.name}:{node.start_mark.line + 1}: {message}")

    def _warn_unknown(self, key: str, node: Any) -> None:
        from ...syntax.instruction_checks import suggest
        from ..terminal.streams import warn

        near = suggest(key, HADOLINT_KEYS)
        hint = f"; did you mean `{near}`?" if near else ", as hadolint does"
        warn(f"{self.name}:{node.start_mark.line + 1}: ignoring unknown key `{key}`{hint}")

    def _format(self, name: str, node: Any) -> None:
        form = _FORMATS.get(name, name)
        if form in OUTPUT_FORMATS:
            self._set("format", form, node)
        elif form != "tty":
            from ..terminal.streams import warn

            warn(f"{self.name}:{node.start_mark.line + 1}: unsupported format `{name}`; using the default format")

    def _override(self, node: Any) -> None:
        severity: dict[str, str] = {}
        pairs: list[Any] = node.value if node.id == "mapping" else []
        if node.id != "mapping":
            raise self._wrong(f"`override` must be a table with the keys {or_list(LEVELS)}", node)
        lists = {str(key.value): value for key, value in pairs}
        for level in lists:
            if level not in LEVELS:
                raise self._wrong(
                    f"invalid severity `{level}` in `override` (expected {or_list(LEVELS)})", lists[level]
                )
        for level in reversed(LEVELS):
            if level in lists:
                severity |= dict.fromkeys(self._codes(self._strings(level, lists[level])), level)
        self._set("severity", severity, node)
        switched_on = sorted(OFF_IN_HADOLINT.intersection(severity))
        if switched_on:
            self._set("extend-select", [*own_errors(), *switched_on], node)

    def _codes(self, codes: Iterable[str]) -> list[str]:
        """The codes that dlint or ShellCheck may have; hadolint ignores unknown codes."""
        found: list[str] = []
        for code in codes:
            try:
                matching_rules(code)
            except UnknownRule:
                continue
            found.append(code)
        return found

    def _labels(self, node: Any) -> dict[str, str]:
        if node.id != "mapping":
            raise self._wrong("`label-schema` must map labels to types, such as `maintainer: text`", node)
        pairs: list[Any] = node.value
        found: dict[str, str] = {}
        for label, kind in pairs:
            found[str(label.value)] = value = self._text("label-schema", kind).lower() or "text"
            if value not in LABEL_TYPES:
                raise self._wrong(f"invalid label type `{value}` (expected {or_list(LABEL_TYPES)})", kind)
        return found

    def _threshold(self, node: Any) -> str:
        level = self._text("failure-threshold", node).lower()
        if level in ("ignore", "none"):
            return STYLE
        if level not in LEVELS:
            expected = or_list((*LEVELS, "ignore", "none"))
            raise self._wrong(f"invalid value `{level}` for `failure-threshold` (expected {expected})", node)
        return level

    def _strings(self, key: str, node: Any) -> list[str]:
        if node.id == "scalar" and node.tag.endswith(":null"):
            return []
        if node.id != "sequence":
            raise self._wrong(f"`{key}` must be a list", node)
        entries: list[Any] = node.value
        return [self._text(key, entry) for entry in entries]

    def _text(self, key: str, node: Any) -> str:
        if node.id != "scalar":
            raise self._wrong(f"`{key}` must be a string", node)
        return str(node.value)

    def _switch(self, key: str, node: Any) -> bool:
        value = self._text(key, node).lower()
        if value not in ("true", "false"):
            raise self._wrong(f"`{key}` must be true or false, not `{value}`", node)
        return value == "true"
