"""DL3026."""

from __future__ import annotations

from ...model.images.catalog import is_official
from ...model.images.reference import InvalidReferenceError, parse_reference
from ...syntax.instruction_checks import parse_mount_fields
from ...syntax.tree import Copy, Run
from ..base import ERROR, Bad, Finding, Good, rule
from ..options import trusted_registries

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage
    from ...syntax.tree import Argument, Instruction


@rule("DL3026", level=ERROR, since="0.1", aliases=("cis:4.2",), onbuild=False)
def untrusted_registry(stage: Stage, build: Build) -> Iterator[Finding]:
    """An image comes from a registry that is not in `trusted-registries`.

    ## Why
    A malicious image has access to everything in the build: sources, secrets and the network. The rule also checks
    `COPY --from` and `RUN --mount=from=`.

    ## What to do
    Use an image from a registry in the list.

    ## Exceptions
    - Stages, `scratch`, and images whose registry is only known at build time.

    ## Options
    - `trusted-registries`: the rule reports nothing until it is set. An entry is a host (`docker.io` is Docker Hub),
      `*.example.com`, a host with a path (`quay.io/team`), or `*`.
    """
    trusted = trusted_registries(build)
    if not trusted:
        return
    base = stage.from_.base
    if base is not None and stage.parent is None and stage.image != "scratch":
        place = _place(stage.image or ("" if base.text.lower() in build.named_contexts else base.text))
        if place and not _is_trusted(place, trusted):
            yield _finding(base.text, base, place)
    for instruction in stage.all_instructions():
        for name, where in _image_names(instruction):
            known = name.lower() in build.named_contexts or build.source_stage(
                name, numbers=isinstance(instruction, Copy)
            )
            place = _place(name) if not known and _is_image(name) else ""
            if place and not _is_trusted(place, trusted):
                yield _finding(name, where, place)


def _finding(name: str, where: Argument, place: str) -> Finding:
    return Finding(
        f"`{name}` comes from {place.partition('/')[0]}, which is not a trusted registry; use another image", where
    )


def _image_names(instruction: Instruction) -> Iterator[tuple[str, Argument]]:
    """The names in `COPY --from` and `RUN --mount=from=`, with the option."""
    for flag in instruction.flags:
        if isinstance(instruction, Copy) and flag.name == "from" and flag.value:
            yield flag.value, flag
        elif isinstance(instruction, Run) and flag.name == "mount" and flag.value:
            yield from ((value, flag) for key, value in parse_mount_fields(flag.value) or () if key == "from" and value)


def _is_image(name: str) -> bool:
    """Whether a name that is not a stage must be an image; a plain name may be a named build context."""
    if name.isdecimal():
        return False
    if any(char in name for char in "/:@"):
        return True
    try:
        return is_official(parse_reference(name).name)
    except InvalidReferenceError:
        return False


def _place(text: str) -> str:
    """`registry/repository`; empty if a variable in the text makes the registry unknown."""
    try:
        reference = parse_reference(text)
    except InvalidReferenceError:
        host, slash, rest = text.partition("/")
        known = slash and "$" not in host and ("." in host or ":" in host or host == "localhost")
        return f"{host}/{rest}" if known else ""
    return f"{reference.registry}/{reference.repository}"


def _is_trusted(place: str, trusted: Sequence[str]) -> bool:
    host = place.partition("/")[0]
    for entry in trusted:
        plain = entry.rstrip("/")
        if plain == "*" or plain == host or (plain[:2] == "*." and host.endswith(plain[1:])):
            return True
        if "/" in plain and (place == plain or place.startswith(plain + "/")):
            return True
    return False


_HUB = {"trusted-registries": ("docker.io",)}
_OWN = {"trusted-registries": ("*.example.com", "quay.io/team")}

EXAMPLES = (
    Bad("FROM «quay.io/a/b:1»", options=_HUB, message="quay.io, which is not a trusted registry"),
    Good("FROM debian:12", options=_HUB),
    Bad("FROM debian:12\nCOPY «--from=gcr.io/a/b:1» /a /a", options=_HUB),
    Bad("FROM debian:12\nRUN «--mount=type=bind,from=gcr.io/a,target=/b» make", options=_HUB),
    Bad("FROM «quay.io/$NAME»", options=_HUB, why="the registry is literal"),
    Bad("ARG HOST=quay.io\nFROM «$HOST/a»", options=_HUB),
    Bad("FROM «debian:12»", options=_OWN),
    Bad("FROM «quay.io/other/a»", options=_OWN),
    Good("FROM index.docker.io/team/a:1", options=_HUB, why="another name of Docker Hub"),
    Good("FROM a.example.com/b:1 AS c\nFROM c\nCOPY --from=c /a /a\nCOPY --from=0 /a /a", options=_OWN, why="stages"),
    Good("FROM quay.io/team/a:1", options=_OWN),
    Good("ARG HOST\nFROM $HOST/a", options=_HUB, why="set by the build"),
    Good("FROM scratch", options=_OWN),
    Good("FROM quay.io/a/b:1", why="the option is not set"),
)
