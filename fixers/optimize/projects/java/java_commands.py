"""Where the commands belong that build a Java program, prepare the build, or finish it."""

from __future__ import annotations

import posixpath
import re
from fnmatch import fnmatchcase

from .....syntax.tree import Run
from ...base.rewrite import RewriteRejected
from ...base.stage_facts import is_within
from ...split.plan import Place
from .java_packages import is_only_for_build

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .....model.build import Build, Stage
    from .....syntax.command import Command
    from ...base.run_steps import RunCommand

_BUILDING = frozenset(("mvn", "mvnw", "gradle", "gradlew", "javac", "jar", "ant"))
_READING = frozenset("cat echo ls pwd true".split())
USER_PROGRAMS = frozenset("addgroup adduser groupadd useradd".split())
_OF_BUILD = re.compile(r"(?:/root|~|\$HOME|\$\{HOME\}|/home/gradle|/tmp|/var/cache|/var/lib/apt)(?:/|$)")
_OUTPUT = re.compile(r"(?<![&>\d])(?:1?>>?)\s*([^\s&|;]+)")


class JavaCommands:
    """The commands of a stage that builds a Java program.

    `last`: the last RUN that builds, None without one; `directory`: the directory of that build, "" when unknown
    `made`: the paths in it that other commands make; `elsewhere`: the files that they put outside of it
    `touched`: paths in it that commands of the final stage name
    `users`: users that RUNs create; `owner`: whom `chown` gave the directory before the build
    """

    def __init__(self, build: Build, stage: Stage) -> None:
        self._build = build
        runs = [step for step in stage.instructions if isinstance(step, Run)]
        self.last = next((run for run in reversed(runs) if any(map(is_build, build.commands(run)))), None)
        self.directory = (build.state(self.last).path(".") or "") if self.last is not None else ""
        self.made: list[str] = []
        self.elsewhere: list[str] = []
        self.touched: list[str] = []
        self._removed: list[str] = []
        self.users: list[str] = []
        self.owner = ""

    def place(self, run: Run, command: RunCommand) -> tuple[Place, str]:
        """The place of a command, and the reason. Raises RewriteRejected when its effect is unknown."""
        called = command.command
        if called.wrappers or called.context:
            raise _unknown(run, called)
        self._find_outputs(run, called)
        if is_build(called):
            self._find_results(run, called)
            return Place.BUILDER, "builds the program"
        if command.call is not None and command.call.manager.name == "apk":
            only = all(is_only_for_build(package.name) for package in command.call.packages)
            return (Place.BUILDER if only and command.call.packages else Place.BOTH), "installs system packages"
        if called.name in USER_PROGRAMS:
            self.users += [word.value for word in called.operands()]
            return self._outside(run), "creates a user"
        if called.name in ("cp", "mv"):
            self._find_moved(run, called)
            return Place.BUILDER, "moves the result of the build"
        if called.name in _READING:
            return Place.BUILDER, "changes nothing in the image"
        return self._place_by_path(run, called)

    def removes(self, path: str) -> bool:
        """Whether a command removes or moves a path that another one makes."""
        return any(is_within(path, each) or fnmatchcase(path, each) for each in self._removed if each)

    def _place_by_path(self, run: Run, called: Command) -> tuple[Place, str]:
        """The place of a command that changes the files that it names."""
        words = [word.value for word in called.operands(("-m",) if called.name == "mkdir" else ())]
        first = 1 if called.name in ("chmod", "chown", "chgrp") or (called.name == "sed" and "-e" not in words) else 0
        named = words[first:]
        paths = [self._build.state(run).path(word) for word in named]
        inside = [path for path in paths if path is not None and self._is_inside(path)]
        if called.name == "rm" and all(_OF_BUILD.match(word) for word in named):
            return Place.DROPPED, "the final stage does not have these files"
        if not named or None in paths or (inside and len(inside) < len(named)):
            raise _unknown(run, called)
        if called.name in ("chown", "chgrp"):
            return self._place_chown(run, words[0], inside)
        if called.name in ("chmod", "dos2unix", "ln", "mkdir", "rm", "sed", "touch") and inside:
            self.made += inside if called.name in ("ln", "mkdir", "touch") else []
            self._removed += inside if called.name == "rm" else []
            return Place.BUILDER, "prepares files of the build"
        if called.name in ("chmod", "ln", "mkdir", "rm", "touch"):
            place = Place.BOTH if called.name in ("mkdir", "touch") else self._outside(run)
            return place, "changes files of the image"
        raise _unknown(run, called)

    def _place_chown(self, run: Run, owner: str, inside: list[str]) -> tuple[Place, str]:
        if inside and self.last is not None and run.start < self.last.start:
            self.owner = owner
            return Place.BUILDER, "prepares files of the build"
        self.touched += inside
        return self._outside(run), "changes files of the image"

    def _outside(self, run: Run) -> Place:
        """The place of a command that changes the system: a build after it may depend on it."""
        return Place.RUNTIME if self.last is None or run.start > self.last.start else Place.BOTH

    def _is_inside(self, path: str) -> bool:
        return path in self.elsewhere or (bool(self.directory) and is_within(path, self.directory))

    def _find_outputs(self, run: Run, called: Command) -> None:
        """Find the files that output is written to. Raises RewriteRejected for one outside of the directory."""
        for word in _OUTPUT.findall(run.arguments_text):
            path = self._build.state(run).path(word.strip("\"'"))
            if path is None or not (self._is_inside(path) or path.startswith("/dev/")):
                raise _unknown(run, called)
            self.made += [] if path.startswith("/dev/") else [path]

    def _find_results(self, run: Run, called: Command) -> None:
        """Find the directories that a build is told to write to."""
        words = [word.value for word in called.args]
        given = [word.partition("=")[2] for word in words if word.startswith("-DoutputDirectory=")]
        if called.name == "javac":
            given.append(words[words.index("-d") + 1] if "-d" in words[:-1] else ".")
        paths = [self._build.state(run).path(word) for word in given]
        self.made += [path for path in paths if path is not None and self._is_inside(path)]

    def _find_moved(self, run: Run, called: Command) -> None:
        """Find what `cp` or `mv` makes. Raises RewriteRejected when that is unknown."""
        operands = [word.value for word in called.operands()]
        path = self._build.state(run).path(operands[-1]) if len(operands) > 1 else None
        inside = path is not None and self._is_inside(path)
        if path is None or (not inside and len(operands) != 2):
            raise RewriteRejected(f"the destination of `{called.text[:60]}` is unknown", run)
        if not inside and not posixpath.splitext(path)[1]:
            raise RewriteRejected(f"whether `{path}` is a file or a directory is unknown", run)
        (self.made if inside else self.elsewhere).append(path)
        if called.name == "mv":
            self._removed += [self._build.state(run).path(word) or "" for word in operands[:-1]]


def is_build(command: Command) -> bool:
    """Whether a command builds: also a wrapper script that a shell is given (`sh mvnw`)."""
    words = command.operands()
    name = posixpath.basename(words[0].value) if command.name in ("sh", "bash") and words else command.name
    return name in _BUILDING


def _unknown(run: Run, command: Command) -> RewriteRejected:
    return RewriteRejected(f"the effect of `{' '.join(command.text.split())[:60]}` is unknown", run)
