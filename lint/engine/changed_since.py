"""`--changed-since REV`: the findings that a branch introduces, using git.

Only files that differ from the common ancestor of REV and HEAD are linted, including uncommitted changes. Findings that
the older text has too are removed; known_findings.py describes how findings are matched.
"""

from __future__ import annotations

import os

from ...syntax.source import Source, SourceError
from ..config.layer import ConfigError
from .known_findings import ALWAYS_REPORTED, baseline_entries, match_entries, report_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .report import Report


class GitError(ConfigError):
    """git failed; the message says why and how to fix it."""


class ChangedFiles:
    """The files that changed since a revision, in the repository of the current directory."""

    def __init__(self, revision: str) -> None:
        """Run git. Raises GitError."""
        self.repository_root = os.path.realpath(_git("rev-parse", "--show-toplevel").strip())
        base = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", missing=revision)
        self.base = base.strip()
        self.base = _ancestor(self.base)
        self._before: dict[str, str] = {}
        fields = iter(
            _git("-C", self.repository_root, "diff", "--name-status", "-z", "-M", self.base, "--").split("\0")
        )
        for state in fields:
            if state[:1] in ("R", "C"):
                before = next(fields)
                self._before[next(fields)] = before
            elif state:
                name = next(fields)
                self._before[name] = "" if state == "A" else name
        for name in _git("-C", self.repository_root, "ls-files", "--others", "--exclude-standard", "-z").split("\0"):
            if name:
                self._before.setdefault(name, "")

    def __contains__(self, path: str) -> bool:
        return self._name(path) in self._before

    def _name(self, path: str) -> str:
        return os.path.relpath(os.path.realpath(path), self.repository_root).replace(os.sep, "/")

    def source_at_base(self, path: str) -> Source | None:
        """The text of the file at that revision; None if it did not exist or is not text."""
        name = self._before.get(self._name(path), "")
        if not name:
            return None
        try:
            data = _git_bytes("-C", self.repository_root, "show", f"{self.base}:{name}")
            return Source.decode(data, path)
        except (GitError, SourceError):
            return None

    def remove_known_findings(self, report: Report, lint: Callable[[Source], Report]) -> None:
        """Remove the findings from a report that the file already had at that revision; `lint` lints the older text."""
        before = self.source_at_base(report.file)
        source = report_source(report)
        if before is None or source is None or not report.diagnostics:
            return
        known = baseline_entries(before, lint(before).diagnostics)
        judged = [d for d in report.diagnostics if d.code not in ALWAYS_REPORTED]
        matches = match_entries(baseline_entries(source, judged), known, source)
        gone = {id(d) for d, entry in zip(judged, matches, strict=True) if entry is not None}
        report.replace_diagnostics([d for d in report.diagnostics if id(d) not in gone])


def _ancestor(revision: str) -> str:
    """The common ancestor with HEAD; the revision itself if there is none, as in a shallow clone."""
    try:
        return _git("merge-base", revision, "HEAD").strip() or revision
    except GitError:
        return revision


def _git(*arguments: str, missing: str = "") -> str:
    try:
        return _git_bytes(*arguments).decode("utf-8", "surrogateescape")
    except GitError:
        if missing:
            raise GitError(
                f"--changed-since {missing}: unknown revision; fetch it, or use a commit, branch or tag"
            ) from None
        raise


def _git_bytes(*arguments: str) -> bytes:
    import subprocess

    # A monitor is a program that .git/config names; an archive of a repository can bring one.
    command: Sequence[str] = ["git", "-c", "core.fsmonitor=false", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    except OSError as error:
        raise GitError(f"--changed-since requires git, which could not be run ({error.strerror or error})") from None
    if done.returncode:
        errors = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise GitError(f"--changed-since: git failed: {errors[-1] if errors else f'exit status {done.returncode}'}")
    return done.stdout
