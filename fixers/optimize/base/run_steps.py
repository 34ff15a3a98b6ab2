"""Split a RUN into its commands, each with its purpose."""

from __future__ import annotations

import re

from ....model.packages.calls import cleans_cache, cleans_lists
from ....syntax.script_parts import script_parts
from .rewrite import RewriteRejected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....model.build import Build
    from ....model.packages.calls import PackageCall
    from ....syntax.command import Command
    from ....syntax.script_parts import ScriptPart
    from ....syntax.tree import Flag, Run

SYSTEM_PACKAGES = "packages of the system"
DEPENDENCIES = "dependencies"
FILES_AND_USERS = "files and users"
OTHER_PROGRAM = "a program"

ESSENTIAL_PROGRAMS = frozenset(
    """adduser addgroup basename cat chgrp chmod chown chpasswd cp cut date dirname echo env expr false find getent grep
    groupadd groupmod head hostname id install ldconfig ln ls mkdir mkfifo mktemp mv printf pwd readlink realpath rm
    rmdir sed sha256sum sha512sum md5sum sleep sort stat tail tar tee test [ touch tr true truncate uname uniq
    update-alternatives     useradd usermod wc which xargs locale-gen dpkg-reconfigure gunzip gzip zcat""".split()
)
"""Programs of Debian's essential packages (coreutils, findutils, grep, sed, tar, gzip, passwd)."""
_STATE = frozenset(("cd", "export", "set", "unset", "umask", "trap", "exit", "source", ".", "alias", "eval", "exec"))
_LASTING = frozenset(("trap", "exit", "eval", "exec", "alias"))
"""Those whose effect cannot be repeated before another group."""
_REMEDIES = {"cd": "use WORKDIR instead", "export": "use ENV instead"}
_OWN_PROCESS = frozenset(("subshell", "substitution", "sh -c"))
"""Constructs that change nothing for the commands after them."""
_EXIT_OPTIONS = re.compile(r"-[eux]+")


class RunCommand:
    """A command of a RUN: its `text` on one line, its purpose (`kind`), and its package manager call, if any.

    A `text` is given for a pipeline, of which `command` is the first, and for a command with fewer packages.
    """

    __slots__ = ("call", "command", "kind", "text")

    def __init__(self, command: Command, kind: str, call: PackageCall | None, text: str = "") -> None:
        self.command = command
        self.kind = kind
        self.call = call
        self.text = text or one_line(command.script.text[command.start_index : command.end_index])


def one_line(text: str) -> str:
    """The text without the white space of continuations; unchanged when it has quotes."""
    return text.strip() if "'" in text or '"' in text else " ".join(text.split())


class RunGroup:
    """Commands of a RUN that stay together: one command, or a compound one (`if`, a subshell, a pipeline, `a || b`).

    `kind`: the purpose of all its commands, where those such as `[`, `cd` and `mkdir` beside others do not count
    `commands`: the commands that count, in order; who places a group places each of them, in the same stage
    `text`: on one line, so that it can be joined with others by `&&`; it begins with what sets the directory or
    variables for it (`cd web && npm ci`)
    `is_plain`: whether it is a single command without anything around it
    `changes_directory`: whether a `cd` applies to its commands
    """

    __slots__ = ("changes_directory", "commands", "is_plain", "kind", "text")

    def __init__(
        self, kind: str, commands: Sequence[RunCommand], text: str, *, is_plain: bool, changes_directory: bool
    ) -> None:
        self.kind = kind
        self.commands = tuple(commands)
        self.text = text
        self.is_plain = is_plain
        self.changes_directory = changes_directory

    @classmethod
    def of(cls, command: RunCommand) -> RunGroup:
        """The group of a single command."""
        return cls(command.kind, [command], command.text, is_plain=True, changes_directory=False)


class RunGroups:
    """The groups of a RUN.

    `options`: the options of the RUN as written, which a RUN with any of the groups needs, too
    `is_whole`: whether the groups cannot be separated; then all have the same kind, and the RUN moves as it is
    `reason`: why they are not plain commands of a RUN that has only cache mounts, with a remedy; "" if they are
    """

    __slots__ = ("groups", "is_whole", "options", "reason")

    def __init__(self, groups: Sequence[RunGroup], options: str, reason: str, *, is_whole: bool) -> None:
        self.groups = tuple(groups)
        self.options = options
        self.reason = reason
        self.is_whole = is_whole


def split_run(build: Build, run: Run, *, caches: bool = False) -> list[RunCommand]:
    """The commands of a RUN that only joins plain commands, which can run in any number of RUNs.

    They are joined by `&&`, or follow `set -e`, which is dropped then. With `caches` it may have cache mounts, which
    those RUNs need, too. Raises RewriteRejected for any other RUN.
    """
    found = split_run_groups(build, run)
    if found.reason:
        raise RewriteRejected(found.reason, run)
    if run.flags and not caches:
        raise RewriteRejected(_has_option(run.flags[0]), run)
    return [command for group in found.groups for command in group.commands]


