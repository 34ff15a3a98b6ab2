"""PKG030."""

from __future__ import annotations

from ..base import INFO, SHIPPED, VERSION_WORDS, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run

_VERBS = ("prepare", "install", "use")
_MOVING = ("latest", "next", "*", "stable", "canary")


@rule("PKG030", level=INFO, since="0.1", prefilter=("corepack",), scope=SHIPPED, subject=VERSION_WORDS)
def corepack_latest(run: Run, build: Build) -> Iterator[Finding]:
    """Corepack installs the latest version of Yarn or pnpm.

    ## Why
    The same Dockerfile installs with another package manager after the next release. New major versions of pnpm and
    Yarn reject lock files and options of old ones.

    ## What to do
    Name the version in the field `packageManager` of package.json, which `corepack enable` alone follows, or write
    `corepack prepare pnpm@10.20.0 --activate`.
    """
    for command in build.commands(run):
        operands = command.operands() if command.name == "corepack" else []
        if not operands or operands[0].value not in _VERBS:
            continue
        for word in operands[1:]:
            name, _, version = word.value.rpartition("@")
            if name and version in _MOVING:
                yield Finding(
                    f"`{word.value}` is not pinned; use `{name}@<version>`, or `packageManager` in package.json", word
                )


EXAMPLES = (
    Bad(
        "FROM node:22-slim\nRUN corepack enable && corepack prepare «pnpm@latest» --activate",
        message="`pnpm@latest` is not pinned; use `pnpm@<version>`, or `packageManager` in package.json",
    ),
    Good("FROM node:22-slim\nRUN corepack enable && corepack prepare pnpm@10.20.0 --activate"),
    Bad("FROM node:22-slim\nRUN corepack install -g «yarn@stable»"),
    Good("FROM node:22-slim\nRUN corepack enable", why="follows package.json"),
    Good("FROM node:22-slim\nRUN corepack prepare pnpm@10 --activate", why="a major version"),
    Good("FROM node:22-slim\nARG V\nRUN corepack prepare pnpm@$V --activate", why="set by the build"),
)
