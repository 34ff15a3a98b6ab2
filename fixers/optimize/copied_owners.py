"""Set owners and modes with `COPY --chown` and `--chmod` instead of a RUN that stores all files a second time."""

from __future__ import annotations

import posixpath
import re

from ...syntax.tree import CopyOrAdd, Run, Volume, Workdir
from ..edits.edit import Edit, apply_edits
from .base.blocks import instruction_text, line_of, run_instruction
from .base.copies import is_application_directory
from .base.rewrite import RewriteOutcome, RewriteRejected, Step
from .base.run_steps import split_run
from .base.stage_facts import is_within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...model.build import Build, Stage
    from ...syntax.tree import Instruction
    from .base.run_steps import RunCommand

_ROOT = (None, "root", "0", "0:0", "root:root")
_RECURSIVE = ("-R", "--recursive")
_MODE = re.compile(r"[0-7]{3,4}")
_OWNER = re.compile(r"[\w.${}-]+(:[\w.${}-]+)?")
_ARCHIVE = re.compile(r"(?i).*(\.tar|\.t?gz|\.t?bz2|\.t?xz|\.zst|\.zip)|[a-z]+://.*|git@.*")
"""A source of ADD that may be extracted or downloaded."""
_BASE_ACCOUNTS = {
    "debian": ("www-data", "nobody", "nogroup", "daemon", "games", "mail", "backup", "users", "staff"),
    "alpine": ("nobody", "nogroup", "daemon", "games", "mail", "users"),
}
"""Accounts of every image of a family. Source: base-passwd of Debian, alpine-baselayout of Alpine."""
_IMAGE_ACCOUNTS = {"node": "node", "php": "www-data", "nginx": "nginx", "httpd": "www-data"}
"""The account that an official image adds."""
_CREATES_ACCOUNT = ("useradd", "adduser", "groupadd", "addgroup")
_HARMLESS = (
    "rm",
    "chown",
    "chmod",
    "ln",
    "true",
    ":",
    "update-ca-certificates",
    "ldconfig",
    "mkdir",
    *_CREATES_ACCOUNT,
)
"""Programs that write only to the paths in their arguments, or to directories of the system."""


def rewrite(build: Build) -> RewriteOutcome:
    """Replace the first `chown -R` or `chmod -R` of a stage that is shipped, if only COPYs bring files to its path."""
    for stage in build.stages:
        if not build.is_shipped(stage):
            continue
        for run in stage.instructions:
            if isinstance(run, Run) and ("chown" in run.logical.text or "chmod" in run.logical.text):
                found = _rewritten(build, stage, run)
                if found is not None:
                    return found
    return RewriteOutcome("layers")


def _rewritten(build: Build, stage: Stage, run: Run) -> RewriteOutcome | None:
    """The outcome for the first command of a RUN that can be replaced; None without one."""
    if run.parent is not None or run.flags or build.state(run).user not in _ROOT:
        return None
    try:
        pieces = split_run(build, run)
    except RewriteRejected:
        return None
    for number, piece in enumerate(pieces):
        option, value, path = _change(build, run, piece)
        if not option or (option == "chmod" and not _needs_buildkit(build)):
            continue
        tree = _CopiedTree(build, stage, run, pieces[:number], path, option)
        if not tree.is_known:
            continue
        moved = tree.accounts(value) if option == "chown" else []
        if moved is None:
            continue
        text = _text(build, run, pieces, number, tree, value, moved)
        step = Step(
            f"Set {'the owner' if option == 'chown' else 'modes'} with `{tree.copies[0].name} --{option}` instead of "
            f"`{option} -R`",
            "the files are stored once",
        )
        return RewriteOutcome("layers", text, [step])
    return None


def _needs_buildkit(build: Build) -> bool:
    """Whether the file builds with BuildKit only, as `COPY --chmod` does."""
    flags = {flag.name for step in build.dockerfile.instructions for flag in step.flags}
    heredocs = any(step.heredocs for step in build.dockerfile.instructions)
    syntax = any(directive.name == "syntax" for directive in build.dockerfile.directives)
    return syntax or heredocs or not flags.isdisjoint(("mount", "link", "chmod", "parents", "exclude"))


