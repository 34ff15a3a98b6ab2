"""SEC017."""

from __future__ import annotations

from ...model.layers import is_remote_source
from ..base import INFO, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Add


@rule("SEC017", level=INFO, since="0.1", default=False, aliases=("cis:4.11",))
def remote_add(instruction: Add, build: Build) -> Iterator[Finding]:
    """ADD downloads a file without verifying its checksum.

    ## Why
    The server decides at every build what ends up in the image. Off by default.

    ## What to do
    Use `ADD --checksum=sha256:… URL /path`. Pin a git repository to a commit: `ADD https://example.com/a.git#<commit>`.
    """
    if instruction.flag("checksum"):
        return
    for source in instruction.sources:
        value = build.value(instruction, source) or source.text
        if is_remote_source(value) and not _is_commit(value.partition("#")[2]):
            yield Finding(
                f"`{source.text}` is downloaded without verification; add `--checksum`, or pin a commit for git", source
            )


def _is_commit(reference: str) -> bool:
    commit = reference.partition(":")[0]
    return len(commit) == 40 and all(char in "0123456789abcdef" for char in commit)


EXAMPLES = (
    Bad("ADD «https://example.com/a.tgz» /a.tgz"),
    Good("ADD --checksum=sha256:" + "a" * 64 + " https://example.com/a.tgz /a.tgz"),
    Bad("ADD «https://example.com/a.git#main» /a"),
    Good("ADD https://example.com/a.git#" + "a" * 40 + " /a"),
    Good("ADD a.tgz /a"),
)
