"""DL3016."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.package_findings import PackageSpan, unpinned_message, unpinned_packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule(
    "DL3016",
    level=WARNING,
    since="0.1",
    prefilter=("npm", "yarn", "bun"),
)
def npm_pin(run: Run, build: Build) -> Iterator[Finding]:
    """`npm install` (yarn, pnpm, bun) installs a named package without a pinned version.

    ## Why
    The same Dockerfile installs different versions on different days.

    ## What to do
    Use `name@version`, or list the package in package.json and use `npm ci`.
    """
    for packages in unpinned_packages(build, run, "npm", "yarn", "pnpm", "bun"):
        yield Finding(unpinned_message(packages, "{}@<version>"), PackageSpan(packages))


EXAMPLES = (
    Bad("FROM node:22-slim\nRUN npm install -g «typescript»"),
    Good("FROM node:22-slim\nRUN npm install -g typescript@5.6.2"),
    Bad("FROM node:22-slim\nRUN npm i -g «pnpm@latest»", message="`pnpm@latest` is not pinned; use `pnpm@<version>`"),
    Bad("FROM node:22-slim\nRUN yarn global add «typescript»"),
    Bad("FROM node:22-slim\nRUN npm install --prefix /opt/a «typescript»"),
    Good("FROM node:22-slim\nRUN npm install --prefix client/", why="the packages of `client/package.json`"),
    Good("FROM node:22-slim\nRUN npm install", why="the packages of package.json"),
)
