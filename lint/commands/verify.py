"""`dlint optimize --verify`: build before and after, and compare the images."""

from __future__ import annotations

import os
import sys

from ...fixers.optimize.ignore.proposal import read_ignore_text
from ...fixers.verify.builders import BuilderError, find_builder
from ...fixers.verify.verification import BuildObserver, Verdict, VerifyOptions, verify
from ...model.ignore_file import find_ignore_file
from ..output.markdown import markdown_row, markdown_text
from ..terminal.progress import StatusLine
from ..terminal.streams import inform, is_verbose, printable, warn, write_stderr, write_stdout
from .dockerignore import format_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from ...fixers.verify.builders import BuildResult
    from ...fixers.verify.comparison import FileComparison
    from ...fixers.verify.verification import SideResult
    from ...model.context import Context

_LAST_LINES = 20
"""Lines of the builder's output that are written when a build fails."""

TableRow = tuple[str, str, str, str]
"""What is compared, before, after, and a remark."""


class VerifyRequest:
    """Two texts of a Dockerfile, each with the text of its ignore file, to compare in one build context (`root`)."""

    __slots__ = ("after", "after_ignore", "before", "before_ignore", "name", "root")

    def __init__(self, name: str, root: str, before: str, after: str, ignores: tuple[str | None, str | None]) -> None:
        self.name = name
        self.root = root
        self.before = before
        self.after = after
        self.before_ignore, self.after_ignore = ignores

    @property
    def changes(self) -> bool:
        """Whether the texts differ."""
        return self.before != self.after or self.before_ignore != self.after_ignore


def ignore_file_text(dockerfile: str, context: Context) -> str | None:
    """The text of the ignore file that a build reads; None if there is none or it cannot be read."""
    path = find_ignore_file(dockerfile, context.root)
    try:
        return read_ignore_text(path) if path is not None else None
    except OSError:
        return None


def verify_option_error(arguments: argparse.Namespace) -> str:
    """An error for options that require --verify, or an invalid --timeout; else empty."""
    given = (
        arguments.builder,
        arguments.smoke,
        arguments.touch,
        arguments.keep,
        arguments.timeout,
        arguments.build_arg,
    )
    words = ("--builder", "--smoke", "--touch", "--keep", "--timeout", "--build-arg")
    word = next((word for word, value in zip(words, given, strict=True) if value), None)
    if word is not None and not arguments.verify:
        return f"{word} requires --verify"
    if arguments.timeout is not None and arguments.timeout <= 0:
        return f"invalid value `{arguments.timeout:g}` for `--timeout` (expected a number of seconds greater than 0)"
    return ""


def verify_rewrite(request: VerifyRequest, arguments: argparse.Namespace) -> Verdict | None:
    """Build and compare; None if that fails, which is reported."""
    try:
        builder = find_builder(arguments.builder)
        options = VerifyOptions(
            arguments.smoke,
            _in_context(request.root, arguments.touch),
            keep=arguments.keep,
            build_args=arguments.build_arg,
            requested_fields=("User",) if "non-root" in arguments.add else (),
            **({"timeout": arguments.timeout} if arguments.timeout is not None else {}),
        )
        inform(f"{request.name}: building before and after with {builder.name}")
        verdict = verify(
            request.root,
            request.before,
            request.after,
            request.before_ignore,
            request.after_ignore,
            None,
            builder,
            options,
            _Observer(request.name),
        )
    except (BuilderError, ValueError) as error:
        warn(f"{request.name}: cannot verify: {error}")
        return None
    except OSError as error:
        warn(f"{request.name}: cannot verify: {error.filename or ''}: {error.strerror or error}")
        return None
    if arguments.keep:
        inform(f"kept the images {verdict.before.name} and {verdict.after.name}")
    return verdict


def _in_context(root: str, name: str | None) -> str | None:
    """The file to touch relative to the context; a path relative to the current directory is accepted too."""
    if name is None or os.path.isfile(os.path.join(root, name)) or not os.path.isfile(name):
        return name
    return os.path.relpath(os.path.realpath(name), os.path.realpath(root))


