"""The text of a rewritten Dockerfile: instructions of the old one, with their comments, and new ones."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ....model.build import Build, Stage
    from ....syntax.tree import Flag, Instruction

WIDTH = 100


def instruction_with_comments(build: Build, instruction: Instruction) -> str:
    """The text of an instruction in the file, with the comments and the blank line above it."""
    text = build.dockerfile.source.text
    start = min([instruction.start, *(comment.start for comment in instruction.comments)])
    start = text.rfind("\n", 0, start) + 1
    blank = "\n" if text[:start].endswith(("\n\n", "\n\r\n")) else ""
    return blank + text[start : instruction.end].replace("\r\n", "\n")


def instruction_text(build: Build, instruction: Instruction) -> str:
    """The text of an instruction in the file, without the comments above it."""
    return build.dockerfile.source.text[instruction.start : instruction.end].replace("\r\n", "\n")


def lines_with_comments(text: str, instruction: Instruction) -> tuple[int, int]:
    """The start and end offsets of the lines of an instruction, with the comments directly above it."""
    start, end = line_of(text, instruction)
    for comment in reversed([each for each in instruction.comments if each.start < instruction.start]):
        if text.find("\n", comment.start) + 1 != start:
            break
        start = text.rfind("\n", 0, comment.start) + 1
    return start, end


def line_of(text: str, instruction: Instruction) -> tuple[int, int]:
    """The start and end offsets of the lines of an instruction."""
    start = text.rfind("\n", 0, instruction.start) + 1
    end = text.find("\n", instruction.end)
    return start, len(text) if end < 0 else end + 1


def leading_comments(build: Build, instruction: Instruction) -> list[str]:
    """The comments and the blank line above an instruction, as lines."""
    upto = instruction_text(build, instruction)
    lines = instruction_with_comments(build, instruction).removesuffix(upto).rstrip("\n")
    return lines.split("\n") if lines else []


def trailing_comments(build: Build) -> list[str]:
    """The comments after the last instruction, with the blank line before them."""
    text = build.dockerfile.source.text.replace("\r\n", "\n")
    rest = text[build.dockerfile.instructions[-1].end :]
    return [rest.strip("\n") if not rest.startswith("\n\n") else "\n" + rest.strip("\n")] if rest.strip() else []


def file_header(build: Build, stage: Stage) -> str:
    """The text before the stage: directives, comments, global ARGs."""
    text = build.dockerfile.source.text.replace("\r\n", "\n")
    start = build.dockerfile.source.text[: stage.start].replace("\r\n", "\n")
    return text[: len(start)].rstrip("\n")


def from_instruction(stage: Stage, image: str = "", name: str = "") -> str:
    """The FROM of a stage with another image or name."""
    words = [stage.from_.keyword, *(flag.text for flag in stage.from_.flags)]
    words.append(image or (stage.from_.base.text if stage.from_.base else ""))
    alias = name or (stage.from_.alias.text if stage.from_.alias else "")
    return " ".join([*words, *(("AS", alias) if alias else ())])


def run_instruction(commands: Sequence[str], flags: Sequence[Flag] = ()) -> str:
    """A RUN with the commands joined by `&&`, one per line when there are several or they are long."""
    start = " ".join(["RUN", *(flag.text for flag in flags)])
    line = f"{start} {' && '.join(commands)}"
    if len(line) <= WIDTH and "\n" not in line and len(commands) < 3:
        return line
    return f"{start} " + " \\\n    && ".join(commands)


def apt_install_instruction(before: Sequence[str], packages: Iterable[str], lists: str = "/var/lib/apt/lists") -> str:
    """A RUN that updates the package lists, installs the packages (one per line) and deletes the lists."""
    words = " \\\n        ".join(sorted(packages))
    install = " ".join(before)
    return f"RUN apt-get update \\\n    && {install} \\\n        {words} \\\n    && rm -rf {lists}/*"


def install_instruction(before: Sequence[str], packages: Iterable[str]) -> str:
    """A RUN that installs packages with the manager that the words `before` call, and leaves no package lists."""
    if "apk" not in before:
        return apt_install_instruction(before, packages)
    return " \\\n        ".join([f"RUN {' '.join(before)}", *sorted(packages)])


def join_blocks(text: Sequence[str]) -> str:
    """The parts of a file joined, with at most one blank line between them."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(text)).strip("\n") + "\n"


def write_two_stages(build: Build, stage: Stage, builder: Iterable[str], final: Iterable[str]) -> str:
    """The file with a builder and a final stage instead of its only stage."""
    start = file_header(build, stage)
    return join_blocks([*([start] if start else []), *builder, "", *final, *trailing_comments(build)])
