"""The builds of a CI workflow: GitHub Actions, GitLab CI, Azure Pipelines.

`docker/build-push-action` and Azure's `Docker@2` have their settings as keys; elsewhere the commands of scripts are
searched for `docker build`, `docker buildx build`, `podman build`, `buildah bud` and kaniko's executor.
Sources: github.com/docker/build-push-action#inputs, docs.docker.com/reference/cli/docker/buildx/build/.
"""

from __future__ import annotations

import os
import re
import shlex
from itertools import count, islice, product

from ...config.layer import display_path
from ...config.yaml_nodes import YamlError, YamlLimit, mapping_entries, parse_yaml, scalar_text, sequence_items
from .invocation import BuildInvocation, is_remote_context, resolve_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

_BUILD = re.compile(r"\b(?:docker|podman|nerdctl|buildah|executor)\b")
_TOOLS = frozenset(("docker", "podman", "nerdctl", "buildah"))
_ENDS = frozenset(("&&", "||", ";", "|", "&", ">", ">>", "2>&1"))
_WITHOUT_VALUE = frozenset(
    """
    --check --force-rm --load --no-cache --pull --push --quiet -q --rm --squash --compress --debug -D
    --disable-content-trust --layers --tls-verify --no-hosts
    """.split()
)
"""Boolean flags of build commands."""
_WORKSPACE = re.compile(
    r"\$\{\{\s*github\.workspace\s*\}\}|\$\{?(?:GITHUB_WORKSPACE|CI_PROJECT_DIR)\}?|\$\(Build\.SourcesDirectory\)"
)
_EXPRESSION = re.compile(r"\$\{\{\s*((?:env|matrix)\.[\w-]+)\s*\}\}")
_SHELL_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
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
        """A script with known variables replaced."""
        return _SHELL_VARIABLE.sub(
            self._of_environment, _EXPRESSION.sub(self._replaced, _WORKSPACE.sub(self.top, text))
        )

    def _replaced(self, match: re.Match[str]) -> str:
        return self.values.get(match[1], match[0])

    def _of_environment(self, match: re.Match[str]) -> str:
        return self.values.get(f"env.{match[1] or match[2]}", match[0])


def read_workflow(path: str, text: str, note: Callable[[str], object] | None = None) -> list[BuildInvocation]:
    """The builds in the workflow at `path`. Paths are relative to the repository root.

    `note` gets a message if the file is too large to be read, or to be read to its end.
    """
    if not _BUILD.search(text) and "Docker@" not in text:
        return []
    try:
        root = parse_yaml(text)
    except YamlError as error:
        if note is not None and isinstance(error, YamlLimit):
            note(f"{display_path(path)}:{error.line}: {error}; the builds in this file are unknown")
        return []
    top = os.path.dirname(path)
    while not os.path.lexists(os.path.join(top, ".git")) and os.path.basename(top) in ("workflows", ".github"):
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
        if key in ("run", "script", "before_script", "after_script", "bash"):
            for each in sequence_items(value) or [value]:
                yield from _script(scope, each, here)
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
        _pairs([scope.script(line) for line in lines]), _pairs([scope.script(line) for line in named]),
    )  # fmt: skip


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


def _pairs(lines: Sequence[str]) -> dict[str, str]:
    """The `KEY=value` lines with known values."""
    found: dict[str, str] = {}
    for line in lines:
        key, equals, value = line.strip().partition("=")
        value = value.strip().strip("\"'")
        if key and equals and "$" not in value:
            found[key] = value
    return found


