"""Turns the examples beside the rules into test cases, and into the same cases in other clothes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from dockerfile_dlint.lint.engine.lint_plan import LintPlan
from dockerfile_dlint.lint.engine.linter import lint_source
from dockerfile_dlint.model.build import Build
from dockerfile_dlint.model.context import Context
from dockerfile_dlint.rules.base import Example, Rule
from dockerfile_dlint.syntax.source import Source

HEAD = "FROM debian:12-slim\n"


def marked(example: Example) -> tuple[str, list[tuple[int, int]]]:
    """The text of an example without its marks, and the spans that they mark."""
    text = whole(example.text)
    out, spans, start = "", [], 0
    for char in text:
        if char == "«":
            start = len(out)
        elif char == "»":
            spans.append((start, len(out)))
        else:
            out += char
    return out, spans


def whole(text: str) -> str:
    """An example's text with a FROM before it when it has none."""
    return text if _has_from(text) else HEAD + text


def _has_from(text: str) -> bool:
    return any(line.lstrip("«").upper().startswith("FROM ") for line in text.split("\n"))


def found(
    rule: Rule, text: str, folder: Path | None = None, options: Mapping[str, object] | None = None
) -> list[tuple[int, int, str]]:
    """Spans and messages of what the rule finds in the text, with these settings of rules."""
    source = Source.decode(text.encode(), str(folder / "Dockerfile") if folder else "Dockerfile")

    def context(build: Build) -> Context | None:
        if folder is None:
            return None
        from dockerfile_dlint.lint.sources.context_search import ContextFinder

        return ContextFinder().locate(source.name, build, [str(folder)])

    report = lint_source(source, LintPlan([rule], options=options), context)
    assert not report.failed, [d.message for d in report.diagnostics]
    starts = source.line_starts
    return [
        (starts[d.start[0] - 1] + d.start[1] - 1, starts[d.end[0] - 1] + d.end[1] - 1, d.message)
        for d in report.diagnostics
    ]


def write_files(example: Example, folder: Path) -> None:
    for name, content in (example.files or {}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def variants(rule: Rule, text: str) -> Iterator[tuple[str, str]]:
    """The same Dockerfile in other clothes, in which the rule must find the same words."""
    yield "CRLF", text.replace("\n", "\r\n")
    if rule.node_types != ("Run",) or "<<" in text:
        return
    lines = text.split("\n")
    runs = [i for i, line in enumerate(lines) if line.startswith("RUN ") and not line.startswith(("RUN --", "RUN ["))]
    plain = all(not line.endswith("\\") for line in lines)
    if not plain or not runs:
        return
    if rule.onbuild:
        yield "ONBUILD", "\n".join("ONBUILD " + line if i in runs else line for i, line in enumerate(lines))
    yield "heredoc", "\n".join(f"RUN <<EOF\n{line[4:]}\nEOF" if i in runs else line for i, line in enumerate(lines))
    quotable = all("'" not in lines[i] and '"' not in lines[i] for i in runs)
    if quotable:
        yield "sh -c", "\n".join(f"RUN sh -c '{line[4:]}'" if i in runs else line for i, line in enumerate(lines))
        yield (
            "exec form",
            "\n".join(
                "RUN " + json.dumps(["sh", "-c", line[4:]]) if i in runs else line for i, line in enumerate(lines)
            ),
        )


def relative(folder: Path) -> str:
    return os.path.relpath(folder)
