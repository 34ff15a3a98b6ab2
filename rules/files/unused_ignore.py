"""IGN001."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, Edit, Fix
from ..base import INFO, Bad, Finding, Good, UnusedIgnore, rule
from ..options import unused_ignores

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule("IGN001", level=INFO, since="0.1", onbuild=False, fix=SAFE, prefilter=("dlint",))
def unused_ignore(build: Build) -> Iterator[Finding]:
    """A `# dlint: ignore[…]` switches off what is not found there.

    ## Why
    A comment that hides nothing today hides a new fault tomorrow, and readers believe that there is one.

    ## What to do
    Take the comment out, or the names in it that find nothing.

    ## What is left alone
    Codes of ShellCheck, and comments without names. A rule that is not selected is asked all the same.

    ## Fix safety
    Safe: comments are nothing to a build. A comment in the head of the file is kept where the next one would become a
    directive.
    """
    for unused in unused_ignores(build):
        if unused.dlint:
            yield unused_ignore_finding(unused, SAFE)


def unused_ignore_finding(unused: UnusedIgnore, safety: str) -> Finding:
    """What a comment that switches off too much says."""
    names = ", ".join(f"`{name}`" for name in unused.names)
    fix = None
    if unused.edit is not None:
        title = "Take the comment out" if not unused.edit[2] else f"Take {names} out"
        fix = Fix(title, safety, [Edit(*unused.edit)], removes_comment=True)
    return Finding(f"{names} is not found here; there is nothing to ignore", unused.comment, fix=fix)


EXAMPLES = (
    Bad("FROM debian:12\n«# dlint: ignore[DL3004] why»\nRUN a", fixed="FROM debian:12\nRUN a"),
    Bad(
        "«# dlint: ignore[DL3006, DL3007] why»\nFROM debian",
        fixed="# dlint: ignore[DL3006] why\nFROM debian",
        message="`DL3007` is not found here",
    ),
    Bad(
        "FROM debian:12\n«# dlint: ignore[DL3003, DL3004]»\nRUN sudo a",
        fixed="FROM debian:12\n# dlint: ignore[DL3004]\nRUN sudo a",
    ),
    Bad("«# dlint: ignore-file[DL3004]»\nFROM debian:12\nRUN a", fixed="FROM debian:12\nRUN a"),
    Bad("FROM debian:12\nRUN a \\\n  «# dlint: ignore[cd-in-run]»\n  b", fixed="FROM debian:12\nRUN a \\\n  b"),
    Bad("FROM debian:12\n«# dlint: ignore[DL3004]»", why="no instruction follows", fixed="FROM debian:12"),
    Good("# dlint: ignore[DL3004] the image has no other way\nRUN sudo a"),
    Good("# dlint: ignore\nRUN a", why="without names"),
    Good("# dlint: ignore[SC2086]\nRUN a $b", why="ShellCheck's"),
    Good("# hadolint ignore=DL3004\nRUN a", why="it may be there for hadolint; see IGN002"),
)
