"""Java: the program is built where a JDK is, and runs on the JRE of the same version and distribution."""

from __future__ import annotations

import posixpath

from ....syntax.tree import Arg, Copy, CopyOrAdd, Env, Onbuild, Run, Shell, User, Workdir
from ..base.blocks import from_instruction, instruction_text, instruction_with_comments, write_two_stages
from ..base.copies import context_copies
from ..base.rewrite import RewriteOutcome, RewriteRejected, StageRewrite, Step, base_image_step, run_rewrite
from .jre import find_java_images, java_start_commands, require_no_jdk_use
from .shared import base_text, require_plain_base

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.command import Command
    from .jre import JavaImages

NAME = "multi-stage"
_BUILDING = frozenset(("mvn", "mvnw", "gradle", "gradlew", "javac", "jar", "ant"))
_PREPARING = frozenset("chmod cp echo mkdir mv rm ls".split())


def rewrite(build: Build, stage: Stage, context: Context) -> RewriteOutcome:
    """Part the only stage of a Java image in a builder and a runtime."""
    return run_rewrite(NAME, lambda checks: _JavaSplit(build, stage, context, checks).result())


class _JavaSplit(StageRewrite):
    def result(self) -> tuple[str, list[Step]]:
        stage = self.stage
        runtime = self._runtime()
        for instruction in stage.instructions:
            if isinstance(instruction, Onbuild | Shell | User):
                raise RewriteRejected(f"a stage with {instruction.name} cannot be split", instruction)
            if instruction.flag("from") is not None:
                raise RewriteRejected("a stage with COPY --from cannot be split", instruction)
        builds = [step for step in stage.instructions if isinstance(step, Run) and self._is_build(step)]
        self.checks.require("a RUN builds the program", builds, "no RUN builds the program")
        last = builds[-1]
        self.checks.require(
            "WORKDIR is set before the build",
            any(isinstance(step, Workdir) and step.start < last.start for step in stage.instructions),
            "no WORKDIR is set before the build, so its output is in the root directory; set one",
        )
        folder = self.build.state(last).path(".")
        if folder is None or folder == "/":
            raise RewriteRejected("the build runs in `/` or in an unknown directory; set WORKDIR", last)
        elsewhere = self._brought(folder, last)
        self._starts(folder, elsewhere)
        require_no_jdk_use(self.context, self.checks)
        builder, final = self._builder(runtime.builder, last), self._final(runtime.runtime, folder, last, elsewhere)
        text = write_two_stages(self.build, stage, builder, final)
        steps = [
            Step("Build in a separate stage", "keeps the JDK, the build tool and its downloads out of the image"),
            base_image_step(
                runtime.runtime,
                "the runtime of the same version of Java",
                risk="a library that compiles code or attaches to the JVM at run time needs a JDK",
            ),
        ]
        if runtime.builder:
            why = "the base image's tag moves to new Java versions; builder and runtime must use the same one"
            steps.insert(1, Step(f"Build on `{runtime.builder}`", why))
        return text, steps

    def _runtime(self) -> JavaImages:
        """The image with the JRE of the version that the base has."""
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
        """Whether a RUN builds. Raises Refused when it does what is not known."""
        commands = self.build.commands(run)
        if run.heredocs or run.flags or not commands:
            raise RewriteRejected("the RUN has flags or a heredoc, or cannot be parsed", run)
        for command in commands:
            if command.wrappers or command.context or command.name not in _BUILDING | _PREPARING:
                raise RewriteRejected(f"the effect of `{' '.join(command.text.split())[:60]}` is unknown", run)
        return any(command.name in _BUILDING for command in commands)

    def _brought(self, folder: str, last: Run) -> list[str]:
        """What the builder puts beside its folder, by `cp` and `mv` in the RUNs."""
        found: list[str] = []
        for run in self.stage.instructions:
            if not isinstance(run, Run) or run.start > last.start:
                continue
            for command in self.build.commands(run):
                operands = [word.value for word in command.operands()]
                if command.name in ("cp", "mv") and operands:
                    path = self.build.state(run).path(operands[-1])
                    if path is None or (not _inside(path, folder) and len(operands) != 2):
                        raise RewriteRejected(f"the destination of `{command.text[:60]}` is unknown", run)
                    if not _inside(path, folder):
                        if not posixpath.splitext(path)[1]:
                            raise RewriteRejected(f"whether `{path}` is a file or a directory is unknown", run)
                        found.append(path)
        return found

    def _starts(self, folder: str, elsewhere: list[str]) -> None:
        """What is started is `java`, with an archive or classes that the builder made."""
        for instruction, command in java_start_commands(self.build, self.stage, self.checks):
            jar = _archive(command)
            path = self.build.state(instruction).path(jar) if jar else None
            if jar and (path is None or not (_inside(path, folder) or path in elsewhere)):
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

    def _final(self, runtime: str, folder: str, last: Run, elsewhere: list[str]) -> list[str]:
        lines = [from_instruction(self.stage, runtime)]
        for instruction in self.stage.instructions:
            if instruction is last:
                lines += [f"COPY --from=build {path} {path}" for path in [folder, *elsewhere]]
            elif isinstance(instruction, CopyOrAdd) and instruction.start < last.start:
                if not isinstance(instruction, Copy) or instruction.flags:
                    raise RewriteRejected("the source is copied by ADD or with flags; use a plain COPY", instruction)
                mine = [
                    each
                    for each in context_copies(self.build, self.stage, self.context)
                    if each.instruction is instruction
                ]
                if not mine or not all(_inside(place.target, folder) for place in mine):
                    raise RewriteRejected("the source is copied outside the build directory", instruction)
            elif not isinstance(instruction, Run):
                lines.append(instruction_with_comments(self.build, instruction))
            elif instruction.start > last.start:
                raise RewriteRejected("a RUN after the build cannot be split", instruction)
        return lines


def _inside(path: str, folder: str) -> bool:
    return (path.rstrip("/") + "/").startswith(folder.rstrip("/") + "/")


def _archive(command: Command) -> str:
    """The operand of `-jar`."""
    words = [word.value for word in command.words]
    return words[words.index("-jar") + 1] if "-jar" in words[:-1] else ""
