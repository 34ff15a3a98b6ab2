"""DL3066."""

from __future__ import annotations

from ..base import INFO, Bad, Finding, Good, rule
from ..options import pedantic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import User


@rule("DL3066", level=INFO, since="0.1", default=False, onbuild=False, formerly=("numeric-user",))
def non_numeric_user(user: User, build: Build) -> Iterator[Finding]:
    """USER is a name and not a number.

    ## Why
    Who runs the container cannot tell a name from root: Kubernetes refuses an image with a named user under
    `runAsNonRoot: true`.

    ## What to do
    Make the account with a fixed id and write `USER 10001`. Off by default: only some clusters ask for it.

    ## What is left alone
    A variable that the build or the base image sets (the option `pedantic` tells it, as hadolint does).
    """
    word = user.value
    value = build.value(user, word) if word is not None else None
    if word is not None and value is None and pedantic(build):
        value = word.text
    if word is None or value is None:
        return
    name = value.partition(":")[0]
    if name and not (name.isascii() and name.isdigit()):
        yield Finding(f"`{word.text}` is a name; a host knows ids only, so write a number", word)


EXAMPLES = (
    Bad("USER «app»"),
    Bad("USER «app:1000»"),
    Bad("USER «root»"),
    Bad("ARG U=app\nUSER «$U»", why="the default of the argument"),
    Good("USER 1000"),
    Good("USER 1000:app"),
    Good('USER "1000"'),
    Good("ARG U=1000\nUSER ${U:-1000}"),
    Good("ARG U\nUSER $U", why="the build gives the value"),
    Bad("ARG U\nUSER «$U»", options={"pedantic": True}),
)
