"""Baselines: existing findings, which are not reported.

A finding is identified by its content, not by its line number: the code, the text of the line in which it starts, the
text that it marks, and the quotes in its message. So lines can move, and other lines can change. Identical findings are
matched by their neighboring lines; if there are more than before, the rest is new. Editing a line brings its old
findings back.
"""

from __future__ import annotations

import os
import re
from functools import partial

from ...rules import RULES
from ..config.layer import ConfigError, display_path
from .linter import read_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from ...syntax.source import Source
    from .diagnostic import Diagnostic
    from .report import Report

DEFAULT_BASELINE = ".dlint-baseline.json"
"""The default file of `dlint baseline`."""

BASELINE_VERSION = 1
ALWAYS_REPORTED = ("SYN001", "SYN002", "SYN003")
"""Codes that a baseline never hides: unreadable files, internal errors and syntax errors."""

_QUOTED = re.compile(r"`([^`]*)`")
_NUMBER = re.compile(r"\d[\d.,]*")
_WIDE_SUBJECTS = frozenset(("Build", "Stage"))


class BaselineError(ConfigError):
    """An unusable baseline; the message says which, why and how to fix it."""


class BaselineEntry:
    """One known finding of a file.

    `about`: a hash of code, line, marked text and quotes; `words`: a hash without the line; `line`: a hash of the line
    it starts in; `near`: hashes of the nonblank lines before and after it.
    """

    __slots__ = ("about", "code", "line", "message", "near", "words")

    def __init__(self, code: str, about: str, words: str, line: str, near: tuple[str, str], message: str) -> None:
        self.code = code
        self.about = about
        self.words = words
        self.line = line
        self.near = near
        self.message = message

    def to_json(self) -> dict[str, str]:
        """The entry in the format of the file."""
        return {
            "code": self.code,
            "about": self.about,
            "words": self.words,
            "line": self.line,
            "near": " ".join(self.near),
            "message": self.message,
        }


def baseline_entries(source: Source, diagnostics: Iterable[Diagnostic]) -> list[BaselineEntry]:
    """The baseline entries of the findings of a file, without those that are always reported."""
    lines = [" ".join(line.split()) for line in source.text.split("\n")]
    return [_entry(d, source, lines) for d in diagnostics if d.code not in ALWAYS_REPORTED]


def _entry(d: Diagnostic, source: Source, lines: Sequence[str]) -> BaselineEntry:
    first = min(d.start[0], len(lines)) - 1
    starts = source.line_starts
    start = starts[first] + d.start[1] - 1
    end = starts[min(d.end[0], len(lines)) - 1] + d.end[1] - 1
    words = " ".join(source.text[start:end].split())
    quoted = "\0".join(_NUMBER.sub("#", quote) for quote in _QUOTED.findall(d.message))
    before = next((line for line in reversed(lines[:first]) if line), "")
    after = next((line for line in lines[first + 1 :] if line), "")
    return BaselineEntry(
        d.code,
        _hash(d.code, lines[first], words, quoted),
        _hash(d.code, words, quoted),
        _hash(lines[first]),
        (_hash(before), _hash(after)),
        d.message,
    )


def _hash(*parts: str) -> str:
    import hashlib

    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:12]


def match_entries(
    found: Sequence[BaselineEntry], known: Sequence[BaselineEntry], source: Source
) -> list[BaselineEntry | None]:
    """For each finding its entry in the baseline, None for a new finding; each entry is used once."""
    answer: list[BaselineEntry | None] = [None] * len(found)
    free = list(known)
    # First with both neighboring lines equal, then with one, then with none.
    for neighbours in (2, 1, 0):
        _pair(answer, found, free, partial(_same, neighbours))
    # A finding about a whole stage or file may have moved to another line, while its old line still exists.
    existing = {_hash(" ".join(line.split())) for line in source.text.split("\n")} if free else set[str]()
    occupied = {(entry.words, entry.line) for entry in found}

    def has_moved(f: BaselineEntry, e: BaselineEntry) -> bool:
        return f.words == e.words and f.code in wide and e.line in existing and (e.words, e.line) not in occupied

    wide = {rule.code for rule in RULES if not _WIDE_SUBJECTS.isdisjoint(rule.node_types)}
    _pair(answer, found, free, has_moved)
    return answer


def _same(neighbours: int, left: BaselineEntry, right: BaselineEntry) -> bool:
    return left.about == right.about and _equal_neighbours(left, right) >= neighbours


def _equal_neighbours(left: BaselineEntry, right: BaselineEntry) -> int:
    return sum(a == b for a, b in zip(left.near, right.near, strict=True))


def _pair(
    answer: list[BaselineEntry | None],
    found: Sequence[BaselineEntry],
    free: list[BaselineEntry],
    same: Callable[[BaselineEntry, BaselineEntry], bool],
) -> None:
    for number, entry in enumerate(found):
        if answer[number] is None:
            match = next((each for each in free if same(entry, each)), None)
            if match is not None:
                answer[number] = match
                free.remove(match)


