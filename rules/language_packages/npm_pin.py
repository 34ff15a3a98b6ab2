"""DL3016."""

from __future__ import annotations

from ..base import SHIPPED, VERSION_WORDS, WARNING, Bad, Finding, Good, rule
from ..options import pedantic
from ..packages.package_findings import unpinned_findings, unpinned_packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run

_SETTLED = ("corepack", "yarn")
"""Packages whose version hardly matters. Source: classic.yarnpkg.com, "entered maintenance mode"."""


@rule("DL3016", level=WARNING, since="0.1", prefilter=("npm", "yarn", "bun"), scope=SHIPPED, subject=VERSION_WORDS)
def npm_pin(run: Run, build: Build) -> Iterator[Finding]:
    """`npm install` (yarn, pnpm, bun) installs a named package without a pinned version.

    ## Why
    The same Dockerfile installs different versions on different days.

    ## What to do
    Use `name@version`, or list the package in package.json and use `npm ci`.

    ## Exceptions
    - corepack, which only starts the version of Yarn or pnpm that package.json names.
    - Yarn, as the package `yarn` stays at version 1.22, which is only maintained.

    ## Options
    - `pedantic`: also report corepack and Yarn.
    """
    calls = unpinned_packages(build, run, "npm", "yarn", "pnpm", "bun")
    if not pedantic(build):
        calls = ([package for package in packages if package.name not in _SETTLED] for packages in calls)
    yield from unpinned_findings(build, calls, "{}@<version>")


EXAMPLES = (
    Bad("FROM node:22-slim\nRUN npm install -g «typescript»"),
    Good("FROM node:22-slim\nRUN npm install -g typescript@5.6.2"),
    Bad("FROM node:22-slim\nRUN npm i -g «pnpm@latest»", message="`pnpm@latest` is not pinned; use `pnpm@<version>`"),
    Bad("FROM node:22-slim\nRUN npm install -g «a» && npm install -g b", message="`a` and `b` are not pinned"),
    Bad("FROM node:22-slim\nRUN yarn global add «typescript»"),
    Bad("FROM node:22-slim\nRUN npm install --prefix /opt/a «typescript»"),
    Good("FROM node:22-slim\nRUN npm install -g corepack", why="starts the version that package.json names"),
    Bad("FROM node:22-slim\nRUN npm install -g «corepack»", options={"pedantic": True}),
    Good("FROM node:22-slim\nRUN npm install -g yarn", why="frozen at 1.22"),
    Bad("FROM node:22-slim\nRUN npm install -g «yarn pnpm»", options={"pedantic": True}),
    Bad("FROM node:22-slim\nRUN npm install -g yarn «pnpm»"),
    Bad(
        "FROM node:22-slim\nRUN npm install -g «a@github:user/a»",
        message="`a@github:user/a` is not pinned; add a tag or commit",
    ),
    Good("FROM node:22-slim\nRUN npm install -g a@github:user/a#1f2e3d4"),
    Good("FROM node:22-slim\nRUN npm install --prefix client/", why="the packages of `client/package.json`"),
    Good("FROM node:22-slim\nRUN npm install", why="the packages of package.json"),
)
