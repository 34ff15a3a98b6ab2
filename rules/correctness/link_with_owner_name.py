"""COR033."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Add, Copy


@rule("COR033", level=WARNING, since="0.1", prefilter=("--link",))
def link_with_owner_name(copy: Copy | Add, build: Build) -> Iterator[Finding]:
    """`COPY --link` gives the files to a user or group by name.

    ## Why
    With `--link`, files are copied to an empty directory, where there is no `/etc/passwd` to look a name up. Builders
    that support it fail with "invalid user index"; others ignore `--link`.

    ## What to do
    Use numeric IDs, such as `--chown=1000:1000`, or omit `--link`.

    ## References
    - <https://github.com/moby/buildkit/issues/2987>
    """
    link, owner = copy.flag("link"), copy.flag("chown")
    if link is None or owner is None or link.value == "false" or not owner.value:
        return
    value = build.state(copy).value(owner.value)
    names = [part for part in (value or "").split(":") if part and not part.isdigit() and part != "root"]
    if names:
        yield Finding(
            f"`--link` cannot look up `{names[0]}`, as it copies into an empty directory; use numeric IDs or omit "
            "`--link`",
            owner,
        )


EXAMPLES = (
    Bad("COPY --link «--chown=node:node» a /a", message="cannot look up `node`"),
    Good("COPY --link --chown=1000:1000 a /a"),
    Good("COPY --chown=node:node a /a"),
    Bad("ADD --link «--chown=1000:app» a /a", message="cannot look up `app`"),
    Bad("ARG APP_USER=app\nCOPY --link «--chown=$APP_USER» a /a"),
    Good("COPY --link --chown=root:root a /a", why="root is known"),
    Good("COPY --link=false --chown=node a /a"),
    Good("ARG APP_USER\nCOPY --link --chown=$APP_USER a /a", why="set by the build"),
    Good("COPY --link --chmod=755 a /a"),
)
