"""COR005."""

from __future__ import annotations

from ...syntax.tree import CopyOrAdd, Run
from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...syntax.tree import Healthcheck, Instruction

_LACKS = {
    "debian": frozenset(("curl", "wget", "nc")),
    "ubuntu": frozenset(("curl", "wget", "nc")),
    "alpine": frozenset(("curl",)),
}
"""Programs missing in the base distributions. Source: their package lists (Alpine's busybox has wget and nc)."""

_BARE = frozenset(("debian", "ubuntu", "alpine"))
_LANGUAGES = frozenset(("python", "node"))
"""Images whose slim and Alpine variants do not add them (docker-library/python, nodejs/docker-node)."""


@rule("COR005", level=WARNING, since="0.1", onbuild=False)
def healthcheck_tool(instruction: Healthcheck, build: Build) -> Iterator[Finding]:
    """HEALTHCHECK uses a program that is not installed in the image.

    ## Why
    The check always fails, so orchestrators restart a healthy container.

    ## What to do
    Install the program, or use one that is available: `wget -qO- …` on Alpine, a short Python or Node script elsewhere.
    """
    stage = build.stage_of(instruction)
    if stage is None or instruction.kind != "CMD":
        return
    facts, ref = stage.base_facts, stage.base_ref
    if facts is None or ref is None or facts.family not in _LACKS or not _is_bare(ref.name, ref.tag or ""):
        return
    for command in build.commands(instruction):
        if command.name in _LACKS[facts.family] and command.words and not _may_be_installed(build, stage, command.name):
            yield Finding(
                f"`{command.name}` is not installed in the image, so this check always fails; install it",
                command.words[0],
            )
            return


def _is_bare(name: str, tag: str) -> bool:
    return name in _BARE or (name in _LANGUAGES and ("slim" in tag or "alpine" in tag))


def _may_be_installed(build: Build, stage: Stage, tool: str) -> bool:
    """Whether a step of the stage or its ancestors may add the program."""

    def compute(each: Stage, inherited: bool | None) -> bool:
        return bool(inherited) or any(_may_add(build, instruction, tool) for instruction in each.instructions)

    return stage.inherit(f"may have {tool}", compute)


def _may_add(build: Build, instruction: Instruction, tool: str) -> bool:
    if isinstance(instruction, CopyOrAdd):
        target = instruction.destination
        return bool(instruction.flag("from")) or (target is not None and "bin" in target.text)
    return isinstance(instruction, Run) and _may_install(build, instruction, tool)


def _may_install(build: Build, run: Run, tool: str) -> bool:
    """Whether a RUN installs or uses the program, or runs something unknown: variables, scripts."""
    if build.script(run).error or tool in run.arguments_text or any(tool in heredoc.body for heredoc in run.heredocs):
        return True
    for call in build.package_calls(run):
        if call.manager.ecosystem == "os" and any(package.kind != "name" for package in call.packages):
            return True
    return any(command.name.endswith(".sh") or command.name in ("sh", "bash") for command in build.commands(run))


EXAMPLES = (
    Bad("FROM python:3.12-slim\nRUN pip install a==1\nHEALTHCHECK CMD «curl» -f http://localhost/ || exit 1"),
    Good("FROM alpine:3.20\nHEALTHCHECK CMD wget -qO- http://localhost/", why="part of busybox"),
    Bad('FROM alpine:3.20\nHEALTHCHECK CMD ["«curl»", "-f", "http://localhost/"]'),
    Good("FROM debian:12-slim\nRUN apt-get install -y curl\nHEALTHCHECK CMD curl -f http://localhost/"),
    Good("FROM python:3.12\nHEALTHCHECK CMD curl -f http://localhost/", why="part of the full image"),
    Good(
        "FROM debian:12-slim\nRUN ./setup.sh\nHEALTHCHECK CMD curl -f http://localhost/",
        why="the script may install it",
    ),
)
