"""DL4006."""

from __future__ import annotations

from ...fixers.edits.edit import UNSAFE, Edit, Fix
from ...fixers.edits.instructions import insert_instruction_before
from ...syntax.source import Span
from ...syntax.tree import Cmd, Entrypoint, Healthcheck, Onbuild, Run, Shell
from ..base import SHIPPED, WARNING, Bad, Finding, Good, rule
from ..options import pedantic
from .pipelines import PIPES, hides_failure, pipeline_at
from .shell_programs import SHELL_NAMES, has_errexit, sets_errexit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage
    from ...syntax.command import Command


@rule(
    "DL4006",
    level=WARNING,
    since="0.1",
    fix=UNSAFE,
    prefilter=("|",),
    scope=SHIPPED,
    subject=("pipefail", "pipe"),
)
def pipe_without_pipefail(run: Run, build: Build) -> Iterator[Finding]:
    """A failure before a pipe is ignored, because the shell only checks the last command.

    ## Why
    The exit status of `curl -f … | sh` is that of the shell, which has nothing to do if curl fails: the build continues
    and caches a broken layer.

    ## What to do
    Use `SHELL ["/bin/bash", "-o", "pipefail", "-c"]` before the RUN (on Alpine `["/bin/ash", "-eo", "pipefail",
    "-c"]`), or `set -o pipefail` in the RUN. dash supports it only in recent Debian releases.

    ## Fix safety
    Unsafe: a failure that was ignored now stops the build. `set -o pipefail` is added if the shell is bash, or busybox
    on Alpine; on Debian and Ubuntu, a SHELL instruction is added.

    ## Exceptions
    - Pipes into a program that fails without input, such as `tar`, `gzip -d`, `gpg --dearmor` and `grep`, and into
      programs that dlint does not know.
    - Pipes from commands that only read local data (echo, find, ls, ldd …), and into commands that stop reading early
      (`grep -q`, `head`), with which `pipefail` breaks the build.
    - Keys of a package repository (`curl … | gpg --dearmor | tee /etc/apt/keyrings/…`), without which its packages are
      not installed.
    - Installers whose result the next command loads, checks or calls, such as `curl … | bash && . ~/.nvm/nvm.sh` and
      `curl … | bash && volta install node`, also after `set -e` and `;`.
    - Conditions (`if a | b`), `a | b || true`, substitutions, and heredocs without `set -e`, which COR008 reports.
    - A SHELL inherited from a parent stage, and `set -o pipefail` in the RUN; hadolint ignores both.
    - No SHELL is added if a CMD, ENTRYPOINT or HEALTHCHECK of the stage or another stage would use it.

    ## Options
    - `pedantic`: like hadolint, report every pipe.
    """
    stage = build.stage_of(run)
    if "|" not in build.script(run).text or _sets_pipefail(build.state(run).shell) or stage is None or stage.is_windows:
        return
    commands, all_pipes = build.commands(run), pedantic(build)
    for index, command in enumerate(commands):
        if command.name == "set" or command.name in SHELL_NAMES:
            if _sets_pipefail([word.value for word in command.words]):
                return
        elif command.operator_after in PIPES and (all_pipes or hides_failure(commands, index)):
            option = _option(run, build, pipeline_at(commands, index)[-1])
            if option or all_pipes:
                remedy = _remedy(run, stage, build, option or "-o")
                fix = _fix(run, stage, build) if all_pipes or option == "-o" else None
                yield _finding(command, commands[index + 1 :], remedy, fix)
                return


def _option(run: Run, build: Build, last: Command) -> str:
    """The option before `pipefail` that makes the failure of a pipeline, which ends with `last`, stop the build.

    "" for a heredoc that does not stop at failures, where pipefail alone would change nothing.
    """
    if last.operator_after not in (";", "\n") or last.context not in ((), ("heredoc",)) or _has_errexit(run, build):
        return "-o"
    return "" if last.operator_after == "\n" else "-eo"


def _has_errexit(run: Run, build: Build) -> bool:
    """Whether a shell of the RUN stops at the first failure."""
    first = run.heredocs[0].body.partition("\n")[0] if run.heredocs else ""
    return (
        has_errexit(build.state(run).shell[1:])
        or (first.startswith("#!") and has_errexit(first.split()[1:]))
        or any(
            sets_errexit(command)
            or (command.name in SHELL_NAMES and has_errexit([word.value for word in command.args]))
            for command in build.commands(run)
        )
    )


