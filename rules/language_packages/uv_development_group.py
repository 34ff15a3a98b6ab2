"""PKG020."""

from __future__ import annotations

import posixpath
from typing import cast

from ...fixers.edits.edit import UNSAFE
from ...model.toml_text import parse_toml
from ..base import INFO, MEDIUM, Bad, Finding, Good, rule
from ..packages.fixes import add_flag
from .shipped_installs import shipped_installs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ...model.build import Build
    from .shipped_installs import ShippedInstall

_CHOSEN = ("--no-dev", "--no-default-groups", "--only-group", "--only-dev", "--no-group", "--dev", "--group")
_ELSEWHERE = ("--project", "--directory", "--script", "--all-packages", "--all-groups")
_SETTINGS = ("UV_NO_DEV", "UV_NO_DEFAULT_GROUPS", "UV_NO_GROUP")


@rule("PKG020", level=INFO, since="0.1", confidence=MEDIUM, fix=UNSAFE, onbuild=False, prefilter=("uv ",))
def uv_development_group(build: Build) -> Iterator[Finding]:
    """`uv sync` installs the dependency group `dev` into an image that is shipped.

    ## Why
    The group has test frameworks, linters and type checkers. They make the image bigger, and scanners report their
    vulnerabilities.

    ## What to do
    Add `--no-dev`, or set `UV_NO_DEV=1`.

    ## Fix safety
    Unsafe: the program may import something from the group.

    ## Exceptions
    - Projects whose pyproject.toml is not known, has no group `dev`, or does not install it by default.
    - Calls that select groups, and images for development or tests.
    """
    for install in shipped_installs(build, "uv", ("venv",)):
        state = build.state(install.run)
        if install.call.path != "sync" or install.call.has(*_CHOSEN, *_ELSEWHERE):
            continue
        if any(name in state.vars or name in state.unknown or name in install.call.environment for name in _SETTINGS):
            continue
        names = _development_packages(build, install)
        if names:
            yield Finding(
                f"`uv sync` also installs the group `dev` ({names}); add `--no-dev`",
                install.call.command,
                fix=add_flag(build, install.run, install.call, "--no-dev", UNSAFE),
            )


def _development_packages(build: Build, install: ShippedInstall) -> str:
    """What the group `dev` of the project has, for a message; "" if it has none, or that is unknown."""
    path = install.manifest(build, "pyproject.toml")
    project: dict[str, Any] | None = _read(build, path)
    package = install.call.command.option("--package")
    if package is not None and path is not None:
        name = package if isinstance(package, str) else package.value
        members = _table(_table(_table(project, "tool"), "uv"), "workspace").get("members")
        inside = [posixpath.join(posixpath.dirname(path), each) for each in members or () if isinstance(each, str)]
        known = [_read(build, posixpath.join(each, "pyproject.toml")) for each in inside if "*" not in each]
        project = next((each for each in known if _table(each, "project").get("name") == name), None)
    if project is None:
        return ""
    uv = _table(_table(project, "tool"), "uv")
    defaults = uv.get("default-groups", ["dev"])
    if defaults != "all" and "dev" not in defaults:
        return ""
    group: list[Any] = _table(project, "dependency-groups").get("dev") or uv.get("dev-dependencies") or []
    names = [each.partition("[")[0].strip() for each in group if isinstance(each, str)]
    short = [name[: next((i for i, char in enumerate(name) if char in "<>=~!; @"), len(name))] for name in names]
    return ", ".join(short[:3]) + (", …" if len(short) > 3 else "")


def _read(build: Build, path: str | None) -> dict[str, Any]:
    """The content of a TOML file of the build context; empty if it cannot be read."""
    data = build.context.read(path) if path is not None and build.context is not None else None
    if data is None:
        return {}
    try:
        return parse_toml(data.decode("utf-8", "replace"))
    except ValueError:
        return {}  # not valid TOML, so nothing is known of the project


def _table(value: dict[str, Any], key: str) -> dict[str, Any]:
    """The table `key` in another one; empty if it is missing or something else."""
    found: Any = value.get(key)
    empty: dict[str, Any] = {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else empty


_PROJECT = '[project]\nname = "a"\n[dependency-groups]\ndev = ["pytest>=8", "ruff"]\n'

EXAMPLES = (
    Bad(
        "WORKDIR /app\nCOPY pyproject.toml uv.lock ./\nRUN «uv sync --locked»\nCMD a",
        files={"pyproject.toml": _PROJECT, "uv.lock": ""},
        message="`uv sync` also installs the group `dev` (pytest, ruff); add `--no-dev`",
        fixed="WORKDIR /app\nCOPY pyproject.toml uv.lock ./\nRUN uv sync --no-dev --locked\nCMD a",
    ),
    Good(
        "WORKDIR /app\nCOPY pyproject.toml uv.lock ./\nRUN uv sync --locked --no-dev\nCMD a",
        files={"pyproject.toml": _PROJECT, "uv.lock": ""},
    ),
    Bad(
        "FROM debian:12 AS b\nWORKDIR /app\nRUN --mount=type=bind,source=pyproject.toml,target=pyproject.toml "
        "«uv sync»\nFROM debian:12\nCOPY --from=b /app/.venv /app/.venv",
        files={"pyproject.toml": _PROJECT},
        why="copied to the final stage",
    ),
    Bad(
        "WORKDIR /app\nCOPY . .\nRUN «uv sync --package a»",
        files={"pyproject.toml": '[tool.uv.workspace]\nmembers = ["x"]\n', "x/pyproject.toml": _PROJECT},
        why="a member of the workspace",
    ),
    Good("WORKDIR /app\nCOPY . .\nRUN uv sync", files={"pyproject.toml": '[project]\nname = "a"\n'}, why="no group"),
    Good("WORKDIR /app\nCOPY . .\nENV UV_NO_DEV=1\nRUN uv sync", files={"pyproject.toml": _PROJECT}),
    Good(
        "WORKDIR /app\nCOPY . .\nRUN uv sync",
        files={"pyproject.toml": _PROJECT + "[tool.uv]\ndefault-groups = []\n"},
        why="not a default",
    ),
    Good("FROM debian:12 AS dev\nWORKDIR /app\nCOPY . .\nRUN uv sync", files={"pyproject.toml": _PROJECT}),
    Good(
        "FROM debian:12 AS b\nWORKDIR /app\nCOPY . .\nRUN uv sync\nFROM debian:12\nCOPY --from=b /app/dist /app",
        files={"pyproject.toml": _PROJECT},
        why="not shipped",
    ),
    Good("WORKDIR /app\nCOPY pyproject.toml ./\nRUN uv sync", why="an unknown project"),
)
