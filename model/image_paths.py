"""Files in the image: which paths an instruction adds, and which it removes."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase

from ..syntax.expand import ExpansionError, variable_references
from ..syntax.tree import Add, CopyOrAdd, Run
from .layers import has_earlier_step, is_remote_source, is_workdir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..syntax.command import Command, Word
    from ..syntax.tree import Argument, Instruction
    from .build import Build
    from .packages.calls import PackageCall
    from .state import State

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
_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst")
"""What ADD extracts if it is local. Source: docs.docker.com/reference/dockerfile/#add"""


_BIG = (
    ".gz", ".tgz", ".xz", ".bz2", ".zst", ".zip", ".tar", ".deb", ".rpm", ".whl", ".jar", ".war", ".run", ".exe",
    ".msi", ".7z", ".iso", ".pkg", ".bin", ".rar", ".lz4", ".apk",
)  # fmt: skip
_SMALL = (
    ".pub", ".asc", ".gpg", ".key", ".sig", ".pem", ".crt", ".sha256", ".sha512", ".md5", ".txt", ".list", ".repo",
    ".conf", ".json", ".yml", ".yaml", ".patch", ".diff", ".php",
)  # fmt: skip
_LARGE_BYTES = 100_000
"""Size from which a copied file that is deleted again is reported."""


_FETCHERS = frozenset(("curl", "wget", "git"))
_BUILDERS = frozenset(("npm", "yarn", "pnpm", "bun", "mvn", "cargo"))


class ImagePath:
    """A path in the image with its place in the file; `source` is the source of COPY or ADD."""

    __slots__ = ("end", "path", "source", "start")

    def __init__(self, path: str, where: Word | Argument | Command, source: str = "") -> None:
        self.path = path
        self.source = source
        self.start = where.start
        self.end = where.end


def added_paths(build: Build, instruction: Instruction) -> Iterator[ImagePath]:
    """The known paths that an instruction adds to the image.

    For a RUN: what curl, wget and `git clone` save, and the directories that an install or a build fills, unless the
    RUN removes them itself.
    """
    if isinstance(instruction, CopyOrAdd):
        yield from copied_paths(build, instruction)
    elif isinstance(instruction, Run):
        calls = {id(call.command): call for call in build.package_calls(instruction) if call.manager.name in _BUILDERS}
        if calls or any(command.name in _FETCHERS for command in build.commands(instruction)):
            yield from _left(build, instruction, calls)


def is_large(build: Build, instruction: Instruction, place: ImagePath) -> bool:
    """Whether the added path is large enough to report: not a key, signature, script or setting."""
    source = place.source
    if not source or is_remote_source(source):
        name = posixpath.basename(source or place.path).lower()
        script = name.endswith(".sh") and "linux" not in name and "x86" not in name
        return not script and not name.endswith(_SMALL)
    if instruction.flag("from") and _is_line_of_text(build, instruction, source):
        return False
    if instruction.flag("from") or source.lower().endswith(_BIG):
        return True
    if build.context is None:
        return not source.strip("./")
    return build.context.size(source) >= _LARGE_BYTES


_PRINTERS = frozenset(("basename", "date", "dirname", "echo", "printf", "pwd", "readlink", "uname", "which"))
"""Programs that print a line."""


def _is_line_of_text(build: Build, instruction: Instruction, source: str) -> bool:
    """Whether another stage made the file from the output of a command that prints a line."""
    flag = instruction.flag("from")
    stage = build.source_stage(flag.value, build.stage_of(instruction)) if flag is not None and flag.value else None
    runs = [step for step in stage.instructions if isinstance(step, Run)] if stage is not None else ()
    return any(
        command.name in _PRINTERS
        and any(each.target is not None and each.target.value == source for each in command.redirects)
        for run in runs
        for command in build.commands(run)
    )


