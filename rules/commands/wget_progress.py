"""DL3047."""

from __future__ import annotations

from math import inf

from ...fixers.edits.edit import SAFE, UNSAFE, Fix
from ...fixers.edits.word_edits import flag_fix
from ...model.packages.call_arguments import may_hold_flags
from ...syntax.tree import Run
from ..base import INFO, Bad, Finding, Good, rule
from .shell_programs import program_span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...syntax.command import Command

_QUIET = ("-q", "--quiet", "--no-verbose", "--progress", "-o", "--output-file", "-a", "--append-output", "-b")
_NO_DOWNLOAD = ("--version", "-V", "--help", "-h", "--spider")


@rule("DL3047", level=INFO, since="0.1", default=False, fix=SAFE, prefilter=("wget",))
def wget_progress(run: Run, build: Build) -> Iterator[Finding]:
    """`wget` writes its progress bar to the build log.

    ## Why
    In a log, every step of the bar becomes a line: hundreds for a large file. The rule is off by default, because the
    image does not change.

    ## What to do
    `wget -nv` prints errors only, `wget --progress=dot:giga` a short progress report; on Alpine, use `-q`.

    ## Fix safety
    Safe: only the log changes. Unsafe if the implementation of wget is unknown: `-q` hides the errors of GNU wget.
    """
    for command in build.commands(run):
        flags_unknown = command.name == "wget" and may_hold_flags(command.args, build.state(run).vars.get)
        if command.name == "wget" and not flags_unknown and not _is_quiet(command):
            message = "`wget` writes its progress bar to the build log; add `-nv` or `-q`"
            yield Finding(message, program_span(command), fix=_fix(build, run, command))


def _fix(build: Build, run: Run, command: Command) -> Fix | None:
    if command.operator_after == "|&":
        return None
    stage = build.stage_of(run)
    facts = stage.base_facts if stage else None
    if (facts and facts.manager in ("apt", "dnf", "yum")) or _is_installed(build, run, command):
        flag, safety = "-nv", SAFE
    else:
        flag, safety = "-q", SAFE if facts and facts.family == "alpine" else UNSAFE
    return flag_fix(build, run, command, command.words[0], flag, safety)


def _is_installed(build: Build, run: Run, command: Command) -> bool:
    """Whether the package wget, GNU wget, is installed before the command and no package is removed."""
    stage = build.stage_of(run)
    if stage is None:
        return False

    def compute(each: Stage, inherited: tuple[float, float] | None) -> tuple[float, float]:
        """Where wget is installed first, and where a package is removed first."""
        installed, removed = inherited or (inf, inf)
        for call in (call for step in each.instructions if isinstance(step, Run) for call in build.package_calls(step)):
            if call.verb == "remove":
                removed = min(removed, call.command.start)
            elif call.verb == "install" and any(package.name == "wget" for package in call.packages):
                installed = min(installed, call.command.start)
        return installed, removed

    installed, removed = stage.inherit("installs wget", compute)
    return installed < command.start <= removed


def _is_quiet(command: Command) -> bool:
    # wget has two-letter options that start with `-n`: -nv, -nc, -nd. In other clusters, `q` is --quiet.
    if any(word.value.startswith("-nv") for word in command.flags()) or command.has(*_QUIET, *_NO_DOWNLOAD):
        return True
    return any(redirect.operator.startswith(("2>", "&>")) for redirect in command.redirects)


EXAMPLES = (
    Bad("RUN «wget» https://example.com/a", fixed="RUN wget -nv https://example.com/a"),
    Good("RUN wget -q https://example.com/a"),
    Bad(
        "FROM alpine:3.20\nRUN «wget» -O a https://example.com/a",
        fixed="FROM alpine:3.20\nRUN wget -q -O a https://example.com/a",
    ),
    Bad(
        "FROM alpine:3.20\nRUN apk add --no-cache wget && «wget» https://example.com/a",
        fixed="FROM alpine:3.20\nRUN apk add --no-cache wget && wget -nv https://example.com/a",
    ),
    Bad(
        "FROM alpine:3.20\nRUN apk add -t x wget && apk del x\nRUN «wget» https://example.com/a",
        fixed="FROM alpine:3.20\nRUN apk add -t x wget && apk del x\nRUN wget -q https://example.com/a",
    ),
    Bad("RUN cd /tmp && «wget» -O a https://example.com/a"),
    Bad("RUN «sudo wget» https://example.com/a"),
    Good("RUN wget -qO- https://example.com/a"),
    Good("RUN wget -nv https://example.com/a"),
    Good("RUN wget --progress=dot:giga https://example.com/a"),
    Good("RUN wget https://example.com/a 2> /dev/null"),
    Good('ENV W="--progress=dot:giga"\nRUN wget $W https://example.com/a', why="the value of the variable"),
    Good("RUN wget --version", why="no download"),
)
