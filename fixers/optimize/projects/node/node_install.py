"""What the builder of a Node.js project has for the RUN that installs the dependencies, and for global programs."""

from __future__ import annotations

from dataclasses import replace

from ...base.blocks import run_instruction
from ...base.run_steps import RunCommand
from ...split.plan import Added, Changed, KeptCommands, Place, StageBreak, WaitingSource
from .node_packages import installs_manager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .....model.packages.calls import PackageCall
    from .....syntax.tree import Run
    from ...split.language_stack import PlacedCommand
    from ...split.plan import Entry
    from .node_packages import StartedPrograms

BUILDS = "builds"
"""The reason for the place of a command that builds."""


class DependencyInstall:
    """The install `call` of the dependencies.

    `omitting`: the option that omits devDependencies, "" where they stay
    `manifests`: what copies the files that it reads
    `first_part`: whether the final stage gets the packages of the part of the builder that ends with this install
    """

    def __init__(self, call: PackageCall, omitting: str, manifests: Sequence[Entry], *, first_part: bool) -> None:
        self.call = call
        self.omitting = omitting
        self.manifests = manifests
        self.first_part = first_part

    def entries(self, run: Run, commands: Sequence[PlacedCommand], text: str) -> list[Entry]:
        """What the builder has for the commands of the RUN; `text`: that of a RUN with one command, else ""."""
        after = [each.text for each in commands if each.reason == BUILDS]
        before = [each for each in commands if each.reason != BUILDS]
        first = [each for each in before if self._is_for_install(each)] if self.first_part else []
        entries = [*self.manifests, *self._without_development(run, first)]
        entries += self._install(run, [each for each in before if each not in first or self._is_install(each)], text)
        return [*entries, WaitingSource(), *([KeptCommands(run, tuple(after))] if after else [])]

    def _install(self, run: Run, commands: Sequence[PlacedCommand], text: str) -> list[Entry]:
        """The install with what precedes the build in its RUN."""
        if self.first_part or not self.omitting:
            texts = [each.text for each in commands]
            return [Changed(run, text) if text and len(texts) == 1 else KeptCommands(run, tuple(texts))]
        return [Changed(run, f"{text.rstrip()} {self.omitting}")]

    def _without_development(self, run: Run, commands: Sequence[PlacedCommand]) -> list[Entry]:
        """The install that the final stage gets, and the end of that part of the builder."""
        if not commands:
            return []
        texts = [f"{each.text} {self.omitting}" if self._is_install(each) else each.text for each in commands]
        return [Added(run_instruction(texts, run.flags)), StageBreak("the build has the devDependencies, too")]

    def _is_install(self, placed: PlacedCommand) -> bool:
        return placed.command.call is self.call

    def _is_for_install(self, placed: PlacedCommand) -> bool:
        """Whether a command installs the dependencies, or the package manager."""
        call = placed.command.call
        return call is None or self._is_install(placed) or installs_manager(call)


def place_program(
    placed: PlacedCommand, started: StartedPrograms, *, built: bool, late: bool
) -> Iterator[PlacedCommand]:
    """An install of global programs in the places where something may run them; other commands as they are.

    `built`: whether something is built; `late`: the builder has ended before.
    """
    command, call = placed.command, placed.command.call
    if call is None and command.command.name == "corepack":
        stays = not started.programs.isdisjoint(("yarn", "pnpm", "corepack"))
        builds = True
    elif call is not None and call.packages:
        unused = [package.word.value for package in call.packages if not started.may_need(package)]
        stays = len(unused) < len(call.packages)
        builds = not stays or installs_manager(call) or (built and started.may_build(call))
        if stays and unused:
            if builds and not late:
                yield replace(placed, place=Place.BUILDER)
            text = " ".join(word for word in command.text.split() if word not in unused)
            narrowed = RunCommand(command.command, command.kind, call, text)
            yield replace(placed, place=Place.RUNTIME, command=narrowed, text=text)
            return
    else:
        yield placed
        return
    if builds and not late:
        yield replace(placed, place=Place.BOTH if stays else Place.BUILDER)
    else:
        yield replace(placed, place=Place.RUNTIME if stays else Place.DROPPED)


def is_global(call: PackageCall) -> bool:
    """Whether a call installs packages globally."""
    return call.has("-g", "--global") or call.path.startswith("global")
