"""`dlint dockerignore`: propose or write the ignore files of build contexts."""

from __future__ import annotations

import os

from ..fixers.rewrites.dockerignore import propose
from ..fixers.write import WriteError, create, replace
from ..model.build import Build
from ..syntax.parser import parse
from ..syntax.source import SourceError
from .diff import unified
from .discover import discover, is_dockerfile_name
from .engine import read_source
from .locate import locate
from .output import note, put, put_raw
from .status import BROKEN, CLEAN, FOUND

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from ..fixers.rewrites.dockerignore import Proposal
    from ..model.context import Context

_MOST_FILES = 50
"""So many other Dockerfiles of a context are read."""


def run(arguments: argparse.Namespace) -> int:
    """Run `dlint dockerignore` and answer the exit status: 0, 1 when a file would change and is not written, 2."""
    paths: list[str] = arguments.paths or ["."]
    status, proposals = CLEAN, dict[str, "Proposal"]()
    files = list(discover(paths))
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
        proposal = propose([build, *others(context, found.path)], context)
        proposals.setdefault(os.path.normpath(proposal.path), proposal)
    if not files:
        note("no Dockerfile was found")
        return BROKEN
    if arguments.format == "json":
        import json

        put(json.dumps({"version": "1", "files": [as_json(each) for each in proposals.values()]}, indent=1) + "\n")
    for proposal in proposals.values():
        changed = proposal.new != proposal.old
        if arguments.diff:
            put_raw(unified(proposal.path, proposal.old, proposal.new) if changed else "")
        elif arguments.format == "text":
            put(told(proposal))
        if changed and arguments.write:
            status = max(status, write(proposal))
        elif changed:
            status = max(status, FOUND)
    return status


def model(path: str, roots: Sequence[str]) -> tuple[Build, Context | None]:
    """The model of a Dockerfile and its build context. Raises SourceError."""
    source = read_source(path)
    dockerfile = parse(source)
    context = locate(source.name, Build(dockerfile), roots)
    return Build(dockerfile, lambda _: context), context


def others(context: Context, path: str) -> list[Build]:
    """The models of the other Dockerfiles in the context: they may be built with it too."""
    mine = os.path.realpath(path)
    found: list[Build] = []
    names = [name for name in context.files() if is_dockerfile_name(name.rpartition("/")[2])]
    for name in names[:_MOST_FILES]:
        other = os.path.join(context.root, name)
        if os.path.realpath(other) == mine:
            continue
        try:
            found.append(Build(parse(read_source(other)), lambda _: context))
        except SourceError:
            continue  # what cannot be read is not built
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
    if proposal.new == proposal.old:
        return f"{proposal.path}: nothing to add, {size(proposal.after)} are sent\n"
    lines = [f"{proposal.path}: {size(proposal.before)} are sent, then {size(proposal.after)}"]
    for pattern in proposal.patterns:
        files = f"{pattern.files} file{'' if pattern.files == 1 else 's'}"
        lines.append(f"  {pattern.text:24} {size(pattern.bytes):>10}  {files}, {pattern.why}")
    return "\n".join(lines) + "\n"


def as_json(proposal: Proposal) -> dict[str, object]:
    """The proposal as JSON has it."""
    return {
        "path": proposal.path,
        "text": proposal.new,
        "changed": proposal.new != proposal.old,
        "bytes_before": proposal.before,
        "bytes_after": proposal.after,
        "patterns": [
            {"pattern": each.text, "why": each.why, "files": each.files, "bytes": each.bytes}
            for each in proposal.patterns
        ],
    }


def size(count: int) -> str:
    """Bytes for a reader."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000  # pyright: ignore[reportAssignmentType] - a float from here on
    return f"{count:.1f} GB"
