"""COR057."""

from __future__ import annotations

from ...syntax.tree import CopyOrAdd
from ..base import INFO, MEDIUM, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build

_SINCE = {"exclude": ("1.19", "0.25"), "parents": ("1.20", "0.26")}
"""The first stable frontend with each flag, and the BuildKit that contains it: moby/buildkit's release notes."""


@rule("COR057", level=INFO, since="0.1", confidence=MEDIUM, onbuild=False, prefilter=("--exclude", "--parents"))
def new_copy_flag(build: Build) -> Iterator[Finding]:
    """COPY uses a flag that only recent builders have, and no `# syntax` line asks for a frontend that has it.

    ## Why
    Without the line, the version of the builder decides whether the file builds: `--exclude` is part of the frontend
    1.19, `--parents` of 1.20, both of autumn 2025. Older builders fail with `unknown flag`.

    ## What to do
    Begin the file with `# syntax=docker/dockerfile:1`. BuildKit then downloads the newest frontend.

    ## Exceptions
    - Files with any `# syntax` line. One finding for each file.
    """
    if any(directive.name == "syntax" for directive in build.dockerfile.directives):
        return
    for stage in build.stages:
        for instruction in stage.instructions:
            for flag in instruction.flags if isinstance(instruction, CopyOrAdd) else ():
                if flag.name in _SINCE:
                    frontend, buildkit = _SINCE[flag.name]
                    yield Finding(
                        f"`--{flag.name}` fails before Dockerfile {frontend} (BuildKit {buildkit}); "
                        "add `# syntax=docker/dockerfile:1` at the top",
                        flag,
                    )
                    return


EXAMPLES = (
    Bad("COPY «--exclude=*.md» . /app", message="fails before Dockerfile 1.19 (BuildKit 0.25)"),
    Good("# syntax=docker/dockerfile:1\nFROM debian:12-slim\nCOPY --exclude=*.md . /app"),
    Bad("COPY «--parents» a/b c/d /app/\nCOPY --exclude=a . /b", message="Dockerfile 1.20"),
    Good("COPY --chown=1 a /app"),
)
