"""Measures dlint, hadolint and tally with output to a pipe, and prints Markdown tables. See README.md.

    python bench/speed.py DIR [--dlint PATH] [--hadolint PATH] [--tally PATH]

DIR holds real Dockerfiles, at any depth. dlint must be an ordinary install: an editable one costs import time.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from random import Random

LINES = 30
SIZES = (125, 250, 500, 1000)
BULK = 500
PRAGMA = b"# hadolint shell=powershell"
"""hadolint has no switch for ShellCheck (`--ignore` only filters), but does without it for other shells.

Its own rules still run. ENV and ARG cancel the comment, so it must precede every RUN.
"""


class Tool:
    """A linter: how it is called, in which of the two directories, and remarks."""

    def __init__(self, name: str, command: Sequence[str], note: str = "", folder: str = "plain") -> None:
        self.name = name
        self.command = [*command]
        self.note = note
        self.folder = folder


class Run:
    """What one call cost: seconds of wall time and of processor, and the peak in bytes of its largest process."""

    def __init__(self, wall: float, cpu: float, peak: int) -> None:
        self.wall = wall
        self.cpu = cpu
        self.peak = peak


def main() -> None:
    """Choose the files, measure, print."""
    arguments = options()
    with tempfile.TemporaryDirectory() as folder:
        tools = installed(arguments)
        source = arguments.folder.resolve()
        os.chdir(folder)
        # A child's peak memory is never less than that of the process that starts it: this one stays small.
        apart(lambda: prepare(arguments, source, tools))
        names = Path("names").read_text().split()
        sizes = [size for size in SIZES if size < len(names)] + [len(names)]
        print(single(tools, names, arguments), flush=True)
        print(bulk(tools, names, sizes, arguments.repeat), flush=True)
    print(f"Memory is reported from {peak_of_this_process() / 1e6:.0f} MB up, which is what this script itself uses.")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="real Dockerfiles, at any depth")
    for tool in ("dlint", "hadolint", "tally"):
        parser.add_argument(f"--{tool}", default=tool, metavar="PATH", help="default: the one on PATH")
    parser.add_argument("--python", help="the interpreter of dlint; default: the one that its script names")
    parser.add_argument("--runs", type=int, default=100, help="calls of every tool with one file")
    parser.add_argument("--repeat", type=int, default=3, help="calls of every tool with many files, for each number")
    parser.add_argument("--files", type=int, default=max(SIZES), help="how many files to lint in one call at most")
    parser.add_argument("--seed", type=int, default=1, help="another seed chooses other files")
    return parser.parse_args()


def installed(arguments: argparse.Namespace) -> list[Tool]:
    """The tools that there are; those that can do without ShellCheck twice."""
    dlint = found(arguments.dlint)
    if dlint is None:
        raise SystemExit(f"no {arguments.dlint}: install dlint, not with -e, or name it with --dlint")
    arguments.python = arguments.python or interpreter(dlint)
    tools = [Tool("dlint", [dlint], "one process for each core, from 24 files on")]
    if hadolint := found(arguments.hadolint):
        command = [hadolint, "--no-color"]
        why = f"`{PRAGMA.decode()}` before every RUN: its own rules run, ShellCheck does not"
        tools.append(Tool("hadolint", command))
        tools.append(Tool("hadolint without ShellCheck", command, why, "pragma"))
    if tally := found(arguments.tally):
        command = [native(tally), "lint", "--no-config", "--slow-checks=off", "--no-color"]
        tools.append(Tool("tally", command, "`--slow-checks=off`: nothing that asks a registry"))
        tools.append(Tool("tally without ShellCheck", [*command, "--ignore=shellcheck/*"], "`--ignore=shellcheck/*`"))
    return tools


def found(name: str) -> str | None:
    from shutil import which

    path = which(name)
    return os.path.abspath(path) if path else None


def interpreter(script: str) -> str:
    """The Python that a console script names in its first line."""
    with open(script, "rb") as file:
        return file.readline().decode("utf-8", "replace").removeprefix("#!").strip()


def native(tally: str) -> str:
    """The binary that PyPI's tally-cli starts from a Python script."""
    if not interpreter(tally).endswith(("python", "python3")):
        return tally
    pattern = f"lib/python*/site-packages/tally_cli/bin/tally-{sys.platform}-*/tally"
    return str(next(Path(tally).resolve().parent.parent.glob(pattern), tally))


