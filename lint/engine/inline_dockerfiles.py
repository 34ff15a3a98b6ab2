"""Inline Dockerfiles in compose and bake files; findings are reported at their position in that file."""

from __future__ import annotations

import os

from ...model.disk import stays_inside
from ..sources.discovery import DiscoveredFile
from ..sources.invocations.index import is_bake, is_compose, parse_builds
from ..terminal.streams import inform, warn
from .diagnostic import Diagnostic
from .linter import file_diagnostic, lint_source, read_source
from .report import Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ...model.build import Build
    from ...model.context import Context
    from ...syntax.source import Source
    from ..sources.invocations.invocation import BuildInvocation
    from .planning import LintPlans


def is_build_definition(path: str) -> bool:
    """Whether a path is a compose or bake file, by its name."""
    name = os.path.basename(path)
    return is_compose(name) or is_bake(name)


def expand_build_definitions(
    found: Sequence[DiscoveredFile], builders: Iterable[str], plans: LintPlans, paths: Sequence[str]
) -> list[DiscoveredFile]:
    """The files to lint, each once.

    `found` are the discovered files; a compose or bake file in `paths` is replaced by the Dockerfiles that it builds,
    and by itself if it has inline Dockerfiles. `builders` are discovered compose and bake files; their Dockerfiles are
    added, which finds those with unusual names.
    """
    files: list[DiscoveredFile] = []
    for each in found:
        if each.error is None and each.path in paths and is_build_definition(each.path):
            files += _built_by(each.path, plans, paths)
        else:
            files.append(each)
    for path in sorted(builders):
        built = _built_by(path, plans, paths, is_explicit=False)
        files += [each for each in built if not plans.is_excluded(each.path)]
    first: dict[str, DiscoveredFile] = {}
    for each in files:
        first.setdefault(os.path.realpath(each.path), each)
    return list(first.values())


def _built_by(
    path: str, plans: LintPlans, roots: Sequence[str], *, is_explicit: bool = True
) -> Iterator[DiscoveredFile]:
    """The Dockerfiles that a compose or bake file builds; missing ones are reported if the file is in the arguments.

    One outside of the repository is left out, with a note, unless it is in `roots`, the paths of the command line.
    """
    absolute = os.path.abspath(path)
    builds = plans.invocations.read(absolute, roots, named=is_explicit)
    if is_explicit and not builds:
        warn(f"no builds found in `{path}`")
    if any(build.inline is not None for build in builds):
        yield DiscoveredFile(path)
    here = os.path.join(os.getcwd(), "")
    for build in builds:
        if build.dockerfile:
            file = build.dockerfile.removeprefix(here) if not os.path.isabs(path) else build.dockerfile
            if os.path.isfile(file) and not stays_inside(file, os.path.dirname(absolute), roots):
                inform(
                    f"{path}:{build.line}: `{file}` is outside of the repository; not read; pass it as an argument to "
                    "lint it"
                )
            elif os.path.isfile(file) and (is_explicit or file == build.dockerfile.removeprefix(here)):
                yield DiscoveredFile(file)
            elif is_explicit:
                warn(f"{path}:{build.line}: Dockerfile of `{build.name}` not found: {file}")


def lint_inline(
    path: str, plans: LintPlans, finish: Callable[[Sequence[Report]], None], roots: Sequence[str] = ()
) -> Report:
    """Lint the inline Dockerfiles in the file at `path`; `finish` completes reports. Problems become diagnostics.

    `roots`: the paths of the command line.
    """
    from ...syntax.source import SourceError

    try:
        source = read_source(path)
    except SourceError as error:
        return Report(path, [file_diagnostic(path, str(error))], failed=True)
    return lint_inline_text(source, plans, finish, roots)


def lint_inline_text(
    source: Source, plans: LintPlans, finish: Callable[[Sequence[Report]], None], roots: Sequence[str] = ()
) -> Report:
    """Like `lint_inline`, with the text of the file."""
    from ...syntax.source import Source

    found: dict[tuple[object, ...], Diagnostic] = {}
    failed = False
    for build in plans.bounded(parse_builds(os.path.abspath(source.name), source.text, roots), roots):
        if build.inline is None:
            continue
        text = Source(build.inline.text, source.name)
        inner = lint_source(text, plans.inline(source.name, build), _context_finder(build, plans))
        finish([inner])
        failed = failed or inner.failed
        for d in inner.diagnostics:
            moved = _moved(d, build, source)
            # The lines of a matrix, or of services that share a text by an alias, are built several times.
            found.setdefault(moved.sort_key, moved)
    return Report(source.name, sorted(found.values(), key=lambda d: d.sort_key), failed)


def _context_finder(build: BuildInvocation, plans: LintPlans) -> Callable[[Build], Context | None]:
    def find(_: Build) -> Context | None:
        context = build.context
        return (
            plans.contexts.context_at(context, build.file) if context is not None and os.path.isdir(context) else None
        )

    return find


def _moved(d: Diagnostic, build: BuildInvocation, source: Source) -> Diagnostic:
    """A diagnostic at its position in the enclosing file, without its fix."""
    inline = build.inline
    assert inline is not None
    related = tuple((inline.position(start), inline.position(end), text) for start, end, text in d.related)
    line = inline.position((d.instruction_line, 1))[0]
    start, end = inline.position(d.start), inline.position(d.end)
    return Diagnostic(
        d.file, source, d.code, d.name, d.severity, d.message, start, end, d.aliases, line, d.stage, None, related,
        confidence=d.confidence,
    )  # fmt: skip
