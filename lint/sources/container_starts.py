"""How the files of a project start containers of an image: compose services, manifests of Kubernetes, Fly apps.

Only `dlint optimize` and the proposal of a .dockerignore ask for this, so no other command reads these files for it.
"""

from __future__ import annotations

import os
import re
import shlex

from ...fixers.optimize.base.container_start import ContainerStart
from ...model.disk import MAX_CONFIG_BYTES, read_found, stays_inside
from ..config.layer import display_path
from ..config.yaml_nodes import YamlError, mapping_entries, parse_yaml, scalar_text, sequence_items
from .invocations.index import build_file_kind, image_name, is_compose
from .invocations.invocation import as_mapping, directory_entries

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from typing import Any

    from .invocations.invocation import BuildInvocation

_KUBERNETES_DIRECTORIES = re.compile(r"\.?(?:k8s?|kube|kubernetes|manifests?|kustomize|base|overlays|openshift)")
_OTHER_DIRECTORIES = frozenset(
    ("deploy", "deployment", "deployments", "infra", "ops", "devops", "docker", "compose", ".docker", "build", "dev")
)
_MAX_LEVELS = 3
_MAX_ENTRIES = 2_000
_MAX_FILES = 200
_CONTAINERS = ("containers", "initContainers", "ephemeralContainers")
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_DOLLARS = re.compile(r"\$\$|\$\{\w+:?-([^{}$]*)\}")


def find_container_starts(
    directories: Sequence[str], builds: Sequence[BuildInvocation], roots: Sequence[str] = ()
) -> list[ContainerStart]:
    """How files in `directories` and their usual subdirectories start containers of the image of `builds`.

    A compose service belongs to the image if it builds it, extends a service that does, has the name of one in another
    compose file of the directory, or uses an image of that name; a container of Kubernetes if it uses such an image.
    Charts of Helm are not read: their values are unknown.
    """
    images = {image_name(image) for each in builds for image in each.images}
    found: list[ContainerStart] = []
    for file in _files(directories, roots):
        try:
            text = read_found(file, MAX_CONFIG_BYTES, roots).decode("utf-8-sig", "replace")
        except OSError:
            continue
        if is_compose(os.path.basename(file)):
            found += _compose_starts(file, text, builds, images)
        elif build_file_kind(os.path.basename(file)) == "fly":
            found += _fly_starts(file, text) if any(each.file == file for each in builds) else ()
        elif images and "containers" in text and "image" in text and "{{" not in text:
            found += _kubernetes_starts(file, text, images)
    return [start for start in found if not start.is_empty]


def _files(directories: Sequence[str], roots: Sequence[str]) -> Iterator[str]:
    """The YAML and TOML files that may start containers, those of the first directory first."""
    todo = [(directory, 0) for directory in directories]
    seen: set[str] = set()
    count = 0
    for directory, level in todo:
        if directory in seen or "Chart.yaml" in (names := directory_entries(directory)):
            continue
        seen.add(directory)
        for name in sorted(names)[:_MAX_ENTRIES]:
            path = os.path.join(directory, name)
            is_deeper = level or _KUBERNETES_DIRECTORIES.fullmatch(name) or name in _OTHER_DIRECTORIES
            if name.endswith((".yml", ".yaml")) or build_file_kind(name) == "fly":
                count += 1
                if count <= _MAX_FILES:
                    yield path
            elif level < _MAX_LEVELS and is_deeper and os.path.isdir(path) and stays_inside(path, directory, roots):
                todo.append((path, level + 1))


# Compose -------------------------------------------------------------------------------------------------------------


def _compose_starts(
    file: str, text: str, builds: Sequence[BuildInvocation], images: Collection[str]
) -> Iterator[ContainerStart]:
    """The services of a compose file that run the image. Source: docs.docker.com/reference/compose-file/services"""
    try:
        services = mapping_entries(parse_yaml(text)).get("services")
    except YamlError:
        return
    if services is None or not mapping_entries(services):
        return
    targets = {each.name: each.target for each in builds if os.path.dirname(each.file) == os.path.dirname(file)}
    for key, node in services.value:
        name, service = str(key.value), mapping_entries(node)
        extended = service.get("extends")
        base = scalar_text(mapping_entries(extended).get("service")) or scalar_text(extended)
        image = scalar_text(service.get("image"))
        runs_it = "build" not in service and image is not None and image_name(image) in images
        target = next((targets[each] for each in (name, base or "") if each in targets), "" if runs_it else None)
        if target is not None:
            yield ContainerStart(
                f"{display_path(file)}:{key.start_mark.line + 1}",
                _compose_words(service.get("entrypoint")),
                _compose_words(service.get("command")),
                [_health_words(service.get("healthcheck"))],
                target,
            )


