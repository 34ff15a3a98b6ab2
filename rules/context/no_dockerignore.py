"""CTX001."""

from __future__ import annotations

import posixpath

from ...model.context_waste import describe_entries, find_waste
from ...model.git_usage import reads_git_history
from ...model.layers import copies_whole_context
from ...syntax.tree import CopyOrAdd
from ..base import SHIPPED, WARNING, Bad, Finding, Good, rule
from ..text import format_size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...model.context import Context
    from ...syntax.tree import Argument


@rule("CTX001", level=WARNING, since="0.1", onbuild=False, scope=SHIPPED)
def no_dockerignore(build: Build) -> Iterator[Finding]:
    """The whole build context is copied without a `.dockerignore`.

    ## Why
    `COPY . .` copies everything in the directory: version control history, installed modules, caches, local settings
    and secrets. They make the image bigger and may leak, and every change to one of them invalidates the build cache.

    ## What to do
    Add a `.dockerignore` at the root of the build context. Start with `.git` and files that the build creates itself
    (`node_modules`, `__pycache__`, `.venv`). `dlint dockerignore --write` creates one.

    ## Exceptions
    - A build context of at most 100 files and 1 MB without files that do not belong in an image, other than settings of
      editors and small caches.
    """
    for stage in build.stages:
        for instruction in stage.instructions:
            if isinstance(instruction, CopyOrAdd) and copies_whole_context(build, instruction):
                context = build.context
                if (
                    context is not None
                    and context.ignore_file is None
                    and context.ignore_error is None
                    and not is_small_and_clean(build, context)
                ):
                    source, target = _whole(build, instruction), instruction.destination
                    shown = f"{instruction.name} {source.text} {target.text if target else ''}".rstrip()
                    keep = " that keeps `.git`, which the build reads" if reads_git_history(build, context) else ""
                    yield Finding(
                        f"`{shown}` copies the whole build context{_measured(build, context)} without a .dockerignore; "
                        f"add one{keep}",
                        source,
                    )
                return


_SMALL_BYTES = 1_000_000
_FEW_FILES = 100


def is_small_and_clean(build: Build, context: Context) -> bool:
    """Whether there is little to copy, and nothing that does not belong in an image."""
    files = context.files()
    small = bool(files) and not context.truncated and len(files) <= _FEW_FILES and context.size() <= _SMALL_BYTES
    return small and all(posixpath.basename(path) in _HARMLESS for path, _ in find_waste(build, context))


_HARMLESS = frozenset(
    (".idea", ".vs", ".DS_Store", "Thumbs.db", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache")
)
"""Settings of editors and caches that are of no consequence if they are small."""


def _whole(build: Build, instruction: CopyOrAdd) -> Argument:
    """The source that is the whole build context."""
    for source in instruction.sources:
        if posixpath.normpath("/" + (build.value(instruction, source) or "?")).strip("/*") == "":
            return source
    return instruction.sources[0]


def _measured(build: Build, context: Context) -> str:
    """Size of the build context and its unwanted files in parentheses; `more than` if counting stopped early."""
    entries, files = find_waste(build, context), context.files()
    if not files:
        return ""
    more = "more than " if context.truncated else ""
    including = f", including {describe_entries(entries)}" if entries else ""
    count = f"{more}{len(files):,} {'file' if len(files) == 1 else 'files'}"
    return f" ({more}{format_size(context.size())} in {count}{including})"


EXAMPLES = (
    Bad("COPY «.» /app", files={"app.py": "", ".git/HEAD": "x"}, message="`.git`"),
    Good("COPY . /app", files={"app.py": "", ".dockerignore": ".git\n"}),
    Bad("WORKDIR /app\nADD «./» .\nCOPY . .", files={"app.py": "", ".env": "A=b"}, why="reported once per Dockerfile"),
    Bad("COPY app.py «.» /app/", files={"app.py": "", ".env": "A=b"}, message="`COPY . /app/`"),
    Good("COPY . /app", files={"app.py": "", ".DS_Store": "", ".idea/a.xml": ""}, why="small, and harmless"),
    Bad(
        "COPY «.» /app\nRUN cd /app && git describe > version",
        files={"app.py": 1_100_000, ".git/HEAD": "x"},
        message="add one that keeps `.git`, which the build reads",
    ),
    Bad("COPY «.» /app", files={"app.py": 1_100_000}, message="1.1 MB in 1 file"),
    Good("COPY . /app", files={"app.py": "", "README.md": ""}, why="small, and nothing that does not belong there"),
    Bad(
        "COPY «.» /app\nRUN npm ci",
        files={
            **{f"src/m{number}/__pycache__/m.pyc": "x" for number in range(40)},
            "node_modules/a/i.js": "x" * 99,
            ".git/HEAD": "x" * 9,
            ".idea/a": "x",
            ".env": "T=1",
        },
        message="(152 B in 44 files, including `.env`, `node_modules`, 40 `__pycache__` and 2 more)",
        why="secrets first, then the largest",
    ),
    Good("COPY . /app", files={"app.py": "", "Dockerfile.dockerignore": ""}, why="the Dockerfile's own ignore file"),
    Good("COPY src /app", files={"src/app.py": ""}, why="only one directory"),
    Good(
        "FROM alpine:3.20 AS build\nFROM alpine:3.20\nCOPY --from=build . /app",
        files={"a": ""},
        why="copied from a stage",
    ),
)
