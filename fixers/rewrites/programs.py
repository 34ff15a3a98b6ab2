"""Which programs the final stage runs, and which package brings those that a slim base does not have."""

from __future__ import annotations

import posixpath

from ...syntax.shell import parse_script
from ...syntax.source import Mapped
from ...syntax.tree import Cmd, Entrypoint, Healthcheck, Run
from .copies import origin, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...model.context import Context
    from ...syntax.command import Command
    from ...syntax.tree import Instruction

FULL_ONLY = {
    program: package
    for package, programs in {
        "autoconf": "autoconf autoreconf",
        "automake": "automake aclocal",
        "build-essential": "gcc g++ cc c++ cpp ld as ar",
        "bzip2": "bzip2 bunzip2 bzcat",
        "curl": "curl",
        "default-libmysqlclient-dev": "mysql_config mariadb_config",
        "dpkg-dev": "dpkg-architecture dpkg-buildpackage",
        "file": "file",
        "git": "git",
        "gnupg": "gpg gpgv gpgconf",
        "imagemagick": "convert identify mogrify composite montage magick",
        "libpq-dev": "pg_config",
        "make": "make",
        "mercurial": "hg",
        "netbase": "",
        "openssh-client": "ssh scp sftp ssh-keygen ssh-keyscan ssh-agent ssh-add",
        "patch": "patch",
        "procps": "ps top pgrep pkill free uptime vmstat watch sysctl",
        "sq": "sq",
        "subversion": "svn",
        "unzip": "unzip",
        "wget": "wget",
        "xz-utils": "xz unxz xzcat",
    }.items()
    for program in programs.split()
}
"""Programs of buildpack-deps, on which the full images stand, that the slim ones lack. Source: its Dockerfiles."""

_SHELLS = ("sh", "bash", "dash")
_MOST_SCRIPTS = 20


class Uses:
    """The programs that a stage runs while it is built and when it is started: name to where it is used."""

    def __init__(self, build: Build, stage: Stage, context: Context, kept: list[Instruction]) -> None:
        self.build = build
        self.stage = stage
        self.context = context
        self.found: dict[str, Instruction] = {}
        self.scripts: list[str] = []
        for instruction in kept:
            if isinstance(instruction, Run | Cmd | Entrypoint | Healthcheck):
                for command in build.commands(instruction):
                    self._add(command, instruction)

    def packages(self) -> dict[str, str]:
        """The packages to add to a slim base, each with the program that needs it."""
        return {FULL_ONLY[name]: name for name in self.found if name in FULL_ONLY}

    def _add(self, command: Command, instruction: Instruction) -> None:
        if not command.words:
            return
        self.found.setdefault(command.name, instruction)
        program = command.words[0].value
        path = self.build.state(instruction).path(program) if "/" in program else None
        if command.name in _SHELLS and (operands := command.operands()) and not command.has("-c"):
            path = self.build.state(instruction).path(operands[0].value)
        for word in command.args:
            if word.value.startswith("/") or word.value.startswith("./"):
                self._script(self.build.state(instruction).path(word.value), instruction)
        if "/" not in program and path is None:
            for folder in ("/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin"):
                self._script(posixpath.join(folder, program), instruction)
        self._script(path, instruction)

    def _script(self, path: str | None, instruction: Instruction) -> None:
        """Read a shell script of the context that is run."""
        name = origin(self.build, self.stage, self.context, path) if path else None
        if name is None or name in self.scripts or len(self.scripts) >= _MOST_SCRIPTS:
            return
        text = read(self.context, name)
        if text is None or not (name.endswith(".sh") or (text.startswith("#!") and "sh" in text.partition("\n")[0])):
            return
        self.scripts.append(name)
        for command in parse_script(Mapped(text, (0,), (0,)), "bash").commands:
            self._add(command, instruction)


def scripts_of(uses: Uses) -> Iterator[str]:
    """The shell scripts that the stage runs, as far as they are files of the context."""
    yield from uses.scripts
