"""OPT003."""

from __future__ import annotations

from bisect import bisect_left, insort

from ...fixers.edits.edit import SAFE, UNSAFE, Fix
from ...fixers.edits.join_runs import join_runs
from ...model.image_paths import ImagePath, added_paths, covers, is_large, removed_paths
from ...model.layers import inherited_instructions, is_remote_source, removed_packages
from ...syntax.tree import CopyOrAdd, Run
from ..base import SHIPPED, WARNING, Bad, Finding, Good, rule
from ..packages.package_findings import PackageSpan
from ..text import format_line_numbers, join_quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build
    from ...syntax.tree import Instruction


_LARGE_PART = 1_000_000
"""Bytes of a deleted part of a copied directory from which on it matters."""


@rule("OPT003", level=WARNING, since="0.1", onbuild=False, fix=SAFE, scope=SHIPPED)
def deleted_later(build: Build) -> Iterator[Finding]:
    """Files or packages are removed in a later layer than the one that added them.

    ## Why
    Layers only add to an image. Files deleted by a later RUN are hidden, but still part of the image.

    ## What to do
    Download, use and delete files in one RUN; install, use and remove packages in one RUN. Files from the build context
    or another stage can be mounted instead of copied: `RUN --mount=type=bind,source=app.tar.gz,target=/tmp/app.tar.gz
    …`. Or do the work in a stage that is not part of the final image.

    ## Fix safety
    Consecutive RUNs, from the first that adds the files to the one that deletes them, are combined with `&&`. Safe if
    there are two and the second only deletes files by absolute path. Unsafe otherwise: the RUNs are then cached
    together, and a shell remembers where it found the programs that it has called.
    """
    if build.final_stage is None:
        return
    steps = list(inherited_instructions(build.final_stage))
    yield from _deleted_files(build, steps)
    for run, packages, makers in removed_packages(build, steps):
        names = [package.name for package in packages]
        message = _message(names, "removed", makers, "install, use and remove {} in one RUN")
        related = [(maker, "installed here") for maker in makers]
        yield Finding(message, PackageSpan(packages), related, _fix(build, makers, run))


def _deleted_files(build: Build, steps: Sequence[Instruction]) -> Iterator[Finding]:
    """The files that RUNs among `steps` delete, and that one before has added."""
    made = _AddedPaths()
    for instruction in steps[: _last_deletion(build, steps) + 1]:
        for gone, deleted in removed_paths(build, instruction) if made and isinstance(instruction, Run) else ():
            removed = made.remove(gone.path)
            hit = [(place, maker) for place, maker in removed if deleted and is_large(build, maker, place)]
            hit = hit or (list(_parts(build, gone, made)) if deleted else [])
            if hit:
                yield _deleted(gone, hit, _fix(build, [maker for _, maker in hit], instruction))
        for place in added_paths(build, instruction):
            made.add(place, instruction)


class _AddedPaths:
    """The paths that instructions added and none has removed, in order by path: those with a prefix are adjacent."""

    __slots__ = ("_added", "_count", "_paths")

    def __init__(self) -> None:
        self._added: dict[str, list[tuple[int, ImagePath, Instruction]]] = {}
        self._paths: list[str] = []
        self._count = 0

    def __bool__(self) -> bool:
        return bool(self._paths)

    def add(self, place: ImagePath, maker: Instruction) -> None:
        """Add a path of an instruction."""
        if place.path not in self._added:
            insort(self._paths, place.path)
        self._count += 1
        self._added.setdefault(place.path, []).append((self._count, place, maker))

    def above(self, path: str) -> Iterator[tuple[ImagePath, Instruction]]:
        """What was added to the parents of a path."""
        parents = (path[:at] for at, char in enumerate(path) if char == "/")
        return ((place, maker) for parent in parents for _, place, maker in self._added.get(parent or "/", ()))

    def remove(self, pattern: str) -> list[tuple[ImagePath, Instruction]]:
        """Remove the paths that deleting `pattern` deletes; returns them in the order in which they were added."""
        start = _literal_start(pattern)
        inside = start if start != pattern else f"{pattern}/"
        covered = [pattern] if pattern in self._added and covers(pattern, pattern) else []
        first = at = bisect_left(self._paths, inside)
        while at < len(self._paths) and self._paths[at].startswith(inside):
            at += 1
        covered += [path for path in self._paths[first:at] if path != pattern and covers(pattern, path)]
        hits = [hit for path in covered for hit in self._added.pop(path)]
        if len(covered) > _FEW:
            self._paths = [path for path in self._paths if path in self._added]
        else:
            for path in covered:
                del self._paths[bisect_left(self._paths, path)]
        return [(place, maker) for _, place, maker in sorted(hits, key=_number)]