def _left(build: Build, run: Run, calls: Mapping[int, PackageCall]) -> Iterator[ImagePath]:
    added: list[ImagePath] = []
    for command, directory in commands_with_directories(build, run):
        if command.name in ("rm", "mv"):
            removed = [place.path for place in _operands(build, run, command, directory)] if added else []
            added = [place for place in added if not any(covers(path, place.path) for path in removed)]
            continue
        call = calls.get(id(command))
        for word, name in _saved(command) if call is None else _built(call):
            path = resolve_image_path(build, run, directory, name)
            if path is not None:
                added.append(ImagePath(path, word))
    if added:
        # Files in a mount are not part of the layer.
        outside = build.mount_targets(run, "cache", "tmpfs", "bind", "secret", "ssh")
        yield from (place for place in added if not any(covers(target, place.path) for target in outside))


def _saved(command: Command) -> Iterator[tuple[Word | Command, str]]:
    """What a command downloads: the word that names it, and the path relative to the working directory."""
    name = command.name
    if name in ("curl", "wget"):
        yield from _downloaded(command)
    elif name == "git" and command.args and command.args[0].value == "clone":
        operands = command.operands(_GIT_VALUES)[1:]
        if operands:
            target = operands[1] if len(operands) > 1 else operands[0]
            yield target, target.value if len(operands) > 1 else _last_part(target).removesuffix(".git")


def _downloaded(command: Command) -> Iterator[tuple[Word | Command, str]]:
    curl = command.name == "curl"
    output = command.option("-o", "--output") if curl else command.option("-O", "--output-document")
    written = [r.target for r in command.redirects if r.operator in (">", "1>", ">|") and r.target is not None]
    directory = None if curl else command.option("-P", "--directory-prefix")
    if output is not None and option_value_text(output) != "-":
        yield command, option_value_text(output)
    elif written:
        yield command, written[0].value
    elif output is None and (not curl or command.has("-O", "--remote-name", "--remote-name-all")):
        for word in command.operands(_CURL_VALUES if curl else _WGET_VALUES):
            name = _last_part(word)
            yield word, posixpath.join(option_value_text(directory), name) if directory is not None and name else name


def _built(call: PackageCall) -> Iterator[tuple[Word | Command, str]]:
    """The directory next to the manifest that an install or a build of the project fills."""
    manager = call.manager
    where = call.command
    if manager.ecosystem == "node" and call.verb in ("install", "restore"):
        if not call.has("-g", "--global", "--prefix", "-C", "--cwd", "--dir") and not call.path.startswith("global"):
            yield where, "node_modules"
    elif manager.name == "mvn" and call.verb == "build" and not call.has("-f", "--file"):
        yield where, "target"
    elif manager.name == "cargo" and not call.has("--target-dir", "--manifest-path", "-C"):
        own = any(package.kind in ("project", "file") for package in call.packages)
        if call.verb == "build" or (call.verb == "install" and own):
            yield where, "target"


def _last_part(word: Word) -> str:
    """The file name at the end of a URL; empty if unknown."""
    return word.value.partition("?")[0].rstrip("/").rsplit("/", 1)[-1] if "/" in word.value else ""


def option_value_text(word: Word | str) -> str:
    """The text of an option's value, which is a word or a part of one."""
    return word if isinstance(word, str) else word.value


def removed_paths(build: Build, run: Run) -> Iterator[tuple[ImagePath, bool]]:
    """The known paths (globs included) that `rm` deletes or `mv` moves, and whether it is `rm`."""
    if any(command.name in ("rm", "mv") for command in build.commands(run)):
        for command, directory in commands_with_directories(build, run):
            if command.name in ("rm", "mv") and "function" not in command.context:
                yield from ((place, command.name == "rm") for place in _operands(build, run, command, directory))


def _operands(build: Build, run: Run, command: Command, directory: str | None) -> Iterator[ImagePath]:
    for word in command.operands():
        path = resolve_image_path(build, run, directory, word.value)
        if path is not None:
            yield ImagePath(path, word)


