"""What an image serves that builds a web site, and then starts only a server of static files."""

from __future__ import annotations

import posixpath
import re

from .....syntax.tree import Healthcheck, Run
from ...base.container_start import started_commands
from ...base.copies import context_path, read_context_file
from ...base.stage_facts import is_within, places_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from .....model.build import Build, Stage
    from .....model.context import Context
    from .....syntax.command import Command
    from .....syntax.tree import Instruction

SERVERS = frozenset(("serve", "http-server"))
"""Packages with a program of the same name that serves a directory."""
_OPTIONS = frozenset(
    """--cors --gzip --listen --no-clipboard --no-port-switching --no-request-logging --port --silent --single -a -c-1
    -g -l -L -n -p -s""".split()
)
"""Options of both servers that name no file. Source: `serve --help` and `http-server --help`."""
_ADDRESS = re.compile(r"\d+|[\d.]+(:\d+)?|localhost|tcp://[\w.:]+|\$\{?\w+\}?")
"""An address or a port, also from a variable."""
_PROBES = frozenset("curl exit false true wget".split())
_PREPARING = frozenset("addgroup adduser groupadd mkdir useradd usermod".split())
"""Commands that read no file of the project."""
_OWNING = ("chgrp", "chmod", "chown")
_WRITING = ("echo", "printf")
_COPYING = ("cp", "ln", "mv")
_WILDCARD = re.compile(r"[^/]*[*?\[].*")


class StaticSite:
    """The paths of a project in `directory` of the image that a server of static files, and nothing else, reads.

    `installed`: what the file installs of `SERVERS` and nginx; `kept`: the instructions that the final stage gets
    """

    def __init__(
        self, build: Build, stage: Stage, context: Context, directory: str, installed: Collection[str]
    ) -> None:
        self.build = build
        self.stage = stage
        self.context = context
        self.directory = directory
        self.installed = installed

    def paths(self, kept: Sequence[Instruction], outputs: Sequence[str] | None) -> list[str]:
        """The paths; empty when something that runs, or one of the instructions `kept`, may read other files.

        `outputs` are the directories that the build fills, relative to the project; None when unknown.
        """
        found = self._served()
        for step in kept if found is not None and self.directory.strip("/") else ():
            more = self._of_run(step) if isinstance(step, Run) else self._of_copy(step)
            found = None if found is None or more is None else [*found, *more]
        if not found or not all(self._exists(path, outputs) for path in found):
            return []
        unique = dict.fromkeys(found)
        return [path for path in unique if not any(path != other and is_within(path, other) for other in unique)]

    def _served(self) -> list[str] | None:
        """The directories that the start commands serve; None when something else is started."""
        found: list[str] = []
        servers = 0
        for started in started_commands(self.build, self.stage):
            if isinstance(started.at, Healthcheck):
                if not all(command.name in _PROBES for command in started.commands):
                    return None
                continue
            served = self._of_server(started.commands[0]) if len(started.commands) == 1 else None
            if served is None:
                return None
            found += served
            servers += 1
        return found if servers else None

    def _of_server(self, command: Command) -> list[str] | None:
        """The directory that a server gets as its argument, none for nginx; None for another program."""
        words = [word.value for word in command.words]
        words = words[1:] if words[0] == "npx" else words
        if not words or words[0] not in self.installed:
            return None
        if words[0] == "nginx":
            return [] if words[1:] in ([], ["-g", "daemon off;"]) else None
        rest = [word for word in words[1:] if word not in _OPTIONS and not _ADDRESS.fullmatch(word)]
        path = self.stage.state(len(self.stage.instructions)).path(rest[0]) if len(rest) == 1 else None
        return None if path is None or rest[0].startswith("-") else [posixpath.normpath(path)]

    def _of_run(self, run: Run) -> list[str] | None:
        """What a RUN names of the project; None when it may read other files of it."""
        found: list[str] = []
        for command in self.build.commands(run):
            words = [word.value for word in command.args if not word.value.startswith("-")]
            paths = [self.build.state(run).path(_WILDCARD.sub("", word).rstrip("/") or ".") for word in words]
            inside = [path for path in paths if path is not None and is_within(path, self.directory)]
            if command.name in _COPYING:
                if None in paths or paths[-1] in inside:
                    return None
                found += inside
            elif command.name in _OWNING:
                found += [path for path in inside if path != self.directory and path != paths[0]]
            elif command.name in _WRITING:
                found += self._named(run.arguments_text)
            elif command.name not in _PREPARING and (command.name != "rm" or None in paths or inside):
                return None
        names = [context_path(self.build, self.stage, self.context, path) for path in found]
        texts = [read_context_file(self.context, name) or "" for name in names if name is not None]
        return [*found, *(path for text in texts for path in self._named(text))]

    def _of_copy(self, copy: Instruction) -> list[str] | None:
        """What the files that a COPY brings from the context name of the project; None when one is unknown."""
        places = places_of(self.build, self.stage, self.context, copy)
        if not places:
            return None
        found: list[str] = []
        for place in places:
            inside = place.source + "/" if place.source not in ("", ".") else ""
            for name in self.context.files():
                if name == place.source or (place.folder and name.startswith(inside)):
                    text = read_context_file(self.context, name)
                    if text is None:
                        return None
                    found += self._named(text)
        return found

    def _named(self, text: str) -> list[str]:
        """The absolute paths in the project's directory that a text names."""
        pattern = re.compile(rf"(?<![\w./-]){re.escape(self.directory)}(?:/[\w./-]*)?(?![\w-])")
        return [posixpath.normpath(match[0].rstrip("./")) for match in pattern.finditer(text)]

    def _exists(self, path: str, outputs: Sequence[str] | None) -> bool:
        """Whether a path is a part of the project, and the build makes it or the context has it."""
        if path == self.directory or not is_within(path, self.directory):
            return False
        if outputs is None:
            return True
        made = [posixpath.join(self.directory, name) for name in outputs]
        if any(is_within(path, other) or is_within(other, path) for other in made):
            return True
        return context_path(self.build, self.stage, self.context, path) is not None
