"""`dlint config show`, `dlint config migrate`, `dlint config schema`."""

from __future__ import annotations

import os

from ...fixers.write import WriteError, create_file
from ...model.disk import MAX_CONFIG_BYTES, read_file
from ..config import toml_writer
from ..config.keys import CONFIG_KEYS
from ..config.layer import ConfigError, display_path
from ..config.reader import ConfigurationReader
from ..config.resolver import CONFIG_FILE_NAMES, HADOLINT_FILE_NAMES, Config
from ..terminal.exit_status import BROKEN, CLEAN
from ..terminal.streams import inform, printable, warn, write_stdout

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from typing import Any

    from ..sources.invocations.invocation import BuildInvocation

_LISTS = frozenset(("ignore", "extend-select", "extend-exclude"))
_TABLES = frozenset(("per-file-ignores", "severity", "build-args", "dockerfiles"))


def run_config(arguments: argparse.Namespace) -> int:
    """Run `dlint config …` and return the exit status."""
    try:
        if arguments.what == "schema":
            from ..config.json_schema import json_schema

            write_stdout(json_schema())
            return CLEAN
        return _show(arguments.file) if arguments.what == "show" else _migrate(arguments)
    except ConfigError as error:
        warn(str(error))
        return BROKEN


# Show -------------------------------------------------------------------------------------------------------------


def _show(file: str | None) -> int:
    """Write the configuration of a file, or of the current directory, with the source of each value."""
    path = file or os.path.join(".", "")
    if file is not None and not os.path.exists(file):
        warn(f"{file}: no such file; showing the configuration of its directory")
    if os.path.isdir(path):
        path = os.path.join(path, "")
    from ..engine.planning import LintPlans, default_configurations

    plans = LintPlans(default_configurations())
    config = plans.config(path)
    name = display_path(config.file) if config.file else ""
    write_stdout(
        printable(f"# The configuration of {file or 'this directory'}: {name or 'no file, all defaults'}") + "\n"
    )
    for line in _lines(config):
        write_stdout(printable(line) + "\n")
    if file is not None and os.path.isfile(file):
        for line in _build_comments(plans.builds(file, [file])):
            write_stdout(printable(line) + "\n")
    return CLEAN


def _build_comments(builds: Sequence[BuildInvocation]) -> Iterator[str]:
    """How compose files, bake files and workflows build the file, as comments."""
    seen: set[str] = set()
    for build in builds:
        settings = [
            f"context = {toml_writer.text(display_path(build.context) or '.')}"
            if build.context
            else "context is not a local directory"
        ]
        if build.target:
            settings.append(f"target = {toml_writer.text(build.target)}")
        if build.args:
            settings.append(f"build-args = {toml_writer.value(build.args)}")
        line = f"# {display_path(build.file)}:{build.line} ({build.name}): {', '.join(settings)}"
        if line not in seen:  # the builds of a matrix are alike
            seen.add(line)
            yield line


def _lines(config: Config) -> Iterator[str]:
    """A line for each key that is set, or for each entry of keys that accumulate, with its source as a comment."""
    tables: list[str] = []
    for key in CONFIG_KEYS:
        layers = list(config.layers_setting(key.name))
        if not layers or key.name == "extend":
            continue
        if key.name in _LISTS and len(layers) > 1:
            yield f"{key.name} = ["
            for layer in layers:
                for entry in layer.values[key.name]:
                    yield f"    {toml_writer.text(entry)},  # {layer.origin(key.name)}"
            yield "]"
        elif key.name in _TABLES:
            tables += ["", f"[{key.name}]"]
            origins: dict[str, tuple[Any, str]] = {}
            for layer in layers:
                origins |= {name: (v, layer.origin(key.name)) for name, v in layer.values[key.name].items()}
            tables += [
                f"{toml_writer.key(n)} = {toml_writer.value(v)}  # {origin}" for n, (v, origin) in origins.items()
            ]
        else:
            layer = layers[-1]
            yield f"{key.name} = {toml_writer.value(layer.values[key.name])}  # {layer.origin(key.name)}"
    yield from tables


# Migrate ----------------------------------------------------------------------------------------------------------


def _migrate(arguments: argparse.Namespace) -> int:
    """Convert hadolint's configuration to a dlint.toml in the same directory."""
    path = arguments.file or next((name for name in HADOLINT_FILE_NAMES if os.path.isfile(name)), None)
    if path is None:
        warn(f"no {' or '.join(HADOLINT_FILE_NAMES)} in this directory; pass the file: `dlint config migrate FILE`")
        return BROKEN
    if not os.path.isfile(path):
        warn(f"{path}: no such file")
        return BROKEN
    if not path.endswith((".yaml", ".yml")):
        warn(f"{path}: not a hadolint configuration; pass a .yaml or .yml file")
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
            warn(f"{there} already exists; use --stdout to preview the conversion")
            return BROKEN
    target = os.path.join(folder, CONFIG_FILE_NAMES[0])
    try:
        create_file(target, text.encode())
    except WriteError as error:
        warn(f"{target}: {error}")
        return BROKEN
    inform(f"wrote {target}; dlint no longer reads {path}, which you can delete once you stop using hadolint")
    return CLEAN


def _migrated(path: str) -> str:
    layers = ConfigurationReader().read(os.path.abspath(path), named=True) or []
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
            pairs = toml_writer.as_table(value).items()
            tables += ["", f"[{key.name}]", *(f"{toml_writer.key(n)} = {toml_writer.value(v)}" for n, v in pairs)]
        elif key.name == "ignore" and comments:
            lines.append("ignore = [")
            lines += [f"    {toml_writer.text(code)},{comments.get(code, '')}" for code in value]
            lines.append("]")
        else:
            lines.append(f"{key.name} = {toml_writer.value(value)}")
    return "\n".join([*lines, *tables]) + "\n"


def _comments(path: str) -> dict[str, str]:
    """The comments after list entries, by entry: the reasons why a rule is ignored."""
    found: dict[str, str] = {}
    for line in read_file(path, MAX_CONFIG_BYTES).decode("utf-8-sig").split("\n"):
        entry, mark, comment = line.strip().partition(" #")
        if mark and entry.startswith("- "):
            found[entry[2:].strip().strip("\"'")] = f"  # {comment.strip()}"
    return found
