"""Measures how the time and memory of dlint grow with the size of the input. See README.md.

    python bench/growth.py [SHAPE…] [--sizes 10000,100000,1000000] [--limit SECONDS] [--checkout DIRECTORY]
                           [--command check|fix|format|optimize] [--format FORMAT]

Each shape is one kind of input that repeats to any size. A row of the table has the seconds of CPU time for each size,
the peak memory for the largest, and the exponent between the last two sizes, without the time of an empty run: 1 is
linear, 2 is quadratic. Exit status 1 if an exponent is over 1.15, a run takes over the limit, or memory over 300 MB.
"""

from __future__ import annotations

import argparse
import math
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LARGEST_EXPONENT = 1.15
LARGEST_MEMORY = 300_000_000
"""Bytes."""
MOST_WAITED = 10
"""How many times its limit of CPU time a run may take on the clock: a bound for one that waits."""
NOISE = 0.15
"""Seconds: the exponent of a run that takes less than this beyond an empty run is not meaningful."""
HEAD = "FROM debian:12\n"


def lines(pattern: str, head: str = HEAD, tail: str = "") -> Callable[[int], str]:
    """A shape of numbered lines; `{i}` is the number and `{p}` the one before."""

    def make(size: int) -> str:
        return head + "".join(repeated(pattern, size - len(head) - len(tail))) + tail

    return make


def repeated(pattern: str, size: int) -> Iterator[str]:
    """The pattern with rising numbers until `size` characters are reached."""
    number = length = 0
    while length < size:
        text = pattern.replace("{i}", str(number)).replace("{p}", str(number - 1 if number else 0))
        length += len(text)
        number += 1
        yield text


