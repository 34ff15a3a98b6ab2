"""What the final stage needs of what the builder writes, and which packages."""

from __future__ import annotations

import posixpath
import re

from .....model.python_app import PythonApp
from .....syntax.tree import Env, Run
from ...base.copies import context_path
from ...base.programs import ProgramUsage
from ...base.rewrite import RewriteRejected
from ...base.stage_facts import is_within, places_of, quoted
from ...split.plan import Added
from .source_tree import SourceTree
from .written_paths import LOCAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .....model.build import Build, Stage
    from .....model.context import Context
    from .....syntax.command import Command
    from .....syntax.tree import Instruction
    from ...split.plan import Entry
    from .build_record import BuildRecord
    from .distribution_bases import Distribution

_COMPILING = "gcc g++ cc c++ make cmake ninja meson go javac mvn gradle gdb valgrind pip pip3 doxygen".split()
"""Programs that the final stage does not have."""
_GNU = "/usr/local/lib64"
"""Where the official images of GCC have its libraries. Source: docker-library/gcc."""
_PATHS = re.compile(r"[:=\s,;\"']")


class FinalNeeds:
    """What the final stage of a split gets, for what `effects` says that the builder writes.

    `uses`: the programs that the final stage runs
    `artifacts`: paths of the builder, each with what it is
    `replaced`: trees that the final stage gets from the builder, or does not need
    `cleaned`: trees whose sources and objects the builder deletes in the end
    """

    def __init__(
        self,
        at: tuple[Build, Stage, Context],
        distribution: Distribution,
        effects: BuildRecord,
        remaining: list[Instruction],
        building: Sequence[Run],
    ) -> None:
        self.build, self.stage, self.context = at
        self.distribution = distribution
        self.effects = effects
        self.remaining = remaining
        self.building = building
        self.uses = ProgramUsage(self.build, self.stage, self.context, remaining)
        self.artifacts: dict[str, str] = {}
        self.replaced: list[str] = []
        self.cleaned: list[str] = []
        self.sources = {tree: self._source(tree) for tree in effects.trees}
        self._find()

    @property
    def is_visible(self) -> bool:
        """Whether all that is compiled comes from the build context."""
        sources = self.sources.values()
        return not self.effects.cloned and all(source.names and not source.has_archives() for source in sources)

    def _find(self) -> None:
        """Find the artifacts. Raises RewriteRejected when the image uses what is not there."""
        for path in self.effects.installed:
            if self.distribution.name == "gcc" and path == LOCAL:
                raise RewriteRejected(
                    f"programs are installed in `{LOCAL}`, where the image has GCC; install them in `/opt`",
                    self.effects.installed[path],
                )
            self.artifacts[path] = "what the build installs"
        for path in self.effects.files:
            if not self.effects.is_removed(path) and not is_within(path, "/tmp"):
                self.artifacts.setdefault(path, "what the build writes")
        for tree, source in self.sources.items():
            self._find_tree(tree, source)
        for path in list(self.artifacts):
            if any(path != other and is_within(path, other) for other in self.artifacts):
                del self.artifacts[path]
        self._require_programs()

    def _find_tree(self, tree: str, source: SourceTree) -> None:
        """Find what the final stage needs of a directory that the builder changes."""
        self.replaced.append(tree)
        words = [word for word in (*self._paths(), *self.effects.linked) if is_within(word, tree)]
        if is_within(tree, LOCAL) and LOCAL in self.effects.installed:
            return
        if self.effects.is_removed(tree):
            if words:
                raise RewriteRejected(f"the image uses `{words[0]}`, which the build deletes", self.effects.trees[tree])
            return
        installed = self.effects.installs_of(tree)
        needed = words or tree in self.effects.managed or self._reads_in(tree, source)
        if installed and not needed and self.artifacts:
            return
        outputs = [path for path in self.effects.outputs if is_within(path, tree) and not path.endswith(".o")]
        outputs = set(outputs) | {path for path in words if path != tree}
        made = all(self._is_made(path, source) for path in outputs)
        known = tree not in self.effects.opaque and all(word in (*self.effects.outputs, tree) for word in words)
        alone = known or (tree not in self.effects.managed and bool(words) and source.makes_one_program())
        if self.is_visible and not source.data and outputs and made and alone:
            self.artifacts.update(dict.fromkeys(sorted(outputs), "the program"))
            return
        self.artifacts[tree] = "the program and the files next to it"
        managed = tree in self.effects.managed
        if source.has_c() and self.is_visible and not managed and not source.reads_sources():
            self.cleaned.append(tree)

    def _commands(self) -> str:
        """The text of the RUNs that build."""
        return " ".join(run.arguments_text for run in self.building)

    def _is_made(self, path: str, source: SourceTree) -> bool:
        """Whether the build makes a file: a command or a file of the build names it, and no COPY brings it."""
        if context_path(self.build, self.stage, self.context, path) is not None:
            return False
        commands = self._commands()
        name = re.escape(posixpath.basename(path))
        return bool(
            re.search(rf"(?<![\w.-]){name}(?![\w.-])", commands) or source.mentions(rf"(?<![\w.-]){name}(?![\w.-])")
        )

    def _reads_in(self, tree: str, source: SourceTree) -> bool:
        """Whether the program may read files of a tree by relative paths."""
        if any(is_within(self.build.state(run).path(".") or "/", tree) for run in self._runs_after()):
            return True
        end = self.stage.state(len(self.stage.instructions))
        if not is_within(end.workdir or "/", tree):
            return False
        words = {posixpath.basename(word) for line in self.uses.lines for word in line if not word.startswith("/")}
        named = any(posixpath.basename(name) in words for name in source.names)
        return named or not self.is_visible or source.names_data()

    def _runs_after(self) -> list[Run]:
        """The RUNs of the final stage after the last build."""
        last = max(run.start for run in self.building)
        return [step for step in self.remaining if isinstance(step, Run) and step.start > last]

    def require_untouched(self, run: Run, command: Command) -> None:
        """Raise RewriteRejected when a command that both stages run names what only the builder has then."""
        paths = [self.build.state(run).path(word.value) or "/" for word in command.operands()]
        if any(is_within(path, tree) for path in paths for tree in self.replaced):
            text = " ".join(command.text.split())[:60]
            raise RewriteRejected(f"`{text}` changes files of the build; move it to a RUN of the build", run)

    def _paths(self) -> set[str]:
        """The paths that the final stage names in its commands, variables and scripts."""
        end = self.stage.state(len(self.stage.instructions))
        words = [word for line in self.uses.lines for word in line]
        pairs = [pair for step in self.stage.instructions if isinstance(step, Env) for pair in step.pairs]
        words += [pair.value.text for pair in pairs if pair.value is not None]
        return {end.path(piece) or "" for word in words for piece in _PATHS.split(word) if "/" in piece}

    def _source(self, tree: str) -> SourceTree:
        """The files of the build context in a tree."""
        names: set[str] = set()
        for copy in self.stage.instructions:
            for place in places_of(self.build, self.stage, self.context, copy):
                prefix = place.source + "/" if place.source else ""
                if place.folder and (is_within(place.target, tree) or is_within(tree, place.target)):
                    names |= {name for name in self.context.files() if name.startswith(prefix)}
                elif not place.folder and is_within(place.target, tree):
                    names.add(place.source)
        return SourceTree(self.context, names)

    def replaces(self, copy: Instruction) -> bool:
        """Whether the final stage needs a COPY no more, because of what it gets from the builder."""
        places = places_of(self.build, self.stage, self.context, copy)
        return bool(places) and all(any(is_within(place.target, tree) for tree in self.replaced) for place in places)

    def _require_programs(self) -> None:
        """Raise RewriteRejected when the final stage runs what only the builder has."""
        if "sshd" in self.uses.programs:
            raise RewriteRejected(
                "users log in to the image, and may need everything in it", self.uses.programs["sshd"]
            )
        for name in _COMPILING:
            if name in self.uses.programs:
                raise RewriteRejected(f"the image runs `{name}`, which only the builder has", self.uses.programs[name])
        started = {name for source in self.sources.values() for name in source.starts(_COMPILING)}
        app = PythonApp(self.context, [""]) if self.effects.pip else None
        started |= app.programs & set(_COMPILING) if app is not None else set()
        if started:
            raise RewriteRejected(f"the program may start {quoted(sorted(started))}, which only the builder has")

    def libraries(self) -> Iterable[Entry]:
        """What the final stage needs to find libraries: those of GCC's image, and the cache of their paths."""
        copied: list[str] = []
        if self.distribution.name == "gcc" and self.effects.compiles:
            plain = all(source.is_c_only() for source in self.sources.values())
            copied += [] if plain else ["libstdc++.so.6", "libgcc_s.so.1"]
            copied += ["libgomp.so.1"] if self.uses_openmp() else []
        if copied:
            note = "the libraries of this version of GCC, newer than Debian's"
            yield Added(f"COPY --from=build {' '.join(f'{_GNU}/{name}' for name in copied)} {LOCAL}/lib/", note)
        if copied or self.effects.runs_ldconfig:
            yield Added("RUN ldconfig")

    def uses_openmp(self) -> bool:
        """Whether programs may be compiled with OpenMP."""
        return not self.is_visible or any(source.uses_openmp(self._commands()) for source in self.sources.values())
