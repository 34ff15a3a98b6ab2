"""`dlint dockerignore`: propose or write the ignore files of build contexts."""

from __future__ import annotations

import os

from ...fixers.optimize.ignore.proposal import propose_ignore_file
from ...fixers.write import WriteError, create_file, replace_file
from ...model.build import Build
from ...model.ignore import IgnoreError, find_ignore_file
from ...syntax.parser import parse_bash
from ...syntax.source import SourceError
from ..engine.lint_plans import LintPlans, default_plans
from ..engine.linter import read_source
from ..output.diff import file_diff
from ..sources.discovery import discover, is_dockerfile_name, no_dockerfile_message
from ..terminal.exit_status import BROKEN, CLEAN, FOUND
from ..terminal.streams import printable, warn, write_stdout, write_stdout_raw

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from ...fixers.optimize.ignore.proposal import IgnoreProposal
    from ...model.context import Context

_MOST_FILES = 50
"""So many other Dockerfiles of a context are read."""


def run_dockerignore(arguments: argparse.Namespace) -> int:
    """Run `dlint dockerignore` and answer the exit status: 0, 1 when a file would change and is not written, 2."""
    paths: list[str] = arguments.paths or ["."]
    status = CLEAN
    proposals: dict[str, IgnoreProposal] = {}
    plans = default_plans()
    files = list(discover(paths, excluded=plans.excluded))
    for found in files:
        try:
            if found.error:
                raise SourceError(found.error)
            build, context = load_build(found.path, paths, plans)
        except SourceError as error:
            warn(f"{found.path}: {error}")
            status = BROKEN
            continue
        if context is None:
            warn(f"{found.path}: which folder is its build context cannot be told")
            continue
        try:
            proposal = ignore_file_proposal(build, context, paths, plans)
        except IgnoreError as error:
            warn(invalid_ignore_message(context, error))
            status = BROKEN
            continue
        proposals.setdefault(os.path.normpath(proposal.path), proposal)
    if not files:
        warn(no_dockerfile_message(arguments.paths or ["."]))
        return CLEAN
    for proposal in proposals.values():
        if proposal.changed:
            status = max(status, write_proposal(proposal) if arguments.write else FOUND)
    _show(list(proposals.values()), arguments)
    return status


def _show(proposals: Sequence[IgnoreProposal], arguments: argparse.Namespace) -> None:
    if arguments.format == "json":
        from ..output.formats.json import dumps

        write_stdout(dumps({"version": "1", "files": [proposal_json(each) for each in proposals]}))
        return
    for proposal in proposals:
        if arguments.diff:
            write_stdout_raw(file_diff(proposal.path, proposal.old, proposal.new) if proposal.changed else "")
        else:
            write_stdout(proposal_summary(proposal))


def ignore_file_proposal(
    build: Build, context: Context, roots: Sequence[str], plans: LintPlans, *, same_listing: bool = False
) -> IgnoreProposal:
    """The ignore file for a Dockerfile, with regard to the others of its context; see `propose`. Raises IgnoreError."""
    builds = [build, *other_builds(context, build.dockerfile.source.name, roots, plans)]
    return propose_ignore_file(builds, context, same_listing=same_listing)


def invalid_ignore_message(context: Context, error: IgnoreError) -> str:
    """What to say of an ignore file that BuildKit does not accept."""
    path = find_ignore_file(context.dockerfile, context.root) or context.root
    return f"{path}:{error.line}: {error}"


def load_build(path: str, roots: Sequence[str], plans: LintPlans) -> tuple[Build, Context | None]:
    """The model of a Dockerfile and its build context. Raises SourceError."""
    source = read_source(path)
    dockerfile = parse_bash(source)
    context = plans.context_finder(source.name, roots)(Build(dockerfile))
    return Build(dockerfile, lambda _: context), context


def other_builds(context: Context, path: str, roots: Sequence[str], plans: LintPlans) -> list[Build]:
    """The models of the other Dockerfiles below the context that are built with it, or may be."""
    mine = os.path.realpath(path)
    found: list[Build] = []
    names = [name for name in context.with_ignore("").files() if is_dockerfile_name(name.rpartition("/")[2])]
    for name in names[:_MOST_FILES]:
        other = os.path.join(context.root, name)
        if os.path.realpath(other) == mine:
            continue
        try:
            build, its = load_build(other, roots, plans)
        except SourceError:
            continue  # what cannot be read is not built
        if its is None or os.path.realpath(its.root) == os.path.realpath(context.root):
            found.append(build)
    return found


def write_proposal(proposal: IgnoreProposal) -> int:
    """Write the file and answer the exit status."""
    new = proposal.new.encode("utf-8", "surrogateescape")
    try:
        if os.path.lexists(proposal.path):
            with open(proposal.path, "rb") as file:
                replace_file(proposal.path, file.read(), new)
        else:
            create_file(proposal.path, new)
    except (OSError, WriteError) as error:
        warn(f"{proposal.path} was not written: {error}")
        return BROKEN
    return CLEAN


def proposal_summary(proposal: IgnoreProposal) -> str:
    """What the proposal says, for a reader."""
    if not proposal.changed:
        lines = [f"{proposal.path}: nothing to add, {_sent(proposal.files_after, proposal.after)} are sent"]
    else:
        before, after = _sent(proposal.files_before, proposal.before), _sent(proposal.files_after, proposal.after)
        lines = [f"{proposal.path}: {before} are sent, then {after}"]
        for pattern in proposal.patterns:
            amount = format_bytes(pattern.bytes) if pattern.files else "-"
            files = f"{_files(pattern.files)}, " if pattern.files else ""
            lines.append(f"  {pattern.text:24} {amount:>10}  {files}{pattern.reason}")
    lines += [f"  {kept.path} stays: {kept.reason}" for kept in proposal.kept]
    if proposal.shown:
        names = ", ".join(proposal.shown[:4]) + (" …" if len(proposal.shown) > 4 else "")
        lines.append(f"  {names}: the image shows it as before; `dlint dockerignore` leaves it out")
    return "".join(printable(line) + "\n" for line in lines)


def _sent(files: int, count: int) -> str:
    return f"{format_bytes(count)} in {_files(files)}"


def _files(count: int) -> str:
    return f"{count} file{'' if count == 1 else 's'}"


def proposal_json(proposal: IgnoreProposal) -> dict[str, object]:
    """The proposal as JSON has it."""
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
    """Bytes for a reader."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000  # pyright: ignore[reportAssignmentType] - a float from here on
    return f"{count:.1f} GB"