class _Observer(BuildObserver):
    """Writes a line for each build, the last lines of the builder if it fails, and with `-v` all of them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.status = StatusLine()

    def started(self, build: str) -> None:
        """Show the build on a terminal."""
        self.status.show(f"{self.name}: {build}")

    def output(self, build: str, line: str) -> None:
        """Write the line, or show it on a terminal until the next one."""
        if is_verbose():
            write_stderr(f"{build} | {line.expandtabs()}")
        else:
            self.status.show(f"{self.name}: {build}: {printable(line.expandtabs())}")

    def finished(self, build: str, result: BuildResult) -> None:
        """Write the duration."""
        self.status.close()
        if not result.ok and not is_verbose():
            for line in result.output[-_LAST_LINES:]:
                write_stderr(f"{build} | {line.expandtabs()}")
        verb = "built in" if result.ok else "stopped after" if result.timed_out else "failed after"
        inform(f"{self.name}: {build}: {verb} {_seconds(result.seconds)}")


# The table -----------------------------------------------------------------------------------------------------------


def verdict_rows(verdict: Verdict, touch: str | None) -> list[TableRow]:
    """The rows of the table; `touch` is the file that was changed for the rebuild."""
    before, after = verdict.before, verdict.after
    rows: list[TableRow] = []
    if before.image is not None and after.image is not None:
        rows.append(_size_row("image size", before.image.size, after.image.size))
        rows.append(("layers", str(before.image.layers), str(after.image.layers), ""))
    rows.append(_size_row("build context", before.context_bytes, after.context_bytes))
    if before.build is not None and after.build is not None:
        rows.append(("first build", _seconds(before.build.seconds), _seconds(after.build.seconds), ""))
    if before.rebuild is not None and after.rebuild is not None:
        x, y = before.rebuild.seconds, after.rebuild.seconds
        rows.append((f"rebuild after {touch}", _seconds(x), _seconds(y), _percent(x, y)))
    if verdict.files is not None:
        files = verdict.files
        rows.append((f"files in {verdict.folder}", str(files.before), str(files.after), _file_differences(files)))
    if before.image is not None and after.image is not None:
        fields = ", ".join(f"{each.field} ({each.allowed_reason or 'differs'})" for each in verdict.config)
        rows.append(("configuration", "", "", fields or "same"))
    if before.run is not None and after.run is not None:
        same = before.run.output == after.run.output
        rows.append(("smoke command", _status(before), _status(after), "same output" if same else "different output"))
    return rows


def _size_row(what: str, before: int, after: int) -> TableRow:
    return what, format_bytes(before), format_bytes(after), _percent(before, after)


def _file_differences(files: FileComparison) -> str:
    counts = (
        (len(files.removed_as_declared), "removed as declared"),
        (len(files.missing_byproducts), "fewer in packages and caches"),
        (len(files.added), "added"),
        (len(files.changed_permissions), "with a different owner or mode"),
        (len(files.missing), "missing"),
        (len(files.changed), "changed"),
    )
    return ", ".join(f"{count} {what}" for count, what in counts if count) or "same"


def _status(side: SideResult) -> str:
    return "stopped" if side.run is None or side.run.status is None else f"status {side.run.status}"


def _seconds(count: float) -> str:
    return f"{count:.1f} s"


def _percent(before: float, after: float) -> str:
    return f"{(after - before) / before * 100:+.0f} %" if before else ""


def verdict_headline(name: str, verdict: Verdict) -> str:
    """The result in one line."""
    return f"{name}: {_judgement(verdict)}"


def _judgement(verdict: Verdict) -> str:
    if verdict.failed_before:
        return "not verified"
    return "verified: the images are equivalent" if verdict.ok else "NOT verified: the images differ"


def write_verdict(name: str, verdict: Verdict, touch: str | None, *, summary_only: bool) -> None:
    """Write the headline, the table and the problems; with `summary_only` no table, and to standard error."""
    if summary_only:
        for line in (verdict_headline(name, verdict), *verdict.problems):
            warn(line)
        return
    lines = verdict_rows(verdict, touch)
    write_stdout(printable(verdict_headline(name, verdict)) + "\n")
    write_stdout(_drawn(lines) if sys.stdout.isatty() else _plain(lines))
    write_stdout("".join(f"  {printable(problem)}\n" for problem in verdict.problems))


def _plain(lines: Sequence[TableRow]) -> str:
    table = [("", "before", "after", ""), *lines]
    widths = [max(len(row[column]) for row in table) for column in range(3)]
    return "".join(
        f"  {printable(what):{widths[0]}}  {before:>{widths[1]}}  {after:>{widths[2]}}  {printable(word)}".rstrip()
        + "\n"
        for what, before, after, word in table
    )


def verdict_markdown(verdict: Verdict, touch: str | None) -> str:
    """The verdict as a table in Markdown, and the problems as a list."""
    rows = "".join(markdown_row(row) for row in verdict_rows(verdict, touch))
    problems = "".join(f"- {markdown_text(problem)}\n" for problem in verdict.problems)
    table = f"| | before | after | |\n|---|---:|---:|---|\n{rows}"
    judgement = _judgement(verdict)
    return f"\n{judgement[:1].upper()}{judgement[1:]}.\n\n{table}" + (f"\n{problems}" if problems else "")


def _drawn(lines: Sequence[TableRow]) -> str:
    from io import StringIO

    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from ..output.formats.full import Terminal

    terminal = Terminal()
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("")
    table.add_column("before", justify="right")
    table.add_column("after", justify="right")
    table.add_column("")
    for row in lines:
        table.add_row(*(Text(printable(cell)) for cell in row))
    page = StringIO()
    colors = "standard" if terminal.colors else None
    Console(file=page, force_terminal=True, color_system=colors, width=terminal.width).print(table)
    return page.getvalue()


def verdict_json(verdict: Verdict) -> dict[str, object]:
    """The verdict in the JSON report."""
    files = verdict.files
    return {
        "ok": verdict.ok,
        "problems": verdict.problems,
        "failure": None
        if verdict.failure is None
        else {
            "before": verdict.failed_before,
            "line": verdict.failure.line,
            "instruction": verdict.failure.instruction,
            "message": verdict.failure.message,
        },
        "before": _side(verdict.before),
        "after": _side(verdict.after),
        "configuration": [
            {"what": each.field, "before": each.before, "after": each.after, "allowed": each.allowed_reason}
            for each in verdict.config
        ],
        "files": None
        if files is None
        else {
            "folder": verdict.folder,
            "before": files.before,
            "after": files.after,
            "missing": files.missing,
            "different": files.changed,
            "declared": files.removed_as_declared,
            "fewer": len(files.missing_byproducts),
            "more": len(files.added),
            "rights": len(files.changed_permissions),
        },
    }


def _side(side: SideResult) -> dict[str, object]:
    image, build, rebuild, run = side.image, side.build, side.rebuild, side.run
    return {
        "image": side.name,
        "context_bytes": side.context_bytes,
        "size": None if image is None else image.size,
        "layers": None if image is None else image.layers,
        "build_seconds": None if build is None else round(build.seconds, 2),
        "rebuild_seconds": None if rebuild is None else round(rebuild.seconds, 2),
        "smoke": None if run is None else {"status": run.status, "output": run.output},
    }
