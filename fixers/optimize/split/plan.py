"""The plan of a stage split: where each instruction of the only stage goes, and why.

A plan is complete when it is made. `writer.py` makes the new file from it, `plan_report.py` shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....model.build import Build, Stage
    from ....syntax.tree import Instruction


class Place(Enum):
    """Where an instruction or a command of a RUN goes."""

    BUILDER = "builder"
    RUNTIME = "runtime"
    BOTH = "both"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Kept:
    """An instruction as it is in the file."""

    instruction: Instruction


@dataclass(frozen=True, slots=True)
class KeptCommands:
    """A RUN of some commands of the RUN `instruction`, each on one line, with its cache mounts."""

    instruction: Instruction
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """An instruction of the file with another text."""

    instruction: Instruction
    text: str


@dataclass(frozen=True, slots=True)
class Added:
    """A new instruction, and the comment above it, "" for none."""

    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A path of the builder that the runtime gets, and what it is.

    `target`: the path there, "" for the same; `note`: a comment; `stage`: the stage with it, "" for the builder
    `owner`: its owner there, "" for root
    """

    path: str
    reason: str
    target: str = ""
    note: str = ""
    stage: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class RuntimePackage:
    """A system package, as written, and what needs it."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class PackageInstall:
    """A RUN that installs system packages, instead of those of the RUNs `of`; `words` precede the packages."""

    words: tuple[str, ...]
    packages: tuple[RuntimePackage, ...]
    of: tuple[Instruction, ...] = ()


@dataclass(frozen=True, slots=True)
class WaitingSource:
    """The place in the builder of the COPYs that wait until the dependencies are installed."""


@dataclass(frozen=True, slots=True)
class StageBreak:
    """The end of the first part of the builder, from which the final stage gets something, too; `note` is a comment."""

    note: str


Entry = Kept | KeptCommands | Changed | Added | Artifact | PackageInstall | WaitingSource | StageBreak


@dataclass(frozen=True, slots=True)
class PlannedCommand:
    """A command of a RUN on one line, its place and the reason."""

    text: str
    place: Place
    reason: str


@dataclass(frozen=True, slots=True)
class PlannedInstruction:
    """What becomes of an instruction.

    `place`, `reason`: where it goes, and why
    `builder`, `runtime`: what each stage has there
    `commands`: the commands of a RUN that is split
    `waits`: in the builder it comes at the `WaitingSource`
    """

    instruction: Instruction
    place: Place
    reason: str
    builder: tuple[Entry, ...] = ()
    runtime: tuple[Entry, ...] = ()
    commands: tuple[PlannedCommand, ...] = ()
    waits: bool = False


@dataclass(frozen=True, slots=True)
class PlannedStage:
    """A stage of the new file.

    `image`: its base image, "" for that of the file, and the `reason`
    `start`: its first instructions
    `name`: its name; `first`: the name of its part before a `StageBreak`
    """

    image: str
    reason: str
    start: tuple[Entry, ...] = ()
    name: str = ""
    first: str = ""


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """The plan of a split of `stage` of `build`."""

    build: Build
    stage: Stage
    builder: PlannedStage
    runtime: PlannedStage
    instructions: tuple[PlannedInstruction, ...]

    def runtime_entries(self) -> Iterator[Entry]:
        """What the final stage has, in order."""
        yield from self.runtime.start
        for planned in self.instructions:
            yield from planned.runtime

    def artifacts(self) -> list[Artifact]:
        """What the final stage gets from the builder."""
        return [entry for entry in self.runtime_entries() if isinstance(entry, Artifact)]

    def packages(self) -> list[RuntimePackage]:
        """The system packages that the final stage installs."""
        installs = [entry for entry in self.runtime_entries() if isinstance(entry, PackageInstall)]
        return [package for install in installs for package in install.packages]


def instructions_in(entry: Entry) -> tuple[Instruction, ...]:
    """The instructions of the file that an entry is, or is a part of."""
    if isinstance(entry, Kept | KeptCommands | Changed):
        return (entry.instruction,)
    return entry.of if isinstance(entry, PackageInstall) else ()
