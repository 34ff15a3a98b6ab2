"""Runs two revisions of dlint on the same files and reports what differs, rule by rule. See README.md.

    python bench/ecosystem.py OLD NEW PATH… [--only findings,fixes,format,optimize] [--select RULES] [--expect texts]

OLD and NEW are git revisions of this checkout, or directories with a checkout (`.` is the working tree). Run it with a
Python that has dlint's dependencies; which dlint is installed there does not matter. Only the command line is used, so
the two revisions may differ inside as they like.
"""

from __future__ import annotations

import argparse
import difflib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Json = dict[str, Any]
Files = dict[str, bytes | None]
"""The files that a command wrote, by name; None for a deleted one."""

CHECKOUT = Path(__file__).resolve().parents[1]
PARTS = ("findings", "fixes", "format", "optimize")
COMMANDS = {
    "findings": ("check", "--isolated", "--no-cache", "--exit-zero", "--format", "json"),
    # ShellCheck's findings have no fixes, and take half of the time.
    "fixes": ("check", "--isolated", "--no-cache", "--exit-zero", "--format", "json", "--fix", "--ignore", "SC"),
    "format": ("format",),
    "optimize": ("optimize", "--write", "--format", "json"),
}
KINDS = ("added", "removed", "place", "fix", "severity", "name", "text")
"""How a finding can differ: one can count for several of them, but for `text` only when nothing else differs."""
TITLES = {"place": "another place", "fix": "another fix", "severity": "another severity", "name": "another name or URL"}
TITLES |= {"text": "text only"}
TEXTS = frozenset(("title", "why", "saving", "risk", "text", "reason", "heading", "summary"))
"""Keys of `dlint optimize` and `dlint rules` that hold text for readers."""
LONGEST_DIFF = 40
CRASHES = ("Traceback (most recent call last)", "internal error (")
MOST_PATHS = 2_000
"""Paths in one call; more could exceed what the system accepts as arguments."""
START = """\
import sys
# An editable install would supply the modules that the revision does not have.
sys.meta_path[:] = [finder for finder in sys.meta_path if "__editable__" not in getattr(finder, "__module__", "")]
from {module} import {function}
sys.exit({function}())
"""


class Problem(Exception):
    """The report cannot be made."""


def main() -> int:
    """Print the report; the exit status."""
    arguments = options()
    started = time.perf_counter()
    try:
        with tempfile.TemporaryDirectory(prefix="dlint-ecosystem-") as scratch:
            report, beyond, texts = compare(arguments, Path(scratch).resolve())
        if arguments.output:
            arguments.output.write_text(report, encoding="utf-8")
    except (Problem, OSError) as error:
        print(f"ecosystem.py: {error}", file=sys.stderr)
        return 2
    sys.stdout.buffer.write(report.encode())
    print(f"{time.perf_counter() - started:.0f} s", file=sys.stderr)
    return int(bool((arguments.expect and beyond) or (arguments.expect == "nothing" and texts)))


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("old", metavar="OLD", help="a git revision of this checkout, or a directory with a checkout")
    parser.add_argument("new", metavar="NEW", help="the same")
    parser.add_argument("paths", metavar="PATH", nargs="+", help="a file, or the directory of one repository")
    parser.add_argument("--only", type=parts, default=PARTS, metavar="PARTS", help=f"of {','.join(PARTS)}")
    parser.add_argument("--select", default="ALL", metavar="RULES", help="as dlint's option; default: ALL")
    parser.add_argument("--samples", type=int, default=5, metavar="N", help="at most N of each kind; default: 5")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="default: one per processor")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the report to a file as well")
    parser.add_argument("--expect", choices=("texts", "nothing"), help="exit with 1 when more than this differs")
    return parser.parse_args()


def parts(value: str) -> tuple[str, ...]:
    wanted = value.split(",")
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown part `{unknown[0]}` (expected {', '.join(PARTS)})")
    return tuple(name for name in PARTS if name in wanted)


