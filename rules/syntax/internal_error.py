"""SYN002."""

from __future__ import annotations

from ..base import ERROR, Example, Finding, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..base import Engine


@rule("SYN002", level=ERROR, since="0.1", onbuild=False)
def internal_error(_: Engine) -> Iterator[Finding]:
    """A check crashed on this file because of a bug in dlint.

    ## Why
    The findings of this check are missing, and the exit status is 2. All other checks ran, on
    this and every other file.

    ## What to do
    Report the bug, if possible with the Dockerfile. Until it is fixed, skip the check that failed: the message names
    its rule for `--ignore`.
    """
    return iter(())


EXAMPLES: tuple[Example, ...] = ()
