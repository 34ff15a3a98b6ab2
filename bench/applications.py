"""Optimizes the Dockerfiles of public applications and prints a table with each result and each reason. See README.md.

    python bench/applications.py CHECKOUTS [--fetch] [--table FILE] [--markdown]

CHECKOUTS has a directory `owner+name` for each repository of the table; `--fetch` gets those that are missing with git.
Nothing is written into them and nothing of them runs.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("applications.tsv")
SOURCE = "https://github.com"
TIMEOUT = 120


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkouts", type=Path)
    parser.add_argument("--fetch", action="store_true", help="get the missing repositories with git")
    parser.add_argument(
        "--table", type=Path, default=TABLE, help="repository, commit and Dockerfile, separated by tabs"
    )
    parser.add_argument("--markdown", action="store_true", help="print the table for the documentation")
    arguments = parser.parse_args()
    with arguments.table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    results: list[tuple[str, str, str, str]] = []
    for row in rows:
        place = arguments.checkouts / row["repository"].replace("/", "+")
        if not place.is_dir() and arguments.fetch:
            fetch(row["repository"], row["commit"], place)
        if not (place / row["dockerfile"]).is_file():
            print(f"{row['repository']}: not there; use --fetch", file=sys.stderr)
            return 2
        results.append((row["repository"], row["dockerfile"], *outcome(place, row["dockerfile"])))
    print(report(results, markdown=arguments.markdown))
    return 0


def fetch(repository: str, commit: str, place: Path) -> None:
    """Get one commit of a repository."""
    place.mkdir(parents=True)
    for words in (
        ("init", "-q"),
        ("fetch", "-q", "--depth", "1", f"{SOURCE}/{repository}", commit),
        ("checkout", "-q", "FETCH_HEAD"),
    ):
        subprocess.run(["git", "-C", str(place), *words], check=True)


def outcome(place: Path, dockerfile: str) -> tuple[str, str]:
    """What `dlint optimize` makes of a file ("second stage", "smaller base", …, "refused"), and why."""
    words = [sys.executable, "-m", "dockerfile_dlint", "optimize", "--isolated", "--format", "json", dockerfile]
    done = subprocess.run(words, cwd=place, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
        rewrites: dict[str, Any] = {each["name"]: each for each in answer["files"][0]["rewrites"]}
    except (ValueError, IndexError, KeyError):
        return "error", (done.stderr.strip().splitlines() or ["no output"])[-1]
    done_names = [name for name, each in rewrites.items() if each["steps"]]
    if "multi-stage" in done_names:
        return "second stage", ", ".join(name for name in done_names if name != "multi-stage")
    refused: dict[str, Any] = rewrites["multi-stage"]["refused"] or {}
    why = str(refused.get("reason", ""))
    for name, kind in (("slim-base", "smaller base"), ("order", "better order"), ("layers", "smaller layers")):
        if name in done_names:
            return kind, why
    return ("nothing to do" if refused.get("nothing_to_do") else "refused"), why


def report(results: list[tuple[str, str, str, str]], *, markdown: bool) -> str:
    """The table, the results counted, and the reasons against a second stage counted by their form."""
    kinds = Counter(kind for _, _, kind, _ in results)
    reasons = Counter(re.sub(r"`[^`]*`", "`…`", why) for _, _, kind, why in results if kind != "second stage" and why)
    if not markdown:
        lines = [f"{repository:50} {kind:15} {why}" for repository, _, kind, why in results]
        lines += ["", *(f"{count:4} {kind}" for kind, count in kinds.most_common())]
        return "\n".join([*lines, "", *(f"{count:4} {why}" for why, count in reasons.most_common())])
    lines = [
        "| application | Dockerfile | result | other rewrites, or why there is no second stage |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {name} | `{path}` | {kind} | {why.replace('|', chr(92) + '|')} |" for name, path, kind, why in results
    ]
    lines += ["", "| result | applications |", "|---|---:|"]
    lines += [f"| {kind} | {count} |" for kind, count in kinds.most_common()]
    lines += ["", "| why there is no second stage | applications |", "|---|---:|"]
    return "\n".join([*lines, *(f"| {why.replace('|', chr(92) + '|')} | {n} |" for why, n in reasons.most_common())])


if __name__ == "__main__":
    sys.exit(main())
