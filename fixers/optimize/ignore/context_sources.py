"""The paths of the build context that Dockerfiles use."""

from __future__ import annotations

import posixpath
import re

from ....model.ignore_file import IgnoreError, clean_path, go_glob_regex, python_regex
from ....model.layers import is_remote_source
from ....syntax.instruction_checks import parse_mount_fields
from ....syntax.tree import Add, CommandLine, Copy, CopyOrAdd, Env, Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ....model.build import Build
    from ....model.context import Context
    from ....syntax.tree import Instruction

_WHOLE = ("", "*", "**", ".")


class ContextSources:
    """The sources of COPY, ADD and bind mounts.

    `whole`: one of them is the whole context; `sources`: the others, as patterns relative to the context; `paths`: what
    they match on disk.
    """

    __slots__ = ("paths", "sources", "whole")

    def __init__(self, builds: Sequence[Build], context: Context) -> None:
        found = {source for build in builds for source in _sources(build)}
        self.whole = any(source in _WHOLE for source in found)
        self.sources = sorted(found.difference(_WHOLE))
        self.paths = {path for source in self.sources for path in _matches(context, source)}

    def includes(self, path: str) -> bool:
        """Whether a source is the path or inside it, also one that is not on disk."""
        prefix = path + "/"
        return any(
            source == path or source.startswith(prefix) or _covers(source, path)
            for source in (*self.paths, *self.sources)
        )

    def parent_source(self, path: str) -> str | None:
        """The topmost source that is a parent directory of the path; None without one."""
        parts = path.split("/")
        return next(("/".join(parts[:n]) for n in range(1, len(parts)) if "/".join(parts[:n]) in self.paths), None)

    def uses_path(self, path: str) -> bool:
        """Whether a build uses the path or a part of it."""
        return self.whole or self.includes(path) or self.parent_source(path) is not None


def instructions(build: Build) -> Iterator[Instruction]:
    """All instructions of a file, with its ONBUILD triggers."""
    for stage in build.stages:
        yield from stage.all_instructions()


def context_related_text(build: Build) -> str:
    """The text of a Dockerfile that may name a file: commands, values of ENV, and heredocs."""
    texts: list[str] = []
    for instruction in instructions(build):
        if isinstance(instruction, CommandLine | Env):
            texts.append(instruction.arguments_text)
            texts += (heredoc.body for heredoc in instruction.heredocs)
        elif isinstance(instruction, CopyOrAdd):
            texts += (heredoc.body for heredoc in instruction.heredocs)
    return "\n".join(texts)


def _sources(build: Build) -> Iterator[str]:
    for instruction in instructions(build):
        if isinstance(instruction, Run):
            yield from _mounted(build, instruction)
        elif isinstance(instruction, CopyOrAdd) and not (isinstance(instruction, Copy) and instruction.flag("from")):
            for source in instruction.sources:
                if not source.text.startswith("<<"):
                    yield from _patterns(build, instruction, source.text)
    if any("onbuild" in (stage.from_.base.text if stage.from_.base else "") for stage in build.stages):
        yield ""


def _mounted(build: Build, run: Run) -> Iterator[str]:
    for flag in run.flags:
        fields = dict(parse_mount_fields(flag.value or "") or ()) if flag.name == "mount" else {}
        if flag.name == "mount" and (fields.get("type") or "bind").lower() == "bind" and not fields.get("from"):
            yield from _patterns(build, run, fields.get("source") or fields.get("src") or "")


def _patterns(build: Build, instruction: Instruction, text: str) -> Iterator[str]:
    """A source with the values of its variables, and with wildcards for them, as the build may set others."""
    stage = build.stage_of(instruction)
    value = build.state(instruction).value(text)
    values = [value] if value is not None else []
    if "$" in text:
        values.append(re.sub(r"\$(?:\{[^}]*\}|\w+)", "*", text))
    for each in values:
        if isinstance(instruction, Add) and is_remote_source(each):
            continue
        path = each.replace("\\", "/") if stage is not None and stage.is_windows else each
        yield posixpath.normpath("/" + path.lstrip("/")).lstrip("/")


def _matches(context: Context, source: str) -> Iterable[str]:
    if "**" not in source:
        return context.match(source)
    try:
        found = re.compile(python_regex(clean_path(source))).match
    except (ValueError, IgnoreError):
        return ()
    return [path for path in context.files() if found(path)]


def _covers(source: str, path: str) -> bool:
    """Whether a source with wildcards matches the path."""
    if not any(char in source for char in "*?["):
        return False
    try:
        return re.fullmatch(go_glob_regex(source), path) is not None
    except ValueError:
        return False
