"""BK001."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, Edit, Fix
from ...syntax.instruction_checks import parse_mount_fields
from ..base import HANDWRITTEN, WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import From


@rule("BK001", level=WARNING, since="0.1", aliases=("buildkit:StageNameCasing",), fix=SAFE, scope=HANDWRITTEN)
def stage_casing(instruction: From, build: Build) -> Iterator[Finding]:
    """A stage name contains uppercase letters.

    ## Why
    BuildKit stores stage names in lowercase. `--from=Build` and `--target Build` find the stage, but `FROM Build` is
    treated as an image name, which must be lowercase, so the build fails.

    ## Fix safety
    Safe: BuildKit lowercases the name anyway, and `--target` is case-insensitive. `COPY --from` and mounts that use the
    name are changed too.
    """
    alias = instruction.alias
    if alias is not None and alias.text != alias.text.lower():
        lower = alias.text.lower()
        edits = [Edit(alias.start, alias.end, lower), *_references(build, alias.text)]
        fix = Fix(f"Change to `{lower}`", SAFE, edits)
        yield Finding(f"stage name `{alias.text}` is not lowercase; use `{lower}`", alias, fix=fix)


def _references(build: Build, name: str) -> Iterator[Edit]:
    """The edits that lowercase `name` in `--from` and `--mount` options."""
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
    Bad("FROM debian:12 AS «Build»", message="use `build`", fixed="FROM debian:12 AS build"),
    Good("FROM debian:12 AS build-1"),
    Bad("FROM debian:12 AS «BASE»\nFROM debian:12 AS other"),
    Bad(
        "FROM debian:12 AS «A»\nFROM debian:12\nCOPY --from=A b c\nRUN --mount=type=bind,from=A,target=/a b",
        fixed="FROM debian:12 AS a\nFROM debian:12\nCOPY --from=a b c\nRUN --mount=type=bind,from=a,target=/a b",
    ),
    Good("FROM debian:12"),
)
