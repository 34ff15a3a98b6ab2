"""DL3002."""

from __future__ import annotations

from ...syntax.expand import variable_references
from ...syntax.tree import Arg, Cmd, Entrypoint, Env, User
from ..base import SHIPPED, WARNING, Bad, Finding, Good, rule
from ..options import pedantic
from ..security.root_at_start import needs_root, switches_user
from .development import is_shipped_image

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...syntax.tree import Argument

_DROPPING = frozenset(("gosu", "su-exec", "setpriv", "chpst", "s6-setuidgid", "runuser", "su"))


@rule(
    "DL3002",
    level=WARNING,
    since="0.1",
    aliases=("trivy:DS-0002", "checkov:CKV_DOCKER_8", "cis:4.1"),
    onbuild=False,
    scope=SHIPPED,
    subject=("root", "privileges?", "privileged", "setuid", "gosu", "su-exec", "non-?root"),
)
def root_user(build: Build) -> Iterator[Finding]:
    """The last USER of the final image is root.

    ## Why
    An attacker who takes over a program running as root controls the whole container, and is one kernel exploit away
    from the host.

    ## What to do
    End the stage with `USER` and an unprivileged account.

    ## Exceptions
    - Stages that are not part of the final image, unless the option `pedantic` is set.
    - An ENTRYPOINT or CMD that drops root itself (gosu, su-exec, setpriv), an entrypoint script that does, and services
      that start as root and switch to another user.
    - A USER from an ARG, with which each build selects the user.
    - Images for development, tests and continuous integration, and programs that need root, as in SEC001.

    ## Options
    - `pedantic`: only a command that drops root itself is an exception.
    """
    final = build.final_stage
    chain = [final, *final.ancestors] if final else []
    for stage in chain:
        word = _last_root(build, stage)
        if word is not None and not _drops_privileges(build, chain):
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
    if _is_from_argument(build, stage, word.text):
        return None
    return word if (build.value(last, word) or "").partition(":")[0] in ("root", "0") else None


def _is_from_argument(build: Build, stage: Stage, text: str) -> bool:
    """Whether a variable in the text is an ARG of the stage, whose value is that of the build."""
    names = {name for name, _, _ in variable_references(text, build.dockerfile.escape)} if "$" in text else set[str]()
    declared = {pair.key.text for step in stage.instructions if isinstance(step, Arg) for pair in step.pairs}
    set_again = {pair.key.text for step in stage.instructions if isinstance(step, Env) for pair in step.pairs}
    return not names.isdisjoint(declared - set_again)


def _drops_privileges(build: Build, stages: list[Stage]) -> bool:
    """Whether what the image starts drops root or needs it, or nobody runs it."""
    if not pedantic(build) and (
        not is_shipped_image(build) or needs_root(build, stages) or switches_user(build, stages)
    ):
        return True
    starters = [i for stage in stages for i in stage.instructions if isinstance(i, (Entrypoint, Cmd))]
    commands = [command for starter in starters for command in build.commands(starter)]
    return any(c.name in _DROPPING or not _DROPPING.isdisjoint(c.wrappers) for c in commands)


EXAMPLES = (
    Bad("USER «root»"),
    Good("USER root\nRUN a\nUSER app"),
    Bad("USER app\nUSER «0:0»\nCMD a"),
    Bad('USER «"root"»'),
    Good("ARG U=root\nUSER $U", why="each build selects the user"),
    Bad("ENV U=root\nUSER «$U»"),
    Good(
        'USER root\nCOPY a.sh /\nENTRYPOINT ["/a.sh"]',
        files={"a.sh": "#!/bin/sh\nchown app /data\nexec gosu app a\n"},
        why="its script drops root",
    ),
    Bad(
        'USER «root»\nCOPY a.sh /\nENTRYPOINT ["/a.sh"]',
        files={"a.sh": "#!/bin/sh\nexec a\n"},
    ),
    Good("USER root\nCMD apache2ctl -D FOREGROUND", why="its workers run as another user"),
    Bad("FROM debian:12 AS base\nUSER «root»\nFROM base\nCMD a", why="inherited by the final stage"),
    Bad("FROM debian:12 AS b\nUSER «root»\nFROM debian:12\nUSER app", options={"pedantic": True}),
    Good("FROM debian:12 AS build\nUSER root\nRUN a\nFROM debian:12\nUSER app", why="not the final stage"),
    Good('USER root\nENTRYPOINT ["gosu", "app", "a"]', why="drops root"),
    Good("ARG U\nUSER $U", why="set by the build"),
    Good("ONBUILD USER root", why="runs in another image"),
)
