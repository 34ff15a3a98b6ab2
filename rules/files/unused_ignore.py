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
    """A `# dlint: ignore[…]` comment suppresses nothing.

    ## Why
    An unused comment may hide a new problem later, and makes readers believe that there is one. Rules that are not
    selected are also run for this check.

    ## What to do
    Remove the comment, or the names in it that are not needed.

    ## Fix safety
    Safe: comments do not affect the build. A comment at the top of the file is kept if the next one would become a
    parser directive without it.

    ## Exceptions
    - ShellCheck codes, and comments without names.
    """
    for unused in unused_ignores(build):
        if unused.dlint:
            yield unused_ignore_finding(unused, SAFE)


def unused_ignore_finding(unused: UnusedIgnore, safety: str) -> Finding:
    """The finding for an unused ignore comment, whose fix has the given safety."""
    names = ", ".join(f"`{name}`" for name in unused.names)
    fix = None
    if unused.edit is not None:
        title = f"Remove {names}" if unused.edit[2] else "Remove the comment"
        fix = Fix(title, safety, [Edit(*unused.edit)], removes_comment=True)
    verb = "is" if len(unused.names) == 1 else "are"
    return Finding(f"unused ignore: {names} {verb} not reported here; remove it", unused.comment, fix=fix)


EXAMPLES = (
    Bad("FROM debian:12\n«# dlint: ignore[DL3004] why»\nRUN a", fixed="FROM debian:12\nRUN a"),
    Good("# dlint: ignore[DL3004] the image has no other way\nRUN sudo a"),
    Bad(
        "«# dlint: ignore[DL3006, DL3007] why»\nFROM debian",
        fixed="# dlint: ignore[DL3006] why\nFROM debian",
        message="`DL3007` is not reported here",
    ),
    Bad(
        "FROM debian:12\n«# dlint: ignore[DL3003, DL3004]»\nRUN sudo a",
        fixed="FROM debian:12\n# dlint: ignore[DL3004]\nRUN sudo a",
    ),
    Bad("«# dlint: ignore-file[DL3004]»\nFROM debian:12\nRUN a", fixed="FROM debian:12\nRUN a"),
    Bad("FROM debian:12\nRUN a \\\n  «# dlint: ignore[cd-in-run]»\n  b", fixed="FROM debian:12\nRUN a \\\n  b"),
    Bad("FROM debian:12\n«# dlint: ignore[DL3004]»", why="no instruction follows", fixed="FROM debian:12"),
    Good("# dlint: ignore\nRUN a", why="without names"),
    Good("# dlint: ignore[SC2086]\nRUN a $b", why="a ShellCheck code"),
    Good("# hadolint ignore=DL3004\nRUN a", why="reported by unused-hadolint-ignore"),
)
