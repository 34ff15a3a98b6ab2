"""The formats of findings by name, and writing several of them at once."""

from __future__ import annotations

import os

from ...config.arguments import OUTPUT_FORMATS
from ...terminal.streams import OutputError, write_stdout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...engine.diagnostic import Diagnostic


def render_findings(form: str, diagnostics: Sequence[Diagnostic], files: int, *, plain: bool = False) -> str:
    """The findings in a format that is a text of its own; `files` is how many files were looked at.

    `plain` says that it is for a file: no colours and links of a terminal.
    """
    from importlib import import_module

    if form == "full":
        from .full import render

        return "".join(render(diagnostics, files, plain=plain))
    return import_module(f".{form}", __package__).render(diagnostics, files)


def parse_outputs(values: Sequence[str]) -> list[tuple[str, str]]:
    """Format and file of each `FORMAT=FILE`. Raises OutputError with what is wrong."""
    found: list[tuple[str, str]] = []
    for value in values:
        form, equals, path = value.partition("=")
        if form not in OUTPUT_FORMATS or not equals or not path:
            raise OutputError(f"`--output {value}` is not FORMAT=FILE; formats are {', '.join(OUTPUT_FORMATS)}")
        found.append((form, path))
    return found


def write_outputs(outputs: Sequence[tuple[str, str]], diagnostics: Sequence[Diagnostic], files: int) -> None:
    """Write the findings to the files, each all of it or not at all. Raises OutputError."""
    for form, path in outputs:
        text = render_findings(form, diagnostics, files, plain=path != "-")
        if path == "-":
            write_stdout(text)
            continue
        temporary = f"{path}.{os.getpid()}.tmp"
        try:
            with open(temporary, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
                file.write(text)
            os.replace(temporary, path)
        except OSError as error:
            raise OutputError(f"`{path}` cannot be written: {error.strerror or error}") from None
