"""PKG002."""

from __future__ import annotations

from ..base import INFO, Bad, Finding, Good, rule
from .common import Head, leaving_cache, too_late

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run

_MANAGERS = ("npm", "pnpm", "bun", "poetry", "pipenv", "uv", "conda", "composer", "cargo", "gem", "bundle", "pacman")


@rule("PKG002", level=INFO, since="0.1", default=False)
def package_cache(run: Run, build: Build) -> Iterator[Finding]:
    """A package manager that hadolint does not know leaves its download cache in the layer.

    ## Why
    The cache holds what was installed a second time and is never read again in the image.

    ## What to do
    Keep it outside: `RUN --mount=type=cache,target=/root/.npm npm ci`, or empty it at the end of the same RUN.
    """
    for call in leaving_cache(build, run, *_MANAGERS):
        head = Head(call)
        place = call.manager.caches[0][0]
        yield Finding(
            f"`{head.text}` leaves its download cache ({place}) in this layer; mount a cache there"
            + too_late(build, run, call),
            head,
        )


EXAMPLES = (
    Bad("FROM node:22-slim\nRUN «npm ci»", message="mount a cache there"),
    Bad("FROM composer:2\nRUN «composer install» --no-dev"),
    Good("FROM node:22-slim\nRUN --mount=type=cache,target=/root/.npm npm ci"),
    Good("FROM node:22-slim\nRUN npm ci && npm cache clean --force"),
    Good("FROM node:22 AS build\nRUN npm ci\nFROM scratch\nCOPY --from=build /a /a", why="not shipped"),
)
