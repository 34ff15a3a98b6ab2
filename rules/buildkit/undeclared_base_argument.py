"""BK009."""

from __future__ import annotations

from ...syntax.expand import variable_references
from ..base import WARNING, Bad, Finding, Good, rule
from .base_names import always_invalid, variables_in_from

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import From


@rule("BK009", level=WARNING, since="0.1", aliases=("buildkit:UndefinedArgInFrom",))
def undeclared_base_argument(instruction: From, build: Build) -> Iterator[Finding]:
    """FROM uses a variable that no ARG before the first FROM declares.

    ## Why
    The variable is always empty, even with `--build-arg`, so another image is used than intended. FROM does not see ARG
    and ENV of other stages.

    ## What to do
    Declare it with `ARG name=default` before the first FROM.

    ## Exceptions
    - A base image name that is invalid without the variable: the build fails, and `build-error` reports it.
    """
    escape = build.dockerfile.escape
    flag = instruction.flag("platform")
    known = variables_in_from(build)
    if flag is not None and flag.value and "$" in flag.value:
        for name in sorted({name for name, _, _ in variable_references(flag.value, escape)} - known):
            yield Finding(_message(build, name, known), flag)
    base = instruction.base
    if base is None or "$" not in base.text or always_invalid(build, base.text):
        return
    place = instruction.mapped(base)
    seen: set[str] = set()
    for name, start, end in variable_references(base.text, escape):
        if name not in seen and name not in known:
            seen.add(name)
            yield Finding(_message(build, name, known), place.span(start, end))


def _message(build: Build, name: str, known: set[str]) -> str:
    near = build.similar_name(name, lambda: sorted(known))
    hint = f"did you mean `{near}`?" if near else f"add `ARG {name}` before the first FROM"
    return f"`{name}` is empty here: no ARG before the first FROM declares it; {hint}"


EXAMPLES = (
    Bad("FROM busybox:1«$MUSL»", message="add `ARG MUSL` before"),
    Good("ARG tag\nFROM busybox:1$tag", why="set by the build"),
    Bad("ARG tag=1\nFROM busybox:${tag}«${version}»"),
    Bad("ARG VERSION=3\nFROM alpine:3«${VERSIONS:-.20}»", message="did you mean `VERSION`?"),
    Bad("FROM alpine:3.20 AS a\nARG V=1\nFROM busybox:1«$V»", why="FROM does not see the ARG of a stage"),
    Bad("FROM «--platform=linux/amd64$X» alpine:3.20"),
    Good("FROM --platform=$BUILDPLATFORM alpine:3.20", why="predefined by BuildKit"),
    Good("FROM busybox:$tag", why="reported by build-error"),
)