def _change(build: Build, run: Run, piece: RunCommand) -> tuple[str, str, str]:
    """The program, the value and the path in the image of a recursive change; all empty for any other command."""
    command = piece.command
    words = [word for word in command.args if word.value not in _RECURSIVE]
    if command.name not in ("chown", "chmod") or len(words) != 2 or len(words) == len(command.args):
        return "", "", ""
    value, path = words[0].text.strip("\"'"), build.state(run).path(words[1].value)
    form = _OWNER if command.name == "chown" else _MODE
    if not form.fullmatch(value) or path is None or any(char in path for char in "*?[$"):
        return "", "", ""
    return command.name, value, path


class _CopiedTree:
    """The directory `path` before a command of a RUN, if COPY, WORKDIR and mkdir alone create what is in it.

    `copies`: the instructions that copy into it
    `directories`: it and the directories in it that WORKDIR, mkdir and COPY create, which keep their owner and mode
    `is_known`: whether that is all
    """

    def __init__(
        self, build: Build, stage: Stage, run: Run, before: Sequence[RunCommand], path: str, option: str
    ) -> None:
        self.build = build
        self.stage = stage
        self.run = run
        self.path = path
        self.option = option
        self.copies: list[CopyOrAdd] = []
        self.directories = {path: None}
        steps = stage.instructions[: build.index_of(run)]
        self.is_known = (
            self._is_empty_in_base()
            and all(map(self._follow, steps))
            and all(self._is_outside(run, each) for each in before)
            and bool(self.copies)
        )

    def _is_empty_in_base(self) -> bool:
        """Whether the base is an official image that has nothing in the directory."""
        facts, ref = self.stage.base_facts, self.stage.base_ref
        parts = self.path.strip("/").split("/")
        mine = (
            is_application_directory(self.path)
            or (len(parts) == 2 and parts[0] == "home")
            or (ref is not None and ref.name == "php" and self.path.startswith("/var/www/"))
        )
        return self.stage.parent is None and facts is not None and mine

    def _follow(self, step: Instruction) -> bool:
        """Note what an instruction creates in the directory; False where that is unknown."""
        if isinstance(step, Workdir):
            after = self.stage.state(self.build.index_of(step) + 1).workdir
            self._add_directories(after)
            return after is not None
        if isinstance(step, CopyOrAdd):
            return self._follow_copy(step)
        if isinstance(step, Volume):
            return not any(self._relates(self.build.state(step).path(word.text)) for word in step.arguments)
        if not isinstance(step, Run):
            return step.name != "ONBUILD"
        try:
            return not step.heredocs and all(self._is_outside(step, piece) for piece in split_run(self.build, step))
        except RewriteRejected:
            return False

    def _follow_copy(self, copy: CopyOrAdd) -> bool:
        target = self.build.state(copy).path(copy.destination.text) if copy.destination is not None else None
        if target is None or not self._relates(target):
            return target is not None
        given = copy.flag(self.option)
        numeric = re.fullmatch(r"[\d:]+", given.value or "") if given is not None else None
        if not is_within(target, self.path) or copy.flag("parents") or (copy.flag("link") and numeric is None):
            return False
        if given is not None or (copy.name == "ADD" and any(_ARCHIVE.fullmatch(word.text) for word in copy.sources)):
            return False
        self.copies.append(copy)
        self._add_directories(posixpath.dirname(target))
        return True

    def _add_directories(self, path: str | None) -> None:
        """Note a directory and its parents, as far as they are in the tree."""
        found: list[str] = []
        while path is not None and path != self.path and is_within(path, self.path):
            found.append(path)
            path = posixpath.dirname(path)
        self.directories.update(dict.fromkeys(reversed(found)))

    def _is_outside(self, run: Run, piece: RunCommand) -> bool:
        """Whether a command changes nothing in the directory, except for directories that it creates."""
        command, call = piece.command, piece.call
        state = self.build.state(run)
        if re.search(r">(?!\s*/dev/null|&)", piece.text):
            return False
        if call is not None:
            if call.manager.ecosystem == "os" or call.has("-g", "--global"):
                return True
            named = all(package.kind == "name" for package in call.packages)
            elsewhere = call.has("-t", "--target", "--prefix", "--root", "-e", "--editable", "--src", "--user")
            return call.manager.name == "pip" and call.verb in ("install", "restore") and named and not elsewhere
        if command.name not in _HARMLESS:
            return False
        if command.name in _CREATES_ACCOUNT:
            homes = [word.value.rpartition("=")[2] for word in command.args]
            return not any(home.startswith("/") and is_within(home, self.path) for home in homes)
        paths = [state.path(word.value) for word in command.operands()]
        if command.name == "mkdir":
            for path in paths:
                self._add_directories(path)
            return None not in paths
        if command.name in ("chown", "chmod") and command.name != self.option:
            return True
        return not any(self._relates(path) for path in paths)

    def _relates(self, path: str | None) -> bool:
        """Whether a path is in the directory, above it or unknown."""
        return path is None or is_within(path, self.path) or is_within(self.path, path)

    def accounts(self, owner: str) -> list[RunCommand] | None:
        """The commands that create the owner after the first copy, to be moved before it; None when it is unknown."""
        if self.build.state(self.copies[0]).value(owner) != (value := self.build.state(self.run).value(owner)):
            return None
        names = {name for name in (value or "").split(":") if name and not name.isdigit() and name != "root"}
        ref = self.stage.base_ref
        known = {_IMAGE_ACCOUNTS.get((ref.name if ref else "") or "")}
        known |= {*_BASE_ACCOUNTS.get((self.stage.base_facts.family if self.stage.base_facts else "") or "", ())}
        names -= known
        names -= self._created(self.stage.instructions[: self.build.index_of(self.copies[0])])
        if not names:
            return [] if value else None
        return self._moved_accounts(names)

    def _created(self, steps: Sequence[Instruction]) -> set[str]:
        """The accounts that RUNs create."""
        commands = [command for step in steps if isinstance(step, Run) for command in self.build.commands(step)]
        return {command.words[-1].value for command in commands if command.name in _CREATES_ACCOUNT}

    def _moved_accounts(self, names: set[str]) -> list[RunCommand] | None:
        """The commands at the start of the RUN that create accounts, if all `names` are among them."""
        first = self.build.index_of(self.copies[0])
        between = self.stage.instructions[first : self.build.index_of(self.run)]
        found: list[RunCommand] = []
        for piece in split_run(self.build, self.run):
            if piece.command.name not in _CREATES_ACCOUNT:
                break
            found.append(piece)
        homes = {f"/home/{piece.command.words[-1].value}" for piece in found}
        created = {piece.command.words[-1].value for piece in found}
        # A user of whom no group is named has a group of the same name.
        if names - created or any(self._relates(home) for home in homes) or any("$" in piece.text for piece in found):
            return None
        return None if any(self._creates_accounts(step) for step in between if isinstance(step, Run)) else found

    def _creates_accounts(self, run: Run) -> bool:
        """Whether a RUN may create accounts, whose IDs depend on the order, or install the program that does."""
        os_calls = any(call.manager.ecosystem == "os" for call in self.build.package_calls(run))
        return os_calls or any(command.name in _CREATES_ACCOUNT for command in self.build.commands(run))


