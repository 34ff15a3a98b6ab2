"""Verify a rewrite: build both Dockerfiles and compare the images."""

from __future__ import annotations

import json
import os
import shlex
from typing import TYPE_CHECKING, Any

from ...model.build import Build
from ...model.context import Context
from ...model.disk import read_file
from ...syntax.parser import parse
from ...syntax.source import Source
from ...syntax.tree import Workdir
from .builders import Builder, BuilderError, BuildResult, CommandResult, Image
from .comparison import (
    Difference,
    ExpectedChanges,
    FileComparison,
    compare_configs,
    compare_files,
    compare_smoke_runs,
    expected_changes,
    image_paths_from_context,
)
from .failures import BuildFailure, locate_failure
from .workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

BUILD_TIMEOUT = 1800.0
SMOKE_TIMEOUT = 120.0
_SIDES = ("before", "after")


class VerifyOptions:
    """How to verify.

    `smoke`: a command to run in both images, for a shell or as a JSON list of arguments.
    `touch`: a file of the context to change for a second build.
    `keep`: do not remove the images.
    `timeout`: seconds for each build.
    `requested_fields`: fields of the configuration that the user asked to change ("User").
    """

    __slots__ = ("build_args", "keep", "requested_fields", "smoke", "timeout", "touch")

    def __init__(
        self,
        smoke: str | None = None,
        touch: str | None = None,
        *,
        keep: bool = False,
        timeout: float = BUILD_TIMEOUT,
        build_args: Sequence[str] = (),
        requested_fields: Sequence[str] = (),
    ) -> None:
        self.requested_fields = tuple(requested_fields)
        self.smoke = smoke
        self.touch = touch
        self.keep = keep
        self.timeout = timeout
        self.build_args = tuple(build_args)


class BuildObserver:
    """Is told what a verification does, by the name of the build ("before", "after again"); ignores it by itself."""

    def started(self, build: str) -> None:
        """A build starts."""

    def output(self, build: str, line: str) -> None:
        """The builder writes a line."""

    def finished(self, build: str, result: BuildResult) -> None:
        """A build ends, in whatever way."""


class SideResult:
    """The results of one of the two Dockerfiles: bytes of context sent, builds, image and run of the smoke command."""

    __slots__ = ("build", "context_bytes", "image", "name", "rebuild", "run")

    def __init__(self, sent: int) -> None:
        self.context_bytes = sent
        self.build: BuildResult | None = None
        self.rebuild: BuildResult | None = None
        self.image: Image | None = None
        self.run: CommandResult | None = None
        self.name = ""


class Verdict:
    """The result of a verification.

    `problems`: undeclared differences and failures, as texts.
    `failure`: where a build failed.
    `failed_before`: the original Dockerfile failed to build, so nothing is known about the new one.
    `folder`: the directory that was compared.
    """

    __slots__ = ("after", "before", "config", "failed_before", "failure", "files", "folder", "problems")

    def __init__(self, before: SideResult, after: SideResult) -> None:
        self.before = before
        self.after = after
        self.config: list[Difference] = []
        self.files: FileComparison | None = None
        self.folder = "/"
        self.problems: list[str] = []
        self.failure: BuildFailure | None = None
        self.failed_before = False

    @property
    def ok(self) -> bool:
        """Whether the new image differs only as declared."""
        return not self.problems


def verify(
    context: str,
    before_text: str,
    after_text: str,
    before_ignore: str | None,
    after_ignore: str | None,
    plan: ExpectedChanges | None,
    builder: Builder,
    options: VerifyOptions,
    observer: BuildObserver,
) -> Verdict:
    """Build both Dockerfiles in the directory `context`, each with its ignore file (the text, None for none).

    `plan` is what may differ, by default what the texts declare. Nothing in `context` is changed; the images are
    removed unless `options.keep`. Raises BuilderError, OSError, and ValueError for invalid options.
    """
    if options.touch is not None and not _is_inside(context, options.touch):
        raise ValueError(f"--touch: no file `{options.touch}` in the build context {context}")
    command = parse_smoke_command(options.smoke)
    here = Context(context)
    seen = [here.with_ignore(ignore or "") for ignore in (before_ignore, after_ignore)]
    verdict = Verdict(*(SideResult(each.size()) for each in seen))
    sides = (verdict.before, verdict.after)
    try:
        with Workspace(context, seen[0].files().keys() | seen[1].files().keys()) as space:
            session = _Session(builder, space, verdict, options, observer)
            texts = ((before_text, before_ignore), (after_text, after_ignore))
            paths = [space.write_dockerfile(name, *each) for name, each in zip(_SIDES, texts, strict=True)]
            if not all(session.build(*each) for each in zip(_SIDES, sides, paths, strict=True)):
                return verdict
            builds = [_model(text, side) for (text, _), side in zip(texts, sides, strict=True)]
            if plan is None:
                unsent = seen[0].files().keys() - seen[1].files().keys()
                plan = expected_changes(builds[0], builds[1], unsent, seen[0], options.requested_fields)
            _compare(builder, verdict, plan, image_paths_from_context(builds[0], seen[0]))
            if command is not None:
                session.run_smoke_command(command)
            if options.touch is not None:
                space.touch(options.touch)
                for each in zip(_SIDES, sides, paths, strict=True):
                    session.rebuild(*each)
    finally:
        if not options.keep:
            builder.close()
    return verdict


