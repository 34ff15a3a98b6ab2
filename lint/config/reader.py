"""Reads configuration files, `DLINT_*` variables and `--config KEY=VALUE`, and locates errors in them."""

from __future__ import annotations

import os

from ...model.disk import (
    MAX_CONFIG_BYTES,
    OutsideBoundary,
    boundary_of,
    read_file,
    read_found,
    repository_root,
    stays_inside,
)
from ...model.toml_text import parse_toml
from .keys import (
    CHOICE,
    DOCKERFILE_KEYS,
    KEYS_BY_NAME,
    LEVEL_BY_RULE,
    PER_DOCKERFILE,
    RULES,
    RULES_BY_FILE,
    SECONDS,
    STRINGS,
    SWITCH,
    TEXT,
    TEXT_BY_NAME,
    TYPE_BY_LABEL,
    ConfigKey,
)
from .layer import ENVIRONMENT_PREFIX, ConfigError, ConfigLayer, display_path, or_list
from .selection import UnknownRule, matching_rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

RESERVED_VARIABLES = ("CONFIG", "ISOLATED")
"""`DLINT_*` variables that are not keys: the configuration file to use, and whether to use none."""

_BOOLEANS = {"1": True, "yes": True, "on": True, "true": True, "0": False, "no": False, "off": False, "false": False}
"""The boolean values of variables and options."""

_MAX_SECONDS = 1_000_000


class _InvalidValue(ValueError):
    """An invalid value; `path` is the path of keys that leads to it."""

    def __init__(self, message: str, path: Sequence[str]) -> None:
        super().__init__(message)
        self.path = tuple(path)


class ConfigurationReader:
    """Reads configuration files, each once, together with the files they extend.

    `roots`: the paths of the command line; see `boundary_of`.
    """

    def __init__(self, roots: Sequence[str] = ()) -> None:
        self._roots = roots
        self._files: dict[str, list[ConfigLayer] | None] = {}
        self._open: list[str] = []

    def read(self, path: str, *, named: bool = False) -> list[ConfigLayer] | None:
        """The layers of the file, those it extends first; None for a pyproject.toml without a `tool.dlint` table.

        `named`: the user named the file or has it in the home directory, so a link may lead anywhere. Raises
        ConfigError.
        """
        if path not in self._files:
            data = self._data(path, named)
            if path.endswith((".yaml", ".yml")):
                from .hadolint_config import read_hadolint_config

                self._files[path] = [read_hadolint_config(path, data)]
            else:
                self._files[path] = self._read_toml(path, data)
        return self._files[path]

    def _data(self, path: str, named: bool) -> bytes:
        try:
            return read_file(path, MAX_CONFIG_BYTES) if named else read_found(path, MAX_CONFIG_BYTES, self._roots)
        except OSError as error:
            hint = "; pass it with `--config FILE`" if isinstance(error, OutsideBoundary) else ""
            message = f"{display_path(path)}: cannot read the file ({error.strerror or error}){hint}"
            raise ConfigError(message) from None

    def _read_toml(self, path: str, data: bytes) -> list[ConfigLayer] | None:
        name = display_path(path)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ConfigError(f"{name}: not valid UTF-8, which TOML requires") from None
        try:
            document = parse_toml(text)
        except ValueError as error:
            raise ConfigError(_syntax_error(name, str(error), text)) from None
        top: tuple[str, ...] = ()
        values: Any = document
        if os.path.basename(path) == "pyproject.toml":
            top = ("tool", "dlint")
            try:
                values = document["tool"]["dlint"]
            except (KeyError, TypeError):
                values = None
            if values is None:
                return None
        lines = _Lines(text, top)
        try:
            checked = validate_values(values)
        except _InvalidValue as error:
            raise ConfigError(f"{name}:{lines.of(error.path)}: {error}") from None
        layer = ConfigLayer(name, os.path.dirname(path), checked, {key: lines.of((key,)) for key in checked})
        return [*self._extended(path, layer), layer]

    def _extended(self, path: str, layer: ConfigLayer) -> list[ConfigLayer]:
        """The layers of the files that a file extends. Raises ConfigError."""
        found: list[ConfigLayer] = []
        self._open.append(path)
        try:
            for name in layer.values.get("extend", ()):
                other = os.path.normpath(os.path.join(layer.folder, os.path.expanduser(name)))
                where = layer.origin("extend")
                if other in self._open:
                    raise ConfigError(f"{where}: circular `extend` through `{name}`; remove one of the `extend`s")
                self._check_boundary(name, other, where)
                if not os.path.isfile(other):
                    raise ConfigError(f"{where}: no such file: `{name}`; the path is relative to this file")
                layers = self.read(other)
                if layers is None:
                    raise ConfigError(f"{where}: `{name}` has no [tool.dlint] table")
                found += layers
        finally:
            self._open.pop()
        return found

    def _check_boundary(self, name: str, path: str, where: str) -> None:
        """Raise ConfigError if `extend` names a file outside of the repository of the first file."""
        folder = os.path.dirname(self._open[0])
        if stays_inside(path, folder, self._roots):
            return
        if repository_root(os.path.realpath(folder)):
            raise ConfigError(f"{where}: `{name}` is outside of the repository; copy the file into it")
        boundary = display_path(boundary_of(folder, self._roots))
        raise ConfigError(
            f"{where}: `{name}` is outside of `{boundary}`, and there is no repository; pass a directory that contains "
            f"both, or copy the file"
        )


