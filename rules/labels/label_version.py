"""DL3056."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from .label_schema import mistyped_labels

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule("DL3056", level=WARNING, since="0.1", onbuild=False, prefilter=("label",))
def label_version(build: Build) -> Iterator[Finding]:
    """A label that should be a semantic version is not a valid semantic version.

    ## Why
    Tools cannot compare the version.

    ## Options
    - `label-schema`: the type of each label; empty by default. Only labels of type `semver` are checked.

    ## References
    - <https://semver.org>
    """
    yield from mistyped_labels(build, "semver", is_semver, "semantic version (example: 1.2.3-rc.1)")


def is_semver(text: str) -> bool:
    """Whether the text is a version according to semver.org: three numbers, no `v`, optional pre-release and build."""
    text, plus, build = text.partition("+")
    core, dash, pre = text.partition("-")
    numbers = core.split(".")
    if len(numbers) != 3 or not all(_is_number(number) for number in numbers):
        return False
    if plus and not all(_is_identifier(part) for part in build.split(".")):
        return False
    return not dash or all(_is_identifier(p) and (not p.isdigit() or _is_number(p)) for p in pre.split("."))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and (text == "0" or text[0] != "0")


def _is_identifier(text: str) -> bool:
    return bool(text) and text.isascii() and text.replace("-", "a").isalnum()


_OPTIONS = {"label-schema": {"x": "semver"}}

EXAMPLES = (
    Bad("LABEL x=«v1.2.3»", options=_OPTIONS),
    Good("LABEL x=1.2.3", options=_OPTIONS),
    Bad("LABEL x=«1.2»", options=_OPTIONS),
    Bad("LABEL x=«01.2.3»", options=_OPTIONS),
    Good("LABEL x=1.2.3-rc.1+build.5", options=_OPTIONS),
    Good("LABEL x=", options=_OPTIONS, why="empty values are reported by DL3051"),
    Good("ARG V\nLABEL x=$V", options=_OPTIONS, why="the value is set at build time"),
    Good("LABEL x=1", why="the option is not set"),
)
