"""DL3060."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, UNSAFE
from ...model.layers import has_earlier_step
from ...syntax.tree import CopyOrAdd
from ..base import INFO, SHIPPED, Bad, Finding, Good, rule
from ..packages.earlier_settings import yarn_may_run_from_cache
from ..packages.fixes import clean_cache
from ..packages.package_findings import CallPrefix, calls_leaving_cache, late_cleanup_note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Instruction, Run


@rule("DL3060", level=INFO, since="0.1", fix=SAFE, prefilter=("yarn",), scope=SHIPPED)
def yarn_cache(run: Run, build: Build) -> Iterator[Finding]:
    """`yarn install` leaves its download cache in the layer.

    ## Why
    The cache is a second copy of every package and is never read in the image.

    ## What to do
    Delete the cache in the same RUN, or keep it out of the image with a cache mount.

    ## Fix safety
    Safe: later calls download what they need again. Unsafe if the base image or the copied files are unknown and may
    contain Yarn 2, with which programs can run from the cache.

    ## Exceptions
    - Yarn 2 and later, and stages that may use it: with Plug'n'Play, programs run from the cache.
    - Stages that are not part of the final image, and images for development, tests and CI.
    - No fix if a later call needs the cache, if the call is in a condition, in a loop or before `||`, or if the user
      cannot write to the cache.
    """
    for call in calls_leaving_cache(build, run, "yarn"):
        if yarn_may_run_from_cache(build, run, call):
            continue
        head = CallPrefix(call)
        yield Finding(
            f"`{head.text}` leaves its download cache in this layer; end this RUN with `yarn cache clean`"
            + late_cleanup_note(build, run, call),
            head,
            fix=clean_cache(build, run, call, "cache clean", SAFE if _is_old_yarn(build, run) else UNSAFE),
        )


def _is_old_yarn(build: Build, run: Run) -> bool:
    """Whether Yarn 2 or later is ruled out: an official image, and no unknown files of the project."""
    stage = build.stage_of(run)
    if stage is None or stage.base_facts is None:
        return False
    if build.context is not None:
        return True  # It has no .yarnrc.yml; otherwise nothing is reported.
    return not has_earlier_step(build, run, "files that are not of a package", _copies_other_files)


def _copies_other_files(step: Instruction) -> bool:
    return isinstance(step, CopyOrAdd) and not all(
        source.text.endswith((".json", ".lock", ".js")) for source in step.sources
    )


EXAMPLES = (
    Bad(
        "FROM node:22-slim\nRUN «yarn install» --frozen-lockfile && yarn build",
        fixed="FROM node:22-slim\nRUN yarn install --frozen-lockfile && yarn cache clean && yarn build",
    ),
    Good("FROM node:22-slim\nRUN yarn install --frozen-lockfile && yarn cache clean"),
    Good("FROM node:22-slim\nRUN --mount=type=cache,target=/usr/local/share/.cache yarn install"),
    Bad("FROM node:22-slim\nRUN «yarn global add» a@1", options={"pedantic": True}, why="the same with `pedantic`"),
    Good("FROM node:22-slim\nRUN yarn build"),
    Good("FROM node:22-slim\nRUN yarn install --immutable", why="a flag of Yarn 2 and later"),
    Good("FROM node:22-slim\nCOPY package.json .yarnrc.yml ./\nRUN yarn install", why="Yarn 2 or later"),
    Good("FROM node:22-slim\nRUN yarn install --cache-folder /tmp/c && rm -rf /tmp/c"),
)
