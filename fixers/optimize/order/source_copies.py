"""Which copies before an install bring files that the install does not read."""

from __future__ import annotations

import posixpath
import re

from ....syntax.tree import Arg, CopyOrAdd, Env, Run, Workdir
from ..base.copies import context_copies, copies_application_only
from ..base.rewrite import RewriteRejected
from ..base.run_steps import split_run
from ..base.stage_facts import is_within
from .early_installs import needs_no_context

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.tree import Instruction
    from ..base.copies import CopiedPath

_SOURCE_FILE = re.compile(
    r".*\.(c|cc|cpp|cs|css|ex|exs|fs|go|h|hpp|html|java|js|jsx|kt|mjs|php|py|rb|rs|scala|scss|svelte|swift|ts|tsx|vue)"
)
_SETTINGS_FILE = re.compile(r".*(config|\.?rc|setup|gulpfile|gruntfile|mix)\.\w+|\..*")
"""Files that look like source and that tools may read during an install."""
_RESULTS = {
    "npm": ("node_modules",),
    "yarn": ("node_modules", ".pnp.cjs", ".yarn/install-state.gz", ".yarn/unplugged"),
    "pnpm": ("node_modules",),
    "bun": ("node_modules",),
    "poetry": (".venv",),
    "uv": (".venv",),
    "pipenv": (".venv",),
    "bundle": ("vendor/bundle",),
    "dotnet": ("obj",),
}
"""What the installs of package managers write to the directory of the project."""


class SourceCopies:
    """The copies before `run` that bring files of the context other than its manifests `names`.

    `moved`: those that can follow the RUN, in order; `blocking`: the RUN or copy that keeps the others before it.
    """

    __slots__ = ("blocking", "moved", "names", "places", "run")

    def __init__(self, build: Build, stage: Stage, context: Context, run: Run, names: list[str]) -> None:
        self.run = run
        self.names = names
        self.places: dict[int, list[CopiedPath]] = {}
        for place in context_copies(build, stage, context):
            self.places.setdefault(id(place.instruction), []).append(place)
        found: list[CopyOrAdd] = []
        self.blocking: Instruction | None = None
        for step in reversed(stage.instructions[: build.index_of(run)]):
            if isinstance(step, Run):
                if not self._needs_no_source(build, context, step):
                    self.blocking = step
                    break
            elif isinstance(step, CopyOrAdd) and step.flag("from") is None:
                if not self._is_known(step):
                    self.blocking = step
                    break
                if _is_movable(build, stage, context, step, run):
                    found.append(step)
        self.moved = self._moved(reversed(found))

    def _moved(self, candidates: Iterable[CopyOrAdd]) -> tuple[CopyOrAdd, ...]:
        """The copies that bring source, and those that overwrite files of an earlier one with other files."""
        found: list[CopyOrAdd] = []
        for copy in candidates:
            earlier = [place for each in found for place in self.of(each)]
            others = [place for place in self.of(copy) if place.source not in self.names]
            overwriting = any(one.source_of(place.target) is not None for place in others for one in earlier)
            if overwriting or any(map(_is_source, others)):
                found.append(copy)
        return tuple(found)

    def of(self, copy: CopyOrAdd) -> list[CopiedPath]:
        """What a copy brings from the context."""
        return self.places.get(id(copy), [])

    def blocked(self, stage: Stage) -> bool:
        """Whether a directory with the manifests is copied before what blocks a move."""
        before = self.blocking.start if self.blocking is not None else 0
        return any(
            place.folder and place.instruction.start < before and any(_contains(place, name) for name in self.names)
            for step in stage.instructions
            if isinstance(step, CopyOrAdd)
            for place in self.of(step)
        )

    def left(self, workdir: str) -> list[tuple[str, CopyOrAdd]]:
        """The manifests that only the moved copies bring, each with the copy that brings it.

        `workdir`: where the RUN runs; a manifest that another copy brings there is not needed elsewhere.
        """
        moved = [place for copy in self.moved for place in self.of(copy)]
        others = [
            place
            for places in self.places.values()
            for place in places
            if not place.folder and place.instruction not in self.moved and place.instruction.start < self.run.start
        ]
        found: list[tuple[str, CopyOrAdd]] = []
        for name in self.names:
            mine = next((place for place in reversed(moved) if _contains(place, name)), None)
            if mine is None:
                continue
            there = (_target(mine, name), posixpath.join(workdir, posixpath.basename(name)))
            if not any(other.source == name and other.target in there for other in others):
                found.append((name, mine.instruction))
        return found

    def require_movable(self, build: Build, stage: Stage, context: Context) -> None:
        """Raise RewriteRejected where the moved copies would copy other files, or to another place, after the RUN."""
        first = self.moved[0].start
        between = [step for step in stage.instructions if first < step.start < self.run.start]
        for copy in self.moved:
            text = copy.logical.text
            if copy.destination is not None and not copy.destination.text.startswith(("/", "$")):
                changing = any(isinstance(step, Workdir) for step in between if step.start > copy.start)
                if changing and build.state(copy).workdir != build.state(self.run).workdir:
                    raise RewriteRejected(
                        "WORKDIR changes between this copy and the install; use an absolute destination", copy
                    )
            for step in between:
                if isinstance(step, Arg | Env) and step.start > copy.start:
                    names = "|".join(re.escape(pair.key.text) for pair in step.pairs)
                    if re.search(rf"\$\{{?({names})\b", text):
                        raise RewriteRejected(f"{step.name} changes a variable of this copy; move it before", copy)
        for step in between:
            if isinstance(step, CopyOrAdd) and step not in self.moved and self._overlaps(build, step):
                raise RewriteRejected("this copy writes to a directory of an earlier copy; move it after the RUN", step)
        self._require_results_kept(build, context)

    def _require_results_kept(self, build: Build, context: Context) -> None:
        """Raise RewriteRejected where a moved copy would overwrite what the RUN installs."""
        managers = {call.manager.name for call in build.package_calls(self.run)}
        results = {result for manager in managers for result in _RESULTS.get(manager, ())}
        folders = {posixpath.dirname(name) for name in self.names}
        for result in sorted(results):
            for folder in folders:
                path = posixpath.join(folder, result)
                brought = any(_contains(place, path) for copy in self.moved for place in self.of(copy))
                if brought and context.includes(path):
                    raise RewriteRejected(
                        f"`{path}` of the build context would overwrite what is installed; add it to .dockerignore",
                        self.run,
                    )

    def _overlaps(self, build: Build, step: CopyOrAdd) -> bool:
        """Whether a copy that stays writes to a path of a moved one; manifests are the same files."""
        moved = [place for copy in self.moved if copy.start < step.start for place in self.of(copy)]
        mine = self.of(step) if step.flag("from") is None else []
        if mine and all(not place.folder for place in mine):
            sources = [(one.source_of(place.target), place.source) for place in mine for one in moved]
            return any(source is not None and source != own for source, own in sources)
        target = build.state(step).path(step.destination.text) if step.destination is not None else None
        return target is None or any(is_within(target, one.target) or is_within(one.target, target) for one in moved)

    def _is_known(self, copy: CopyOrAdd) -> bool:
        """Whether it is known what a copy brings, and where."""
        plain = [word for word in copy.sources if not any(char in word.text for char in "*?[")]
        places = self.of(copy)
        return bool(places) and len(places) >= len(plain) and not copy.heredocs and copy.flag("parents") is None

    def _needs_no_source(self, build: Build, context: Context, run: Run) -> bool:
        """Whether a RUN reads and writes nothing that the copies bring."""
        if run.heredocs:
            return False
        commands = build.commands(run)
        if _only_sets(build, run) or all(command.name == "export" and not command.context for command in commands):
            return True
        if needs_no_context(build, run):
            return True
        path = _created_venv(build, run)
        if path is None:
            return False
        files = [
            name for places in self.places.values() for place in places if (name := place.source_of(path)) is not None
        ]
        return not any(context.exists(name) for name in files)


