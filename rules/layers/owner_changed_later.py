"""OPT004."""

from __future__ import annotations

from itertools import chain

from ...fixers.edits.edit import UNSAFE, Edit, Fix
from ...model.copy_sources import WHOLE_CONTEXT, source_paths
from ...model.image_paths import commands_with_directories, copied_paths, covers, removed_paths, resolve_image_path
from ...syntax.tree import Add, Copy, Run
from ..base import INFO, SHIPPED, Bad, Finding, Good, rule
from ..stages.development import ships
from ..text import format_line_numbers, format_size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ...model.build import Build, Stage
    from ...syntax.command import Command, Word

_CHANGERS = ("chown", "chmod")
_LARGE = 1_000_000
"""Bytes from which on it matters that a layer stores them once more."""
_MOST = 5
"""The maximum number of COPYs in a message."""


@rule("OPT004", level=INFO, since="0.1", onbuild=False, fix=UNSAFE, prefilter=("chown", "chmod"), scope=SHIPPED)
def owner_changed_later(stage: Stage, build: Build) -> Iterator[Finding]:
    """A RUN changes the owner or mode of large files or directories that an earlier COPY added.

    ## Why
    Layers contain whole files: every file whose owner or mode changes is stored, pushed and pulled a second time.

    ## What to do
    `COPY --chown=app:app` (or `--chmod=755`, which needs BuildKit) stores them once. A directory that the program
    writes to may still need a `chown` without `-R`.

    ## Fix safety
    Unsafe: COPY gets the option, and `-R` is removed from the RUN, so only the directory itself changes its owner.
    Other files in it, and those of the base image, keep their owner. There is no fix for modes.

    ## Exceptions
    - Stages that are not part of the final image, and images for development, tests and CI.
    - Files of less than 1 MB together. Without a known build context, only the whole of it, `node_modules` and what
      another stage has built are assumed to be large.
    - Unknown owners and directories, a COPY that already has the option, and a directory created by an earlier RUN.
    """
    if not ships(build, stage):
        return
    tracked = _Tracked()
    for instruction in stage.instructions:
        if isinstance(instruction, Copy | Add):
            tracked.add(build, instruction)
        elif isinstance(instruction, Run) and tracked.copied:
            tracked.note_commands(build, instruction)
            if "ch" in build.script(instruction).text:
                yield from _findings(build, tracked, instruction)


class _Change:
    """A command that changes files of earlier COPYs: which, what to call them, the remedy and its fix."""

    __slots__ = ("advice", "command", "copies", "fix", "what")

    def __init__(
        self, command: Command, copies: tuple[Copy | Add, ...], what: str, advice: str, fix: Fix | None = None
    ) -> None:
        self.command = command
        self.copies = copies
        self.what = what
        self.advice = advice
        self.fix = fix


def _findings(build: Build, tracked: _Tracked, run: Run) -> Iterator[Finding]:
    """One finding for all commands of the RUN that change the files of the same COPYs, which are stored once more."""
    groups: dict[tuple[tuple[int, ...], str], list[_Change]] = {}
    for command, directory in commands_with_directories(build, run):
        if command.name not in _CHANGERS or command.context:
            continue
        if command.has("-R", "--recursive"):
            change = _change(build, tracked, run, command, directory)
        else:
            change = _change_of_file(build, tracked, run, command, directory)
        if change is not None:
            groups.setdefault((tuple(copy.start for copy in change.copies), change.what), []).append(change)
    for changes in groups.values():
        first, others = changes[0], changes[1:]
        names = list(dict.fromkeys(change.command.name for change in changes))
        verb = "duplicates" if len(names) == 1 else "duplicate"
        yield Finding(
            f"{' and '.join(f'`{name}`' for name in names)} {verb} {first.what} in a new layer; {_joined(changes)}",
            first.command,
            related=[
                *((copy, "added here") for copy in first.copies[-_MOST:]),
                *((change.command, "changed again here") for change in others),
            ],
            fix=None if others else first.fix,
        )


