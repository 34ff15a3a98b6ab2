"""COR060."""

from __future__ import annotations

import posixpath

from ...model.image_paths import commands_with_directories, copied_paths, covers
from ...model.layers import is_remote_source, reads_no_project_files
from ...syntax.tree import CopyOrAdd, Run
from ..base import WARNING, Bad, Finding, Good, rule
from .lockfiles import lockfile_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build
    from ...model.context import Context
    from ...model.packages.calls import PackageCall
    from ...syntax.tree import Instruction

_MANIFESTS = {
    "npm": "package.json",
    "yarn": "package.json",
    "pnpm": "package.json",
    "bun": "package.json",
    "uv": "pyproject.toml",
    "poetry": "pyproject.toml",
    "pipenv": "Pipfile",
    "bundle": "Gemfile",
    "cargo": "Cargo.toml",
    "composer": "composer.json",
}
_RESOLVING = ("yarn", "poetry", "composer")
"""Managers that go on without a lock file: Yarn 1 (yarnpkg/yarn#5840), and those that then write one."""
_ALWAYS_LOCKED = ("poetry", "composer")
_ELSEWHERE = tuple(
    "-g --global --prefix -C --cwd --dir --project --directory --gemfile --script --manifest-path -d --working-dir "
    "--lockfile-path".split()
)
_WRITERS = frozenset(("git", "tar", "unzip", "bsdtar", "cp", "mv", "ln", "curl", "wget", "rsync", "sh", "bash", "make"))
"""Programs that may bring the lock file."""


@rule(
    "COR060",
    level=WARNING,
    since="0.1",
    onbuild=False,
    prefilter=("npm", "yarn", "pnpm", "bun", "uv ", "poetry", "pipenv", "bundle", "cargo", "composer"),
    subject=("lock ?files?", "frozen", "lock"),
)
def missing_lockfile(run: Run, build: Build) -> Iterator[Finding]:
    """An install enforces the lock file, but the lock file of the project is not copied before it.

    ## Why
    `npm ci`, `pnpm install --frozen-lockfile`, `uv sync --locked`, `cargo build --locked` and others fail without the
    lock file. Yarn 1, Poetry and Composer go on and silently install the newest versions that the manifest allows.

    ## What to do
    Copy it together with the manifest: `COPY package.json yarn.lock ./`. If .dockerignore excludes it, remove the
    pattern.

    ## Exceptions
    - A build context that is not known, a project without a lock file next to its manifest, and workspaces, whose lock
      file is elsewhere.
    - Earlier steps that may bring the file: a COPY from another stage or an archive, a script, `git clone`.
    """
    context = build.context if _may_enforce(build, run) else None
    if context is None or any("bind" in (flag.value or "type=bind") for flag in run.flags if flag.name == "mount"):
        return
    calls = {id(call.command): call for call in build.package_calls(run) if _enforces(call)}
    for command, directory in commands_with_directories(build, run) if calls else ():
        if command.name in _WRITERS:
            return
        call = calls.get(id(command))
        if call is None or not directory or command.context or lockfile_in(build, run, directory, call.manager.locks):
            continue
        name = call.manager.name
        manifest = _copied_manifest(build, run, directory, _MANIFESTS[name], call.manager.locks)
        lock = _lock_beside(context, manifest, call.manager.locks) if manifest is not None else ""
        if lock:
            does = "installs other versions" if name in _RESOLVING else "fails"
            copy = "is not copied; copy it with the manifest"
            excluded = "is excluded by .dockerignore; remove the pattern"
            why = copy if context.includes(lock) else excluded
            yield Finding(f"`{command.text}` {does}, because `{lock}` {why}", command)


def _may_enforce(build: Build, run: Run) -> bool:
    return any(_enforces(call) for call in build.package_calls(run))


def _enforces(call: PackageCall) -> bool:
    name = call.manager.name
    if name not in _MANIFESTS or call.uncertain or call.has(*_ELSEWHERE) or call.verb not in ("restore", "build"):
        return False
    if call.verb == "build" and name != "cargo":
        return False
    return call.frozen() or (name in _ALWAYS_LOCKED and call.verb == "restore" and call.path in ("install", "i"))


def _copied_manifest(build: Build, run: Run, directory: str, manifest: str, locks: Sequence[str]) -> str | None:
    """The path in the context of the manifest that is in `directory` of the image before `run`.

    None if there is none, or if an earlier step may bring more than its sources tell.
    """
    stage = build.stage_of(run)
    if stage is None:
        return None
    steps = [step for each in reversed(stage.ancestors) for step in each.instructions]
    steps += stage.instructions[: build.index_of(run)]
    found = None
    for step in steps:
        if isinstance(step, CopyOrAdd):
            if _brings_unknown(build, step, directory):
                return None
            found = _manifest_of(build, step, directory, manifest) or found
        elif _may_write(build, step, locks):
            return None
    return found


def _may_write(build: Build, step: Instruction, locks: Sequence[str]) -> bool:
    """Whether a step other than COPY and ADD may create the lock file."""
    if not isinstance(step, Run):
        return step.trigger is not None
    if any(lock in build.script(step).text for lock in locks) or not reads_no_project_files(build, step):
        return True
    return any(call.verb == "restore" and not _enforces(call) for call in build.package_calls(step))


