"""DL3060."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, UNSAFE
from ...model.options import pedantic
from ...syntax.tree import CopyOrAdd
from ..base import INFO, Bad, Finding, Good, rule
from ..packages.common import CallPrefix, calls_leaving_cache, late_cleanup_note
from ..packages.fixes import clean_cache
from ..packages.settings import preceding_steps, yarn_may_run_from_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3060", level=INFO, since="0.1", fix=SAFE, prefilter=("yarn",))
def yarn_cache(run: Run, build: Build) -> Iterator[Finding]:
    """`yarn install` leaves its download cache in the layer.

    ## Why
    The cache holds every package a second time and is never read again in the image.

    ## What to do
    End the same RUN with `&& yarn cache clean`, or keep the cache outside with a cache mount.

    ## What is left alone
    Yarn 2 and later, and what may be one of them: with Plug'n'Play the program runs from the cache.

    ## Fix safety
    Safe: the manager fetches again what a later call needs. Unsafe where the base image or the copied files are not
    known and may bring Yarn 2, whose programs may run from the cache. No fix where a later call is told to work from
    the cache, where the call stands in a condition, a loop or before `||`, and where the user may not write the cache.
    """
    for call in calls_leaving_cache(build, run, "yarn"):
        if yarn_may_run_from_cache(build, run, call) or (pedantic(build) and call.path != "install"):
            continue
        head = CallPrefix(call)
        yield Finding(
            f"`{head.text}` leaves its download cache in this layer; end this RUN with `yarn cache clean`"
            + late_cleanup_note(build, run, call),
            head,
            fix=clean_cache(build, run, call, "cache clean", SAFE if _is_old_yarn(build, run) else UNSAFE),
        )


def _is_old_yarn(build: Build, run: Run) -> bool:
    """Whether nothing can have brought Yarn 2 or later: an official image, and no unknown files of the project."""
    stage = build.stage_of(run)
    if stage is None or stage.base_facts is None:
        return False
    if build.context is not None:
        return True  # without .yarnrc.yml, or the rule were silent
    steps = [step for step in preceding_steps(build, run) if isinstance(step, CopyOrAdd)]
    return all(source.text.endswith((".json", ".lock", ".js")) for step in steps for source in step.sources)


EXAMPLES = (
    Bad(
        "FROM node:22-slim\nRUN «yarn install» --frozen-lockfile && yarn build",
        fixed="FROM node:22-slim\nRUN yarn install --frozen-lockfile && yarn cache clean && yarn build",
    ),
    Good("FROM node:22-slim\nRUN yarn install --frozen-lockfile && yarn cache clean"),
    Good("FROM node:22-slim\nRUN --mount=type=cache,target=/usr/local/share/.cache yarn install"),
    Good("FROM node:22-slim\nRUN yarn build"),
    Good("FROM node:22-slim\nRUN yarn install --immutable", why="a flag of Yarn 2 and later"),
    Good("FROM node:22-slim\nCOPY package.json .yarnrc.yml ./\nRUN yarn install", why="Yarn 2 or later"),
    Good("FROM node:22-slim\nRUN yarn install --cache-folder /tmp/c && rm -rf /tmp/c"),
)
