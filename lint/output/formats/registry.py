"""Findings in each of the output formats, to standard output and to files."""

from __future__ import annotations

from ...config.arguments import OUTPUT_FORMATS
from ...terminal.colors import paint, plain, stdout_has_colors
from ...terminal.streams import OutputError, is_quiet, log_safe, write_log_commands, write_stdout
from ..summary import TEXT_FORMATS, summary_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...engine.diagnostic import Diagnostic

_COMMAND_FORMATS = ("github", "azure", "teamcity")
"""Formats whose lines are commands to a CI service."""
_PARTS_AT_ONCE = 256
"""How many parts of an output are written together."""


def write_findings(form: str, diagnostics: Sequence[Diagnostic], files: int, fixed: int | None = None) -> None:
    """Write the findings to standard output; arguments as in `render_findings`."""
    write = write_log_commands if form in _COMMAND_FORMATS else write_stdout
    pending: list[str] = []
    for part in render_findings(form, diagnostics, files, fixed=fixed):
        pending.append(part)
        if len(pending) == _PARTS_AT_ONCE:
            write("".join(pending))
            pending.clear()
    write("".join(pending))


def render_findings(
    form: str, diagnostics: Sequence[Diagnostic], files: int, *, fixed: int | None = None, to_file: bool = False
) -> Iterator[str]:
    """The findings in the format `form`, in parts; text formats end with a summary, except with `-q`.

    `files` is the number of linted files, `fixed` the number of findings that `--fix` fixed (None without it).
    `to_file` leaves out colors and links.
    """
    if form == "full":
        from .full import render

        yield from render(diagnostics, files, fixed, to_file=to_file)
    elif form in TEXT_FORMATS:
        style = paint if not to_file and stdout_has_colors() else plain
        if form == "concise":
            from .concise import render as render_lines
        else:
            from .grouped import render as render_lines
        yield render_lines(diagnostics, files, style)
        if not is_quiet():
            gap = "\n" if form == "grouped" and diagnostics else ""
            summary = summary_lines(diagnostics, files, fixed, style)
            yield gap + "".join(line + "\n" for line in summary) if summary else ""
    else:
        from importlib import import_module

        rendered: str | Iterator[str] = import_module(f".{form}", __package__).render(diagnostics, files)
        yield from (rendered,) if isinstance(rendered, str) else rendered


def parse_outputs(values: Sequence[str]) -> list[tuple[str, str]]:
    """Format and file of each `FORMAT=FILE`. Raises OutputError for an invalid one."""
    found: list[tuple[str, str]] = []
    for value in values:
        form, equals, path = value.partition("=")
        if form not in OUTPUT_FORMATS or not equals or not path:
            formats = f"{', '.join(OUTPUT_FORMATS[:-1])} or {OUTPUT_FORMATS[-1]}"
            raise OutputError(f"invalid value `{value}` for `--output` (expected FORMAT=FILE; formats: {formats})")
        found.append((form, path))
    return found


def write_outputs(
    outputs: Sequence[tuple[str, str]], diagnostics: Sequence[Diagnostic], files: int, fixed: int | None = None
) -> None:
    """Write the findings to files; `-` is standard output. Raises OutputError."""
    from ....fixers.write import write_output

    for form, path in outputs:
        if path == "-":
            write_findings(form, diagnostics, files, fixed)
            continue
        text = "".join(render_findings(form, diagnostics, files, fixed=fixed, to_file=True))
        text = text if form in _COMMAND_FORMATS else log_safe(text)
        try:
            write_output(path, text.encode("utf-8", "backslashreplace"))
        except OSError as error:
            raise OutputError(f"cannot write `{path}`: {error.strerror or error}") from None
