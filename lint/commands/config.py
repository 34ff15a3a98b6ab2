"""`dlint config show`, `dlint config migrate`, `dlint config schema`."""

from __future__ import annotations

import os

from ...fixers.write import WriteError, create_file
from ..config import toml_writer as toml_text
from ..config.keys import CONFIG_KEYS
from ..config.layer import ConfigError, display_path
from ..config.layers import CONFIG_FILE_NAMES, HADOLINT_FILE_NAMES, Config
from ..config.reader import ConfigurationReader
from ..terminal.exit_status import BROKEN, CLEAN
from ..terminal.streams import warn, write_stdout

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from typing import Any

    from ..sources.invocations.invocation import BuildInvocation

_LISTS = frozenset(("ignore", "extend-select", "extend-exclude"))
_TABLES = frozenset(("per-file-ignores", "severity", "build-args", "dockerfiles"))


def run_config(arguments: argparse.Namespace) -> int:
    """Run `dlint config …` and answer the exit status."""
    try:
        if arguments.what == "schema":
            from ..config.schema import json_schema

            write_stdout(json_schema())
            return CLEAN
        return _show(arguments.file) if arguments.what == "show" else _migrate(arguments)
    except ConfigError as error:
        warn(str(error))
        return BROKEN


# Show -------------------------------------------------------------------------------------------------------------


def _show(file: str | None) -> int:
    """Write what counts for a file, or for the current folder, and where each value comes from."""
    path = file or os.path.join(".", "")
    if file is not None and not os.path.exists(file):
        warn(f"{file}: there is no such file; its folder's configuration is shown")
    if os.path.isdir(path):
        path = os.path.join(path, "")
    from ..engine.lint_plans import LintPlans, default_configurations

    plans = LintPlans(default_configurations())
    config = plans.config(path)
    name = display_path(config.file) if config.file else ""
    write_stdout(f"# The configuration of {file or 'this folder'}: {name or 'no file; everything is at its default'}\n")
    for line in _lines(config):
        write_stdout(line + "\n")
    if file is not None and os.path.isfile(file):
        for line in _told(plans.builds(file, [file])):
            write_stdout(line + "\n")
    return CLEAN


def _told(builds: Sequence[BuildInvocation]) -> Iterator[str]:
    """What compose files, bake files and workflows say of the file, as comments."""
    told: set[str] = set()
    for build in builds:
        said = [
            f"context = {toml_text.text(display_path(build.context) or '.')}"
            if build.context
            else "context is not on disk"
        ]
        if build.target:
            said.append(f"target = {toml_text.text(build.target)}")
        if build.args:
            said.append(f"build-args = {toml_text.value(build.args)}")
        line = f"# {display_path(build.file)}:{build.line} ({build.name}) says: {', '.join(said)}"
        if line not in told:  # a matrix says the same again and again
            told.add(line)
            yield line


def _lines(config: Config) -> Iterator[str]:
    """A line for each key that is set, or for each entry of what adds up, with its origin as a comment."""
    tables: list[str] = []
    for key in CONFIG_KEYS:
        layers = list(config.layers_setting(key.name))
        if not layers or key.name == "extend":
            continue
        if key.name in _LISTS and len(layers) > 1:
            yield f"{key.name} = ["
            for layer in layers:
                for entry in layer.values[key.name]:
                    yield f"    {toml_text.text(entry)},  # {layer.origin(key.name)}"
            yield "]"
        elif key.name in _TABLES:
            tables += ["", f"[{key.name}]"]
            origins: dict[str, tuple[Any, str]] = {}
            for layer in layers:
                origins |= {name: (v, layer.origin(key.name)) for name, v in layer.values[key.name].items()}
            tables += [f"{toml_text.key(n)} = {toml_text.value(v)}  # {origin}" for n, (v, origin) in origins.items()]
        else:
            layer = layers[-1]
            yield f"{key.name} = {toml_text.value(layer.values[key.name])}  # {layer.origin(key.name)}"
    yield from tables


# Migrate ----------------------------------------------------------------------------------------------------------


def _migrate(arguments: argparse.Namespace) -> int:
    """Write the dlint.toml that says what hadolint's configuration says, beside it."""
    path = arguments.file or next((name for name in HADOLINT_FILE_NAMES if os.path.isfile(name)), None)
    if path is None:
        warn(f"there is no {' or '.join(HADOLINT_FILE_NAMES)} in this folder; name the file: dlint config migrate FILE")
        return BROKEN
    if not os.path.isfile(path):
        warn(f"{path}: there is no such file")
        return BROKEN
    if not path.endswith((".yaml", ".yml")):
        warn(f"{path}: a configuration of hadolint ends in .yaml or .yml")
        return BROKEN
    text = _migrated(path)
    if arguments.stdout:
        write_stdout(text)
        return CLEAN
    folder = os.path.dirname(path)
    reader = ConfigurationReader()
    for name in CONFIG_FILE_NAMES:
        there = os.path.join(folder, name)
        if os.path.lexists(there) and (name != "pyproject.toml" or reader.read(os.path.abspath(there)) is not None):
            warn(f"{there} is a configuration already; --stdout shows what would be written")
            return BROKEN
    target = os.path.join(folder, CONFIG_FILE_NAMES[0])
    try:
        create_file(target, text.encode())
    except WriteError as error:
        warn(f"{target}: {error}")
        return BROKEN
    warn(f"wrote {target}, which counts from now on; {path} is read by hadolint only and may go when hadolint does")
    return CLEAN


def _migrated(path: str) -> str:
    layers = ConfigurationReader().read(os.path.abspath(path)) or []
    values = layers[-1].values
    comments = _comments(path)
    lines = [
        f"# Written by `dlint config migrate` from {os.path.basename(path)}.",
        "# The profile runs what hadolint runs; without it dlint's own rules run.",
    ]
    tables: list[str] = []
    for key in CONFIG_KEYS:
        if key.name not in values:
            continue
        value = values[key.name]
        if isinstance(value, dict):
            pairs = toml_text.as_table(value).items()
            tables += ["", f"[{key.name}]", *(f"{toml_text.key(n)} = {toml_text.value(v)}" for n, v in pairs)]
        elif key.name == "ignore" and comments:
            lines.append("ignore = [")
            lines += [f"    {toml_text.text(code)},{comments.get(code, '')}" for code in value]
            lines.append("]")
        else:
            lines.append(f"{key.name} = {toml_text.value(value)}")
    return "\n".join([*lines, *tables]) + "\n"


def _comments(path: str) -> dict[str, str]:
    """The comments behind the entries of lists, by entry: the reasons why a rule is off."""
    found: dict[str, str] = {}
    with open(path, encoding="utf-8-sig") as file:
        for line in file:
            entry, mark, comment = line.strip().partition(" #")
            if mark and entry.startswith("- "):
                found[entry[2:].strip().strip("\"'")] = f"  # {comment.strip()}"
    return found
