"""COR055."""

from __future__ import annotations

from ...fixers.edits.edit import UNSAFE, Fix
from ...fixers.edits.word_edits import replace_word
from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run

_FLAGS = frozenset("enrEszu")


@rule("COR055", level=WARNING, since="0.1", fix=UNSAFE, prefilter=("sed",))
def sed_suffix(run: Run, build: Build) -> Iterator[Finding]:
    """`sed -ie` keeps a copy of each file whose name ends with `e`: what follows `-i` is a suffix, not an option.

    ## Why
    `sed -ie s/a/b/ file` leaves `filee` in the image, which may be served or loaded like the original; with `-iE` or
    `-ir` the expression is also not an extended one.

    ## What to do
    Use `sed -i -e …`, or `sed -i …`.

    ## Fix safety
    Unsafe: the copy is not created any more.
    """
    for command in build.commands(run):
        if command.name not in ("sed", "gsed"):
            continue
        for word in command.flags():
            flags = word.value
            if flags.startswith("--") or "i" not in flags:
                continue
            before, _, suffix = flags[1:].partition("i")
            if suffix and set(suffix) <= _FLAGS and set(before) <= _FLAGS:
                better = f"-{before}i -{suffix}"
                edits = replace_word(build, word, better)
                yield Finding(
                    f"`{flags}` makes a backup with the suffix `{suffix}`; use `{better}`",
                    word,
                    fix=Fix(f"Use `{better}`", UNSAFE, edits, declare_edits=True) if edits and not run.json else None,
                )


EXAMPLES = (
    Bad(
        "RUN sed «-ie» 's/a/b/' /etc/a",
        message="makes a backup with the suffix `e`; use `-i -e`",
        fixed="RUN sed -i -e 's/a/b/' /etc/a",
    ),
    Good("RUN sed -i -e 's/a/b/' /etc/a"),
    Bad("RUN sed «-iE» 's/(a)/b/' /etc/a", fixed="RUN sed -i -E 's/(a)/b/' /etc/a"),
    Bad("RUN find / -name a -exec sed «-ie» s/a/b/ {} \\;"),
    Good("RUN sed -i.bak 's/a/b/' /etc/a", why="a real suffix"),
    Good("RUN sed -ei s/a/b/ /etc/a", why="not an option `-i`"),
    Good("RUN sed -Ei 's/(a)/b/' /etc/a && sed -ri s/a/b/ /etc/a"),
    Good("RUN sed --in-place=e s/a/b/ /etc/a", why="on purpose"),
)
