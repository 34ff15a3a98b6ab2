"""The plan of `dlint optimize` for a file: plain lines in a pipe, tables and colors on a terminal."""

from __future__ import annotations

import sys

from ...fixers.optimize.base.rewrite import NothingToDo
from ..output.diff import colored_diff, file_diff
from ..output.markdown import markdown_row
from ..terminal.colors import stdout_has_colors
from ..terminal.streams import printable, write_stdout, write_stdout_raw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...fixers.optimize.base.rewrite import RewriteOutcome
    from ...fixers.optimize.pipeline import OptimizeResult

    Line = tuple[str, str]
    Figure = tuple[str, int, int]


def write_plan(name: str, result: OptimizeResult, explain: bool) -> None:
    """Write the plan: what is done and what is refused, with reasons, and the figures that change.

    With `explain` also the rewrites that do not apply, each tested precondition, and the plan of a stage split.
    """
    lines = [line for outcome in result.outcomes for line in _outcome(outcome, explain)] or [("  nothing to do", "dim")]
    lines.insert(0, (name, "bold"))
    figures = [(what, before, after) for what, before, after in result.figures if before != after]
    write_stdout(_drawn(lines, figures) if sys.stdout.isatty() else _plain(lines, figures))


def plan_markdown(name: str, result: OptimizeResult) -> str:
    """The plan in Markdown: a table of the rewrites, and one of the figures that change."""
    text = f"### `{name}`\n\n"
    rows: list[tuple[str, str, str]] = []
    for outcome in result.outcomes:
        if outcome.text is not None:
            rows += [(outcome.name, step.title, step.saving or step.reason) for step in outcome.steps]
        elif outcome.rejection is not None and not isinstance(outcome.rejection, NothingToDo):
            where = f"line {outcome.rejection.line}: " if outcome.rejection.line else ""
            rows.append((outcome.name, "refused", f"{where}{outcome.rejection}"))
    if not rows:
        return f"{text}Nothing to do.\n"
    text += "| rewrite | step | why |\n|---|---|---|\n" + "".join(map(markdown_row, rows))
    figures = [(what, str(before), str(after)) for what, before, after in result.figures if before != after]
    if figures:
        text += "\n| | before | after |\n|---|---:|---:|\n" + "".join(map(markdown_row, figures))
    return text


def write_rewrite_diff(path: str, before: str, after: str) -> None:
    """Write the diff, colored on a terminal."""
    if before == after:
        return
    patch = file_diff(path, before, after)
    if stdout_has_colors():
        write_stdout(colored_diff(patch))
    else:
        write_stdout_raw(patch)


def _outcome(outcome: RewriteOutcome, explain: bool) -> Iterator[Line]:
    """The lines of a rewrite, each with its style for rich."""
    for step in outcome.steps if outcome.text is not None else ():
        yield f"  {outcome.name}: {step.title}", "green"
        yield f"      why: {step.reason}", ""
        if step.saving:
            yield f"      saves: {step.saving}", ""
        if step.risk:
            yield f"      check: {step.risk}", "yellow"
    if outcome.rejection is not None and (explain or not isinstance(outcome.rejection, NothingToDo)):
        where = f" (line {outcome.rejection.line})" if outcome.rejection.line else ""
        what = "nothing to do" if isinstance(outcome.rejection, NothingToDo) else "refused"
        yield f"  {outcome.name}: {what}{where}: {outcome.rejection}", "dim"
    if explain:
        for check in outcome.checks:
            yield f"      {'yes' if check.ok else 'no '}  {check.text}", "" if check.ok else "red"
        for line in outcome.plan.lines if outcome.plan is not None and outcome.text is not None else ():
            yield f"      {line}", "dim"


def _plain(lines: list[Line], figures: list[Figure]) -> str:
    texts = [printable(text) for text, _ in lines]
    if figures:
        texts += ["", f"  {'':40} {'before':>6} {'after':>6}"]
        texts += [f"  {what:40} {before:>6} {after:>6}" for what, before, after in figures]
    return "\n".join(texts) + "\n"


def _drawn(lines: list[Line], figures: list[Figure]) -> str:
    from io import StringIO

    from rich import box
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from ..output.formats.full import Terminal

    terminal = Terminal()
    page = StringIO()
    colors = "standard" if terminal.colors else None
    console = Console(file=page, force_terminal=True, color_system=colors, width=terminal.width, highlight=False)
    for text, style in lines:
        words = text.lstrip(" ")
        console.print(Padding(Text(printable(words), style), (0, 0, 0, len(text) - len(words))))
    if figures:
        table = Table(box=box.SIMPLE_HEAD)
        table.add_column("")
        table.add_column("before", justify="right")
        table.add_column("after", justify="right")
        for what, before, after in figures:
            style = "green" if after < before and what != "stages" else ""
            table.add_row(what, str(before), Text(str(after), style))
        console.print(table)
    return "\n".join(line.rstrip(" ") for line in page.getvalue().split("\n"))
