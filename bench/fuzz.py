"""Feed dlint broken Dockerfiles by the thousand: `python bench/fuzz.py --count 100000`.

Every input is made from pieces of the grammar, some of them repeated to tens of thousands of characters, or from real
files that are cut and mixed (`--corpus DIR`). It is parsed, checked against the laws of tests/syntax/laws.py and linted
with all rules; with `--fix` it is also repaired by some of the rules that have fixes, and held against
tests/fixers/laws.py. Input number N of a seed is always the same.
The work is done in child processes, so that a hang or a crash costs one input: it is a failure like any exception.
Exits with 1 when anything failed; each failing input is saved in `--save`.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import random
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dockerfile_dlint.lint.config.selection import select_rules
from dockerfile_dlint.lint.engine.lint_plan import LintPlan
from dockerfile_dlint.lint.engine.linter import lint_source
from dockerfile_dlint.model.context import Context
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source, SourceError

from tests.fixers.laws import check_repair, some_rules
from tests.syntax import pieces
from tests.syntax.laws import check_carriage_returns, check_report, check_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dockerfile_dlint.model.build import Build

SECONDS_AN_INPUT = 5
CHUNK = 2_000
"""Inputs for one child process."""
LONGEST = 60_000
ODD_CHARACTERS = "\\`'\"$(){}[]<>|&;#=-, \t\n\n\r\v\f\x1c\x85\xa0\u2003\ufeff\udc80\udcffé日aA0/:@*?!~+%^"


class Maker:
    """Makes inputs: number N of a seed is the same in every run with the same corpus.

    `whole` is the share of real files that are taken as they are.
    """

    def __init__(self, seed: int, corpus: Sequence[bytes], whole: float = 0.0) -> None:
        self.seed = seed
        self.whole = whole
        self.corpus = corpus
        self.random = random.Random(seed)

    def make(self, number: int) -> bytes:
        """Input `number`: a file of pieces, a mutation of such a file, or of a real one."""
        self.random.seed(f"{self.seed}:{number}")
        kind = self.random.random()
        if self.corpus and kind < 0.4:
            text = self.random.choice(self.corpus).decode("utf-8", "surrogateescape")
            if self.random.random() >= self.whole:
                text = self.mutated(text)
        elif kind < 0.49:
            text = "".join(self.random.choices(ODD_CHARACTERS, k=self.random.randrange(1, 200)))
        elif kind < 0.5:
            text = self.long()
        else:
            text = self.dockerfile()
            if kind > 0.8:
                text = self.mutated(text)
        if self.random.random() < 0.1:
            text = text.replace("\n", "\r\n")
        return text.encode("utf-8", "surrogateescape")

    def dockerfile(self) -> str:
        """A file of pieces, most of which are instructions."""
        pick = self.random.choice
        lines = [pick(pieces.DIRECTIVES) + "\n" for _ in range(self.random.choice((0, 0, 0, 1, 2)))]
        if self.random.random() < 0.8:
            lines.append(
                "FROM " + pick(("debian", "alpine:3.20", "python:3.12 AS build", "scratch", "$X", "a AS")) + "\n"
            )
        for _ in range(self.random.randrange(1, 12)):
            if self.random.random() < 0.15:
                lines.append(pick(pieces.COMMENTS) + pick(pieces.ENDINGS))
            else:
                lines.append(self.instruction())
        return "".join(lines)

    def instruction(self) -> str:
        """Keyword, flags, arguments, a line ending, and the body of a heredoc."""
        pick, chance = self.random.choice, self.random.random
        words = [pick(pieces.KEYWORDS)]
        words += [pick(pieces.FLAGS) for _ in range(pick((0, 0, 0, 1, 2)))]
        kind = chance()
        if kind < 0.4:
            words += [pick(pieces.SHELL) for _ in range(pick((1, 1, 2, 4)))]
        elif kind < 0.55:
            words.append(pick(pieces.JSON))
        else:
            words += [pick(pieces.WORDS) for _ in range(pick((0, 1, 2, 3, 5)))]
        line = words[0]
        for word in words[1:]:
            line += pick((" ", " ", " ", " ", "  ", "\t", "")) + (pick(pieces.CONTINUATIONS) if chance() < 0.15 else "")
            line += word
        line += pick(pieces.ENDINGS) if chance() < 0.2 else "\n"
        if "<<" in line and chance() < 0.9:
            line += "".join(pick(pieces.BODIES) for _ in range(pick((0, 1, 3)))) + pick(pieces.TERMINATORS)
        return line

    def mutated(self, text: str) -> str:
        """`text` after some cuts, insertions, repetitions and exchanges."""
        pick, below = self.random.choice, self.random.randrange
        for _ in range(pick((1, 1, 2, 4, 16))):
            at = below(len(text) + 1)
            to = min(len(text), at + pick((1, 1, 5, 40, 400)))
            kind = below(7)
            if kind == 0:
                text = text[:at] + text[to:]
            elif kind == 1:
                text = text[:at] + pick(ODD_CHARACTERS) + text[at:]
            elif kind == 2:
                text = text[:at] + text[at:to] * pick((2, 2, 3, 20)) + text[to:]
            elif kind == 3:
                text = text[:at] + pick((*pieces.WORDS, *pieces.SHELL, *pieces.JSON, *pieces.FLAGS)) + text[at:]
            elif kind == 4:
                text = text[:at] + self.instruction() + text[at:]
            elif kind == 5:
                text = text[:at]
            else:
                lines = text.split("\n")
                self.random.shuffle(lines)
                text = "\n".join(lines)
        return text[:LONGEST]

    def long(self) -> str:
        """One or two pieces repeated, each after its own keyword or all after one."""
        unit = "".join(
            self.random.choices((*pieces.WORDS, *pieces.SHELL, *ODD_CHARACTERS, " "), k=self.random.choice((1, 2, 3)))
        )
        keyword = self.random.choice(pieces.KEYWORDS) + " "
        each = self.random.choice(("", "", " ", " \\\n", "\n" + keyword))
        times = self.random.choice((1_000, 10_000, LONGEST)) // (len(unit) + len(each))
        return "FROM a\n" + keyword + (unit + each) * times


def read_corpus(folder: str) -> list[bytes]:
    """The contents of all files in `folder` and its subdirectories, sorted by name."""
    paths = sorted(path for path in Path(folder).rglob("*") if path.is_file())
    if not paths:
        raise SystemExit(f"fuzz: no files in {folder}")
    return [path.read_bytes() for path in paths]


def examine(data: bytes, plan: LintPlan | None, folder: str, fix: bool) -> tuple[int, int]:
    """Parse and, with a plan, lint one input, or repair it; the number of instructions and of findings or fixes.

    Raises for what is wrong.
    """
    try:
        source = Source.decode(data, os.path.join(folder, "Dockerfile"))
    except SourceError:
        return 0, 0
    assert source.encode() == data
    dockerfile = parse(source)
    check_tree(dockerfile)
    if "\r" not in source.text:
        check_carriage_returns(source.text)
    if plan is None:
        return len(dockerfile.instructions), 0

    def context(_: Build) -> Context:
        return Context(folder, source.name)

    if fix:
        chance = random.Random(len(data))
        rules, unsafe = some_rules(chance), chance.random() < 0.5
        return len(dockerfile.instructions), check_repair(source, rules, unsafe, context)
    report = lint_source(source, plan, context)
    check_report(source, report)
    return len(dockerfile.instructions), len(report.diagnostics)


class Result:
    """What one input gave; `fault` is the traceback, empty when all is well."""

    def __init__(self, number: int, seconds: float, size: int, instructions: int, findings: int, fault: str) -> None:
        self.number = number
        self.seconds = seconds
        self.size = size
        self.instructions = instructions
        self.findings = findings
        self.fault = fault


def results(maker: Maker, first: int, last: int, plan: LintPlan | None, folder: str, fix: bool) -> Iterator[Result]:
    """The results of the inputs `first` to `last` (exclusive), each found in a child process."""
    while first < last:
        with tempfile.TemporaryFile("w+") as trace:
            reader, child = _start(maker, range(first, min(last, first + CHUNK)), plan, folder, fix, trace.fileno())
            at = time.perf_counter()
            with os.fdopen(reader) as lines:
                for line in lines:
                    yield Result(*json.loads(line))
                    first += 1
                    at = time.perf_counter()
            _, status = os.waitpid(child, 0)
            if status:
                trace.seek(0)
                fault = f"the process ended with status {status}, by a crash or a hang\n{trace.read()}"
                yield Result(first, time.perf_counter() - at, len(maker.make(first)), 0, 0, fault)
                first += 1


def _start(maker: Maker, numbers: range, plan: LintPlan | None, folder: str, fix: bool, trace: int) -> tuple[int, int]:
    """Start a child that examines the inputs and writes a line for each; where to read, and the child's id."""
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        return reader, child
    status = 1
    try:
        os.close(reader)
        faulthandler.enable(trace)
        with os.fdopen(writer, "w", buffering=1) as out:
            for number in numbers:
                faulthandler.dump_traceback_later(SECONDS_AN_INPUT, exit=True, file=trace)
                out.write(json.dumps(_examined(maker.make(number), number, plan, folder, fix)) + "\n")
        faulthandler.cancel_dump_traceback_later()
        status = 0
    finally:
        os._exit(status)


