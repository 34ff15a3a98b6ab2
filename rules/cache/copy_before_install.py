"""OPT020."""

from __future__ import annotations

from ...model.layers import local_sources, takes_whole_context
from ...syntax.tree import Run, Transfer
from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.common import Head
from ..text import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...model.packages import Call

_COMPILES = frozenset(("cargo", "maven", "gradle", "dotnet"))
"""Managers whose build fetches the dependencies as it goes."""


@rule("OPT020", level=WARNING, since="0.1", onbuild=False)
def copy_before_install(stage: Stage, build: Build) -> Iterator[Finding]:
    """The whole source is copied before the dependencies are installed.

    ## Why
    A COPY runs again when any file changed, and everything behind it runs again too. So every edit of a source file
    fetches and installs all dependencies anew, although the manifest did not change.

    ## What to do
    Copy the manifest and the lock file first, install, then copy the rest:

        COPY requirements.txt .
        RUN pip install --no-cache-dir -r requirements.txt
        COPY . .

    ## What is left alone
    Installs of the project itself (`pip install .`), of named packages, and those that a step before the copy has
    done already.
    """
    copied: Transfer | None = None
    early: set[str] = set()
    for instruction in stage.instructions:
        if isinstance(instruction, Transfer):
            if copied is None and takes_whole_context(build, instruction) and not _only_manifests(build, instruction):
                copied = instruction
        elif isinstance(instruction, Run):
            for call in build.calls(instruction):
                if not _installs_manifest(call):
                    continue
                if copied is None or _mounts_manifest(build, instruction):
                    early.add(call.manager.ecosystem)
                elif call.manager.ecosystem not in early:
                    early.add(call.manager.ecosystem)
                    yield _finding(copied, instruction, call)


def _installs_manifest(call: Call) -> bool:
    """Whether the call installs what a manifest of the project names."""
    if any(package.kind in ("project", "file") for package in call.packages):
        return False
    if call.verb == "restore":
        return True
    if call.verb == "install":
        return any("://" not in name and "$" not in name for name in call.requirements)
    return call.verb == "build" and call.manager.name in _COMPILES


def _only_manifests(build: Build, instruction: Transfer) -> bool:
    """Whether the context holds nothing but manifests and lock files, so that copying it is copying them."""
    from fnmatch import fnmatchcase

    from ...model.packages import MANAGERS

    context = build.context
    if context is None or not list(local_sources(build, instruction)):
        return False
    patterns = {name for manager in MANAGERS for name in (*manager.manifests, *manager.locks)}
    names = {path.rsplit("/", 1)[-1] for path in context.files()} - {"Dockerfile", ".dockerignore"}
    return bool(names) and all(any(fnmatchcase(name, pattern) for pattern in patterns) for name in names)


def _mounts_manifest(build: Build, run: Run) -> bool:
    """Whether the RUN reads the manifest through a bind mount, which does not depend on the copy."""
    return bool(build.mount_targets(run, "bind"))


def _finding(copied: Transfer, run: Run, call: Call) -> Finding:
    head = Head(call)
    wanted = _manifest(call)
    first = f"copy {wanted} and install before copying the rest" if wanted else "copy the manifest and install first"
    return Finding(
        f"`{shown(copied)}` stands before `{head.text}` on line {run.start_line}, so every changed source file "
        f"installs all dependencies anew; {first}",
        copied.sources[0],
        related=[(head, "runs again after every change of a source file")],
    )


def _manifest(call: Call) -> str:
    if call.requirements:
        return f"`{call.requirements[0]}`"
    names = [name for name in call.manager.manifests[:1] if "*" not in name]
    return f"`{names[0]}` and its lock file" if names else ""


EXAMPLES = (
    Bad(
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY «.» .\nRUN pip install -r requirements.txt",
        message="copy `requirements.txt` and install",
    ),
    Bad("FROM node:22-slim\nCOPY «.» /app\nRUN cd /app && npm ci", message="`package.json` and its lock file"),
    Good("FROM python:3.12-slim\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . ."),
    Good("FROM python:3.12-slim\nCOPY . .\nRUN pip install .", why="the project itself needs its source"),
    Good("FROM python:3.12-slim\nCOPY . .\nRUN pip install flask==3.0.0", why="no manifest"),
    Good(
        "FROM node:22-slim\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nRUN npm ci --omit=dev",
        why="installed before, from the manifest alone",
    ),
    Good(
        "FROM python:3.12-slim\nCOPY . .\n"
        "RUN --mount=type=bind,source=requirements.txt,target=/r.txt pip install -r /r.txt && true",
        why="the manifest is mounted",
    ),
)
