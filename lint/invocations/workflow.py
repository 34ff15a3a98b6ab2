"""The builds of a CI workflow: GitHub Actions, GitLab CI, Azure Pipelines.

`docker/build-push-action` and Azure's `Docker@2` say their parts as keys; everywhere else the commands of scripts are
looked through for `docker build`, `docker buildx build`, `podman build`, `buildah bud` and kaniko's executor.
Sources: github.com/docker/build-push-action#inputs, docs.docker.com/reference/cli/docker/buildx/build/.
"""

from __future__ import annotations

import os
import re
import shlex

from ..yaml_nodes import BadYaml, compose, entries, items, scalar
from . import Invocation, place, remote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
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
"""Flags of builds that take no value in the next word."""
_WORKSPACE = re.compile(
    r"\$\{\{\s*github\.workspace\s*\}\}|\$\{?(?:GITHUB_WORKSPACE|CI_PROJECT_DIR)\}?|\$\(Build\.SourcesDirectory\)"
)


def read_workflow(path: str, text: str) -> list[Invocation]:
    """The builds of the workflow at `path`; paths count from the top of the repository."""
    if not _BUILD.search(text) and "Docker@" not in text:
        return []
    try:
        root = compose(text)
    except BadYaml:
        return []
    folder = os.path.dirname(path)
    while not os.path.lexists(os.path.join(folder, ".git")) and os.path.basename(folder) in ("workflows", ".github"):
        folder = os.path.dirname(folder)
    return [each for each in _walk(path, folder, root, "") if each is not None]


def _walk(path: str, top: str, node: Any, directory: str) -> Iterator[Invocation | None]:
    """The builds in a node and all below it; `directory` is where its commands run."""
    if node is None:
        return
    if node.id == "sequence":
        for each in items(node):
            yield from _walk(path, top, each, directory)
        return
    keys = entries(node)
    defaults = entries(entries(keys.get("defaults")).get("run"))
    directory = _plain(scalar(defaults.get("working-directory"))) or directory
    uses = scalar(keys.get("uses")) or ""
    if uses.startswith("docker/build-push-action"):
        yield _action(path, top, node, entries(keys.get("with")))
    if (scalar(keys.get("task")) or "").startswith("Docker@"):
        yield _task(path, top, node, entries(keys.get("inputs")))
    here = _plain(scalar(keys.get("working-directory"))) or directory
    for key, value in keys.items():
        if key in ("run", "script", "before_script", "after_script", "bash"):
            for each in items(value) or [value]:
                yield from _script(path, top, each, here)
        elif value.id != "scalar":
            yield from _walk(path, top, value, directory)


def _action(path: str, top: str, node: Any, inputs: dict[str, Any]) -> Invocation | None:
    """A step with docker/build-push-action; without a context it builds what git has of the repository."""
    written = _plain(scalar(inputs.get("context")), ".")
    file = _plain(scalar(inputs.get("file")), "")
    target = _plain(scalar(inputs.get("target")), "")
    if written is None or file is None or remote(written):
        return None
    context = place(top, written)
    lines = (scalar(inputs.get("build-args")) or "").splitlines()
    named = (scalar(inputs.get("build-contexts")) or "").splitlines()
    dockerfile = place(top, file) if file else os.path.join(context, "Dockerfile")
    line = node.start_mark.line + 1
    return Invocation(path, line, "build-push-action", context, dockerfile, target or "", _pairs(lines), _pairs(named))


def _task(path: str, top: str, node: Any, inputs: dict[str, Any]) -> Invocation | None:
    """A step with the task Docker@2: its context is the Dockerfile's folder unless told."""
    file = _plain(scalar(inputs.get("Dockerfile") or inputs.get("dockerfile")), "**/Dockerfile")
    written = _plain(scalar(inputs.get("buildContext")), "**")
    if file is None or written is None or "*" in file or (scalar(inputs.get("command")) or "build") not in _VERBS:
        return None
    dockerfile = place(top, file)
    context = os.path.dirname(dockerfile) if "*" in written else place(top, written)
    return Invocation(path, node.start_mark.line + 1, "Docker@2", context, dockerfile)


