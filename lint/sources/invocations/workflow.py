"""The builds of a CI workflow: GitHub Actions, GitLab CI, Azure Pipelines, CircleCI.

`docker/build-push-action` and Azure's `Docker@2` have their settings as keys; elsewhere the commands of scripts are
read.
Sources: github.com/docker/build-push-action#inputs, docs.docker.com/reference/cli/docker/buildx/build/.
"""

from __future__ import annotations

import os
import re
from itertools import count, islice, product

from ...config.layer import display_path
from ...config.yaml_nodes import YamlError, YamlLimit, mapping_entries, parse_yaml, scalar_text, sequence_items
from .build_commands import UNKNOWN, ShellSource, has_build_command, read_build_commands
from .invocation import BuildInvocation, is_remote_context, resolve_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

_WORKSPACE = re.compile(
    r"\$\{\{\s*github\.workspace\s*\}\}|\$\{?(?:GITHUB_WORKSPACE|CI_PROJECT_DIR)\}?|\$\(Build\.SourcesDirectory\)"
)
_EXPRESSION = re.compile(r"\$\{\{\s*((?:env|matrix)\.[\w-]+)\s*\}\}")
_ANY_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_SHELL_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
_DIRECTORIES = frozenset(("workflows", ".github", ".circleci"))
_MAX_JOBS = 64
_MAX_NODES = 20_000


class _Scope:
    """The scope of a node of a workflow.

    `path`: the file; `top`: the repository root; `directory`: the working directory of commands; `values`: the
    variables that the workflow sets, named as in `${{ … }}`: `env.A`, `matrix.b`.
    """

    __slots__ = ("directory", "path", "seen", "steps", "top", "values")

    def __init__(
        self,
        path: str,
        top: str,
        directory: str = "",
        values: dict[str, str] | None = None,
        steps: Iterator[int] | None = None,
    ) -> None:
        self.path = path
        self.top = top
        self.directory = directory
        self.values = values or {}
        self.seen: set[int] = set()
        """The visited nodes: aliases can repeat nodes and make cycles."""
        self.steps = count() if steps is None else steps
        """Counts the nodes visited in all scopes: each job of a matrix visits those in it again."""

    def inner(self, directory: str | None = None, values: dict[str, str] | None = None) -> _Scope:
        """The scope of a node inside, with another directory or more variables."""
        return _Scope(
            self.path,
            self.top,
            self.directory if directory is None else directory,
            {**self.values, **(values or {})},
            self.steps,
        )

    def plain(self, text: str | None, default: str = "") -> str | None:
        """A value with its variables replaced; None if one of them is unknown."""
        if text is None:
            return default
        plain = _EXPRESSION.sub(self._replaced, _WORKSPACE.sub(".", text.strip()))
        return None if "$" in plain else plain

    def script(self, text: str) -> str:
        """A script with known expressions replaced, and unknown ones by an unknown variable."""
        return _ANY_EXPRESSION.sub(UNKNOWN, _EXPRESSION.sub(self._replaced, _WORKSPACE.sub(self.top, text)))

    def line(self, text: str) -> str:
        """A line of an input with known variables replaced."""
        return _SHELL_VARIABLE.sub(self._of_environment, self.script(text))

    def _replaced(self, match: re.Match[str]) -> str:
        return self.values.get(match[1], match[0])

    def _of_environment(self, match: re.Match[str]) -> str:
        return self.values.get(f"env.{match[1] or match[2]}", match[0])


def read_workflow(path: str, text: str, note: Callable[[str], object] | None = None) -> list[BuildInvocation]:
    """The builds in the workflow at `path`. Paths are relative to the repository root.

    `note` gets a message if the file is too large to be read, or to be read to its end.
    """
    if not has_build_command(text) and "Docker@" not in text:
        return []
    try:
        root = parse_yaml(text)
    except YamlError as error:
        if note is not None and isinstance(error, YamlLimit):
            note(f"{display_path(path)}:{error.line}: {error}; the builds in this file are unknown")
        return []
    top = os.path.dirname(path)
    while not os.path.lexists(os.path.join(top, ".git")) and os.path.basename(top) in _DIRECTORIES:
        top = os.path.dirname(top)
    scope = _Scope(path, top)
    found = [each for each in _walk(scope, root) if each is not None]
    if note is not None and next(scope.steps) > _MAX_NODES:
        note(f"{display_path(path)}: only its first {_MAX_NODES:,} values were searched for builds")
    return found


def _walk(scope: _Scope, node: Any) -> Iterator[BuildInvocation | None]:
    """The builds in a node and its descendants."""
    if node is None or id(node) in scope.seen or next(scope.steps) > _MAX_NODES:
        return
    scope.seen.add(id(node))
    if node.id == "sequence":
        for each in sequence_items(node):
            yield from _walk(scope, each)
        return
    keys = mapping_entries(node)
    defaults = mapping_entries(mapping_entries(keys.get("defaults")).get("run"))
    variables = mapping_entries(keys.get("env")) or mapping_entries(keys.get("variables"))
    values = {f"env.{key}": value for key, each in variables.items() if (value := scope.plain(scalar_text(each)))}
    directory = scope.plain(scalar_text(defaults.get("working-directory"))) or scope.directory
    inner = scope.inner(directory, values) if values or directory != scope.directory else scope
    for combination in _combinations(mapping_entries(mapping_entries(keys.get("strategy")).get("matrix")), inner):
        yield from _job(inner.inner(values=combination) if combination else inner, node, keys)


