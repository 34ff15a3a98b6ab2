"""COR024."""

from __future__ import annotations

from ..base import MEDIUM, WARNING, Bad, Finding, Good, rule
from ..text import join_quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Add, Copy


@rule("COR024", level=WARNING, since="0.1", confidence=MEDIUM, preview=True)
def merged_directories(copy: Copy | Add, build: Build) -> Iterator[Finding]:
    """COPY copies the contents of several directories into one.

    ## Why
    COPY copies what is in a directory, not the directory itself: `COPY src public ./` puts the files of both next to
    each other, and neither `src/` nor `public/` exists in the image.

    ## What to do
    Write one COPY for each directory: `COPY src ./src`. Or keep the paths with `COPY --parents src public ./`.

    ## Exceptions
    - Sources that end with `/` or `/.`, which say that the contents are meant.
    - Sources in another stage, and a build context that is unknown.

    ## References
    - [COPY](https://docs.docker.com/reference/dockerfile/#copy)
    """
    context = build.context
    if context is None or len(copy.sources) < 2 or copy.flag("from") is not None or copy.flag("parents") is not None:
        return
    named = [(source, build.value(copy, source) or "") for source in copy.sources]
    plain = [(source, path) for source, path in named if path not in ("", ".") and not path.endswith(("/", "/."))]
    found = [source for source, path in plain if "*" not in path and context.is_directory(path)]
    if len(found) > 1:
        names = join_quoted([source.text for source in found])
        message = f"{names} are directories, whose contents are merged in one; copy each to its own directory"
        yield Finding(message, found[0], related=[(source, "another directory") for source in found[1:]])


EXAMPLES = (
    Bad(
        "COPY «src» public package.json ./",
        files={"src/index.js": "", "public/index.html": "", "package.json": "{}"},
        message="`src` and `public` are directories",
    ),
    Bad("ADD «./src» public /app/", files={"src/a": "", "public/b": ""}),
    Good("COPY src ./src\nCOPY public ./public", files={"src/a": "", "public/b": ""}),
    Good("COPY src package.json ./", files={"src/a": "", "package.json": "{}"}, why="one directory"),
    Good("COPY src/ public/ ./", files={"src/a": "", "public/b": ""}, why="the contents are meant"),
    Good('COPY "src/" "public/." ./', files={"src/a": "", "public/b": ""}),
    Good("COPY --parents src public ./", files={"src/a": "", "public/b": ""}),
    Good("FROM debian AS b\nFROM debian\nCOPY --from=b src public ./", files={"src/a": "", "public/b": ""}),
    Good("COPY a b ./", files={"a": "", "b": ""}, why="files"),
)