def _syntax_error(name: str, message: str, text: str) -> str:
    """tomllib's message with file and line in front, as in all other messages."""
    reason, _, position = message.rstrip(")").rpartition(" (at ")
    words = position.replace(",", "").split()
    line = words[1] if len(words) == 4 and words[1].isdecimal() else len(text.rstrip().splitlines()) or 1
    reason = reason or message
    return f"{name}:{line}: invalid TOML: {reason[0].lower()}{reason[1:]}"


def layers_from_environment(environment: Mapping[str, str]) -> list[ConfigLayer]:
    """A layer for each `DLINT_*` variable that sets a key. Raises ConfigError, also for a misspelled key."""
    layers: list[ConfigLayer] = []
    for variable in sorted(name for name in environment if name.startswith(ENVIRONMENT_PREFIX)):
        key = variable.removeprefix(ENVIRONMENT_PREFIX).lower().replace("_", "-")
        if key in KEYS_BY_NAME and environment[variable]:
            layers.append(_from_text(variable, key, environment[variable]))
        elif key not in KEYS_BY_NAME and key.upper() not in RESERVED_VARIABLES:
            from ...syntax.instruction_checks import suggest

            near = suggest(key, KEYS_BY_NAME)
            if near:
                wanted = ENVIRONMENT_PREFIX + near.upper().replace("-", "_")
                raise ConfigError(f"unknown variable `{variable}`; did you mean `{wanted}`?")
    return layers


def layer_from_values(source: str, values: Mapping[str, Any]) -> ConfigLayer:
    """The layer of keys and values that a program gives; messages call it `source`. Raises ConfigError."""
    try:
        return ConfigLayer(source, os.getcwd(), validate_values(dict(values)))
    except _InvalidValue as error:
        raise ConfigError(f"{source}: {error}") from None


def layers_from_options(words: Sequence[str]) -> list[ConfigLayer]:
    """The layers of `--config KEY=VALUE`; a value that is not valid TOML is a string. Raises ConfigError."""
    layers: list[ConfigLayer] = []
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            raise ConfigError(f"--config {word}: neither a file nor KEY=VALUE")
        layers.append(_from_text(f"--config {key}", key, value))
    return layers