def _script(scope: _Scope, node: Any, directory: str) -> Iterator[BuildInvocation | None]:
    """The builds in the commands of a script."""
    text = scalar_text(node) or ""
    if not _BUILD.search(text):
        return
    line = node.start_mark.line + (2 if node.style in ("|", ">") else 1)
    cwd: str | None = resolve_path(scope.top, directory)
    joined = scope.script(text.replace("\\\r\n", " ").replace("\\\n", " "))
    for command in joined.split("\n"):
        try:
            words = shlex.split(command.split(" #")[0], posix=True)
        except ValueError:
            continue
        for part in _parts(words):
            if part[:1] == ["cd"] and cwd is not None and len(part) > 1:
                cwd = None if "$" in part[1] else resolve_path(cwd, part[1])
            elif cwd is not None:
                yield _command(scope.path, cwd, part, line)


def _parts(words: Sequence[str]) -> Iterator[list[str]]:
    """The commands of a line, each as a list of words."""
    part: list[str] = []
    for word in words:
        if word in _ENDS or word.endswith(";"):
            yield [*part, word.rstrip(";")] if word.rstrip(";") and word not in _ENDS else part
            part = []
        else:
            part.append(word)
    yield part


def _command(path: str, cwd: str, words: Sequence[str], line: int) -> BuildInvocation | None:
    """The build of a command; None if it is not a build of a local context."""
    words = [word for word in words if word != "sudo"]
    if not words:
        return None
    name = os.path.basename(words[0])
    if name == "executor":
        return _kaniko(path, cwd, words[1:], line)
    while name in _TOOLS and words[1:2] and words[1] in ("buildx", "image", "builder"):
        words = [words[0], *words[2:]]
    if name not in _TOOLS or words[1:2] not in (["build"], ["bud"]):
        return None
    contexts, flags = _build_arguments(words[2:])
    file, target = flags.get("--file", [""])[-1], flags.get("--target", [""])[-1]
    if len(contexts) != 1 or is_remote_context(contexts[0]) or "$" in contexts[0] + file:
        return None
    context = resolve_path(cwd, contexts[0])
    dockerfile = resolve_path(cwd, file) if file else os.path.join(context, "Dockerfile")
    args, named = _pairs(flags.get("--build-arg", ())), _pairs(flags.get("--build-context", ()))
    return BuildInvocation(
        path, line, f"{name} build", context, dockerfile, "" if "$" in target else target, args, named
    )


def _build_arguments(words: Sequence[str]) -> tuple[list[str], dict[str, list[str]]]:
    """The positional arguments and the values of each flag of `docker build`."""
    positional: list[str] = []
    flags: dict[str, list[str]] = {}
    rest = iter(words)
    for word in rest:
        flag, equals, value = word.partition("=")
        if word[:1] != "-" or word == "-":
            positional.append(word)
            continue
        if word[:2] == "-f" and len(word) > 2 and not equals:
            flag, value = "-f", word[2:]
        elif not equals and flag not in _WITHOUT_VALUE:
            value = next(rest, "")
        flags.setdefault("--file" if flag == "-f" else flag, []).append(value)
    return positional, flags


def _kaniko(path: str, cwd: str, words: Sequence[str], line: int) -> BuildInvocation | None:
    """The build of a command of kaniko's executor; `--dockerfile` is relative to the context. None if it is remote."""
    values: dict[str, str] = {}
    args: list[str] = []
    rest = iter(words)
    for word in rest:
        flag, equals, value = word.partition("=")
        if flag in ("--context", "-c", "--dockerfile", "-f", "--target", "--build-arg"):
            value = value if equals else next(rest, "")
            if flag == "--build-arg":
                args.append(value)
            values[{"-c": "--context", "-f": "--dockerfile"}.get(flag, flag)] = value
    written = values.get("--context", ".").removeprefix("dir://")
    file = values.get("--dockerfile", "Dockerfile")
    if is_remote_context(written) or "$" in written + file:
        return None
    context = resolve_path(cwd, written)
    dockerfile = resolve_path(context, file)
    if not os.path.isfile(dockerfile):
        dockerfile = resolve_path(cwd, file)
    target = values.get("--target", "")
    return BuildInvocation(path, line, "kaniko", context, dockerfile, "" if "$" in target else target, _pairs(args))