def split_run_groups(build: Build, run: Run) -> RunGroups:
    """The groups of commands of a RUN.

    Raises RewriteRejected when a group, or a RUN that cannot be separated, has several kinds, and for an exec form,
    ONBUILD or another shell.
    """
    _require_shell_form(build, run)
    if not build.commands(run):
        raise RewriteRejected("this RUN has no commands; remove it", run)
    splitter = _Splitter(build, run)
    groups = splitter.groups()
    is_whole = splitter.is_whole or not all(map(_is_cache_mount, run.flags))
    if is_whole and len({group.kind for group in groups}) > 1:
        raise RewriteRejected(splitter.reasons[0], run)
    options = " ".join(flag.text for flag in run.flags)
    return RunGroups(groups, options, next(iter(splitter.reasons), ""), is_whole=is_whole)


def _require_shell_form(build: Build, run: Run) -> None:
    """Raise RewriteRejected unless the RUN is in shell form, for the usual shell."""
    if run.parent is not None:
        raise RewriteRejected("ONBUILD triggers are not supported; write the instruction without ONBUILD", run)
    if run.json:
        raise RewriteRejected("this RUN is in exec form; use the shell form", run)
    if build.state(run).has_custom_shell:
        raise RewriteRejected("SHELL sets another shell for this RUN; remove SHELL, or set it after this RUN", run)


def _has_option(flag: Flag) -> str:
    return f"this RUN has the option `{flag.text}`; use a RUN without options"


def _is_cache_mount(flag: Flag) -> bool:
    """Whether an option of RUN is a cache mount, which several RUNs may have."""
    return flag.name == "mount" and "type=cache" in (flag.value or "").split(",")


class _Part:
    """A part of the script of a RUN.

    `commands`: all of its commands; `counting`: those that have its `kind`
    `is_simple`: whether it is one command; `is_plain`: whether that has no substitution, either
    """

    __slots__ = ("commands", "counting", "is_plain", "is_simple", "kind", "operator_before", "text")

    def __init__(
        self,
        commands: Sequence[Command],
        counting: Sequence[RunCommand],
        text: str,
        operator_before: str = "",
        *,
        is_simple: bool = False,
    ) -> None:
        self.commands = commands
        self.counting = counting
        self.kind = counting[0].kind if counting else FILES_AND_USERS
        self.text = text
        self.operator_before = operator_before
        self.is_simple = is_simple
        self.is_plain = is_simple and len(commands) == 1 and not commands[0].context

    @property
    def changes_state(self) -> bool:
        """Whether it changes the directory, variables or options for the commands after it."""
        return any(
            (each.name in _STATE or not each.words) and _OWN_PROCESS.isdisjoint(each.context) for each in self.commands
        )

    @property
    def sets_state(self) -> bool:
        """Whether it does nothing else, and can be repeated."""
        first = self.commands[0] if self.commands else None
        return first is not None and self.is_simple and self.changes_state and not first.context

    @property
    def changes_directory(self) -> bool:
        """Whether there is a `cd` in it."""
        return any(each.name == "cd" for each in self.commands)

    @property
    def exit_options(self) -> str:
        """The letters of `set -eux`, if it is only that: what ends the RUN at a failure, and prints commands."""
        words = [word.value for word in self.commands[0].words] if self.is_plain else []
        letters = "".join(word[1:] for word in words[1:])
        return letters if words[:1] == ["set"] and all(_EXIT_OPTIONS.fullmatch(word) for word in words[1:]) else ""


