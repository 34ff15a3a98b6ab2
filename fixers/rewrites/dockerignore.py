"""A .dockerignore from what lies in the build context and what the Dockerfiles take of it."""

from __future__ import annotations

import fnmatch
import os
import posixpath

from ...model.history import read_small, reads_history
from ...model.ignore import ignore_file_for
from ...model.waste import CACHES, HISTORY, MODULES, SECRETS, waste
from ...syntax.tree import Run, Transfer
from .copies import placed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build
    from ...model.context import Context

_GROUPS = (
    ("version control", (".git", ".hg", ".svn", ".bzr")),
    (
        "continuous integration",
        (".github", ".gitlab", ".gitlab-ci.yml", ".travis.yml", ".circleci", ".drone.yml", ".buildkite", ".woodpecker",
         "azure-pipelines.yml", "bitbucket-pipelines.yml", "Jenkinsfile", ".pre-commit-config.yaml", ".codecov.yml"),
    ),
    ("editors", (".idea", ".vscode", ".vs", ".devcontainer", ".DS_Store", "Thumbs.db", "*.swp", "*.swo")),
    ("logs", ("npm-debug.log*", "yarn-error.log*")),
)  # fmt: skip
"""What lies at the top of a repository and is of use to people and services there, not to a program."""
_EVERYWHERE = frozenset(("__pycache__", "*.pyc", ".DS_Store", "Thumbs.db", "node_modules"))


class Pattern:
    """A line of the .dockerignore: why it stands there, and what it keeps out."""

    __slots__ = ("bytes", "files", "text", "why")

    def __init__(self, text: str, why: str, files: int, size: int) -> None:
        self.text = text
        self.why = why
        self.files = files
        self.bytes = size


class Proposal:
    """The .dockerignore at `path`: its text now ("" when there is none) and then, and what is sent before and after."""

    __slots__ = ("after", "before", "new", "old", "path", "patterns")

    def __init__(self, path: str, old: str, new: str, patterns: Sequence[Pattern], before: int, after: int) -> None:
        self.path = path
        self.old = old
        self.new = new
        self.patterns = tuple(patterns)
        self.before = before
        self.after = after


def propose(builds: Sequence[Build], context: Context) -> Proposal:
    """What the ignore file of a context should say, for all Dockerfiles that are built with it.

    Only what is there and is sent is named, and only what is known to be waste: what a COPY, an ADD or a mount names,
    what a build file or a script may read, and what is not known stays. An existing file is extended at its end.
    """
    path = ignore_file_for(context.dockerfile, context.root) or posixpath.join(context.root, ".dockerignore")
    old = _read(path)
    before = context.size()
    patterns = list(_patterns(builds, context))
    if not patterns:
        return Proposal(path, old, old, (), before, before)
    new = _text(old, patterns)
    after = context.with_ignore(new).size()
    return Proposal(path, old, new, patterns, before, after)


def _read(path: str) -> str:
    """The text of the ignore file with its line endings; "" when there is none."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
            return file.read()
    except OSError:
        return ""


def _patterns(builds: Sequence[Build], context: Context) -> Iterator[Pattern]:
    named = {name for build in builds for name in _named(build, context)}
    files = context.files()
    history = any(reads_history(build, context) for build in builds)
    negated = [rule.pattern for rule in context.ignore.rules if rule.negated] if context.ignore else []
    for text, why in _candidates(builds, context):
        sent = [name for name in files if _matches(text, name)]
        if not sent or _is_named(text, named) or any(_matches(text, name) or name in ("*", "**") for name in negated):
            continue
        if text in HISTORY and history:
            continue
        if _is_read(builds, context, text, sent):
            continue
        yield Pattern(text, why, len(sent), sum(files[name] for name in sent))


def _candidates(builds: Sequence[Build], context: Context) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for why, names in _GROUPS:
        for name in names:
            if name not in seen:
                seen.add(name)
                yield name, why
    for build in builds:
        for path, _ in waste(build, context):
            name = posixpath.basename(path)
            if name in SECRETS:
                continue  # a program may read it when it starts: that is told, not changed
            text = f"**/{name}" if name in CACHES | MODULES and (name in _EVERYWHERE or "/" in path) else path
            text = f"**/{name}" if name in _EVERYWHERE else text
            if text not in seen:
                seen.add(text)
                why = (
                    "installed in the image" if name in MODULES else "version control" if name in HISTORY else "caches"
                )
                yield text, why
    for text in ("**/*.pyc",):
        if any(name.endswith(".pyc") and "__pycache__/" not in name for name in context.files()):
            yield text, "caches"


def _matches(pattern: str, name: str) -> bool:
    """Whether the pattern takes the file: at the top, or at any depth with `**/` before it."""
    parts = name.split("/")
    if pattern.startswith("**/"):
        return any(fnmatch.fnmatchcase(part, pattern[3:]) for part in parts)
    if "/" in pattern:
        return name == pattern or name.startswith(pattern + "/")
    return fnmatch.fnmatchcase(parts[0], pattern)


def _named(build: Build, context: Context) -> Iterator[str]:
    """The files and folders of the context that instructions and mounts name; not the context itself."""
    for stage in build.stages:
        for place in placed(build, stage, context):
            if place.source:
                yield place.source
        for instruction in stage.all_instructions():
            if isinstance(instruction, Transfer) and instruction.flag("from") is None:
                for argument in instruction.sources:
                    yield argument.text.strip("/").removeprefix("./")
            if isinstance(instruction, Run):
                for flag in instruction.flags:
                    if flag.name == "mount" and flag.value and "from=" not in flag.value:
                        for field in flag.value.split(","):
                            key, _, value = field.partition("=")
                            if key in ("source", "src"):
                                yield value.strip("/").removeprefix("./")


def _is_named(pattern: str, named: set[str]) -> bool:
    return any(_matches(pattern, name) for name in named if name and name != ".")


def _is_read(builds: Sequence[Build], context: Context, pattern: str, sent: Sequence[str]) -> bool:
    """Whether a command of a build, or a script or build file at the top of the context, names what is kept out."""
    name = pattern.removeprefix("**/")
    if pattern in HISTORY or "*" in name or name in CACHES | MODULES:
        return False  # what reads the history was looked for, the others are made anew
    for build in builds:
        for stage in build.stages:
            for run in stage.instructions:
                if isinstance(run, Run) and name in build.script(run).text:
                    return True
    for file in context.files():
        if "/" not in file and file.endswith(
            (".sh", ".py", ".mk", ".toml", ".cfg", ".json", "Makefile", ".gradle", ".kts", ".rs")
        ):
            text = read_small(os.path.join(context.root, file))
            if file not in sent and (f'"{name}"' in text or f"'{name}'" in text or f" {name}\n" in text):
                return True
    return False


def _text(old: str, patterns: Sequence[Pattern]) -> str:
    """The old file with the patterns behind it, those of a kind together below a comment."""
    groups: dict[str, list[str]] = {}
    for pattern in patterns:
        groups.setdefault(pattern.why, []).append(pattern.text)
    ending = "\r\n" if "\r\n" in old else "\n"
    blocks = [ending.join([f"# {why}", *texts]) for why, texts in groups.items()]
    start = old.rstrip("\r\n") + 2 * ending if old.strip() else ""
    return start + (2 * ending).join(blocks) + ending
