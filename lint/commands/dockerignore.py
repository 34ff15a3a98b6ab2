"""`dlint dockerignore`: propose or write the ignore files of build contexts."""

from __future__ import annotations

import os

from ...fixers.optimize.base.container_start import CONTAINER_STARTS
from ...fixers.optimize.ignore.proposal import propose_ignore_file
from ...fixers.write import WriteError, create_file, replace_file
from ...model.build import Build
from ...model.disk import MAX_CONFIG_BYTES, boundary_of, read_found
from ...model.ignore_file import IgnoreError, find_ignore_file
from ...syntax.parser import parse
from ...syntax.source import SourceError
from ..config.layer import display_path
from ..engine.linter import read_source
from ..engine.planning import LintPlans
from ..output.summary import counted
from ..sources.discovery import is_dockerfile_name, no_dockerfile_message
from ..terminal.exit_status import BROKEN, CLEAN, FOUND
from ..terminal.streams import inform, printable, warn, write_stdout
from .lint_files import discover_files
from .rewrite_plan import write_rewrite_diff
from .shared_options import apply_output_options, describe_files, plans_from_arguments

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from ...fixers.optimize.ignore.proposal import IgnoreProposal
    from ...model.context import Context
    from ..engine.planning import LintPlans
    from ..sources.discovery import DiscoveredFile

_MAX_OTHER_FILES = 50
"""How many other Dockerfiles of a context are read."""


def run_dockerignore(arguments: argparse.Namespace) -> int:
    """Run `dlint dockerignore` and return the exit status: CLEAN, FOUND if files would change, BROKEN.

    Raises ConfigError.
    """
    apply_output_options(arguments)
    paths: list[str] = arguments.paths or ["."]
    plans = plans_from_arguments(arguments)
    files = discover_files(arguments, paths, plans)
    if not files:
        inform(no_dockerfile_message(paths))
    describe_files([file.path for file in files if not file.error], paths, plans)
    status = CLEAN
    proposals: dict[str, IgnoreProposal] = {}
    for file in files:
        try:
            proposal = _propose(file, paths, plans)
        except SourceError as error:
            warn(str(error))
            status = BROKEN
        else:
            if proposal is not None:
                proposals.setdefault(os.path.normpath(proposal.path), proposal)
    for proposal in proposals.values():
        if proposal.changed:
            status = max(status, write_proposal(proposal) if arguments.write else FOUND)
    _show(list(proposals.values()), arguments)
    return status


def _propose(file: DiscoveredFile, roots: Sequence[str], plans: LintPlans) -> IgnoreProposal | None:
    """The proposal for a file; None if its build context is unknown. Raises SourceError, also for an ignore file."""
    try:
        if file.error:
            raise SourceError(file.error)
        build, context = load_build(file.path, roots, plans)
    except SourceError as error:
        raise SourceError(f"{file.path}: {error}") from None
    if context is None:
        inform(f"{file.path}: {unknown_context_message(build, roots, plans)}")
        return None
    try:
        return ignore_file_proposal(build, context, roots, plans=plans)
    except IgnoreError as error:
        raise SourceError(invalid_ignore_message(context, error)) from None


def _show(proposals: Sequence[IgnoreProposal], arguments: argparse.Namespace) -> None:
    if arguments.format == "json":
        from ..output.formats.json import dumps

        write_stdout(dumps({"version": "1", "files": [proposal_json(each) for each in proposals]}))
        return
    for proposal in proposals:
        if arguments.diff:
            write_rewrite_diff(proposal.path, proposal.old, proposal.new)
        else:
            write_stdout(proposal_summary(proposal))


def ignore_file_proposal(
    build: Build,
    context: Context,
    roots: Sequence[str],
    plans: LintPlans,
    *,
    same_listing: bool = False,
) -> IgnoreProposal:
    """The ignore file for a Dockerfile and the others built from its context; see `propose_ignore_file`.

    Raises IgnoreError.
    """
    builds = [build, *other_builds(context, build.dockerfile.source.name, roots, plans)]
    return propose_ignore_file(builds, context, same_listing=same_listing)


def invalid_ignore_message(context: Context, error: IgnoreError) -> str:
    """The error for an ignore file that BuildKit rejects."""
    path = find_ignore_file(context.dockerfile, context.root) or context.root
    return f"{path}:{error.line}: {error}"


