"""DL3066."""

from __future__ import annotations

from ..base import INFO, SHIPPED, Bad, Finding, Good, rule
from ..options import pedantic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import User


@rule("DL3066", level=INFO, since="0.1", default=False, onbuild=False, formerly=("numeric-user",), scope=SHIPPED)
def non_numeric_user(user: User, build: Build) -> Iterator[Finding]:
    """USER is a name instead of a numeric ID.

    ## Why
    Kubernetes cannot determine whether a name is root, so it rejects the image under `runAsNonRoot: true`. Off by
    default because only some clusters require it.

    ## What to do
    Create the account with a fixed ID and use `USER 10001`.

    ## Exceptions
    - `root`: a cluster that requires another user rejects its number 0 as well.
    - A variable set by the build or the base image, unless the option `pedantic` is set.
    """
    word = user.value
    value = build.value(user, word) if word is not None else None
    if word is not None and value is None and pedantic(build):
        value = word.text
    if word is None or value is None:
        return
    name = value.partition(":")[0]
    if name and name != "root" and not (name.isascii() and name.isdigit()):
        yield Finding(f"`{word.text}` is not a numeric user ID; use a number such as `10001`", word)


EXAMPLES = (
    Bad("USER «app»"),
    Good("USER 1000"),
    Bad("USER «app:1000»"),
    Good("USER root", why="its number is rejected as well"),
    Good("USER root:root"),
    Bad("ARG U=app\nUSER «$U»", why="the default of the ARG"),
    Good("USER 1000:app"),
    Good('USER "1000"'),
    Good("ARG U=1000\nUSER ${U:-1000}"),
    Good("ARG U\nUSER $U", why="set by the build"),
    Bad("ARG U\nUSER «$U»", options={"pedantic": True}),
)
