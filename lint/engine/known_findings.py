"""Baselines: existing findings, which are not reported.

A finding is identified by its content, not by its line number: the code, the text of the line in which it starts, the
text that it marks, and the quotes in its message. So lines can move, and other lines can change. Identical findings are
matched by their neighboring lines; if there are more than before, the rest is new. Editing a line brings its old
findings back.
"""

from __future__ import annotations

import os
import re
from collections import deque
from itertools import accumulate

from ...model.disk import read_file
from ...rules import RULES
from ..config.layer import ConfigError, display_path
from .linter import read_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, Protocol

    from ...syntax.source import Source
    from .diagnostic import Diagnostic
    from .report import Report

    KeysOf = Callable[["BaselineEntry"], Sequence[object]]

    class Digest(Protocol):
        """A hash of hashlib."""

        def copy(self) -> Digest: ...  # noqa: D102
        def update(self, data: bytes, /) -> None: ...  # noqa: D102
        def hexdigest(self) -> str: ...  # noqa: D102


DEFAULT_BASELINE = ".dlint-baseline.json"
"""The default file of `dlint baseline`."""

BASELINE_VERSION = 1
MAX_BASELINE_BYTES = 64 * 1024 * 1024
"""The size limit of a baseline: an entry has some 300 bytes."""
ALWAYS_REPORTED = ("SYN001", "SYN002", "SYN003")
"""Codes that a baseline never hides: unreadable files, internal errors and syntax errors."""

_QUOTED = re.compile(r"`([^`]*)`")
_HASH_LENGTH = 12
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
    lines = _Lines(source)
    return [_entry(d, source, lines) for d in diagnostics if d.code not in ALWAYS_REPORTED]


class _Lines:
    """The lines of a file, without differences in white space, and their hashes; many findings may be in one line."""

    def __init__(self, source: Source) -> None:
        self.lines = [" ".join(line.split()) for line in source.text.split("\n")]
        self._before = list(accumulate(["", *self.lines], _or_before))
        self._after = list(accumulate(["", *reversed(self.lines)], _or_before))[::-1]
        self._hashes: dict[str, str] = {}
        self._abouts: dict[tuple[str, int], Digest] = {}

    def near(self, number: int) -> tuple[str, str]:
        """The hashes of the nonblank lines before and after a line."""
        return self._hash(self._before[number]), self._hash(self._after[number + 1])

    def hash(self, number: int) -> str:
        """The hash of a line."""
        return self._hash(self.lines[number])

    def about(self, code: str, number: int, words: str, quoted: str) -> str:
        """`_hash(code, line, words, quoted)`."""
        known = self._abouts.get((code, number))
        if known is None:
            known = self._abouts[code, number] = _digest(code, self.lines[number])
        digest = known.copy()
        digest.update("\n".join(("", words, quoted)).encode("utf-8", "surrogateescape"))
        return digest.hexdigest()[:_HASH_LENGTH]

    def _hash(self, line: str) -> str:
        if line not in self._hashes:
            self._hashes[line] = _hash(line)
        return self._hashes[line]


def _or_before(before: str, line: str) -> str:
    return line or before


def _entry(d: Diagnostic, source: Source, lines: _Lines) -> BaselineEntry:
    first = min(d.start[0], len(lines.lines)) - 1
    starts = source.line_starts
    start = starts[first] + d.start[1] - 1
    end = starts[min(d.end[0], len(lines.lines)) - 1] + d.end[1] - 1
    words = " ".join(source.text[start:end].split())
    quoted = "\0".join(_NUMBER.sub("#", quote) for quote in _QUOTED.findall(d.message))
    return BaselineEntry(
        d.code,
        lines.about(d.code, first, words, quoted),
        _hash(d.code, words, quoted),
        lines.hash(first),
        lines.near(first),
        d.message,
    )


def _hash(*parts: str) -> str:
    return _digest(*parts).hexdigest()[:_HASH_LENGTH]


def _digest(*parts: str) -> Digest:
    import hashlib

    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape"))


def match_entries(
    found: Sequence[BaselineEntry], known: Sequence[BaselineEntry], source: Source
) -> list[BaselineEntry | None]:
    """For each finding its entry in the baseline, None for a new finding; each entry is used once."""
    pairs = _Pairs(found, known)
    # First with both neighboring lines equal, then with one, then with none.
    pairs.match(lambda each: [(each.about, *each.near)])
    pairs.match(lambda each: [(each.about, side, near) for side, near in enumerate(each.near)])
    pairs.match(lambda each: [each.about])
    # A finding about a whole stage or file may have moved to another line, while its old line still exists.
    existing = {_hash(" ".join(line.split())) for line in source.text.split("\n")} if pairs.has_rest() else set[str]()
    occupied = {(entry.words, entry.line) for entry in found}
    wide = {rule.code for rule in RULES if not _WIDE_SUBJECTS.isdisjoint(rule.node_types)}
    pairs.match(
        lambda each: [each.words] if each.code in wide else [],
        lambda each: [each.words] if each.line in existing and (each.words, each.line) not in occupied else [],
    )
    return pairs.answer


class _Pairs:
    """Pairs findings with entries; `answer` has the entry of each finding, or None."""

    def __init__(self, found: Sequence[BaselineEntry], known: Sequence[BaselineEntry]) -> None:
        self.answer: list[BaselineEntry | None] = [None] * len(found)
        self._found = found
        self._known = known
        self._used: set[int] = set()

    def has_rest(self) -> bool:
        """Whether there are entries without a finding."""
        return len(self._used) < len(self._known)

    def match(self, keys: KeysOf, keys_of_known: KeysOf | None = None) -> None:
        """Give each finding that has none the first unused entry that has one of its keys."""
        places: dict[object, deque[int]] = {}
        for number, entry in enumerate(self._known):
            if number not in self._used:
                for key in (keys_of_known or keys)(entry):
                    places.setdefault(key, deque()).append(number)
        for number, entry in enumerate(self._found):
            if self.answer[number] is None:
                queues = [places[key] for key in keys(entry) if key in places]
                for queue in queues:
                    while queue and queue[0] in self._used:
                        queue.popleft()
                first = min((queue[0] for queue in queues if queue), default=None)
                if first is not None:
                    self._used.add(first)
                    self.answer[number] = self._known[first]


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
            document: Any = json.loads(read_file(path, MAX_BASELINE_BYTES))
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
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
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
        # What was not UTF-8 is a lone surrogate, which JSON writes as `\udcff`, as this does.
        data = text.encode("utf-8", "backslashreplace")
        if os.path.exists(self.path):
            before = read_file(self.path, MAX_BASELINE_BYTES)
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