def nested(start: str, end: str, head: str = HEAD + "RUN ", core: str = "a") -> Callable[[int], str]:
    """A shape of nested text."""

    def make(size: int) -> str:
        depth = max(1, (size - len(head)) // (len(start) + len(end)))
        return head + start * depth + core + end * depth + "\n"

    return make


SHAPES: dict[str, Callable[[int], str]] = {
    "instructions": lines("WORKDIR /a{i}\n"),
    "runs": lines("RUN echo {i}\n"),
    "same runs": lines("RUN a\n"),
    "apt runs": lines("RUN apt-get update && apt-get install -y p{i}\n"),
    "stages": lines("FROM s{p} AS s{i}\n", head="FROM debian:12 AS s0\n"),
    "stages with copies": lines("FROM debian:12 AS s{i}\nCOPY --from=s{p} /a /b\n", head="FROM debian:12 AS s0\n"),
    "one long run": lines("echo {i} && ", head=HEAD + "RUN ", tail="true\n"),
    "one run of many lines": lines("echo {i} && \\\n ", head=HEAD + "RUN ", tail="true\n"),
    "one long word": lines("a{i}", head=HEAD + "RUN echo ", tail="\n"),
    "pipes": lines("a{i} | ", head=HEAD + "RUN ", tail="b\n"),
    "semicolons": lines("a{i} ; ", head=HEAD + "RUN ", tail="b\n"),
    "parentheses": nested("(", ")"),
    "substitutions": nested("$(", ")", head=HEAD + "RUN echo "),
    "quoted substitutions": nested('"$(echo ', ')"', head=HEAD + "RUN echo "),
    "ifs": nested("if a; then ", "; fi"),
    "backticks": lines("`a{i}` ", head=HEAD + "RUN echo ", tail="\n"),
    "quotes": lines("'a{i}' \"b{i}\" ", head=HEAD + "RUN echo ", tail="\n"),
    "backslashes": lines("\\a", head=HEAD + "RUN echo ", tail="\n"),
    "dollars": lines("$A{i} ", head=HEAD + "RUN echo ", tail="\n"),
    "cases": lines("a{i}) b ;; ", head=HEAD + "RUN case x in ", tail="esac\n"),
    "heredocs": lines("RUN <<EOF\necho {i}\nEOF\n"),
    "heredocs of one run": lambda size: (
        HEAD
        + "RUN cat "
        + "".join(f"<<E{i} " for i in range(size // 16))
        + "\n"
        + "".join(f"a\nE{i}\n" for i in range(size // 16))
    ),
    "one long heredoc": lines("echo {i}\n", head=HEAD + "RUN <<EOF\n", tail="EOF\n"),
    "variables of variables": lines("ENV V{i}=$V{p}\n", head=HEAD + "ENV V0=a\n"),
    "arguments before FROM": lines("ARG A{i}=$A{p}\n", head="ARG A0=a\n", tail=HEAD),
    "arguments": lines("ARG A{i}\n"),
    "one ENV": lines("A{i}=b ", head=HEAD + "ENV ", tail="\n"),
    "one LABEL": lines("a{i}=b ", head=HEAD + "LABEL ", tail="\n"),
    "ENVs": lines("ENV A{i}=b\n"),
    "comments": lines("# comment {i}\n"),
    "comments in a run": lines("# comment {i}\n", head=HEAD + "RUN a \\\n", tail="b\n"),
    "empty continuations": lines("\\\n", head=HEAD + "RUN a ", tail="b\n"),
    "packages": lines("p{i} ", head=HEAD + "RUN apt-get update && apt-get install -y ", tail="\n"),
    "the same package": lines("curl ", head=HEAD + "RUN apt-get update && apt-get install -y ", tail="\n"),
    "COPYs": lines("COPY a{i} /b/\n"),
    "COPY sources": lines("a{i} ", head=HEAD + "COPY ", tail="/b/\n"),
    "deletions of copies": lines("COPY a{i} /b{i}\nRUN rm /b{i}\n"),
    "CMDs": lines('CMD ["a{i}"]\n'),
    "users": lines("USER u{i}\nWORKDIR w{i}\n"),
    "mounts": lines("--mount=type=cache,target=/c{i} ", head=HEAD + "RUN ", tail="a\n"),
    "ONBUILDs": lines("ONBUILD RUN a{i}\n"),
    "exposed ports": lines("EXPOSE {i}\n"),
    "suppressions": lines("# dlint: ignore[DL3008] why\nRUN apt-get install p{i}\n"),
    "hadolint's suppressions": lines("# hadolint ignore=DL3008,DL3009\nRUN apt-get install p{i}\n"),
    "JSON": lines('"a{i}", ', head=HEAD + "CMD [", tail='"b"]\n'),
    "nested JSON": nested("[", "]", head=HEAD + "CMD "),
    "suppressions of the file": lines("# dlint: ignore-file[DL3008] why {i}\n", head="", tail=HEAD),
    "unknown instructions": lines("FRM{i} a\n"),
    "unknown options": lines("COPY --chwn{i}=a b c\n"),
    "nested defaults": nested("${A:-", "}", head=HEAD + "ENV B="),
    "nested quotes": nested("sh -c '", "'"),
    "used variables": lines("ARG A{i}\nRUN echo $A{i}\n"),
    "undefined variables": lines("ENV A{i}=$B{i}\n"),
    "copies from stages": lambda size: (
        "".join(f"FROM debian:12 AS s{i}\n" for i in range(size // 60))
        + HEAD
        + "".join(f"COPY --from=s{i} /a{i} /b{i}/\n" for i in range(size // 60))
    ),
    "unused stages": lines("FROM debian:12 AS s{i}\nRUN a\n"),
    "packages of pip": lines("p{i} ", head="FROM python:3.12\nRUN pip install ", tail="\n"),
    "installs by pip": lines("RUN pip install p{i}\n", head="FROM python:3.12\n"),
    "installs by npm": lines("RUN npm install p{i}\n", head="FROM node:20\n"),
    "installs by apk": lines("RUN apk add p{i}\n", head="FROM alpine:3.20\n"),
    "installs in one run": lines("apt-get install p{i} && ", head=HEAD + "RUN ", tail="true\n"),
    "directory changes": lines("cd a{i} && ", head=HEAD + "RUN ", tail="true\n"),
    "downloads": lines("RUN curl -o a{i} http://example.com/a{i}.tgz && tar xf a{i}\n"),
    "downloads by wget": lines("RUN wget http://example.com/a{i}.tgz\n"),
    "ADDs": lines("ADD a{i}.tar.gz /b{i}\n"),
    "changes of owner": lines("COPY a{i} /b{i}\nRUN chown -R u /b{i}\n"),
    "LABELs": lines("LABEL a{i}=b\n"),
    "VOLUMEs": lines("VOLUME /a{i}\nRUN touch /a{i}/b\n"),
    "SHELLs": lines('SHELL ["/bin/sh{i}", "-c"]\nRUN a\n'),
    "HEALTHCHECKs": lines("HEALTHCHECK CMD curl a{i}\n"),
    "secrets": lines("ENV PASSWORD{i}=hunter{i}\n"),
    "lines of one ENV": lines(" A{i}=b \\\n", head=HEAD + "ENV \\\n", tail=" Z=b\n"),
    "empty lines": lines("\n"),
    "spaces": lines(" ", head=HEAD + "RUN a", tail="b\n"),
    "carriage returns": lines("RUN a{i}\r\n"),
}


def surroundings(size: int) -> dict[str, Callable[[Path], None]]:
    """Files beside a small Dockerfile that grow to `size` bytes: what the shape is called, and what writes them."""

    def ignore_file(folder: Path) -> None:
        (folder / ".dockerignore").write_text("".join(repeated("**/a{i}*/**/b\n", size)))
        for number in range(200):
            (folder / f"f{number}").touch()

    def patterns_and_files(folder: Path) -> None:
        (folder / ".dockerignore").write_text("".join(repeated("a{i}/*.b\n", size // 10)))
        for number in range(100):
            (folder / f"d{number}").mkdir()
            for inner in range(min(100, size // 10_000)):
                (folder / f"d{number}" / f"f{inner}").touch()

    def compose(folder: Path) -> None:
        (folder / "compose.yaml").write_text("services:\n" + "".join(repeated("  s{i}: {build: .}\n", size)))

    def aliases(folder: Path) -> None:
        text = "".join(repeated("x{i}: &x{i} {a: b}\n", size // 2)) + "services:\n  s:\n    build: .\n"
        (folder / "compose.yaml").write_text(text)

    def bake(folder: Path) -> None:
        (folder / "docker-bake.hcl").write_text("".join(repeated('target "t{i}" {\n inherits = ["t{p}"]\n}\n', size)))

    def git_ignore(folder: Path) -> None:
        (folder / ".gitignore").write_text("".join(repeated("*a*a{i}*b\n", size)))

    def configuration(folder: Path) -> None:
        (folder / "dlint.toml").write_text("[per-file-ignores]\n" + "".join(repeated('"a{i}" = ["DL3008"]\n', size)))

    def baseline(folder: Path, renamed: str = "p") -> None:
        runs = "".join(repeated("RUN apt-get install p{i}\n", size // 4))
        (folder / "Dockerfile").write_text(HEAD + runs)
        subprocess.run([*COMMAND, "baseline", "."], cwd=folder, check=False, capture_output=True)
        (folder / "Dockerfile").write_text(HEAD + runs.replace(" p", f" {renamed}"))
        (folder / "dlint.toml").write_text('baseline = ".dlint-baseline.json"\n')

    def changed_baseline(folder: Path) -> None:
        baseline(folder, "q")

    return {
        ".dockerignore patterns": ignore_file,
        ".dockerignore patterns and files": patterns_and_files,
        "services of compose": compose,
        "anchors of compose": aliases,
        "targets of bake": bake,
        ".gitignore patterns": git_ignore,
        "keys of dlint.toml": configuration,
        "baseline": baseline,
        "changed baseline": changed_baseline,
    }


COMMAND = [sys.executable, "-m", "dockerfile_dlint.lint"]
RULES = ["--select", "ALL", "--ignore", "SC"]
COMMANDS = {
    "check": ["check", *RULES, "--exit-zero"],
    "fix": ["check", "--fix", *RULES, "--exit-zero"],
    "format": ["format"],
    "optimize": ["optimize"],
}


class Run:
    """One call of dlint: seconds of CPU time (None over the limit), peak memory in bytes, and whether it failed."""

    def __init__(self, arguments: list[str], folder: Path, limit: float, environment: dict[str, str]) -> None:
        place = folder.parent
        with (place / "out").open("wb") as out, (place / "err").open("wb") as err:
            process = subprocess.Popen([*COMMAND, *arguments], cwd=folder, stdout=out, stderr=err, env=environment)
            resource.prlimit(process.pid, resource.RLIMIT_CPU, (math.ceil(limit), math.ceil(limit)))
            end = time.monotonic() + limit * MOST_WAITED
            while not (waited := os.wait4(process.pid, os.WNOHANG))[0]:
                if time.monotonic() > end:
                    process.kill()
                time.sleep(0.005)
        _, status, usage = waited
        process.returncode = os.waitstatus_to_exitcode(status)
        used = usage.ru_utime + usage.ru_stime
        self.seconds = None if process.returncode == -signal.SIGKILL or used > limit else used
        self.memory = usage.ru_maxrss * 1024
        self.failed = self.seconds is not None and (process.returncode not in (0, 1) or _internal_error(place))


def _internal_error(place: Path) -> bool:
    """Whether a run reported an error of dlint. By grep: memory of this process would be counted for the next run."""
    command = ["grep", "-qE", "SYN002|bug in dlint|Traceback", str(place / "out"), str(place / "err")]
    return subprocess.run(command, check=False).returncode == 0


def main() -> None:
    """Measure the shapes and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("shapes", nargs="*", metavar="SHAPE", help="parts of names of shapes; all by default")
    parser.add_argument("--sizes", default="10000,100000,1000000", help="bytes, rising")
    parser.add_argument("--limit", type=float, default=10, help="seconds of CPU time for one run")
    parser.add_argument("--command", choices=COMMANDS, default="check", help="what runs; check by default")
    parser.add_argument("--format", default="json", help="the output format of check")
    parser.add_argument("--checkout", type=Path, help="measure this checkout of dlint instead of the installed one")
    arguments = parser.parse_args()
    command = [*COMMANDS[arguments.command], "."]
    if arguments.command == "check":
        command += ["--format", arguments.format]
    sizes = [int(size) for size in arguments.sizes.split(",")]
    names = [*SHAPES, *surroundings(0)]
    wanted = [name for name in names if not arguments.shapes or any(part in name for part in arguments.shapes)]
    print(f"| shape | {' | '.join(f'{size:,} B' for size in sizes)} | MB | exponent |")
    print(f"|---|{'---:|' * (len(sizes) + 2)}")
    bad = 0
    with tempfile.TemporaryDirectory() as scratch:
        environment = dict(os.environ)
        if arguments.checkout is not None:
            environment["PYTHONPATH"] = str(linked(arguments.checkout.resolve(), Path(scratch, "package")))
        empty = min(
            _measured(command, Path(scratch, f"empty{n}"), "runs", 20, arguments.limit, environment).seconds or 0
            for n in range(3)
        )
        for number, name in enumerate(wanted):
            runs: list[Run] = []
            for size in sizes:
                place = Path(scratch, f"{number}-{size}")
                runs.append(_measured(command, place, name, size, arguments.limit, environment))
                shutil.rmtree(place)
                if runs[-1].seconds is None:
                    break
            bad += _print_row(name, runs, sizes, empty)
    print(f"\n{len(wanted)} shapes, {bad} over a bound; an empty run takes {empty:.2f} s")
    sys.exit(1 if bad else 0)


def linked(checkout: Path, package: Path) -> Path:
    """A directory for PYTHONPATH with the package of another checkout."""
    inside = package / "dockerfile_dlint"
    inside.mkdir(parents=True)
    for name in ("lint", "rules", "fixers", "model", "syntax"):
        (inside / name).symlink_to(checkout / name)
    return package


def _measured(command: list[str], place: Path, name: str, size: int, limit: float, environment: dict[str, str]) -> Run:
    folder = place / "repository"
    (folder / ".git").mkdir(parents=True)
    if name in SHAPES:
        (folder / "Dockerfile").write_text(SHAPES[name](size))
    else:
        (folder / "Dockerfile").write_text(HEAD + "COPY . /app\n")
        surroundings(size)[name](folder)
    return Run(command, folder, limit, environment)


def _print_row(name: str, runs: list[Run], sizes: list[int], empty: float) -> bool:
    """Print what was measured of a shape; whether it is over a bound."""
    cells = [
        "error" if run.failed else "over the limit" if run.seconds is None else f"{run.seconds:.2f}" for run in runs
    ]
    cells += ["–"] * (len(sizes) - len(runs))
    exponent = None
    if len(runs) > 1 and (last := runs[-1].seconds) is not None and (before := runs[-2].seconds) is not None:
        grown = (last - empty) / max(before - empty, NOISE / 10)
        if last - empty > NOISE:
            exponent = math.log(grown) / math.log(sizes[len(runs) - 1] / sizes[len(runs) - 2])
    memory = max(run.memory for run in runs)
    bad = any(run.seconds is None or run.failed for run in runs) or memory > LARGEST_MEMORY
    bad = bad or (exponent is not None and exponent > LARGEST_EXPONENT)
    shown = "–" if exponent is None else f"{exponent:.2f}"
    print(f"| {name} | {' | '.join(cells)} | {memory / 1e6:.0f} | {shown} |{' over' if bad else ''}", flush=True)
    return bad


if __name__ == "__main__":
    main()
