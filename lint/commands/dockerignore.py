"""`dlint dockerignore`: propose or write the ignore files of build contexts."""

from __future__ import annotations

import os

from ...fixers.optimize.ignore.proposal import propose
from ...fixers.write import WriteError, create, replace
from ...model.build import Build
from ...model.ignore import IgnoreError, ignore_file_for
from ...syntax.parser import parse
from ...syntax.source import SourceError
from ..engine.lint_plans import of_run
from ..engine.linter import read_source
from ..output.diff import unified
from ..sources.discovery import discover, is_dockerfile_name, no_dockerfile
from ..terminal.exit_status import BROKEN, CLEAN, FOUND
from ..terminal.streams import note, printable, put, put_raw

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from ...fixers.optimize.ignore.proposal import Proposal
    from ...model.context import Context

_MOST_FILES = 50
"""So many other Dockerfiles of a context are read."""


def run(arguments: argparse.Namespace) -> int:
    """Run `dlint dockerignore` and answer the exit status: 0, 1 when a file would change and is not written, 2."""
    paths: list[str] = arguments.paths or ["."]
    status, proposals = CLEAN, dict[str, "Proposal"]()
    files = list(discover(paths, excluded=of_run().excluded))
    for found in files:
        try:
            if found.error:
                raise SourceError(found.error)
            build, context = model(found.path, paths)
        except SourceError as error:
            note(f"{found.path}: {error}")
            status = BROKEN
            continue
        if context is None:
            note(f"{found.path}: which folder is its build context cannot be told")
            continue
        try:
            proposal = proposed(build, context, paths)
        except IgnoreError as error:
            note(refused(context, error))
            status = BROKEN
            continue
        proposals.setdefault(os.path.normpath(proposal.path), proposal)
    if not files:
        note(no_dockerfile(arguments.paths or ["."]))
        return CLEAN
    for proposal in proposals.values():
        if proposal.changed:
            status = max(status, write(proposal) if arguments.write else FOUND)
    _show(list(proposals.values()), arguments)
    return status


def _show(proposals: Sequence[Proposal], arguments: argparse.Namespace) -> None:
    if arguments.format == "json":
        from ..output.formats.json import dumps

        put(dumps({"version": "1", "files": [as_json(each) for each in proposals]}))
        return
    for proposal in proposals:
        if arguments.diff:
            put_raw(unified(proposal.path, proposal.old, proposal.new) if proposal.changed else "")
        else:
            put(told(proposal))


def proposed(build: Build, context: Context, roots: Sequence[str], *, same_listing: bool = False) -> Proposal:
    """The ignore file for a Dockerfile, with regard to the others of its context; see `propose`. Raises IgnoreError."""
    builds = [build, *others(context, build.dockerfile.source.name, roots)]
    return propose(builds, context, same_listing=same_listing)


def refused(context: Context, error: IgnoreError) -> str:
    """What to say of an ignore file that BuildKit does not accept."""
    path = ignore_file_for(context.dockerfile, context.root) or context.root
    return f"{path}:{error.line}: {error}"


def model(path: str, roots: Sequence[str]) -> tuple[Build, Context | None]:
    """The model of a Dockerfile and its build context. Raises SourceError."""
    source = read_source(path)
    dockerfile = parse(source)
    context = of_run().finder(source.name, roots)(Build(dockerfile))
    return Build(dockerfile, lambda _: context), context


def others(context: Context, path: str, roots: Sequence[str]) -> list[Build]:
    """The models of the other Dockerfiles below the context that are built with it, or may be."""
    mine = os.path.realpath(path)
    found: list[Build] = []
    names = [name for name in context.with_ignore("").files() if is_dockerfile_name(name.rpartition("/")[2])]
    for name in names[:_MOST_FILES]:
        other = os.path.join(context.root, name)
        if os.path.realpath(other) == mine:
            continue
        try:
            build, its = model(other, roots)
        except SourceError:
            continue  # what cannot be read is not built
        if its is None or os.path.realpath(its.root) == os.path.realpath(context.root):
            found.append(build)
    return found


def write(proposal: Proposal) -> int:
    """Write the file and answer the exit status."""
    new = proposal.new.encode("utf-8", "surrogateescape")
    try:
        if os.path.lexists(proposal.path):
            with open(proposal.path, "rb") as file:
                replace(proposal.path, file.read(), new)
        else:
            create(proposal.path, new)
    except (OSError, WriteError) as error:
        note(f"{proposal.path} was not written: {error}")
        return BROKEN
    return CLEAN


def told(proposal: Proposal) -> str:
    """What the proposal says, for a reader."""
    if not proposal.changed:
        lines = [f"{proposal.path}: nothing to add, {_sent(proposal.files_after, proposal.after)} are sent"]
    else:
        before, after = _sent(proposal.files_before, proposal.before), _sent(proposal.files_after, proposal.after)
        lines = [f"{proposal.path}: {before} are sent, then {after}"]
        for pattern in proposal.patterns:
            amount = size(pattern.bytes) if pattern.files else "-"
            files = f"{_files(pattern.files)}, " if pattern.files else ""
            lines.append(f"  {pattern.text:24} {amount:>10}  {files}{pattern.why}")
    lines += [f"  {kept.path} stays: {kept.why}" for kept in proposal.kept]
    if proposal.shown:
        names = ", ".join(proposal.shown[:4]) + (" …" if len(proposal.shown) > 4 else "")
        lines.append(f"  {names}: the image shows it as before; `dlint dockerignore` leaves it out")
    return "".join(printable(line) + "\n" for line in lines)


def _sent(files: int, count: int) -> str:
    return f"{size(count)} in {_files(files)}"


def _files(count: int) -> str:
    return f"{count} file{'' if count == 1 else 's'}"


def as_json(proposal: Proposal) -> dict[str, object]:
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
            {"pattern": each.text, "heading": each.heading, "why": each.why, "files": each.files, "bytes": each.bytes}
            for each in proposal.patterns
        ],
        "kept": [{"path": each.path, "why": each.why} for each in proposal.kept],
    }


def size(count: int) -> str:
    """Bytes for a reader."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000  # pyright: ignore[reportAssignmentType] - a float from here on
    return f"{count:.1f} GB"
