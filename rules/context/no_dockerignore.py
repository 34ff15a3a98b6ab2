"""CTX001."""

from __future__ import annotations

from ...model.layers import takes_whole_context
from ...syntax.tree import Transfer
from ..base import WARNING, Bad, Finding, Good, rule
from ..text import listed, shown, size
from .waste import unwanted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule("CTX001", level=WARNING, since="0.1", onbuild=False)
def no_dockerignore(build: Build) -> Iterator[Finding]:
    """The whole build context is copied, and no `.dockerignore` keeps anything out of it.

    ## Why
    `COPY . .` takes all that lies in the folder: the repository's history, installed modules, caches, local
    settings and secrets. They make the image bigger, may leak, and every change to one of them makes the build
    run this step and all steps behind it again.

    ## What to do
    Write a `.dockerignore` beside the Dockerfile that leaves out what the build does not need; `.git` and what the
    build makes itself (`node_modules`, `__pycache__`, `.venv`) come first.
    """
    context = build.context
    if context is None or context.ignore is not None or context.ignore_error is not None:
        return
    for stage in build.stages:
        for instruction in stage.instructions:
            if isinstance(instruction, Transfer) and takes_whole_context(build, instruction):
                found = sorted(context.found(unwanted(build)), key=lambda entry: -entry[1])
                files = context.files()
                took = f"{size(context.size())} in {len(files):,} files" if files else "all of it"
                extra = f", {listed([path for path, _, _ in found])} among them" if found else ""
                yield Finding(
                    f"`{shown(instruction)}` takes the whole build context ({took}{extra}), and there is no "
                    ".dockerignore to leave anything out",
                    instruction.sources[0],
                )
                return


EXAMPLES = (
    Bad("COPY «.» /app", files={"app.py": "", ".git/HEAD": "x"}, message="`.git`"),
    Bad("WORKDIR /app\nADD «./» .\nCOPY . .", files={"app.py": ""}, why="reported once a file"),
    Good("COPY . /app", files={"app.py": "", ".dockerignore": ".git\n"}),
    Good("COPY . /app", files={"app.py": "", "Dockerfile.dockerignore": ""}, why="the Dockerfile's own ignore file"),
    Good("COPY src /app", files={"src/app.py": ""}, why="one folder, not the context"),
    Good("FROM alpine:3.20 AS build\nFROM alpine:3.20\nCOPY --from=build . /app", files={"a": ""}, why="another stage"),
)
