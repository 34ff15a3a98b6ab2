"""OPT003."""

from __future__ import annotations

from ...model.files import Place, copied, covers, deletions, downloads
from ...syntax.tree import Run, Transfer
from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...syntax.tree import Instruction

WORTH_A_WORD = 100_000
"""Bytes from which a copied file that is deleted again is worth a finding."""

_BIG = (
    ".gz", ".tgz", ".xz", ".bz2", ".zst", ".zip", ".tar", ".deb", ".rpm", ".whl", ".jar", ".war", ".run", ".exe",
    ".msi", ".7z", ".iso", ".pkg", ".bin", ".sh.run", ".rar", ".lz4",
)  # fmt: skip


@rule("OPT003", level=WARNING, since="0.1", onbuild=False)
def deleted_later(stage: Stage, build: Build) -> Iterator[Finding]:
    """A file is deleted in a later layer than the one that made it.

    ## Why
    A layer only adds. What a later RUN deletes is hidden, and still shipped with the image.

    ## What to do
    Download, use and delete in one RUN. What comes from the build context can be mounted for one RUN instead of
    copied: `RUN --mount=type=bind,source=app.tar.gz,target=/tmp/app.tar.gz …`. Or do it in a stage that is not shipped.
    """
    if not build.ships(stage):
        return
    made: list[tuple[Place, Instruction]] = []
    for instruction in stage.instructions:
        if isinstance(instruction, Run):
            for gone in deletions(build, instruction):
                for place, maker in made:
                    if covers(gone.path, place.path):
                        yield _finding(gone, place, maker)
                made = [(place, maker) for place, maker in made if not covers(gone.path, place.path)]
            made += [
                (place, instruction) for place in downloads(build, instruction) if not _gone(build, instruction, place)
            ]
        elif isinstance(instruction, Transfer):
            made += [
                (p, instruction) for p, source in copied(build, instruction) if _is_big(build, instruction, source)
            ]


def _gone(build: Build, run: Run, place: Place) -> bool:
    """Whether the RUN that downloads the file deletes or moves it itself."""
    moved = any(
        command.name == "mv" and any(place.path.endswith("/" + word.value.rsplit("/", 1)[-1]) for word in command.args)
        for command in build.commands(run)
    )
    return moved or any(covers(gone.path, place.path) for gone in deletions(build, run))


def _is_big(build: Build, instruction: Transfer, source: str) -> bool:
    """Whether what is copied is an archive, or known to be more than a few bytes."""
    if source.lower().endswith(_BIG):
        return True
    if instruction.flag("from") or build.context is None:
        return False
    return build.context.size(source) >= WORTH_A_WORD


def _finding(gone: Place, place: Place, maker: Instruction) -> Finding:
    advice = (
        "mount it for this RUN instead" if isinstance(maker, Transfer) else "download, use and delete it in one RUN"
    )
    return Finding(
        f"`{place.path}` is deleted here, but the {maker.name} on line {maker.start_line} put it into an earlier "
        f"layer, where it stays; {advice}",
        gone,
        related=[(place, "put into the image here")],
    )


EXAMPLES = (
    Bad(
        "RUN curl -o /tmp/a.tar.gz https://example.com/a.tar.gz\nRUN tar xf /tmp/a.tar.gz && rm «/tmp/a.tar.gz»",
        message="RUN on line 2",
    ),
    Bad("COPY app.tar.gz /tmp/\nRUN tar xf /tmp/app.tar.gz && rm -rf «/tmp/*»", message="mount it"),
    Bad("WORKDIR /src\nRUN git clone https://example.com/a.git\nRUN make -C a && rm -rf «a»"),
    Good("RUN curl -o /tmp/a.tgz https://example.com/a.tgz && tar xf /tmp/a.tgz && rm /tmp/a.tgz"),
    Good(
        "COPY requirements.txt /tmp/\nRUN pip install -r /tmp/requirements.txt && rm /tmp/requirements.txt", why="small"
    ),
    Good("RUN wget https://example.com/a.tgz\nRUN rm -rf /var/tmp/a.tgz", why="another path"),
    Good(
        "FROM debian:12-slim AS build\nADD https://example.com/a.tgz /a.tgz\nRUN rm /a.tgz\nFROM scratch\n"
        "COPY --from=build /b /b",
        why="the stage is not shipped",
    ),
)
