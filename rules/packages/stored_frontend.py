"""PKG010."""

from __future__ import annotations

from ...syntax.source import Span
from ..base import INFO, SHIPPED, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Env


@rule(
    "PKG010",
    level=INFO,
    since="0.1",
    onbuild=False,
    prefilter=("debian_frontend",),
    scope=SHIPPED,
    subject=("frontend", "interactive"),
)
def stored_frontend(env: Env, build: Build) -> Iterator[Finding]:
    """ENV sets DEBIAN_FRONTEND, which then applies to the container as well.

    ## Why
    The variable is for the build. In the image it also silences the questions of programs that someone runs in the
    container, such as `dpkg-reconfigure`.

    ## What to do
    Use `ARG DEBIAN_FRONTEND=noninteractive`, which is set in all later RUN instructions of the stage but is not part of
    the image, or set it in the RUN.

    ## Exceptions
    - Stages that are not part of the final image, and a variable that a later ENV resets.
    """
    stage, final = build.stage_of(env), build.final_stage
    if stage is None or final is None or not build.is_shipped(stage):
        return
    for pair in env.pairs:
        if pair.key.text != "DEBIAN_FRONTEND" or pair.value is None:
            continue
        value = pair.value.text.strip("\"'")
        if value == "noninteractive" and final.state(len(final.instructions)).vars.get(pair.key.text) == value:
            yield Finding(
                "`DEBIAN_FRONTEND` stays set in the image; use ARG instead of ENV",
                Span(pair.key.start, pair.value.end),
            )


EXAMPLES = (
    Bad("ENV «DEBIAN_FRONTEND=noninteractive»\nRUN apt-get update", message="use ARG instead"),
    Good("ARG DEBIAN_FRONTEND=noninteractive\nRUN apt-get update"),
    Good("RUN DEBIAN_FRONTEND=noninteractive apt-get install -y tzdata"),
    Good("ENV DEBIAN_FRONTEND=noninteractive\nRUN a\nENV DEBIAN_FRONTEND=", why="reset"),
    Good("FROM debian:12 AS a\nENV DEBIAN_FRONTEND=noninteractive\nFROM debian:12", why="not in the final image"),
)