def _remedy(run: Run, stage: Stage, build: Build, option: str) -> str:
    """How to set pipefail with the shell of the RUN. The sh of Debian and Ubuntu lacks it before Debian 13.

    If a build argument chooses the base image, its sh is unknown.
    """
    name, facts = build.state(run).shell[0].rpartition("/")[2], stage.base_facts
    family = facts.family if facts is not None else None
    apk = any(call.manager.name == "apk" for call in build.package_calls(run))
    known = family in ("alpine", "busybox") or apk
    if name in ("bash", "ash", "zsh", "ksh") or (known and not _has_variable_base(stage)):
        return f"`set {option} pipefail`"
    return f'`SHELL ["/bin/bash", "{option}", "pipefail", "-c"]`'


def _fix(run: Run, stage: Stage, build: Build) -> Fix | None:
    """Add `set -o pipefail` if the shell supports it, or a SHELL that does."""
    shell, facts = build.state(run).shell, stage.base_facts
    name, family = shell[0].rpartition("/")[2], facts.family if facts is not None else None
    text = run.words[0].text if run.words else ""
    if run.json or run.heredocs or run.parent is not None or not text[:1].isalnum() or shell[1:] != ("-c",):
        return None
    if name == "sh" and _has_variable_base(stage):
        return None
    if name == "bash" or (name in ("sh", "ash") and family in ("alpine", "busybox")):
        at = run.words[0].start
        return Fix("Add `set -o pipefail`", UNSAFE, [Edit(at, at, "set -o pipefail && ")], declare_edits=True)
    return _add_shell(run, stage, build) if name == "sh" and family in ("debian", "ubuntu") else None


def _has_variable_base(stage: Stage) -> bool:
    """Whether a build argument chooses the image or the stage that this one is based on, and not only its version."""
    written = (each.from_.base.text for each in (stage, *stage.ancestors) if each.from_.base is not None)
    return any("$" in base.partition(":")[0] or base.startswith("${") for base in written)


def _add_shell(run: Run, stage: Stage, build: Build) -> Fix | None:
    """Add a SHELL with pipefail before the RUN; None if something other than later RUNs would use it too."""

    def last_other() -> int:
        kinds = (Cmd, Entrypoint, Healthcheck, Shell, Onbuild)
        return max((n for n, step in enumerate(stage.instructions) if isinstance(step, kinds)), default=-1)

    affected = build.cached(("last user of SHELL", stage.index), last_other) > build.index_of(run)
    if affected or any(stage.descendants):
        return None
    line = 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]'
    edits, declares = insert_instruction_before(build.dockerfile, run, line)
    return Fix("Add a SHELL instruction with pipefail", UNSAFE, edits, declares)


def _sets_pipefail(words: Sequence[str]) -> bool:
    """Whether the options contain `-o pipefail`; an option with `c` ends them."""
    for flag, word in zip(words, [*words[1:], ""], strict=False):
        if flag[:1] == "-" and flag[:2] != "--":
            if word == "pipefail" and "o" in flag:
                return True
            if "c" in flag:
                return False
    return False


def _finding(left: Command, following: Sequence[Command], remedy: str, fix: Fix | None) -> Finding:
    right = next((c for c in following if c.start >= left.end), None)
    name = left.name or left.text.split(" ")[0] or "the command"
    reader = f" | {right.name}" if right is not None and right.operator_before in PIPES and right.name else " | …"
    end = right.words[0].end if right is not None and right.words else left.end
    return Finding(
        f"if `{name}` fails in `{name}{reader}`, the build continues; use {remedy}",
        Span(left.start, end),
        fix=fix,
    )


