"""DL3010."""

from __future__ import annotations

from ...model.image_paths import commands_with_directories, copied_paths, resolve_image_path
from ...syntax.command import Word
from ...syntax.tree import Copy, Run
from ..base import INFO, SHIPPED, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...syntax.command import Command

_EXTRACTED = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst")
"""Archives that ADD extracts. Source: docs.docker.com/reference/dockerfile/#adding-local-tar-archives"""

_VALUED = frozenset(("-f", "--file", "-C", "--directory", "--transform", "--exclude", "--strip-components"))


@rule("DL3010", level=INFO, since="0.1", onbuild=False, scope=SHIPPED)
def archive_copied(stage: Stage, build: Build) -> Iterator[Finding]:
    """An archive is copied into the image and then extracted.

    ## Why
    The archive stays in its layer, in addition to the extracted files.

    ## What to do
    Use `ADD app.tar.gz /opt/`, which extracts a local archive, or mount the archive with
    `RUN --mount=type=bind,source=a.tgz,target=/a.tgz`.

    ## Exceptions
    - What ADD cannot do: zip files, single compressed files, archives from another stage, and extracting selected
      members.
    """
    places = [
        place
        for copy in stage.instructions
        if isinstance(copy, Copy) and not copy.flag("from")
        for place in copied_paths(build, copy)
        if place.source.endswith(_EXTRACTED)
    ]
    for run in (i for i in stage.instructions if isinstance(i, Run)) if places else ():
        for command, directory in commands_with_directories(build, run):
            archive = resolve_image_path(build, run, directory, _extracted_archive(command))
            for place in places:
                if archive == place.path and place.start < run.start:
                    line = build.dockerfile.source.line(command.start)
                    yield Finding(
                        f"`{place.source}` is copied, then extracted on line {line}; use ADD, which extracts it", place
                    )
                    places = [other for other in places if other is not place]


def _extracted_archive(command: Command) -> str:
    """The archive that `tar` extracts completely; empty if it does not."""
    if command.name != "tar" or not command.args:
        return ""
    first = command.args[0].value
    if first[:1] != "-":  # tar xzf a.tgz: the traditional style, letters without a dash
        rest = [word.value for word in command.args[1:]]
        plain = "x" in first and "f" in first and first.isalpha()
        return rest[0] if plain and rest and rest[1:2] in ([], ["-C"]) and len(rest) <= 3 else ""
    archive = command.option("-f", "--file")
    if archive is None or not command.has("-x", "--extract", "--get") or command.operands(_VALUED):
        return ""
    return archive.value if isinstance(archive, Word) else archive


EXAMPLES = (
    Bad("COPY «app.tar.gz» /tmp/\nRUN tar -xzf /tmp/app.tar.gz -C /opt", message="extracted on line 3"),
    Good("ADD app.tar.gz /opt/"),
    Bad("COPY «app.tgz» /tmp/a.tgz\nRUN tar xf /tmp/a.tgz"),
    Bad("WORKDIR /tmp\nCOPY «app.tar» .\nRUN tar -x -f app.tar && rm app.tar"),
    Good("COPY app.tar.gz /tmp/\nRUN tar -xzf /tmp/app.tar.gz bin/app", why="one member only"),
    Good("COPY app.zip /tmp/\nRUN unzip /tmp/app.zip", why="ADD does not extract zip files"),
    Good("COPY db.dat.gz /tmp/\nRUN gunzip /tmp/db.dat.gz", why="ADD does not decompress single files"),
    Good("FROM a:1 AS b\nFROM debian:12\nCOPY --from=b /a.tgz /tmp/\nRUN tar xf /tmp/a.tgz", why="ADD has no --from"),
    Good("COPY app.tgz /tmp/\nRUN tar czf /tmp/app.tgz /etc", why="creates an archive"),
)
