"""CTX002."""

from __future__ import annotations

from ...model.layers import local_sources
from ...syntax.tree import Transfer
from ..base import WARNING, Bad, Finding, Good, rule
from ..text import listed, shown, size
from .waste import SECRETS, unwanted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule("CTX002", level=WARNING, since="0.1", onbuild=False)
def unwanted_files(build: Build) -> Iterator[Finding]:
    """The `.dockerignore` lets through what never belongs in an image, and it is there.

    ## Why
    History, installed modules, virtual environments, caches and secrets lie in the folder, and a COPY takes them.
    The bytes are those on disk now.

    ## What to do
    Add the named entries to the `.dockerignore`. A pattern there is anchored at the root of the context:
    `**/__pycache__` reaches every folder, `__pycache__` only the topmost one.
    """
    context = build.context
    if context is None or context.ignore is None:
        return
    entries: list[tuple[str, int]] = [
        (path, count) for path, count, excluded in context.found(unwanted(build)) if not excluded
    ]
    for stage in build.stages:
        for instruction in stage.instructions:
            if not isinstance(instruction, Transfer) or not entries or instruction.flag("exclude"):
                continue
            for source in local_sources(build, instruction):
                taken = [e for e in entries if _takes(source, e[0])]
                if taken:
                    entries = [e for e in entries if e not in taken]
                    taken.sort(key=lambda entry: -entry[1])
                    what = "secrets: " if all(p.rsplit("/", 1)[-1] in SECRETS for p, _ in taken) else ""
                    yield Finding(
                        f"the .dockerignore lets through {what}{listed([path for path, _ in taken])} "
                        f"({size(sum(count for _, count in taken))}), which `{shown(instruction)}` copies",
                        instruction.sources[0],
                    )


def _takes(source: str, path: str) -> bool:
    """Whether copying `source` copies `path`: it is the context, or a folder above the path."""
    return source in ("", "*", "**") or (source != path and path.startswith(source.rstrip("/") + "/"))


EXAMPLES = (
    Bad(
        "COPY «.» /app",
        files={".dockerignore": "*.md\n", "app.py": "", ".git/config": "x" * 50},
        message="`.git` (50 B)",
    ),
    Bad(
        "COPY «src» /app",
        files={".dockerignore": "__pycache__\n", "src/a/__pycache__/x.pyc": "x"},
        why="the pattern reaches the topmost folder only",
    ),
    Bad("COPY «.» .\nRUN npm ci", files={".dockerignore": ".git\n", "node_modules/a/i.js": "x", "package.json": "{}"}),
    Good("COPY . /app", files={".dockerignore": ".git\n", "app.py": "", ".git/config": "x"}),
    Good(
        "COPY . /app",
        files={".dockerignore": ".git\n", "node_modules/a/i.js": "x"},
        why="nothing installs the modules in the build, so they are meant to be copied",
    ),
    Good("COPY .env /app/", files={".dockerignore": "x\n", ".env": "A=1"}, why="copied by name, on purpose"),
    Good(
        "COPY . /app\nRUN git describe --tags > version",
        files={".dockerignore": "x\n", ".git/HEAD": "x"},
        why="the build reads the history",
    ),
)
