"""Files in the image: which path an instruction makes, and which it deletes again."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase

from ..syntax.tree import Run, Transfer
from .layers import is_remote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..syntax.shell import Command, Word
    from ..syntax.tree import Argument, Instruction
    from .build import Build

_CURL_VALUES = frozenset(
    ("-o", "--output", "-H", "--header", "-d", "--data", "-u", "--user", "-A", "--user-agent", "-e", "--referer", "-x",
     "--proxy", "--retry", "--retry-delay", "--retry-max-time", "--connect-timeout", "-m", "--max-time", "-X",
     "--request", "--output-dir", "-T", "-F", "-b", "-c", "-w", "--cacert", "--cert", "--key", "-r", "--range")
)  # fmt: skip
_WGET_VALUES = frozenset(
    ("-O", "--output-document", "-P", "--directory-prefix", "--header", "-o", "-a", "-t", "--tries", "-T", "--timeout",
     "-U", "--user-agent", "--user", "--password", "-e", "--progress", "--waitretry", "--post-data")
)  # fmt: skip
_GIT_VALUES = frozenset(
    ("-b", "--branch", "--depth", "-c", "--config", "-o", "--origin", "--reference", "-j", "--jobs")
)


class Place:
    """A path in the image and the words of the file that name it."""

    __slots__ = ("end", "path", "start")

    def __init__(self, path: str, where: Word | Argument | Command) -> None:
        self.path = path
        self.start = where.start
        self.end = where.end


def downloads(build: Build, run: Run) -> Iterator[Place]:
    """The files that curl and wget save and the folders that `git clone` makes, where the path is known."""
    for command, folder in with_folders(build, run):
        for word, name in _saved(command):
            path = _join(folder, name)
            if path is not None:
                yield Place(path, word)


def _saved(command: Command) -> Iterator[tuple[Word | Command, str]]:
    """The words that name what a command downloads, and the path, relative to where it runs."""
    if command.name == "curl":
        output = command.option("-o", "--output")
        if output is not None:
            yield command, value_of(output)
        elif command.has("-O", "--remote-name", "--remote-name-all"):
            for word in command.operands(_CURL_VALUES):
                yield word, _last_part(word)
    elif command.name == "wget":
        output, folder = command.option("-O", "--output-document"), command.option("-P", "--directory-prefix")
        if output is not None:
            if value_of(output) != "-":
                yield command, value_of(output)
        else:
            for word in command.operands(_WGET_VALUES):
                name = _last_part(word)
                yield word, posixpath.join(value_of(folder), name) if folder is not None and name else name
    elif command.name == "git" and command.args and command.args[0].value == "clone":
        operands = command.operands(_GIT_VALUES)[1:]
        if operands:
            target = operands[1] if len(operands) > 1 else operands[0]
            yield target, target.value if len(operands) > 1 else _last_part(target).removesuffix(".git")


def _last_part(word: Word) -> str:
    """The file name at the end of a URL; empty when it cannot be told."""
    return word.value.partition("?")[0].rstrip("/").rsplit("/", 1)[-1] if "/" in word.value else ""


def value_of(word: Word | str) -> str:
    """The text of an option's value, which is a word of its own or a part of one."""
    return word if isinstance(word, str) else word.value


def deletions(build: Build, run: Run) -> Iterator[Place]:
    """The paths (globs included) that `rm` deletes, where they are known."""
    for command, folder in with_folders(build, run):
        if command.name == "rm" and "function" not in command.context:
            for word in command.operands():
                path = _join(folder, word.value)
                if path is not None:
                    yield Place(path, word)


def with_folders(build: Build, run: Run) -> Iterator[tuple[Command, str | None]]:
    """Every command of a RUN and the folder in which it runs; None when that is not known."""
    state = build.state(run)
    folder = state.workdir
    for command in build.commands(run):
        yield command, folder
        if command.name in ("cd", "pushd"):
            folder = _join(folder, command.args[0].value) if command.args and not command.context else None
        elif command.name == "popd":
            folder = None


def _join(folder: str | None, name: str) -> str | None:
    """The absolute path, or None when it holds something that only the shell knows."""
    if not name or any(char in name for char in "$`~{"):
        return None
    if name.startswith("/"):
        return posixpath.normpath(name)
    return posixpath.normpath(posixpath.join(folder, name)) if folder else None


def covers(pattern: str, path: str) -> bool:
    """Whether deleting `pattern` (a path or a shell glob) deletes `path`."""
    while path not in ("/", ""):
        if pattern == path or (fnmatchcase(path, pattern) and pattern.count("/") == path.count("/")):
            return True
        path = posixpath.dirname(path)
    return False


def copied(build: Build, instruction: Instruction) -> Iterator[tuple[Place, str]]:
    """The paths that COPY or ADD of single named sources makes, each with its source."""
    if not isinstance(instruction, Transfer) or instruction.destination is None or instruction.flag("parents"):
        return
    state = build.state(instruction)
    target = state.path(instruction.destination.text)
    if target is None:
        return
    destination = state.value(instruction.destination.text) or ""
    into = len(instruction.sources) > 1 or destination.endswith("/") or destination in (".", "..")
    for source in instruction.sources:
        value = None if source.text.startswith("<<") else state.value(source.text)
        if value and not is_remote(value) and not any(char in value for char in "*?["):
            name = posixpath.basename(value.rstrip("/"))
            yield Place(posixpath.join(target, name) if into and name not in ("", ".") else target, source), value
