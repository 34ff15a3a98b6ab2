"""SEC009."""

from __future__ import annotations

from ...syntax.tree import Run, Volume
from ..base import LOW, SHIPPED, WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build
    from ...syntax.command import Command, Word
    from ...syntax.tree import Add, Copy

_SHARED = ("/tmp", "/var/tmp", "/dev/shm")
"""Directories that are world-writable on every system, with the sticky bit."""


@rule(
    "SEC009",
    level=WARNING,
    since="0.1",
    prefilter=("chmod", "mkdir", "install"),
    scope=SHIPPED,
    subject=(
        "writable",
        "writeable",
        "write",
        "writes",
        "writing",
        "permissions?",
        "chmod",
        "666",
        "777",
        "0777",
        "arbitrary",
        "any user",
        "[ug]?ids?",
        "everyone",
        "openshift",
    ),
)
def world_writable(instruction: Run | Copy | Add, build: Build) -> Iterator[Finding]:
    """Files are made world-writable.

    ## Why
    Any program in the container can replace them, regardless of the user it runs as.

    ## What to do
    Give the files to the user that needs them (`chown`, `COPY --chown`) and use mode 755 or 775.

    ## Exceptions
    - Shared directories such as /tmp, devices, directories from `mktemp`, and what the same RUN deletes later.
    - Confidence is low for volumes, and for empty directories of caches that the RUN creates: the container may run as
      any user.
    """
    if not isinstance(instruction, Run):
        flag = instruction.flag("chmod")
        if flag is not None and flag.value and _is_world_writable(flag.value):
            yield Finding(f"`{flag.text}` makes files world-writable; use a more restrictive mode", flag)
        return
    commands = build.commands(instruction)
    for command in commands:
        where = _world_writable_mode(command)
        if where is not None and not _is_temporary(command, commands):
            yield Finding(
                f"`{command.text}` makes files world-writable; use a more restrictive mode",
                where,
                confidence=LOW if _is_data(build, instruction, command) else "",
            )


def _is_data(build: Build, run: Run, command: Command) -> bool:
    """Whether the command changes data only: volumes, also directories in them, or new and empty caches.

    They are writable so that the container can run as any user.
    """
    stage = build.stage_of(run)
    if command.name != "chmod" or command.has("-R", "--recursive") or stage is None:
        return False
    volumes = [
        word.text.strip("\"'") for step in stage.instructions if isinstance(step, Volume) for word in step.arguments
    ]
    made = [
        word.value for each in build.commands(run) if each.name == "mkdir" for word in each.operands(("-m", "--mode"))
    ]
    places = [word.value.rstrip("/") for word in command.operands()[1:]]
    in_volumes = [any(f"{place}/".startswith(f"{volume.rstrip('/')}/") for volume in volumes) for place in places]
    caches = [place in made and "/cache" in place for place in places]
    return any(in_volumes) or all(caches)


def _world_writable_mode(command: Command) -> Word | Command | None:
    """The mode of `chmod`, `mkdir` or `install` if it is world-writable; the command if it is part of an option."""
    if command.name == "chmod":
        words = command.operands()
        shared = all(_is_shared(word.value) or (word.dynamic and "mktemp" in word.script.text) for word in words[1:])
        return words[0] if words and not shared and _is_world_writable(words[0].value) else None
    if command.name not in ("mkdir", "install"):
        return None
    mode = command.option("-m", "--mode")
    if mode is None:
        return None
    if isinstance(mode, str):
        return command if _is_world_writable(mode) else None
    return mode if _is_world_writable(mode.value) else None


def _is_temporary(command: Command, commands: Sequence[Command]) -> bool:
    """Whether a later command of the RUN deletes all that the command changes."""
    places = command.operands(("-m", "--mode"))[command.name == "chmod" :]
    deleted = [
        word.value.removesuffix("/*").rstrip("/")
        for later in commands
        if later.name == "rm" and later.start > command.start and later.has("-r", "-R", "--recursive")
        for word in later.operands()
    ]
    return bool(places) and all(
        any(gone and f"{place.value}/".startswith(f"{gone}/") for gone in deleted) for place in places
    )


def _is_shared(path: str) -> bool:
    """Whether the path is a shared directory or a device."""
    return path.rstrip("/") in _SHARED or path.startswith(("/dev/", "/proc/"))


def _is_world_writable(mode: str) -> bool:
    """Whether the mode gives write access to others, without the sticky bit: `777`, `0666`, `a+rwx`, `o+w`."""
    if mode and all("0" <= char <= "7" for char in mode):
        return int(mode, 8) & 0o1002 == 0o002
    for part in mode.split(","):
        who = part.rstrip("rwxXst").rstrip("+=")
        rights = part[len(who) :]
        if rights[:1] in ("+", "=") and "w" in rights and "t" not in rights and ("o" in who or "a" in who):
            return True
    return False


EXAMPLES = (
    Bad("RUN chmod «777» /app"),
    Good("RUN chmod 755 /app"),
    Bad("RUN chmod -R «a+rwx» /app"),
    Bad("RUN chmod «o+w» /etc/app.conf"),
    Bad("COPY «--chmod=0777» run.sh /"),
    Bad("RUN mkdir -m «777» /data"),
    Bad("RUN «mkdir --mode=777 /data»"),
    Good("RUN chmod +x /app/run.sh"),
    Good("RUN chmod 1777 /tmp"),
    Good("RUN chmod 777 /tmp", why="a shared directory"),
    Good("RUN chmod g+w /app"),
    Good('RUN d="$(mktemp -d)" && chmod 777 "$d" && make && rm -rf "$d"', why="deleted in the same RUN", shown=True),
    Good("RUN mkdir -m 777 /build /b2 && make && rm -r /build/* /b2"),
    Bad("RUN chmod -R «777» /build /app && make && rm -rf /build", why="only one of them is deleted"),
    Bad("RUN rm -rf /app && make && chmod «777» /app", why="deleted before"),
    Bad("RUN chmod «777» /app && rm -rf /app/tmp", why="only a part is deleted"),
    Good("RUN chmod o+w /dev/stdout", why="a device"),
    Bad("RUN mkdir /config && chmod «777» /config\nVOLUME /config", why="with low confidence: a volume"),
    Bad("RUN mkdir -p /var/cache/a && chmod «777» /var/cache/a\nUSER 999", why="with low confidence: an empty cache"),
)