_VERBS = frozenset(("build", "buildAndPush"))


def _plain(text: str | None, default: str = "") -> str | None:
    """A value without the variable for the workspace; None when another variable is in it."""
    if text is None:
        return default
    plain = _WORKSPACE.sub(".", text.strip())
    return None if "$" in plain else plain


def _pairs(lines: Sequence[str]) -> dict[str, str]:
    """The `KEY=value` lines whose values are known."""
    found: dict[str, str] = {}
    for line in lines:
        key, equals, value = line.strip().partition("=")
        value = value.strip().strip("\"'")
        if key and equals and "$" not in value:
            found[key] = value
    return found


def _script(path: str, top: str, node: Any, directory: str) -> Iterator[Invocation | None]:
    """The builds among the commands of a script."""
    text = scalar(node) or ""
    if not _BUILD.search(text):
        return
    line = node.start_mark.line + (2 if node.style in ("|", ">") else 1)
    folder: str | None = place(top, directory)
    joined = text.replace("\\\r\n", " ").replace("\\\n", " ")
    for command in joined.split("\n"):
        try:
            words = shlex.split(_WORKSPACE.sub(top, command.split(" #")[0]), posix=True)
        except ValueError:
            continue
        for part in _parts(words):
            if part[:1] == ["cd"] and folder is not None and len(part) > 1:
                folder = None if "$" in part[1] else place(folder, part[1])
            elif folder is not None:
                yield _command(path, folder, part, line)


def _parts(words: Sequence[str]) -> Iterator[list[str]]:
    """The commands of a line."""
    part: list[str] = []
    for word in words:
        if word in _ENDS or word.endswith(";"):
            yield [*part, word.rstrip(";")] if word.rstrip(";") and word not in _ENDS else part
            part = []
        else:
            part.append(word)
    yield part


def _command(path: str, folder: str, words: Sequence[str], line: int) -> Invocation | None:
    """A command, when it is a build with a context on this disk."""
    words = [word for word in words if word != "sudo"]
    if not words:
        return None
    name = os.path.basename(words[0])
    if name == "executor":
        return _kaniko(path, folder, words[1:], line)
    while name in _TOOLS and words[1:2] and words[1] in ("buildx", "image", "builder"):
        words = [words[0], *words[2:]]
    if name not in _TOOLS or words[1:2] not in (["build"], ["bud"]):
        return None
    file = target = ""
    args: list[str] = []
    named: list[str] = []
    contexts: list[str] = []
    rest = iter(words[2:])
    for word in rest:
        flag, equals, value = word.partition("=")
        if word[:1] != "-" or word == "-":
            contexts.append(word)
            continue
        if word[:2] == "-f" and len(word) > 2 and not equals:
            flag, value = "-f", word[2:]
        elif not equals and flag not in _WITHOUT_VALUE:
            value = next(rest, "")
        if flag in ("-f", "--file"):
            file = value
        elif flag == "--target":
            target = value
        elif flag == "--build-arg":
            args.append(value)
        elif flag == "--build-context":
            named.append(value)
    if len(contexts) != 1 or remote(contexts[0]) or "$" in contexts[0] + file:
        return None
    context = place(folder, contexts[0])
    dockerfile = place(folder, file) if file else os.path.join(context, "Dockerfile")
    stage = "" if "$" in target else target
    return Invocation(path, line, f"{name} build", context, dockerfile, stage, _pairs(args), _pairs(named))


def _kaniko(path: str, folder: str, words: Sequence[str], line: int) -> Invocation | None:
    """A call of kaniko's executor: `--context`, `--dockerfile` (relative to the context), `--target`, `--build-arg`."""
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
    if remote(written) or "$" in written + file:
        return None
    context = place(folder, written)
    dockerfile = place(context, file)
    if not os.path.isfile(dockerfile):
        dockerfile = place(folder, file)
    target = values.get("--target", "")
    return Invocation(path, line, "kaniko", context, dockerfile, "" if "$" in target else target, _pairs(args))
