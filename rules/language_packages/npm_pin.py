"""DL3016."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.common import PackageSpan, quoted_packages, unpinned_packages

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
    """`npm install` of a named package takes whatever version the registry holds today.

    ## Why
    The same Dockerfile builds different images on different days.

    ## What to do
    Write `name@version`, or list it in package.json and use `npm ci`.
    """
    for packages in unpinned_packages(build, run, "npm", "yarn", "pnpm", "bun"):
        yield Finding(
            f"{quoted_packages(packages)}: the version is left open; write `name@version`", PackageSpan(packages)
        )


EXAMPLES = (
    Bad("FROM node:22-slim\nRUN npm install -g «typescript»"),
    Bad("FROM node:22-slim\nRUN npm i -g «pnpm@latest»", message="`pnpm@latest`: the version is left open"),
    Good("FROM node:22-slim\nRUN npm install -g typescript@5.6.2"),
    Bad("FROM node:22-slim\nRUN yarn global add «typescript»"),
    Bad("FROM node:22-slim\nRUN npm install --prefix /opt/a «typescript»"),
    Good("FROM node:22-slim\nRUN npm install --prefix client/", why="what package.json of that folder names"),
    Good("FROM node:22-slim\nRUN npm install", why="what package.json names"),
)
