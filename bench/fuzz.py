"""Feed dlint generated repositories by the thousand: `python bench/fuzz.py --inputs 100000`.

An input is a small repository, made from a grammar (fuzzing/grammar.py), and a step (fuzzing/steps.py): commands that
are run in it within this process, or a session of the language server, with what must hold afterwards. A failure is an
exception, an internal error, an exit status other than 0, 1 and 2, a run over 2 s of processor time, an invalid report,
a second run that changes files again, a fixed file that no longer parses, or a change of any other file.

Input number N of a seed is always the same. The work is done in child processes, so that a hang or a crash costs one
input. The first failure of each kind is shrunk and saved; `--replay DIR` runs it again. Exits with 1 when anything
failed.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import json
import os
import random
import selectors
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.fuzzing import failures
from bench.fuzzing.case import Case, take_over_process
from bench.fuzzing.repository import RepositoryMaker
from bench.fuzzing.steps import STEPS, environment, import_everything

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SECONDS_AN_INPUT = 30
"""Of wall time: what hangs is ended then. The bound of a run is in processor time, in case.py."""
CHUNK = 400
"""Inputs for one child process."""
SHRINK_SECONDS = 30.0


class Inputs:
    """Makes inputs: number N of a seed is the same in every run with the same corpus and steps."""

    def __init__(self, seed: int, steps: Sequence[str], corpus: Sequence[bytes] = ()) -> None:
        self.seed = seed
        self.steps = steps
        self.corpus = corpus

    def make(self, number: int) -> tuple[dict[str, bytes], str, str]:
        """The files of input `number`, its step, and the seed of the step's choices."""
        chance = random.Random(f"{self.seed}:{number}")
        step = chance.choices(self.steps, [STEPS[name][1] for name in self.steps])[0]
        return RepositoryMaker(chance, self.corpus).make(), step, f"{self.seed}:{number}:{step}"


class Result:
    """What one input gave; `fault` is the traceback, empty when all is well; `seconds` is processor time."""

    def __init__(self, number: int, step: str, seconds: float, size: int, fault: str) -> None:
        self.number = number
        self.step = step
        self.seconds = seconds
        self.size = size
        self.fault = fault


def examine(root: Path, files: Mapping[str, bytes], step: str, seed: str) -> tuple[float, str]:
    """Run a step; the processor time of its slowest run, and the traceback of a failure with the commands so far."""
    case = Case(root, files, random.Random(seed))
    try:
        STEPS[step][0](case)
    except BaseException:  # noqa: BLE001 - whatever dlint raises is the result
        return case.seconds, "".join(f"$ {run}\n" for run in case.runs) + traceback.format_exc()
    return case.seconds, ""


class Worker:
    """A child process that examines numbers, and the pipe with its results."""

    def __init__(self, inputs: Inputs, numbers: range, root: Path) -> None:
        self.numbers = numbers
        self.done = 0
        self.trace = tempfile.TemporaryFile("w+")  # noqa: SIM115 - open as long as the process runs
        self._rest = b""
        self._reader, writer = os.pipe()
        self.child = os.fork()
        if self.child == 0:
            self._examine_all(inputs, root, writer)
        os.close(writer)

    def fileno(self) -> int:
        """Where its results come from."""
        return self._reader

    def _examine_all(self, inputs: Inputs, root: Path, writer: int) -> None:
        status = 1
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            root.mkdir(exist_ok=True)
            environment(str(root))
            take_over_process()
            with os.fdopen(writer, "w", buffering=1) as out:
                for number in self.numbers:
                    faulthandler.dump_traceback_later(SECONDS_AN_INPUT, exit=True, file=self.trace)
                    files, step, seed = inputs.make(number)
                    seconds, fault = examine(root, files, step, seed)
                    out.write(json.dumps([number, step, seconds, sum(map(len, files.values())), fault]) + "\n")
            faulthandler.cancel_dump_traceback_later()
            status = 0
        except BaseException:  # noqa: BLE001 - a fault of the fuzzer itself
            traceback.print_exc()
        finally:
            os._exit(status)

    def results(self) -> list[Result] | None:
        """The results that have come, None at the end."""
        part = os.read(self._reader, 1 << 16)
        if not part:
            return None
        *lines, self._rest = (self._rest + part).split(b"\n")
        self.done += len(lines)
        return [Result(*json.loads(line)) for line in lines]

    def close(self, inputs: Inputs) -> Result | None:
        """Wait for the end of the process; a failure if it ended before all its numbers were done."""
        os.close(self._reader)
        _, status = os.waitpid(self.child, 0)
        found = None
        if status:
            self.trace.seek(0)
            number = self.numbers[min(self.done, len(self.numbers) - 1)]
            files, step, _ = inputs.make(number)
            fault = f"the process ended with status {status}, by a crash or a hang\n{self.trace.read()}"
            found = Result(number, step, SECONDS_AN_INPUT, sum(map(len, files.values())), fault)
            self.done += 1
        self.trace.close()
        return found

    def kill(self) -> None:
        """End it before it is done."""
        os.kill(self.child, signal.SIGKILL)
        os.close(self._reader)
        os.waitpid(self.child, 0)
        self.trace.close()