EXAMPLES = (
    Bad(
        'SHELL ["/bin/bash", "-c"]\nRUN «a | sh»',
        fixed='SHELL ["/bin/bash", "-c"]\nRUN set -o pipefail && a | sh',
    ),
    Good('SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN a | sh'),
    Bad(
        "RUN «curl -fsSL https://example.com/a | bash» -",
        message="if `curl` fails in `curl | bash`, the build continues; use `SHELL [",
        shown=True,
    ),
    Bad("FROM node:22-alpine\nRUN «wget -qO- https://example.com/a | sh»", message="use `set -o pipefail`"),
    Bad(
        "ARG BASE=alpine:3.22\nFROM $BASE\nRUN «wget -qO- https://example.com/a | sh»",
        message='use `SHELL ["/bin/bash"',
        fixed="ARG BASE=alpine:3.22\nFROM $BASE\nRUN wget -qO- https://example.com/a | sh",
        why="another base image may have a shell without pipefail",
    ),
    Bad("ARG V=3.22\nFROM alpine:$V\nRUN «wget -qO- https://example.com/a | sh»", message="use `set -o pipefail`"),
    Bad("RUN a=1 && «wget -qO- https://example.com/a | sudo tee» /etc/a.gpg > /dev/null"),
    Bad("RUN «curl -f https://example.com/a | gpg» --dearmor | tee /etc/a.gpg", why="`tee` succeeds"),
    Bad("RUN «a | while read» l; do b $l; done"),
    Bad("RUN a; «curl -f https://example.com/a | sh»; b", message='`SHELL ["/bin/bash", "-eo", "pipefail", "-c"]`'),
    Bad("RUN <<EOF\nset -e\n«a | sh»\nb\nEOF"),
    Bad("RUN if a; then «curl -f https://example.com/a | sh»; fi"),
    Bad("RUN «uv export | uv» pip install -r -"),
    Good("RUN curl -fsSL https://example.com/a | tar xz", why="`tar` fails with empty input", shown=True),
    Good("RUN wget -qO- https://example.com/a | gpg --dearmor > /etc/a.gpg"),
    Good("RUN curl -f https://example.com/a | python3 -c 'import json, sys; json.load(sys.stdin)'"),
    Good("RUN nm a | grep -q b", why="`pipefail` would make `nm` fail"),
    Good("RUN find . -name a | xargs rm", why="reads local data"),
    Good("RUN V=$(curl -f https://example.com/v | jq -r .v) && b", why="`b` notices"),
    Good('RUN a "$(b | sh)"', why="the status of a substitution is not checked"),
    Good("RUN <<EOF\na | sh\nb\nEOF", why="`pipefail` alone changes nothing without `set -e`"),
    Good("RUN a | b", why="`b` is unknown"),
    Good("RUN curl -f https://example.com/k | gpg --dearmor | tee /etc/apt/keyrings/a.gpg > /dev/null"),
    Good("RUN curl -f https://example.com/k | dd of=/usr/share/keyrings/a.gpg"),
    Bad("RUN «curl -f https://example.com/k | tee» /etc/a"),
    Good("RUN a | sh &"),
    Good("RUN curl -f https://example.com/i | bash && . ~/.nvm/nvm.sh && nvm install 24", why="`.` fails without it"),
    Good("RUN curl -f https://example.com/i | sh && uv --version"),
    Bad("RUN «curl -f https://example.com/i | sh»; . ~/.nvm/nvm.sh"),
    Good("RUN set -ex; curl -f https://example.com/i | sh; echo a > ~/.cargo/config", why="there is no such directory"),
    Good("RUN curl -f https://example.com/i | bash && cd web && volta install node", why="volta is not found"),
    Bad("RUN set -e; «curl -f https://example.com/i | sh»; echo a > /etc/a"),
    Bad("RUN «curl -f https://example.com/i | sh» && b"),
    Bad("RUN «a | b»", options={"pedantic": True}),
    Bad("FROM alpine:3.20\nRUN «a | sh»", fixed="FROM alpine:3.20\nRUN set -o pipefail && a | sh"),
    Bad("RUN a\n# b\nRUN «c | sh»", fixed='RUN a\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\n# b\nRUN c | sh'),
    Good('SHELL ["/bin/ash", "-euxo", "pipefail", "-c"]\nRUN a | sh'),
    Good(
        'FROM debian:12 AS base\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nFROM base\nRUN a | sh',
        why="SHELL is inherited",
    ),
    Good("RUN set -euxo pipefail; a | sh"),
    Good("RUN <<EOF\nset -o pipefail\na | sh\nEOF"),
    Good("RUN bash -o pipefail -c 'a | sh'"),
    Bad("RUN «echo a:b | chpasswd»", options={"pedantic": True}),
    Good("RUN echo user:password | chpasswd", why="echo does not fail"),
    Good("RUN yes | sh", why="pipefail would make `yes` fail"),
    Good("RUN if a | grep -q b; then c; fi", why="a condition"),
    Good("RUN a | sh || true"),
    Good('RUN ["echo", "a | b; cd /tmp"]', why="not run by a shell"),
    Good("RUN python3 <<EOF\na | sh\nEOF", why="not a shell script"),
    Good("FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN dir | more", why="cmd has no pipefail"),
)