# Before measuring: choose files, print what is measured


def apart(work: Callable[[], None]) -> None:
    """Do the work in a child process; end when it fails."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work()
            status = 0
        except BaseException:  # noqa: BLE001 - nothing may get out of the child but its status
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    if os.waitpid(pid, 0)[1]:
        raise SystemExit(1)


def prepare(arguments: argparse.Namespace, source: Path, tools: Sequence[Tool]) -> None:
    """Copy the files, write the names of those to measure with to the file `names`, print the head of the report."""
    from random import Random

    refuse_editable(arguments.python)
    names = copied(source, Random(arguments.seed))
    # A few more than needed, as some will not be readable.
    names = readable(names[: arguments.files * 11 // 10], tools)[: arguments.files]
    Path("names").write_text(" ".join(names))
    print(head(arguments, tools, names), flush=True)


def refuse_editable(python: str) -> None:
    """Stop when dlint runs from a checkout."""
    path = output([python, "-c", "import dockerfile_dlint.lint as lint; print(lint.__file__)"]).strip()
    if "-packages" not in path:
        raise SystemExit(f"dlint runs from {path or 'nowhere'}: install it from a wheel, not with -e")


def copied(folder: Path, choice: Random) -> list[str]:
    """Copies of all different files of the directory in random order, as `NNNN/Dockerfile`.

    tally takes no other names. In the folder `pragma` are the same with the pragma.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    texts = list(dict.fromkeys(path.read_bytes() for path in files))
    choice.shuffle(texts)
    names = [f"{number:04}/Dockerfile" for number in range(len(texts))]
    for name, text in zip(names, texts, strict=True):
        for copy, content in ((Path("plain", name), text), (Path("pragma", name), with_pragma(text))):
            copy.parent.mkdir(parents=True)
            copy.write_bytes(content)
    return names


def with_pragma(text: bytes) -> bytes:
    from re import sub

    return sub(rb"(?im)^(?=[ \t]*(?:ONBUILD[ \t]+)?RUN\b)", PRAGMA + b"\n", text)


def readable(names: list[str], tools: Sequence[Tool]) -> list[str]:
    """`names` without those that a tool cannot parse: hadolint goes on without them, tally gives up.

    Only files that all tools lint to the end make a fair comparison.
    """
    for tool in tools:
        if tool.name in REFUSED:
            bad = set(REFUSED[tool.name](tool, names))
            names = [name for name in names if name not in bad]
    return names


def refused_by_dlint(tool: Tool, names: list[str]) -> Iterator[str]:
    from json import loads

    answer = loads(output([*tool.command, "--select", "SYN", "--format", "json", *names], "plain"))
    yield from (found["file"] for found in answer["diagnostics"])


def refused_by_hadolint(tool: Tool, names: list[str]) -> Iterator[str]:
    from json import loads

    answer = loads(output([*tool.command, "--format", "json", *names], "plain"))
    yield from (found["file"] for found in answer if found["code"] == "DL1000")


def refused_by_tally(tool: Tool, names: list[str]) -> Iterator[str]:
    """tally stops at the first bad file and names it on standard error, so it is restarted after that file."""
    while names:
        errors = output([*tool.command, *names], "plain", errors=True)
        name = errors.partition("failed to lint ")[2].partition(": ")[0]
        if not name:
            break
        yield name
        names = names[names.index(name) + 1 :]


