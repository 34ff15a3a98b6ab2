"""Formats a directory of real Dockerfiles in memory and checks the results independently of the gate. See README.md.

    python bench/format.py DIR [--crlf] [--show N]

Nothing is written. Run it with the Python in which dlint is installed.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

from dockerfile_dlint import DlintError, format_text
from dockerfile_dlint.lint.output.diff import file_diff
from dockerfile_dlint.lint.sources.discovery import is_dockerfile_name
from dockerfile_dlint.model.build import Build
from dockerfile_dlint.model.semantics import build_semantics
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source, SourceError


def main() -> None:
    """Format every file and print what came out."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--crlf", action="store_true", help="with CRLF line endings")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print a random sample of N formatted files")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    files = changed = 0
    refused: list[str] = []
    wrong: list[str] = []
    written: list[str] = []
    seconds: list[float] = []
    for path in sorted(arguments.folder.rglob("*")):
        if not path.is_file() or not is_dockerfile_name(path.name):
            continue
        files += 1
        try:
            source = Source.decode(path.read_bytes(), str(path))
            if arguments.crlf and "\r" not in source.text:
                source = Source(source.text.replace("\n", "\r\n"), source.name)
            start = time.perf_counter()
            text = format_text(source.text)
            seconds.append(time.perf_counter() - start)
        except (SourceError, DlintError) as error:
            refused.append(f"{path}: {error}")
            continue
        wrong += [f"{path}: {problem}" for problem in problems(source, text)]
        if text != source.text:
            changed += 1
            written.append(f"--- {path}\n{text}")
    print(f"{files} files: {changed} change, {files - changed - len(refused)} are formatted already")
    print(f"not formatted: {len(refused)}", *refused, sep="\n  ")
    print(f"not idempotent, another build, or a comment changed: {len(wrong)}", *wrong, sep="\n  ")
    seconds.sort()
    p95 = seconds[len(seconds) * 95 // 100] if seconds else 0
    print(f"{sum(seconds):.1f} s in all, 95th percentile {p95 * 1000:.0f} ms a file")
    for text in random.Random(arguments.seed).sample(written, min(arguments.show, len(written))):
        print(text)
    sys.exit(1 if wrong else 0)


def problems(source: Source, text: str) -> list[str]:
    """What formatting must not do."""
    found: list[str] = []
    before, after = parse(source), parse(Source(text))
    if after.errors:
        found.append(f"line {after.errors[0].line}: {after.errors[0].message}")
    elif build_semantics(Build(before)) != build_semantics(Build(after)):
        found.append("another build")
    if [comment.text for comment in before.comments] != [comment.text for comment in after.comments]:
        found.append("a comment changed")
    bodies = [[doc.body for each in file.instructions for doc in each.heredocs] for file in (before, after)]
    if bodies[0] != bodies[1]:
        found.append("a heredoc changed")
    again = format_text(text)
    if again != text:
        found.append("a second run changes it:\n" + file_diff(source.name, text, again))
    return found


if __name__ == "__main__":
    main()
