"""The steps: each runs some commands in a repository and raises when something happens that must not."""

from __future__ import annotations

import codecs
import io
import json
import os
import pkgutil
import tomllib
from contextlib import redirect_stderr
from importlib import import_module
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import dockerfile_dlint
from dockerfile_dlint.lint.config.arguments import OUTPUT_FORMATS
from dockerfile_dlint.lint.config.selection import select_rules
from dockerfile_dlint.lint.engine.lint_plan import LintPlan
from dockerfile_dlint.lint.engine.linter import lint_source
from dockerfile_dlint.model.context import Context
from dockerfile_dlint.rules import RULES
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source, SourceError

from tests.fixers.laws import check_repair, some_rules
from tests.syntax.laws import check_carriage_returns, check_report, check_tree

from .case import Fault, errors_of, still_parses
from .grammar import expand
from .language_server import serve
from .repository import DOCKERFILES

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockerfile_dlint.model.build import Build

    from .case import Case, Run

_CODES = [rule.code for rule in RULES]
_XML = ("junit", "checkstyle")
_JSON = ("json", "sarif", "gitlab", "hadolint", "rdjson")
_JSON_LINES = ("jsonl",)
_IGNORE_FILES = (".dockerignore", *(f"{name.rpartition('/')[2]}.dockerignore" for name in DOCKERFILES))
_BASE_NAMES = tuple(name.rpartition("/")[2] for name in DOCKERFILES)
_REWRITES = ("dockerignore", "layers", "multi-stage", "slim-base", "order", "cache-mounts", "non-root")


def laws(case: Case) -> None:
    """The laws of the tree, of a report and of fixes, without the command line."""
    try:
        source = Source.decode(case.files["Dockerfile"], "Dockerfile")
    except SourceError:
        return
    if source.encode() != case.files["Dockerfile"]:
        raise Fault("bytes are lost")
    check_tree(parse(source))
    if "\r" not in source.text:
        check_carriage_returns(source.text)

    def context(_: Build) -> Context:
        return Context(str(case.folder), source.name)

    check_report(source, lint_source(source, LintPlan(select_rules(["ALL"], [])), context))
    if case.random.random() < 0.5:
        check_repair(source, some_rules(case.random), case.random.random() < 0.5, context)


def check(case: Case) -> None:
    """`dlint check` in every format, which must be well-formed, and no file changes."""
    form = case.random.choice(OUTPUT_FORMATS)
    words = ["--format", form, *_selection(case)]
    other = case.random.choice(OUTPUT_FORMATS)
    options = ("-v", "-q", "--exit-zero", "--statistics", "--show-files", "--isolated", f"--output={other}=report")
    words += [option for option in options if case.random.random() < 0.08]
    if case.random.random() < 0.1:
        run = case.run("check", *words, "-", stdin=case.files["Dockerfile"])
    else:
        run = case.run("check", *words, *_paths(case))
    if run.status != 2 and "--statistics" not in words and "--show-files" not in words:
        _well_formed(form, run.out)
    report = case.only_changed("report").get("report")
    if report is not None:
        _well_formed(other, report)


def diff(case: Case) -> None:
    """`--diff` writes nothing, and what it shows is what `--fix` does."""
    words = [*_selection(case), *_fixes(case)]
    run = case.run("check", "--diff", *words, "Dockerfile")
    case.only_changed()
    case.run("check", "--fix", *words, "Dockerfile")
    if case.changed() and not run.out and run.status != 2:
        raise Fault("--diff shows nothing, and --fix changes the file")


def fix(case: Case) -> None:
    """`--fix` twice: the files still parse, and the second run changes nothing."""
    words = ["--fix", *_selection(case), *_fixes(case), *_paths(case)]
    _twice(case, ["check", *words], _BASE_NAMES)


def format_(case: Case) -> None:
    """`dlint format` twice, then `--check`."""
    paths = _paths(case)
    if case.random.random() < 0.2:
        run = case.run("format", "--diff", *paths)
        case.only_changed()
        if run.status == 0 and run.out:
            raise Fault("exit status 0 with a diff")
    first = _twice(case, ["format", *paths], _BASE_NAMES)
    again = case.run("format", "--check", *paths)
    if first.status == 0 and again.status != 0:
        raise Fault(f"formatted, and --check gives {again.status}\n{again.err}")
    case.only_changed()


def optimize(case: Case) -> None:
    """`dlint optimize` in all its forms, then `--write` twice."""
    words = ["--add", "cache-mounts,non-root"] if case.random.random() < 0.7 else []
    if case.random.random() < 0.4:
        words += [case.random.choice(("--only", "--skip")), ",".join(case.random.sample(_REWRITES, 2))]
    paths = _paths(case)
    form = case.random.choice((["--diff"], ["--explain"], ["--format", "json"], []))
    run = case.run("optimize", *words, *form, *paths)
    if "json" in form and run.status != 2:
        _json(run.out)
    case.only_changed()
    _twice(case, ["optimize", "--write", *words, *paths], (*_BASE_NAMES, *_IGNORE_FILES))


def dockerignore(case: Case) -> None:
    """`dlint dockerignore` in all its forms, then `--write` twice."""
    form = case.random.choice((["--diff"], ["--format", "json"], ["-v"], []))
    run = case.run("dockerignore", *form, ".")
    if "json" in form and run.status != 2:
        _json(run.out)
    case.only_changed()
    _twice(case, ["dockerignore", "--write", "."], _IGNORE_FILES)


def tree(case: Case) -> None:
    """`dlint tree` as text and as JSON."""
    case.run("tree", "Dockerfile")
    run = case.run("tree", "--format", "json", "Dockerfile")
    if run.status != 2:
        _json(run.out)
    if (run.status == 0) != (errors_of(case.files["Dockerfile"]) == []) and run.status != 2:
        raise Fault(f"exit status {run.status} does not fit the errors")
    case.only_changed()