def compare(arguments: argparse.Namespace, scratch: Path) -> tuple[str, int, int]:
    """The report, and how many differences there are beyond texts and in texts only."""
    original = scratch / "files"
    names = copy_paths(arguments.paths, original)
    revisions = [Revision(name, scratch / side) for name, side in ((arguments.old, "old"), (arguments.new, "new"))]
    runs = run_all(revisions, arguments, original, names)
    failed = {run.part: run.failed | other.failed for run, other in runs}
    report = Report(arguments.samples)
    found: dict[str, set[str]] = {}
    for old, new in runs:
        for run in (old, new):
            run.leave_out(failed[run.part])
        if old.part == "findings":
            report.rules(*[revision.rules for revision in revisions])
            found = report.findings(old, new)
        elif old.part == "optimize":
            report.written(old, new, original, report.plans(old, new))
        else:
            report.written(old, new, original, found if old.part == "fixes" else {})
        report.failures(old, new)
    return report.text(revisions, arguments, len(names)), report.beyond, report.texts


# Revisions and runs


class Revision:
    """A revision of dlint, ready to run."""

    def __init__(self, name: str, scratch: Path) -> None:
        self.name = name
        self.label = ""
        self._home = scratch / "package"
        checkout = Path(name)
        if not (checkout / "pyproject.toml").is_file():
            checkout = self._archive(scratch / "checkout")
        self._start = self._install(checkout)
        answer = self.run(("rules", "--format", "json"), scratch)
        try:
            self.rules: dict[str, Json] = {rule["code"]: rule for rule in json.loads(answer.stdout)}
        except ValueError:
            raise Problem(f"`{name}` does not list its rules: {last_line(answer.stderr)}") from None

    def _archive(self, target: Path) -> Path:
        git = ["git", "-C", str(CHECKOUT)]
        shown = subprocess.run(
            [*git, "log", "-1", "--format=%h %s", self.name, "--"], capture_output=True, text=True, check=False
        )
        done = subprocess.run([*git, "archive", self.name], capture_output=True, check=False)
        if shown.returncode or done.returncode:
            raise Problem(f"`{self.name}` is neither a revision of git nor a directory with a checkout")
        self.label = shown.stdout.strip()
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            archive.extractall(target, filter="data")
        return target

    def _install(self, checkout: Path) -> str:
        """Copy the modules as setuptools would install them; the program that starts them."""
        try:
            project = tomllib.loads((checkout / "pyproject.toml").read_text("utf-8"))
            setup = project["tool"]["setuptools"]
            packages: list[str] = setup["packages"]
            entry: str = project["project"]["scripts"]["dlint"]
        except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
            raise Problem(f"`{self.name}` is not a checkout of dlint: {error}") from error
        data: dict[str, list[str]] = setup.get("package-data", {})
        for package in packages:
            source = checkout / directory(package, setup.get("package-dir", {}))
            if not source.is_dir():
                raise Problem(f"`{self.name}` lists the package {package}, but {source} is not a directory")
            target = self._home.joinpath(*package.split("."))
            for pattern in ("*.py", *data.get("*", ()), *data.get(package, ())):
                for path in source.glob(pattern):
                    copied = target / path.relative_to(source)
                    copied.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, copied)
        # Without it the package would be a namespace, to which an installed dlint could add.
        self._home.joinpath(packages[0].partition(".")[0], "__init__.py").touch()
        module, _, function = entry.partition(":")
        return START.format(module=module, function=function)

    def run(self, command: Sequence[str], where: Path) -> subprocess.CompletedProcess[str]:
        """Run dlint in the directory `where`."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("DLINT_")}
        environment |= {"DLINT_ISOLATED": "1", "NO_COLOR": "1", "PYTHONPATH": str(self._home), "PYTHONHASHSEED": "0"}
        environment |= {"XDG_CACHE_HOME": str(self._home.parent / "cache"), "PYTHONIOENCODING": "utf-8"}
        return subprocess.run(
            [sys.executable, "-P", "-c", self._start, *command],
            cwd=where, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False,
            encoding="utf-8", errors="replace",
        )  # fmt: skip


def directory(package: str, mapping: dict[str, str]) -> str:
    """Where the sources of a package are, by setuptools' `package-dir`."""
    names = package.split(".")
    for end in range(len(names), -1, -1):
        parent = ".".join(names[:end])
        if parent in mapping:
            return "/".join([mapping[parent], *names[end:]])
    return "/".join(names)


