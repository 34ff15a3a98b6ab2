"""COR006."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, Fix
from ...fixers.edits.word_edits import remove_word
from ..base import HANDWRITTEN, INFO, Bad, Finding, Good, rule
from ..options import if_minor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("COR006", level=INFO, since="0.1", fix=SAFE, scope=HANDWRITTEN)
def repeated_package(run: Run, build: Build) -> Iterator[Finding]:
    """An install command lists the same package twice.

    ## Why
    The duplicate has no effect, and is easily missed when the package is removed or pinned.

    ## Fix safety
    Safe: the package is still installed.

    ## Exceptions
    - Confidence is low if comments divide the list into groups, each of which names all that it needs.
    """
    for call in build.package_calls(run):
        if call.verb != "install":
            continue
        seen: dict[str, int] = {}
        for package in call.packages:
            if package.kind == "name" and package.word.text in seen:
                # In `zypper install a = 1` the version is a separate argument.
                whole = package.version in package.word.text
                edits = remove_word(build, run, call.command, package.word) if whole else None
                fix = Fix("Remove the duplicate", SAFE, edits, declare_edits=True) if edits else None
                between = (seen[package.word.text], package.word.start)
                yield Finding(
                    f"`{package.word.text}` is listed twice in this install; remove the duplicate",
                    package.word,
                    fix=fix,
                    confidence=if_minor(build) if _is_in_another_group(build, *between) else "",
                )
            seen[package.word.text] = package.word.end


def _is_in_another_group(build: Build, first: int, second: int) -> bool:
    """Whether a comment between two offsets begins another group of packages, which is complete in itself."""
    return any(first < comment.start < second for comment in build.dockerfile.comments)


EXAMPLES = (
    Bad("RUN apt-get install -y curl git «curl»", fixed="RUN apt-get install -y curl git"),
    Good("RUN apt-get install -y curl git"),
    Bad(
        "RUN apt-get install -y \\\n    curl \\\n    # again\n    git \\\n    «curl» \\\n    vim",
        fixed="RUN apt-get install -y \\\n    curl \\\n    # again\n    git \\\n    vim",
    ),
    Bad("FROM alpine:3.20\nRUN apk add --no-cache a b «a»"),
    Bad(
        "FROM opensuse/leap:15\nRUN zypper -n install a = 1 «a» = 1",
        fixed="FROM opensuse/leap:15\nRUN zypper -n install a = 1 a = 1",
    ),
    Good("RUN apt-get install -y curl && apt-get install -y curl", why="separate installs"),
    Good("RUN apt-get install -y $A $A", why="the values are unknown"),
)
