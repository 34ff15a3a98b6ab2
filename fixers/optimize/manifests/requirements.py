"""The files that say what a Python application needs, read as pip reads them."""

from __future__ import annotations

import posixpath
import re

from ..base.copies import read_context_file
from ..base.rewrite import RewriteRejected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.context import Context

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class Requirements:
    """What requirement files name: `files` in the context, packages with the version text, and what is built anew."""

    __slots__ = ("files", "names", "no_binary")

    def __init__(self) -> None:
        self.files: list[str] = []
        self.names: dict[str, str] = {}
        self.no_binary: set[str] = set()


def read_requirements(context: Context, name: str, into: Requirements) -> None:
    """Read the file `name` of the context and those that it names. Raises Refused when it needs more of the project."""
    if name in into.files:
        return
    text = read_context_file(context, name)
    if text is None:
        raise RewriteRejected(f"`{name}` is not in the build context")
    into.files.append(name)
    if name.endswith((".toml", ".py", ".cfg")):
        _read_project(name, text, into)
        return
    for line in re.sub(r"\\\r?\n", " ", text).splitlines():
        line = re.sub(r"(^|\s)#.*", "", line).strip()
        if line:
            _read_line(context, name, line, into)


def _read_project(name: str, text: str, into: Requirements) -> None:
    """The dependencies of a pyproject.toml, of which uv can be told as of a requirement file."""
    import tomllib

    try:
        project = tomllib.loads(text).get("project", {}) if name.endswith(".toml") else None
    except tomllib.TOMLDecodeError:
        project = None
    if project is None or "dependencies" in project.get("dynamic", ()):
        raise RewriteRejected(f"what `{name}` names is not known")
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
        raise RewriteRejected(f"`{name}` installs `{line[:60]}` from the project's own files")
    if line.startswith("-"):
        if line.startswith(("-f", "--find-links")) and "://" not in line:
            raise RewriteRejected(f"`{name}` looks for packages in a folder of the project")
        return
    match = _NAME.match(line)
    if match is not None and "://" not in match[0]:
        into.names[normalize_name(match[0])] = line[match.end() :].strip()


def normalize_name(name: str) -> str:
    """A distribution's name as indexes compare it. Source: PEP 503."""
    return re.sub(r"[-_.]+", "-", name.partition("[")[0]).lower()
