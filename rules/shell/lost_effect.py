"""COR013."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.command import Command
    from ...syntax.tree import Run

_BUILT_INS = {
    "export": "use ENV",
    "alias": "write it to a file that the shell reads, or call the command itself",
    "umask": "set the mode with `--chmod`, or set it in each RUN",
    "ulimit": "set it with `docker run --ulimit`",
    "unset": "remove the variable where it is set",
    "set": "use it in the same RUN as the commands, or in SHELL",
    "shopt": "use it in the same RUN as the commands",
}
"""Commands that only change the shell that runs them, and what to do instead."""
_ENVIRONMENTS = (
    "/activate", ".bashrc", ".bash_profile", ".profile", ".zshrc", "/etc/profile", "/etc/environment", "/nvm.sh",
    "/.cargo/env", "/setup.bash", "/setvars.sh", "/sdkman-init.sh", "/conda.sh", "/etc/bash.bashrc",
)  # fmt: skip
"""Ends of the names of files that only set variables."""
_SWITCHES = {
    "nvm": ("use",),
    "conda": ("activate", "deactivate"),
    "mamba": ("activate",),
    "pyenv": ("shell",),
    "rbenv": ("shell",),
}
"""Functions of the shell that select a version."""


@rule(
    "COR013",
    level=WARNING,
    since="0.1",
    prefilter=(
        "export",
        "alias",
        "umask",
        "ulimit",
        "unset",
        "set",
        "shopt",
        "source",
        ".",
        "use",
        "activate",
        "shell",
    ),
)
def lost_effect(run: Run, build: Build) -> Iterator[Finding]:
    """A RUN ends with a command that only affects the shell, such as `export`.

    ## Why
    Each RUN starts a new shell. Variables, aliases, limits and options that the last command of a RUN sets are gone
    before anything uses them.

    ## What to do
    Set variables with ENV: `ENV PATH=/venv/bin:$PATH` in place of `. /venv/bin/activate`. Or put the commands that need
    the setting into the same RUN.

    ## Exceptions
    - Commands that others follow in the same RUN.
    - Files that `source` reads, unless their name says that they only set variables, such as `.bashrc`.
    - `cd`, which DL3003 reports.
    """
    commands = build.commands(run)
    if not commands or build.script(run).error:
        return
    last = commands[-1]
    if last.operator_after or last.operator_before in ("|", "||") or any(_is_construct(each) for each in last.context):
        return
    remedy = _remedy(last)
    if remedy and not last.redirects:
        yield Finding(f"`{last.text}` has no effect after this RUN; {remedy}", last)


def _is_construct(context: str) -> bool:
    """Whether the context is not just another shell that runs the whole script."""
    return not context.endswith("-c")


def _remedy(command: Command) -> str:
    """What to do instead of a command whose effect is lost; "" if it has another effect."""
    name, args = command.name, command.args
    if name in _BUILT_INS:
        if name in ("umask", "ulimit") and not (args and args[-1].value[:1] != "-"):
            return ""  # prints the setting
        if name == "alias" and not any("=" in word.value for word in args):
            return ""
        if name == "export" and not any(word.value[:1] != "-" for word in args):
            return ""
        if name == "set" and not (args and args[0].value[:1] in ("-", "+")):
            return ""
        return _BUILT_INS[name]
    if name in (".", "source") and args and args[0].value.endswith(_ENVIRONMENTS):
        return "set the variables with ENV, or run the commands that need it in the same RUN"
    if name in _SWITCHES and args and args[0].value in _SWITCHES[name]:
        return "run the commands that need it in the same RUN, or set PATH with ENV"
    return ""


EXAMPLES = (
    Bad("RUN «export NODE_ENV=production»", message="has no effect after this RUN; use ENV"),
    Good("ENV NODE_ENV=production"),
    Bad("RUN make && «export PATH=/x:$PATH»"),
    Bad("RUN «. /venv/bin/activate»", message="set the variables with ENV"),
    Bad("RUN «alias ll=ls»"),
    Bad("RUN «umask 022»"),
    Bad("RUN «ulimit -n 65536»"),
    Bad("RUN «set -o pipefail»"),
    Bad("RUN . /root/.nvm/nvm.sh && nvm install 20 && «nvm use 20»", message="run the commands that need it"),
    Bad("RUN echo a >> /root/.bashrc && «source /root/.bashrc»"),
    Bad('RUN ["bash", "-c", "«source /opt/ros/setup.bash»"]'),
    Good("RUN export A=1 && make"),
    Good("RUN . /venv/bin/activate && pip install -r requirements.txt"),
    Good("RUN . ./install.sh", why="the file may install something"),
    Good("RUN a; ulimit -n", why="prints the limit"),
    Good("RUN if a; then export B=1; fi", why="part of a construct"),
    Good("RUN set -e; a"),
    Good("RUN make || export A=1"),
)
