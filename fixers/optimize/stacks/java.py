"""Java: the program is built on an image with a JDK, and runs on the JRE of the same version and distribution."""

from __future__ import annotations

import posixpath

from ....syntax.tree import Arg, Copy, CopyOrAdd, Env, Onbuild, Run, Shell, User, Workdir
from ..base.blocks import from_instruction, instruction_text, instruction_with_comments, write_two_stages
from ..base.rewrite import RewriteOutcome, RewriteRejected, StageRewrite, Step, base_image_step, run_rewrite
from ..split.stage_facts import (
    NAME,
    base_text,
    copy_from_build,
    places_of,
    reject_instruction,
    require_plain_base,
    require_workdir,
)
from .jre import find_java_images, java_start_commands, require_no_java_path, require_no_jdk_use

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.command import Command
    from .jre import JavaImages

_BUILDING = frozenset(("mvn", "mvnw", "gradle", "gradlew", "javac", "jar", "ant"))
_PREPARING = frozenset("chmod cp echo mkdir mv rm ls".split())
"""Commands that may be in a RUN with a build, or in one before it."""


def rewrite(build: Build, stage: Stage, context: Context) -> RewriteOutcome:
    """Split the only stage of a Java image into a builder and a runtime."""
    return run_rewrite(NAME, lambda checks: _JavaSplit(build, stage, context, checks).result())