def unknown_context_message(build: Build, roots: Sequence[str], plans: LintPlans) -> str:
    """Why there is no build context, and what to do."""
    assumed = plans.assumed_context(build.dockerfile.source.name, build, roots)
    if assumed is None:
        return "cannot determine its build context; use `--context DIR`, or set `context` in dlint.toml"
    shown = display_path(os.path.normpath(assumed))
    return (
        f"its build context may be `{shown}`, but nothing proves it; use `--context {shown}`, or set `context` in "
        "dlint.toml"
    )


def load_build(
    path: str, roots: Sequence[str], plans: LintPlans, boundary: str | None = None
) -> tuple[Build, Context | None]:
    """The model of a Dockerfile and its build context. Raises SourceError. `boundary`: see `read_source`."""
    source = read_source(path, boundary)
    dockerfile = parse(source)
    context = plans.context_finder(source.name, roots)(Build(dockerfile))
    options = {CONTAINER_STARTS: plans.container_starts(source.name, roots)}
    return Build(dockerfile, lambda _: context, options=options), context


def other_builds(context: Context, path: str, roots: Sequence[str], plans: LintPlans) -> list[Build]:
    """The models of the other Dockerfiles in the context that are, or may be, built from it."""
    own = os.path.realpath(path)
    boundary = boundary_of(context.root, roots)
    found: list[Build] = []
    names = [name for name in context.with_ignore("").files() if is_dockerfile_name(name.rpartition("/")[2])]
    for name in names[:_MAX_OTHER_FILES]:
        other = os.path.join(context.root, name)
        if os.path.realpath(other) == own:
            continue
        try:
            build, other_context = load_build(other, roots, plans, boundary)
        except SourceError:
            continue  # BuildKit could not read it either
        if other_context is None or os.path.realpath(other_context.root) == os.path.realpath(context.root):
            found.append(build)
    return found


def write_proposal(proposal: IgnoreProposal) -> int:
    """Write the file and return the exit status."""
    new = proposal.new.encode("utf-8", "surrogateescape")
    try:
        if os.path.lexists(proposal.path):
            replace_file(proposal.path, read_found(proposal.path, MAX_CONFIG_BYTES), new)
        else:
            create_file(proposal.path, new)
    except (OSError, WriteError) as error:
        warn(f"{proposal.path}: not written: {error}")
        return BROKEN
    return CLEAN


def proposal_summary(proposal: IgnoreProposal) -> str:
    """The proposal as text."""
    if not proposal.changed:
        lines = [f"{proposal.path}: no changes; the build context has {_sent(proposal.files_after, proposal.after)}"]
    else:
        before, after = _sent(proposal.files_before, proposal.before), _sent(proposal.files_after, proposal.after)
        effect = (
            f"the build context stays at {after}"
            if before == after
            else f"the build context shrinks from {before} to {after}"
        )
        lines = [f"{proposal.path}: {effect}"]
        for pattern in proposal.patterns:
            amount = format_bytes(pattern.bytes) if pattern.files else "-"
            files = f"{counted(pattern.files, 'file')}, " if pattern.files else ""
            lines.append(f"  {pattern.text:24} {amount:>10}  {files}{pattern.reason}")
    lines += [f"  {kept.path}: kept: {kept.reason}" for kept in proposal.kept]
    if proposal.shown:
        names = ", ".join(proposal.shown[:4]) + (" …" if len(proposal.shown) > 4 else "")
        lines.append(f"  {names}: kept, because the image contained it before; `dlint dockerignore` would exclude it")
    return "".join(printable(line) + "\n" for line in lines)


def _sent(files: int, count: int) -> str:
    return f"{format_bytes(count)} in {counted(files, 'file')}"


def proposal_json(proposal: IgnoreProposal) -> dict[str, object]:
    """The proposal in the JSON report."""
    return {
        "path": proposal.path,
        "text": proposal.new,
        "changed": proposal.changed,
        "bytes_before": proposal.before,
        "bytes_after": proposal.after,
        "files_before": proposal.files_before,
        "files_after": proposal.files_after,
        "patterns": [
            {
                "pattern": each.text,
                "heading": each.heading,
                "why": each.reason,
                "files": each.files,
                "bytes": each.bytes,
            }
            for each in proposal.patterns
        ],
        "kept": [{"path": each.path, "why": each.reason} for each in proposal.kept],
    }


def format_bytes(count: int) -> str:
    """A number of bytes in decimal units: `1.5 MB`."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000  # pyright: ignore[reportAssignmentType] - a float from here on
    return f"{count:.1f} GB"
