"""Read pip requirements files, and the dependencies of a pyproject.toml."""

from __future__ import annotations

import posixpath
import re

from ....model.toml_text import parse_toml
from ..base.copies import context_path, read_context_file
from ..base.rewrite import RewriteRejected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ....syntax.tree import Run

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class Requirements:
    """Requirements: `files` of the context, `names` (package to version specifier), and `no_binary` packages."""

    __slots__ = ("files", "names", "no_binary")

    def __init__(self) -> None:
        self.files: list[str] = []
        self.names: dict[str, str] = {}
        self.no_binary: set[str] = set()


def add_requirements(
    build: Build, stage: Stage, context: Context, run: Run, call: PackageCall, into: Requirements
) -> None:
    """Add what a call of pip or uv installs to `into`. Raises RewriteRejected when it reads more of the project."""
    text = call.command.text[:60]
    for package in call.packages:
        if package.kind in ("project", "file"):
            raise RewriteRejected(f"`{text}` installs the project itself", run)
        if package.kind == "variable":
            raise RewriteRejected(f"`{text}` installs packages named by variables", run)
        into.names.setdefault(normalize_name(package.name), package.version)
    into.no_binary |= {normalize_name(name) for value in call.values("--no-binary") for name in value.split(",")}
    for name in (*call.requirements, *call.constraints):
        path = build.state(run).path(name)
        source = context_path(build, stage, context, path) if path else None
        if source is None:
            raise RewriteRejected(f"`{name}` is not copied from the build context", run)
        read_requirements(context, source, into)


def read_requirements(context: Context, name: str, into: Requirements) -> None:
    """Read the file `name` of the context and those it includes. Raises RewriteRejected when it uses local packages."""
    if name in into.files:
        return
    text = read_context_file(context, name)
    if text is None:
        raise RewriteRejected(f"`{name}` is not in the build context; add it, or remove the reference to it")
    into.files.append(name)
    if name.endswith((".toml", ".py", ".cfg")):
        _read_project(name, text, into)
        return
    for line in re.sub(r"\\\r?\n", " ", text).splitlines():
        line = re.sub(r"(^|\s)#.*", "", line).strip()
        if line:
            _read_line(context, name, line, into)


def _read_project(name: str, text: str, into: Requirements) -> None:
    """Read the dependencies of a pyproject.toml, which uv accepts as a requirements file."""
    try:
        project = parse_toml(text).get("project", {}) if name.endswith(".toml") else None
    except ValueError:
        project = None
    if project is None or "dependencies" in project.get("dynamic", ()):
        raise RewriteRejected(f"the dependencies in `{name}` are not static; list them as literals")
    for line in project.get("dependencies", ()):
        _read_line(None, name, str(line), into)


def _read_line(context: Context | None, name: str, line: str, into: Requirements) -> None:
    option = re.match(r"(-r|--requirement|-c|--constraint)[=\s]+(\S+)", line)
    if option is not None and context is not None:
        read_requirements(context, posixpath.normpath(posixpath.join(posixpath.dirname(name), option[2])), into)
        return
    into.no_binary |= {
        normalize_name(each) for found in re.findall(r"--no-binary[=\s]+(\S+)", line) for each in found.split(",")
    }
    if re.match(r"(-e|--editable)\b", line) or re.match(r"(\.|/|file:)", line) or "@ file:" in line:
        raise RewriteRejected(f"`{name}` installs `{line[:60]}`, a local path; use a published package")
    if line.startswith("-"):
        if line.startswith(("-f", "--find-links")) and "://" not in line:
            raise RewriteRejected(f"`{name}` uses `--find-links` with a local directory; use a package index")
        return
    match = _NAME.match(line)
    if match is not None and "://" not in match[0]:
        into.names[normalize_name(match[0])] = line[match.end() :].strip()


def normalize_name(name: str) -> str:
    """The normalized name of a Python package. Source: PEP 503."""
    return re.sub(r"[-_.]+", "-", name.partition("[")[0]).lower()
