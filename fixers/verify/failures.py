"""Find the line of a Dockerfile at which a build failed, from the output of the builder."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from ...model.build import Build
from ...syntax.parser import parse
from ...syntax.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...syntax.tree import Instruction

_STEPS = (
    re.compile(r"^ > \[[^\]]*?\d+/\d+\] (.+?):?$"),  # BuildKit, before the output of what failed
    re.compile(r'building at STEP "(.+?)":'),  # Buildah and Podman
)
_LINE = re.compile(r"^[^\s:]+:(\d+)$")  # BuildKit, above the lines of the file
_PARSE = re.compile(r"(?:dockerfile )?parse error (?:on|at) line (\d+)|Dockerfile:(\d+)", re.IGNORECASE)
_STEP = re.compile(r"^(?:\[\d+/\d+\] )?STEP \d+/\d+: (.+)$")
_NAMED_STEP = re.compile(r'^building at STEP ".*?": ')
_ERRORS = re.compile(r"^(?:#\d+ )?(?:ERROR|Error|error)\b:?\s*(.+)$")


_FAILED = re.compile(r"^#(\d+) ERROR: ")
_OWN = re.compile(
    r"^(?:(?:E|ERROR|error|fatal|\w+Error): |npm (?:ERR!|error) |\[ERROR\] )\S"
    r"|\b(?:fatal )?error(?:\[\w+\])?: ",
    re.ASCII,
)
"""What programs write before an error: apt, npm, Maven, pip, git, Python, compilers, rustc."""
_WRAPPERS = re.compile(
    r"did not complete successfully|executor failed running|while running runtime|subprocess-exited-with-error"
    r"|failed to solve|A complete log of this run|building at STEP"
)
"""What pip, npm and builders say of the failure of something that they started."""


class BuildFailure:
    """The line of the file (0 when unknown), the instruction there, and the error of the program that failed.

    Without one, `message` is what the builder says.
    """

    __slots__ = ("instruction", "line", "message")

    def __init__(self, line: int, instruction: str, message: str) -> None:
        self.line = line
        self.instruction = instruction
        self.message = message


def locate_failure(text: str, output: Sequence[str]) -> BuildFailure:
    """Where the build of the Dockerfile `text` failed; `output` are the last lines of its output."""
    message = next((match[1] for line in reversed(output) if (match := _ERRORS.match(line))), "")
    message = _own_error(output) or _NAMED_STEP.sub("", message) or (output[-1].strip() if output else "")
    build = Build(parse(Source(text)))
    instructions = [instruction for stage in build.stages for instruction in (stage.from_, *stage.instructions)]
    found = _by_line(instructions, output) or _by_step(instructions, _failed_step(output))
    return BuildFailure(found.start_line, _short(found), message) if found else BuildFailure(0, "", message)


def _own_error(output: Sequence[str]) -> str:
    """The first error that the failed step wrote itself; "" for none."""
    failed = next((match[1] for line in reversed(output) if (match := _FAILED.match(line))), "")
    if failed:
        prefix = re.compile(rf"^#{failed} [\d.]+ ")
        lines = [prefix.sub("", line) for line in output if prefix.match(line)]
    else:
        begins = [number for number, line in enumerate(output) if _STEP.match(line)]
        lines = list(output[begins[-1] + 1 :]) if begins else []
    return next((line.strip() for line in lines if _OWN.search(line) and not _WRAPPERS.search(line)), "")


def _by_line(instructions: Sequence[Instruction], output: Sequence[str]) -> Instruction | None:
    """The instruction at the first line number in the output."""
    for line in output:
        match = _LINE.match(line) or _PARSE.search(line)
        number = int(next(group for group in match.groups() if group)) if match else 0
        hit = next((each for each in instructions if each.start_line <= number <= each.end_line), None)
        if hit is not None:
            return hit
    return None


def _by_step(instructions: Sequence[Instruction], step: str) -> Instruction | None:
    """The instruction most like the failed step that the builder printed."""
    best = max(instructions, key=lambda each: _likeness(each, step), default=None) if step else None
    return best if best is not None and _likeness(best, step) >= 0.5 else None


def _failed_step(output: Sequence[str]) -> str:
    for pattern in _STEPS:
        found = [match[1] for line in output if (match := pattern.search(line))]
        if found:
            return found[-1]
    begun = [match[1] for line in output if (match := _STEP.match(line))]
    return begun[-1] if begun else ""


def _likeness(instruction: Instruction, step: str) -> float:
    mine = _plain(instruction.logical.text)
    theirs = _plain(step)
    if mine.partition(" ")[0] != theirs.partition(" ")[0]:
        return 0.0
    return 1.0 if mine == theirs else SequenceMatcher(None, mine[:2000], theirs[:2000]).ratio()


def _plain(text: str) -> str:
    """The words of an instruction without list syntax, which builders print differently."""
    words = re.sub(r'[\[\]",]', " ", text).split()
    return " ".join([words[0].upper(), *words[1:]]) if words else ""


def _short(instruction: Instruction) -> str:
    text = " ".join(instruction.logical.text.split())
    return text if len(text) <= 80 else text[:77] + "..."
