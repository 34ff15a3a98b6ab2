"""Java: the program is built on an image with a JDK, and runs on the JRE of the same version and distribution."""

from __future__ import annotations

import posixpath

from ....syntax.tree import Copy, CopyOrAdd, Onbuild, Run, Shell, User
from ..base.rewrite import RewriteRejected, Step
from ..base.run_steps import OTHER_PROGRAM, RunCommand, RunGroup
from ..base.stage_facts import base_text, is_within, places_of, require_plain_base, require_workdir
from ..projects.jre import find_java_images, java_start_commands, require_no_java_path, require_no_jdk_use
from ..split.language_stack import Bases, LanguageStack
from ..split.plan import Artifact, Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.command import Command
    from ....syntax.tree import Instruction
    from ..base.rewrite import Preconditions
    from ..split.plan import Entry

_BUILDING = frozenset(("mvn", "mvnw", "gradle", "gradlew", "javac", "jar", "ant"))
_PREPARING = frozenset("chmod cp echo mkdir mv rm ls".split())
"""Commands that may be in a RUN with a build, or in one before it."""


class JavaStack(LanguageStack):
    """A stage that builds a Java program: `install` is the last RUN that builds.

    `elsewhere`: the files that `cp` and `mv` put outside the build's directory
    """

    title = "Build in a separate stage"
    why = "keeps the JDK, the build tool and its downloads out of the image"
    rejected = (Onbuild, Shell, User)
    needs_start = False

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.compiles = True
        self.elsewhere: list[str] = []

    def choose_bases(self) -> Bases:
        ref = self.stage.base_ref
        images = find_java_images(ref) if ref is not None else None
        self.checks.require(
            "a JRE image of the same version and distribution is known",
            images,
            f"no JRE image of the same version and distribution is known for `{base_text(self.stage)}`",
            self.stage.from_,
        )
        assert images is not None
        require_plain_base(self.stage, self.checks)
        risk = "a library that compiles code or attaches to the JVM at run time needs a JDK"
        moves = "the base image's tag moves to new Java versions; builder and runtime must use the same one"
        return Bases(images.builder, images.runtime, None, images.reason, risk, moves if images.builder else "")

    def is_split(self, run: Run) -> bool:
        return True

    def run_groups(self, run: Run) -> list[RunGroup]:
        commands = self.build.commands(run)
        if run.heredocs or run.flags or not commands:
            raise RewriteRejected("the RUN has flags or a heredoc, or cannot be parsed", run)
        if any(command.name in _BUILDING for command in commands):
            self.install = run
        found = [RunCommand(command, OTHER_PROGRAM, None) for command in commands]
        return [RunGroup(OTHER_PROGRAM, [each], each.text, is_plain=True, changes_directory=False) for each in found]

    def place_command(self, run: Run, command: RunCommand) -> tuple[Place, str]:
        called = command.command
        if called.wrappers or called.context or called.name not in _BUILDING | _PREPARING:
            raise RewriteRejected(f"the effect of `{' '.join(called.text.split())[:60]}` is unknown", run)
        return Place.BUILDER, "builds the program" if called.name in _BUILDING else "prepares files of the build"

    def resolve(self) -> list[Step]:
        self.reject_copies_from_stages()
        install = self.install
        self.checks.require("a RUN builds the program", install, "no RUN builds the program")
        assert install is not None
        reason = "no WORKDIR is set before the build, so its output is in the root directory; set one"
        require_workdir(self.stage, install, self.checks, None, reason)
        directory = self.build.state(install).path(".")
        if directory is None or directory == "/":
            raise RewriteRejected("the build runs in `/` or in an unknown directory; set WORKDIR", install)
        self.copied_directory = directory
        self._find_moved_files(install)
        self._require_start()
        require_no_jdk_use(self.context, self.checks)
        require_no_java_path(self.stage, self.checks)
        for step in self.stage.instructions:
            if isinstance(step, CopyOrAdd) and step.start < install.start:
                self._require_in_directory(step)
        after = next((run for run in self.builder_runs() if run.start > install.start), None)
        if after is not None:
            raise RewriteRejected("a RUN after the build cannot be split", after)
        return [Step(f"Build on `{self.bases.builder}`", self.bases.builder_why)] if self.bases.builder else []

    def _find_moved_files(self, last: Run) -> None:
        """Find what `cp` and `mv` in RUNs up to `last` put outside the build's directory."""
        for run in self.builder_runs():
            for command in self.build.commands(run) if run.start <= last.start else ():
                if command.name in ("cp", "mv") and command.operands():
                    path = self._destination(run, command)
                    self.elsewhere += [path] if path else []

    def _destination(self, run: Run, command: Command) -> str:
        """The file outside the directory that `cp` or `mv` writes; "" for one inside."""
        operands = [word.value for word in command.operands()]
        path = self.build.state(run).path(operands[-1])
        inside = path is not None and is_within(path, self.copied_directory)
        if path is None or (not inside and len(operands) != 2):
            raise RewriteRejected(f"the destination of `{command.text[:60]}` is unknown", run)
        if inside:
            return ""
        if not posixpath.splitext(path)[1]:
            raise RewriteRejected(f"whether `{path}` is a file or a directory is unknown", run)
        return path

    def _require_start(self) -> None:
        """Raise RewriteRejected unless the image starts `java` with an archive or classes that the builder makes."""
        for instruction, command in java_start_commands(self.build, self.stage, self.checks):
            words = [word.value for word in command.words]
            jar = words[words.index("-jar") + 1] if "-jar" in words[:-1] else ""
            path = self.started_path(jar)
            made = bool(path) and (is_within(path, self.copied_directory) or path in self.elsewhere)
            if jar and not made:
                raise RewriteRejected(f"`{jar}` is not created in the build directory or by `cp` or `mv`", instruction)

    def _require_in_directory(self, copy: CopyOrAdd) -> None:
        """Raise RewriteRejected unless a plain COPY brings only files of the build's directory."""
        if not isinstance(copy, Copy) or copy.flags:
            raise RewriteRejected("the source is copied by ADD or with flags; use a plain COPY", copy)
        mine = places_of(self.build, self.stage, self.context, copy)
        if not mine or not all(is_within(place.target, self.copied_directory) for place in mine):
            raise RewriteRejected("the source is copied outside the build directory", copy)

    def runtime_entries(self) -> Iterable[tuple[Instruction, Entry]]:
        assert self.install is not None
        directory = Artifact(self.copied_directory, "the program and the files next to it")
        return [
            (self.install, entry) for entry in (directory, *(Artifact(path, "the program") for path in self.elsewhere))
        ]
