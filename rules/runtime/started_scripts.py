"""The scripts that a container starts, and their text in the build context."""

from __future__ import annotations

from ...model.image_paths import copied_paths
from ...syntax.tree import Cmd, CopyOrAdd, Entrypoint
from ..commands.shell_programs import SHELL_NAMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage
    from ...syntax.command import Word

_LAUNCHERS = frozenset(("tini", "dumb-init", "catatonit", "env", "docker-init"))
_OTHER_LANGUAGES = (".py", ".js", ".mjs", ".cjs", ".jar", ".rb", ".php", ".pl", ".ts", ".dll", ".exe")


class StartedScript:
    """A shell script that ENTRYPOINT or CMD starts.

    `word`: its path in the instruction; `name`: the file in the build context, `text` its content; both None if it is
    not copied from there or cannot be read.
    """

    __slots__ = ("instruction", "name", "text", "word")

    def __init__(self, instruction: Cmd | Entrypoint, word: Word, name: str | None, text: str | None) -> None:
        self.instruction = instruction
        self.word = word
        self.name = name
        self.text = text


def starting_instructions(chain: Sequence[Stage]) -> list[Cmd | Entrypoint]:
    """The ENTRYPOINT and CMD in effect in a stage; `chain` is the stage and its ancestors, the nearest first.

    A stage with an ENTRYPOINT ignores an inherited CMD.
    """
    found: dict[type, Cmd | Entrypoint] = {}
    for stage in chain:
        for step in reversed(stage.instructions):
            if isinstance(step, Entrypoint):
                found.setdefault(Entrypoint, step)
            elif isinstance(step, Cmd):
                found.setdefault(Cmd, step)
        if Entrypoint in found:
            break
    return list(found.values())


def started_scripts(build: Build, chain: Sequence[Stage]) -> Iterator[StartedScript]:
    """The scripts that a stage starts; a program of unknown kind that is given by path counts as a script."""
    starters = starting_instructions(chain)
    program = next((step for step in starters if isinstance(step, Entrypoint)), starters[0] if starters else None)
    if program is None:
        return
    for command in build.commands(program):
        words = list(command.words)
        while words and (words[0].base_name() in _LAUNCHERS or words[0].base_name() in SHELL_NAMES):
            words = [word for word in words[1:] if not word.value.startswith("-")]
        if not words or not _is_script(words[0].value):
            continue
        name = copied_source(build, chain, build.state(program).path(words[0].value))
        data = build.context.read(name) if name is not None and build.context is not None else None
        text = None if data is None else data.decode("utf-8", "replace")
        yield StartedScript(program, words[0], name, text)


def _is_script(path: str) -> bool:
    return path.endswith((".sh", ".bash")) or (
        ("/" in path or "entrypoint" in path) and not path.endswith(_OTHER_LANGUAGES)
    )


def copied_source(build: Build, chain: Sequence[Stage], path: str | None) -> str | None:
    """The file of the build context that is copied to `path` in one of the stages; None if unknown."""
    if path is None:
        return None
    for stage in chain:
        for step in reversed(stage.instructions):
            if isinstance(step, CopyOrAdd) and step.flag("from") is None:
                name = _copied_by(build, step, path)
                if name is not None:
                    return name
    return None


def _copied_by(build: Build, step: CopyOrAdd, path: str) -> str | None:
    for place in copied_paths(build, step):
        source = place.source.lstrip("/")
        if place.path == path:
            return source
        inside = place.path.rstrip("/") + "/"
        context = build.context
        if path.startswith(inside) and context is not None:
            below = path[len(inside) :]
            name = below if source in ("", ".") else f"{source.rstrip('/')}/{below}"
            if context.includes(name) and context.exists(name) and not context.is_directory(name):
                return name
    return None