def _model(text: str, side: SideResult) -> Build:
    """The model of a Dockerfile, with the working directory of its base image as the built image has it."""
    build = Build(parse(Source(text)))
    stage = build.final_stage
    folder = side.image.config.get("WorkingDir") if side.image is not None else None
    if stage is None or stage.parent is not None or any(isinstance(each, Workdir) for each in stage.instructions):
        return build
    end = stage.from_.end
    return Build(parse(Source(f"{text[:end]}\nWORKDIR {folder or '/'}{text[end:]}")))


def parse_smoke_command(smoke: str | None) -> list[str] | None:
    """The smoke command as arguments: those of a JSON list, or `sh -c` with the text. Raises ValueError."""
    if smoke is None or not smoke.lstrip().startswith("["):
        return None if smoke is None else ["sh", "-c", smoke]
    try:
        words: Any = json.loads(smoke)
    except ValueError as error:
        raise ValueError(f"--smoke: invalid JSON list: {error}") from None
    if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):  # pyright: ignore[reportUnknownVariableType]
        raise ValueError('--smoke: expected a JSON list of strings, such as ["/app/server", "--version"]')
    return [str(word) for word in words]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _is_inside(context: str, name: str) -> bool:
    root = os.path.realpath(context)
    path = os.path.realpath(os.path.join(context, name))
    return path.startswith(root + os.sep) and os.path.isfile(path)


def _add(verdict: Verdict, problem: str) -> None:
    if problem:
        verdict.problems.append(problem)


class _Session:
    """The builds and runs of one verification; they fill in `verdict`."""

    def __init__(
        self,
        builder: Builder,
        space: Workspace,
        verdict: Verdict,
        options: VerifyOptions,
        observer: BuildObserver,
    ) -> None:
        self.builder = builder
        self.space = space
        self.verdict = verdict
        self.options = options
        self.observer = observer

    def build(self, name: str, side: SideResult, path: str) -> bool:
        """Build a side; False, with a problem in the verdict, when that fails."""
        side.name = self.builder.image_name(name)
        side.build = self._run_build(name, name, path)
        if side.build.ok:
            side.image = self.builder.inspect(name)
            return True
        which = "the original Dockerfile" if name == "before" else "the new Dockerfile"
        self.verdict.failed_before = name == "before"
        if side.build.timed_out:
            self.verdict.problems.append(f"{which} did not build within {self.options.timeout:.0f} s")
            return False
        text = read_file(path, os.stat(path).st_size).decode("utf-8", "surrogateescape")
        failure = self.verdict.failure = locate_failure(text, side.build.output)
        where = f" at line {failure.line} (`{failure.instruction}`)" if failure.line else ""
        self.verdict.problems.append(f"{which} failed to build{where}: {failure.message}")
        return False

    def rebuild(self, name: str, side: SideResult, path: str) -> None:
        """Build a side again after the change of a file."""
        side.rebuild = self._run_build(f"{name}-again", f"{name} again", path)
        if not side.rebuild.ok:
            self.verdict.problems.append(f"{name}: the rebuild after changing `{self.options.touch}` failed")

    def run_smoke_command(self, command: Sequence[str]) -> None:
        """Run the smoke command in both images and compare the results."""
        timeout = min(self.options.timeout, SMOKE_TIMEOUT)
        runs: list[CommandResult] = []
        for name, side in zip(_SIDES, (self.verdict.before, self.verdict.after), strict=True):
            self.observer.output(name, f"smoke: {shlex.join(command)}")
            side.run = self.builder.run(name, command, timeout)
            runs.append(side.run)
        _add(self.verdict, compare_smoke_runs(*runs))

    def _run_build(self, image: str, label: str, path: str) -> BuildResult:
        self.observer.started(label)
        result = self.builder.build(
            self.space.context,
            path,
            image,
            self.options.build_args,
            lambda line: self.observer.output(label, line),
            self.options.timeout,
        )
        self.observer.finished(label, result)
        return result


def _compare(builder: Builder, verdict: Verdict, plan: ExpectedChanges, sources: set[str]) -> None:
    before, after = verdict.before.image, verdict.after.image
    if before is None or after is None:
        raise BuilderError("a built image no longer exists")
    verdict.config = compare_configs(before.config, after.config, plan)
    for each in verdict.config:
        if not each.allowed_reason:
            _add(verdict, f"{each.field} changed from {_shown(each.before)} to {_shown(each.after)}")
    folder = verdict.folder = str(before.config.get("WorkingDir") or "/")
    listings = builder.files("before", folder), builder.files("after", folder)
    files = verdict.files = compare_files(*listings, plan, sources, folder)
    if not any(listings):
        _add(verdict, f"neither image has the directory `{folder}`, so no files were compared")
    for paths, what in ((files.missing, "missing from"), (files.changed, "different in")):
        if paths:
            more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
            names = ", ".join(f"`/{path}`" for path in paths[:3])
            verb = "is" if len(paths) == 1 else "are"
            _add(verdict, f"{names}{more} {verb} {what} the new image")


def _shown(value: object) -> str:
    return "not set" if value is None else json.dumps(value, ensure_ascii=False)
