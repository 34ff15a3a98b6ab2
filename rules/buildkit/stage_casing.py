"""BK001."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, Edit, Fix
from ...syntax.instruction_checks import parse_mount_fields
from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import From


@rule("BK001", level=WARNING, since="0.1", aliases=("buildkit:StageNameCasing",), fix=SAFE)
def stage_casing(instruction: From, build: Build) -> Iterator[Finding]:
    """The name of a stage has capital letters.

    ## Why
    BuildKit keeps names of stages in lower case. `--from=Build` and `--target Build` find the stage, but `FROM Build`
    does not: it asks for an image, and images have no capitals either, so the build fails.

    ## What to do
    Write the name in lower case, here and wherever it is used.

    ## Fix safety
    Safe: BuildKit keeps the name in lower case anyway, and `--target` does not look at case. `COPY --from` and mounts
    that name the stage are changed along with it.
    """
    alias = instruction.alias
    if alias is not None and alias.text != alias.text.lower():
        lower = alias.text.lower()
        edits = [Edit(alias.start, alias.end, lower), *_references(build, alias.text)]
        fix = Fix(f"Write `{lower}`", SAFE, edits)
        yield Finding(f"the stage name `{alias.text}` should be `{lower}`", alias, fix=fix)


def _references(build: Build, name: str) -> Iterator[Edit]:
    """The edits that lower `name` where a flag mentions it."""
    for instruction in (i for stage in build.stages for i in stage.instructions):
        for flag in instruction.flags:
            value = flag.value or ""
            named = flag.name == "from" and value == name
            mounted = flag.name == "mount" and ("from", name) in (parse_mount_fields(value) or ())
            if named or mounted:
                text = f"from={name}"
                at = flag.text.find(text)
                start = instruction.logical.offset(flag.start_index + at + len("from="))
                if at >= 0 and instruction.logical.end_offset(flag.start_index + at + len(text)) - start == len(name):
                    yield Edit(start, start + len(name), name.lower())


EXAMPLES = (
    Bad("FROM debian:12 AS «Build»", message="should be `build`", fixed="FROM debian:12 AS build"),
    Bad("FROM debian:12 AS «BASE»\nFROM debian:12 AS other"),
    Bad(
        "FROM debian:12 AS «A»\nFROM debian:12\nCOPY --from=A b c\nRUN --mount=type=bind,from=A,target=/a b",
        fixed="FROM debian:12 AS a\nFROM debian:12\nCOPY --from=a b c\nRUN --mount=type=bind,from=a,target=/a b",
    ),
    Good("FROM debian:12 AS build-1"),
    Good("FROM debian:12"),
)