def _compose_words(node: Any) -> list[str] | None:
    """The words of `command` or `entrypoint`, None if it is not set; a text is split as a shell does."""
    if sequence_items(node) or (node is not None and node.id == "sequence"):
        return [_interpolated(scalar_text(each) or "") for each in sequence_items(node)]
    text = scalar_text(node)
    if text is None:
        return None
    try:
        return shlex.split(_interpolated(text))
    except ValueError:
        return ["sh", "-c", _interpolated(text)]


def _health_words(node: Any) -> list[str]:
    """The command of a `healthcheck`: `["CMD", …]`, `["CMD-SHELL", text]`, or a text for the shell."""
    test = mapping_entries(node).get("test")
    words = [_interpolated(scalar_text(each) or "") for each in sequence_items(test)]
    text = scalar_text(test)
    if text is not None:
        words = ["CMD-SHELL", _interpolated(text)]
    match words[:1]:
        case ["CMD"]:
            return words[1:]
        case ["CMD-SHELL"]:
            return ["sh", "-c", *words[1:]]
        case _:
            return []


def _interpolated(text: str) -> str:
    """A text with `$$` as `$` and defaults of variables filled in; other variables stay as written."""
    return _DOLLARS.sub(lambda match: "$" if match[0] == "$$" else match[1], text)


# Others --------------------------------------------------------------------------------------------------------------


def _kubernetes_starts(file: str, text: str, images: set[str]) -> Iterator[ContainerStart]:
    """The containers of the image in manifests. Source: kubernetes.io/docs/reference, PodSpec v1"""
    names = images | {name.rpartition("/")[2] for name in images}
    for first_line, document in _documents(text):
        try:
            root = parse_yaml(document)
        except YamlError:
            continue
        todo = [root] if root is not None else []
        seen: set[int] = set()  # a node may contain itself
        while todo:
            node = todo.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            todo += sequence_items(node)
            for key, value in mapping_entries(node).items():
                todo.append(value)
                for container in sequence_items(value) if key in _CONTAINERS else ():
                    keys = mapping_entries(container)
                    image = image_name(scalar_text(keys.get("image")) or "")
                    if image in names or image.rpartition("/")[2] in names:
                        yield ContainerStart(
                            f"{display_path(file)}:{first_line + container.start_mark.line}",
                            _kubernetes_words(keys.get("command")),
                            _kubernetes_words(keys.get("args")),
                            _probes(keys),
                        )


def _documents(text: str) -> Iterator[tuple[int, str]]:
    """The documents of a YAML file, each with the number of its first line."""
    line = 1
    for document in re.split(r"^---.*\n", text, flags=re.MULTILINE):
        yield line, document
        line += document.count("\n") + 1


def _probes(container: dict[str, Any]) -> Iterator[list[str]]:
    """The commands of the probes and hooks of a container."""
    hooks = mapping_entries(container.get("lifecycle"))
    for node in (*map(container.get, _PROBES), hooks.get("postStart"), hooks.get("preStop")):
        yield _kubernetes_words(mapping_entries(mapping_entries(node).get("exec")).get("command")) or []


def _kubernetes_words(node: Any) -> list[str] | None:
    """The words of a command; `$(X)` is a variable of Kubernetes."""
    if node is None or node.id != "sequence":
        return None
    return [re.sub(r"\$\((\w+)\)", r"${\1}", scalar_text(each) or "") for each in sequence_items(node)]


def _fly_starts(file: str, text: str) -> Iterator[ContainerStart]:
    """The processes and the release command in a fly.toml. Source: fly.io/docs/reference/configuration"""
    import tomllib

    try:
        document = tomllib.loads(text)
    except ValueError:
        return
    commands = [
        *as_mapping(document.get("processes")).values(),
        as_mapping(document.get("deploy")).get("release_command"),
    ]
    for command in commands:
        if isinstance(command, str):
            yield ContainerStart(display_path(file), command=shlex.split(command))