_FEW = 20
"""How many paths are removed one by one; for more it is faster to make a new list."""


def _number(hit: tuple[int, ImagePath, Instruction]) -> int:
    return hit[0]


def _literal_start(pattern: str) -> str:
    """The pattern up to its first wildcard."""
    return pattern[: next((at for at, char in enumerate(pattern) if char in "*?["), len(pattern))]


def _parts(build: Build, gone: ImagePath, made: _AddedPaths) -> Iterator[tuple[ImagePath, Instruction]]:
    """The large part of a directory of the build context that is deleted, with the COPY of the directory."""
    context = build.context
    if context is None or any(char in gone.path for char in "*?[$"):
        return
    for place, maker in made.above(gone.path):
        above = place.path.rstrip("/") + "/"
        if gone.path.startswith(above) and isinstance(maker, CopyOrAdd) and not maker.flag("from"):
            part = f"{place.source.strip('/')}/{gone.path.removeprefix(above)}"
            if context.is_directory(place.source) and context.size(part) >= _LARGE_PART:
                yield ImagePath(gone.path, maker.sources[0], place.source), maker


def _fix(build: Build, makers: Sequence[Instruction], last: Instruction) -> Fix | None:
    """Combine the RUNs from the first of `makers` to `last`; None if other instructions are between them."""
    stage = build.stage_of(last)
    if stage is None or any(build.stage_of(maker) is not stage for maker in makers):
        return None
    numbers = [build.index_of(maker) for maker in makers]
    steps = stage.instructions[min(numbers) : build.index_of(last) + 1]
    runs = [step for step in steps if isinstance(step, Run)]
    change = join_runs(build, runs) if len(runs) == len(steps) else None
    return change and Fix("Combine the RUN instructions", SAFE if _only_deletes(build, runs) else UNSAFE, *change)


def _only_deletes(build: Build, runs: Sequence[Run]) -> bool:
    """Whether there are two RUNs, the second only deletes files by absolute path, and the first leaves no gpg-agent.

    The agent ends with its RUN. In a combined RUN it deletes its sockets at the same time as `rm`, which then fails.
    """
    if len(runs) != 2:
        return False
    first, second = runs
    return all(
        command.name == "rm" and not command.wrappers and all(word.value[:1] in ("/", "-") for word in command.args)
        for command in build.commands(second)
    ) and not any(command.name.startswith(("gpg", "apt-key")) for command in build.commands(first))


def _last_deletion(build: Build, steps: Sequence[Instruction]) -> int:
    """The index of the last RUN that deletes files, or -1; later steps are irrelevant."""
    for number in range(len(steps) - 1, 0, -1):
        step = steps[number]
        if isinstance(step, Run) and any(command.name == "rm" for command in build.commands(step)):
            return number
    return -1


def _deleted(gone: ImagePath, hit: Sequence[tuple[ImagePath, Instruction]], fix: Fix | None) -> Finding:
    makers = list(dict.fromkeys(maker for _, maker in hit))
    first = makers[0]
    copied = isinstance(first, CopyOrAdd) and not any(is_remote_source(source.text) for source in first.sources)
    advice = "mount {} for the RUN that needs it instead" if copied else "create, use and delete {} in one RUN"
    names = list(dict.fromkeys(place.path for place, _ in hit))
    message = _message(names, "deleted", makers, advice)
    return Finding(message, gone, [(place, "added here") for place, _ in hit], fix)


