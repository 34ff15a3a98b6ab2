"""DL3002."""

from __future__ import annotations

from ...syntax.tree import Cmd, Entrypoint, User
from ..base import WARNING, Bad, Finding, Good, rule
from ..options import pedantic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...syntax.tree import Argument

_DROPPING = frozenset(("gosu", "su-exec", "setpriv", "chpst", "s6-setuidgid", "runuser", "su"))


@rule("DL3002", level=WARNING, since="0.1", aliases=("trivy:DS-0002", "checkov:CKV_DOCKER_8", "cis:4.1"), onbuild=False)
def root_user(build: Build) -> Iterator[Finding]:
    """The last USER of the final image is root.

    ## Why
    An attacker who takes over a program running as root controls the whole container, and is one kernel exploit away
    from the host.

    ## What to do
    End the stage with `USER` and an unprivileged account.

    ## Exceptions
    - Stages that are not part of the final image, unless the option `pedantic` is set.
    - An ENTRYPOINT or CMD that drops root itself (gosu, su-exec, setpriv). Entrypoint scripts are not checked.
    """
    final = build.final_stage
    for stage in [final, *final.ancestors] if final else ():
        word = _last_root(build, stage)
        if word is not None and not _drops_privileges(build, [final, *final.ancestors] if final else []):
            yield Finding(f"the image runs as `{word.text}`, its last USER; switch to a non-root user", word)
        if any(isinstance(instruction, User) for instruction in stage.instructions):
            break
    for stage in build.stages if pedantic(build) else ():
        word = None if build.is_shipped(stage) else _last_root(build, stage)
        if word is not None:
            yield Finding(f"stage {stage.display_name} ends as `{word.text}`; switch to a non-root user", word)


def _last_root(build: Build, stage: Stage) -> Argument | None:
    """The argument of the stage's last USER if it is root."""
    users = [(i, i.value) for i in stage.instructions if isinstance(i, User) and i.value is not None]
    if not users:
        return None
    last, word = users[-1]
    return word if (build.value(last, word) or "").partition(":")[0] in ("root", "0") else None


def _drops_privileges(build: Build, stages: list[Stage]) -> bool:
    """Whether ENTRYPOINT or CMD of one of the stages drops root."""
    starters = [i for stage in stages for i in stage.instructions if isinstance(i, (Entrypoint, Cmd))]
    commands = [command for starter in starters for command in build.commands(starter)]
    return any(c.name in _DROPPING or not _DROPPING.isdisjoint(c.wrappers) for c in commands)


EXAMPLES = (
    Bad("USER «root»"),
    Good("USER root\nRUN a\nUSER app"),
    Bad("USER app\nUSER «0:0»\nCMD a"),
    Bad('USER «"root"»'),
    Bad("ARG U=root\nUSER «$U»", why="the default of the ARG"),
    Bad("FROM debian:12 AS base\nUSER «root»\nFROM base\nCMD a", why="inherited by the final stage"),
    Bad("FROM debian:12 AS b\nUSER «root»\nFROM debian:12\nUSER app", options={"pedantic": True}),
    Good("FROM debian:12 AS build\nUSER root\nRUN a\nFROM debian:12\nUSER app", why="not the final stage"),
    Good('USER root\nENTRYPOINT ["gosu", "app", "a"]', why="drops root"),
    Good("ARG U\nUSER $U", why="set by the build"),
    Good("ONBUILD USER root", why="runs in another image"),
)