class _Splitter:
    """Makes the groups of one RUN.

    `reasons`: why they are not plain commands, each with a remedy; `is_whole`: whether they cannot be separated
    """

    def __init__(self, build: Build, run: Run) -> None:
        self.reasons = [_has_option(flag) for flag in run.flags if not _is_cache_mount(flag)]
        self.is_whole = False
        self._run = run
        self._calls = {id(call.command): call for call in build.package_calls(run)}
        self._commands = [each for each in build.commands(run) if not _counts_processors(each)]
        self._text = "" if run.heredocs else build.shell_text(run)[0].text

    def groups(self) -> list[RunGroup]:
        """The groups in order, without `set -e` before them."""
        parts = None if self._run.heredocs else script_parts(self._text)
        if self._run.heredocs:
            self.reasons.append("this RUN uses a heredoc; join its commands with `&&` instead")
        elif parts is None and self._commands:
            self._note_not_plain(self._commands[0])
        if parts is None:
            self.is_whole = True
            whole = _Part(self._commands, self._counting(self._commands), self._run.arguments_text)
            return [self._group(whole)] if self._commands else []
        found = [self._part_at(part, alone=len(parts) == 1) for part in parts]
        stops = False
        while found and found[0].exit_options:
            stops = stops or "e" in found.pop(0).exit_options
        self._check_operators(found, stops=stops)
        return self._with_state(found)

    def _part_at(self, part: ScriptPart, *, alone: bool) -> _Part:
        commands = [each for each in self._commands if self._is_in(each, part)]
        text = one_line(self._text[part.start_index : part.end_index])
        if part.kind == "||" and not alone:
            text = "{ " + text + "; }"
        is_simple = part.kind == "command"
        return _Part(commands, self._counting(commands), text, part.operator_before, is_simple=is_simple)

    def _is_in(self, command: Command, part: ScriptPart) -> bool:
        # The script of `sh -c` has indexes of its own, but its commands have places in the file.
        script = self._commands[0].script
        return script.offset(part.start_index) <= command.start < script.end_offset(part.end_index)

    def _counting(self, commands: Sequence[Command]) -> list[RunCommand]:
        """The commands of a part that count for its kind. Raises RewriteRejected when they have several kinds."""
        counting = [each for each in commands if not _is_neutral(each, commands)] or commands
        found = [RunCommand(each, _kind(each, call := self._calls.get(id(each))), call) for each in counting]
        kinds = {each.kind: each for each in found}
        if len(kinds) > 1:
            kinds.pop(FILES_AND_USERS, None)
        if len(kinds) > 1:
            names = " and ".join(f"`{_short(each.command)}`" for each in [*kinds.values()][:2])
            raise RewriteRejected(f"{names} cannot be separated; use a RUN for each", self._run)
        return [each for each in found if each.kind in kinds]

    def _check_operators(self, parts: Sequence[_Part], *, stops: bool) -> None:
        """Note whether a failure is ignored, as that of `a` in `a; b`, and in `a && b; c` even with `set -e`."""
        ends = [at for at, part in enumerate(parts) if at and part.operator_before != "&&"]
        lists = any(part.operator_before == "&&" for part in parts[: ends[-1]]) if ends else False
        if ends and (lists or not stops):
            self.is_whole = True
            self._note_not_plain(parts[0].commands[0] if parts[0].commands else self._commands[0])

    def _with_state(self, parts: Sequence[_Part]) -> list[RunGroup]:
        """The groups; what sets the directory or variables is repeated in those after it."""
        if len({part.kind for part in parts}) < 2 and all(part.is_plain and part.commands[0].name for part in parts):
            return [self._group(part) for part in parts]
        found: list[RunGroup] = []
        before: list[_Part] = []
        for part in parts:
            if not part.sets_state:
                found.append(self._group(part, before))
            if part.changes_state:
                repeats = part.sets_state and part.commands[0].name not in _LASTING
                self.is_whole = self.is_whole or not repeats or len(part.commands) > 1
                before.append(part)
                remedy = _REMEDIES.get(part.commands[0].name, "move it to its own RUN")
                self.reasons.append(f"`{part.text[:60]}` affects the commands after it; {remedy}")
        return found

    def _group(self, part: _Part, before: Sequence[_Part] = ()) -> RunGroup:
        first = part.commands[0] if part.commands else None
        is_plain = part.is_plain and first is not None and bool(first.name) and not first.wrappers and not before
        if first is not None and part.is_plain and not is_plain and not before:
            self.reasons.append(f"`{_short(first)}` runs an unknown program; call the program directly")
        elif first is not None and not part.is_plain:
            self._note_not_plain(first)
        text = " && ".join(each.text for each in (*before, part))
        moves = any(each.changes_directory for each in (*before, part))
        return RunGroup(part.kind, part.counting, text, is_plain=is_plain, changes_directory=moves)

    def _note_not_plain(self, command: Command) -> None:
        self.reasons.append(
            f"`{_short(command)}` is not in a plain list of commands; join the commands of this RUN with `&&` only"
        )


def _is_neutral(command: Command, commands: Sequence[Command]) -> bool:
    """Whether a command only checks (`bundle check`), or is a shell whose script is among `commands` (`sh -c`)."""
    words = [word.value for word in command.words]
    is_shell = command.name in ("sh", "bash") and "-c" in words
    return words[1:2] in (["check"], ["--version"]) or (is_shell and any("sh -c" in each.context for each in commands))


def _counts_processors(command: Command) -> bool:
    """Whether a command is the `nproc` of `make -j$(nproc)`."""
    return command.name == "nproc" and command.context == ("substitution",)


def _kind(command: Command, call: PackageCall | None) -> str:
    if call is not None:
        if call.manager.ecosystem == "os":
            return SYSTEM_PACKAGES
        return DEPENDENCIES if call.verb in ("install", "restore", "upgrade", "config") else OTHER_PROGRAM
    if command.name == "rm" and any("/var/lib/apt/lists" in word.value for word in command.args):
        return SYSTEM_PACKAGES
    return FILES_AND_USERS if command.name in ESSENTIAL_PROGRAMS or command.name in _STATE else OTHER_PROGRAM


def deletes_caches(piece: RunCommand) -> bool:
    """Whether the command only empties package lists or caches."""
    from ....model.packages.managers import MANAGERS

    apt = next(manager for manager in MANAGERS if manager.family == "apt")
    return cleans_lists(piece.command, apt) or cleans_cache(piece.command, apt)


def _short(command: Command) -> str:
    return re.sub(r"\s+", " ", command.text)[:60]
