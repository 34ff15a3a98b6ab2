"""Counts the default findings of dlint, hadolint and tally on the same real files. See README.md.

    python bench/noise.py DIR [--dlint PATH] [--hadolint PATH] [--tally PATH]

ShellCheck's findings are counted for all three, or (second table) for none: dlint needs the extra `shellcheck`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import tempfile
from collections import Counter
from pathlib import Path
from random import Random

import speed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SHELLCHECK = re.compile(r"(shellcheck/)?SC\d+")


def main() -> None:
    """Choose the files that all tools can read, lint them with each, print."""
    arguments = options()
    with tempfile.TemporaryDirectory() as folder:
        tools = [tool for tool in speed.installed(arguments) if tool.name in FINDINGS]
        source = arguments.folder.resolve()
        os.chdir(folder)
        names = speed.copied(source, Random(arguments.seed))
        names = speed.readable(names[: arguments.files], tools)
        print(f"{len(names)} different files, a random sample (seed {arguments.seed}), findings per file.\n")
        found = {tool.name: list(FINDINGS[tool.name](tool.command, names)) for tool in tools}
        print(table("With ShellCheck", found, names))
        own = {tool: [pair for pair in pairs if not SHELLCHECK.match(pair[1])] for tool, pairs in found.items()}
        print(table("Without ShellCheck", own, names))


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="real Dockerfiles, at any depth")
    for tool in ("dlint", "hadolint", "tally"):
        parser.add_argument(f"--{tool}", default=tool, metavar="PATH", help="default: the one on PATH")
    parser.add_argument("--python", help="the interpreter of dlint; default: the one that its script names")
    parser.add_argument("--files", type=int, default=2000, help="how many files at most")
    parser.add_argument("--seed", type=int, default=1, help="another seed chooses other files")
    return parser.parse_args()


def of_dlint(command: Sequence[str], names: list[str]) -> Iterator[tuple[str, str]]:
    answer = json.loads(speed.output([*command, "--isolated", "--format", "json", *names], "plain"))
    yield from ((found["file"], found["code"]) for found in answer["diagnostics"])


def of_hadolint(command: Sequence[str], names: list[str]) -> Iterator[tuple[str, str]]:
    answer = json.loads(speed.output([*command, "--format", "json", *names], "plain"))
    yield from ((found["file"], found["code"]) for found in answer)


def of_tally(command: Sequence[str], names: list[str]) -> Iterator[tuple[str, str]]:
    answer = json.loads(speed.output([*command, "--format", "json", *names], "plain"))
    for file in answer["files"]:
        yield from ((file["file"], found["rule"]) for found in file["violations"])


FINDINGS = {"dlint": of_dlint, "hadolint": of_hadolint, "tally": of_tally}


def table(title: str, found: dict[str, list[tuple[str, str]]], names: Sequence[str]) -> str:
    """A row for each tool."""
    rows = [
        f"| {title} | findings | median | 90 % have at most | most | files without |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for tool, pairs in found.items():
        counts = Counter(file for file, _ in pairs)
        each = sorted(counts.get(name, 0) for name in names)
        nine_of_ten = each[-(-len(each) * 9 // 10) - 1]
        rows.append(
            f"| {tool} | {len(pairs)} | {each[len(each) // 2]} | {nine_of_ten} | {each[-1]} | {each.count(0)} |"
        )
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    main()
