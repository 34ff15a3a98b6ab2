"""COR054."""

from __future__ import annotations

from ...fixers.edits.edit import UNSAFE, Fix
from ...fixers.edits.word_edits import replace_word
from ...syntax.tree import Run
from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule("COR054", level=WARNING, since="0.1", fix=UNSAFE, prefilter=("adduser",))
def adduser_gecos(run: Run, build: Build) -> Iterator[Finding]:
    """`adduser -g` of busybox sets a comment, not the group of the account.

    ## Why
    In Alpine, `-g` is the GECOS field. The account gets another group: files of the group that was meant are then not
    accessible.

    ## What to do
    Use `-G group`.

    ## Fix safety
    Unsafe: the account gets another group.

    ## Exceptions
    - A name that is not a group that the file creates.
    - Images that are not based on Alpine or busybox, or that install the package `shadow`.
    """
    stage = build.stage_of(run)
    facts = stage.base_facts if stage is not None else None
    if stage is None or facts is None or facts.family not in ("alpine", "busybox"):
        return
    groups = build.cached(("groups that a stage creates", stage.index), lambda: _groups(build, run))
    for command in build.commands(run):
        if command.name != "adduser" or command.has("-G", "--ingroup"):
            continue
        for flag, value in zip(command.args, command.args[1:], strict=False):
            if flag.value.startswith("-") and not flag.value.startswith("--") and flag.value.endswith("g"):
                if value.value not in groups or value.dynamic:
                    continue
                better = flag.value[:-1] + "G"
                edits = replace_word(build, flag, better)
                yield Finding(
                    f"`{flag.text} {value.text}` sets a comment, not the group, in busybox; use `{better}`",
                    flag,
                    fix=Fix(f"Use `{better}`", UNSAFE, edits, declare_edits=True) if edits and not run.json else None,
                )


def _groups(build: Build, run: Run) -> set[str]:
    """The groups that the stage of a RUN and its ancestors create with addgroup."""
    stage = build.stage_of(run)
    found: set[str] = set()
    for each in (stage, *stage.ancestors) if stage is not None else ():
        for step in each.all_instructions():
            if isinstance(step, Run):
                for command in build.commands(step):
                    if command.name == "addgroup":
                        found.update(word.value for word in command.operands(("-g", "--gid")))
                    elif command.name in ("apk", "groupadd") and "shadow" in command.text:
                        return set()
    return found


EXAMPLES = (
    Bad(
        "FROM alpine:3.22\nRUN addgroup -S app && adduser -S «-g» app app",
        message="`-g app` sets a comment, not the group, in busybox; use `-G`",
        fixed="FROM alpine:3.22\nRUN addgroup -S app && adduser -S -G app app",
    ),
    Good("FROM alpine:3.22\nRUN addgroup -S app && adduser -S -G app app"),
    Bad("FROM alpine:3.22\nRUN addgroup -g 1000 app\nRUN adduser -D -u 1000 «-g» app app"),
    Bad("FROM alpine:3.22\nRUN addgroup -S app && adduser «-Sg» app app"),
    Good("FROM alpine:3.22\nRUN adduser -D -g 'The app' app", why="a comment"),
    Good("FROM alpine:3.22\nRUN addgroup app && adduser -D -g app -G app app", why="both"),
    Good("FROM debian:12\nRUN addgroup app && adduser --system -g app app", why="another program"),
    Good("FROM alpine:3.22\nRUN apk add shadow && addgroup app && adduser -g app app"),
)
