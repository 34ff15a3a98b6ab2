"""`dlint tree FILE`: show how a Dockerfile is parsed."""

from __future__ import annotations

from ...model.build import Build
from ...syntax.buildkit_dump import dump
from ...syntax.parser import parse
from ...syntax.source import Source, SourceError
from ..engine.linter import check_size, read_source
from ..terminal.exit_status import BROKEN, CLEAN, FOUND
from ..terminal.streams import printable, warn, write_stdout
from .lint_files import read_standard_input
from .shared_options import apply_output_options

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from ...syntax.tree import Dockerfile, Instruction


def run_tree(arguments: argparse.Namespace) -> int:
    """Write the tree of the file and return the exit status: FOUND if BuildKit rejects the file."""
    apply_output_options(arguments)
    try:
        if arguments.file == "-":
            source = Source.decode(check_size(read_standard_input()))
        else:
            source = read_source(arguments.file)
    except SourceError as error:
        warn(f"`{arguments.file}`: {error}")
        return BROKEN
    dockerfile = parse(source)
    if arguments.format == "json":
        from ..output.formats.json import dumps

        write_stdout(dumps(tree_json(dockerfile)))
    else:
        write_stdout(tree_text(dockerfile))
    return FOUND if dockerfile.errors else CLEAN


def tree_json(dockerfile: Dockerfile) -> dict[str, object]:
    """The tree as JSON data. Lines are numbered from 1; the lines of a stage are those of its FROM, as in BuildKit."""
    stages = Build(dockerfile).stages
    return {
        "escape": dockerfile.escape,
        "directives": {directive.name: directive.value for directive in dockerfile.directives},
        "instructions": [_instruction(instruction) for instruction in dockerfile.instructions],
        "stages": [
            {
                "name": stage.name,
                "base": stage.from_.base.text if stage.from_.base else "",
                "platform": _flag(stage.from_, "platform"),
                "start": stage.from_.start_line,
                "end": stage.from_.end_line,
            }
            for stage in stages
        ],
        "errors": [{"line": error.line, "message": error.message} for error in dockerfile.errors],
    }


def _instruction(instruction: Instruction) -> dict[str, object]:
    """An instruction. ONBUILD has the flags and form of its trigger, and its keyword and arguments as arguments."""
    node = instruction.trigger or instruction
    keyword = [node.keyword] if node is not instruction else []
    return {
        "keyword": instruction.keyword,
        "start": instruction.start_line,
        "end": instruction.end_line,
        "flags": [flag.text for flag in (*instruction.flags, *(node.flags if keyword else ()))],
        "arguments": keyword + [argument.text for argument in node.arguments],
        "form": instruction_form(node),
        "heredocs": [
            {"name": h.name, "fd": h.fd, "expand": h.expand, "chomp": h.chomp, "content": h.body}
            for h in instruction.heredocs
        ],
        "dump": dump(instruction),
    }


def instruction_form(instruction: Instruction) -> str:
    """`exec` (a JSON array), `shell`, `legacy` or `pairs` (ENV, LABEL, ARG), or `words`."""
    if instruction.json:
        return "exec"
    if instruction.pairs:
        return "legacy" if instruction.pairs[0].legacy else "pairs"
    return "shell" if instruction.name in ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK", "SHELL") else "words"


def _flag(instruction: Instruction, name: str) -> str:
    flag = instruction.flag(name)
    return flag.value or "" if flag else ""


def tree_text(dockerfile: Dockerfile) -> str:
    """One line per instruction, then the errors."""
    lines = [f"# escape={dockerfile.escape}"] if dockerfile.escape != "\\" else []
    for i in dockerfile.instructions:
        where = str(i.start_line) if i.start_line == i.end_line else f"{i.start_line}-{i.end_line}"
        lines.append(f"{where:>9}  {dump(i)}")
    lines += [f"{error.line:>9}  error: {error.message}" for error in dockerfile.errors]
    return "".join(printable(line) + "\n" for line in lines)
