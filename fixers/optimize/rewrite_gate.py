"""The gate of rewrites: the final stage must run as before, and no comment may be lost."""

from __future__ import annotations

from ...model.build import Build
from ...model.build_errors import evaluation_errors
from ...syntax.parser import parse
from ...syntax.source import Source
from ...syntax.tree import Arg, Cmd, Entrypoint, Env, Expose, Healthcheck, Label, Shell, Stopsignal, Volume
from .base.rewrite import RewriteRejected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ...syntax.tree import Instruction

_LAST = (Cmd, Entrypoint, Healthcheck, Shell, Stopsignal)
_ALL = (Expose, Volume)


def _read(text: str, before: Build) -> Build:
    """The model of a text. Raises RewriteRejected when BuildKit would refuse it, unless it refuses `before` too."""
    dockerfile = parse(Source(text, before.dockerfile.source.name))
    if dockerfile.errors:
        error = dockerfile.errors[0]
        raise RewriteRejected(
            f"the rewritten file would not parse ({error.message}); this is a bug in dlint, please report it"
        )
    build = Build(dockerfile)
    known = {message for message, _ in evaluation_errors(before)}
    for message, _ in evaluation_errors(build):
        if message not in known:
            raise RewriteRejected(
                f"the rewritten file would not build ({message}); this is a bug in dlint, please report it"
            )
    return build


def require_same_runtime(before: Build, text: str, added: Collection[str] = (), changed: Collection[str] = ()) -> None:
    """Raise RewriteRejected when the final stage of `text` runs differently from that of `before`.

    `added` are directories that may be added to PATH, `changed` the fields that the user asked to change.
    """
    after = _read(text, before)
    old, new = runtime_config(before), runtime_config(after)
    for key in {**old, **new}:
        if key == "ENV PATH" and any(folder in (new.get(key) or "") for folder in added):
            continue
        if key in changed:
            continue
        if key == "USER" and old[key] is None:
            continue  # set by the base image; official images that set a user are in the catalog
        if old.get(key) != new.get(key):
            raise RewriteRejected(
                f"{key} of the final stage would change from {_shown(old, key)} to {_shown(new, key)}"
            )
    lost = [comment.text for comment in before.dockerfile.comments]
    kept = [comment.text for comment in after.dockerfile.comments]
    for comment in lost:
        if comment not in kept:
            raise RewriteRejected(
                f"the comment `# {comment[:40]}` would be lost; move it to the line before an instruction"
            )


def _shown(config: Mapping[str, str | None], key: str) -> str:
    value = config.get(key)
    return "unset" if value is None else f"`{value}`"


def runtime_config(build: Build) -> dict[str, str | None]:
    """The runtime configuration of the final stage: variables, user, directory, ports, labels and commands."""
    stage = build.final_stage
    if stage is None:
        raise RewriteRejected("the file has no FROM; add one")
    state = stage.state(len(stage.instructions))
    found: dict[str, str | None] = {"USER": state.user, "WORKDIR": state.workdir}
    arguments: set[str] = set()
    for instruction in [one for each in (*reversed(stage.ancestors), stage) for one in each.instructions]:
        if isinstance(instruction, Arg):
            arguments |= {pair.key.text for pair in instruction.pairs}
        elif isinstance(instruction, Env):
            for pair in instruction.pairs:
                found[f"ENV {pair.key.text}"] = state.vars.get(pair.key.text)
        elif isinstance(instruction, Label):
            for pair in instruction.pairs:
                found[f"LABEL {pair.key.text}"] = _value(build, instruction, pair.value.text if pair.value else "")
        elif isinstance(instruction, _LAST):
            found[instruction.name] = _words(build, instruction)
        elif isinstance(instruction, _ALL):
            found[f"{instruction.name} {_words(build, instruction)}"] = "yes"
        elif instruction.name == "MAINTAINER":
            found["MAINTAINER"] = _words(build, instruction)
    return found


def _value(build: Build, instruction: Instruction, text: str) -> str:
    return build.state(instruction).text(text)


def _words(build: Build, instruction: Instruction) -> str:
    """The flags and arguments of an instruction; variables are expanded, except in commands."""
    words = [argument.text for argument in instruction.arguments]
    flags = [flag.text for flag in instruction.flags]
    if not isinstance(instruction, Cmd | Entrypoint | Healthcheck):
        words = [_value(build, instruction, word) for word in words]
    return " ".join([*flags, "[]" if instruction.json else "", *words]).strip()
