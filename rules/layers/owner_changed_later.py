"""OPT004."""

from __future__ import annotations

from ...fixers.edits.edit import UNSAFE, Edit, Fix
from ...model.files import commands_with_directories, covers, resolve_image_path
from ...syntax.tree import Add, Copy, Run
from ..base import INFO, Bad, Finding, Good, rule
from ..text import format_line_numbers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ...model.build import Build, Stage
    from ...syntax.command import Command, Word

_CHANGERS = ("chown", "chmod")
_MOST = 5
"""So many COPYs are named in a message."""


@rule(
    "OPT004",
    level=INFO,
    since="0.1",
    onbuild=False,
    fix=UNSAFE,
    prefilter=("chown", "chmod"),
)
def owner_changed_later(stage: Stage, build: Build) -> Iterator[Finding]:
    """A RUN changes the owner or the mode of everything that a COPY has just brought.

    ## Why
    A layer holds whole files: those whose owner or mode changes are stored a second time, and sent and pulled twice.

    ## What to do
    `COPY --chown=app:app` (or `--chmod=755`, which needs BuildKit) writes them once. A folder that the program writes
    to may still need a `chown` of its own, without `-R`.

    ## What is left alone
    Stages that are not shipped. Owners and folders that are not known, a COPY that has the flag already, and a RUN
    before that made the folder.

    ## Fix safety
    Unsafe: COPY gets the flag, and the `-R` of the RUN goes, so that the folder itself still changes its owner. What
    else lies below it, or came with the base image, keeps the owner that it has. Modes are left to you.
    """
    if not build.is_shipped(stage):
        return
    copied: dict[str, list[Copy | Add]] = {}
    for instruction in stage.instructions:
        if isinstance(instruction, Copy | Add):
            word = instruction.destination
            target = build.state(instruction).path(word.text) if word is not None else None
            if target is not None and not instruction.flag("parents"):
                copied.setdefault(target, []).append(instruction)
        elif isinstance(instruction, Run) and copied and "R" in build.script(instruction).text:
            for command, folder in commands_with_directories(build, instruction):
                if command.name in _CHANGERS and not command.context and command.has("-R"):
                    yield from _change(build, copied, instruction, command, folder)


def _change(
    build: Build, copied: Mapping[str, Sequence[Copy | Add]], run: Run, command: Command, folder: str | None
) -> Iterator[Finding]:
    operands = command.operands(("--reference", "--from"))
    if len(operands) != 2 or operands[0].dynamic or operands[1].dynamic or command.has("--reference"):
        return
    path = resolve_image_path(build, run, folder, operands[1].value)
    if path is None or path == "/":
        return
    copies = [copy for target, there in copied.items() if covers(path, target) for copy in there]
    copies.sort(key=lambda copy: copy.start)
    if not copies or any(copy.flag(command.name) for copy in copies):
        return
    places, advice = format_line_numbers([copy.start_line for copy in copies[-_MOST:]]), _advice(command, operands[0])
    yield Finding(
        f"`{command.name}` stores what {copies[0].name} on {places} brought a second time; {advice}",
        command,
        related=[(copy, "brought here") for copy in copies[-_MOST:]],
        fix=_fix(build, copies, run, command, operands[0]),
    )


def _advice(command: Command, wanted: Word) -> str:
    value = wanted.value
    if command.name == "chown" and value.partition(":")[0] in ("root", "0"):
        return "it belongs to root already"
    if command.name == "chmod" and value[-1:] in ("2", "3", "6", "7"):
        return "`--chmod` there gives the mode that you need, not to all the world"
    return f"write `--{command.name}={value}` there"


def _fix(
    build: Build,
    copies: Sequence[Copy | Add],
    run: Run,
    command: Command,
    owner: Word,
) -> Fix | None:
    """The flag on the COPYs, and `chown` of the folder only."""
    recursive = next((word for word in command.words if word.value == "-R"), None)
    stage = build.stage_of(run)
    since = stage.instructions[build.index_of(copies[0]) : build.index_of(run)] if stage else ()
    alone = len(build.commands(run)) == 1 and not run.json and not run.heredocs
    if command.name != "chown" or recursive is None or not alone or any(isinstance(i, Run) for i in since):
        return None
    if not all(char.isalnum() or char in "_-.:" for char in owner.value) or run.comments:
        return None
    edits = [Edit(copy.keyword_end, copy.keyword_end, f" --chown={owner.value}") for copy in copies]
    edits.append(Edit(recursive.start - 1, recursive.end, ""))
    if build.dockerfile.source.text[recursive.start - 1] != " ":
        return None
    return Fix(f"Copy with `--chown={owner.value}`", UNSAFE, edits, declare_edits=True)


EXAMPLES = (
    Bad(
        "WORKDIR /app\nCOPY . .\nRUN «chown -R app:app /app»",
        message="stores what COPY on line 3 brought a second time",
        fixed="WORKDIR /app\nCOPY --chown=app:app . .\nRUN chown app:app /app",
    ),
    Bad("COPY a /srv/a\nCOPY b /srv/b\nRUN «chown -vR www-data /srv»"),
    Bad("COPY bin /opt/bin\nRUN «chmod -R 755 /opt/bin»", message="`--chmod=755`"),
    Bad("WORKDIR /app\nCOPY . .\nRUN make && «chown -R app .»", why="the RUN does more, so there is no fix"),
    Good("COPY --chown=app . /app\nRUN chown -R app /app"),
    Good("RUN mkdir /app && chown -R app /app\nCOPY . /app"),
    Good("COPY a /a\nRUN chown -R app /b", why="another folder"),
    Good("COPY run.sh /\nRUN chmod +x /run.sh", why="one small file"),
    Good("FROM debian:12 AS b\nCOPY . /a\nRUN chown -R app /a\nFROM debian:12", why="not shipped"),
)
