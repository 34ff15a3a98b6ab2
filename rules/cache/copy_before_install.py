"""OPT020."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.package_findings import CallPrefix
from ..text import format_line_numbers
from .order import OWN_RUN, delayed_installs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage
    from ...model.packages.calls import PackageCall
    from .sources import CopySource


@rule("OPT020", level=WARNING, since="0.1", onbuild=False, subject=("cache", "layers?"))
def copy_before_install(stage: Stage, build: Build) -> Iterator[Finding]:
    """Source code is copied before the dependencies are installed.

    ## Why
    A COPY invalidates the cache of all later steps when any copied file changes. Every edit of a source file then
    downloads and installs all dependencies again, even if the manifest did not change.

    ## What to do
    Copy the manifest and the lock file first, install, then copy the rest:

        COPY requirements.txt .
        RUN pip install --no-cache-dir -r requirements.txt
        COPY . .

    Packages installed by name need no files at all: move their RUN before the COPY.

    ## Exceptions
    - Installs of the project itself (`pip install .`).
    - Dependencies that were already installed before the COPY, or are kept in a cache mount.
    - RUNs that may read the copied files.
    """
    found: dict[CopySource, tuple[list[CopySource], list[tuple[PackageCall, str]]]] = {}
    for waits, call, advice in delayed_installs(stage, build):
        if waits[0] not in found:
            found[waits[0]] = (list(waits), [])
        found[waits[0]][1].append((call, advice))
    for waits, calls in found.values():
        yield _finding(build, waits, calls)


def _finding(build: Build, waits: Sequence[CopySource], calls: Sequence[tuple[PackageCall, str]]) -> Finding:
    places: dict[str, list[int]] = {}
    for call, _ in calls:
        places.setdefault(CallPrefix(call).text, []).append(build.dockerfile.source.line(CallPrefix(call).start))
    shown = [f"`{text}` on {format_line_numbers(numbers)}" for text, numbers in places.items()]
    where = " and ".join(shown if len(shown) < 3 else [shown[0], f"{len(shown) - 1} more installs"])
    advice = _joined_advice([advice for _, advice in calls if advice])
    if advice:
        why = f"so every source change reinstalls all dependencies; {advice}"
    else:
        do, rerun = ("do", "rerun") if len(calls) > 1 else ("does", "reruns")
        why = f"which {do} not need it but {rerun} after every source change; install first, then copy"
    others = waits[1:]
    comes = f"and {len(others)} more come" if others else "comes"
    return Finding(
        f"`{waits[0].text}` {comes} before {where}, {why}",
        waits[0].argument,
        related=[
            *((copy.argument, "also copied too early") for copy in others),
            *((CallPrefix(call), "reruns after every source change") for call, _ in calls),
        ],
    )


def _joined_advice(advice: Sequence[str]) -> str:
    """The remedies of all installs, those of the same form as one."""
    parts = list(dict.fromkeys(advice))
    for end in (f"{_BEFORE}{OWN_RUN}", _BEFORE):
        alike = [each for each in parts if each.startswith(_ONLY) and each.endswith(end)]
        if len(alike) > 1:
            whats = [each.removeprefix(_ONLY).removesuffix(end) for each in alike]
            merged = f"{_ONLY}{', '.join(whats[:-1])}, and {whats[-1]}{end}"
            parts = [merged if each == alike[0] else each for each in parts if each not in alike[1:]]
    return "; ".join(parts)


_ONLY, _BEFORE = "copy only ", " before the install"


EXAMPLES = (
    Bad(
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY «.» .\nRUN pip install -r requirements.txt",
        message="copy only `requirements.txt` before the install",
    ),
    Good("FROM python:3.12-slim\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . ."),
    Bad(
        "FROM node:22-slim\nWORKDIR /app\nCOPY «.» .\nRUN npm ci && npm run build",
        message="`package.json`, its lock file and the settings of npm before the install, in a RUN of its own",
    ),
    Bad(
        "FROM node:22-slim\nWORKDIR /app\nCOPY «.» .\nRUN npm ci && npm ci --prefix web",
        message="before `npm ci` on line 4, so every source change reinstalls all dependencies; copy only "
        "`package.json`, its lock file and the settings of npm, and `web/package.json`, its lock file",
    ),
    Bad("FROM node:22-slim\nCOPY «.» /app\nRUN cd /app/web && npm ci", message="`web/package.json`, its lock file"),
    Bad(
        "COPY a.conf /etc/a\nRUN make\nCOPY «.» /app\nRUN apt-get update && apt-get install -y curl",
        message="install first, then copy",
    ),
    Bad("FROM maven:3\nWORKDIR /b\nCOPY pom.xml .\nCOPY «src» src\nRUN mvn package", message="dependency:go-offline"),
    Bad(
        "FROM node:22-slim\nWORKDIR /app\nCOPY package.json .\nCOPY «src» ./src\nRUN npm install",
        message="copy it after the install",
    ),
    Bad(
        "FROM python:3.12-slim\nCOPY «.» .\n"
        "RUN --mount=type=bind,source=requirements.txt,target=/r.txt pip install -r /r.txt",
        why="the layer before the RUN changes anyway",
    ),
    Good("FROM python:3.12-slim\nCOPY . .\nRUN pip install .", why="installs the project itself"),
    Bad(
        "FROM node:22-slim\nWORKDIR /app\nCOPY package*.json .\nCOPY «public» .\nRUN npm ci",
        message="copy it after the install",
    ),
    Bad(
        "FROM rust:1.80\nWORKDIR /app\nCOPY «.» .\nRUN cargo build --release",
        files={
            "Cargo.toml": "[workspace]\nmembers = ['a']\n",
            "a/Cargo.toml": "",
            "a/src/lib.rs": "",
            "Cargo.lock": "",
        },
        message="keep the dependencies in cache mounts for Cargo's registry and `target`, and copy the program out of "
        "`target` in the same RUN",
    ),
    Bad(
        "FROM rust:1.80\nWORKDIR /app\nCOPY «.» .\nRUN cargo build --release",
        files={"Cargo.toml": "[dependencies]\nb = '1'\n", "src/lib.rs": ""},
        message="build the dependencies from `Cargo.toml` before copying the rest",
        why="there is no lock file",
    ),
    Bad(
        "FROM node:22-slim\nCOPY «.git» $D/.git\nCOPY web $D/web\nWORKDIR $D/web\nRUN yarn install",
        message="copy it after the install",
        why="the history has no manifest",
    ),
    Bad(
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY «.» .\nRUN pip install -r requirements/prod.txt",
        files={"requirements/prod.txt": "-r base.txt\n", "requirements/base.txt": "a==1\n", "a.py": ""},
        message="copy only `requirements/prod.txt` and `requirements/base.txt` before the install",
    ),
    Bad(
        "FROM node:22-slim\nWORKDIR /app\nCOPY «.» .\nRUN pnpm install --frozen-lockfile",
        files={
            "package.json": "{}",
            "pnpm-lock.yaml": "",
            "pnpm-workspace.yaml": "overrides:\n  a: 1\n",
            ".npmrc": "",
            "patches/a.patch": "",
            "a.js": "",
        },
        message="copy only `package.json`, `pnpm-lock.yaml`, `pnpm-workspace.yaml`, `.npmrc` and `patches` before",
    ),
    Bad(
        "FROM node:22-slim\nWORKDIR /app\nCOPY «.» .\nRUN pnpm install --frozen-lockfile",
        files={
            "package.json": "{}",
            "pnpm-lock.yaml": "",
            "pnpm-workspace.yaml": "packages:\n  - p/*\n",
            "p/a/package.json": "{}",
            "p/b/package.json": "{}",
            "p/a/x.js": "",
        },
        message="`pnpm-workspace.yaml` and the `package.json` of 2 workspace packages before the install",
    ),
    Bad(
        "FROM node:22-slim\nWORKDIR /app\nCOPY «.» .\nRUN yarn install --immutable",
        files={"package.json": "{}", "yarn.lock": "", ".yarnrc.yml": "", ".yarn/releases/y.cjs": "", "a.js": ""},
        message="copy only `package.json`, `yarn.lock`, `.yarnrc.yml` and `.yarn` before the install",
    ),
    Bad(
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY «.» .\nRUN uv sync --locked --no-install-project",
        files={"pyproject.toml": "", "uv.lock": "", "requirements.txt": "a", ".python-version": "3.12", "a.py": ""},
        message="copy only `pyproject.toml`, `uv.lock` and `.python-version` before the install",
    ),
    Good(
        "FROM python:3.12-slim\nCOPY requirements /requirements\nRUN pip install -r /requirements/prod.txt",
        files={"requirements/prod.txt": "-r base.txt\n", "requirements/base.txt": "a==1\n"},
        why="only manifests",
    ),
    Good(
        "FROM node:22-slim\nWORKDIR /app\nCOPY . .\nRUN --mount=type=tmpfs,target=node_modules npm ci && npm run build",
        why="the modules are only for this RUN",
    ),
    Good("COPY . /app\nRUN cp /app/x.list /etc/apt/sources.list.d/ && apt-get update\nRUN apt-get install -y x"),
    Good(
        "FROM node:22-slim\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nRUN npm ci --omit=dev",
        why="already installed from the manifest alone",
    ),
    Good(
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt",
        files={"requirements.txt": "-e .\n", "setup.py": ""},
        why="the manifest refers to the project",
    ),
    Bad(
        "FROM php:8.4-cli\nWORKDIR /app\nCOPY «.» .\nRUN composer install",
        files={"composer.json": "{}", "composer.lock": "{}", "a.php": ""},
        message="copy only `composer.json` and `composer.lock` before the install, add `--no-autoloader` to `composer "
        "install`, and run `composer dump-autoload` after copying the rest",
    ),
    Bad(
        "FROM php:8.4-cli\nWORKDIR /app\nCOPY «.» .\nRUN composer install && composer dump-autoload -o",
        files={"composer.json": "{}", "composer.lock": "{}", "a.php": ""},
        message="before the install, and add `--no-autoloader` to `composer install`",
    ),
    Good("FROM debian:12 AS a\nCOPY . /app\nFROM a\nRUN apt-get install -y git", why="copied in the parent stage"),
    Good(
        "FROM mcr.microsoft.com/dotnet/sdk:9.0\nCOPY . .\nRUN --mount=type=cache,target=/root/.nuget dotnet publish",
        why="kept in a cache mount",
    ),
)