def _brings_unknown(build: Build, copy: CopyOrAdd, directory: str) -> bool:
    """Whether it is not known what COPY or ADD puts into the directory."""
    places = list(copied_paths(build, copy))
    if len(places) < len(copy.sources):
        return True
    from_elsewhere = copy.flag("from") is not None
    for place in places:
        near = covers(place.path, directory) or covers(directory, place.path) or place.path == "/"
        archive = place.source.endswith((".tar", ".gz", ".tgz", ".xz", ".bz2", ".zst"))
        if near and (from_elsewhere or archive or is_remote_source(place.source)):
            return True
    return False


def _manifest_of(build: Build, copy: CopyOrAdd, directory: str, manifest: str) -> str | None:
    """The path in the context of the manifest that COPY or ADD puts into the directory."""
    context = build.context
    wanted = posixpath.join(directory, manifest)
    for place in copied_paths(build, copy) if context is not None else ():
        for path in context.match(place.source) if context is not None else ():
            if context is not None and context.is_directory(path):
                base = posixpath.dirname(place.path) if "*" in place.source else place.path
                inside = posixpath.relpath(wanted, base) if covers(base, wanted) or base == "/" else ".."
                candidate = posixpath.normpath(posixpath.join(path, inside))
                if not inside.startswith("..") and context.includes(candidate):
                    return candidate
            elif posixpath.basename(path) == manifest and wanted in (place.path, _inside(place.path, manifest)):
                return path
    return None


def _inside(path: str, name: str) -> str:
    """The path of a file of this name where a pattern, the last part of `path`, puts it."""
    return posixpath.join(posixpath.dirname(path), name)


def _lock_beside(context: Context, manifest: str, locks: Sequence[str]) -> str:
    """The lock file next to the manifest in the context; empty if there is none."""
    paths = (posixpath.join(posixpath.dirname(manifest), lock) for lock in locks)
    return next((path for path in paths if context.exists(path)), "")


_NPM = {"package.json": "{}", "package-lock.json": "{}", "index.js": ""}

EXAMPLES = (
    Bad(
        "FROM node:22-slim\nWORKDIR /app\nCOPY package.json ./\nRUN «npm ci»\nCOPY . .",
        files=_NPM,
        message="`npm ci` fails, because `package-lock.json` is not copied; copy it with the manifest",
    ),
    Good("FROM node:22-slim\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .", files=_NPM),
    Bad(
        "FROM node:22-slim\nWORKDIR /app\nCOPY package.json ./\nRUN «yarn --frozen-lockfile»\nCOPY . .",
        files={"package.json": "{}", "yarn.lock": ""},
        message="`yarn --frozen-lockfile` installs other versions, because `yarn.lock` is not copied",
    ),
    Bad(
        "FROM node:22-slim\nWORKDIR /app\nCOPY . .\nRUN «npm ci»",
        files={**_NPM, ".dockerignore": "package-lock.json\n"},
        message="is excluded by .dockerignore; remove the pattern",
    ),
    Bad(
        "FROM python:3.12-slim\nWORKDIR /app\nRUN pip install uv==0.9.1\nCOPY web/pyproject.toml .\n"
        "RUN «uv sync --locked»",
        files={"web/pyproject.toml": "", "web/uv.lock": "", "a.py": ""},
        message="`web/uv.lock` is not copied",
    ),
    Bad(
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY pyproject.toml .\nRUN «poetry install --no-root»",
        files={"pyproject.toml": "", "poetry.lock": ""},
        message="installs other versions",
    ),
    Bad(
        "FROM rust:1.90\nWORKDIR /app\nCOPY Cargo.toml .\nCOPY src src\nRUN «cargo build --locked --release»",
        files={"Cargo.toml": "", "Cargo.lock": "", "src/main.rs": ""},
    ),
    Good(
        "FROM node:22-slim\nWORKDIR /app\nCOPY package.json ./\nRUN npm install",
        files=_NPM,
        why="enforces nothing",
    ),
    Good(
        "FROM node:22-slim\nWORKDIR /app\nCOPY package.json ./\nRUN npm ci",
        files={"package.json": "{}", "index.js": ""},
        why="the project has no lock file, or it is created before the build",
    ),
    Good(
        "FROM node:22-slim\nWORKDIR /app\nCOPY package.json ./\n"
        "RUN --mount=type=bind,source=package-lock.json,target=package-lock.json npm ci",
        files=_NPM,
    ),
    Good(
        "FROM node:22-slim AS a\nFROM node:22-slim\nWORKDIR /app\nCOPY package.json ./\n"
        "COPY --from=a /src/ ./\nRUN npm ci",
        files=_NPM,
        why="another stage may have it",
    ),
    Good(
        "FROM node:22-slim\nWORKDIR /app\nCOPY package.json ./\nRUN npm install --package-lock-only\nRUN npm ci",
        files=_NPM,
        why="created in the build",
    ),
    Good(
        "FROM node:22-slim\nWORKDIR /app\nCOPY package.json ./\nRUN ./prepare.sh\nRUN npm ci",
        files=_NPM,
        why="a script may create it",
    ),
    Good("FROM node:22-slim\nWORKDIR /app\nCOPY package.json ./\nRUN npm ci", why="an unknown build context"),
    Good(
        "FROM node:22-slim\nWORKDIR /app\nCOPY package.json package-lock.json web/package.json ./\nRUN npm ci",
        files={**_NPM, "web/package.json": "{}"},
    ),
)