def commands_with_directories(build: Build, run: Run) -> Iterator[tuple[Command, str | None]]:
    """Every command of a RUN with its working directory; None if that is unknown.

    "" is the working directory of the base image, if there is no WORKDIR.
    """
    state = build.state(run)
    directory = state.workdir
    if directory is None and not _sets_workdir(build, run):
        directory = ""
    for command in build.commands(run):
        yield command, directory
        if command.name in ("cd", "pushd"):
            known = command.args and not command.context
            directory = resolve_image_path(build, run, directory, command.args[0].value) if known else None
        elif command.name == "popd":
            directory = None


def _sets_workdir(build: Build, run: Run) -> bool:
    """Whether there is a WORKDIR before the RUN, in its stage or an ancestor."""
    return has_earlier_step(build, run, "WORKDIR", is_workdir)


def resolve_image_path(build: Build, run: Run, directory: str | None, name: str) -> str | None:
    """The absolute path of a shell word in `directory`, or None if it contains something that only the shell knows.

    ENV and ARG are expanded; an ARG without a value is kept as `$NAME`, which is enough to compare paths.
    """
    if "$" in name:
        name = _expanded(build, run, name) or ""
    if not name or any(char in name for char in "`{"):
        return None
    if name.startswith("~/"):
        user = build.state(run).user or "root"
        return posixpath.normpath(name if user == "root" else f"~{user}{name[1:]}")
    if name.startswith("/"):
        return posixpath.normpath(name)
    return None if directory is None or "~" in name else posixpath.normpath(posixpath.join(directory, name))


def _expanded(build: Build, run: Run, text: str) -> str | None:
    """The word with ENV and ARG expanded; None if one is unknown or set by the script itself."""
    script = build.script(run).text
    names = {name for name, _, _ in variable_references(text)}
    if "$(" in text or any(f"{name}=" in script or f" {name} in " in script for name in names):
        return None
    return _with_values(build.state(run), text)


def _with_values(state: State, text: str) -> str | None:
    if "$" not in text:
        return state.value(text)
    try:
        names = {name for name, _, _ in variable_references(text, state.escape)}
        found = state.assume({name: f"${name}" for name in names if name in state.unknown}).expand(text)
    except ExpansionError:
        return None
    return None if found.unmatched else found.text


def covers(pattern: str, path: str) -> bool:
    """Whether deleting `pattern` (a path or a shell glob) deletes `path` or a parent directory of it."""
    parts = path.split("/")
    depth = pattern.count("/") + 1
    if len(parts) < depth or pattern == "/":
        return False
    above = path if len(parts) == depth else "/".join(parts[:depth])
    return above == pattern or (any(char in pattern for char in "*?[") and fnmatchcase(above, pattern))


def copied_paths(build: Build, instruction: CopyOrAdd) -> Iterator[ImagePath]:
    """The paths that COPY or ADD creates; for an archive that ADD extracts, the directory."""
    if instruction.destination is None or instruction.flag("parents"):
        return
    state = build.state(instruction)
    destination = _with_values(state, instruction.destination.text)
    if not destination or (state.workdir is None and not destination.startswith("/")):
        return
    target = posixpath.normpath(posixpath.join(state.workdir or "/", destination))
    is_directory = len(instruction.sources) > 1 or destination.endswith("/") or destination in (".", "..")
    for source in instruction.sources:
        value = None if source.text.startswith("<<") else _with_values(state, source.text)
        if value:
            name = _copied_name(value)
            extracted = isinstance(instruction, Add) and not is_remote_source(value) and value.endswith(_ARCHIVES)
            into = (
                is_directory
                and name not in ("", ".")
                and not extracted
                and not _is_directory(build, instruction, value)
            )
            yield ImagePath(posixpath.join(target, name) if into else target, source, value)


def _is_directory(build: Build, instruction: CopyOrAdd, source: str) -> bool:
    """Whether a source is a directory of the build context, whose content is copied and not itself."""
    context = build.context if instruction.flag("from") is None and not is_remote_source(source) else None
    return context is not None and context.is_directory(source)


def _copied_name(source: str) -> str:
    path = source.partition("?")[0] if is_remote_source(source) else source
    return posixpath.basename(path.rstrip("/"))