def _from_text(source: str, key: str, text: str) -> ConfigLayer:
    """A layer that sets one key; `table.entry` sets one entry of a table. Raises ConfigError."""
    path = [key] if key in KEYS_BY_NAME else [part.strip("\"'") for part in key.split(".", 1)]
    value: Any = _value(text)
    known = KEYS_BY_NAME.get(path[0])
    wanted = _entry_kind(known) if len(path) > 1 else known.kind if known else ""
    if wanted in (STRINGS, RULES) and not isinstance(value, list):
        value = text
    elif wanted == SWITCH and text.lower() in _BOOLEANS:
        value = _BOOLEANS[text.lower()]
    elif wanted in (TEXT, CHOICE) and not isinstance(value, (dict, list)):
        value = value if isinstance(value, str) else text
    values: dict[str, Any] = {path[0]: {path[1]: value} if len(path) > 1 else value}
    try:
        return ConfigLayer(source, os.getcwd(), validate_values(values))
    except _InvalidValue as error:
        raise ConfigError(f"{source}: {error}") from None


def _entry_kind(key: ConfigKey | None) -> str:
    """The kind of the entries of a key that holds a table."""
    kinds = {RULES_BY_FILE: RULES, LEVEL_BY_RULE: TEXT, TEXT_BY_NAME: TEXT, TYPE_BY_LABEL: TEXT}
    return kinds.get(key.kind, "") if key else ""


def _value(text: str) -> object:
    try:
        return parse_toml(f"value = {text}")["value"]
    except ValueError:
        return text


# Values -----------------------------------------------------------------------------------------------------------


def validate_values(
    values: Any, known: Mapping[str, ConfigKey] = KEYS_BY_NAME, above: Sequence[str] = ()
) -> dict[str, Any]:
    """The validated keys and values in the form that Config uses; `above`: the path of the table.

    Raises _InvalidValue.
    """
    if not isinstance(values, dict):
        raise _InvalidValue("expected a table", above)
    found: dict[str, Any] = {}
    for name, value in _table(values).items():
        path = (*above, name)
        if name not in known:
            raise _InvalidValue(_unknown(name, known, nested=bool(above)), path)
        found[name] = _checked(known[name], value, path)
    return found


def _unknown(name: str, known: Mapping[str, ConfigKey], *, nested: bool) -> str:
    from ...syntax.instruction_checks import suggest

    if name.replace("_", "-") in known:
        return f"unknown key `{name}`; did you mean `{name.replace('_', '-')}`?"
    if name == "tool" and not nested:
        return "unknown key `tool`; remove `[tool.dlint]`, which is for pyproject.toml only"
    near = suggest(name, known)
    if near:
        return f"unknown key `{name}`; did you mean `{near}`?"
    if nested:
        return f"unknown key `{name}` (expected {or_list(list(known))})"
    return f"unknown key `{name}`; see docs/configuration.md"


def _checked(key: ConfigKey, value: Any, path: tuple[str, ...]) -> Any:
    kind, name = key.kind, path[-1]
    if kind == SWITCH:
        if not isinstance(value, bool):
            raise _InvalidValue(f"`{name}` must be true or false, not {_display(value)}", path)
        return value
    if kind == SECONDS:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < _MAX_SECONDS:
            raise _InvalidValue(f"`{name}` must be a number of seconds, not {_display(value)}", path)
        return value
    if kind in (STRINGS, RULES):
        return _strings(kind, value, path)
    if kind in (TEXT, CHOICE):
        if not isinstance(value, str):
            raise _InvalidValue(f"`{name}` must be a string, not {_display(value)}", path)
        return _one_of(value, key.choices, path)
    if not isinstance(value, dict):
        raise _InvalidValue(f"`{name}` must be a table, such as {key.example}, not {_display(value)}", path)
    return {entry: _entry(key, inner, (*path, entry)) for entry, inner in _table(value).items()}


def _table(value: Any) -> dict[str, Any]:
    return value


def _entry(key: ConfigKey, value: Any, path: tuple[str, ...]) -> Any:
    """The validated entry of a table. Raises _InvalidValue."""
    if key.kind == PER_DOCKERFILE:
        return validate_values(value, {name: KEYS_BY_NAME[name] for name in DOCKERFILE_KEYS}, path)
    if key.kind == RULES_BY_FILE:
        return _strings(RULES, value, path)
    if key.kind == TEXT_BY_NAME and isinstance(value, (int, float)):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if not isinstance(value, str):
        raise _InvalidValue(f"`{path[-1]}` must be a string, not {_display(value)}", path)
    if key.kind == LEVEL_BY_RULE:
        _rules([path[-1]], path)
    return _one_of(value, key.choices, path)


