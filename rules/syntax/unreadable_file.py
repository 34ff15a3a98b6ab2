"""SYN001."""

from __future__ import annotations

from ..base import ERROR, Example, Finding, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..base import Engine


@rule("SYN001", level=ERROR, since="0.1", onbuild=False)
def unreadable_file(_: Engine) -> Iterator[Finding]:
    """The file cannot be read as a Dockerfile, or linting it takes too long.

    ## Why
    It does not exist, permission is denied, it is not UTF-8 text, or it takes longer than the key `timeout` allows. The
    exit status is 2, because the file was not checked.

    ## What to do
    Check the path and the permissions. Save a UTF-16 file as UTF-8; exclude a binary file with `--exclude`.
    """
    return iter(())


EXAMPLES: tuple[Example, ...] = ()
