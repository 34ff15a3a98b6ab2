"""OPT010."""

from __future__ import annotations

from ...model.images.slimmer import find_slim_variant
from ..base import INFO, Bad, Finding, Good, rule
from ..text import format_size, join_quoted
from .programs import BUILD_TOOLS
from .tools import full_image_needs, needs_man_pages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage
    from ...model.images.slimmer import SlimVariant

_WORKSHOPS = frozenset(
    ("dev", "develop", "development", "devel", "devcontainer", "debug", "test", "tests", "testing", "ci", "lint")
)
"""Names of last stages that are not for shipping."""

_COMPILED = frozenset(("rust", "haskell"))
"""Images whose programs run without them."""


@rule("OPT010", level=INFO, since="0.1", onbuild=False)
def full_base(stage: Stage, build: Build) -> Iterator[Finding]:
    """The image that is shipped stands on a full base image, and a slimmer tag of the same version exists.

    ## Why
    The full variants carry compilers, headers and version control for building. What only runs needs none of it: the
    slim variant has the same program, version and Debian release in a fraction of the size.

    ## What to do
    Use the slim tag. Where the stage compiles or fetches with tools that only the full image has, build in one
    stage and ship in another: `FROM full AS build`, `FROM slim`, `COPY --from=build …`.

    ## What is left alone
    Stages that are not shipped, a last stage called `dev` or `test`, the images of `.devcontainer`, digests, images
    whose slim variant is not known for certain, a JDK that the image needs to run, and Debian with its manual pages.
    """
    if ".devcontainer" in build.dockerfile.source.name.replace("\\", "/").split("/"):
        return
    above = [each for each in build.stages if each.root is stage]
    if not any(build.is_shipped(each) for each in above) or (len(build.stages) > 1 and _is_workshop(build.stages[-1])):
        return
    ref, base = stage.base_ref, stage.from_.base
    slim = find_slim_variant(ref) if ref is not None else None
    if ref is None or slim is None or base is None or (ref.name == "debian" and needs_man_pages(build, above)):
        return
    advice = _advice(build, above, ref.name, slim)
    if advice is not None:
        saved = f", {format_size(slim.saved_bytes)} less to download" if slim.saved_bytes else ""
        same = "the same version for running" if slim.kind == "runtime" else "the same version and suite"
        full = base.text.strip("\"'")
        yield Finding(f"`{full}` is a full image; `{slim.text}` is {same}{saved}{advice}", base)


def _is_workshop(stage: Stage) -> bool:
    return stage.name.replace("_", "-").partition("-")[0] in _WORKSHOPS


def _advice(build: Build, stages: Sequence[Stage], image: str, slim: SlimVariant) -> str | None:
    """What has to be done besides changing the tag for all `stages` on it; None when the slim image would not do."""
    found = full_image_needs(build, stages, image)
    if "" in found.runtime_programs.values():
        return None
    away = f"build in one stage and ship `{slim.text}` in another"
    if image in _COMPILED:
        facts = stages[0].base_facts
        suite = facts.suite if facts is not None else None
        target = f"`debian:{suite}-slim`" if suite else "a slim Debian"
        advice = f"; to ship a program, build in one stage and copy it into {target}"
    elif found.tools & BUILD_TOOLS:
        advice = f"; this stage uses {join_quoted(sorted(found.tools))}, so {away}"
    elif found.compiling_install:
        advice = f"; {found.compiling_install}, so {away}"
    elif found.tools and found.maybe_compiling_install:
        advice = f"; this stage uses {join_quoted(sorted(found.tools))} and `{found.maybe_compiling_install}` may compile, so {away}"
    elif found.tools:
        advice = f"; this stage uses {join_quoted(sorted(found.tools))}, so install that there, or {away}"
    elif found.maybe_compiling_install:
        advice = f"; if `{found.maybe_compiling_install}` has to compile, {away}"
    else:
        advice = ""
    if found.runtime_programs:
        advice += f"; install {join_quoted(sorted(set(found.runtime_programs.values())))} there, which the image runs"
    return advice


EXAMPLES = (
    Bad("FROM «python:3.12»\nCMD python app.py", message="`python:3.12-slim`"),
    Bad("FROM «node:22-bookworm»\nRUN npm ci", message="if `npm ci` has to compile, build in one stage"),
    Bad("FROM «python:3.12»\nRUN git clone https://example.com/x", message="`git`, so install that there, or build"),
    Bad("FROM «ruby:3.3»\nRUN apt-get install -y subversion\nRUN svn co https://example.com/x", message="same version"),
    Bad("FROM «python:3.12»\nRUN pip install mysqlclient", message="`pip install mysqlclient` compiles, so"),
    Bad(
        "FROM «python:3.12»\nRUN apt-get install -y libpq-dev\nRUN pip install -r r.txt",
        message="compiles against `libpq-dev`, so",
    ),
    Bad("FROM «node:22»\nHEALTHCHECK CMD curl -f localhost\nCMD node .", message="install `curl` there"),
    Bad("FROM «rust:1.80-bookworm»\nRUN cargo build", message="copy it into `debian:bookworm-slim`"),
    Bad("FROM «python:3.12» AS base\nFROM base\nCMD python app.py", why="the shipped stage is built from it"),
    Good("FROM python:3.12-slim\nCMD python app.py"),
    Good("FROM python:3.12 AS build\nRUN make\nFROM python:3.12-slim\nCOPY --from=build /a /a", why="not shipped"),
    Good("FROM python:3.12 AS test\nRUN pytest\nFROM test AS dev\nCMD bash", why="not for shipping"),
    Good("FROM eclipse-temurin:21\nCOPY . .\nCMD ./mvnw spring-boot:run", why="it runs on the JDK"),
    Good("FROM debian:12\nRUN apt-get install -y man-db", why="slim has no manual pages"),
    Good("FROM golang:1.23\nRUN go build", why="there is no slim variant"),
    Good("FROM example.com/team/python:3.12", why="not an official image"),
)
