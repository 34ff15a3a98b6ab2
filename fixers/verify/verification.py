"""Verify a rewrite: build both Dockerfiles and compare the images."""

from __future__ import annotations

import json
import os
import shlex
from typing import TYPE_CHECKING, Any

from ...model.build import Build
from ...model.context import Context
from ...syntax.parser import parse_bash
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
    from collections.abc import Callable, Sequence

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
    say: Callable[[str], None],
) -> Verdict:
    """Build both Dockerfiles in the directory `context`, each with its ignore file (the text, None for none).

    `plan` is what may differ, by default what the texts declare. `say` gets each line of the builder's output. Nothing
    in `context` is changed; the images are removed unless `options.keep`. Raises BuilderError, OSError, and ValueError
    for invalid options.
    """
    if options.touch is not None and not _is_inside(context, options.touch):
        raise ValueError(f"--touch: no file `{options.touch}` in the build context {context}")
    command = parse_smoke_command(options.smoke)
    here = Context(context)
    seen = [here.with_ignore(ignore or "") for ignore in (before_ignore, after_ignore)]
    sides = [SideResult(each.size()) for each in seen]
    verdict = Verdict(*sides)
    try:
        with Workspace(context, seen[0].files().keys() | seen[1].files().keys()) as space:
            texts = ((before_text, before_ignore), (after_text, after_ignore))
            paths = [space.write_dockerfile(name, *each) for name, each in zip(_SIDES, texts, strict=True)]
            for name, side, path in zip(_SIDES, sides, paths, strict=True):
                if not _built(builder, space, name, side, path, options, verdict, say):
                    return verdict
            builds = [_model(text, side) for (text, _), side in zip(texts, sides, strict=True)]
            unsent = seen[0].files().keys() - seen[1].files().keys()
            declares = (
                expected_changes(builds[0], builds[1], unsent, seen[0], options.requested_fields)
                if plan is None
                else plan
            )
            _compare(builder, verdict, declares, image_paths_from_context(builds[0], seen[0]))
            if command is not None:
                for name, side in zip(_SIDES, sides, strict=True):
                    say(f"{name} | smoke: {shlex.join(command)}")
                    side.run = builder.run(name, command, min(options.timeout, SMOKE_TIMEOUT))
                _add(verdict, compare_smoke_runs(*(side.run for side in sides if side.run is not None)))
            if options.touch is not None:
                space.touch(options.touch)
                for name, side, path in zip(_SIDES, sides, paths, strict=True):
                    _rebuilt(builder, space, name, side, path, options, verdict, say)
    finally:
        if not options.keep:
            builder.close()
    return verdict


def _model(text: str, side: SideResult) -> Build:
    """The model of a Dockerfile, with the working directory of its base image as the built image has it."""
    build = Build(parse_bash(Source(text)))
    stage = build.final_stage
    folder = side.image.config.get("WorkingDir") if side.image is not None else None
    if stage is None or stage.parent is not None or any(isinstance(each, Workdir) for each in stage.instructions):
        return build
    end = stage.from_.end
    return Build(parse_bash(Source(f"{text[:end]}\nWORKDIR {folder or '/'}{text[end:]}")))


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


def _built(
    builder: Builder, space: Workspace, name: str, side: SideResult, path: str, options: VerifyOptions, verdict: Verdict,
    say: Callable[[str], None],
) -> bool:  # fmt: skip
    """Build a side; False, with a problem in `verdict`, when that fails."""
    side.name = builder.image_name(name)
    side.build = builder.build(
        space.context, path, name, options.build_args, lambda line: say(f"{name} | {line}"), options.timeout
    )
    if side.build.ok:
        side.image = builder.inspect(name)
        return True
    which = "the original Dockerfile" if name == "before" else "the new Dockerfile"
    verdict.failed_before = name == "before"
    if side.build.timed_out:
        verdict.problems.append(f"{which} did not build within {options.timeout:.0f} s")
        return False
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        failure = verdict.failure = locate_failure(file.read(), side.build.output)
    where = f" at line {failure.line} (`{failure.instruction}`)" if failure.line else ""
    verdict.problems.append(f"{which} failed to build{where}: {failure.message}")
    return False


def _rebuilt(
    builder: Builder, space: Workspace, name: str, side: SideResult, path: str, options: VerifyOptions, verdict: Verdict,
    say: Callable[[str], None],
) -> None:  # fmt: skip
    again = f"{name}-again"
    side.rebuild = builder.build(
        space.context, path, again, options.build_args, lambda line: say(f"{name} again | {line}"), options.timeout
    )
    if not side.rebuild.ok:
        verdict.problems.append(f"{name}: the rebuild after changing `{options.touch}` failed")


def _compare(builder: Builder, verdict: Verdict, plan: ExpectedChanges, sources: set[str]) -> None:
    before, after = verdict.before.image, verdict.after.image
    if before is None or after is None:
        raise BuilderError("a built image no longer exists")
    verdict.config = compare_configs(before.config, after.config, plan)
    for each in verdict.config:
        if not each.allowed_reason:
            _add(verdict, f"{each.field} changed from {_shown(each.before)} to {_shown(each.after)}")
    folder = verdict.folder = str(before.config.get("WorkingDir") or "/")
    files = verdict.files = compare_files(
        builder.files("before", folder), builder.files("after", folder), plan, sources, folder
    )
    for paths, what in ((files.missing, "missing from"), (files.changed, "different in")):
        if paths:
            more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
            names = ", ".join(f"`/{path}`" for path in paths[:3])
            verb = "is" if len(paths) == 1 else "are"
            _add(verdict, f"{names}{more} {verb} {what} the new image")


def _shown(value: object) -> str:
    return "not set" if value is None else json.dumps(value, ensure_ascii=False)