class _JavaSplit(StageRewrite):
    """A stage that builds a Java program."""

    def result(self) -> tuple[str, list[Step]]:
        """The new file and the steps to it. Raises RewriteRejected."""
        images = self._images()
        for instruction in self.stage.instructions:
            reject_instruction(instruction, (Onbuild, Shell, User))
            if instruction.flag("from") is not None:
                raise RewriteRejected("a stage with COPY --from cannot be split", instruction)
        builds = [step for step in self.stage.instructions if isinstance(step, Run) and self._is_build(step)]
        self.checks.require("a RUN builds the program", builds, "no RUN builds the program")
        last = builds[-1]
        reason = "no WORKDIR is set before the build, so its output is in the root directory; set one"
        require_workdir(self.stage, last, self.checks, None, reason)
        directory = self.build.state(last).path(".")
        if directory is None or directory == "/":
            raise RewriteRejected("the build runs in `/` or in an unknown directory; set WORKDIR", last)
        elsewhere = self._moved_files(directory, last)
        self._require_start(directory, elsewhere)
        require_no_jdk_use(self.context, self.checks)
        require_no_java_path(self.stage, self.checks)
        builder, final = self._builder(images.builder, last), self._final(images.runtime, directory, last, elsewhere)
        return write_two_stages(self.build, self.stage, builder, final), _steps(images)

    def _images(self) -> JavaImages:
        """The JRE image of the base image's version, and the image to build with."""
        ref = self.stage.base_ref
        runtime = find_java_images(ref) if ref is not None else None
        self.checks.require(
            "a JRE image of the same version and distribution is known",
            runtime,
            f"no JRE image of the same version and distribution is known for `{base_text(self.stage)}`",
            self.stage.from_,
        )
        assert runtime is not None
        require_plain_base(self.stage, self.checks)
        return runtime

    def _is_build(self, run: Run) -> bool:
        """Whether a RUN builds. Raises RewriteRejected for commands of unknown effect."""
        commands = self.build.commands(run)
        if run.heredocs or run.flags or not commands:
            raise RewriteRejected("the RUN has flags or a heredoc, or cannot be parsed", run)
        for command in commands:
            if command.wrappers or command.context or command.name not in _BUILDING | _PREPARING:
                raise RewriteRejected(f"the effect of `{' '.join(command.text.split())[:60]}` is unknown", run)
        return any(command.name in _BUILDING for command in commands)

    def _moved_files(self, directory: str, last: Run) -> list[str]:
        """The files that `cp` and `mv` in RUNs up to `last` put outside the build's directory."""
        found: list[str] = []
        for run in self.stage.instructions:
            if not isinstance(run, Run) or run.start > last.start:
                continue
            for command in self.build.commands(run):
                if command.name in ("cp", "mv") and command.operands():
                    path = self._destination(run, command, directory)
                    found += [path] if path else []
        return found

    def _destination(self, run: Run, command: Command, directory: str) -> str:
        """The file outside `directory` that `cp` or `mv` writes; "" for one inside."""
        operands = [word.value for word in command.operands()]
        path = self.build.state(run).path(operands[-1])
        inside = path is not None and _inside(path, directory)
        if path is None or (not inside and len(operands) != 2):
            raise RewriteRejected(f"the destination of `{command.text[:60]}` is unknown", run)
        if inside:
            return ""
        if not posixpath.splitext(path)[1]:
            raise RewriteRejected(f"whether `{path}` is a file or a directory is unknown", run)
        return path

    def _require_start(self, directory: str, elsewhere: list[str]) -> None:
        """Raise RewriteRejected unless the image starts `java` with an archive or classes that the builder makes."""
        for instruction, command in java_start_commands(self.build, self.stage, self.checks):
            jar = _archive(command)
            path = self.build.state(instruction).path(jar) if jar else None
            if jar and (path is None or not (_inside(path, directory) or path in elsewhere)):
                raise RewriteRejected(f"`{jar}` is not created in the build directory or by `cp` or `mv`", instruction)

    def _builder(self, image: str, last: Run) -> list[str]:
        lines = [from_instruction(self.stage, image, "build")]
        for instruction in self.stage.instructions:
            if instruction.start > last.start:
                break
            if isinstance(instruction, Env | Arg | Workdir):
                lines.append(instruction_text(self.build, instruction))
            elif isinstance(instruction, CopyOrAdd | Run):
                lines.append(instruction_with_comments(self.build, instruction))
        return lines

    def _final(self, runtime: str, directory: str, last: Run, elsewhere: list[str]) -> list[str]:
        lines = [from_instruction(self.stage, runtime)]
        for instruction in self.stage.instructions:
            if instruction is last:
                lines += copy_from_build(directory, *elsewhere)
            elif isinstance(instruction, CopyOrAdd) and instruction.start < last.start:
                self._require_in_directory(instruction, directory)
            elif not isinstance(instruction, Run):
                lines.append(instruction_with_comments(self.build, instruction))
            elif instruction.start > last.start:
                raise RewriteRejected("a RUN after the build cannot be split", instruction)
        return lines

    def _require_in_directory(self, copy: CopyOrAdd, directory: str) -> None:
        """Raise RewriteRejected unless a plain COPY brings only files of the build's directory."""
        if not isinstance(copy, Copy) or copy.flags:
            raise RewriteRejected("the source is copied by ADD or with flags; use a plain COPY", copy)
        mine = places_of(self.build, self.stage, self.context, copy)
        if not mine or not all(_inside(place.target, directory) for place in mine):
            raise RewriteRejected("the source is copied outside the build directory", copy)


def _steps(images: JavaImages) -> list[Step]:
    steps = [Step("Build in a separate stage", "keeps the JDK, the build tool and its downloads out of the image")]
    if images.builder:
        why = "the base image's tag moves to new Java versions; builder and runtime must use the same one"
        steps.append(Step(f"Build on `{images.builder}`", why))
    risk = "a library that compiles code or attaches to the JVM at run time needs a JDK"
    return [*steps, base_image_step(images.runtime, images.reason, risk=risk)]


def _inside(path: str, directory: str) -> bool:
    return (path.rstrip("/") + "/").startswith(directory.rstrip("/") + "/")


def _archive(command: Command) -> str:
    """The operand of `-jar`."""
    words = [word.value for word in command.words]
    return words[words.index("-jar") + 1] if "-jar" in words[:-1] else ""