def results(inputs: Inputs, numbers: range, jobs: int, root: Path) -> Iterator[Result]:
    """The results of the inputs, examined by so many processes at once."""
    waiting = [numbers[at : at + CHUNK] for at in range(0, len(numbers), CHUNK)][::-1]
    with selectors.DefaultSelector() as selector:

        def start(place: int, part: range) -> None:
            selector.register(Worker(inputs, part, root / str(place)), selectors.EVENT_READ, place)

        try:
            for place in range(min(jobs, len(waiting))):
                start(place, waiting.pop())
            while selector.get_map():
                for key, _ in selector.select():
                    worker: Any = key.fileobj
                    found = worker.results()
                    if found is not None:
                        yield from found
                        continue
                    selector.unregister(worker)
                    crash = worker.close(inputs)
                    if crash is not None:
                        yield crash
                    rest = worker.numbers[worker.done :]
                    if rest:
                        start(key.data, rest)
                    elif waiting:
                        start(key.data, waiting.pop())
        finally:
            for key in list(selector.get_map().values()):
                worker = key.fileobj
                selector.unregister(worker)
                worker.kill()


class Summary:
    """The figures of a run."""

    def __init__(self) -> None:
        self.count: Counter[str] = Counter()
        self.size = 0
        self.slowest: dict[str, Result] = {}
        self.faults: Counter[str] = Counter()

    def add(self, result: Result) -> str:
        """Count a result; the signature of its failure, if it is the first one of the kind."""
        self.count[result.step] += 1
        self.size += result.size
        if result.step not in self.slowest or result.seconds > self.slowest[result.step].seconds:
            self.slowest[result.step] = result
        if not result.fault:
            return ""
        kind = f"{result.step}: {failures.signature(result.fault)}"
        self.faults[kind] += 1
        return kind if self.faults[kind] == 1 else ""

    def write(self, seed: int, seconds: float, saved: Path) -> None:
        """Print the figures."""
        total = self.count.total()
        print(
            f"{total:,} inputs of seed {seed}, {self.size:,} bytes, in {seconds:.0f} s ({total / seconds:.0f} a second)"
        )
        for step, count in sorted(self.count.items()):
            slow = self.slowest[step]
            print(f"  {step:13}{count:>8,} inputs, slowest run {slow.seconds * 1000:>6.0f} ms (number {slow.number})")
        for kind, count in self.faults.most_common():
            print(f"  {count:>6,} × {kind}")
        print(f"{self.faults.total()} failures" + (f", reproducers in {saved}" if self.faults else ""))


