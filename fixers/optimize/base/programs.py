"""The programs that the final stage runs, and the packages of those that a slim base image lacks."""

from __future__ import annotations

import posixpath
import re

from ....syntax.shell import parse_script
from ....syntax.source import MappedText
from ....syntax.tree import Cmd, Entrypoint, Healthcheck, Run
from .copies import context_path, read_context_file
from .rewrite import RewriteRejected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.command import Command
    from ....syntax.tree import Instruction
    from .rewrite import Preconditions

FULL_IMAGE_PROGRAMS = {
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
"""Program to package, for programs of buildpack-deps, the base of full images. Source: its Dockerfiles."""

_SHELLS = ("sh", "bash", "dash")
_PREPARING = frozenset(
    """a2dismod a2dissite a2enconf a2enmod a2ensite addgroup adduser cd chmod chown chpasswd date dpkg-reconfigure echo
    export groupadd ldconfig locale-gen mkdir passwd printf set touch true useradd usermod yes""".split()
)
"""Commands that create directories, users and system settings, which no install or build reads."""
_FETCHING = ("curl", "git", "wget")
_DOWNLOADING = frozenset(("curl", "wget", "tar", "unzip"))
_SETTINGS = re.compile(r"requirements|constraints|package|\.npmrc|\.yarnrc|\.netrc|\.ssh|/etc/|pip|\.lock|\|")
"""Matches files that an install may read."""
_BUILD_TOOLS = frozenset("bazel cargo cmake configure make meson ninja qmake rustc scons".split())
_MOST_SCRIPTS = 20


class ProgramUsage:
    """The programs that a stage runs, in the build and at run time.

    `programs`: name to the first instruction that runs it; `scripts`: shell scripts of the context that are run;
    `lines`: the words of each command, program first; `wrappers`: programs that start others (`sudo`).
    """

    def __init__(self, build: Build, stage: Stage, context: Context, kept: list[Instruction]) -> None:
        self.build = build
        self.stage = stage
        self.context = context
        self.programs: dict[str, Instruction] = {}
        self.scripts: list[str] = []
        self.lines: list[list[str]] = []
        self.wrappers: set[str] = set()
        for instruction in kept:
            if isinstance(instruction, Run | Cmd | Entrypoint | Healthcheck):
                for command in build.commands(instruction):
                    self._add(command, instruction)

    def packages(self) -> dict[str, str]:
        """The packages to add to a slim base, each with the program that needs it."""
        found = {FULL_IMAGE_PROGRAMS[name]: name for name in self.programs if name in FULL_IMAGE_PROGRAMS}
        return add_ca_certificates(found)

    def packages_with(self, programs: Collection[str]) -> dict[str, str]:
        """The packages to add when the application itself starts `programs` too."""
        found = dict(self.packages())
        for program in sorted(FULL_IMAGE_PROGRAMS.keys() & programs):
            found.setdefault(FULL_IMAGE_PROGRAMS[program], program)
        return found

    def _add(self, command: Command, instruction: Instruction) -> None:
        if not command.words:
            return
        self.programs.setdefault(command.name, instruction)
        self.lines.append([word.value for word in command.words])
        self.wrappers.update(command.wrappers)
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
        """Add the commands of a script, when it is a shell script of the context."""
        name = context_path(self.build, self.stage, self.context, path) if path else None
        if name is None or name in self.scripts or len(self.scripts) >= _MOST_SCRIPTS:
            return
        text = read_context_file(self.context, name)
        if text is None or not (name.endswith(".sh") or (text.startswith("#!") and "sh" in text.partition("\n")[0])):
            return
        self.scripts.append(name)
        for command in parse_script(MappedText(text, (0,), (0,)), "bash").commands:
            self._add(command, instruction)


def add_ca_certificates(packages: dict[str, str]) -> dict[str, str]:
    """The packages, and ca-certificates where one of them downloads: apt only recommends it."""
    fetching = next((program for package, program in packages.items() if package in _FETCHING), "")
    return {**packages, "ca-certificates": fetching} if fetching else packages


def require_no_compiler_at_start(packages: Collection[str], checks: Preconditions) -> None:
    """Raise RewriteRejected when the image compiles at run time, which needs the full image."""
    checks.require(
        "the programs that the image starts are in the slim image or in a package",
        "build-essential" not in packages,
        "the image compiles at run time, which needs the full base image",
    )


def require_start_command(build: Build, stage: Stage) -> None:
    """Raise RewriteRejected when the stage does not define what the image runs."""
    commands = [
        command
        for instruction in stage.instructions
        if isinstance(instruction, Cmd | Entrypoint)
        for command in build.commands(instruction)
    ]
    if not commands:
        raise RewriteRejected("without CMD and ENTRYPOINT it is unknown what the image runs; add one of them")
    if all(command.name in _SHELLS and not command.args for command in commands):
        raise RewriteRejected("the image starts a shell, so it is unknown what it runs; set CMD to the program")


def check_final_stage_runs(
    build: Build, stage: Stage, context: Context, moved: Collection[int], last: Run, *, builds: bool = True
) -> None:
    """Raise RewriteRejected when a RUN that stays in the final stage may be needed by the builder, or may compile.

    `moved`: ids of the RUNs that are split; `last`: the last RUN of the builder; `builds`: the builder also compiles
    the source, which may read any downloaded file.
    """
    for run in stage.instructions:
        if not isinstance(run, Run) or id(run) in moved:
            continue
        if run.start < last.start and not _prepares(build, run, builds):
            text = " ".join(run.arguments_text.split())[:60]
            raise RewriteRejected(f"the build may need the result of `{text}`; if not, move it after the build", run)
        require_no_compilation(build, stage, context, run)


def _prepares(build: Build, run: Run, builds: bool) -> bool:
    """Whether a RUN only creates directories, users and system settings, or installs system packages."""
    system = {id(call.command) for call in build.package_calls(run) if call.manager.ecosystem == "os"}
    commands = build.commands(run)
    writes = ">" in run.arguments_text and any(command.name in ("echo", "printf", "cat") for command in commands)
    return not run.heredocs and not writes and all(
        command.name in _PREPARING
        or id(command) in system
        or (not builds and command.name in _DOWNLOADING and _SETTINGS.search(run.arguments_text) is None)
        for command in commands
    )  # fmt: skip


def require_no_compilation(build: Build, stage: Stage, context: Context, run: Run) -> None:
    """Raise RewriteRejected when a RUN of the slim stage may compile, or runs something unknown."""
    for command in build.commands(run):
        text = " ".join(command.text.split())[:60]
        words = [word.value for word in command.args]
        runs_setup = command.name.startswith("python") and any(posixpath.basename(word) == "setup.py" for word in words)
        if command.name in _BUILD_TOOLS or runs_setup:
            raise RewriteRejected(f"`{text}` may need the compilers of the full image", run)
        fed = command.operator_before == "|" and not [word for word in words if not word.startswith("-")]
        if fed and (command.name in _SHELLS or command.name.startswith("python")):
            raise RewriteRejected(
                f"`{text}` runs a script that is only known during the build; COPY the script instead", run
            )
        path = (
            build.state(run).path(command.words[0].value) if command.words and "/" in command.words[0].value else None
        )
        if (
            path is not None
            and path.startswith(("/tmp/", "/root/"))
            and context_path(build, stage, context, path) is None
        ):
            raise RewriteRejected(f"`{text}` runs a program that is not in the build context; COPY it from there", run)


def used_scripts(uses: ProgramUsage) -> Iterator[str]:
    """The shell scripts of the context that the stage runs."""
    yield from uses.scripts