def _combinations(matrix: dict[str, Any], scope: _Scope) -> list[dict[str, str]]:
    """The values of a matrix for each job; one empty combination if there is no matrix."""
    axes = {
        key: [{f"matrix.{key}": value} for each in sequence_items(node) if (value := scope.plain(scalar_text(each)))]
        for key, node in matrix.items()
        if key not in ("include", "exclude")
    }
    listed = [
        {
            f"matrix.{key}": value
            for key, each in mapping_entries(node).items()
            if (value := scope.plain(scalar_text(each)))
        }
        for node in sequence_items(matrix.get("include"))
    ]
    made = product(*(values for values in axes.values() if values)) if any(axes.values()) else ()
    found = [{name: value for part in parts for name, value in part.items()} for parts in islice(made, _MAX_JOBS)]
    return [*found, *listed][:_MAX_JOBS] or [{}]


def _job(scope: _Scope, node: Any, keys: dict[str, Any]) -> Iterator[BuildInvocation | None]:
    """The builds of a workflow, job or step."""
    uses = scalar_text(keys.get("uses")) or ""
    if uses.startswith("docker/build-push-action"):
        yield _action(scope, node, mapping_entries(keys.get("with")))
    if (scalar_text(keys.get("task")) or "").startswith("Docker@"):
        yield _task(scope, node, mapping_entries(keys.get("inputs")))
    here = scope.plain(scalar_text(keys.get("working-directory"))) or scope.directory
    for key, value in keys.items():
        if key in _SCRIPT_KEYS:
            yield from _scripts(scope, value, here)
        elif value.id != "scalar":
            yield from _walk(scope, value)


def _action(scope: _Scope, node: Any, inputs: dict[str, Any]) -> BuildInvocation | None:
    """The build of a step with docker/build-push-action; its default context is the repository."""
    written = scope.plain(scalar_text(inputs.get("context")), ".")
    file = scope.plain(scalar_text(inputs.get("file")), "")
    target = scope.plain(scalar_text(inputs.get("target")), "")
    if written is None or file is None or is_remote_context(written):
        return None
    context = resolve_path(scope.top, written)
    lines = (scalar_text(inputs.get("build-args")) or "").splitlines()
    named = (scalar_text(inputs.get("build-contexts")) or "").splitlines()
    dockerfile = resolve_path(scope.top, file) if file else os.path.join(context, "Dockerfile")
    return BuildInvocation(
        scope.path, node.start_mark.line + 1, "build-push-action", context, dockerfile, target or "",
        _pairs([scope.line(line) for line in lines]), _pairs([scope.line(line) for line in named]),
        given=[name for each in lines if (name := each.strip().partition("=")[0]).isidentifier()],
        images=_listed(scope, inputs.get("tags")), platforms=_listed(scope, inputs.get("platforms")),
    )  # fmt: skip


def _listed(scope: _Scope, node: Any) -> list[str]:
    """The known values of an input that is a list: one a line, or separated by commas."""
    lines = (scalar_text(node) or "").replace(",", "\n").splitlines()
    return [value.strip() for each in lines if "$" not in (value := scope.line(each)) and value.strip()]


def _task(scope: _Scope, node: Any, inputs: dict[str, Any]) -> BuildInvocation | None:
    """The build of a step with the task Docker@2; its default context is the directory of the Dockerfile."""
    file = scope.plain(scalar_text(inputs.get("Dockerfile") or inputs.get("dockerfile")), "**/Dockerfile")
    written = scope.plain(scalar_text(inputs.get("buildContext")), "**")
    if file is None or written is None or "*" in file or (scalar_text(inputs.get("command")) or "build") not in _VERBS:
        return None
    dockerfile = resolve_path(scope.top, file)
    context = os.path.dirname(dockerfile) if "*" in written else resolve_path(scope.top, written)
    return BuildInvocation(scope.path, node.start_mark.line + 1, "Docker@2", context, dockerfile)


_VERBS = frozenset(("build", "buildAndPush"))
_SCRIPT_KEYS = frozenset(("run", "script", "before_script", "after_script", "bash", "inlineScript"))


def _pairs(lines: Sequence[str]) -> dict[str, str]:
    """The `KEY=value` lines with known values."""
    found: dict[str, str] = {}
    for line in lines:
        key, equals, value = line.strip().partition("=")
        value = value.strip().strip("\"'")
        if key and equals and "$" not in value:
            found[key] = value
    return found


def _scripts(scope: _Scope, node: Any, directory: str) -> Iterator[BuildInvocation]:
    """The builds in a script, in a list of commands, or in CircleCI's `run` with a command and a directory."""
    keys = mapping_entries(node)
    if keys:
        directory = scope.plain(scalar_text(keys.get("working_directory"))) or directory
        yield from _script(scope, keys.get("command"), directory)
    else:
        items = sequence_items(node)
        known = [text for each in items if (text := scalar_text(each)) is not None]
        if len(known) > 1 and any(text.lstrip().startswith(("cd ", "pushd ", "export ")) for text in known):
            # GitLab runs the list as one script.
            yield from _script(scope, items[0], directory, "\n".join(known))
        else:
            for each in items or [node]:
                yield from _script(scope, each, directory)


def _script(scope: _Scope, node: Any, directory: str, joined: str | None = None) -> list[BuildInvocation]:
    """The builds in the commands of a script, or in `joined`, which begins at the node."""
    text = joined or scalar_text(node) or ""
    if not has_build_command(text):
        return []
    line = node.start_mark.line + (2 if node.style in ("|", ">") else 1)
    variables = {name[4:]: value for name, value in scope.values.items() if name.startswith("env.")}
    source = ShellSource(scope.path, line, scope.top, (resolve_path(scope.top, directory),), variables)
    return read_build_commands(scope.script(text), source)
