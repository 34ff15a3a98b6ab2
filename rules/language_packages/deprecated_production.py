"""PKG012."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, Fix
from ...fixers.edits.word_edits import replace_word
from ...model.images.tags import split_tag, version_numbers
from ..base import INFO, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...syntax.tree import Run

_DEPRECATED = frozenset(("--production", "--production=true", "--only=production", "--only=prod"))
_VERBS = frozenset(("install", "restore", "remove", "upgrade"))
_FIRST_NODE = 15
"""Node.js 15 came with npm 7, which deprecated these options. Source: nodejs.org/en/blog/release/v15.0.0."""


@rule("PKG012", level=INFO, since="0.1", fix=SAFE, preview=True, prefilter=("--production", "--only"))
def deprecated_production(run: Run, build: Build) -> Iterator[Finding]:
    """npm is called with `--production` or `--only=production`, which are deprecated.

    ## Why
    Since npm 7 they only stand for `--omit=dev`, and each call writes a warning to the build log.

    ## What to do
    Use `--omit=dev`.

    ## Fix safety
    Safe: npm treats both in the same way.

    ## Exceptions
    - Base images other than the official image of Node.js 15 and later, whose npm may not know `--omit`.

    ## References
    - [npm config](https://docs.npmjs.com/cli/v11/using-npm/config#omit)
    """
    stage = build.stage_of(run)
    if stage is None or not _has_omit(stage):
        return
    for call in build.package_calls(run):
        if call.manager.name != "npm" or call.verb not in _VERBS or call.uncertain or call.has("--omit", "--include"):
            continue
        for flag, value, word in call.options:
            if word.value in _DEPRECATED and (flag != "--production" or value in (None, "true")):
                edits = replace_word(build, word, "--omit=dev")
                fix = Fix("Use `--omit=dev`", SAFE, edits, declare_edits=True) if edits else None
                yield Finding(f"`{word.text}` is deprecated; use `--omit=dev`", word, fix=fix)
                break


def _has_omit(stage: Stage) -> bool:
    """Whether the base image is the official one of a Node.js whose npm knows `--omit`."""
    ref = stage.base_ref
    if ref is None or ref.name != "node":
        return False
    version = version_numbers(split_tag("node", ref.tag or "").version)
    return bool(version) and version[0] >= _FIRST_NODE


EXAMPLES = (
    Bad(
        "FROM node:22-slim\nRUN npm ci «--production»",
        message="`--production` is deprecated; use `--omit=dev`",
        fixed="FROM node:22-slim\nRUN npm ci --omit=dev",
    ),
    Good("FROM node:22-slim\nRUN npm ci --omit=dev"),
    Bad("FROM node:20\nRUN npm install «--only=production»", fixed="FROM node:20\nRUN npm install --omit=dev"),
    Bad("FROM node:20\nRUN npm prune «--production» && a", fixed="FROM node:20\nRUN npm prune --omit=dev && a"),
    Good("FROM node:20\nRUN npm ci --production=false", why="the opposite"),
    Good("FROM node:12\nRUN npm ci --production", why="npm 6"),
    Good("FROM node:20\nRUN yarn install --production", why="not npm"),
    Good("RUN npm ci --production", why="the version of npm is unknown"),
    Good("FROM node:20\nRUN npm run build --production", why="not npm's own option"),
)