REFUSED = {"dlint": refused_by_dlint, "hadolint": refused_by_hadolint, "tally": refused_by_tally}


def output(command: Sequence[str], folder: str = ".", errors: bool = False) -> str:
    """The output of the command in the directory, or its error output. Raises RuntimeError when it prints nothing."""
    from subprocess import run

    done = run(command, cwd=folder, capture_output=True, encoding="utf-8", errors="replace", check=False)
    if done.returncode and not done.stdout and not errors:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr[:1000]}")
    return done.stderr if errors else done.stdout


def head(arguments: argparse.Namespace, tools: Sequence[Tool], names: Sequence[str]) -> str:
    from platform import machine, system

    versions = ", ".join(f"{tool.name} {version(tool)}" for tool in tools if " " not in tool.name)
    python = output([arguments.python, "-V"]).strip()
    load = f"load {os.getloadavg()[0]:.1f} before the start"
    where = f"{system()} {machine()}, {cores()} cores, {load}"
    notes = "".join(f"- {tool.name}: {tool.note}\n" for tool in tools if tool.note)
    return (
        f"{time.strftime('%Y-%m-%d')}; {versions}; {python}; {where}; output to a pipe.\n"
        f"{len(names)} different files that all tools can parse, {lines_each(names):.0f} lines each on average, "
        f"chosen with seed {arguments.seed}.\n\n{notes}"
    )


def version(tool: Tool) -> str:
    """The first word of what `--version` prints that begins with a digit."""
    words = output([tool.command[0], "--version"]).split()
    return next((word for word in words if word[0].isdigit()), "of unknown version")


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def lines(name: str) -> int:
    return Path("plain", name).read_bytes().count(b"\n")


def lines_each(names: Sequence[str]) -> float:
    return sum(map(lines, names)) / max(1, len(names))


# Measuring


def lint(tool: Tool, names: Sequence[str]) -> Run:
    """Lint the files in one call and read what is printed from a pipe."""
    reader, writer = os.pipe()
    start = time.perf_counter()
    pid = spawn(tool, names, (os.POSIX_SPAWN_DUP2, writer, 1))
    os.close(writer)
    while os.read(reader, 1 << 16):
        pass
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    os.close(reader)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{' '.join(tool.command)} … ended with {os.waitstatus_to_exitcode(status)}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * MAXRSS_UNIT)


def spawn(tool: Tool, names: Sequence[str], stdout: tuple[object, ...]) -> int:
    home = os.getcwd()
    os.chdir(tool.folder)
    try:
        actions = [stdout, (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)]
        return os.posix_spawn(tool.command[0], [*tool.command, *names], os.environ, file_actions=actions)
    finally:
        os.chdir(home)


MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


def peak_of_this_process() -> int:
    from resource import RUSAGE_SELF, getrusage

    return getrusage(RUSAGE_SELF).ru_maxrss * MAXRSS_UNIT


def peak_together(tool: Tool, names: Sequence[str]) -> int | None:
    """The peak in bytes of all processes of a call together, pages that they share counted once; None if unknown.

    Memory is sampled, which takes time, so this is a separate call that is not timed. Linux only.
    """
    if not os.path.exists("/proc/self/smaps_rollup"):
        return None
    pid = spawn(tool, names, (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0))
    peak = 0
    while os.waitpid(pid, os.WNOHANG)[0] == 0:
        peak = max(peak, sum(map(proportional_size, family(pid))))
        time.sleep(0.005)
    return peak


def family(pid: int) -> list[int]:
    """The process and its children."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [pid, *map(int, file.read().split())]
    except OSError:
        return [pid]


def proportional_size(pid: int) -> int:
    """Bytes of memory, each shared page divided among those that share it; 0 when the process has ended."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            return next((int(line.split()[1]) * 1024 for line in file if line.startswith("Pss:")), 0)
    except OSError:
        return 0