def _is_source(place: CopiedPath) -> bool:
    """Whether a path that is not a manifest is source, and not a file with settings that tools may read."""
    name = posixpath.basename(place.source).lower()
    return place.folder or bool(_SOURCE_FILE.fullmatch(name) and not _SETTINGS_FILE.fullmatch(name))


def _is_movable(build: Build, stage: Stage, context: Context, copy: CopyOrAdd, run: Run) -> bool:
    """Whether a copy only writes to directories of the application."""
    target = build.state(copy).path(copy.destination.text) if copy.destination is not None else None
    workdir = build.state(run).path(".")
    inside = target is not None and workdir not in (None, "/") and is_within(target, workdir or "/")
    return inside or copies_application_only(build, stage, context, copy)


def _contains(place: CopiedPath, name: str) -> bool:
    return place.source == name or (place.folder and (not place.source or name.startswith(place.source + "/")))


def _target(place: CopiedPath, name: str) -> str:
    """The path in the image of a file of the context that the copy brings."""
    if not place.folder:
        return place.target
    return posixpath.join(place.target, posixpath.relpath(name, place.source or "."))


def _created_venv(build: Build, run: Run) -> str | None:
    """The path in the image of the virtual environment that a RUN creates, if it does nothing else."""
    commands = build.commands(run)
    words = [word.value for word in commands[0].words] if len(commands) == 1 and not commands[0].context else []
    if len(words) != 4 or words[0] not in ("python", "python3") or words[1:3] != ["-m", "venv"]:
        return None
    return build.state(run).path(words[3])


def _only_sets(build: Build, run: Run) -> bool:
    """Whether a RUN only changes user settings of package managers, in no file of the project."""
    try:
        found = split_run(build, run)
    except RewriteRejected:
        return False
    return all(
        piece.call is not None
        and piece.call.verb == "config"
        and not piece.call.has("--local")
        and "project" not in piece.text
        and (piece.call.manager.name != "bundle" or piece.call.has("--global"))
        for piece in found
    )
