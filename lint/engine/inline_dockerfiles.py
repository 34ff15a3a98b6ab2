"""Dockerfiles that stand in a compose file or a bake file: linted where they are, found at their place in that file."""

from __future__ import annotations

import os

from ..sources.discovery import DiscoveredFile
from ..sources.invocations.index import is_bake, is_compose, parse_builds
from ..terminal.streams import warn
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
    from .lint_plans import LintPlans


def is_build_definition(path: str) -> bool:
    """Whether a path is that of a compose file or a bake file, by its name."""
    name = os.path.basename(path)
    return is_compose(name) or is_bake(name)


def expand_build_definitions(
    found: Sequence[DiscoveredFile], builders: Iterable[str], plans: LintPlans, paths: Sequence[str]
) -> list[DiscoveredFile]:
    """The files to lint: those that were found; for a compose or bake file that was named the Dockerfiles that it
    builds; the file itself where a Dockerfile stands in it; and Dockerfiles of `builders` whose names tell nothing.
    """
    files: list[DiscoveredFile] = []
    for each in found:
        if each.error is None and each.path in paths and is_build_definition(each.path):
            files += _built_by(each.path, plans)
        else:
            files.append(each)
    for path in sorted(builders):
        files += [each for each in _built_by(path, plans, named=False) if not plans.is_excluded(each.path)]
    first: dict[str, DiscoveredFile] = {}
    for each in files:
        first.setdefault(os.path.realpath(each.path), each)
    return list(first.values())


def _built_by(path: str, plans: LintPlans, *, named: bool = True) -> Iterator[DiscoveredFile]:
    """What a compose or bake file builds; without `named` nobody is told of what is missing."""
    builds = plans.invocations.read(os.path.abspath(path))
    if named and not builds:
        warn(f"`{path}` builds nothing that can be read here")
    if any(build.inline is not None for build in builds):
        yield DiscoveredFile(path)
    here = os.path.join(os.getcwd(), "")
    for build in builds:
        if build.dockerfile:
            file = build.dockerfile.removeprefix(here) if not os.path.isabs(path) else build.dockerfile
            if os.path.isfile(file) and (named or file == build.dockerfile.removeprefix(here)):
                yield DiscoveredFile(file)
            elif named:
                warn(f"{path}:{build.line}: `{build.name}` names {file}, and there is no such file")


def lint_inline(path: str, plans: LintPlans, finish: Callable[[Sequence[Report]], None]) -> Report:
    """Lint the Dockerfiles that stand in the file at `path`. Raises nothing for what is wrong with them."""
    from ...syntax.source import SourceError

    try:
        source = read_source(path)
    except SourceError as error:
        return Report(path, [file_diagnostic(path, str(error))], failed=True)
    return lint_inline_text(source, plans, finish)


def lint_inline_text(source: Source, plans: LintPlans, finish: Callable[[Sequence[Report]], None]) -> Report:
    """As lint_inline, of a text of that file."""
    from ...syntax.source import Source

    report = Report(source.name, [], failed=False)
    seen: set[tuple[object, ...]] = set()
    for build in parse_builds(os.path.abspath(source.name), source.text):
        if build.inline is None:
            continue
        inner = lint_source(Source(build.inline.text, source.name), plans.inline(source.name, build), _finder(build))
        finish([inner])
        report.failed = report.failed or inner.failed
        for d in inner.diagnostics:
            moved = _moved(d, build, source)
            # A matrix, or services that share a text by an alias, build the same lines again.
            if moved.sort_key not in seen:
                seen.add(moved.sort_key)
                report.diagnostics.append(moved)
    report.diagnostics.sort(key=lambda d: d.sort_key)
    return report


def _finder(build: BuildInvocation) -> Callable[[Build], Context | None]:
    def find(_: Build) -> Context | None:
        from ..sources.context_search import context_at

        context = build.context
        return context_at(context, build.file) if context is not None and os.path.isdir(context) else None

    return find


def _moved(d: Diagnostic, build: BuildInvocation, source: Source) -> Diagnostic:
    """A finding at its place in the file around the Dockerfile. It is not fixed there."""
    inline = build.inline
    assert inline is not None
    related = tuple((inline.position(start), inline.position(end), text) for start, end, text in d.related)
    line = inline.position((d.instruction_line, 1))[0]
    start, end = inline.position(d.start), inline.position(d.end)
    return Diagnostic(
        d.file, source, d.code, d.name, d.severity, d.message, start, end, d.aliases, line, d.stage, None, related
    )