def explain(case: Case) -> None:
    """`dlint explain` of codes, names and nonsense."""
    words = [case.random.choice(_CODES) for _ in range(3)] + [expand("code", case.random), expand("value", case.random)]
    case.run("explain", "--", *case.random.sample(words, 2))
    _json(case.run("rules", "--format", "json", statuses=(0,)).out)
    case.only_changed()


def baseline(case: Case) -> None:
    """A baseline of all findings hides them all, and pruning it changes nothing; then one with faults."""
    words = [*_selection(case), "--config", "exit-zero=false", "."]
    name = ".dlint-baseline.json"
    if case.random.random() < 0.7:
        (case.folder / name).unlink(missing_ok=True)
        case.files.pop(name, None)
    if case.run("baseline", "--baseline", name, *words).status == 2:
        case.changed()
        return
    # Once more: the file is now part of the build context, and findings may depend on what that holds.
    case.run("baseline", "--baseline", name, *words)
    _json(case.only_changed(name).get(name, b"{}"))
    run = case.run("check", "--baseline", name, *words, "--format", "json")
    if run.status == 0 and not {d["code"] for d in _json(run.out)["diagnostics"]} <= {"SYN001", "SYN003"}:
        raise Fault(f"findings that are in the baseline are reported\n{run.out.decode()}")
    case.run("baseline", "--prune", "--baseline", name, *words)
    if case.only_changed(name):
        raise Fault("pruning a new baseline changes it")


def config(case: Case) -> None:
    """`dlint config` in all its forms."""
    case.run("config", "show")
    case.run("config", "show", "Dockerfile")
    run = case.run("config", "migrate", "--stdout")
    if run.status == 0:
        try:
            tomllib.loads(run.out.decode())
        except tomllib.TOMLDecodeError as error:
            raise Fault(f"the migrated configuration is not TOML\n{error}\n{run.out.decode()}") from None
    case.only_changed()


def add_ignore(case: Case) -> None:
    """`--add-ignore` twice: the second run changes nothing."""
    _twice(case, ["check", "--add-ignore", *_selection(case), "."], _BASE_NAMES)


def server(case: Case) -> None:
    """A session of the language server."""
    with redirect_stderr(io.StringIO()):
        serve(case)
    case.only_changed()


STEPS: dict[str, tuple[Callable[[Case], None], int]] = {
    "laws": (laws, 4),
    "check": (check, 6),
    "diff": (diff, 2),
    "fix": (fix, 5),
    "format": (format_, 5),
    "optimize": (optimize, 4),
    "dockerignore": (dockerignore, 2),
    "tree": (tree, 2),
    "explain": (explain, 1),
    "baseline": (baseline, 2),
    "config": (config, 2),
    "add-ignore": (add_ignore, 2),
    "server": (server, 3),
}
"""Every step with its weight."""


def _selection(case: Case) -> list[str]:
    kind = case.random.random()
    if kind < 0.5:
        return ["--select", "ALL"]
    if kind < 0.7:
        return []
    if kind < 0.8:
        return ["--profile", case.random.choice(("dlint", "hadolint", "buildkit", "strict"))]
    return ["--select", ",".join(case.random.sample(_CODES, case.random.choice((1, 5, 40))))]


def _fixes(case: Case) -> list[str]:
    words = ["--unsafe-fixes"] if case.random.random() < 0.6 else []
    if case.random.random() < 0.1:
        words.append(case.random.choice(("--no-cache", "--fixable=ALL", "--unfixable=DL3059,OPT")))
    return words


def _paths(case: Case) -> list[str]:
    return ["Dockerfile"] if case.random.random() < 0.5 else ["."]


def _twice(case: Case, words: list[str], names: tuple[str, ...]) -> Run:
    """Run a command that writes twice. Returns the first run."""
    before = dict(case.files)
    first = case.run(*words)
    for name, data in case.only_changed(*names).items():
        if not name.endswith("ignore") and name in before:
            still_parses(name, before[name], data)
    case.run(*words)
    again = case.only_changed(*names)
    if again:
        raise Fault(f"a second `{words[0]}` changes {next(iter(again)).rpartition('/')[2]} again")
    return first


def _json(data: bytes) -> Any:
    try:
        return json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Fault(f"invalid JSON: {error}\n{data[:2000]!r}") from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _well_formed(form: str, data: bytes) -> None:
    """Raise Fault if a report does not have its form."""
    if form in _XML:
        try:
            ElementTree.fromstring(data)
        except ElementTree.ParseError as error:
            raise Fault(f"invalid XML: {error}\n{data[:2000]!r}") from None
    elif form in _JSON:
        found = _json(data)
        if form == "sarif" and (found["version"] != "2.1.0" or "results" not in found["runs"][0]):
            raise Fault("invalid SARIF")
    elif form in _JSON_LINES:
        for line in data.splitlines():
            _json(line)


def import_everything() -> None:
    """Import all modules of dlint, which every child process would otherwise do again."""
    for module in pkgutil.walk_packages(dockerfile_dlint.__path__, "dockerfile_dlint."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    for name in ("libcst", "tarfile", "yaml", "pathspec", "pygls.lsp.server"):
        import_module(name)
    # Decoders are imported when they are first used.
    codecs.lookup("utf-8-sig")


def environment(root: str) -> None:
    """Set the environment of dlint to what it is on a clean machine, with its home in `root`."""
    for name in list(os.environ):
        if name.startswith(("DLINT_", "XDG_")) or name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
            del os.environ[name]
    os.environ["HOME"] = os.path.join(root, "home")
    os.makedirs(os.environ["HOME"], exist_ok=True)
