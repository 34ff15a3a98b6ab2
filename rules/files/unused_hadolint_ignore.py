"""IGN002."""

from __future__ import annotations

from ...fixers.edits.edit import UNSAFE
from ..base import INFO, Bad, Finding, Good, rule
from ..options import unused_ignores
from .unused_ignore import unused_ignore_finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule("IGN002", level=INFO, since="0.1", default=False, onbuild=False, fix=UNSAFE, prefilter=("hadolint",))
def unused_hadolint_ignore(build: Build) -> Iterator[Finding]:
    """A `# hadolint ignore=…` comment suppresses nothing that dlint reports.

    ## Why
    An unused comment may hide a new problem later. Off by default, because hadolint may still report something there.

    ## What to do
    Remove the comment, or the codes in it that are not needed.

    ## Fix safety
    Unsafe: hadolint may need the comment.

    ## Exceptions
    - ShellCheck codes and codes unknown to dlint.
    """
    for unused in unused_ignores(build):
        if not unused.dlint:
            yield unused_ignore_finding(unused, UNSAFE)


EXAMPLES = (
    Bad("FROM debian:12\n«# hadolint ignore=DL3004»\nRUN a", fixed="FROM debian:12\nRUN a"),
    Good("# hadolint ignore=DL3004\nRUN sudo a"),
    Bad(
        "FROM debian:12\n«# hadolint ignore=DL3003,DL3004 # why»\nRUN sudo a",
        fixed="FROM debian:12\n# hadolint ignore=DL3004 # why\nRUN sudo a",
    ),
    Bad("«# hadolint global ignore=DL3004»\nFROM debian:12\nRUN a"),
    Bad("«# hadolint stage ignore=DL3004»\nFROM debian:12 AS a\nRUN a\nFROM debian:12\nRUN sudo a"),
    Good("# hadolint stage ignore=DL3004\nFROM debian:12\nRUN a\nRUN sudo a"),
    Good("# hadolint ignore=SC2086,DL9999\nRUN a", why="not checked"),
)
