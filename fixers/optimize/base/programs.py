"""The programs that the final stage runs, and the packages of those that a slim base image lacks."""

from __future__ import annotations

import posixpath
import re

from ....model.images.base_image import usual_command
from ....syntax.tree import Cmd, Entrypoint, Run
from .container_start import container_starts
from .copies import context_path
from .program_walk import SHELLS, ProgramWalk
from .rewrite import RewriteRejected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from ....model.build import Build, Stage
    from ....model.context import Context
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

_PREPARING = frozenset(
    """a2dismod a2dissite a2enconf a2enmod a2ensite addgroup adduser cd chmod chown chpasswd date dpkg-reconfigure echo
    export groupadd ldconfig locale-gen mkdir passwd printf set touch true useradd usermod yes""".split()
)
"""Commands that create directories, users and system settings, which no install or build reads."""
_FETCHING = ("curl", "git", "wget")
_DOWNLOADING = frozenset(("curl", "wget", "tar", "unzip"))
_SETTINGS = re.compile(r"requirements|constraints|package|\.npmrc|\.yarnrc|\.netrc|\.ssh|/etc/|pip|\.lock|\|")
"""Matches files that an install may read."""
_WAITING = frozenset("gradle iex irb jshell julia mvn node php python python2 python3".split())
"""Programs that do nothing by themselves when an image starts only them: they wait for code or for arguments."""
_BUILD_TOOLS = frozenset("bazel cargo cmake configure make meson ninja qmake rustc scons".split())


class ProgramUsage:
    """The programs that a stage runs: in the RUNs among `kept`, and in its containers.

    `programs`: name to the first instruction that leads to it, None when only another file does; `scripts`: shell
    scripts of the context that are run; `files`: all files of the context that are run, or named by what is run;
    `lines`: the words of each command, program first; `wrappers`: programs that start others (`sudo`).
    """

    def __init__(self, build: Build, stage: Stage, context: Context, kept: list[Instruction]) -> None:
        walk = ProgramWalk(build, stage, context)
        for instruction in kept:
            if isinstance(instruction, Run):
                walk.add_run(instruction)
        walk.add_started()
        self.programs = walk.programs
        self.scripts = walk.scripts
        self.files = [*walk.files]
        self.lines = walk.lines
        self.wrappers = walk.wrappers
        self._unknown = walk.unknown

    def require_known(self) -> None:
        """Raise RewriteRejected when it is unknown what is started."""
        if self._unknown is not None:
            raise RewriteRejected(*self._unknown)

    def packages(self) -> dict[str, str]:
        """The packages to add to a slim base, each with the program that needs it.

        Raises RewriteRejected when it is unknown what is started.
        """
        self.require_known()
        found = {FULL_IMAGE_PROGRAMS[name]: name for name in self.programs if name in FULL_IMAGE_PROGRAMS}
        return add_ca_certificates(found)

    def packages_with(self, programs: Collection[str]) -> dict[str, str]:
        """The packages to add when the application itself starts `programs` too. Raises RewriteRejected."""
        found = dict(self.packages())
        for program in sorted(FULL_IMAGE_PROGRAMS.keys() & programs):
            found.setdefault(FULL_IMAGE_PROGRAMS[program], program)
        return found


def add_ca_certificates(packages: dict[str, str]) -> dict[str, str]:
    """The packages, and ca-certificates where one of them downloads: apt only recommends it."""
    fetching = next((program for package, program in packages.items() if package in _FETCHING), "")
    return {**packages, "ca-certificates": fetching} if fetching else packages


def require_no_compiler_at_start(packages: Collection[str], checks: Preconditions) -> None:
    """Raise RewriteRejected when the image compiles at run time, which needs the full image."""
    checks.require(
        "the programs that the image starts are in the slim image or in a package",
        "build-essential" not in packages,
        "the image compiles at run time, which needs the full base image; compile in a RUN instead",
    )


def require_start_command(build: Build, stage: Stage) -> None:
    """Raise RewriteRejected when it is unknown what the image runs.

    The stage defines it, a file that starts its image, or the base image (`apache2-foreground`).
    """
    if any(start.entrypoint or start.command for start in container_starts(build, stage)):
        return
    commands = [
        command
        for instruction in stage.instructions
        if isinstance(instruction, Cmd | Entrypoint)
        for command in build.commands(instruction)
    ]
    if not commands:
        if _base_serves(stage):
            return
        raise RewriteRejected("without CMD and ENTRYPOINT it is unknown what the image runs; add one of them")
    if all(command.name in SHELLS and not command.args for command in commands):
        raise RewriteRejected("the image starts a shell, so it is unknown what it runs; set CMD to the program")


def _base_serves(stage: Stage) -> bool:
    """Whether the base image of a stage starts a program that needs no arguments."""
    command = usual_command(stage.base_ref) if stage.base_ref is not None else None
    return bool(command) and posixpath.basename(command[0]) not in (*SHELLS, *_WAITING)


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
            raise RewriteRejected(
                f"`{text}` may need the compilers of the full image; run it in a stage of its own", run
            )
        fed = command.operator_before == "|" and not [word for word in words if not word.startswith("-")]
        if fed and (command.name in SHELLS or command.name.startswith("python")):
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
