"""COR034."""

from __future__ import annotations

from ..base import MEDIUM, WARNING, Bad, Finding, Good, rule
from ..text import join_quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Add, Copy


@rule("COR034", level=WARNING, since="0.1", confidence=MEDIUM, preview=True)
def merged_directories(copy: Copy | Add, build: Build) -> Iterator[Finding]:
    """COPY copies directories together with other sources, which puts their contents into one directory.

    ## Why
    COPY copies the contents of a directory, not the directory: `COPY src public ./` creates neither `src` nor
    `public`, and files with the same name overwrite each other.

    ## What to do
    Use one COPY for each directory, `COPY src ./src`, or `COPY --parents src public ./`.

    ## Exceptions
    - Sources that end with `/` or `/.`, which show that the contents are meant, and wildcards.
    """
    context = build.context
    if context is None or copy.flag("from") or copy.flag("parents") or len(copy.sources) < 2:
        return
    directories = [
        word for word in copy.sources if not word.text.endswith(("/", "/.")) and _is_directory(build, copy, word.text)
    ]
    if directories and copy.destination is not None:
        shown = join_quoted([word.text for word in directories])
        what = "are directories, whose contents" if len(directories) > 1 else "is a directory, whose contents"
        yield Finding(
            f"{shown} {what} are copied into `{copy.destination.text}` without the directory itself; use one COPY for "
            "each directory",
            directories[0],
            related=[(word, "also a directory") for word in directories[1:]],
        )


def _is_directory(build: Build, copy: Copy | Add, text: str) -> bool:
    value = build.state(copy).value(text)
    name = (value or "").strip("/").removeprefix("./")
    return name not in ("", ".") and build.context is not None and build.context.is_directory(name)


EXAMPLES = (
    Bad(
        "COPY «src» public ./",
        files={"src/a.js": "", "public/i.html": ""},
        message="`src` and `public` are directories, whose contents are copied into `./`",
    ),
    Bad("COPY package.json «src» /app/", files={"package.json": "", "src/a.js": ""}, message="`src` is a directory"),
    Good("COPY src ./src\nCOPY public ./public", files={"src/a.js": "", "public/i.html": ""}),
    Good("COPY --parents src public ./", files={"src/a.js": "", "public/i.html": ""}),
    Good("COPY src/ public/ ./", files={"src/a.js": "", "public/i.html": ""}, why="the contents are meant"),
    Good("COPY a b ./", files={"a": "", "b": ""}),
    Good("COPY src ./", files={"src/a.js": ""}, why="only one source"),
)
