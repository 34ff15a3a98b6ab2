"""Fixes a directory of real Dockerfiles in memory: what was fixed, what was rejected, what broke. See README.md.

    python bench/fixes.py DIR [--unsafe] [--all-rules] [--crlf] [--show N] [--rival tally]

Nothing is written except copies in a temporary directory for the rival.
Run it with the Python in which dlint is installed.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from dockerfile_dlint.fixers.edits.edit import DISPLAY, SAFE, apply_edits
from dockerfile_dlint.fixers.gate import declared_result
from dockerfile_dlint.lint.commands.fix import FixRequest, fix_source
from dockerfile_dlint.lint.config.selection import select_rules
from dockerfile_dlint.lint.engine.lint_plan import LintPlan
from dockerfile_dlint.lint.engine.linter import lint_source
from dockerfile_dlint.lint.output.diff import file_diff
from dockerfile_dlint.lint.sources.discovery import is_dockerfile_name
from dockerfile_dlint.model.build import Build
from dockerfile_dlint.model.semantics import build_semantics
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source, SourceError


def main() -> None:
    """Repair every file and print the tables."""
    arguments = options()
    sources = read(arguments.folder, crlf=arguments.crlf)
    if arguments.rival:
        rival(sources, arguments.rival)
        return
    plan = LintPlan(select_rules(["ALL"] if arguments.all_rules else [], []))
    wish = FixRequest(unsafe=arguments.unsafe, diff=False, fix_only=False)
    before, applied, left, refused, passes = (
        Counter[str](),
        Counter[str](),
        Counter[str](),
        Counter[str](),
        Counter[int](),
    )
    wrong: list[str] = []
    diffs: list[str] = []
    seconds = 0.0
    for source in sources:
        found = lint_source(source, plan, None).diagnostics
        before.update(d.code for d in found if wish.wants(d))
        start = time.perf_counter()
        report, result = fix_source(source, plan, None, wish)
        seconds += time.perf_counter() - start
        applied.update(result.applied)
        passes[result.passes] += 1
        left.update(d.code for d in report.diagnostics if wish.wants(d))
        refused.update(f"{r.code}: {re.sub(r'`[^`]*`|line [0-9]+', '…', r.reason)}" for r in result.rejected)
        wrong += [f"{source.name}: {problem}" for problem in problems(source, result.text, plan, wish)]
        if result.text != source.text:
            diffs.append(file_diff(source.name, source.text, result.text))
    print(f"{len(sources)} files, {sum(before.values())} fixable findings in them, {len(diffs)} files changed")
    print(f"{sum(applied.values())} fixes applied, {sum(left.values())} fixable findings remaining; {seconds:.1f} s")
    print("passes: " + ", ".join(f"{number}: {count}" for number, count in sorted(passes.items())))
    print(f"{'rule':8}{'fixable':>8}{'applied':>8}{'left':>6}")
    for code in sorted(before | applied):
        print(f"{code:8}{before[code]:8}{applied[code]:8}{left[code]:6}")
    print("refused: " + ("" if refused else "none"))
    for reason, count in refused.most_common():
        print(f"{count:5} {reason}")
    print(f"broken: {len(wrong)}")
    print("\n".join(wrong))
    for diff in random.Random(arguments.seed).sample(diffs, min(arguments.show, len(diffs))):
        print(diff)
    sys.exit(1 if wrong else 0)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--unsafe", action="store_true", help="unsafe fixes too")
    parser.add_argument("--all-rules", action="store_true", help="all rules, not only those that are on by default")
    parser.add_argument("--crlf", action="store_true", help="with CRLF line endings")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print a random sample of N differences")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rival", metavar="TALLY", help="the program tally: what the safe fixes of both do")
    return parser.parse_args()


def read(folder: Path, *, crlf: bool = False) -> list[Source]:
    """The files that BuildKit does not refuse to parse."""
    sources: list[Source] = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and is_dockerfile_name(path.name):
            try:
                source = Source.decode(path.read_bytes(), str(path))
            except SourceError:
                continue
            if crlf and "\r" not in source.text:
                source = Source(source.text.replace("\n", "\r\n"), source.name)
            if not parse(source).errors:
                sources.append(source)
    return sources


def problems(source: Source, text: str, plan: LintPlan, wish: FixRequest) -> list[str]:
    """What a repair must not do, looked at without the gate's help."""
    found: list[str] = []
    after = parse(Source(text))
    found += [f"line {error.line}: {error.message}" for error in after.errors[:1]]
    lost = Counter(comment.text for comment in parse(source).comments)
    lost -= Counter(comment.text for comment in after.comments)
    found += [f"comment lost: {comment}" for comment in lost]
    again = fix_source(Source(text, source.name), plan, None, wish)[1].text
    if again != text:
        found.append("a second run changes it:\n" + file_diff(source.name, text, again))
    if (
        text.count("\r\n")
        and text.count("\r\n") != text.count("\n")
        and source.text.count("\r\n") == source.text.count("\n")
    ):
        found.append("line endings are mixed")
    if not wish.unsafe:
        found += undeclared(source, plan)
    return found