class Baseline:
    """The known findings by file, and which of them still exist; paths are relative to the baseline's directory."""

    def __init__(self, path: str, files: dict[str, list[BaselineEntry]] | None = None) -> None:
        self.path = path
        self.files = files or {}
        self.alive: dict[str, list[BaselineEntry]] = {}

    @classmethod
    def read(cls, path: str) -> Baseline:
        """The baseline at `path`. Raises BaselineError."""
        import json

        name = display_path(path)
        try:
            with open(path, encoding="utf-8") as file:
                document: Any = json.load(file)
            if document["version"] != BASELINE_VERSION:
                raise BaselineError(
                    f"{name}: unsupported version {document['version']}; run `dlint baseline` to recreate it"
                )
            files = {
                file: [
                    BaselineEntry(
                        r["code"], r["about"], r["words"], r["line"], tuple(r["near"].split(" ")), r["message"]
                    )
                    for r in rows
                ]
                for file, rows in document["files"].items()
            }
        except OSError as error:
            hint = "; run `dlint baseline` to create it" if isinstance(error, FileNotFoundError) else ""
            raise BaselineError(f"{name}: cannot read the baseline ({error.strerror or error}){hint}") from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if isinstance(error, BaselineError):
                raise
            raise BaselineError(f"{name}: not a baseline; run `dlint baseline` to recreate it") from None
        return cls(path, files)

    def name_of(self, file: str) -> str:
        """The name of a file in the baseline."""
        directory = os.path.dirname(os.path.abspath(self.path))
        return os.path.relpath(os.path.abspath(file), directory).replace(os.sep, "/")

    def remove_known_findings(self, report: Report) -> None:
        """Remove the known findings from a report."""
        name = self.name_of(report.file)
        source = report_source(report) if report.diagnostics and self.files else None
        if source is None:
            return
        judged = [d for d in report.diagnostics if d.code not in ALWAYS_REPORTED]
        found = baseline_entries(source, judged)
        if name not in self.files:
            self._follow_rename(name, found)
        matches = match_entries(found, self.files.get(name, ()), source)
        self.alive[name] = [entry for entry in matches if entry is not None]
        gone = {id(d) for d, entry in zip(judged, matches, strict=True) if entry is not None}
        report.replace_diagnostics([d for d in report.diagnostics if id(d) not in gone])

    def _follow_rename(self, name: str, found: Sequence[BaselineEntry]) -> None:
        """Give a file the entries of a missing one that had at least half of its findings: it was renamed."""
        about = {entry.about for entry in found}
        shared = {
            old_name: sum(entry.about in about for entry in rows)
            for old_name, rows in self.files.items()
            if not self._exists(old_name)
        }
        best = max(shared, key=shared.__getitem__, default="")
        if best and shared[best] * 2 >= len(about):
            self.files[name] = self.files.pop(best)

    def drop_files(self, files: Iterable[str]) -> None:
        """Remove the entries of these files."""
        for file in files:
            self.files.pop(self.name_of(file), None)

    def drop_missing_files(self) -> None:
        """Remove files that no longer exist."""
        self.files = {name: rows for name, rows in self.files.items() if self._exists(name)}

    def stale_count(self, linted: Iterable[str]) -> int:
        """The number of entries without a finding, in the linted files and in missing files."""
        names = {self.name_of(file) for file in linted} | {name for name in self.files if not self._exists(name)}
        return sum(len(self.files.get(name, ())) - len(self.alive.get(name, ())) for name in names)

    def prune(self, linted: Iterable[str]) -> int:
        """Remove the entries that `stale_count` counts; returns their number."""
        names = {self.name_of(file) for file in linted} | {name for name in self.files if not self._exists(name)}
        removed = 0
        for name in names & self.files.keys():
            alive = self.alive.get(name, [])
            removed += len(self.files[name]) - len(alive)
            kept = {id(entry) for entry in alive}
            self.files[name] = [entry for entry in self.files[name] if id(entry) in kept]
        return removed

    def record(self, report: Report) -> None:
        """Replace the known findings of a file with those of its report."""
        source = report_source(report)
        self.files[self.name_of(report.file)] = (
            baseline_entries(source, report.diagnostics) if source is not None else []
        )

    def _exists(self, name: str) -> bool:
        return os.path.exists(os.path.join(os.path.dirname(os.path.abspath(self.path)), name))

    def write(self) -> None:
        """Write the baseline, one entry per line for readable diffs. Raises WriteError."""
        import json

        from ...fixers.write import create_file, replace_file

        rows: list[str] = []
        for name in sorted(self.files):
            if self.files[name]:
                found = [f"   {json.dumps(entry.to_json(), ensure_ascii=False)}" for entry in self.files[name]]
                rows.append(f"  {json.dumps(name, ensure_ascii=False)}: [\n" + ",\n".join(found) + "\n  ]")
        text = f'{{\n "version": {BASELINE_VERSION},\n "files": {{\n' + ",\n".join(rows) + "\n }\n}\n"
        data = text.encode("utf-8", "surrogateescape")
        if os.path.exists(self.path):
            with open(self.path, "rb") as file:
                before = file.read()
            if before != data:
                replace_file(self.path, before, data)
        else:
            create_file(self.path, data)

    def __len__(self) -> int:
        return sum(map(len, self.files.values()))


def report_source(report: Report) -> Source | None:
    """The text of the file of a report; None if it cannot be read."""
    from ...syntax.source import SourceError

    for d in report.diagnostics:
        if d.source is not None:
            return d.source
    try:
        return read_source(report.file)
    except SourceError:
        return None