def _joined(changes: Sequence[_Change]) -> str:
    """The remedies as one: `COPY --chown=app --chmod=755`."""
    parts = list(dict.fromkeys(change.advice for change in changes))
    start = f"use `{changes[0].copies[0].name} "
    if len(parts) > 1 and all(part.startswith(start) and part.endswith("`") for part in parts):
        return start + " ".join(part[len(start) : -1] for part in parts) + "`"
    return " and ".join(parts)


def _change_of_file(
    build: Build, tracked: _Tracked, run: Run, command: Command, directory: str | None
) -> _Change | None:
    """What a command does that changes one large file of the build context."""
    operands = command.operands(("--reference", "--from"))
    context = build.context
    if context is None or len(operands) != 2 or operands[0].dynamic or operands[1].dynamic:
        return None
    path = resolve_image_path(build, run, directory, operands[1].value)
    copy, source = tracked.files.get(path or "", (None, ""))
    name = source.lstrip("/")
    if copy is None or copy.flag("from") or copy.flag(command.name) or context.is_directory(name):
        return None
    size = context.size(name)
    if size < _LARGE:
        return None
    what = f"`{name}` ({format_size(size)}) from line {copy.start_line}"
    return _Change(command, (copy,), what, _advice(command, operands[0], copy, tracked))


class _Copies:
    """The COPYs and ADDs to a path or below it, in order, and the options of theirs that set an owner or a mode."""

    __slots__ = ("found", "options")

    def __init__(self) -> None:
        self.found: list[Copy | Add] = []
        self.options: set[str] = set()

    def add(self, instruction: Copy | Add) -> None:
        """Add an instruction, which is after the others."""
        self.found.append(instruction)
        self.options.update(flag.name for flag in instruction.flags if flag.name in _CHANGERS)


class _Tracked:
    """What is known before a RUN of a stage.

    `copied`: the COPYs and ADDs by their targets and the parents of those
    `files`: by its path in the image, the COPY or ADD of a file and its path in the build context
    `moved`: where the COPYs and ADDs start of which all files were moved or deleted
    `accounts`: where the users and groups are created that RUNs have created
    """

    __slots__ = ("_left", "accounts", "copied", "files", "moved")

    def __init__(self) -> None:
        self.copied: dict[str, _Copies] = {}
        self.files: dict[str, tuple[Copy | Add, str]] = {}
        self.moved: set[int] = set()
        self.accounts: dict[str, int] = {}
        self._left: dict[int, int] = {}

    def add(self, build: Build, instruction: Copy | Add) -> None:
        """Add the targets of a COPY or ADD."""
        word = instruction.destination
        target = build.state(instruction).path(word.text) if word is not None else None
        if target is None or instruction.flag("parents"):
            return
        for path in (target, *_parents(target)):
            self.copied.setdefault(path, _Copies()).add(instruction)
        for place in copied_paths(build, instruction):
            self.files[place.path] = (instruction, place.source)
        self._left[instruction.start] = len(instruction.sources)

    def note_commands(self, build: Build, run: Run) -> None:
        """Note what a RUN moves, deletes and creates."""
        for gone, _ in removed_paths(build, run):
            copy, _ = self.files.pop(gone.path, (None, ""))
            if copy is not None:
                self._left[copy.start] -= 1
                if not self._left[copy.start]:
                    self.moved.add(copy.start)
        for command in build.commands(run):
            if command.name in _CREATES_ACCOUNT and command.words:
                self.accounts.setdefault(command.words[-1].value, command.start)


_CREATES_ACCOUNT = ("useradd", "adduser", "groupadd", "addgroup")