def _text(
    build: Build,
    run: Run,
    pieces: list[RunCommand],
    number: int,
    tree: _CopiedTree,
    value: str,
    moved: list[RunCommand],
) -> str:
    """The file with the option in the copies, and without the recursive change."""
    text = build.dockerfile.source.text
    # Without a group, `chown` keeps that of root and COPY would use the UID.
    option = value if tree.option == "chmod" or ":" in value else f"{value}:root"
    edits = [Edit(copy.keyword_end, copy.keyword_end, f" --{tree.option}={option}") for copy in tree.copies]
    change = pieces[number].command
    old = change.script.text[change.start_index : change.end_index]
    directories = " ".join(tree.directories)
    left = [piece.text for piece in pieces[len(moved) :]]
    new = f"{tree.option} {value} {directories}"
    if not moved and instruction_text(build, run).count(old) == 1:
        edits.append(Edit(change.start, change.end, new))
    else:
        left[left.index(pieces[number].text)] = new
        edits.append(Edit(run.start, run.end, run_instruction(left)))
    if moved:
        start = line_of(text, tree.copies[0])[0]
        first = min([tree.copies[0].start, *(comment.start for comment in tree.copies[0].comments)])
        start = min(start, text.rfind("\n", 0, first) + 1)
        edits.append(Edit(start, start, run_instruction([piece.text for piece in moved]) + "\n"))
    return apply_edits(text, sorted(edits, key=lambda edit: edit.start))