def _shrink_and_save(inputs: Inputs, result: Result, kind: str, folder: Path, root: Path) -> None:
    """Save a failing input, made smaller."""
    files, step, seed = inputs.make(result.number)
    wanted = kind.partition(": ")[2]
    root.mkdir(exist_ok=True)

    def job(candidate: Mapping[str, bytes]) -> str:
        environment(str(root))
        take_over_process()
        return examine(root, candidate, step, seed)[1]

    def fails(candidate: Mapping[str, bytes]) -> bool:
        fault = failures.isolated(lambda: job(candidate), SECONDS_AN_INPUT / 3)
        return failures.signature(fault) == wanted

    fault = result.fault
    if not fault.startswith("the process") and fails(files):
        files = failures.shrunk(files, fails, SHRINK_SECONDS)
        fault = failures.isolated(lambda: job(files), SECONDS_AN_INPUT)
    about = {"seed": inputs.seed, "number": result.number, "step": step, "step_seed": seed}
    place = folder / f"{inputs.seed}-{result.number}-{step}"
    failures.save(place, files, about, fault)
    print(f"number {result.number}, {kind}\n  {place}", file=sys.stderr)


def replay(folder: Path) -> int:
    """Run a reproducer in this process and print its failure; the exit status."""
    about = json.loads((folder / "step.json").read_text())
    repository = folder / "repository"
    paths = [path for path in repository.rglob("*") if path.is_file()]
    files = {str(path.relative_to(repository)): path.read_bytes() for path in paths}
    with tempfile.TemporaryDirectory() as root:
        environment(root)
        take_over_process()
        seconds, fault = examine(Path(root), files, about["step"], about["step_seed"])
        os.chdir("/")
    print(fault or f"no failure, {seconds:.2f} s")
    return 1 if fault else 0


def read_corpus(folder: str) -> list[bytes]:
    """The contents of all files in `folder` and its subdirectories, sorted by name."""
    paths = sorted(path for path in Path(folder).rglob("*") if path.is_file())
    if not paths:
        raise SystemExit(f"fuzz: no files in {folder}")
    return [path.read_bytes() for path in paths]


def main() -> int:
    """Run what the command line asks for; the exit status."""
    options = _options()
    if options.replay:
        return replay(Path(options.replay))
    seed = random.randrange(1 << 32) if options.seed is None else options.seed
    print(f"seed {seed}", flush=True)
    steps = options.steps.split(",") if options.steps else list(STEPS)
    inputs = Inputs(seed, steps, read_corpus(options.corpus) if options.corpus else [])
    saved = Path(options.save).resolve()
    import_everything()
    summary = Summary()
    begun = time.perf_counter()
    numbers = range(options.start, options.start + options.inputs)
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    pending: list[tuple[Result, str]] = []
    with tempfile.TemporaryDirectory(prefix="dlint-fuzz-", dir=memory) as directory:
        root = Path(directory)
        with contextlib.closing(results(inputs, numbers, options.jobs, root)) as found:
            for result in found:
                kind = summary.add(result)
                if kind:
                    pending.append((result, kind))
                if options.seconds and time.perf_counter() - begun > options.seconds:
                    break
        seconds = time.perf_counter() - begun
        for result, kind in pending:
            _shrink_and_save(inputs, result, kind, saved, root / "shrink")
    summary.write(seed, seconds, saved)
    return 1 if summary.faults else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--inputs", type=int, default=10_000, help="how many inputs at most")
    parser.add_argument("--seconds", type=float, help="stop after so many seconds")
    parser.add_argument("--seed", type=int, help="default: a new one, which is printed")
    parser.add_argument("--start", type=int, default=0, help="number of the first input")
    parser.add_argument("--jobs", type=int, default=2, help="how many processes")
    parser.add_argument("--steps", help=f"only these, separated by commas: {', '.join(STEPS)}")
    parser.add_argument("--corpus", help="a directory of real Dockerfiles to mix in")
    parser.add_argument("--replay", metavar="DIR", help="run a saved failure again")
    parser.add_argument("--save", default=os.path.join(tempfile.gettempdir(), "dlint-fuzz"), help="for failing inputs")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