def undeclared(source: Source, plan: LintPlan) -> list[str]:
    """The safe fixes of the first pass that change the build in another way than they declare, each on its own."""
    found: list[str] = []
    dockerfile = parse(source)
    for d in lint_source(source, plan, None).diagnostics:
        if d.fix is not None and d.fix.safety == SAFE and d.fix.safety != DISPLAY:
            wanted = build_semantics(Build(parse(Source(declared_result(dockerfile, d.fix.declares)))))
            if build_semantics(Build(parse(Source(apply_edits(source.text, d.fix.edits))))) != wanted:
                found.append(f"{d.code} line {d.start[0]} changes what it does not declare")
    return found


def rival(sources: list[Source], program: str) -> None:
    """Let dlint and tally make their safe fixes twice, and print what became of the files, as a Markdown table."""
    plan, wish = LintPlan(select_rules([], [])), FixRequest(unsafe=False, diff=False, fix_only=False)
    print(
        f"{len(sources)} files | changed | no longer parse | lost comments | other ENV values | changed by a second run"
    )
    print("---|---:|---:|---:|---:|---:")
    once = [fix_source(source, plan, None, wish)[1].text for source in sources]
    twice = [fix_source(Source(text), plan, None, wish)[1].text for text in once]
    print(f"dlint | {judged(sources, once, twice)}", flush=True)
    command = [shutil.which(program) or program, "lint", "--fix", "--slow-checks=off"]
    with tempfile.TemporaryDirectory() as folder:
        once = [repaired(command, Path(folder), source.encode()) for source in sources]
        twice = [repaired(command, Path(folder), text.encode("utf-8", "surrogateescape")) for text in once]
    print(f"tally | {judged(sources, once, twice)}")


def repaired(command: list[str], folder: Path, data: bytes) -> str:
    """What the command makes of a Dockerfile."""
    path = folder / "Dockerfile"
    path.write_bytes(data)
    subprocess.run([*command, str(path)], capture_output=True, check=False, timeout=120)
    return Source.decode(path.read_bytes()).text


def judged(sources: list[Source], once: list[str], twice: list[str]) -> str:
    """The cells of a tool's row."""
    changed, broken, comments, values = 0, 0, 0, 0
    for source, text in zip(sources, once, strict=True):
        before, after = parse(source), parse(Source(text))
        changed += text != source.text
        broken += bool(after.errors)
        comments += bool(Counter(c.text for c in before.comments) - Counter(c.text for c in after.comments))
        values += not after.errors and pairs(before) != pairs(after)
    again = sum(one != two for one, two in zip(once, twice, strict=True))
    return f"{changed} | {broken} | {comments} | {values} | {again}"


def pairs(dockerfile: object) -> list[object]:
    """The names and values that ENV gives, in order."""
    values = build_semantics(Build(dockerfile))  # pyright: ignore[reportArgumentType]
    return [pair for value in values if isinstance(value, tuple) and value[0] == "ENV" for pair in value[2] or ()]


if __name__ == "__main__":
    main()
