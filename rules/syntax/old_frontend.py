"""COR042."""

from __future__ import annotations

from ...model.images.reference import InvalidReferenceError, parse_reference
from ..base import ERROR, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Directive, Flag, Instruction

    Version = tuple[int, int]

_STABLE: dict[tuple[str, str], Version] = {
    ("RUN", "mount"): (1, 2),
    ("RUN", "network"): (1, 3),
    ("RUN", "security"): (1, 20),
    ("COPY", "chmod"): (1, 2),
    ("COPY", "link"): (1, 4),
    ("COPY", "exclude"): (1, 19),
    ("COPY", "parents"): (1, 20),
    ("ADD", "chmod"): (1, 2),
    ("ADD", "link"): (1, 4),
    ("ADD", "checksum"): (1, 6),
    ("ADD", "unpack"): (1, 17),
    ("ADD", "exclude"): (1, 19),
    ("HEALTHCHECK", "start-interval"): (1, 6),
}
"""The first stable version with each option. Source: docs.docker.com/reference/dockerfile, and for HEALTHCHECK
docs.docker.com/build/dockerfile/release-notes, as for heredocs."""
_LABS: dict[tuple[str, str], Version] = {
    ("RUN", "device"): (1, 14),
    ("COPY", "exclude"): (1, 7),
    ("COPY", "parents"): (1, 7),
    ("ADD", "exclude"): (1, 7),
}
"""The first `-labs` version with an option that is or was only there. The other options need the stable version."""
_IN_LABS_BEFORE = frozenset((("RUN", "security"), ("RUN", "network"), ("ADD", "checksum")))
_HEREDOC, _HEREDOC_LABS = (1, 4), (1, 3)


@rule("COR042", level=ERROR, since="0.1", preview=True, onbuild=False, prefilter=("docker/dockerfile",))
def old_frontend(build: Build) -> Iterator[Finding]:
    """An instruction uses a feature that is newer than the version in `# syntax`.

    ## Why
    The build uses exactly the version of the Dockerfile frontend that the directive names, even if the builder has a
    newer one. An older frontend rejects an option that it does not know, and heredocs.

    ## What to do
    Use `# syntax=docker/dockerfile:1`, which is the newest version, or at least the version in the message.

    ## Exceptions
    - Other frontends, and versions with another suffix than `-labs`.
    """
    directive = build.dockerfile.directive("syntax")
    pinned = _version(directive) if directive is not None else None
    if directive is None or pinned is None:
        return
    version, labs = pinned
    seen: set[str] = set()
    for instruction in (
        *build.global_instructions,
        *(i for s in build.stages for i in (s.from_, *s.all_instructions())),
    ):
        for where, shown, needed in _features(instruction, labs):
            if needed > version and shown not in seen:
                seen.add(shown)
                number = f"{needed[0]}.{needed[1]}"
                yield Finding(
                    f"{shown} needs version {number} of the Dockerfile syntax, but `{directive.value}` is pinned; use "
                    f"`docker/dockerfile:1{'-labs' if labs else ''}`",
                    where,
                )


def _version(directive: Directive) -> tuple[Version, bool] | None:
    """The version that the directive pins, and whether it is from the labs channel; None if it is not known."""
    try:
        ref = parse_reference(directive.value.split(" ")[0])
    except InvalidReferenceError:
        return None
    if ref.registry != "docker.io" or ref.repository not in ("docker/dockerfile", "docker/dockerfile-upstream"):
        return None
    number, _, suffix = (ref.tag or "").partition("-")
    parts = number.split(".")
    if len(parts) < 2 or not all(part.isdecimal() for part in parts) or suffix not in ("", "labs"):
        return None
    return (int(parts[0]), int(parts[1])), suffix == "labs"


def _features(instruction: Instruction, labs: bool) -> Iterator[tuple[Flag | Instruction, str, Version]]:
    """Where the instruction uses a feature, its name for messages, and the first version with it."""
    for flag in instruction.flags:
        key = (instruction.name, flag.name)
        if labs and key in _IN_LABS_BEFORE:
            continue
        needed = _LABS.get(key, _STABLE.get(key)) if labs else _STABLE.get(key)
        if needed is not None:
            yield flag, f"`{instruction.name} --{flag.name}`", needed
    if instruction.heredocs:
        yield instruction, "a heredoc", _HEREDOC_LABS if labs else _HEREDOC


EXAMPLES = (
    Bad(
        "# syntax=docker/dockerfile:1.2\nFROM alpine:3.22\nCOPY «--link» a /a",
        message="`COPY --link` needs version 1.4 of the Dockerfile syntax",
    ),
    Good("# syntax=docker/dockerfile:1\nFROM alpine:3.22\nCOPY --link a /a"),
    Bad(
        "# syntax=docker/dockerfile:1.3\nFROM alpine:3.22\n«RUN <<EOF\necho\nEOF»",
        message="a heredoc needs version 1.4",
    ),
    Bad(
        "# syntax=docker.io/docker/dockerfile:1.7.0\nFROM alpine:3.22\nCOPY «--exclude=*.md» . /x\nCOPY --exclude=a b c"
    ),
    Bad("# syntax=docker/dockerfile:1.7-labs\nFROM alpine:3.22\nRUN «--device=x» true", message="needs version 1.14"),
    Bad("# syntax=docker/dockerfile:1.1\nFROM alpine:3.22\nONBUILD RUN «--mount=type=cache,target=/a» a"),
    Good("# syntax=docker/dockerfile:1.7-labs\nFROM alpine:3.22\nCOPY --parents --exclude=*.md a /y"),
    Good("# syntax=docker/dockerfile:1.10\nFROM alpine:3.22\nADD --checksum=sha256:0 https://example.com/a /"),
    Good("# syntax=docker/dockerfile:1.0-experimental\nFROM alpine:3.22\nRUN --mount=type=cache,target=/a a"),
    Good("# syntax=example.com/dockerfile:1.0\nFROM alpine:3.22\nCOPY --link a /a\n# docker/dockerfile", why="another"),
    Good("# syntax=docker/dockerfile:1.4@sha256:" + "0" * 64 + "\nFROM alpine:3.22\nCOPY --link a /a"),
    Good("FROM alpine:3.22\nCOPY --link a /a\n# docker/dockerfile"),
)
