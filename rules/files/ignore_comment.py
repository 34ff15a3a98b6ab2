"""DL1001."""

from __future__ import annotations

from ..base import INFO, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule(
    "DL1001",
    level=INFO,
    since="0.1",
    default=False,
    onbuild=False,
    prefilter=("hadolint", "dlint"),
)
def ignore_comment(build: Build) -> Iterator[Finding]:
    """A comment suppresses findings for an instruction.

    ## Why
    Some teams want exceptions in the configuration only, where they are reviewed. Off by default.

    ## What to do
    Fix the finding, or ignore the rule in the configuration.
    """
    for comment in build.dockerfile.comments:
        words = comment.text.replace(":", " ").replace("=", " ").split()
        if words[:2] in (["hadolint", "ignore"], ["dlint", "ignore"]) or _is_dlint_ignore(words):
            yield Finding(f"`# {comment.text}` suppresses findings; ignore rules in the configuration instead", comment)


def _is_dlint_ignore(words: list[str]) -> bool:
    return words[:1] == ["dlint"] and len(words) > 1 and words[1].startswith("ignore[")


EXAMPLES = (
    Bad("«# hadolint ignore=DL3008»\nRUN a"),
    Good("# hadolint global ignore=DL3008\nRUN a", why="applies to the whole file"),
    Bad("«# dlint: ignore[DL3008] why»\nRUN a"),
    Bad("RUN a \\\n«# hadolint ignore=DL3008»\n  b"),
    Good("# we ignore=this\nRUN a"),
)
