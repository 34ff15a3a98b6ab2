"""The JSON Schema of dlint.toml and the reference of all keys, generated from the table of keys."""

from __future__ import annotations

from . import keys as keys
from .keys import CONFIG_KEYS, DOCKERFILE_KEYS, KEYS_BY_NAME, ConfigKey

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_KINDS = {
    keys.TEXT: "string",
    keys.CHOICE: "one of",
    keys.SWITCH: "true or false",
    keys.SECONDS: "number of seconds; the default is 10",
    keys.STRINGS: "list of strings",
    keys.RULES: "list of rules",
    keys.RULES_BY_FILE: "table of pattern to list of rules",
    keys.LEVEL_BY_RULE: "table of rule to severity",
    keys.TEXT_BY_NAME: "table of name to string",
    keys.TYPE_BY_LABEL: "table of label to type",
    keys.PER_DOCKERFILE: "table of pattern to table",
}


def json_schema() -> str:
    """The JSON Schema, draft 7, which editors support, as text."""
    import json

    document = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "dlint.toml",
        "description": "Configuration of dlint in dlint.toml, .dlint.toml, or [tool.dlint] in pyproject.toml.",
        "type": "object",
        "additionalProperties": False,
        "properties": {key.name: _property(key) for key in CONFIG_KEYS},
    }
    return json.dumps(document, indent=2) + "\n"


def _property(key: ConfigKey) -> dict[str, Any]:
    return {"description": key.doc, **_type(key)}


def _type(key: ConfigKey) -> dict[str, Any]:
    strings = {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    if key.kind == keys.SWITCH:
        return {"type": "boolean"}
    if key.kind == keys.SECONDS:
        return {"type": "number", "minimum": 0}
    if key.kind == keys.TEXT:
        return {"type": "string"}
    if key.kind == keys.CHOICE:
        return {"type": "string", "enum": list(key.choices)}
    if key.kind in (keys.STRINGS, keys.RULES):
        return strings
    if key.kind == keys.RULES_BY_FILE:
        return {"type": "object", "additionalProperties": strings}
    if key.kind == keys.TEXT_BY_NAME:
        return {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}
    if key.kind == keys.PER_DOCKERFILE:
        properties = {name: _property(KEYS_BY_NAME[name]) for name in DOCKERFILE_KEYS}
        inner = {"type": "object", "additionalProperties": False, "properties": properties}
        return {"type": "object", "additionalProperties": inner}
    return {"type": "object", "additionalProperties": {"type": "string", "enum": list(key.choices)}}


def config_reference() -> str:
    """A section on each key, for docs/configuration.md."""
    parts: list[str] = []
    for key in CONFIG_KEYS:
        separator = " " if key.kind == keys.CHOICE else ": "
        choices = separator + ", ".join(f"`{word}`" for word in key.choices) if key.choices else ""
        parts.append(
            f"\n### {key.name}\n\n{key.doc}\n\nType: {_KINDS[key.kind]}{choices}.\n\n```toml\n{key.example}\n```\n"
        )
    return "".join(parts) + "\n"
