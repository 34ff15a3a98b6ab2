"""The text of a split plan. Comments are written once, above what their instruction has become."""

from __future__ import annotations

from ....syntax.tree import Run
from ..base.blocks import (
    from_instruction,
    install_instruction,
    instruction_text,
    instruction_with_comments,
    leading_comments,
    run_instruction,
    write_two_stages,
)
from .plan import (
    Added,
    Artifact,
    Changed,
    Kept,
    KeptCommands,
    PackageInstall,
    Place,
    StageBreak,
    WaitingSource,
    instructions_in,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....syntax.tree import Instruction
    from .plan import Entry, SplitPlan


def write_split(plan: SplitPlan) -> str:
    """The file with both stages."""
    return _Writer(plan).text()


class _Writer:
    """Writes the two stages of a plan.

    `above`: the instructions whose comments and blank lines are above an entry, by its stage and id
    """

    def __init__(self, plan: SplitPlan) -> None:
        self.plan = plan
        self.above: dict[tuple[Place, int], list[Instruction]] = {}
        self._place_comments()

    def text(self) -> str:
        """The file."""
        plan = self.plan
        builder = [
            from_instruction(plan.stage, plan.builder.image, plan.builder.first or plan.builder.name),
            *self._lines(Place.BUILDER, plan.builder.start),
        ]
        final = [from_instruction(plan.stage, plan.runtime.image), *self._lines(Place.RUNTIME, plan.runtime.start)]
        waiting: list[str] = []
        for planned in plan.instructions:
            for entry in planned.builder:
                if isinstance(entry, WaitingSource):
                    builder += waiting
                    waiting = []
                else:
                    (waiting if planned.waits else builder).extend(self._lines(Place.BUILDER, (entry,)))
            final += self._lines(Place.RUNTIME, planned.runtime)
        return write_two_stages(plan.build, plan.stage, builder, final)

    def _place_comments(self) -> None:
        """Find the entry that the comments of each instruction are above.

        A RUN is explained in the builder, if that has a part of it, other instructions in the stage that is shipped.
        The comments of a dropped one are above what follows it.
        """
        entries = {
            Place.BUILDER: _owners(entry for planned in self.plan.instructions for entry in planned.builder),
            Place.RUNTIME: _owners(self.plan.runtime_entries()),
        }
        nearest: dict[Place, Entry] = {}
        for planned in reversed(self.plan.instructions):
            instruction = planned.instruction
            for place, here in ((Place.BUILDER, planned.builder), (Place.RUNTIME, planned.runtime)):
                for entry in reversed([each for each in here if not isinstance(each, WaitingSource)]):
                    nearest[place] = entry
            order = (Place.BUILDER, Place.RUNTIME) if isinstance(instruction, Run) else (Place.RUNTIME, Place.BUILDER)
            own = next(
                ((place, entries[place][id(instruction)]) for place in order if id(instruction) in entries[place]), None
            )
            if own is None and instruction.comments:
                own = next(
                    ((place, nearest[place]) for place in (Place.BUILDER, Place.RUNTIME) if place in nearest), None
                )
            if own is not None:
                self.above.setdefault((own[0], id(own[1])), []).insert(0, instruction)

    def _lines(self, place: Place, entries: Iterable[Entry]) -> list[str]:
        """The entries with their comments, as lines."""
        build = self.plan.build
        lines: list[str] = []
        for entry in entries:
            above = self.above.get((place, id(entry)), [])
            if isinstance(entry, Kept) and above == [entry.instruction]:
                lines.append(instruction_with_comments(build, entry.instruction))
                continue
            lines += [line for instruction in above for line in leading_comments(build, instruction)]
            lines += _text(self.plan, entry)
        return lines


def _text(plan: SplitPlan, entry: Entry) -> list[str]:
    """The lines of an entry without the comments of the file."""
    if isinstance(entry, Kept):
        return [instruction_text(plan.build, entry.instruction)]
    if isinstance(entry, KeptCommands):
        return [run_instruction(entry.commands, entry.instruction.flags)]
    if isinstance(entry, Changed):
        return [entry.text]
    if isinstance(entry, PackageInstall):
        names = dict.fromkeys(package.name for package in entry.packages)
        return [install_instruction(entry.words, names)]
    if isinstance(entry, Artifact):
        owner = f"--chown={entry.owner} " if entry.owner else ""
        copy = f"COPY --from={entry.stage or plan.builder.name} {owner}{entry.path} {entry.target or entry.path}"
        return [f"# {entry.note}", copy] if entry.note else [copy]
    if isinstance(entry, StageBreak):
        keyword = plan.stage.from_.keyword
        return ["", f"# {entry.note}", f"{keyword} {plan.builder.first} AS {plan.builder.name}"]
    if isinstance(entry, Added):
        return [f"# {entry.note}", entry.text] if entry.note else [entry.text]
    return []


def _owners(entries: Iterable[Entry]) -> dict[int, Entry]:
    """The first entry that an instruction has become, by the id of the instruction."""
    found: dict[int, Entry] = {}
    for entry in entries:
        for instruction in instructions_in(entry):
            found.setdefault(id(instruction), entry)
    return found
