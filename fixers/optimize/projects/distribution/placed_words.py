"""The commands of a RUN with the directory that each runs in, and their words as paths of the image."""

from __future__ import annotations

import posixpath
import re

from ...base.rewrite import RewriteRejected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .....model.build import Build
    from .....syntax.command import Command
    from .....syntax.tree import Run

_VARIABLE = re.compile(r"\$\{?(\w+)")


class PlacedWords:
    """A command of a RUN and the directory `here` that it runs in."""

    def __init__(self, build: Build, run: Run, command: Command, here: str) -> None:
        self.build = build
        self.run = run
        self.command = command
        self.here = here

    @property
    def text(self) -> str:
        """The command, shortened for messages."""
        return " ".join(self.command.text.split())[:60]

    def value(self, text: str) -> str | None:
        """The text with its variables expanded; None when one is not known before the build."""
        if "`" in text or "$(" in text:
            return None
        state = self.build.state(self.run)
        if any(name not in state.vars for name in _VARIABLE.findall(text)):
            return None
        return state.value(text)

    def path(self, text: str) -> str:
        """The absolute path that a word names. Raises RewriteRejected when it is unknown."""
        found = self.value(text)
        if found is None or "*" in found:
            raise self.rejected(f"the path `{text}` in `{self.text}` is unknown; write it out")
        found = re.sub(r"^~(?=/|$)", "/root", found)
        return posixpath.normpath(posixpath.join(self.here, found))

    def option(self, *flags: str) -> str | None:
        """The value of an option as written; None without it."""
        found = self.command.option(*flags)
        return found if found is None or isinstance(found, str) else found.value

    def rejected(self, reason: str) -> RewriteRejected:
        """A refusal at the line of the RUN."""
        return RewriteRejected(reason, self.run)


def placed_commands(build: Build, run: Run) -> Iterator[PlacedWords]:
    """The commands of a RUN in order, without `cd`. Raises RewriteRejected when a directory is unknown."""
    start = build.state(run).path(".")
    here = {0: start if start is not None else "/"}
    for command in build.commands(run):
        depth = command.context.count("subshell")
        here = {level: path for level, path in here.items() if level <= depth}
        place = PlacedWords(build, run, command, here[max(here)])
        if command.name in ("cd", "pushd"):
            operands = command.operands()
            here[depth] = place.path(operands[0].value) if operands else "/root"
        else:
            yield place
