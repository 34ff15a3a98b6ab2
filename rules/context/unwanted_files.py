"""CTX002."""

from __future__ import annotations

import posixpath

from ...model.context_waste import SECRET_NAMES, describe_entries, find_waste
from ...model.copy_sources import WHOLE_CONTEXT, directory_copies, reaches_shipped_image
from ..base import WARNING, Bad, Finding, Good, rule
from ..text import format_size, transfer_summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build
    from ...model.context import Context
    from ...model.context_waste import SizedPath


@rule("CTX002", level=WARNING, since="0.1", onbuild=False)
def unwanted_files(build: Build) -> Iterator[Finding]:
    """Files that do not belong in an image are copied because `.dockerignore` does not exclude them.

    ## Why
    Version control history, installed modules, virtual environments, caches and secrets in the build context are copied
    into the image. The size in the message is their current size on disk.

    ## What to do
    Add them to `.dockerignore`. Patterns there are anchored at the root of the build context: `**/__pycache__` matches
    in every directory, `__pycache__` only at the top. `dlint dockerignore --write` extends the file.

    ## Exceptions
    - `.git` if the build reads the Git history, and `.env` files that Git tracks.
    - Modules that no step of the build installs.
    - Files that COPY or ADD lists explicitly.
    - Secrets in tests, examples and packages of other projects (`vendor`, `node_modules`), or in a stage from which
      they are not copied.
    """
    context = build.context
    folders = list(directory_copies(build, context)) if context is not None and context.ignore_file is not None else []
    if context is None or not folders:
        return
    entries = find_waste(build, context)
    for stage, instruction, sources in folders:
        taken = [e for e in entries if any(_takes(source, e[0]) for source in sources)]
        if taken and not reaches_shipped_image(build, stage, instruction):
            taken = [e for e in taken if posixpath.basename(e[0]) not in SECRET_NAMES]
        if taken:
            entries = [e for e in entries if e not in taken]
            bytes_ = ("more than " if context.truncated else "") + format_size(sum(count for _, count in taken))
            yield Finding(
                f"`{transfer_summary(instruction)}` copies {describe_entries(taken)} ({bytes_}); "
                f"exclude {'them' if len(taken) > 1 else 'it'} in .dockerignore{_remark(context, taken)}",
                instruction.sources[0],
            )


def _takes(source: str, path: str) -> bool:
    """Whether copying `source` copies `path`: it is the build context, or a directory that contains the path."""
    return source in WHOLE_CONTEXT or path.startswith(source + "/")


def _remark(context: Context, taken: Sequence[SizedPath]) -> str:
    """A note on secrets, and on a pattern with the right name that only matches at the top level."""
    names = {posixpath.basename(path) for path, _ in taken}
    secret = f"; `{min(names & SECRET_NAMES)}` may contain secrets" if names & SECRET_NAMES else ""
    patterns = (
        {rule.pattern for rule in context.ignore_file.rules if not rule.negated} if context.ignore_file else set[str]()
    )
    deep = {posixpath.basename(path) for path, _ in taken if "/" in path} & patterns
    name = min(deep, default="")
    return secret + (f"; its pattern `{name}` only matches at the top level, use `**/{name}`" if deep else "")


EXAMPLES = (
    Bad(
        "COPY «.» /app",
        files={".dockerignore": "*.md\n", "app.py": "", ".git/config": "x" * 50},
        message="`.git` (50 B)",
    ),
    Good("COPY . /app", files={".dockerignore": ".git\n", "app.py": "", ".git/config": "x"}),
    Bad(
        "COPY «src» /app",
        files={".dockerignore": "__pycache__\n", "src/a/__pycache__/x.pyc": "x"},
        message="only matches at the top level, use `**/__pycache__`",
    ),
    Bad("COPY «.» .\nRUN npm ci", files={".dockerignore": ".git\n", "node_modules/a/i.js": "x", "package.json": "{}"}),
    Bad("COPY «.» .", files={".dockerignore": ".git\n", "py/pyvenv.cfg": "", "py/bin/python": ""}, message="`py`"),
    Good(
        "COPY . /app",
        files={".dockerignore": ".git\n", "node_modules/a/i.js": "x"},
        why="no step installs the modules",
    ),
    Good("COPY .env /app/", files={".dockerignore": "x\n", ".env": "A=1"}, why="listed explicitly"),
    Good(
        "FROM node:22 AS b\nWORKDIR /app\nCOPY . .\nRUN npm run build\nFROM nginx:1.27\nCOPY --from=b /app/dist /srv",
        files={".dockerignore": "x\n", ".env": "VITE_URL=x"},
        why="only the build output is shipped",
    ),
    Good("COPY . /app", files={".dockerignore": "x\n", "tests/id_rsa": "x"}, why="a test file"),
    Good("COPY . /app", files={".dockerignore": "x\n", "vendor/a.org/b/.env": "x"}, why="published by another project"),
    Good("COPY . /app", files={".dockerignore": "x\n", "web/node_modules/b/id_rsa": "x"}),
    Bad("COPY «.» /app", files={".dockerignore": "x\n", "web/.env": "x"}, message="`web/.env` (1 B)"),
    Good(
        "COPY . /app\nRUN git describe --tags > version",
        files={".dockerignore": "x\n", ".git/HEAD": "x"},
        why="the build reads the Git history",
    ),
    Good(
        "COPY . /app\nRUN pip install .",
        files={".dockerignore": "x\n", ".git/HEAD": "x", "pyproject.toml": 'requires = ["setuptools-scm"]'},
        why="setuptools-scm reads the Git history",
    ),
)
