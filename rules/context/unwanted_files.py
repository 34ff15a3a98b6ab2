"""CTX002."""

from __future__ import annotations

import posixpath

from ...model.copy_sources import WHOLE_CONTEXT, directory_copies, reaches_shipped_image
from ...model.waste import SECRET_NAMES, describe_entries, find_waste
from ..base import WARNING, Bad, Finding, Good, rule
from ..text import format_size, transfer_summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build
    from ...model.context import Context
    from ...model.waste import SizedPath


@rule("CTX002", level=WARNING, since="0.1", onbuild=False)
def unwanted_files(build: Build) -> Iterator[Finding]:
    """The `.dockerignore` lets through what never belongs in an image, and it is there.

    ## Why
    History, installed modules, virtual environments, caches and secrets lie in the folder, and a COPY takes them.
    The bytes are those on disk now.

    ## What to do
    Add the named entries to the `.dockerignore`. A pattern there is anchored at the root of the context:
    `**/__pycache__` reaches every folder, `__pycache__` only the topmost one. `dlint dockerignore --write` extends the
    file.

    ## What is left alone
    `.git` where the build reads the history, modules that nothing in the build installs, files that are copied by
    name, secrets among tests and examples or in a stage from which they are not copied on.
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
                f"the .dockerignore lets through {describe_entries(taken)} ({bytes_}), which `{transfer_summary(instruction)}` copies"
                f"{_remark(context, taken)}",
                instruction.sources[0],
            )


def _takes(source: str, path: str) -> bool:
    """Whether copying `source` copies `path`: it is the context, or a folder above the path."""
    return source in WHOLE_CONTEXT or path.startswith(source + "/")


def _remark(context: Context, taken: Sequence[SizedPath]) -> str:
    """What a message adds on secrets, and on a pattern that has the right name and reaches only the topmost folder."""
    names = {posixpath.basename(path) for path, _ in taken}
    secret = f"; `{min(names & SECRET_NAMES)}` may hold secrets" if names & SECRET_NAMES else ""
    patterns = (
        {rule.pattern for rule in context.ignore_file.rules if not rule.negated} if context.ignore_file else set[str]()
    )
    deep = {posixpath.basename(path) for path, _ in taken if "/" in path} & patterns
    name = min(deep, default="")
    return secret + (f"; `{name}` in it reaches only the topmost folder, `**/{name}` all of them" if deep else "")


EXAMPLES = (
    Bad(
        "COPY «.» /app",
        files={".dockerignore": "*.md\n", "app.py": "", ".git/config": "x" * 50},
        message="`.git` (50 B)",
    ),
    Bad(
        "COPY «src» /app",
        files={".dockerignore": "__pycache__\n", "src/a/__pycache__/x.pyc": "x"},
        message="`**/__pycache__` all of them",
    ),
    Bad("COPY «.» .\nRUN npm ci", files={".dockerignore": ".git\n", "node_modules/a/i.js": "x", "package.json": "{}"}),
    Bad("COPY «.» .", files={".dockerignore": ".git\n", "py/pyvenv.cfg": "", "py/bin/python": ""}, message="`py`"),
    Good("COPY . /app", files={".dockerignore": ".git\n", "app.py": "", ".git/config": "x"}),
    Good(
        "COPY . /app",
        files={".dockerignore": ".git\n", "node_modules/a/i.js": "x"},
        why="nothing installs the modules in the build, so they are meant to be copied",
    ),
    Good("COPY .env /app/", files={".dockerignore": "x\n", ".env": "A=1"}, why="copied by name, on purpose"),
    Good(
        "FROM node:22 AS b\nWORKDIR /app\nCOPY . .\nRUN npm run build\nFROM nginx:1.27\nCOPY --from=b /app/dist /srv",
        files={".dockerignore": "x\n", ".env": "VITE_URL=x"},
        why="only what was built is shipped",
    ),
    Good("COPY . /app", files={".dockerignore": "x\n", "tests/id_rsa": "x"}, why="made up for a test"),
    Good(
        "COPY . /app\nRUN git describe --tags > version",
        files={".dockerignore": "x\n", ".git/HEAD": "x"},
        why="the build reads the history",
    ),
    Good(
        "COPY . /app\nRUN pip install .",
        files={".dockerignore": "x\n", ".git/HEAD": "x", "pyproject.toml": 'requires = ["setuptools-scm"]'},
        why="so does the version of the project",
    ),
)
