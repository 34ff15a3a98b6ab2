"""`--add-ignore`: add a comment before each instruction with findings that ignores them."""

from __future__ import annotations

from ...fixers.write import WriteError, replace_file
from ...syntax.parser import parse
from ...syntax.source import Source
from ..engine.inline_dockerfiles import is_build_definition
from ..engine.known_findings import ALWAYS_REPORTED, report_source
from ..engine.unused_ignores import COMMENT_RULES
from ..output.summary import counted
from ..terminal.streams import inform, warn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine.diagnostic import Diagnostic
    from ..engine.report import Report

_HEAD = "# dlint: ignore["


def add_ignores(reports: Sequence[Report]) -> None:
    """Write the comments into the files, and remove the findings that they ignore from the reports."""
    comments = files = 0
    for report in reports:
        source = report_source(report)
        if source is None or not report.diagnostics:
            continue
        if is_build_definition(report.file):
            inform(f"{report.file}: no comments added: --add-ignore does not support inline Dockerfiles")
            continue
        text, left, added = add_ignore_comments(source, report.diagnostics)
        if not added:
            continue
        try:
            replace_file(report.file, source.encode(), Source(text).encode())
        except WriteError as error:
            warn(f"{report.file}: no comments added: {error}")
            report.fail()
            continue
        report.replace_diagnostics(left)
        comments += added
        files += 1
    inform(f"added {counted(comments, 'comment')} to {counted(files, 'file')}")


def add_ignore_comments(source: Source, diagnostics: Sequence[Diagnostic]) -> tuple[str, list[Diagnostic], int]:
    """The text with the comments, the findings that a comment cannot ignore, and the number of comments."""
    instructions = {instruction.start_line: instruction for instruction in parse(source).instructions}
    wanted: dict[int, set[str]] = {}
    left: list[Diagnostic] = []
    for d in diagnostics:
        always_reported = d.code in ALWAYS_REPORTED or d.code in COMMENT_RULES
        if always_reported or d.instruction_line not in instructions:
            left.append(d)
        else:
            wanted.setdefault(d.instruction_line, set()).add(d.code)
    bare = source.text.removeprefix("\ufeff")
    lines = bare.split("\n")
    for line in sorted(wanted, reverse=True):
        above = lines[line - 2].strip() if line > 1 else ""
        listed, bracket, reason = above[len(_HEAD) :].partition("]")
        ending = "\r" if lines[line - 1].endswith("\r") else ""
        if above.startswith(_HEAD) and bracket:
            codes = {code.strip() for code in listed.split(",")} | wanted[line]
            lines[line - 2] = f"{_HEAD}{', '.join(sorted(codes - {''}))}]{reason}{ending}"
        else:
            start = lines[line - 1]
            indent = start[: len(start) - len(start.lstrip(" \t"))]
            lines.insert(line - 1, f"{indent}{_HEAD}{', '.join(sorted(wanted[line]))}]{ending}")
    # A byte order mark stays the first character of the file.
    return source.text[: len(source.text) - len(bare)] + "\n".join(lines), left, len(wanted)