def _examined(data: bytes, number: int, plan: LintPlan | None, folder: str, fix: bool) -> list[object]:
    fault, counts = "", (0, 0)
    start = time.perf_counter()
    try:
        counts = examine(data, plan, folder, fix)
    except BaseException:  # noqa: BLE001 - whatever dlint raises is the result
        fault = traceback.format_exc()
    return [number, time.perf_counter() - start, len(data), *counts, fault]


def make_context(folder: str) -> None:
    """A small build context, so that the rules about one have something to look at."""
    (Path(folder) / "src").mkdir()
    for name in ("requirements.txt", "package.json", "src/a.py", ".env", "Dockerfile"):
        (Path(folder) / name).write_text("a\n")
    (Path(folder) / ".dockerignore").write_text("*.md\nsrc\n!src/a.py\n")


def main() -> int:
    options = _options()
    corpus = read_corpus(options.corpus) if options.corpus else []
    maker = Maker(options.seed, corpus, 0.7 if options.fix else 0.0)
    if options.only is not None:
        sys.stdout.buffer.write(maker.make(options.only))
        return 0
    plan = None if options.parse_only else LintPlan(select_rules(["ALL"], []))
    count = instructions = findings = size = faults = 0
    slowest: Result | None = None
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        make_context(folder)
        for result in results(maker, options.start, options.start + options.count, plan, folder, options.fix):
            count += 1
            size += result.size
            instructions += result.instructions
            findings += result.findings
            if slowest is None or result.seconds > slowest.seconds:
                slowest = result
            if result.fault:
                faults += 1
                _save(Path(options.save), result, maker.make(result.number))
            if options.seconds and time.perf_counter() - begun > options.seconds:
                break
    seconds = time.perf_counter() - begun
    done = "parsed" if plan is None else f"parsed and linted with {len(plan.rules)} rules"
    if options.fix:
        done = "repaired by some of the rules with fixes"
    print(f"{count:,} inputs of seed {options.seed} from number {options.start} {done} in {seconds:.0f} s")
    print(f"{size:,} bytes, {instructions:,} instructions, {findings:,} {'fixes' if options.fix else 'findings'}")
    if slowest:
        print(f"slowest: number {slowest.number}, {slowest.size:,} bytes in {slowest.seconds * 1000:.0f} ms")
    print(f"{faults} failures" + (f", inputs in {options.save}" if faults else ""))
    return 1 if faults else 0


def _save(folder: Path, result: Result, data: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{result.number}.Dockerfile").write_bytes(data)
    (folder / f"{result.number}.txt").write_text(result.fault, errors="backslashreplace")
    lines = result.fault.strip().splitlines()
    # Python ends a traceback with what went wrong, faulthandler begins with where.
    place = next((line.strip() for line in lines if line.startswith("  File")), "")
    said = f"{lines[0]}: {place}" if lines[0].startswith("the process") else lines[-1]
    print(f"number {result.number}: {said[:200]}", file=sys.stderr)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=10_000, help="how many inputs")
    parser.add_argument("--start", type=int, default=0, help="number of the first input")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, help="stop after so many seconds")
    parser.add_argument("--corpus", help="a directory of real Dockerfiles to mutate")
    parser.add_argument("--parse-only", action="store_true", help="do not lint")
    parser.add_argument("--fix", action="store_true", help="repair each input too")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="write this input to standard output and stop")
    parser.add_argument("--save", default=os.path.join(tempfile.gettempdir(), "dlint-fuzz"), help="for failing inputs")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