class Run:
    """What one part gave with one revision: JSON objects, the files written, and the paths on which dlint failed."""

    def __init__(self, part: str, revision: Revision) -> None:
        self.part = part
        self.revision = revision
        self.answers: list[Json] = []
        self.files: Files = {}
        self.failures: dict[str, str] = {}
        self.seconds = 0.0

    @property
    def failed(self) -> set[str]:
        return set(self.failures)

    def objects(self, key: str) -> list[Json]:
        """The objects in the lists `key` of the answers."""
        return [each for answer in self.answers for each in answer.get(key, ())]

    def leave_out(self, paths: Iterable[str]) -> None:
        """Drop what is in these paths: when one revision fails on a path, nothing there can be compared."""
        lost = [path.rstrip("/") for path in paths]
        if not lost:
            return

        def kept(name: str) -> bool:
            return not any(name == path or name.startswith(path + "/") for path in lost)

        self.files = {name: data for name, data in self.files.items() if kept(name)}
        for answer in self.answers:
            for key, value in answer.items():
                if isinstance(value, list):
                    answer[key] = [each for each in value if kept(each.get("file", each.get("path", "")))]


def copy_paths(paths: Sequence[str], target: Path) -> list[str]:
    """Copy what is given into `target`; the names there, relative to the nearest directory that holds all."""
    absolute = list(dict.fromkeys(os.path.abspath(path) for path in paths))
    above = os.path.commonpath([os.path.dirname(path) for path in absolute])
    names: list[str] = []
    for path in absolute:
        name = os.path.relpath(path, above)
        copied = target / name
        copied.parent.mkdir(parents=True, exist_ok=True)
        if os.path.isdir(path):
            shutil.copytree(path, copied, symlinks=True, dirs_exist_ok=True)
        else:
            shutil.copy2(path, copied)
        names.append(name)
    return names