def share(part: float, values: Iterable[float]) -> float:
    """The value that `part` of the values do not exceed, by nearest rank; 0.5 gives the median."""
    ordered = sorted(values)
    return ordered[max(0, -int(-part * len(ordered) // 1) - 1)]


# Tables


def single(tools: Sequence[Tool], names: Sequence[str], arguments: argparse.Namespace) -> str:
    """One file of 30 lines a call; the tools by turns, with the same file. Each turn takes the next such file."""
    files = [name for name in names if lines(name) == LINES] or [min(names, key=lambda n: abs(lines(n) - LINES))]
    tools = [*tools, Tool("an empty Python", [arguments.python, "-c", "pass"])]
    runs: dict[str, list[Run]] = {tool.name: [] for tool in tools}
    for turn in range(-1, arguments.runs):
        for tool in tools:
            run = lint(tool, [files[turn % len(files)]])
            if turn >= 0:  # the first turn only warms caches
                runs[tool.name].append(run)
    median = {name: share(0.5, (run.wall for run in some)) for name, some in runs.items()}
    rows = [
        [
            name,
            f"{median[name] * 1e3:.1f}",
            f"{share(0.95, (run.wall for run in some)) * 1e3:.1f}",
            f"{share(0.5, (run.cpu for run in some)) * 1e3:.1f}",
            f"{max(run.peak for run in some) / 1e6:.0f}",
            f"{median[name] / median['dlint']:.2f}",
        ]
        for name, some in runs.items()
    ]
    shown = f"{len(files)} files of {LINES} lines" if len(files) > 1 else f"one file of {lines(files[0])} lines"
    columns = ["", "median ms", "p95 ms", "CPU ms", "peak MB", "time ÷ dlint's"]
    return f"### One file a call ({arguments.runs} calls of each tool by turns, {shown})\n\n{table(columns, rows)}"


def bulk(tools: Sequence[Tool], names: Sequence[str], sizes: Sequence[int], repeat: int) -> str:
    """Many files a call: wall time, processor and memory for one number of files, and the growth with the number."""
    runs: dict[tuple[str, int], list[Run]] = {(tool.name, size): [] for tool in tools for size in sizes}
    for _ in range(repeat):
        for size in sizes:
            for tool in tools:
                runs[tool.name, size].append(lint(tool, names[:size]))
    wall = {key: share(0.5, (run.wall for run in some)) for key, some in runs.items()}
    cpu = {key: share(0.5, (run.cpu for run in some)) for key, some in runs.items()}
    size = BULK if BULK in sizes else sizes[-1]
    rows: list[list[str]] = []
    for tool in tools:
        key = tool.name, size
        memory = peak_together(tool, names[:size])
        rows.append(
            [
                tool.name,
                f"{wall[key]:.2f}",
                f"{cpu[key]:.2f}",
                f"{max(run.peak for run in runs[key]) / 1e6:.0f}",
                f"{memory / 1e6:.0f}" if memory else "?",
                f"{wall[key] / wall['dlint', size]:.1f}",
            ]
        )
    columns = ["", "wall s", "CPU s", "peak MB, largest process", "peak MB, all together", "time ÷ dlint's"]
    growth = [
        [
            str(n),
            f"{lines_each(names[:n]):.0f}",
            *(f"{wall[tool.name, n] / n * 1e3:.2f} ({cpu[tool.name, n] / n * 1e3:.2f})" for tool in tools),
        ]
        for n in sizes
    ]
    return (
        f"### {size} files in one call (median of {repeat})\n\n{table(columns, rows)}\n"
        f"### Growth: ms per file, in brackets of processor (median of {repeat})\n\n"
        f"{table(['files', 'lines per file', *(tool.name for tool in tools)], growth)}"
    )


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    ruler = ["---", *["---:"] * (len(columns) - 1)]
    return "".join(f"| {' | '.join(row)} |\n" for row in (columns, ruler, *rows))


if __name__ == "__main__":
    main()