def _message(names: Sequence[str], action: str, makers: Sequence[Instruction], advice: str) -> str:
    kind = makers[0].name if len({maker.name for maker in makers}) == 1 else "step"
    who = f"the {kind}{'s' if len(makers) > 1 else ''} on {format_line_numbers([maker.start_line for maker in makers])}"
    be, it, stay = ("are", "them", "stay") if len(names) > 1 else ("is", "it", "stays")
    layers = "layers" if len(makers) > 1 else "layer"
    return f"{join_quoted(names)} {be} {action} here but {stay} in the {layers} of {who}; {advice.format(it)}"


EXAMPLES = (
    Bad(
        "RUN curl -o /tmp/a.tar.gz https://example.com/a.tar.gz\nRUN tar xf /tmp/a.tar.gz && rm «/tmp/a.tar.gz»",
        message="RUN on line 2",
        fixed="RUN curl -o /tmp/a.tar.gz https://example.com/a.tar.gz && \\\n"
        "    tar xf /tmp/a.tar.gz && rm /tmp/a.tar.gz",
    ),
    Good("RUN curl -o /tmp/a.tgz https://example.com/a.tgz && tar xf /tmp/a.tgz && rm /tmp/a.tgz"),
    Good(
        "FROM alpine:3.22 AS a\nRUN dirname /x/y > /tmp/place\n"
        "FROM debian:12\nCOPY --from=a /tmp/place /tmp/place\nRUN b $(cat /tmp/place) && rm /tmp/place",
        why="one line of text",
    ),
    Bad(
        "FROM alpine:3.22 AS a\nRUN make\nFROM debian:12\nCOPY --from=a /tmp/out /tmp/out\nRUN b && rm «/tmp/out»",
        message="COPY on line 4",
    ),
    Bad(
        "RUN cd /tmp && wget https://example.com/a.tar.gz\nRUN rm «/tmp/a.tar.gz»",
        fixed="RUN cd /tmp && wget https://example.com/a.tar.gz && \\\n    rm /tmp/a.tar.gz",
    ),
    Bad("COPY app.tar.gz /tmp/\nRUN tar xf /tmp/app.tar.gz && rm -rf «/tmp/*»", message="mount it"),
    Bad("WORKDIR /src\nRUN git clone https://example.com/a.git\nRUN make -C a && rm -rf «a»"),
    Bad("FROM example/base\nRUN wget https://example.com/a.zip\nRUN unzip a.zip\nRUN rm «a.zip»", message="`a.zip`"),
    Bad('ARG V\nADD https://example.com/a-$V.tgz /tmp/\nRUN tar xf /tmp/a-$V.tgz && rm «"/tmp/a-${V}.tgz"»'),
    Bad("COPY . /src\nRUN make -C /src install\nRUN rm -rf «/src»", message="COPY on line 2"),
    Bad("FROM node:22-slim\nWORKDIR /app\nRUN npm ci && npm run build\nRUN rm -rf «node_modules»"),
    Bad("RUN apt-get install -y gcc make\nRUN make\nRUN apt-get purge -y «gcc make»", message="`gcc` and `make` are"),
    Bad(
        "COPY src /src\nRUN make -C /src && rm -rf «/src/tests»",
        files={"src/a.c": "", "src/tests/data": 1_100_000},
        message="`/src/tests` is deleted here but stays in the layer of the COPY on line 2",
    ),
    Good("COPY src /src\nRUN rm -rf /src/tests", files={"src/tests/a": "x" * 99}, why="a small part"),
    Good("COPY a.txt /tmp/\nRUN pip install -r /tmp/a.txt && rm /tmp/a.txt", why="a small file"),
    Good("RUN wget https://example.com/a.tgz\nRUN rm -rf /var/tmp/a.tgz", why="another path"),
    Good(
        "RUN --mount=type=cache,target=/c wget -P /c https://example.com/a.tgz\nRUN rm -rf /c/*", why="not in a layer"
    ),
    Good("RUN apt-get install -y gcc\nRUN apt-get install -y gcc && make && apt-get purge -y gcc"),
    Good(
        "FROM debian AS a\nADD https://example.com/a.tgz /\nRUN rm /a.tgz\nFROM scratch", why="not in the final image"
    ),
)
