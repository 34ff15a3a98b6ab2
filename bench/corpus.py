"""Lints a directory of real Dockerfiles: findings per rule and per file, and samples to read by eye. See README.md.

    python bench/corpus.py DIR [--select RULES] [--sample N --rule CODE]

Run it with the Python in which dlint is installed.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

from dockerfile_dlint.lint.sources.discovery import is_dockerfile_name

Finding = dict[str, Any]
AROUND = 3
"""Lines shown before and after a finding."""
WIDTH = 200


def main() -> None:
    """Lint, print the tables, or the sample when one is asked for."""
    arguments = options()
    files, findings = lint(repositories(arguments.folder), arguments.select, arguments.ignore)
    if arguments.sample:
        wanted = {code for value in arguments.rule for code in value.split(",")}
        print(sample(findings, wanted, arguments.sample, arguments.seed))
    else:
        print(per_rule(findings, files))
        print(per_file(findings, files))


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="each directory in it is treated as a separate repository")
    parser.add_argument("--select", action="append", default=[], metavar="RULES", help="as dlint's option")
    parser.add_argument("--ignore", action="append", default=[], metavar="RULES", help="as dlint's option")
    parser.add_argument(
        "--sample", type=int, metavar="N", help="print a random sample of N findings, with their source"
    )
    parser.add_argument("--rule", action="append", default=[], metavar="CODE", help="take the sample from these rules")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives another sample")
    return parser.parse_args()


def repositories(folder: Path) -> list[Path]:
    """The Dockerfiles and directories directly in it; no context is looked for above a directory that is passed."""
    return sorted(path for path in folder.iterdir() if path.is_dir() or is_dockerfile_name(path.name))


def lint(paths: list[Path], select: list[str], ignore: list[str]) -> tuple[int, list[Finding]]:
    """The number of files that were linted, and what was found in them."""
    command = [sys.executable, "-m", "dockerfile_dlint.lint", "check", "--isolated", "--format", "json"]
    command += [f"--select={rules}" for rules in select] + [f"--ignore={rules}" for rules in ignore]
    done = subprocess.run([*command, "--", *map(str, paths)], stdout=subprocess.PIPE, check=False)
    if not done.stdout:
        raise SystemExit(done.returncode)
    answer = json.loads(done.stdout)
    return answer["files"], answer["diagnostics"]


def per_rule(findings: list[Finding], files: int) -> str:
    """A row for each rule, the most frequent first."""
    counts = Counter((f["code"], f["name"], f["severity"]) for f in findings)
    touched: dict[str, set[str]] = defaultdict(set)
    for finding in findings:
        touched[finding["code"]].add(finding["file"])
    rows = [
        f"| {code} | {name} | {severity} | {count} | {len(touched[code])} | {len(touched[code]) / files:.1%} |\n"
        for (code, name, severity), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    head = "| rule | name | severity | findings | files | share of files |\n| --- | --- | --- | ---: | ---: | ---: |\n"
    return head + "".join(rows)


def per_file(findings: list[Finding], files: int) -> str:
    """How many findings a file has."""
    counts = Counter(finding["file"] for finding in findings)
    each = sorted([*counts.values(), *[0] * (files - len(counts))])
    line = f"{files} files, {len(findings)} findings, {files - len(counts)} files without any."
    if not counts:
        return line
    most, number = counts.most_common(1)[0]
    median, nine_of_ten = each[(files - 1) // 2], each[-(-files * 9 // 10) - 1]
    return f"{line}\nFindings per file: median {median}, 90 % have at most {nine_of_ten}, the most {number} ({most})."


def sample(findings: list[Finding], rules: set[str], size: int, seed: int) -> str:
    """Some of the findings of the rules (of all without any), in the order of the files, to be judged by a reader."""
    found = [finding for finding in findings if not rules or finding["code"] in rules]
    chosen = random.Random(seed).sample(range(len(found)), min(size, len(found)))
    of = f"of {len(found)} findings, seed {seed}"
    return "\n".join(
        f"── {number}/{len(chosen)} {of}\n{shown(found[index])}" for number, index in enumerate(sorted(chosen), 1)
    )


def shown(finding: Finding) -> str:
    """A finding with its source: `>` marks its lines, `+` those of related places."""
    text = Path(finding["file"]).read_bytes().decode("utf-8", "backslashreplace").split("\n")
    first, last = finding["start"]["line"], last_line(finding)
    marks = dict.fromkeys(range(min(finding["instruction_line"], first) - AROUND, last + AROUND + 1), " ")
    notes: list[str] = []
    for related in finding["related"]:
        start = related["start"]["line"]
        marks |= dict.fromkeys(range(start, last_line(related) + 1), "+")
        notes.append(f"+ line {start}: {related['message']}\n")
    marks |= dict.fromkeys(range(first, last + 1), ">")
    numbers = sorted(number for number in marks if 1 <= number <= len(text))
    lines = [f"{marks[n]} {n:>4} | {text[n - 1].rstrip()[:WIDTH]}\n" for n in numbers]
    for index, (one, next_one) in reversed([*enumerate(pairwise(numbers), 1)]):
        if next_one > one + 1:
            lines.insert(index, "     ⋮\n")
    start = finding["start"]
    place = f"{finding['file']}:{start['line']}:{start['column']}"
    head = f"{finding['code']} {finding['severity']} {place}\n{finding['message']}\n"
    return head + "".join([*notes, *lines])


def last_line(place: Finding) -> int:
    """The last line on which a place has a character."""
    end = place["end"]
    return max(place["start"]["line"], end["line"] - (end["column"] == 1))


if __name__ == "__main__":
    main()
