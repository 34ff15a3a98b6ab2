"""CTX001."""

from __future__ import annotations

import posixpath

from ...model.layers import copies_whole_context
from ...model.waste import describe_entries, find_waste
from ...syntax.tree import CopyOrAdd
from ..base import WARNING, Bad, Finding, Good, rule
from ..text import format_size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...model.context import Context
    from ...syntax.tree import Argument


@rule("CTX001", level=WARNING, since="0.1", onbuild=False)
def no_dockerignore(build: Build) -> Iterator[Finding]:
    """The whole build context is copied, and no `.dockerignore` keeps anything out of it.

    ## Why
    `COPY . .` takes all that lies in the folder: the repository's history, installed modules, caches, local
    settings and secrets. They make the image bigger, may leak, and every change to one of them makes the build
    run this step and all steps behind it again.

    ## What to do
    Write a `.dockerignore` beside the Dockerfile that leaves out what the build does not need; `.git` and what the
    build makes itself (`node_modules`, `__pycache__`, `.venv`) come first. `dlint dockerignore --write` writes one.
    """
    for stage in build.stages:
        for instruction in stage.instructions:
            if isinstance(instruction, CopyOrAdd) and copies_whole_context(build, instruction):
                context = build.context
                if context is not None and context.ignore_file is None and context.ignore_error is None:
                    source, target = _whole(build, instruction), instruction.destination
                    words = f"{instruction.name} {source.text} {target.text if target else ''}".rstrip()
                    yield Finding(
                        f"`{words}` takes the whole build context ({_measured(build, context)}), and there is no "
                        ".dockerignore to leave anything out",
                        source,
                    )
                return


def _whole(build: Build, instruction: CopyOrAdd) -> Argument:
    """The source that stands for the whole context."""
    for source in instruction.sources:
        if posixpath.normpath("/" + (build.value(instruction, source) or "?")).strip("/*") == "":
            return source
    return instruction.sources[0]


def _measured(build: Build, context: Context) -> str:
    """How much the context is and what of it is waste; `more than` where the walk was cut short."""
    entries, files = find_waste(build, context), context.files()
    if not files:
        return "all of it"
    more = "more than " if context.truncated else ""
    among = f", {describe_entries(entries)} among them" if entries else ""
    return f"{more}{format_size(context.size())} in {more}{len(files):,} files{among}"


EXAMPLES = (
    Bad("COPY «.» /app", files={"app.py": "", ".git/HEAD": "x"}, message="`.git`"),
    Bad("WORKDIR /app\nADD «./» .\nCOPY . .", files={"app.py": ""}, why="reported once a file"),
    Bad("COPY app.py «.» /app/", files={"app.py": ""}, message="`COPY . /app/`"),
    Bad(
        "COPY «.» /app\nRUN npm ci",
        files={
            **{f"src/m{number}/__pycache__/m.pyc": "x" for number in range(40)},
            "node_modules/a/i.js": "x" * 99,
            ".git/HEAD": "x" * 9,
            ".idea/a": "x",
            ".env": "T=1",
        },
        message="(152 B in 44 files, `.env`, `node_modules`, 40 `__pycache__` and 2 more among them)",
        why="secrets first, then the largest",
    ),
    Good("COPY . /app", files={"app.py": "", ".dockerignore": ".git\n"}),
    Good("COPY . /app", files={"app.py": "", "Dockerfile.dockerignore": ""}, why="the Dockerfile's own ignore file"),
    Good("COPY src /app", files={"src/app.py": ""}, why="one folder, not the context"),
    Good("FROM alpine:3.20 AS build\nFROM alpine:3.20\nCOPY --from=build . /app", files={"a": ""}, why="another stage"),
)