def _parents(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def _copies_in(copied: Mapping[str, _Copies], path: str) -> Iterator[_Copies]:
    """The copies to the paths that a path or pattern matches, and below them."""
    if path in copied:
        yield copied[path]
    elif any(char in path for char in "*?["):
        depth = path.count("/")
        yield from (copies for target, copies in copied.items() if target.count("/") == depth and covers(path, target))


def _change(build: Build, tracked: _Tracked, run: Run, command: Command, directory: str | None) -> _Change | None:
    """What a command does that changes all files in a directory."""
    operands = command.operands(("--reference", "--from"))
    if len(operands) != 2 or operands[0].dynamic or operands[1].dynamic or command.has("--reference"):
        return None
    path = resolve_image_path(build, run, directory, operands[1].value)
    if path is None or path == "/":
        return None
    matched = list(_copies_in(tracked.copied, path))
    if not matched or any(command.name in each.options for each in matched):
        return None
    copies = matched[0].found if len(matched) == 1 else sorted(chain(*(each.found for each in matched)), key=_start)
    copies = tuple(copy for copy in copies if copy.start not in tracked.moved)
    if not copies or not _is_much(build, copies):
        return None
    what = f"the files from {copies[0].name} on {format_line_numbers([copy.start_line for copy in copies[-_MOST:]])}"
    advice = _advice(command, operands[0], copies[0], tracked)
    fix = _fix(build, copies, run, command, operands[0])
    return _Change(command, copies, what, advice, fix)


def _is_much(build: Build, copies: Sequence[Copy | Add]) -> bool:
    """Whether what the COPYs and ADDs add is large, or probably large if its size is unknown."""
    total = 0
    for copy in copies:
        if copy.flag("from") is not None:
            sources = [source.text for source in copy.sources]
            if any("." not in source.rstrip("/").rpartition("/")[2] for source in sources):
                return True
            continue
        for _, path in source_paths(build, copy):
            if build.context is None or not (size := build.context.size("" if path in WHOLE_CONTEXT else path)):
                if path in WHOLE_CONTEXT or path.endswith("node_modules"):
                    return True
            else:
                total += size
    return total >= _LARGE


def _start(copy: Copy | Add) -> int:
    return copy.start


def _advice(command: Command, wanted: Word, copy: Copy | Add, tracked: _Tracked) -> str:
    value, instruction = wanted.value, copy.name
    if command.name == "chown" and value.partition(":")[0] in ("root", "0"):
        return "remove it: they already belong to root"
    if command.name == "chmod" and value in ("+x", "a+x"):
        return f"use `{instruction} --chmod=755`"
    if command.name == "chmod" and value[-1:] in ("2", "3", "6", "7"):
        return f"set the mode with `{instruction} --chmod` and avoid world-writable modes"
    late = [name for name in value.split(":") if tracked.accounts.get(name, -1) > copy.start]
    if command.name == "chown" and late:
        return f"create `{late[0]}` before the {instruction} and use `{instruction} --chown={value}`"
    return f"use `{instruction} --{command.name}={value}`"


def _fix(
    build: Build,
    copies: Sequence[Copy | Add],
    run: Run,
    command: Command,
    owner: Word,
) -> Fix | None:
    """Add the option to the COPYs, and change `chown -R` to `chown` of the directory only."""
    recursive = next((word for word in command.words if word.value in ("-R", "--recursive")), None)
    stage = build.stage_of(run)
    since = stage.instructions[build.index_of(copies[0]) : build.index_of(run)] if stage else ()
    alone = len(build.commands(run)) == 1 and not run.json and not run.heredocs
    if command.name != "chown" or recursive is None or not alone or any(isinstance(i, Run) for i in since):
        return None
    if not all(char.isalnum() or char in "_-.:" for char in owner.value) or run.comments:
        return None
    edits = [Edit(copy.keyword_end, copy.keyword_end, f" --chown={owner.value}") for copy in copies]
    edits.append(Edit(recursive.start - 1, recursive.end, ""))
    if build.dockerfile.source.text[recursive.start - 1] != " ":
        return None
    return Fix(f"Add `--chown={owner.value}` to {copies[0].name}", UNSAFE, edits, declare_edits=True)


EXAMPLES = (
    Bad(
        "WORKDIR /app\nCOPY . .\nRUN «chown -R app:app /app»",
        message="duplicates the files from COPY on line 3",
        fixed="WORKDIR /app\nCOPY --chown=app:app . .\nRUN chown app:app /app",
    ),
    Bad(
        "WORKDIR /app\nCOPY . .\nRUN «chown --recursive 10:10 /app»",
        fixed="WORKDIR /app\nCOPY --chown=10:10 . .\nRUN chown 10:10 /app",
    ),
    Bad(
        "COPY tool /usr/bin/\nRUN «chmod +x /usr/bin/tool»",
        files={"tool": 2_000_000},
        message="`chmod` duplicates `tool` (2.0 MB) from line 2 in a new layer; use `COPY --chmod=755`",
    ),
    Bad("COPY tool /usr/bin/tool\nRUN «chown 10:10 /usr/bin/tool»", files={"tool": 2_000_000}),
    Good("COPY bin /opt\nRUN chmod +x /opt/a /opt/b", files={"bin/a": "", "bin/b": ""}, why="two small files"),
    Good("COPY tool /usr/bin/\nRUN chmod +x /usr/bin/tool", files={"tool": "x" * 200}, why="a small file"),
    Bad(
        "COPY . /app\nRUN «chown -R app /app» && chmod -R 755 /app",
        message="`chown` and `chmod` duplicate the files from COPY on line 2 in a new layer; use `COPY --chown=app "
        "--chmod=755`",
    ),
    Bad(
        "COPY . /app\nRUN useradd -m app && «chown -R app:app /app»",
        message="create `app` before the COPY and use `COPY --chown=app:app`",
    ),
    Good("WORKDIR /app\nCOPY a ./\nRUN mv a /etc/a && chown -R app /app", why="the only file was moved away"),
    Bad(
        "WORKDIR /app\nCOPY a b ./\nRUN mv a /etc/a && «chown -R app /app»",
        files={"a": "", "b": 2_000_000},
    ),
    Good("COPY conf /etc/a\nRUN chown -R app /etc/a", files={"conf/a": "x" * 5000}, why="small files"),
    Good("COPY run.sh /opt/a/\nRUN chown -R app /opt/a", why="one script of unknown size"),
    Good("COPY . /app\nRUN chown -R app /app", files={"a.py": "x" * 5000}, why="the whole context is small"),
    Bad("FROM debian:12 AS b\nFROM debian:12\nCOPY --from=b /app /app\nRUN «chown -R 10 /app»"),
    Good("FROM debian:12 AS b\nFROM debian:12\nCOPY --from=b /a.conf /etc/a/\nRUN chown -R 10 /etc/a"),
    Bad("COPY node_modules /app/node_modules\nRUN «chown -R 10 /app»"),
    Good("COPY --chown=app . /app\nRUN chown -R app /app"),
    Bad(
        "COPY a /srv/a\nCOPY b /srv/b\nRUN «chown -vR www-data /srv»",
        files={"a": 600_000, "b": 600_000},
    ),
    Bad(
        "COPY bin /opt/bin\nRUN «chmod -R 755 /opt/bin»",
        files={"bin/a": 2_000_000},
        message="`COPY --chmod=755`",
    ),
    Bad("WORKDIR /app\nCOPY . .\nRUN make && «chown -R app .»", why="no fix, because the RUN does more"),
    Good("RUN mkdir /app && chown -R app /app\nCOPY . /app"),
    Good("COPY a /a\nRUN chown -R app /b", why="another directory"),
    Good("COPY run.sh /\nRUN chmod +x /run.sh", why="one small file"),
    Good("FROM debian:12 AS b\nCOPY . /a\nRUN chown -R app /a\nFROM debian:12", why="not in the final image"),
)