def _one_of(value: str, choices: Sequence[str], path: tuple[str, ...]) -> str:
    if choices and value not in choices:
        from ...syntax.instruction_checks import suggest

        near = suggest(value, choices)
        hint = f"; did you mean `{near}`?" if near else f" (expected {or_list(choices)})"
        raise _InvalidValue(f"invalid value `{value}` for `{path[-1]}`{hint}", (*path, value))
    return value


def _strings(kind: str, value: Any, path: tuple[str, ...]) -> list[str]:
    if isinstance(value, str):
        value = value.replace(",", " ").split() if kind == RULES else [each.strip() for each in value.split(",")]
    if not isinstance(value, list):
        raise _InvalidValue(f"`{path[-1]}` must be a list of strings, not {_display(value)}", path)
    listed = _list(value)
    for each in listed:
        if not isinstance(each, str):
            raise _InvalidValue(f"`{path[-1]}` must contain only strings, not {_display(each)}", (*path, str(each)))
    if kind == RULES:
        _rules(listed, path)
    return [str(each) for each in listed]


def _list(value: Any) -> list[Any]:
    return value


def _rules(selectors: Sequence[str], path: tuple[str, ...]) -> None:
    for selector in selectors:
        try:
            matching_rules(selector)
        except UnknownRule as error:
            raise _InvalidValue(str(error), (*path, selector)) from None


def _display(value: object) -> str:
    """A value for messages."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return "a table" if isinstance(value, dict) else "a list"
    return f"`{value}`"


# Lines ------------------------------------------------------------------------------------------------------------


class _Lines:
    """The lines of keys and values in a TOML text, which tomllib does not give.

    Table headers and keys are found line by line; values and keys of inline tables are searched for after their key.
    """

    __slots__ = ("_at", "_lines", "_top")

    def __init__(self, text: str, top: Sequence[str]) -> None:
        self._top = tuple(top)
        self._lines = text.split("\n")
        self._at: dict[tuple[str, ...], int] = {}
        table: tuple[str, ...] = ()
        depth = 0
        for number, line in enumerate(self._lines, 1):
            stripped = line.strip()
            if depth == 0 and stripped.startswith("["):
                table = _path(stripped.lstrip("["), "]")
                self._note(table, number)
            else:
                if depth == 0 and stripped and stripped[0] != "#":
                    self._note((*table, *_path(stripped, "=")), number)
                depth = max(0, depth + _brackets(line))

    def _note(self, path: tuple[str, ...], number: int) -> None:
        for length in range(1, len(path) + 1):
            self._at.setdefault(path[:length], number)

    def of(self, path: Sequence[str]) -> int:
        """The line of the last part of `path` that can be found, from 1."""
        full = (*self._top, *path)
        known = len(full)
        while known and full[:known] not in self._at:
            known -= 1
        line = self._at.get(full[:known], 1)
        for part in full[known:]:
            for number in range(line, len(self._lines) + 1):
                if part in self._lines[number - 1]:
                    line = number
                    break
        return line


def _path(text: str, end: str) -> tuple[str, ...]:
    """The parts of a dotted key that ends before the character `end`."""
    parts: list[str] = []
    part = quote = ""
    for char in text:
        if quote:
            quote, part = ("", part) if char == quote else (quote, part + char)
        elif char in "\"'":
            quote = char
        elif char == end:
            break
        elif char == ".":
            parts.append(part.strip())
            part = ""
        else:
            part += char
    return (*parts, part.strip())


def _brackets(line: str) -> int:
    """The brackets that a line opens minus those it closes, outside strings and comments."""
    depth, quote = 0, ""
    for char in line:
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char == "#":
            break
        elif char in "[{":
            depth += 1
        elif char in "]}":
            depth -= 1
    return depth
