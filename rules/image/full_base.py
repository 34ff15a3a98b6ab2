"""OPT010."""

from __future__ import annotations

from ...model.images import slimmer
from ...syntax.tree import Run
from ..base import INFO, Bad, Finding, Good, rule
from ..text import listed, size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage

_FULL_ONLY = frozenset(
    ("gcc", "g++", "cc", "c++", "make", "cmake", "autoconf", "automake", "patch", "git", "hg", "svn", "curl", "wget",
     "unzip", "xz", "bzip2", "file", "mysql_config", "pg_config", "ssh", "ssh-keyscan", "gpg", "node-gyp", "javac",
     "jar", "jlink", "jdeps", "python", "python3", "ps", "pkg-config", "imagemagick", "convert", "dpkg-dev")
)  # fmt: skip
"""Programs that the full images of buildpack-deps and the JDKs have and their slim variants lack.

Source: the Dockerfiles of docker-library/buildpack-deps (scm, curl and full variants).
"""

_PYTHON = frozenset(("python", "python3"))


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
    Stages that are not shipped, digests, and images whose slim variant is not known for certain.
    """
    if stage.parent is not None or not any(build.ships(s) and s.root is stage for s in build.stages):
        return
    ref, base = stage.ref, stage.from_.base
    slim = slimmer(ref) if ref is not None else None
    if slim is None or base is None:
        return
    tools = sorted(_tools(build, stage))
    saved = f", {size(slim.saved_bytes)} less to download" if slim.saved_bytes else ""
    same = "the same version for running" if slim.kind == "runtime" else "the same version and suite"
    if tools:
        advice = f"; this stage uses {listed(tools)}, so build in one stage and ship `{slim.text}` in another"
    else:
        advice = ""
    yield Finding(f"`{base.text}` is a full image; `{slim.text}` is {same}{saved}{advice}", base)


def _tools(build: Build, stage: Stage) -> set[str]:
    """The programs that the shipped chain uses, the slim image lacks, and no package manager call brings along."""
    used: set[str] = set()
    installed: set[str] = set()
    name = stage.ref.name if stage.ref else ""
    for each in build.stages:
        if each.root is not stage or not build.ships(each):
            continue
        for run in (i for i in each.instructions if isinstance(i, Run)):
            for call in build.calls(run):
                if call.manager.ecosystem == "os":
                    installed |= {package.name for package in call.packages}
                elif call.verb == "build":
                    used.add(call.program)
            used |= {command.name for command in build.commands(run)} & _FULL_ONLY
    if name in ("python", "pypy"):
        used -= _PYTHON
    if "build-essential" in installed:
        used -= {"gcc", "g++", "cc", "make"}
    return used - installed


EXAMPLES = (
    Bad("FROM «python:3.12»\nCMD python app.py", message="`python:3.12-slim`"),
    Bad("FROM «node:22-bookworm»\nRUN npm ci", message="`node:22-bookworm-slim`"),
    Bad("FROM «python:3.12»\nRUN git clone https://example.com/x", message="build in one stage and ship"),
    Bad("FROM «python:3.12» AS base\nFROM base\nCMD python app.py", why="the shipped stage is built from it"),
    Good("FROM python:3.12-slim\nCMD python app.py"),
    Good("FROM python:3.12 AS build\nRUN make\nFROM python:3.12-slim\nCOPY --from=build /a /a", why="not shipped"),
    Good("FROM golang:1.23\nRUN go build", why="there is no slim variant"),
    Good("FROM example.com/team/python:3.12", why="not an official image"),
)