def run_all(
    revisions: Sequence[Revision], arguments: argparse.Namespace, original: Path, names: Sequence[str]
) -> list[tuple[Run, Run]]:
    """All parts of both revisions. `check` uses all processors by itself, the other commands one each."""
    runs = [tuple(Run(part, revision) for revision in revisions) for part in arguments.only]
    with ThreadPoolExecutor(max(1, arguments.jobs)) as pool:
        waiting = []
        # The slowest first.
        for run in (run for pair in reversed(runs) for run in pair):
            where = original
            if run.part != "findings":
                where = original.with_name(f"{run.part}-{revisions.index(run.revision)}")
                shutil.copytree(original, where, symlinks=True)
            command = COMMANDS[run.part]
            if command[0] == "check":
                command = (*command, f"--select={arguments.select}")
            batches = max(1, arguments.jobs // 2) if command[0] == "optimize" else 1
            size = min(MOST_PATHS, -(-len(names) // batches))
            for start in range(0, len(names), size):
                batch = names[start : start + size]
                waiting.append(pool.submit(run_batch, run, command, where, original, batch))
        for each in waiting:
            each.result()
        for run in (run for pair in runs for run in pair if run.part != "findings"):
            run.files = written(original, original.with_name(f"{run.part}-{revisions.index(run.revision)}"))
            print(f"{run.part}, {run.revision.name}: {run.seconds:.0f} s", file=sys.stderr)
    return [(old, new) for old, new in runs]


def run_batch(run: Run, command: Sequence[str], where: Path, original: Path, names: Sequence[str]) -> None:
    """Run the command on some paths; where it fails, on ever fewer of them, to find the path that is to blame."""
    started = time.perf_counter()
    done = run.revision.run([*command, "--", *names], where)
    run.seconds += time.perf_counter() - started
    crashed = done.returncode not in (0, 1, 2) or any(sign in done.stderr for sign in CRASHES)
    answer: Json | None = {}
    if "json" in command and not crashed:
        try:
            answer = json.loads(done.stdout.replace(f"{where}{os.sep}", ""))
        except ValueError:
            if not done.stdout:
                raise Problem(f"`{run.revision.name}` refuses to run: {last_line(done.stderr)}") from None
            crashed = True
    for line in done.stderr.splitlines():
        if "ShellCheck" in line and run.part == "findings":
            print(f"{run.revision.name}: {line}", file=sys.stderr)
    if not crashed:
        run.answers.append(answer or {})
        return
    restore(names, original, where)
    if len(names) == 1:
        run.failures[names[0]] = last_line(done.stderr) or f"exit status {done.returncode}"
        return
    half = len(names) // 2
    run_batch(run, command, where, original, names[:half])
    run_batch(run, command, where, original, names[half:])


def restore(names: Iterable[str], original: Path, where: Path) -> None:
    """Undo what a command that failed has written."""
    if where != original:
        for name in names:
            if (original / name).is_dir():
                shutil.rmtree(where / name)
                shutil.copytree(original / name, where / name, symlinks=True)
            else:
                shutil.copy2(original / name, where / name)


def written(before: Path, after: Path) -> Files:
    """The files in `after` that are not as in `before`."""
    names = {name: None for root in (before, after) for name in files_in(root)}
    return {name: content(after / name) for name in names if content(before / name) != content(after / name)}


def files_in(root: Path) -> Iterator[str]:
    for directory_path, _, names in os.walk(root):
        for name in names:
            path = os.path.join(directory_path, name)
            if not os.path.islink(path):
                yield os.path.relpath(path, root)


def content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


# Differences of findings


def pairs(old: Sequence[Json], new: Sequence[Json]) -> Iterator[tuple[Json | None, Json | None]]:
    """The findings of a rule in a file that differ: which of the new ones belongs to which of the old ones."""
    left, right = list(old), list(new)
    keys: tuple[Callable[[Json], object], ...] = (
        lambda finding: json.dumps(finding, sort_keys=True),
        lambda finding: (place(finding), finding["message"]),
        place,
        lambda finding: (finding["start"]["line"], finding["message"]),
        lambda finding: finding["message"],
        lambda finding: finding["start"]["line"],
    )
    for number, key in enumerate(keys):
        waiting: dict[object, list[Json]] = defaultdict(list)
        for finding in right:
            waiting[key(finding)].append(finding)
        rest: list[Json] = []
        for finding in left:
            same = waiting[key(finding)]
            if not same:
                rest.append(finding)
            elif number == 0:
                same.pop(0)
            else:
                yield finding, same.pop(0)
        left = rest
        right = [finding for same in waiting.values() for finding in same]
    yield from ((finding, None) for finding in left)
    yield from ((None, finding) for finding in right)


def place(finding: Json) -> tuple[int, ...]:
    start, end = finding["start"], finding["end"]
    return start["line"], start["column"], end["line"], end["column"]


def fix(finding: Json) -> object:
    """What a fix does: its safety and edits, without its title."""
    return {key: value for key, value in (finding["fix"] or {}).items() if key != "title"}


def kinds(old: Json, new: Json) -> list[str]:
    """In what two findings differ."""
    found: list[str] = []
    if (place(old), old.get("stage"), old.get("instruction_line"), places(old)) != (
        place(new), new.get("stage"), new.get("instruction_line"), places(new),
    ):  # fmt: skip
        found.append("place")
    if fix(old) != fix(new):
        found.append("fix")
    if old["severity"] != new["severity"]:
        found.append("severity")
    others = (old.keys() & new.keys()) - {"message", "fix", "severity", "start", "end", "stage", "instruction_line"}
    if any(old[key] != new[key] for key in others - {"related"}):
        found.append("name")
    return found or ["text"]


def places(finding: Json) -> list[Json]:
    """The related places, without what is said of them."""
    return [{key: value for key, value in each.items() if key != "message"} for each in finding.get("related") or ()]


def shown(kind: str, finding: Json) -> str:
    """What of a finding a sample of this kind shows."""
    if kind == "severity":
        return f"{finding['severity']}: {finding['message']}"
    if kind == "place":
        related = "".join(f", {each['start']['line']}:{each['start']['column']}" for each in places(finding))
        return f"{span(finding)}{related}: {finding['message']}"
    if kind == "name":
        aliases = ", ".join(finding.get("aliases") or ())
        return " ".join(filter(None, (finding["name"], aliases and f"({aliases})", finding.get("url"))))
    if kind == "fix":
        found = finding["fix"]
        if not found:
            return "no fix"
        edits = "; ".join(f"{span(edit)} {json.dumps(edit['text'], ensure_ascii=False)}" for edit in found["edits"])
        return f"{found['safety']}: {found['title']}: {edits}"
    return finding["message"]


def said(finding: Json) -> list[str]:
    """The texts of a finding: message, title of the fix, related places."""
    related = [f"{each['start']['line']}:{each['start']['column']}: {each.get('message')}" for each in
               finding.get("related") or ()]  # fmt: skip
    return [finding["message"], *([f"fix: {finding['fix']['title']}"] if finding["fix"] else []), *related]


def span(place_: Json) -> str:
    start, end = place_["start"], place_["end"]
    return f"{start['line']}:{start['column']}-{end['line']}:{end['column']}"


def sample(kind: str, old: Json | None, new: Json | None) -> tuple[str, str]:
    """A difference for the report, and its form: the same for differences that only quote other words."""
    one = new if old is None else old
    assert one is not None
    start = one["start"]
    if old is None or new is None:
        lines = [f"{'+' if old is None else '-'} {one['message']}"]
    elif kind == "text":
        lines = changed_lines(said(old), said(new))
    else:
        lines = [f"- {shown(kind, old)}", f"+ {shown(kind, new)}"]
    text = "\n".join(line.replace("\n", "\\n") for line in lines)
    form = re.sub(r"`[^`]*`|\d+", "…", text)
    return f"  {one['file']}:{start['line']}:{start['column']}\n{text}", form


def changed_lines(old: Sequence[str], new: Sequence[str]) -> list[str]:
    lines: list[str] = []
    for one, other in zip_longest(old, new):
        if one != other:
            lines += ([f"- {one}"] if one is not None else []) + ([f"+ {other}"] if other is not None else [])
    return lines


# Differences of plans


def plan_of(run: Run) -> dict[tuple[str, str], Json]:
    """What `dlint optimize` says, by file and name of the rewrite."""
    found: dict[tuple[str, str], Json] = {}
    for file in run.objects("files"):
        for number, rewrite in enumerate(file.get("rewrites") or ()):
            name = rewrite["name"]
            # A rewrite that has two turns is in the list twice.
            key = (file["file"], name if (file["file"], name) not in found else f"{name} ({number + 1})")
            found[key] = rewrite
        figures = [{"text": text, "value": value} for text, value in (file.get("figures") or {}).items()]
        found[file["file"], "figures"] = {"figures": figures}
    for proposal in run.objects("dockerignore"):
        kept = [{"path": each["path"], "reason": each["why"]} for each in proposal.get("kept") or ()]
        found[proposal["path"], "dockerignore"] = {**proposal, "text": "", "kept": kept}
    return found


def bare(value: Any) -> Any:
    """An answer without the texts for readers."""
    if isinstance(value, dict):
        return {key: bare(each) for key, each in value.items() if key not in TEXTS or isinstance(each, (dict, list))}
    return [bare(each) for each in value] if isinstance(value, list) else value


def applied(plan: Json | None) -> bool:
    """Whether a rewrite does something."""
    return bool(plan) and bool(plan.get("steps") or plan.get("changed"))


def without_comments(data: bytes | None) -> list[bytes] | None:
    return None if data is None else [line for line in data.splitlines() if not line.lstrip().startswith(b"#")]


# The report


class Report:
    """Collects the sections and the numbers for the table at the top."""

    def __init__(self, samples: int) -> None:
        self.beyond = 0
        self.texts = 0
        self._samples = samples
        self._rows: list[tuple[object, ...]] = []
        self._sections: list[str] = []
        self._files = 0

    def text(self, revisions: Sequence[Revision], arguments: argparse.Namespace, paths: int) -> str:
        """The whole report."""
        old, new = (f"`{each.name}`" + (f" ({each.label})" if each.label else "") for each in revisions)
        if self.beyond:
            verdict = f"{number(self.beyond, 'difference')} beyond texts, {number(self.texts, 'text')} changed."
        elif self.texts:
            verdict = f"Only texts differ: {self.texts}."
        else:
            verdict = "Nothing differs."
        what = (f"{number(self._files, 'Dockerfile')} in " if self._files else "") + number(paths, "path")
        head = f"# Ecosystem report\n\nOld: {old}  \nNew: {new}  \nOn {what}, rules {arguments.select}.\n\n"
        columns = ("", "old", "new", "beyond texts", "texts only")
        return head + f"**{verdict}**\n\n" + "\n".join([table(columns, self._rows), *self._sections])

    def rules(self, old: dict[str, Json], new: dict[str, Json]) -> None:
        """The rules themselves."""
        lines: list[str] = []
        texts = 0
        for code in sorted(old.keys() | new.keys()):
            one, other = old.get(code), new.get(code)
            if one is None or other is None:
                lines.append(f"- {code} {(one or other or {})['name']}: {'added' if one is None else 'removed'}")
                continue
            keys = [key for key in one if key in other and key not in TEXTS and one[key] != other[key]]
            values = [f"{key} {json.dumps(one[key])} → {json.dumps(other[key])}" for key in keys]
            lines += [f"- {code} {one['name']}: {value}" for value in values]
            texts += not keys and one != other
        self._row("rules", len(old), len(new), len(lines), texts)
        if lines:
            self._sections.append("## Rules\n\n" + "\n".join(lines) + "\n")

    def findings(self, old: Run, new: Run) -> dict[str, set[str]]:
        """The findings, by rule; the rules whose fixes differ in a file, by file."""
        self._files = sum(answer.get("files", 0) for answer in new.answers)
        grouped: dict[tuple[str, str], tuple[list[Json], list[Json]]] = defaultdict(lambda: ([], []))
        totals: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        for side, run in enumerate((old, new)):
            for finding in run.objects("diagnostics"):
                grouped[finding["code"], finding["file"]][side].append(finding)
                totals[side][finding["code"]] += 1
        found: dict[str, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
        counts: Counter[bool] = Counter()
        fixable: dict[str, set[str]] = defaultdict(set)
        for (code, file), (before, after) in sorted(grouped.items()):
            for one, other in pairs(before, after):
                differ = ["added"] if one is None else ["removed"] if other is None else kinds(one, other)
                counts[differ == ["text"]] += 1
                if differ != ["text"] and any(each and each["fix"] for each in (one, other)):
                    fixable[file].add(code)
                for kind in differ:
                    found[code][kind].append(sample(kind, one, other))
        self._row("findings", *[total.total() for total in totals], counts[False], counts[True])
        if found:
            rows = [
                (code, totals[0][code], totals[1][code], *[len(found[code][kind]) or "" for kind in KINDS])
                for code in sorted(found)
            ]
            columns = ("rule", "old", "new", "added", "removed", "place", "fix", "severity", "name", "text only")
            self._sections.append("## Findings\n\n" + table(columns, rows))
            self._sections += [self._group(code, found[code]) for code in sorted(found)]
        keys = [{key for finding in run.objects("diagnostics") for key in finding} for run in (old, new)]
        if all(keys) and keys[0] != keys[1]:
            self._row("keys of the JSON report", *[len(each) for each in keys], len(keys[0] ^ keys[1]), 0)
            self._sections.append(f"Keys in only one JSON report: {', '.join(sorted(keys[0] ^ keys[1]))}.\n")
        return fixable

    def plans(self, old: Run, new: Run) -> dict[str, set[str]]:
        """The plans of `dlint optimize`, by rewrite; the rewrites whose plans differ for a file, by file."""
        plans = (plan_of(old), plan_of(new))
        found: dict[str, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
        differing: dict[str, set[str]] = defaultdict(set)
        for key in sorted(plans[0].keys() | plans[1].keys()):
            file, name = key
            one, other = (plan.get(key) for plan in plans)
            if one == other:
                continue
            kind = "text" if one and other and bare(one) == bare(other) else "plan"
            if kind == "plan":
                differing[file].add(name)
            lines = list(difflib.unified_diff(*[plan_lines(plan) for plan in (one, other)], n=0, lineterm=""))[2:]
            text = "\n".join(line for line in lines if not line.startswith("@@"))
            found[name][kind].append((f"  {file}\n{shortened(text)}", re.sub(r"`[^`]*`|\d+", "…", text)))
        totals = [Counter(name for (_, name), plan in each.items() if applied(plan)) for each in plans]
        counts = [sum(len(found[name][kind]) for name in found) for kind in ("plan", "text")]
        self._row("`optimize`: rewrites planned", *[total.total() for total in totals], *counts)
        if found:
            rows = [
                (name, totals[0][name], totals[1][name], len(found[name]["plan"]) or "", len(found[name]["text"]) or "")
                for name in sorted(found)
            ]
            columns = ("rewrite", "planned, old", "planned, new", "another plan", "text only")
            self._sections.append("## `dlint optimize`: plans\n\n" + table(columns, rows))
            self._sections += [self._group(name, found[name]) for name in sorted(found)]
        return differing

    def written(self, old: Run, new: Run, original: Path, causes: dict[str, set[str]]) -> None:
        """The files that a command wrote, by the rules or rewrites that differ for them."""
        title = {"fixes": "`check --fix`", "format": "`format`", "optimize": "`optimize`"}[old.part]
        differ = [name for name in sorted(old.files.keys() | new.files.keys())
                  if old.files.get(name, b"\0") != new.files.get(name, b"\0")]  # fmt: skip
        self._row(f"{title}: files changed", len(old.files), len(new.files), len(differ), 0)
        if not differ:
            return
        groups: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        samples: list[tuple[str, str]] = []
        for name in differ:
            results = [run.files.get(name, content(original / name)) for run in (old, new)]
            comments = without_comments(results[0]) == without_comments(results[1])
            for cause in sorted(causes.get(name, ())) or ["none"]:
                groups[cause][0] += 1
                groups[cause][1] += comments
            texts = [(data or b"").decode("utf-8", "replace").splitlines() for data in results]
            lines = list(difflib.unified_diff(*texts, n=1, lineterm=""))[2:]
            text = shortened("\n".join(lines))
            form = re.sub(r"`[^`]*`|\d+", "…", "\n".join(line for line in lines if line[:1] in "+-"))
            samples.append((f"  {name}\n{text}" if text else f"  {name}: only line endings differ", form))
        section = f"## `dlint {title.strip('`')}`: results\n\n"
        if old.part != "format":
            by = "rule with another finding there" if old.part == "fixes" else "rewrite with another plan"
            columns = (by, "files with another result", "of them only in comments")
            rows = [(cause, count, comments or "") for cause, (count, comments) in sorted(groups.items())]
            section += table(columns, rows) + "\n"
        self._sections.append(section + self._block(samples))

    def failures(self, old: Run, new: Run) -> None:
        """The paths on which one of the revisions fails."""
        if old.failures or new.failures:
            differ = [path for path in old.failed | new.failed if old.failures.get(path) != new.failures.get(path)]
            self._row(f"{old.part}: paths that fail", len(old.failures), len(new.failures), len(differ), 0)
            lines = [f"- {run.revision.name}: {path}: {why}" for run in (old, new) for path, why in
                     sorted(run.failures.items())]  # fmt: skip
            self._sections.append(f"## Failures, {old.part}\n\nNot compared:\n\n" + "\n".join(lines) + "\n")

    def _row(self, what: str, old: int, new: int, beyond: int, texts: int) -> None:
        self._rows.append((what, old, new, beyond, texts))
        self.beyond += beyond
        self.texts += texts

    def _group(self, name: str, found: dict[str, list[tuple[str, str]]]) -> str:
        parts_ = [f"### {name}\n"]
        for kind in (*KINDS, "plan"):
            if found[kind]:
                forms = len({form for _, form in found[kind]})
                title = TITLES.get(kind, "another plan" if kind == "plan" else kind)
                of = f" in {number(forms, 'form')}" if forms < len(found[kind]) else ""
                parts_.append(f"{title}: {len(found[kind])}{of}\n\n{self._block(found[kind])}")
        return "\n".join(parts_)

    def _block(self, samples: Sequence[tuple[str, str]]) -> str:
        """Some samples, of as many forms as there is room for."""
        chosen: dict[int, None] = {}
        forms: set[str] = set()
        for index, (_, form) in enumerate(samples):
            if form not in forms:
                forms.add(form)
                chosen[index] = None
        chosen |= dict.fromkeys(range(len(samples)))
        texts = [samples[index][0] for index in list(chosen)[: self._samples]]
        return "````diff\n" + "\n".join(texts) + "\n````\n" if texts else ""


def plan_lines(plan: Json | None) -> list[str]:
    """A plan as lines to compare: an object without inner ones is a line."""

    def lines(value: Any, name: str) -> Iterator[str]:
        if isinstance(value, dict) and any(isinstance(each, (dict, list)) for each in value.values()):
            for key, each in value.items():
                yield from lines(each, f"{name}.{key}" if name else key)
        elif isinstance(value, list):
            for each in value:
                yield from lines(each, name)
        elif isinstance(value, dict):
            inner = [f"{key}={json.dumps(each, ensure_ascii=False)}" for key, each in value.items() if each != ""]
            yield f"{name}: " + " ".join(inner)
        else:
            yield f"{name}: {json.dumps(value, ensure_ascii=False)}"

    return list(lines(plan, "")) if plan else []


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    head = f"| {' | '.join(columns)} |\n|---|{'---:|' * (len(columns) - 1)}\n"
    return head + "".join(f"| {' | '.join(map(str, row))} |\n" for row in rows)


def shortened(text: str) -> str:
    lines = text.split("\n")
    if len(lines) > LONGEST_DIFF:
        lines = [*lines[:LONGEST_DIFF], f"  ({number(len(lines) - LONGEST_DIFF, 'more line')})"]
    return "\n".join(lines)


def number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def last_line(text: str) -> str:
    return text.rstrip().rpartition("\n")[2]


if __name__ == "__main__":
    sys.exit(main())
